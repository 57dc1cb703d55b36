//! TLS by rustls, with ring: whom a client trusts, and what a server shows.
//!
//! Files are read as they are asked for; call from where that may block.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::verify::{AnyHost, Anyone};

/// Whom a client trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Roots {
    /// Those of the system, or Mozilla's where it has none.
    #[default]
    System,
    /// Those in a PEM file, and no others.
    File(PathBuf),
    /// Anyone: nothing is verified.
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsOptions {
    pub roots: Roots,
    /// Certificate and key of the client, PEM files.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether the server's certificate must be for the host that is connected to.
    pub check_hostname: bool,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self { roots: Roots::System, identity: None, check_hostname: true }
    }
}

/// What a client connects with, made anew; it remembers its sessions to resume them. Fails with what is
/// wrong with the options.
pub(super) fn connector(options: &TlsOptions) -> Result<TlsConnector, String> {
    let provider = provider();
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match roots(&options.roots)? {
        None => {
            let anyone = Anyone::new(provider);
            builder.dangerous().with_custom_certificate_verifier(Arc::new(anyone))
        }
        Some(roots) if options.check_hostname => builder.with_root_certificates(roots),
        Some(roots) => {
            let any_host = AnyHost::new(roots, provider);
            builder.dangerous().with_custom_certificate_verifier(Arc::new(any_host))
        }
    };
    let config = match &options.identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = chain(&read(certificate)?)?;
            let key = private_key(&read(key)?)?;
            builder.with_client_auth_cert(chain, key).map_err(|error| error.to_string())?
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// What a server accepts with, from PEM. Fails with what is wrong with it.
pub(in crate::net) fn acceptor(certificate: &[u8], key: &[u8]) -> Result<TlsAcceptor, String> {
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain(certificate)?, private_key(key)?)
        .map_err(|error| error.to_string())?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn roots(roots: &Roots) -> Result<Option<Arc<RootCertStore>>, String> {
    match roots {
        Roots::System => Ok(Some(system_roots())),
        Roots::None => Ok(None),
        Roots::File(path) => {
            let mut store = RootCertStore::empty();
            for certificate in chain(&read(path)?)? {
                store.add(certificate).map_err(|error| error.to_string())?;
            }
            Ok(Some(Arc::new(store)))
        }
    }
}

/// Read once: it takes tens of milliseconds.
fn system_roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let read = || {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if store.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Arc::new(store)
    };
    ROOTS.get_or_init(read).clone()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn chain(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("certificate: {error}"))?;
    if chain.is_empty() { Err("no certificate in the PEM".to_owned()) } else { Ok(chain) }
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| format!("private key: {error}"))
}
