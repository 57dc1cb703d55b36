/// <reference types="node" />

import { EventEmitter } from "node:events";
import { IncomingHttpHeaders, IncomingMessage, Server as HttpServer } from "node:http";
import { Server as HttpsServer } from "node:https";
import { AddressInfo } from "node:net";
import { Duplex, Readable, Writable } from "node:stream";
import { ReadableStream as WebReadableStream } from "node:stream/web";

/**
 * A server that Asterisk dials.
 *
 * Each connection that says its UUID is a call. A call is given to the handler of `onConnection`
 * and to the listeners of `connection`, as a `StreamRequest` and an `AudioStream`.
 *
 * A server keeps the process alive from `listen` until it is closed. One process may have many
 * servers.
 *
 * @example
 * const { AudioSocket } = require("callstreams");
 *
 * const server = new AudioSocket();
 *
 * server.onConnection(async (req, res) => {
 *   console.log("call", req.ref);
 *   res.on("data", (pcm) => res.write(pcm)); // an echo
 *   res.on("end", () => console.log("over", req.ref));
 *   await res.play("/srv/sounds/welcome.sln");
 * });
 *
 * server.listen(9092, () => console.log("ready"));
 */
export class AudioSocket extends CallServer<StreamRequest> {
  /**
   * Dials a server as Asterisk does, and gives the call's stream.
   *
   * Resolves when the connection is up and the UUID is on its way. The server has not agreed to
   * anything by then: one that does not want the call ends it, and the stream emits `end`.
   *
   * Rejects with
   * - `ERR_INVALID_ARG_TYPE` (`TypeError`), `ERR_OUT_OF_RANGE` (`RangeError`) or
   *   `ERR_SOCKET_BAD_PORT` for wrong options;
   * - the system's error, such as `ECONNREFUSED` or `ENOTFOUND`;
   * - `ETIMEDOUT` when the connection takes longer than `options.timeout`;
   * - the reason of `options.signal`.
   *
   * Once the call is up, an error of the connection that no `error` listener of the stream takes
   * is dropped. What a listener of the stream throws ends the call and is an uncaught exception.
   *
   * @example
   * const call = await AudioSocket.connect({ host: "127.0.0.1", port: 9092 });
   * call.on("data", (pcm) => console.log("heard", pcm.length, "bytes"));
   * await call.play("/srv/sounds/question.sln");
   * call.hangup();
   */
  static connect(options: DialOptions): Promise<AudioStream>;

  /**
   * Makes a server. It does nothing until `listen`.
   *
   * Options that are missing or `undefined` have their defaults, unknown ones are ignored. Throws a
   * `TypeError` with the code `ERR_INVALID_ARG_TYPE` or a `RangeError` with `ERR_OUT_OF_RANGE`.
   *
   * @example
   * const server = new AudioSocket({ sampleRate: 16000, maxConnections: 200 });
   */
  constructor(options?: ServerOptions);
}

/**
 * What every server of calls has, whatever the calls come over. `AudioSocket` and `WebSocketAudio`
 * are such servers; by itself it cannot be made.
 *
 * @example
 * function count(server: CallServer) {
 *   server.on("connection", (req, stream) => console.log(req.transport, req.ref, stream.sampleRate));
 * }
 */
export class CallServer<Request extends CallRequest = CallRequest> extends EventEmitter {
  protected constructor();

  /** True from the moment the port is bound until `close` is called. */
  readonly listening: boolean;

  /**
   * How many connections are open now, also those that are no calls yet.
   *
   * 0 before `listen` and after the server has closed.
   */
  readonly connections: number;

  /**
   * Where the server listens: `address`, `family` and `port`.
   *
   * Null before the port is bound and after the server has closed.
   *
   * @example
   * server.listen(0);
   * const port = server.address()?.port;
   */
  address(): AddressInfo | null;

  /**
   * Sets who gets the calls, in place of who was set before.
   *
   * The handler runs when a call is there: over AudioSocket when its UUID has arrived, over WebSocket
   * when it is known who sends and what the audio is. It may be async: audio is held for it as
   * `AudioStream` describes. When it throws or rejects, that call is hung up and the server emits
   * `error`; all other calls go on.
   *
   * With neither a handler nor a `connection` listener a call is hung up, and the first such call
   * gives a process warning with the code `CALLSTREAMS_NO_HANDLER`.
   *
   * May be called at any time; it takes effect with the next call. Throws a `TypeError` with the
   * code `ERR_INVALID_ARG_TYPE` for anything but a function.
   *
   * @example
   * server.onConnection(async (req, res) => {
   *   await res.play("/srv/sounds/goodbye.sln");
   *   res.hangup();
   * });
   */
  onConnection(handler: ConnectionHandler<Request>): this;

  /**
   * Expects a call, and gives the UUID that it is to say: for the dialplan, ARI or a Dial string.
   *
   * The call that comes with it has `context` as its `req.context`, whatever that is; null if it is
   * missing. Each is for one call. What is expected may be so before `listen`.
   *
   * When no call has come after `timeout`, or the server has closed, it is forgotten and `expired` is
   * emitted. Until then `unexpect` calls it off.
   *
   * Throws `ERR_TOO_MANY_EXPECTED` where `maxExpected` are expected already, and a `TypeError` with
   * the code `ERR_INVALID_ARG_TYPE` or a `RangeError` with `ERR_OUT_OF_RANGE` for wrong options.
   *
   * @example
   * const ref = server.expect({ customer: 42 }, { timeout: 30_000 });
   * await originate(`AudioSocket(${ref},192.0.2.10:9092)`);
   */
  expect(context?: any, options?: ExpectOptions): string;

  /**
   * Expects a call no longer. True if it was expected; `expired` is not emitted.
   *
   * Throws a `TypeError` with the code `ERR_INVALID_ARG_TYPE` for anything but a string.
   *
   * @example
   * channel.once("ChannelDestroyed", () => server.unexpect(ref));
   */
  unexpect(ref: string): boolean;

  /**
   * Listens on a port.
   *
   * `bind` is an IP address or a name, `"0.0.0.0"` if it is missing. Port 0 takes a free one. For
   * an IP address, and for `localhost`, the port is bound when this returns: a peer that is dialled
   * on the next line gets in. Any other name is looked up first.
   *
   * `callback` is added as a listener of `listening`, once.
   *
   * What goes wrong is emitted as `error` in a later turn: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`
   * and the like, `ERR_SOCKET_BAD_PORT` for a port that is no whole number from 0 to 65535,
   * `ENOTFOUND` for a name that is not known. After that `listen` may be called again.
   *
   * Throws `ERR_SERVER_ALREADY_LISTEN` while the server listens or has not finished closing, and
   * while it is attached to another's port: listen first, then attach. A server that has closed may
   * listen again.
   *
   * @example
   * server.listen(9092, "127.0.0.1", () => console.log("ready"));
   */
  listen(port: number, callback?: () => void): this;
  listen(port: number, bind: string, callback?: () => void): this;
  /**
   * Listens where the options say, as `listen(port, bind)` does.
   *
   * @example
   * server.listen({ port: 9092, host: "::", reusePort: true });
   */
  listen(options: ListenOptions, callback?: () => void): this;

  /**
   * Stops listening and hangs up every call.
   *
   * Resolves, after `close` was emitted, when every connection is gone. Never rejects. What was
   * written and has not left is dropped, as by `AudioStream.hangup()`.
   *
   * Called twice it gives the same promise. Where nothing listens it resolves at once and emits
   * nothing; a `listen` that still looks up a name is called off.
   *
   * @example
   * process.once("SIGTERM", () => server.close());
   */
  close(): Promise<void>;

  /**
   * Stops listening, and lets the calls go on until each has ended by itself.
   *
   * Resolves, after `close` was emitted, when the last one is over. Never rejects. After `timeout`
   * the calls that are left are hung up, as by `close`, which may also be called meanwhile.
   *
   * A connection that the system has taken and the server has not is reset. So take the process out
   * of the load balancer first, and drain when that has noticed; docs/scaling.md shows how.
   *
   * Throws a `TypeError` with the code `ERR_INVALID_ARG_TYPE` or a `RangeError` with
   * `ERR_OUT_OF_RANGE` for wrong options.
   *
   * @example
   * process.once("SIGTERM", () => server.drain({ timeout: 600_000 }));
   */
  drain(options?: DrainOptions): Promise<void>;

  /**
   * What the server has seen, its calls that are not over included. It asks each of those: once every
   * few seconds is no load, for every frame is.
   *
   * All 0 before `listen`. After the server has closed, what it was when `close` was called.
   *
   * `require("callstreams/prom")` has it for Prometheus.
   *
   * @example
   * console.log(server.metrics().connections, "connections now");
   */
  metrics(): ServerMetrics;

  /**
   * Closes the server at the end of an `await using` block.
   *
   * @example
   * await using server = new AudioSocket();
   */
  [Symbol.asyncDispose](): Promise<void>;

  /** The server listens. Emitted after `listen` has returned. */
  on(event: "listening", listener: () => void): this;
  /**
   * A call has come.
   *
   * Emitted before the handler of `onConnection` runs, for the same call. A listener that throws or
   * rejects is treated as that handler is.
   */
  on(event: "connection", listener: (req: Request, stream: AudioStream) => void): this;
  /** A connection was turned away, or ended, before it was a call. */
  on(event: "drop", listener: (dropped: DroppedConnection) => void): this;
  /** A call that was expected has not come in time, or the server has closed before it came. */
  on(event: "expired", listener: (expired: ExpectedCall) => void): this;
  /**
   * Something failed. The server goes on, unless it was `listen` that failed.
   *
   * - `listen` failed: `EADDRINUSE` and the like; see there. Without a listener this is an uncaught
   *   exception.
   * - The system could not give the next connection: `EMFILE` and the like. It is tried again.
   * - A handler or a listener of a call threw or rejected: whatever it threw. The call was hung up.
   * - A call failed and its stream had no `error` listener: the error that the stream would have
   *   emitted. Without a listener it is only counted, in `metrics().unhandledErrors`.
   *
   * - `authorize` or `format` of a `WebSocketAudio` threw or rejected, or gave what is no answer. The
   *   peer was answered 500.
   *
   * The second, the third and the last give a process warning where the server has no `error`
   * listener. The third and the fourth name the call: `stream`.
   */
  on(event: "error", listener: (error: NodeJS.ErrnoException, stream?: AudioStream) => void): this;
  /** The server has closed, and all its connections are gone. */
  on(event: "close", listener: () => void): this;
  on<E extends ServerEvent>(event: E, listener: ServerListener<Request, E>): this;
  addListener<E extends ServerEvent>(event: E, listener: ServerListener<Request, E>): this;
  once<E extends ServerEvent>(event: E, listener: ServerListener<Request, E>): this;
  prependListener<E extends ServerEvent>(event: E, listener: ServerListener<Request, E>): this;
  prependOnceListener<E extends ServerEvent>(event: E, listener: ServerListener<Request, E>): this;
  off<E extends ServerEvent>(event: E, listener: ServerListener<Request, E>): this;
  removeListener<E extends ServerEvent>(event: E, listener: ServerListener<Request, E>): this;
}

