//! Every code by which JavaScript knows an error of the core, once: its text, what it means and what to
//! do. `docs/errors.md` has them from here.

use std::fmt;

macro_rules! error_codes {
    ($($variant:ident = $code:literal, $meaning:literal, $remedy:literal;)*) => {
        /// The stable name of what went wrong. It stays the same between versions; messages may change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $code, "`: ", $meaning, ".")] $variant,)*
        }

        impl ErrorCode {
            /// All there are.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// What JavaScript has as `code`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// What has happened.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)*
                }
            }

            /// What to do about it.
            pub const fn remedy(self) -> &'static str {
                match self {
                    $(Self::$variant => $remedy,)*
                }
            }
        }
    };
}

error_codes! {
    AudioRead = "ERR_AUDIO_READ",
        "a source of audio could not be read, and the system gives no number for why",
        "look at `cause` and the source";
    UnsupportedFormat = "ERR_UNSUPPORTED_FORMAT",
        "audio of a format that is known and not decoded, or that cannot be had so",
        "play or record another format: the message names this one";
    CorruptAudio = "ERR_CORRUPT_AUDIO",
        "a source breaks its own format's rules",
        "convert the file anew, or name its `format` if it is raw";
    NotAFile = "ERR_NOT_A_FILE",
        "the path is a pipe, a device or a folder",
        "name a regular file, or play a stream";
    NotRepeatable = "ERR_NOT_REPEATABLE",
        "a stream was to be played more than once",
        "play a file or a Buffer with `loop`";
    TooManyStreams = "ERR_TOO_MANY_STREAMS",
        "as many streams are decoded as may be at once",
        "stop some, or play files: those are decoded once";
    NoThread = "ERR_NO_THREAD",
        "the system has no thread for it, or those that there may be all wait for a disk",
        "raise the limit on threads (`ulimit -u`, a container's pids), or look at the disk";
    UnknownKind = "ERR_UNKNOWN_KIND",
        "an AudioSocket message of a kind that does not exist",
        "look at what sends it; nothing else is lost";
    IdLength = "ERR_ID_LENGTH",
        "a UUID that is not 16 bytes",
        "look at what connects: it is not Asterisk's AudioSocket";
    DtmfLength = "ERR_DTMF_LENGTH",
        "a key that is not one byte",
        "look at what sends it; the key is left out";
    DtmfDigit = "ERR_DTMF_DIGIT",
        "a key that is none",
        "look at what sends it; the key is left out";
    EmptyAudio = "ERR_EMPTY_AUDIO",
        "audio without a sample",
        "look at what sends it; nothing is lost";
    OddAudio = "ERR_ODD_AUDIO",
        "audio with half a sample at its end",
        "look at what sends it: samples have two bytes";
    RepeatedId = "ERR_REPEATED_ID",
        "a second UUID of a call",
        "look at what sends it; the first one stays";
    FirstFrame = "ERR_FIRST_FRAME",
        "a connection began with something other than a UUID",
        "look at what connects: a health check, a scan, TLS";
    ProxyHeader = "ERR_PROXY_HEADER",
        "a connection did not begin with the PROXY protocol's header",
        "send the header (HAProxy's `send-proxy`), or switch `proxyProtocol` off";
    Accept = "ERR_ACCEPT",
        "a connection could not be accepted, and the system gives no number for why",
        "nothing: the server goes on";
    MaxConnections = "ERR_MAX_CONNECTIONS",
        "there are `maxConnections`",
        "raise it, or add a process";
    MaxConnectionsPerAddress = "ERR_MAX_CONNECTIONS_PER_ADDRESS",
        "one address has `maxConnectionsPerAddress`",
        "raise it where many calls come from one PBX";
    MaxPending = "ERR_MAX_PENDING",
        "`maxPending` connections are no calls yet",
        "look at who connects and says nothing, or raise it";
    CallRate = "ERR_CALL_RATE",
        "more than `maxCallsPerSecond` came in a second",
        "raise it, or add a process";
    CallRatePerAddress = "ERR_CALL_RATE_PER_ADDRESS",
        "more than `maxCallsPerSecondPerAddress` came from one address in a second",
        "raise it where many calls come from one PBX";
    AddressDenied = "ERR_ADDRESS_DENIED",
        "the address is not in `allow`, or is in `deny`",
        "add the PBX's network to `allow`";
    HandshakeTimeout = "ERR_HANDSHAKE_TIMEOUT",
        "a connection became no call in time",
        "look at who connects and says nothing, or raise `handshakeTimeout`";
    ClosedEarly = "ERR_CLOSED_EARLY",
        "the peer closed before there was a call",
        "look at who connects: a health check closes so";
    ServerClosed = "ERR_SERVER_CLOSED",
        "the server was closed before there was a call",
        "nothing";
    Connect = "ERR_CONNECT",
        "a server cannot be reached, and the system gives no number for why",
        "look at the message: it names each address";
    ConnectTimeout = "ETIMEDOUT",
        "a server was not reached in time",
        "check host, port and firewall, or raise `timeout`";
    ConnectionLost = "ERR_CONNECTION_LOST",
        "the connection of a call was lost, and the system gives no number for why",
        "nothing: the call is over";
    CallAborted = "ERR_CALL_ABORTED",
        "a call was broken off on our side, without a reason of its own",
        "nothing: the call is over; tell us if you can say how";
    RateChanges = "ERR_RATE_CHANGES",
        "a peer changed the rate of its audio more than ten times in a second",
        "nothing: the call is over; the peer is broken or hostile";
    FastAudio = "ERR_FAST_AUDIO",
        "a peer's audio is more than ten seconds ahead of real time",
        "have the peer send in real time; what nobody takes in time is dropped";
    EventOverflow = "ERR_EVENT_OVERFLOW",
        "a peer caused more events than JavaScript took",
        "keep the event loop free; else the peer floods";
    NotSupported = "ERR_NOT_SUPPORTED",
        "the other end has no way for it",
        "ask `capabilities` before";
    NotBegun = "ERR_NOT_BEGUN",
        "something was said to a call that has not begun",
        "wait for the call";
    CallOver = "ERR_CALL_OVER",
        "something was said to a call that is over",
        "stop at `end`";
    SampleRate = "ERR_SAMPLE_RATE",
        "audio of a rate that the peer cannot be sent",
        "use another `sampleRate` or `playback`";
    TooManyMarks = "ERR_TOO_MANY_MARKS",
        "as many marks wait as may",
        "wait for one to be passed";
    OutboundFull = "ERR_OUTBOUND_FULL",
        "more would wait to be sent than may",
        "wait for `drain`, or send less";
    FirstMessage = "ERR_FIRST_MESSAGE",
        "chan_websocket's first text was not MEDIA_START",
        "look at what connects, or set `dialect`";
    EarlyAudio = "ERR_EARLY_AUDIO",
        "more than a second of audio came before its call began, and the oldest was dropped",
        "look at why the beginning took so long; what was dropped is not heard";
    Companded = "ERR_COMPANDED",
        "a peer sends G.711 under the label of linear audio; it was recognised, and is heard",
        "dial `AudioSocket/…/c(slin)`, or say the option `encoding`: nothing is guessed then";
    RepeatedStart = "ERR_REPEATED_START",
        "MEDIA_START came again",
        "look at what sends it; it was skipped";
    FarEnd = "ERR_FAR_END",
        "Asterisk answered with ERROR",
        "look at the message: it has Asterisk's words";
    BadJson = "ERR_BAD_JSON",
        "text of a far end begins as JSON and is none",
        "mend what the far end sends";
    BadMark = "ERR_BAD_MARK",
        "a far end's mark has no name, or a long one",
        "mend what the far end sends";
    BadSound = "ERR_BAD_SOUND",
        "a far end's sound is of no known kind or rate, or cannot be decoded",
        "mend what the far end sends";
    BadBase64 = "ERR_BAD_BASE64",
        "a far end's sound is not base64",
        "mend what the far end sends";
    SoundTooLarge = "ERR_SOUND_TOO_LARGE",
        "a far end's sound is too large for one message",
        "have it sent in pieces";
    NotForkable = "ERR_NOT_FORKABLE",
        "the call is over, or cannot be forked",
        "fork while the call is up";
    TooManyForks = "ERR_TOO_MANY_FORKS",
        "the call has sixteen forks",
        "stop one";
    ForkSpeaks = "ERR_FORK_SPEAKS",
        "another fork of the call is bidirectional",
        "stop that one first";
    ForkLost = "ERR_FORK_LOST",
        "a far end was lost, and there are no more attempts",
        "look at the far end, or raise `reconnect.attempts`";
    ForkAborted = "ERR_FORK_ABORTED",
        "a fork broke off by a fault of ours",
        "please report it";
    Recording = "ERR_RECORDING",
        "a file cannot be written, and the system gives no number for why",
        "look at the message";
    RecordingTooLong = "ERR_RECORDING_TOO_LONG",
        "a WAV file has reached 4 GiB",
        "record in several files, or `sln`";
    RecordingAborted = "ERR_RECORDING_ABORTED",
        "a recording broke off because its environment ended",
        "stop recordings before a worker ends";
    NoAudio = "ERR_NO_AUDIO",
        "no audio came for `mediaTimeout`",
        "look at the peer: it is dead, or on hold; raise it where calls are held";
    MaxDuration = "ERR_MAX_DURATION",
        "the call has lasted `maxDuration`",
        "raise it, or hang up before";
    IdleTimeout = "ERR_IDLE_TIMEOUT",
        "nothing came for `idleTimeout`",
        "look at the peer and the network, or raise it";
    MessageRate = "ERR_MESSAGE_RATE",
        "more came than `maxMessageRate`, or sixteen times `maxText` in ten seconds, allow",
        "raise it if the peer is yours";
    Refused = "ERR_REFUSED",
        "`authorize` did not say `true`; a WebSocket was answered 401, 403, 404 or whatever it said",
        "check what the peer says of itself: credentials, path, UUID";
    Continued = "ERR_CONTINUED",
        "a WebSocket that an earlier call goes on over",
        "nothing: it is no call of its own";
    WsUrl = "ERR_WS_URL",
        "the URL cannot be used",
        "mend the URL";
    WsHeader = "ERR_WS_HEADER",
        "a header or a subprotocol cannot be sent",
        "take line breaks and other control characters out";
    WsDns = "ERR_WS_DNS",
        "the host is not found",
        "check its name and the name server";
    WsConnect = "ERR_WS_CONNECT",
        "the server cannot be reached",
        "look at the message: it names each address";
    WsTls = "ERR_WS_TLS",
        "a certificate is not believed or cannot be read, or the TLS handshake failed",
        "look at the message; set `tls.ca` for a private authority";
    WsHandshake = "ERR_WS_HANDSHAKE",
        "the answer was not 101, or no WebSocket's",
        "look at `statusCode`, and at the path and credentials";
    WsTimeout = "ERR_WS_TIMEOUT",
        "the WebSocket was not open in time",
        "check the server, or raise the time-out";
    WsRequest = "ERR_WS_REQUEST",
        "what came was no request for a WebSocket",
        "look at who connects: a browser or a scan";
    WsProtocol = "ERR_WS_PROTOCOL",
        "the peer broke RFC 6455",
        "mend the peer";
    WsData = "ERR_WS_DATA",
        "text that is not UTF-8, or damaged deflate",
        "mend the peer";
    WsTooBig = "ERR_WS_TOO_BIG",
        "a message was larger than `maxMessage`, or a text than `maxText`",
        "raise it, or have less sent at a time";
    WsDropped = "ERR_WS_DROPPED",
        "the connection ended without a close",
        "look at the network";
    WsIo = "ERR_WS_IO",
        "the connection failed",
        "look at the network";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<&str> for ErrorCode {
    fn eq(&self, code: &&str) -> bool {
        self.as_str() == *code
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_code_is_there_once_and_says_what_to_do() {
        let codes: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert!(!code.meaning().is_empty() && !code.remedy().is_empty(), "{code}");
        }
    }
}
