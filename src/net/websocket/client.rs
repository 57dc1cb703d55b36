//! The client: from a URL to an established socket, or to the step that failed.

use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::rustls::pki_types::ServerName;

use super::Role;
use super::connect_error::{ConnectError, Step};
use super::connector::connector;
use super::head::{self, Fields, HeadError, MAX_HEAD};
use super::socket::{Socket, SocketOptions, Stream};
use super::target::Target;
use super::tls::TlsOptions;
use super::upgrade::Upgrade;
use crate::net::dial::{DialTerms, dial};
use crate::net::{handshakes, names};

#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// `ws:` or `wss:`. A user and password in it are sent as Basic authorization.
    pub url: String,
    pub headers: Fields,
    /// The dearest first.
    pub subprotocols: Vec<String>,
    /// Whether permessage-deflate is offered.
    pub deflate: bool,
    /// For all steps together.
    pub timeout: Duration,
    pub tls: TlsOptions,
    pub socket: SocketOptions,
    /// Bytes that the system may keep for a server that reads slowly. Default: what it likes.
    pub send_buffer: Option<usize>,
    /// How long the server may acknowledge nothing of what it is sent; zero: as the system has it.
    pub peer_timeout: Duration,
}

pub(in crate::net) struct Connected {
    pub(in crate::net) socket: Socket,
    pub(in crate::net) subprotocol: Option<String>,
}

/// Connects. Follows no redirect: a status other than 101 is an error that tells it.
pub(in crate::net) async fn connect(options: &ClientOptions) -> Result<Connected, ConnectError> {
    let target =
        Target::parse(&options.url).map_err(|fault| ConnectError::new(Step::Url, fault))?;
    let upgrade = Upgrade::new(&target, &options.headers, &options.subprotocols, options.deflate)
        .map_err(|fault| ConnectError::new(Step::Header, fault.0))?;
    let deadline = Instant::now() + options.timeout;
    let tcp = reach(options, &target, deadline).await?;
    timeout_at(deadline, open(options, &target, &upgrade, tcp)).await.unwrap_or_else(|_| {
        let message = format!("{} did not answer the handshake in time", target.place());
        Err(ConnectError::new(Step::Timeout, message))
    })
}

/// Finds the host's addresses and connects to one of them.
async fn reach(
    options: &ClientOptions,
    target: &Target,
    deadline: Instant,
) -> Result<TcpStream, ConnectError> {
    let addresses = timeout_at(deadline, names::look_up(&target.host, target.port))
        .await
        .map_err(|_| {
            let message = format!("the addresses of {} were not found in time", target.host);
            ConnectError::new(Step::Timeout, message)
        })?
        .map_err(|fault| ConnectError::new(Step::Dns, format!("{}: {fault}", target.host)))?;
    let terms = DialTerms { deadline, peer_timeout: options.peer_timeout };
    let (tcp, _) = dial(&addresses, terms)
        .await
        .map_err(|error| ConnectError::dial(&target.place(), &error))?;
    if let Some(bytes) = options.send_buffer {
        // A bound that is refused is a bound that is larger.
        let _ = SockRef::from(&tcp).set_send_buffer_size(bytes);
    }
    Ok(tcp)
}

async fn open(
    options: &ClientOptions,
    target: &Target,
    upgrade: &Upgrade<'_>,
    tcp: TcpStream,
) -> Result<Connected, ConnectError> {
    if target.is_tls {
        let tls = secure(tcp, target, &options.tls).await?;
        ask(Box::new(tls), upgrade, options.socket).await
    } else {
        ask(Box::new(tcp), upgrade, options.socket).await
    }
}

async fn secure(
    tcp: TcpStream,
    target: &Target,
    options: &TlsOptions,
) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static, ConnectError> {
    let host = ServerName::try_from(target.host.clone())
        .map_err(|error| ConnectError::new(Step::Tls, error.to_string()))?;
    let connector =
        connector(options).await.map_err(|fault| ConnectError::new(Step::Tls, fault))?;
    handshakes::run(async move { connector.connect(host, tcp).await })
        .await
        .and_then(|secured| secured)
        .map_err(|error| ConnectError::io(Step::Tls, &error))
}

async fn ask(
    mut stream: Box<dyn Stream>,
    upgrade: &Upgrade<'_>,
    options: SocketOptions,
) -> Result<Connected, ConnectError> {
    let failed = |error: std::io::Error| {
        // A TLS server that wants a certificate says so only now.
        let is_tls = error.get_ref().is_some_and(|inner| inner.is::<tokio_rustls::rustls::Error>());
        ConnectError::io(if is_tls { Step::Tls } else { Step::Handshake }, &error)
    };
    stream.write_all(&upgrade.bytes).await.map_err(failed)?;
    stream.flush().await.map_err(failed)?;
    let (answer, leftover) =
        head::read(&mut stream, MAX_HEAD).await.map_err(|fault| match fault {
            HeadError::Io(error) => failed(error),
            HeadError::Ended => ConnectError::new(Step::Handshake, "the server hung up"),
            HeadError::TooLong => ConnectError::new(Step::Handshake, "the answer is too long"),
            HeadError::NotHttp => ConnectError::new(Step::Handshake, "the answer is not HTTP"),
        })?;
    let agreed = upgrade.answer(&answer)?;
    let socket = Socket::new(stream, leftover, Role::Client, &agreed, options);
    Ok(Connected { socket, subprotocol: agreed.subprotocol })
}