/**
 * A server that senders of call audio connect to over WebSocket: Asterisk's app_audiofork and
 * chan_websocket, FreeSWITCH's mod_audio_stream, mod_audio_fork of drachtio and jambonz.
 *
 * Each WebSocket is a call, and is given to the same handler as a call of an `AudioSocket`. Who sends
 * is recognised, or set with `dialect`. What the sender cannot do is said by `stream.capabilities`, and
 * throws `ERR_NOT_SUPPORTED`. docs/websocket.md tells how each sender is pointed here, and what it can do.
 *
 * It listens on a port of its own, or (`attach`, `handleUpgrade`) lives on the port of an HTTP server,
 * beside Express, Fastify or `ws`. Or both: listen first.
 *
 * @example
 * const { WebSocketAudio } = require("callstreams");
 *
 * const server = new WebSocketAudio();
 *
 * server.onConnection((req, res) => {
 *   console.log(req.dialect, req.ref, req.metadata);
 *   res.on("data", (pcm) => res.capabilities.audio && res.write(pcm)); // an echo, where it can be heard
 * });
 *
 * server.listen(8080);
 */
export class WebSocketAudio extends CallServer<WebSocketRequest> {
  /**
   * Connects to whoever takes calls over WebSocket, and gives the call's stream when it has begun.
   *
   * That is Asterisk's chan_websocket, for a channel `WebSocket/INCOMING` that waits: its URL ends in
   * `/media/` and the channel variable MEDIA_WEBSOCKET_CONNECTION_ID. With `dialect: "raw"` it may be
   * any server, such as another `WebSocketAudio`.
   *
   * Rejects with
   * - `ERR_INVALID_URL`, `ERR_INVALID_ARG_TYPE` (`TypeError`) or `ERR_OUT_OF_RANGE` (`RangeError`) for
   *   wrong arguments;
   * - the system's error, such as `ECONNREFUSED`; `ERR_WS_DNS` for a name that is not known;
   * - `ERR_WS_TIMEOUT` when the WebSocket takes longer than `options.timeout`;
   * - `ERR_WS_TLS` for a certificate that is not believed or cannot be read;
   * - `ERR_WS_HANDSHAKE` when the answer is no WebSocket's; `statusCode` is what it was, if any;
   * - `ERR_FIRST_MESSAGE`, `ERR_UNSUPPORTED_FORMAT`, `ERR_CLOSED_EARLY` or `ERR_HANDSHAKE_TIMEOUT` (10 s)
   *   when no call came of it;
   * - the reason of `options.signal`.
   *
   * Once the call is up it is as with `AudioSocket.connect`.
   *
   * @example
   * const call = await WebSocketAudio.connect(`ws://192.0.2.1:8088/media/${connectionId}`, {
   *   subprotocols: ["media"]
   * });
   * await call.play("/srv/sounds/question.sln");
   */
  static connect(url: string | URL, options?: WebSocketDialOptions): Promise<AudioStream>;

  /**
   * An `authorize` that asks for a user name and a password (Basic): `users` by name with their
   * passwords, or a function that says `true` to those who are known.
   *
   * Others are answered 401 and asked for `realm`, `"audio"` if missing. Passwords are compared in a
   * time that does not tell where they differ. Throws `ERR_INVALID_ARG_TYPE` for other arguments, and
   * `ERR_OUT_OF_RANGE` for a realm with quotes or line breaks.
   *
   * @example
   * new WebSocketAudio({ authorize: WebSocketAudio.basic({ pbx: process.env.PBX_PASSWORD }) });
   */
  static basic(users: Record<string, string> | CheckUser, realm?: string): Authorize;

  /**
   * An `authorize` that asks for a token (Bearer): one, one of a list, or one that a function says
   * `true` to.
   *
   * Others are answered 401. Throws `ERR_INVALID_ARG_TYPE` for other arguments.
   *
   * @example
   * new WebSocketAudio({ authorize: WebSocketAudio.bearer(process.env.TOKEN) });
   */
  static bearer(tokens: string | readonly string[] | CheckToken): Authorize;

  /**
   * Makes a server. It does nothing until `listen`, `attach` or `handleUpgrade`.
   *
   * Options that are missing or `undefined` have their defaults, unknown ones are ignored. Throws a
   * `TypeError` with the code `ERR_INVALID_ARG_TYPE`, a `RangeError` with `ERR_OUT_OF_RANGE`, or
   * `ERR_WS_TLS` for a certificate or key that cannot be used.
   *
   * @example
   * const server = new WebSocketAudio({
   *   authorize: WebSocketAudio.bearer(process.env.TOKEN),
   *   paths: {
   *     "/caller/*": { dialect: "audiofork", stitch: 10 },
   *     "/bot": { dialect: "mod_audio_stream", format: { sampleRate: 16000 }, playback: "binary" }
   *   }
   * });
   */
  constructor(options?: WebSocketOptions);

  /**
   * Takes the WebSockets of another server's port: of one path (`options.path`, without its query), or
   * all of them. Gives what undoes that; calls that are up go on.
   *
   * No other listener of the server's `upgrade` sees what is taken. Other paths are left to them; where
   * there are none, they are answered 404. Several `WebSocketAudio` may be attached to one server.
   *
   * It does not keep the process alive: the other server does. `listening` and `address()` tell of
   * `listen` alone. The audio goes through JavaScript's thread, so that a busy one is heard: where
   * calls are many, `listen`.
   *
   * Throws `ERR_INVALID_ARG_TYPE` for what is no server and no path, and `ERR_SERVER_NOT_RUNNING` while
   * this server closes. One that has closed may be attached again.
   *
   * @example
   * const web = express().listen(8080);
   * server.attach(web, { path: "/calls" });
   */
  attach(server: HttpServer | HttpsServer, options?: AttachOptions): () => void;

  /**
   * Takes one socket that asks for a WebSocket, with what Node's `upgrade` event gives.
   *
   * For those who decide themselves who gets what. The socket is ours from then on. After `close` it
   * is answered 503.
   *
   * @example
   * web.on("upgrade", (request, socket, head) => {
   *   if (request.url.startsWith("/calls/")) {
   *     server.handleUpgrade(request, socket, head);
   *   }
   * });
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * The live audio of one call, in both directions.
 *
 * Audio is signed linear: 16-bit little-endian samples, one channel, `sampleRate` of them a second.
 * 20 ms are 320 bytes at 8000 Hz. Over WebSocket `data` may have two channels; see `channels`.
 *
 * A stream is there when its call is up. What comes before the first `data` listener, during an
 * `await` in the handler, say, is held: up to 2 s of audio, and keys in their place between. Then
 * the oldest goes, and is counted in `stats()` where it is audio.
 *
 * The call is over when the peer or you hang up, the connection is lost, the peer reports an error,
 * or the server closes. Then a play settles, `error` is emitted if that is why, and `end` is, once.
 * After it nothing is emitted, and every method is harmless.
 *
 * @example
 * server.onConnection((req, stream) => {
 *   stream
 *     .onData((pcm) => recognizer.write(pcm))
 *     .onDtmf((digit) => console.log("key", digit))
 *     .onError((error) => console.error(error))
 *     .onClose(() => recognizer.end());
 * });
 */
export class AudioStream extends EventEmitter {
  /**
   * Puts a stream over a pair of Node objects: `readable` says what the peer says, and messages of
   * the protocol are written to `socket`.
   *
   * For tests and for connections of your own. The audio has 8000 Hz. It differs from a call that
   * a server or `connect` gave:
   * - `data`, `end` and `error` are what `readable` emits; there is no `dtmf`, `warning`, `drain`.
   * - `write` sends at once, unpaced, and gives what `socket.write` gives.
   * - `play` reads the whole file first. If it cannot, what plays goes on.
   * - `play` and `write` are not mixed.
   * - `hangup` does not know `drain`. It also emits `end` on `readable`.
   * - `stats` counts only what leaves, and what slow readers of Node streams lose.
   * - The Node streams read and write as `data` and `write` do: `writable` is not paced, and finishes
   *   when `socket` has taken everything.
   *
   * @example
   * const stream = new AudioStream(new Readable({ read() {} }), socket);
   * stream.write(Buffer.alloc(320)); // 10 01 40, then 320 zeros
   */
  constructor(readable: Readable, socket: Writable);

  /**
   * Samples a second of `data`, and of what is written and played.
   *
   * With the option `sampleRate` or `setSampleRate` it is that, whatever the wire carries. Without,
   * it is the wire's: 8000 until the peer's first audio says otherwise, and it may change with any
   * audio after that. What was written before is then sent as it is; what `play` decodes is
   * converted.
   */
  readonly sampleRate: SampleRate;

  /**
   * Voices in `data`: 1, or 2 where a sender over WebSocket sends both sides, which the option `format`
   * or the URL says. Then their samples alternate: the caller, and the one who is called. What is
   * written and played has one.
   */
  readonly channels: 1 | 2;

  /**
   * What the other end can do. Where it cannot, the method throws `ERR_NOT_SUPPORTED`.
   *
   * Over AudioSocket, and over a pair of objects, it takes audio and keys and no text.
   *
   * @example
   * if (stream.capabilities.audio) {
   *   await stream.play("/srv/sounds/welcome.sln");
   * }
   */
  readonly capabilities: Capabilities;

  /**
   * Chooses the rate of this call, as the option `sampleRate` does for all calls of a server.
   *
   * From now on every `data` has that rate, also audio that was held or is on its way, and `write`,
   * `play` and `playStream` take it; whatever the wire carries, also when that changes. What was
   * written before is converted, and plays that run go on as they began. To choose in the
   * `connection` handler, before anything is said, is free; later there may be a click where the
   * rate changes, and each second that is queued takes this thread about 0.3 ms to make 16000 Hz of it
   * (192000: 3 ms).
   *
   * A stream is there when its call is up, so that there is no earlier moment. It may be called again
   * with another rate; the same one changes nothing. After `end` nothing changes. Before the
   * peer's first audio, the wire's rate is waited for as with the option. Audio that `readable`,
   * `writable` and the like hold themselves is not converted: choose before you use them. A running
   * recording keeps its rate. A stream over a pair of objects takes 8000 alone.
   *
   * Throws, also after the end, a `RangeError` with the code `ERR_OUT_OF_RANGE` for a rate that the
   * wire does not have, and a `TypeError` with the code `ERR_INVALID_ARG_TYPE` for what is no number.
   *
   * @example
   * server.onConnection((req, stream) => {
   *   stream.setSampleRate(isForTheNewModel(req.ref) ? 24000 : 16000);
   *   stream.onData((pcm) => recognizer.write(pcm));
   * });
   */
  setSampleRate(hz: SampleRate): void;

