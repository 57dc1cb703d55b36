//! TLS on loopback, with certificates made for each test.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{HandshakeKind, RootCertStore, ServerConfig};

use super::super::{
    AcceptOptions, ClientOptions, ConnectError, Connected, Roots, TlsOptions, acceptor, connect,
};
use super::client::{options, serve, server, talk};
use super::support::soon;

/// A folder of this test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("callstreams-tls-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, as PEM.
struct Identity {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("signed").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn sign(&self, host: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let mut params = CertificateParams::new([host.to_owned()]).expect("parameters");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed").pem();
        Identity { certificate, key: key.serialize_pem() }
    }

    fn roots(&self, folder: &Folder) -> Roots {
        Roots::File(folder.file("ca.pem", &self.pem))
    }
}

fn acceptor_of(identity: &Identity) -> TlsAcceptor {
    acceptor(identity.certificate.as_bytes(), identity.key.as_bytes()).expect("usable")
}

/// Connects to a server that has `acceptor`, as `localhost`.
async fn attempt(acceptor: TlsAcceptor, tls: TlsOptions) -> Result<Connected, ConnectError> {
    let (address, _task) = server(|stream| async move {
        if let Ok(stream) = acceptor.accept(stream).await {
            serve(stream, AcceptOptions::default()).await;
        }
    })
    .await;
    let url = format!("wss://localhost:{}/", address.port());
    soon(connect(&ClientOptions { tls, ..options(url) })).await
}

async fn refused(acceptor: TlsAcceptor, tls: TlsOptions, why: &str) {
    let fault = attempt(acceptor, tls).await.err().expect("no connection");
    assert_eq!(fault.code(), "ERR_WS_TLS", "{fault}");
    assert!(fault.message.contains(why), "{fault}");
}

#[tokio::test]
async fn a_server_with_a_good_certificate_is_talked_to() {
    let (folder, authority) = (Folder::new(), Authority::new());
    let acceptor = acceptor_of(&authority.sign("localhost", |_| {}));
    let roots = authority.roots(&folder);
    let tls = TlsOptions { roots, ..TlsOptions::default() };
    talk(attempt(acceptor, tls).await.expect("connected")).await;
}

#[tokio::test]
async fn the_second_connection_to_a_server_resumes_the_first_ones_session() {
    let (folder, authority) = (Folder::new(), Authority::new());
    let acceptor = acceptor_of(&authority.sign("localhost", |_| {}));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("wss://localhost:{}/", listener.local_addr().expect("an address").port());
    let server = tokio::spawn(async move {
        let mut kinds = Vec::new();
        for _ in 0..2 {
            let (stream, _) = soon(listener.accept()).await.expect("a connection");
            let stream = acceptor.accept(stream).await.expect("secured");
            kinds.push(stream.get_ref().1.handshake_kind());
            serve(stream, AcceptOptions::default()).await;
        }
        kinds
    });
    let tls = TlsOptions { roots: authority.roots(&folder), ..TlsOptions::default() };
    for _ in 0..2 {
        let client = ClientOptions { tls: tls.clone(), ..options(url.clone()) };
        talk(soon(connect(&client)).await.expect("connected")).await;
    }
    let kinds = soon(server).await.expect("no panic");
    assert_eq!(kinds, [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)]);
}

#[tokio::test]
async fn the_wrong_host_is_refused_unless_its_check_is_off() {
    let (folder, authority) = (Folder::new(), Authority::new());
    let acceptor = acceptor_of(&authority.sign("elsewhere.example", |_| {}));
    let tls = TlsOptions { roots: authority.roots(&folder), ..TlsOptions::default() };
    refused(acceptor.clone(), tls.clone(), "not valid for name").await;
    let tls = TlsOptions { check_hostname: false, ..tls };
    talk(attempt(acceptor, tls).await.expect("connected")).await;
}

#[tokio::test]
async fn a_certificate_out_of_date_is_refused_whatever_the_host() {
    let (folder, authority) = (Folder::new(), Authority::new());
    let identity = authority.sign("localhost", |params| {
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2001, 1, 1);
    });
    for check_hostname in [true, false] {
        let roots = authority.roots(&folder);
        let tls = TlsOptions { roots, check_hostname, ..TlsOptions::default() };
        refused(acceptor_of(&identity), tls, "expired").await;
    }
}

#[tokio::test]
async fn an_unknown_authority_is_refused_unless_nothing_is_verified() {
    let (folder, authority, other) = (Folder::new(), Authority::new(), Authority::new());
    let acceptor = acceptor_of(&authority.sign("localhost", |_| {}));
    for (roots, check_hostname) in [
        (other.roots(&folder), true),
        (other.roots(&folder), false),
        (Roots::System, true),
        (Roots::System, false),
    ] {
        let tls = TlsOptions { roots, check_hostname, ..TlsOptions::default() };
        refused(acceptor.clone(), tls, "certificate").await;
    }
    let tls = TlsOptions { roots: Roots::None, ..TlsOptions::default() };
    talk(attempt(acceptor, tls).await.expect("connected")).await;
}

/// A server that takes only clients whose certificate `authority` has signed.
fn particular(identity: &Identity, authority: &Authority) -> TlsAcceptor {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.pem.as_bytes()).expect("PEM");
    roots.add(root).expect("a root");
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .expect("a verifier");
    let chain = vec![CertificateDer::from_pem_slice(identity.certificate.as_bytes()).expect("PEM")];
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).expect("PEM");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .expect("usable");
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_is_shown_it() {
    let (folder, authority) = (Folder::new(), Authority::new());
    let acceptor = particular(&authority.sign("localhost", |_| {}), &authority);
    let roots = authority.roots(&folder);
    let tls = TlsOptions { roots, ..TlsOptions::default() };
    refused(acceptor.clone(), tls.clone(), "").await;
    let client = authority.sign("client", |_| {});
    let certificate = folder.file("client.pem", &client.certificate);
    let key = folder.file("client.key", &client.key);
    let tls = TlsOptions { identity: Some((certificate, key)), ..tls };
    talk(attempt(acceptor, tls).await.expect("connected")).await;
}

#[tokio::test]
async fn files_that_are_not_what_they_should_be_are_named() {
    let (folder, authority) = (Folder::new(), Authority::new());
    let acceptor = acceptor_of(&authority.sign("localhost", |_| {}));
    let missing = TlsOptions { roots: Roots::File("/nowhere.pem".into()), ..TlsOptions::default() };
    refused(acceptor.clone(), missing, "/nowhere.pem").await;
    let empty = Roots::File(folder.file("empty.pem", "nothing here"));
    let empty = TlsOptions { roots: empty, ..TlsOptions::default() };
    refused(acceptor, empty, "no certificate").await;
}

#[test]
fn a_server_is_told_what_is_wrong_with_its_pem() {
    let authority = Authority::new();
    let (one, other) = (authority.sign("a", |_| {}), authority.sign("b", |_| {}));
    assert!(acceptor(b"", one.key.as_bytes()).is_err());
    assert!(acceptor(one.certificate.as_bytes(), b"nonsense").is_err());
    assert!(acceptor(one.certificate.as_bytes(), other.key.as_bytes()).is_err());
}