  /**
   * Sends audio to the peer.
   *
   * Takes 16-bit samples, as an `Int16Array` or as the bytes of a Buffer, Uint8Array or DataView, and
   * floats from -1 to 1 (`Float32Array`, `Float64Array`), which it converts.
   *
   * Takes any length, and copies it before it returns. Audio up to 60 ms ahead of real time leaves
   * at once. What is further ahead is queued, cut into frames of 20 ms and paced. Where a stall has
   * made live audio late (each write of 100 ms had to wait), it catches up, by 20 ms at a time and
   * no more than the stall took. A piece shorter than 20 ms waits up to 20 ms for more, then leaves
   * as it is; half a sample waits for its other half. During a play it is mixed with what plays: the
   * samples are added and kept in range.
   *
   * Gives true if there is room for more. Gives false when more than `highWaterMark` seconds are
   * queued: everything was taken, and `drain` tells when half of that has left. Gives false and
   * does nothing once the call is over or `hangup` was called.
   *
   * Throws
   * - `ERR_OUTBOUND_FULL` when more than `outboundLimit` seconds would be queued. Nothing of `pcm`
   *   is taken, and what is queued stays;
   * - `ERR_NOT_SUPPORTED` where the other end takes no audio (app_audiofork), also after the end;
   * - a `TypeError` with the code `ERR_INVALID_ARG_TYPE` for a string, an `ArrayBuffer`, null, samples
   *   of another size (an `Int32Array`) and the like, also after the end.
   *
   * @example
   * for await (const pcm of speech) {
   *   if (!stream.write(pcm)) {
   *     await once(stream, "drain");
   *   }
   * }
   */
  write(pcm: NodeJS.ArrayBufferView): boolean;

  /**
   * Plays audio from anywhere, of any common format, at any rate, in real time.
   *
   * `source` is a path, a `file:` URL, a `Buffer` of a whole file, or a stream of bytes: a
   * `Readable`, a web `ReadableStream`, an iterable. The format is found out from the content, then
   * from the extension; docs/audio-formats.md has the table. `.sln` and `.raw` are raw signed linear
   * audio at 8000 Hz in every call, as in Asterisk, `.sln16` and its like at theirs. What is nothing
   * known is taken for the same at the call's rate. With `options.format`, the bytes are what that
   * says. All channels are mixed to one, and the rate is
   * converted. Nothing is loaded whole, and a stream is read as it plays.
   *
   * Resolves when the last frame has left, or with `completed: false` when the play was stopped,
   * cleared or replaced or the call is over. A second `play` replaces the first; what `playStream`
   * plays and what is written are mixed with it, each sample kept in range. A stream that is not
   * played to its end is paused, not destroyed.
   *
   * A failure that nobody awaits does not end the process: it is the call's `error`, or the server's
   * where the call has no listener.
   *
   * Rejects, after what could be decoded has been played, with
   * - the system's error, with `code`, `syscall` and `path`: `ENOENT`, `EACCES`, `EISDIR`;
   * - `ERR_NOT_A_FILE` for a pipe or a device;
   * - `ERR_NOT_SUPPORTED` where the other end takes no audio (app_audiofork);
   * - `ERR_UNSUPPORTED_FORMAT` for a format that is known and not decoded; the message names it;
   * - `ERR_CORRUPT_AUDIO` where the source breaks its own format's rules;
   * - `ERR_NOT_REPEATABLE` for the second round of a stream;
   * - `ERR_TOO_MANY_STREAMS` when 1,024 streams are being decoded;
   * - `ERR_NO_THREAD` when the system has no thread for it, or 64 reads hang and it waited 10 seconds;
   * - a stream's own error, or `ERR_STREAM_PREMATURE_CLOSE` when it was destroyed before its end;
   * - the reason of `options.signal` when that is aborted: an `AbortError`, usually;
   * - an `AbortError` (`ABORT_ERR`) after the call's end, whose `cause` is the error it ended with, if
   *   any. A handler that rejects with it because its caller is gone has done nothing wrong;
   * - a `TypeError` with the code `ERR_INVALID_ARG_TYPE`, or a `RangeError` with the code
   *   `ERR_OUT_OF_RANGE`, for wrong arguments. These leave what plays alone; anything else has
   *   stopped it.
   *
   * @example
   * await stream.play("/srv/sounds/welcome.mp3");
   * await stream.play("/srv/sounds/hold.ogg", { loop: true, gain: -12, signal });
   * await stream.play(speech, { format: { encoding: "slin", sampleRate: 24000 } });
   */
  play(source: PlaySource, options?: PlayOptions): Promise<PlayResult>;

  /**
   * Plays raw signed linear audio at the call's rate from a stream, in real time.
   *
   * Over AudioSocket an app that has neither read `sampleRate` nor set one, nor says a `format`, is taken to
   * have 8 kHz, as all apps for @fonoster/streams have: that is converted to what the call has.
   *
   * As `play` does, in a slot of its own: `playStream` replaces `playStream`, and is mixed with
   * `play` and `write`. It does not look for a format; `options.format` gives one. Without options
   * nothing is decoded, and chunks are heard as soon as they come.
   *
   * A chunk that is no `Buffer`, `TypedArray` or `DataView` rejects with a `TypeError` with the code
   * `ERR_INVALID_ARG_TYPE`. What the source has not given when the play is stopped can be played
   * later.
   *
   * @example
   * await stream.playStream(fs.createReadStream("/srv/sounds/music.sln"));
   */
  playStream(readable: PlayStreamSource, options?: PlayOptions): Promise<PlayResult>;

  /**
   * Stops what plays. The promises of `play` and `playStream` resolve with `completed: false`.
   *
   * What was written goes on; see `clear`. Where nothing plays, nothing happens.
   *
   * @example
   * stream.on("data", (pcm) => {
   *   if (isSpeech(pcm)) {
   *     stream.stop(); // let the caller interrupt
   *   }
   * });
   */
  stop(): void;

  /**
   * Drops everything that has not left: stops what plays, and forgets what was written.
   *
   * In effect on the next frame, however much was queued; up to 60 ms of what was written have left
   * ahead of real time. Marks that have not been passed are passed with `cleared: true`. A writer
   * that waits is told to go on (`drain`). The call goes on.
   *
   * An end that keeps audio itself is told to drop it (`capabilities.clearAtFarEnd`); mod_audio_stream
   * plays on what it has got, `chunkMs` of it.
   *
   * @example
   * stream.on("data", (pcm) => {
   *   if (isSpeech(pcm)) {
   *     stream.clear(); // the caller interrupts the bot
   *   }
   * });
   */
  clear(): void;

  /**
   * Holds everything back, on the next frame: what plays, and what was and is written.
   *
   * Nothing is lost: `write` queues as before, up to its bound. Twice is as good as once.
   */
  pause(): void;

  /** Goes on where `pause` stopped, without a burst. Without a pause, nothing happens. */
  resume(): void;

  /**
   * Asks to be told when all that was queued before has left: `mark` is emitted with the name.
   *
   * That is what was written so far, and what plays now to its end. Marks are passed in the order
   * in which they were set; where nothing is queued, at once. Names need not be unique. When the
   * call ends first, or has ended, nothing is emitted.
   *
   * Where the other end tells what it has played (`capabilities.mark`), a mark is passed when it was
   * heard, not when it has left.
   *
   * Throws an error with the code `ERR_TOO_MANY_MARKS` when 1,024 marks wait, and a `TypeError` with
   * the code `ERR_INVALID_ARG_TYPE` for a name that is no string.
   *
   * @example
   * stream.write(sentence);
   * stream.mark("sentence 1");
   * stream.on("mark", (name, { cleared }) => console.log(name, cleared ? "cut off" : "heard"));
   */
  mark(name: string): void;

  /** Milliseconds of audio, silence aside, that have left since the call's beginning. */
  readonly playedMs: number;

  /** Milliseconds of what was written that have not left. */
  readonly queuedMs: number;

  /**
   * Records the call to a file: what the caller says, what the caller hears, or both, each in its
   * place in time.
   *
   * The recording begins at once and ends with `stop` or with the call. It is written off the audio
   * path. It has every sample that `data` has: what the network holds up for over 400 ms goes behind what
   * is written, and the next silence is shorter for it. Should the disk fall eight seconds behind, frames
   * are left out as silence and counted. The file
   * is playable at any moment: a crash loses the last second at most. A recording that fails is an
   * `error` of the recording, or a process warning where nobody listens; the call goes on. A call may
   * have eight at a time.
   *
   * Throws `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE` for wrong arguments, and `ERR_NOT_RECORDABLE`
   * over a pair of objects.
   *
   * @example
   * const recording = stream.record("/srv/recordings/call.wav");
   * recording.on("error", (error) => console.error(error.code));
   * const { durationMs } = await recording.stop();
   */
  record(path: string, options?: RecordOptions): Recording;

  /**
   * Sends the call to a WebSocket server, as app_audiofork, mod_audio_stream or mod_audio_fork would:
   * what the caller says, what the caller hears, or both, as they are said; and plays to the caller
   * what the server says back, where it may (`bidirectional`).
   *
   * The fork connects at once, again when the connection is lost, and ends with `stop` or with the
   * call. A server that is slow, gone or hostile costs its own fork only: what waits for it is
   * bounded (`bufferMs`), the oldest goes and is counted. A call may have sixteen at a time, one of
   * them bidirectional; what there is no room for fails with an `error` of the fork.
   *
   * Throws `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE` or `ERR_INVALID_URL` for wrong arguments, and
   * `ERR_NOT_FORKABLE` over a pair of objects. See docs/forks.md.
   *
   * @example
   * const fork = stream.fork("wss://speech.example.com/", { metadata: { call: req.ref } });
   * fork.on("message", ({ text }) => console.log("heard", text));
   */
  fork(url: string | URL, options?: ForkOptions): Fork;

  /**
   * Sends text to the other end, as it is; anything but a string as JSON.
   *
   * For mod_audio_stream, mod_audio_fork and `raw`. Text overtakes audio that has not left. False if
   * the call is over.
   *
   * Throws `ERR_NOT_SUPPORTED` where the other end takes no text, `ERR_OUTBOUND_FULL` when 256 messages or 4 MiB
   * wait (this one was not queued), `ERR_OUT_OF_RANGE` beyond 1 MiB, and `ERR_INVALID_ARG_TYPE` for what
   * JSON cannot say.
   *
   * @example
   * stream.send({ type: "transcription", data: { text: "hello" } });
   */
  send(message: unknown): boolean;

  /**
   * Has Asterisk answer the channel, where `WebSocket/…/n` of chan_websocket left that to us.
   *
   * Throws `ERR_NOT_SUPPORTED` for all others. After the end, and twice, nothing happens.
   *
   * @example
   * server.onConnection((req, stream) => isWelcome(req) ? stream.answer() : stream.hangup());
   */
  answer(): void;

  /**
   * The two voices of a call with two `channels`, each as a Node `Readable` of one channel.
   *
   * They hear what comes from now on, also what is held, and end with the call. Where one is not read,
   * it holds 64 KiB; what comes then is left out, and counted in its `droppedFrames`. Where one is
   * destroyed, the other goes on.
   *
   * Throws `ERR_NOT_SUPPORTED` where there is one channel.
   *
   * @example
   * const { caller, callee } = stream.split();
   * caller.pipe(fs.createWriteStream("caller.sln"));
   * callee.pipe(fs.createWriteStream("callee.sln"));
   */
  split(): SplitCall;

  /**
   * Sends keys, ahead of all audio that waits.
   *
   * Each character is one key: `0` to `9`, `*`, `#`, `A` to `D`. For calls placed with `connect`:
   * Asterisk sends keys and ends a call on which it is sent one.
   *
   * Nothing is sent once the call is over or `hangup` was called. Throws a `RangeError` with the
   * code `ERR_OUT_OF_RANGE` for no key at all or one that does not exist; then none is sent. Throws
   * `ERR_NOT_SUPPORTED` for calls over WebSocket.
   *
   * @example
   * call.dtmf("42#");
   */
  dtmf(digits: string): void;

  /**
   * Hangs up.
   *
   * Audio that has not left is dropped, a play resolves with `completed: false`, and `end` follows.
   * With `drain` what was written and what plays is heard first; from then on `write` takes
   * nothing.
   *
   * A server says so to its peer, so that Asterisk goes on in the dialplan. A call placed with
   * `connect` closes the connection, as Asterisk does. Over WebSocket, chan_websocket is told `HANGUP`,
   * mod_audio_fork `disconnect`; the connection is closed with 1000. For app_audiofork and
   * mod_audio_stream that ends the fork, and the call in the PBX goes on.
   *
   * Twice is harmless. Without `drain` it cuts short a call that was still draining.
   *
   * @example
   * stream.write(goodbye);
   * stream.hangup({ drain: true });
   */
  hangup(options?: HangupOptions): void;

  /**
   * What the call has carried, and what went wrong. After the end, what it was then.
   *
   * @example
   * stream.onClose(() => console.log(stream.stats().droppedFramesIn));
   */
  stats(): CallStats;

  /**
   * What the peer says, as a Node `Readable`.
   *
   * To read from it is to listen to `data`: audio that was held comes first. Chunks are frames, as
   * `data` gives them, unless `read(size)` asks for another size. It ends with the call. An error of
   * the call destroys it with that error, which is no uncaught exception where nobody listens.
   * `destroy()` stops listening; the call goes on.
   *
   * When its reader is slow, audio waits in the stream: `inboundLimit` seconds of it. Beyond that
   * the oldest is dropped and counted in `stats()`.
   *
   * Always the same stream until it has closed; then, while the call lasts, a new one, which hears
   * what comes from its first read on. After the end, one that ends at once.
   *
   * @example
   * await pipeline(stream.readable, fs.createWriteStream("caller.sln"));
   */
  readonly readable: Readable;

  /**
   * What the peer is to hear, as a Node `Writable`.
   *
   * Takes chunks as `write` does, at the pace at which they leave: no more than `highWaterMark`
   * seconds, and no more than one, are ahead of it. So a `pipeline` into it runs in real time. It
   * finishes when its last frame has left, which is when the `pipeline` resolves; the call goes on.
   * Half a sample at its very end never leaves.
   *
   * - Anything but a Buffer, TypedArray or DataView, such as a string, destroys it with a
   *   `TypeError` with the code `ERR_INVALID_ARG_TYPE`.
   * - When the call is over, or hung up, while it has audio that has not left, it is destroyed with
   *   `ERR_STREAM_PREMATURE_CLOSE`. When the call fails, with that error. Neither is an uncaught
   *   exception where nobody listens. Else it closes.
   * - `destroy()`, and a `pipeline` that is aborted, drop what the stream has. Up to a second that
   *   is queued is heard all the same; `clear` drops that, too.
   * - `clear` drops what was written to it and has not left. What comes after is heard.
   *
   * Always the same stream until it has closed; then, while the call lasts, a new one: one
   * `pipeline` may follow another.
   *
   * @example
   * for (const sentence of answer) {
   *   await pipeline(synthesize(sentence), stream.writable);
   * }
   */
  readonly writable: Writable;

  /**
   * Both as one Node `Duplex`: a `readable` and a `writable` of its own.
   *
   * `end()` ends what is said, and what is heard goes on. When the call is over its reading side
   * ends. So does its writing side, if nothing was ever written; if it was and is not ended, the
   * stream closes a turn after it was read to its end. Like the others, it never hangs up,
   * `destroy()` included.
   *
   * @example
   * await pipeline(stream.duplex, bot, stream.duplex);
   */
  readonly duplex: Duplex;

  /**
   * What the peer says, frame by frame. Each loop has a `readable` of its own.
   *
   * To leave the loop stops listening; the call goes on, and may be looped over again. The loop ends
   * with the call, and throws the call's error.
   *
   * @example
   * for await (const pcm of stream) {
   *   recognizer.write(pcm);
   * }
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer>;

  /**
   * Hangs up at the end of an `await using` block, and waits for the call's end.
   *
   * Audio that has not left is dropped, as by `hangup()`.
   *
   * @example
   * await using call = await AudioSocket.connect({ port: 9092 });
   */
  [Symbol.asyncDispose](): Promise<void>;

  /** Listens to `data`. Throws as `on` does for anything but a function, as do the next three. */
  onData(callback: (pcm: Buffer) => void): this;
  /** Listens to `end`. */
  onClose(callback: () => void): this;
  /** Listens to `error`. */
  onError(callback: (error: NodeJS.ErrnoException) => void): this;
  /** Listens to `dtmf`. */
  onDtmf(callback: (digit: string) => void): this;

  /**
   * The peer said something: one frame's audio, usually 20 ms.
   *
   * The buffer is yours for as long as you hold it. It shares its `ArrayBuffer` with other frames,
   * so `byteOffset` and `length` matter; the offset suits every typed array.
   *
   * When JavaScript does not keep up, the oldest audio beyond `inboundLimit` seconds is dropped and
   * counted in `stats()`.
   *
   * @example
   * stream.on("data", (pcm) => {
   *   const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
   * });
   */
  on(event: "data" | EventType.DATA, listener: (pcm: Buffer) => void): this;
  /**
   * The peer pressed a key: `"0"` to `"9"`, `"*"`, `"#"`, or `"A"` to `"D"`.
   *
   * Keys that come before anyone listens are held. While nobody listens to `data`, they are emitted
   * ahead of the audio that is held.
   */
  on(event: "dtmf", listener: (digit: string) => void): this;
  /**
   * The call is over. Emitted exactly once, after the last `data`.
   *
   * In a short call it waits for listeners: as long as nobody listens to `data`, and the handler
   * still runs or nobody listens to `end`, but no longer than until 2 s after the call came. It
   * does not wait once you hung up or closed the server.
   */
  on(event: "end" | EventType.END, listener: () => void): this;
  /**
   * The call failed. `end` follows.
   *
   * - An `AudioSocketError` (`ERR_AUDIOSOCKET`): the peer reported an error.
   * - `ECONNRESET` and the like, or `ERR_CONNECTION_LOST`: the connection was lost.
   * - `ERR_EVENT_OVERFLOW`: the peer caused more events than were taken, and was hung up on.
   * - Over WebSocket: `ERR_IDLE_TIMEOUT`, `ERR_MESSAGE_RATE` (see the options), `ERR_WS_TOO_BIG` (a
   *   message over `maxMessage`), `ERR_WS_PROTOCOL`, `ERR_WS_DATA` (text that is not UTF-8, damaged
   *   deflate).
   *
   * Without a listener it goes to the server's `error` listeners, and is no uncaught exception.
   */
  on(event: "error" | EventType.ERROR, listener: (error: NodeJS.ErrnoException) => void): this;
  /**
   * The peer broke the protocol, and the call goes on. Emitted once per cause; `stats()` counts.
   *
   * - `ERR_UNKNOWN_KIND`: a message of a kind that does not exist. It was skipped.
   * - `ERR_ID_LENGTH`, `ERR_REPEATED_ID`: another UUID. It was skipped.
   * - `ERR_DTMF_LENGTH`, `ERR_DTMF_DIGIT`: a key that is none. It was skipped.
   * - `ERR_EMPTY_AUDIO`: audio without a sample. It was skipped.
   * - `ERR_ODD_AUDIO`: audio that ends in half a sample. The half was cut off.
   * - `ERR_COMPANDED`: G.711 under the label of linear audio. It was recognised; dial with `c(slin)`.
   *
   * Over WebSocket, once per cause as well:
   * - `ERR_FAR_END`: Asterisk answered a command with an error; it is a `message`, too.
   * - `ERR_EARLY_AUDIO`: more than a second of audio came before the call began. The oldest was dropped.
   * - `ERR_REPEATED_START`: another MEDIA_START. It was skipped.
   * - `ERR_SAMPLE_RATE`: audio of a rate that cannot be sent this way; see `playback`. It was left out.
   * - `ERR_OUTBOUND_FULL`: more text than can wait. It was left out.
   */
  on(event: "warning", listener: (warning: NodeJS.ErrnoException) => void): this;
  /** `write` gave false, and no more than half of `highWaterMark` is queued now. */
  on(event: "drain", listener: () => void): this;
  /**
   * The caller speaks, since `startMs`. With the option `speech`.
   *
   * Told at most `minSpeechMs` + 20 ms after the first sound, whether or not anybody listens to
   * `data`.
   *
   * @example
   * stream.on("speech", () => stream.clear()); // barge-in
   */
  on(event: "speech", listener: (speech: SpeechStart) => void): this;
  /** The caller has stopped speaking. With the option `speech`. */
  on(event: "silence", listener: (speech: SpeechEnd) => void): this;
  /** A mark was passed, or cleared away with what stood before it. See `mark`. */
  on(event: "mark", listener: (name: string, passed: PassedMark) => void): this;
  /**
   * The other end sent text: parsed where it is a JSON object or list, else as it is. Over WebSocket.
   *
   * The first text is not among these: it is `req.metadata`. Nor are those that mean a key or a mark.
   */
  on(event: "message", listener: (message: any) => void): this;
  /**
   * The sender lost its connection, has made another, and the call goes on over it. With the option
   * `stitch` of a `WebSocketAudio`. What was said in between is missing.
   */
  on(event: "reconnect", listener: () => void): this;
  on<E extends StreamEvent>(event: E, listener: StreamListener<E>): this;
  addListener<E extends StreamEvent>(event: E, listener: StreamListener<E>): this;
  once<E extends StreamEvent>(event: E, listener: StreamListener<E>): this;
  prependListener<E extends StreamEvent>(event: E, listener: StreamListener<E>): this;
  prependOnceListener<E extends StreamEvent>(event: E, listener: StreamListener<E>): this;
  off<E extends StreamEvent>(event: E, listener: StreamListener<E>): this;
  removeListener<E extends StreamEvent>(event: E, listener: StreamListener<E>): this;
}

/**
 * A recording of a call, from `AudioStream.record`.
 *
 * @example
 * stream.on("dtmf", () => recording.pause()); // card numbers are not for the file
 */
export class Recording extends EventEmitter {
  private constructor();

  /** Where it is written, as an absolute path. */
  readonly path: string;

  /** Leaves out what comes from now on. After the end, nothing happens. */
  pause(): void;

  /** Goes on where it was paused. */
  resume(): void;

  /**
   * Ends it. Resolves when the file is complete; twice gives the same.
   *
   * Rejects with the error that ended it before: the system's, with `code`, `path` and `syscall`
   * (`EEXIST`, `ENOENT`, `ENOSPC`), `ERR_NOT_A_FILE`, `ERR_RECORDING_TOO_LONG` at 4 GiB,
   * `ERR_UNSUPPORTED_FORMAT` for `sln` of both sides, `ERR_NOT_RECORDABLE` when the call is over or has
   * eight recordings, `ERR_RECORDING_ABORTED` when the environment ends.
   */
  stop(): Promise<RecordingSummary>;

  /** It has ended well: by `stop`, or because the call ended. */
  on(event: "finish", listener: (summary: RecordingSummary) => void): this;
  /** It failed; see `stop`. What was written until then can be played. */
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): this;
  on(event: string | symbol, listener: (...args: any[]) => void): this;
}

/** How a call is recorded. */
export interface RecordOptions {
  /**
   * `"caller"` is what the app hears, `"app"` what the caller hears, `"both"` stereo with the caller
   * left, `"mix"` their sum. `"both"` if missing, `"mix"` for `sln`.
   */
  sides?: "caller" | "app" | "both" | "mix" | undefined;
  /** `"wav"`, or `"sln"` for samples without a header. If missing, what the extension says. */
  format?: "wav" | "sln" | undefined;
  /** Samples a second. The call's if missing; 8000 for a file `.sln`, which is what that means. */
  sampleRate?: SampleRate | undefined;
  /** Replaces a file that is there, which otherwise fails with `EEXIST`. */
  overwrite?: boolean | undefined;
}

/** A recording that has ended well. */
export interface RecordingSummary {
  /** Where it is, as an absolute path. */
  path: string;
  /** How long it sounds, in milliseconds. */
  durationMs: number;
  /** The file's length, with its header. */
  bytes: number;
  /** Frames that are silence in the file because the disk was too slow. */
  droppedFrames: number;
}

/**
 * A call's way to a WebSocket server, from `AudioStream.fork`.
 *
 * What a listener throws goes where the call's own go, and ends neither the call nor the fork.
 *
 * @example
 * fork.on("error", ({ message }) => console.error(message.error, message.http_status));
 */
export class Fork extends EventEmitter {
  private constructor();

  /** Where it goes, without the password. */
  readonly url: string;

  /** Whether the server is there now. */
  readonly isConnected: boolean;

  /** The subprotocol that the server chose last; empty if it chose none. */
  readonly subprotocol: string;

  /**
   * Sends text, or JSON of anything else, ahead of audio that waits. False if it is not sent: the
   * fork has ended, or 1 MiB or 1,024 texts wait already.
   *
   * Text waits for a server that is away. Throws `ERR_INVALID_ARG_TYPE` for what JSON cannot say, and
   * `ERR_OUT_OF_RANGE` beyond 1 MiB.
   */
  sendText(text: unknown): boolean;

  /** Leaves out what is said from now on. After the end, nothing happens. */
  pause(): void;

  /** Goes on, with what is said from now on. */
  resume(): void;

  /** Makes a side silence: `"in"` is the caller, `"out"` the app. `false` lets it be heard again. */
  mute(side: "in" | "out", on?: boolean): void;

  /**
   * Ends it: what was said until now is sent, then `metadata` as text or JSON, then a close with 1000.
   * Resolves when all is done, two seconds later at most, whatever became of it; twice gives the same.
   */
  stop(metadata?: unknown): Promise<ForkStats>;

  /** What it has done so far. */
  stats(): ForkStats;

  /** Ends it, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>;

  /** The server is there. */
  on(event: "connect", listener: (body: ForkConnected) => void): this;
  /** The connection is over. Another is tried unless the code is 1000, or none (1005). */
  on(event: "disconnect", listener: (body: ForkDisconnected) => void): this;
  /**
   * An attempt to connect failed, or the server broke the protocol. Nobody need listen: where nobody
   * does, a fork that fails for good is a process warning.
   */
  on(event: "error", listener: (body: ForkFailed, error: NodeJS.ErrnoException) => void): this;
  /** The server sent text: what it says as JSON, else as it is. */
  on(event: "message", listener: (message: any) => void): this;
  /** The server sent an order or a sound that is broken; nothing came of it. */
  on(event: "warning", listener: (warning: NodeJS.ErrnoException) => void): this;
  /** Nothing follows. The error is why, unless the fork was stopped, or the call or the server ended it. */
  on(event: "close", listener: (error?: NodeJS.ErrnoException) => void): this;
  on(event: string | symbol, listener: (...args: any[]) => void): this;
}

/** How a call is forked. docs/forks.md maps the options of Asterisk's and FreeSWITCH's modules to these. */
export interface ForkOptions extends WebSocketClientOptions {
  /** Defaults as one of the modules has them; each can still be said otherwise. */
  as?: "audiofork" | "mod_audio_stream" | "mod_audio_fork" | undefined;
  /**
   * Whom the server hears: `"in"` is what the caller says, `"out"` what the caller hears. If missing,
   * `"both"` where `mix` is `"mixed"` or `"stereo"`, else `"in"`.
   */
  direction?: "in" | "out" | "both" | undefined;
  /**
   * `"stereo"` has the caller left and the app right. Else there is one channel, with the sum of both
   * sides where both are heard.
   */
  mix?: "mono" | "mixed" | "stereo" | undefined;
  /** Samples a second, of what is sent and of binary audio that comes back. The call's if missing. */
  sampleRate?: SampleRate | undefined;
  /** The length of a message, 10 to 1000 ms; 20 if missing. The last may be shorter. */
  frameMs?: number | undefined;
  /**
   * How long each moment waits for audio that comes late, 20 to 2000 ms; 60 if missing. What comes
   * later still is out of its place or left out.
   */
  delayMs?: number | undefined;
  /** How much may wait to be sent, 20 to 60,000 ms; 5000 if missing. Where more would, the oldest goes. */
  bufferMs?: number | undefined;
  /** In dB, -60 to 60: of both sides, or of each. */
  gain?: number | { in?: number | undefined; out?: number | undefined } | undefined;
  /** Sent first on each connection, as text or JSON. */
  metadata?: unknown;
  /** Seconds between pings; none if missing or 0. A server that says nothing in between is taken for gone. */
  heartbeat?: number | undefined;
  /** Milliseconds for a connection to be there, its handshake done. 10,000 if missing. */
  handshakeTimeout?: number | undefined;
  /** What is done when the server cannot be had; `false` is nothing. */
  reconnect?: ForkReconnect | false | undefined;
  /**
   * What becomes of what is said while the server is away: `"live"` drops it, `"buffered"` keeps as
   * much as `bufferMs` says and sends it first. `"live"` if missing.
   */
  resume?: "live" | "buffered" | undefined;
  /**
   * Plays to the caller what the server sends, binary or as `streamAudio` or `playAudio`, and carries
   * out `killAudio`, `mark`, `clearMarks` and `disconnect`, which ends the call. `false` if missing.
   */
  bidirectional?: boolean | undefined;
}

/** How a server is asked for a WebSocket. */
export interface WebSocketClientOptions {
  /** Headers of the handshake. */
  headers?: Record<string, string | number | string[]> | undefined;
  /** Subprotocols, the dearest first. */
  subprotocols?: string | string[] | undefined;
  /** Basic or Bearer credentials. A user and password in the URL are the same as the former. */
  auth?: { username: string; password?: string | undefined } | { bearer: string } | undefined;
  /** Offers permessage-deflate. `false` if missing: audio hardly shrinks. */
  deflate?: boolean | undefined;
  /** How a server of `wss:` is believed. */
  tls?: WebSocketTls | undefined;
  /**
   * Milliseconds for which the peer may acknowledge nothing, or take nothing in, of what it is sent, before
   * its call ends with `ETIMEDOUT`: so a machine that lost its power is noticed. 30,000 if missing; 0 leaves
   * it to the system, which takes about 15 minutes. Linux only.
   */
  peerTimeout?: number | undefined;
}

/** How a server of `wss:` is believed. */
export interface WebSocketTls {
  /**
   * The system's authorities, those of a PEM file, or nobody's: then anyone is believed. The system's are read once
   * for the process; files anew when they have changed.
   */
  ca?: "system" | "none" | (string & {}) | undefined;
  /** A PEM file with the certificate that the server is shown; with `key`. */
  cert?: string | undefined;
  /** A PEM file with that certificate's key. */
  key?: string | undefined;
  /** Whether the certificate must be for the URL's host. `true` if missing. */
  checkHostname?: boolean | undefined;
}

/** How often a server is tried again, counted from when it was last there. */
export interface ForkReconnect {
  /** Seconds to wait before each attempt; 5 if missing. */
  timeout?: number | undefined;
  /** Attempts in a row; 5 if missing. */
  attempts?: number | undefined;
  /** `"exponential"` doubles each wait, up to a minute, and takes up to half off by chance. */
  backoff?: "fixed" | "exponential" | undefined;
}

/** The body of a fork's `connect`. */
export interface ForkConnected {
  /** What it is. */
  status: "connected";
}

/** The body of a fork's `disconnect`. */
export interface ForkDisconnected {
  /** What it is. */
  status: "disconnected";
  /** The WebSocket's code and reason; 1005 stands for no code, 1006 for a connection that broke. */
  message: { code: number; reason: string };
}

/** The body of a fork's `error`. */
export interface ForkFailed {
  /** What it is. */
  status: "error";
  /**
   * How many attempts have failed in a row, why, how many milliseconds until the next (0: there is
   * none), and what HTTP status the server answered (0: none).
   */
  message: { retries: number; error: string; wait_time: number; http_status: number };
}

/** What a fork has done. */
export interface ForkStats {
  /** Messages of audio that were sent. */
  framesSent: number;
  /** Bytes of audio in them. */
  bytesSent: number;
  /** Messages of audio that were not sent: the server was too slow, or away. */
  droppedFrames: number;
  /** Frames of the call that are silence in the fork, because its task was eight seconds behind. */
  lateFrames: number;
  /** Messages that the server sent. */
  messagesReceived: number;
  /** Bytes in them. */
  bytesReceived: number;
  /** Bytes of audio from the server that nobody heard: it may not speak, or too much waited. */
  droppedBytesBack: number;
  /** Connections after the first. */
  reconnects: number;
  /** Milliseconds of audio that wait to be sent. */
  queuedMs: number;
}

/**
 * The peer's error message, which ends the call.
 *
 * @example
 * stream.onError((error) => {
 *   if (error instanceof AudioSocketError && error.errorCode === ErrorCode.AST_MEMORY) {
 *     console.error("Asterisk is out of memory");
 *   }
 * });
 */
export class AudioSocketError extends Error {
  /** The message for a code; `"Unknown error"` for one that has none. */
  static getMessageFromCode(errorCode: ErrorCode): string;

  /** Makes the error for a code, with that code's message. */
  constructor(errorCode: ErrorCode);

  /** Always `"AudioSocketError"`. */
  name: string;
  /** Always `"ERR_AUDIOSOCKET"`. */
  code: "ERR_AUDIOSOCKET";
  /** What the peer said. It may be a number that `ErrorCode` has no name for. */
  errorCode: ErrorCode;
}

/** Who gets the calls of a server. It may be async; what it gives is not looked at otherwise. */
export type ConnectionHandler<Request extends CallRequest = StreamRequest> = (
  req: Request,
  stream: AudioStream
) => unknown;

/** Who is calling, over whatever: `transport` tells which. */
export type CallRequest = StreamRequest | WebSocketRequest;

/** Who is calling, and how. */
export interface StreamRequest {
  /** The call's UUID in lower case, such as `"40325ec2-5efd-4bd3-805f-53576e581d13"`. */
  ref: string;
  /** What brought the call. */
  transport: "audiosocket";
  /** The peer's IP address. */
  remoteAddress: string;
  /** The peer's port. */
  remotePort: number;
  /** What the option `sampleRate` says, or 8000. The stream's `sampleRate` is the one to go by. */
  sampleRate: SampleRate;
  /** What `expect` was told of this call; undefined if it was not expected. */
  context: any;
}

/** Who asks for a WebSocket: what is known before it is answered. */
export interface UpgradeRequest {
  /** What brought the call. */
  transport: "websocket";
  /** The request's target as the peer wrote it, such as `"/calls/7?ref=a"`. */
  url: string;
  /** The request's headers, as Node gives them: names in lower case, those that repeat joined. */
  headers: IncomingHttpHeaders;
  /** The peer's IP address. */
  remoteAddress: string;
  /** The peer's port. */
  remotePort: number;
}

/** Who is calling over WebSocket, and how. */
export interface WebSocketRequest extends UpgradeRequest, Omit<StreamRequest, "transport"> {
  /** What brought the call. */
  transport: "websocket";
  /**
   * What the call is known by: chan_websocket's connection id; else `ref`, `uuid`, `callId`, `call_id`,
   * `callSid` or `id` of the URL's query; else a UUID in the URL; else one of these names in `metadata`;
   * else a new UUID.
   */
  ref: string;
  /** Who sends: what the option `dialect` says, or what was recognised. */
  dialect: Dialect;
  /** Samples a second that the sender sends. The stream's `sampleRate` is the one to go by. */
  sampleRate: SampleRate;
  /** Voices that the sender sends; see `AudioStream.channels`. */
  channels: 1 | 2;
  /**
   * The first text message, if the sender's first message was text: parsed where it is a JSON object or
   * list, else as it is. Null if there was none. For chan_websocket it is MEDIA_START.
   */
  metadata: any;
  /** The channel's name, such as `"WebSocket/app/0x7f"`; null for all but chan_websocket. */
  channel: string | null;
  /** The channel's unique id; null for all but chan_websocket. */
  channelId: string | null;
  /** The channel's variables, of chan_websocket with `f(json)`; empty for all others. */
  variables: Record<string, string>;
}

/** Who sends call audio over WebSocket; `"raw"` is nobody's: audio in binary messages, text beside it. */
export type Dialect = "audiofork" | "mod_audio_stream" | "mod_audio_fork" | "chan_websocket" | "raw";

/** What the other end of a call can do. */
export interface Capabilities {
  /** Hear: `write`, `play`, `playStream`. */
  audio: boolean;
  /** Take text: `send`. */
  text: boolean;
  /** Tell of keys: `dtmf` is emitted. */
  dtmf: boolean;
  /** Take keys: `dtmf()`. */
  sendDtmf: boolean;
  /** Be silenced: `clear`. It never throws; where this is false there is nothing to clear. */
  clear: boolean;
  /** It has a queue of its own, and `clear` empties that, too. */
  clearAtFarEnd: boolean;
  /** It tells what it has played. Where it does not, `mark` is passed when what is before it has left. */
  mark: boolean;
  /** Be told to answer: `answer`. */
  answer: boolean;
}

/** The voices of a call with two channels. */
export interface SplitCall {
  /** The caller. */
  caller: SplitSide;
  /** The one who is called, or whatever the caller hears. */
  callee: SplitSide;
}

/** One voice; `droppedFrames` counts what was left out because nobody read. */
export type SplitSide = Readable & { readonly droppedFrames: number };

/** Samples a second that the protocol knows. */
export type SampleRate = 8000 | 12000 | 16000 | 24000 | 32000 | 44100 | 48000 | 96000 | 192000;

/** How a call is treated. */
export interface CallOptions {
  /**
   * Samples a second that the app hears and speaks at. The wire's own if missing.
   *
   * The wire's audio is converted where it has another rate, both ways, frame by frame: band-limited,
   * with a delay of 4 ms (at 8 kHz, less above). What is said waits for the peer's first audio to say
   * what the wire has, for 100 ms at most; then the peer is spoken to at this rate.
   */
  sampleRate?: SampleRate | undefined;
  /**
   * Milliseconds of audio in each `data`, from 10 to 200. The peer's own frames if missing, usually
   * 20.
   *
   * The last one before `end` may be shorter. Frames of more than 65,534 bytes, which is more than
   * 170 ms at 192000 Hz, come in pieces.
   */
  frameMs?: number | undefined;
  /**
   * When silence is sent where there is nothing else to send. A server's is `"until-audio"` if
   * missing, a dialled call's `"never"`.
   *
   * `"until-audio"` stops at the peer's first audio; it saves calls in which both sides wait for
   * the other's audio. `"always"` keeps a peer that wants steady audio content, and costs 50 frames
   * a second.
   */
  silence?: "until-audio" | "always" | "never" | undefined;
  /**
   * What the peer's audio at 8 kHz really is. `"auto"` if missing.
   *
   * Asterisk's channel driver, dialled without `c(slin)`, sends G.711 labelled as signed linear audio.
   * `"auto"` notices it from frames of 160 bytes, which are 20 ms of G.711 or 10 ms of linear audio,
   * and from the first 200 ms of sound in them; until then it reads each as what has the least noise.
   * What it recognised is told by the warning `ERR_COMPANDED`.
   * It is sure of speech; a pure tone it may miss, or take for the other law's. Set it where you know
   * it. docs/protocol.md has the figures.
   */
  encoding?: "auto" | "slin" | "ulaw" | "alaw" | undefined;
  /**
   * Listen for speech: `speech` and `silence` are emitted. Off if missing or `false`.
   *
   * `true` goes by the energy of the sound, which takes any sound for speech that stands out and
   * lasts. It costs about 1 µs a frame; the neural network ten to twenty times that while there is
   * sound. docs/speech.md says what each takes for speech.
   */
  speech?: boolean | SpeechOptions | undefined;
  /**
   * Seconds of written audio above which `write` gives false, from 0 to 3600. 1 if missing.
   *
   * More lets a writer run further ahead, and memory grow.
   */
  highWaterMark?: number | undefined;
  /**
   * Seconds of written audio above which `write` throws `ERR_OUTBOUND_FULL`, from 0 to 3600. 120 if
   * missing.
   */
  outboundLimit?: number | undefined;
  /**
   * Seconds of heard audio that wait for a busy JavaScript before the oldest is dropped, from 0 to
   * 3600. 5 if missing.
   */
  inboundLimit?: number | undefined;
  /**
   * Milliseconds for which no audio may come before the call ends with `ERR_NO_AUDIO`, from 1; it may take a quarter
   * longer. For ever if missing. A PBX may send none while a call is on hold.
   */
  mediaTimeout?: number | undefined;
  /** Milliseconds after which the call ends with `ERR_MAX_DURATION`, from 1. Never if missing. */
  maxDuration?: number | undefined;
}

/** What `new AudioSocket` takes. */
export interface ServerOptions extends CallOptions {
  /** Milliseconds that a connection may take to say its UUID, from 1. 5000 if missing. */
  handshakeTimeout?: number | undefined;
  /**
   * Milliseconds for which the peer may acknowledge nothing, or take nothing in, of what it is sent, before
   * its call ends with `ETIMEDOUT`: so a machine that lost its power is noticed. 30,000 if missing; 0 leaves
   * it to the system, which takes about 15 minutes. Linux only.
   */
  peerTimeout?: number | undefined;
  /** Connections at a time, from 1. 65535 if missing. More are turned away: `ERR_MAX_CONNECTIONS`. */
  maxConnections?: number | undefined;
  /**
   * Connections at a time of one address, from 1; an IPv6 network of 64 bits counts as one. No limit if missing.
   * More are turned away: `ERR_MAX_CONNECTIONS_PER_ADDRESS`.
   */
  maxConnectionsPerAddress?: number | undefined;
  /** Connections at a time that are no calls yet, from 1. 4096 if missing. More are turned away: `ERR_MAX_PENDING`. */
  maxPending?: number | undefined;
  /**
   * Connections a second, from 0.001; a second's worth may come at once. No limit if missing. More are turned away:
   * `ERR_CALL_RATE`.
   */
  maxCallsPerSecond?: number | undefined;
  /** The same of one address: `ERR_CALL_RATE_PER_ADDRESS`. No limit if missing. */
  maxCallsPerSecondPerAddress?: number | undefined;
  /**
   * Networks that connections may come from, as `"10.0.0.0/8"`, `"2001:db8::/32"` or an address; all others are
   * turned away: `ERR_ADDRESS_DENIED`. Any if missing. AudioSocket asks nobody for a password: say where your PBX is.
   */
  allow?: string[] | undefined;
  /** Networks that none may come from, though they be in `allow`. None if missing. */
  deny?: string[] | undefined;
  /**
   * What becomes of a call that says the `ref` of another which is not over: `"allow"` takes it; `"refuse"` turns it
   * away with `ERR_DUPLICATE_REF`; `"replace"` takes it and hangs the other up. `"allow"` if missing.
   */
  duplicateRef?: "allow" | "refuse" | "replace" | undefined;
  /**
   * Says whose call is taken, once its UUID is there and before the handler is called. It may be async, for
   * `handshakeTimeout`; audio that comes meanwhile waits, two seconds of it. All are taken if missing.
   *
   * `true` takes the call; anything else turns it away with `ERR_REFUSED`. What it throws is an `error` of the server,
   * and the call is turned away.
   */
  authorize?: AuthorizeCall | undefined;
  /** Calls that may be expected at once, from 1 to 16,777,216. 65535 if missing. */
  maxExpected?: number | undefined;
  /**
   * Only calls that `expect` was told of may come; others are turned away with a `drop`. False if
   * missing.
   */
  onlyExpected?: boolean | undefined;
  /**
   * Connections come through a load balancer that says first whose they are, by the PROXY protocol, version 1 or 2:
   * `remoteAddress` and `remotePort` are what it says, and limits go by that. A connection that says nothing of the
   * kind is turned away with `ERR_PROXY_HEADER`.
   *
   * An array names the balancers' networks, as for `allow`: only those are believed, and who comes from elsewhere
   * comes for itself. `true` believes anybody who reaches the port. False if missing.
   */
  proxyProtocol?: boolean | string[] | undefined;
  /**
   * Bytes that decoded files may take that are played often, for all servers of the process; the
   * server that listened last decides. 32 MiB if missing, 0 keeps nothing.
   *
   * A file of up to 1 MiB of decoded audio (65 s at 8 kHz) is kept from its first play on, until
   * it changes or others need the room.
   */
  promptCacheBytes?: number | undefined;
  /**
   * Milliseconds for which frames may gather before they are passed on together, from 0 to 20, for
   * all servers of the process; the server that listened last decides. 1 if missing, 0 switches it
   * off.
   *
   * It sets in with load alone, from some 40 calls on: a wake-up costs more than a frame. With fewer
   * calls no frame is held back.
   */
  gatherMs?: number | undefined;
}

/** What `AudioSocket.connect` takes. */
export interface DialOptions extends CallOptions {
  /** The server's port, from 1 to 65535. */
  port: number;
  /** The server's address or name. `"127.0.0.1"` if missing. */
  host?: string | undefined;
  /** The call's UUID. A random one if missing. */
  ref?: string | undefined;
  /**
   * Milliseconds that the connection may take, from 1. 2000 if missing, as in Asterisk. A name's addresses are
   * tried 250 ms apart, or as soon as one fails, and the first that answers is taken.
   */
  timeout?: number | undefined;
  /**
   * Milliseconds for which the peer may acknowledge nothing, or take nothing in, of what it is sent, before
   * its call ends with `ETIMEDOUT`: so a machine that lost its power is noticed. 30,000 if missing; 0 leaves
   * it to the system, which takes about 15 minutes. Linux only.
   */
  peerTimeout?: number | undefined;
  /** Gives up dialling. Once the call is up it does nothing. */
  signal?: AbortSignal | undefined;
}

/** How a call over WebSocket is treated. */
export interface WebSocketCallOptions extends Omit<CallOptions, "encoding"> {
  /** Who sends. Recognised if missing, from the subprotocol and the first message. */
  dialect?: Dialect | undefined;
  /**
   * How FreeSWITCH is given audio: `"json"` as raw audio in `streamAudio` or `playAudio`, at 8, 16, 24, 32
   * or 48 kHz; `"wav"` the same as a WAV file, of any rate; `"binary"` frame by frame, for builds that take
   * it: mod_audio_fork's with bidirectional audio, newer ones of mod_audio_stream. `"json"` if missing. Of
   * no meaning to other dialects.
   */
  playback?: "json" | "wav" | "binary" | undefined;
  /**
   * Milliseconds of audio in one message of JSON, from 20 to 10,000. 200 if missing. Each is a file at the
   * other end: more are fewer files, heard later.
   */
  chunkMs?: number | undefined;
  /**
   * Seconds for which a call's first audio waits for its metadata, from 0 to 1; newer builds of
   * mod_audio_stream send it behind. 0.2 if missing; with 0 the call begins at once. No audio is lost: up
   * to a second of it is kept. Of no meaning to dialects without metadata.
   */
  metadataWait?: number | undefined;
  /**
   * permessage-deflate: with `true` a server takes it where it is offered, and `connect` offers it. `false`
   * if missing: audio hardly shrinks, and unpacking takes processor time.
   */
  deflate?: boolean | undefined;
  /** More headers, of the answer or, with `connect`, of the request. The WebSocket's own cannot be said. */
  headers?: Record<string, string | number> | undefined;
  /**
   * Seconds between pings, from 0 to 3600; 0 sends none. 20 if missing. chan_websocket is asked for its
   * status instead, after so long a silence: a ping hangs older versions up. app_audiofork, which answers none,
   * is sent none.
   */
  ping?: number | undefined;
  /**
   * Seconds for which nothing at all may come, pongs included, before the call ends with
   * `ERR_IDLE_TIMEOUT`; 0 is for ever, 86,400 the most. Three pings if missing; for ever where none are sent.
   */
  idleTimeout?: number | undefined;
  /** Bytes of a message, from 1024 to 64 MiB. More ends the call with `ERR_WS_TOO_BIG`. 1 MiB if missing. */
  maxMessage?: number | undefined;
  /**
   * Bytes of a text message, from 1024 to 64 MiB; no more than `maxMessage` counts. More ends the call with
   * `ERR_WS_TOO_BIG`, and more than sixteen times as much in ten seconds with `ERR_MESSAGE_RATE`. 64 KiB if
   * missing.
   */
  maxText?: number | undefined;
  /**
   * Messages a second, from 60, of which pings and each fragment count as one; ten seconds' worth may come
   * at once, after a stall. More end the call with `ERR_MESSAGE_RATE`. 1000 if missing; a call usually has 50.
   */
  maxMessageRate?: number | undefined;
}

/** What may be said of a server's calls, and of those of one path. */
export interface WebSocketPathOptions extends WebSocketCallOptions {
  /**
   * What the audio is, where the dialect does not tell: of mod_audio_stream, mod_audio_fork and `"raw"`. Or
   * a function that says so of a request. What is missing there is taken from the URL's query
   * (`?sampleRate=16000&channels=2`), or is 8000 Hz with one channel.
   */
  format?: WebSocketFormat | TellFormat | undefined;
  /** The subprotocol to answer those who offer it. If missing, or not offered, the dialect's own. */
  subprotocol?: string | undefined;
  /**
   * Seconds, from 0 to 3600, that a sender whose connection broke may take to come again to the very same
   * URL; its call then goes on, with `reconnect`. 0 if missing: each connection is a call.
   *
   * For app_audiofork with `R` and `r`. A sender that closes in due form (1011 is one) has hung up.
   */
  stitch?: number | undefined;
  /** Origins that a browser may come from; others are answered 403. Any if missing; who has none may come. */
  origins?: string[] | undefined;
  /** Says who gets a WebSocket. Everybody if missing. */
  authorize?: Authorize | undefined;
}

/** What `new WebSocketAudio` takes. */
export interface WebSocketOptions extends WebSocketPathOptions, Omit<ServerOptions, keyof CallOptions | "authorize"> {
  /**
   * Paths by name, without their queries, each with options of its own in place of the server's. `"/calls/*"`
   * is all that begins with `/calls/`; a path that is named whole goes before those, and of those the first.
   * Any other is answered 404. If missing, all paths are taken.
   */
  paths?: Record<string, WebSocketPathOptions> | undefined;
  /** For TLS: the certificate and its chain, as PEM. With `key`. */
  cert?: string | Uint8Array | undefined;
  /** For TLS: the certificate's key, as PEM, without a password. */
  key?: string | Uint8Array | undefined;
  /**
   * Milliseconds, from 1, for each step until there is a call: the request, `authorize`, the answer, and what
   * the sender says first. 5000 if missing.
   */
  handshakeTimeout?: number | undefined;
}

/** What audio is that does not tell it itself. */
export interface WebSocketFormat {
  /** Samples a second, of each channel. The URL's or 8000 if missing. */
  sampleRate?: SampleRate | undefined;
  /** 1, or 2 with the caller and the one who is called in turn. The URL's or 1 if missing. */
  channels?: 1 | 2 | undefined;
}

/** Says what the audio of a request is, at once or later. */
export type TellFormat = (
  request: UpgradeRequest
) => WebSocketFormat | null | undefined | Promise<WebSocketFormat | null | undefined>;

/** What `WebSocketAudio.connect` takes. The subprotocol of chan_websocket is `"media"`. */
export interface WebSocketDialOptions extends Omit<WebSocketCallOptions, keyof WebSocketClientOptions>, WebSocketClientOptions {
  /** What the audio is, where the dialect does not tell. 8000 Hz with one channel if missing. */
  format?: WebSocketFormat | undefined;
  /** Milliseconds that the WebSocket may take to be open, from 1. 5000 if missing. */
  timeout?: number | undefined;
  /** Gives up dialling. Once the call is up it does nothing. */
  signal?: AbortSignal | undefined;
}

/** Where `WebSocketAudio.attach` attaches. */
export interface AttachOptions {
  /** The path whose WebSockets are taken, without its query. All if missing. */
  path?: string | undefined;
}

/** Says whose call over AudioSocket is taken. */
export type AuthorizeCall = (request: StreamRequest) => boolean | null | undefined | void | Promise<boolean | null | undefined | void>;

/**
 * Says who gets a WebSocket, before it is answered. It may be async, for `handshakeTimeout`; then the peer is
 * answered 503.
 *
 * `true` lets the peer in. `false`, or nothing, is answered 401; a number is the status to answer, from 300
 * to 599; or a whole answer. What it throws is an `error` of the server, and answered 500.
 */
export type Authorize = (request: UpgradeRequest) => Authorization | Promise<Authorization>;

/** What `authorize` gives. */
export type Authorization = boolean | number | Refusal | null | undefined | void;

/** How a peer is refused. */
export interface Refusal {
  /** From 300 to 599. 401 if missing. */
  status?: number | undefined;
  /** Headers of the answer. */
  headers?: Record<string, string | number> | undefined;
  /** Its body. The status in words if missing. */
  body?: string | Uint8Array | undefined;
}

/** Says `true` to a user's name and password that are known. */
export type CheckUser = (user: string, password: string, request: UpgradeRequest) => boolean | Promise<boolean>;

/** Says `true` to a token that is known. */
export type CheckToken = (token: string, request: UpgradeRequest) => boolean | Promise<boolean>;

/** Where and how a server listens. */
export interface ListenOptions {
  /** The port; 0, or missing, for a free one. */
  port?: number | undefined;
  /**
   * An IP address or a name. `"0.0.0.0"` if missing; of a `WebSocketAudio` `"::"`, where there is IPv6. `"::"`
   * takes IPv4 peers too.
   */
  host?: string | undefined;
  /** Connections that may wait to be accepted. 511 if missing. */
  backlog?: number | undefined;
  /**
   * Several processes may listen on the port, and the system spreads connections over them. False
   * if missing.
   */
  reusePort?: boolean | undefined;
}

/** How long a call is expected. */
export interface ExpectOptions {
  /** Milliseconds until it is forgotten, from 1. 60000 if missing. */
  timeout?: number | undefined;
}

/** A call that was expected. */
export interface ExpectedCall {
  /** The UUID that `expect` gave. */
  ref: string;
  /** What `expect` was told of it. */
  context: any;
}

/** How long a server waits for its calls to end. */
export interface DrainOptions {
  /** Milliseconds after which the calls that are left are hung up, from 0. Never if missing. */
  timeout?: number | undefined;
}

/** How `AudioStream.hangup` hangs up. */
export interface HangupOptions {
  /** Plays out first what was written and what plays. False if missing. */
  drain?: boolean | undefined;
}

/** How a play came to its end. */
export interface PlayResult {
  /** Everything was played; false if the play was stopped or replaced or the call ended. */
  completed: boolean;
  /** Milliseconds of it that have left. */
  playedMs: number;
}

/** A connection that did not become a call. */
export interface DroppedConnection {
  /**
   * Why: `ERR_MAX_CONNECTIONS` and its like (see `maxConnections`, `allow`), `ERR_HANDSHAKE_TIMEOUT`, `ERR_FIRST_FRAME` (it began with something
   * other than a UUID), `ERR_ID_LENGTH` (with a UUID of wrong length), `ERR_CLOSED_EARLY` (it
   * closed first), `ERR_UNEXPECTED` (see `onlyExpected`), `ERR_PROXY_HEADER` (see `proxyProtocol`) or
   * `ERR_SERVER_CLOSED`. docs/errors.md has those over WebSocket, among them `ERR_REFUSED`: it was answered 401, 403,
   * 404 or whatever `authorize` said.
   */
  code: string;
  /** The peer's IP address. */
  remoteAddress: string;
  /** The peer's port. */
  remotePort: number;
}

/** What a call has carried, and what went wrong. Audio frames and their bytes, without headers. */
export interface CallStats {
  /** Frames that arrived. */
  framesIn: number;
  /** Bytes that arrived. */
  bytesIn: number;
  /**
   * Frames that arrived and were dropped, because nobody took them in time. Each Node stream whose
   * reader is slow counts its own.
   */
  droppedFramesIn: number;
  /** Bytes that arrived and were dropped. */
  droppedBytesIn: number;
  /** Messages of a kind that does not exist. */
  unknownKinds: number;
  /** Messages that broke the protocol in another way. */
  malformed: number;
  /**
   * Milliseconds of audio that came more than ten seconds ahead of real time. It is passed on like other
   * audio; the call gets one `warning` with `ERR_FAST_AUDIO`.
   */
  fastAudioMs: number;
  /** Frames that left, silence too. */
  framesOut: number;
  /** Bytes that left, silence too. */
  bytesOut: number;
  /** Bytes that were written and have not left. */
  queuedBytesOut: number;
  /** Frames of a play that were skipped because their time had passed. */
  lateFrames: number;
  /** Times a play's source had nothing when a frame was due. */
  underruns: number;
}

/** What a server has seen. All but what is there now are totals since the server was made. */
export interface ServerMetrics {
  /** Connections that are open now. */
  connections: number;
  /** Connections that were accepted. */
  accepted: number;
  /** Connections that became calls. */
  calls: number;
  /** Connections that did not, as `drop` tells. */
  dropped: number;
  /** Connections that could not be accepted: they broke before, or the system had no descriptor left (`EMFILE`). */
  acceptErrors: number;
  /** Calls that are expected now. */
  expected: number;
  /** The same by why. All are counted, also those that come faster than JavaScript hears of them by `drop`. */
  droppedByCode: DroppedByCode;
  /** Calls that are not over. */
  activeCalls: number;
  /** Calls that are. */
  endedCalls: number;
  /** How long those lasted together, in milliseconds. */
  endedMs: number;
  /** What all calls have carried. */
  audio: AudioTotals;
  /** What all forks of calls have sent. */
  forks: ForkTotals;
  /** Errors of calls whose stream had no `error` listener. */
  unhandledErrors: number;
  /** Times a handler or a listener threw or rejected. */
  handlerErrors: number;
  /** Files that are played often and decoded once, for all servers of the process. */
  promptCache: PromptCacheMetrics;
}

/** How many connections were dropped, by the code of `DroppedConnection`. */
export interface DroppedByCode {
  /** With that code. */
  [code: string]: number;
}

/**
 * What all calls of a server have carried: the sums of their `stats()`, with those that are over. What
 * waits is that of the calls that are not.
 */
export interface AudioTotals extends CallStats {}

/** What all forks of a server's calls have sent: the sums of their `stats()`, with those that are over. */
export interface ForkTotals extends Omit<ForkStats, "queuedMs"> {
  /** Forks that are not over. */
  active: number;
  /** Forks that were asked for. */
  started: number;
  /** Forks that ended with an error. */
  failed: number;
}

/** How well files that are played often are kept. */
export interface PromptCacheMetrics {
  /** Plays that needed no decoding. */
  hits: number;
  /** Plays that did. */
  misses: number;
  /** Files that are kept. */
  files: number;
  /** What they take, and what those take that are being decoded. */
  bytes: number;
}

/** The events of a server, and what its listeners get; `CallServer.on` describes them. */
export interface CallServerEvents<Request extends CallRequest = CallRequest> {
  listening: [];
  connection: [req: Request, stream: AudioStream];
  drop: [dropped: DroppedConnection];
  expired: [expired: ExpectedCall];
  error: [error: NodeJS.ErrnoException];
  close: [];
}

/** The events of an `AudioSocket`. */
export interface AudioSocketEvents extends CallServerEvents<StreamRequest> {}

/** The events of a `WebSocketAudio`. */
export interface WebSocketAudioEvents extends CallServerEvents<WebSocketRequest> {}

/** The events of an `AudioStream`, and what its listeners get; `AudioStream.on` describes them. */
export interface AudioStreamEvents {
  data: [pcm: Buffer];
  dtmf: [digit: string];
  end: [];
  error: [error: NodeJS.ErrnoException];
  warning: [warning: NodeJS.ErrnoException];
  drain: [];
  mark: [name: string, passed: PassedMark];
  message: [message: any];
  reconnect: [];
  speech: [speech: SpeechStart];
  silence: [speech: SpeechEnd];
}

/** How speech is listened for. */
export interface SpeechOptions {
  /**
   * `"energy"` takes for speech what is louder than the background, `"vad"` what a neural network
   * takes for speech as well: not noise or hum, but keys (DTMF) in the audio and some music.
   * `"energy"` if missing.
   */
  detector?: "energy" | "vad" | undefined;
  /** With `"energy"`, dB above the background, 10 if missing; with `"vad"`, a probability, 0.5. */
  threshold?: number | undefined;
  /** Softer sound is never speech: dB below full scale, from -96 to 0. -50 if missing. */
  minLevel?: number | undefined;
  /** Milliseconds that sound must last to be speech; `speech` comes later by as much. 100. */
  minSpeechMs?: number | undefined;
  /** Milliseconds of quiet that end speech. 500 if missing. */
  minSilenceMs?: number | undefined;
}

/** When speech began, in milliseconds of the caller's audio. */
export interface SpeechStart {
  /** The beginning of its first sound. */
  startMs: number;
}

/** When speech began and ended, in milliseconds of the caller's audio. */
export interface SpeechEnd {
  /** The beginning of its first sound. */
  startMs: number;
  /** The end of its last sound. */
  endMs: number;
  /** How long it lasted, short pauses included. */
  ms: number;
}

/** What `play` plays. */
export type PlaySource = string | URL | NodeJS.ArrayBufferView | PlayStreamSource;

/** A stream of bytes. */
export type PlayStreamSource =
  | Readable
  | WebReadableStream<NodeJS.ArrayBufferView>
  | AsyncIterable<NodeJS.ArrayBufferView>
  | Iterable<NodeJS.ArrayBufferView>;

/** How `play` and `playStream` play. */
export interface PlayOptions {
  /** Ends the play, after its fade; its promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Louder or softer, in dB from -60 to 60. What becomes too loud is kept in range. Default 0. */
  gain?: number;
  /** How often to play it, one round right after the other; `true` for ever. Default 1. */
  loop?: number | boolean;
  /** Milliseconds to leave out at the beginning of each round. Default 0. */
  start?: number;
  /** Milliseconds of it to play, from `start` on; as many in each round of a `loop`. Default all. */
  duration?: number;
  /** Milliseconds over which it fades away when `stop` or the signal ends it. Default 0. */
  fadeOut?: number;
  /** What the bytes are, where they are raw. Default: found out. */
  format?: RawFormat;
}

/** What raw bytes are. */
export interface RawFormat {
  /**
   * `slin` is signed 16-bit little-endian, `float32` little-endian from -1 to 1, `ulaw` and `alaw`
   * G.711, `g722` at 64 kbit/s, `gsm` 06.10 full rate. Default `slin`.
   */
  encoding?: "slin" | "ulaw" | "alaw" | "float32" | "g722" | "gsm";
  /** Samples per second, of each channel. Default 8000. */
  sampleRate?: number;
  /** Channels, interleaved. Default 1. */
  channels?: number;
}

/** How a mark was passed. */
export interface PassedMark {
  /** What stood before the mark was dropped by `clear`, and not heard to its end. */
  cleared: boolean;
}

/** What a message of the protocol is, by its first byte. */
export enum MessageType {
  /** Ends the call. */
  HANGUP = 0x00,
  /** The call's UUID, 16 bytes. */
  ID = 0x01,
  /** Silence, with or without samples. */
  SILENCE = 0x02,
  /** One key, as ASCII. */
  DTMF = 0x03,
  /** Audio at 8000 Hz. */
  SLIN = 0x10,
  /** Audio at 12000 Hz. */
  SLIN12 = 0x11,
  /** Audio at 16000 Hz. */
  SLIN16 = 0x12,
  /** Audio at 24000 Hz. */
  SLIN24 = 0x13,
  /** Audio at 32000 Hz. */
  SLIN32 = 0x14,
  /** Audio at 44100 Hz. */
  SLIN44 = 0x15,
  /** Audio at 48000 Hz. */
  SLIN48 = 0x16,
  /** Audio at 96000 Hz. */
  SLIN96 = 0x17,
  /** Audio at 192000 Hz. */
  SLIN192 = 0x18,
  /** The peer failed; one byte of `ErrorCode`. */
  ERROR = 0xff
}

/** Why the peer failed. */
export enum ErrorCode {
  NONE = 0x00,
  /** The caller hung up. */
  AST_HANGUP = 0x01,
  /** A frame could not be passed on. */
  AST_FRAME_FORWARDING = 0x02,
  /** There was no memory left. */
  AST_MEMORY = 0x04,
  UNKNOWN = 0xff
}

/** The events that `onData`, `onClose` and `onError` listen to. */
export enum EventType {
  DATA = "data",
  END = "end",
  ERROR = "error"
}

/** Bytes of a message without a payload: its kind, and two of length. */
export const MINIMUM_MESSAGE_LENGTH: 3;

/** The most bytes that a message's length can name. */
export const MAXIMUM_MESSAGE_LENGTH: 65535;

/** What `CallServer.on` and its like listen to; the symbols are Node's. */
type ServerEvent = keyof CallServerEvents | symbol;

/** What `AudioStream.on` and its like listen to; the symbols are Node's. */
type StreamEvent = keyof AudioStreamEvents | EventType | symbol;

type ServerListener<Request extends CallRequest, E> = ListenerOf<CallServerEvents<Request>, E>;
type StreamListener<E> = ListenerOf<AudioStreamEvents, E>;

type ListenerOf<Events, E> = E extends keyof Events
  ? (...args: Extract<Events[E], unknown[]>) => void
  : E extends EventType
    ? ListenerOf<Events, `${E}`>
    : (...args: any[]) => void;

/** Only what is marked is exported. */
export {};
