//! What clients connect with over TLS, built once for all connections with the same options: so that
//! certificates are read once, and the second connection to a server resumes the first one's session.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::SystemTime;

use tokio_rustls::TlsConnector;

use super::tls::{self, Roots, TlsOptions};
use crate::net::blocking;
use crate::sync::lock;

/// Distinct options whose connectors are kept; then the one that was used longest ago goes.
const MAX_KEPT: usize = 32;

static KEPT: Kept = Kept(Mutex::new(Vec::new()));

/// The connector for `options`. A file that has changed is read anew.
///
/// # Errors
/// What is wrong with the options.
pub(super) async fn connector(options: &TlsOptions) -> Result<TlsConnector, String> {
    if options.files().next().is_none() {
        // The system's authorities are read once; whether they have changed is not asked.
        if let Some(connector) = KEPT.find(options, &[]) {
            return Ok(connector);
        }
    }
    let options = options.clone();
    blocking::run("callstreams-certificates", move || KEPT.find_or_build(&options))
        .await
        .map_err(|error| error.to_string())?
}

/// Connectors, the one that was used last at the end.
struct Kept(Mutex<Vec<Entry>>);

struct Entry {
    options: TlsOptions,
    stamps: Vec<Stamp>,
    connector: TlsConnector,
}

/// By which a change of a file shows.
type Stamp = Option<(SystemTime, u64)>;

impl Kept {
    fn find(&self, options: &TlsOptions, stamps: &[Stamp]) -> Option<TlsConnector> {
        let mut kept = lock(&self.0);
        let at = kept.iter().position(|it| it.options == *options && it.stamps == stamps)?;
        let entry = kept.remove(at);
        let connector = entry.connector.clone();
        kept.push(entry);
        Some(connector)
    }

    fn find_or_build(&self, options: &TlsOptions) -> Result<TlsConnector, String> {
        // Looked at before they are read: a change in between is found next time.
        let stamps: Vec<_> = options.files().map(stamp).collect();
        if let Some(connector) = self.find(options, &stamps) {
            return Ok(connector);
        }
        let connector = tls::connector(options)?;
        let mut kept = lock(&self.0);
        kept.retain(|it| it.options != *options);
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        let options = options.clone();
        kept.push(Entry { options, stamps, connector: connector.clone() });
        Ok(connector)
    }
}

impl TlsOptions {
    /// The files that they name.
    fn files(&self) -> impl Iterator<Item = &Path> {
        let roots = match &self.roots {
            Roots::File(path) => Some(path),
            Roots::System | Roots::None => None,
        };
        let identity = self.identity.iter().flat_map(|(certificate, key)| [certificate, key]);
        roots.into_iter().chain(identity).map(|path| path.as_path())
    }
}

fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn of(roots: Roots) -> TlsOptions {
        TlsOptions { roots, ..TlsOptions::default() }
    }

    fn build(kept: &Kept, options: &TlsOptions) -> TlsConnector {
        kept.find_or_build(options).expect("usable")
    }

    fn is_same(one: &TlsConnector, other: &TlsConnector) -> bool {
        Arc::ptr_eq(one.config(), other.config())
    }

    #[test]
    fn the_same_options_have_the_same_connector_and_others_another() {
        let kept = Kept(Mutex::default());
        let anyone = build(&kept, &of(Roots::None));
        assert!(is_same(&anyone, &build(&kept, &of(Roots::None))));
        let other = TlsOptions { check_hostname: false, ..of(Roots::None) };
        assert!(!is_same(&anyone, &build(&kept, &other)));
    }

    #[test]
    fn a_file_that_has_changed_is_read_anew_and_old_connectors_go() {
        let kept = Kept(Mutex::default());
        let folder = std::env::temp_dir().join(format!("callstreams-kept-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let authority =
            rcgen::generate_simple_self_signed(["a".to_owned()]).expect("a certificate");
        let path = |index: usize| folder.join(format!("{index}.pem"));
        for index in 0..MAX_KEPT {
            fs::write(path(index), authority.cert.pem()).expect("written");
        }
        let first = build(&kept, &of(Roots::File(path(0))));
        assert!(is_same(&first, &build(&kept, &of(Roots::File(path(0))))));
        fs::write(path(0), format!("{}\n", authority.cert.pem())).expect("written");
        let changed = build(&kept, &of(Roots::File(path(0))));
        assert!(!is_same(&first, &changed));
        for index in 1..MAX_KEPT {
            build(&kept, &of(Roots::File(path(index))));
        }
        assert_eq!(lock(&kept.0).len(), MAX_KEPT);
        assert!(is_same(&changed, &build(&kept, &of(Roots::File(path(0))))));
        build(&kept, &of(Roots::None));
        assert_eq!(lock(&kept.0).len(), MAX_KEPT);
        assert!(kept.find(&of(Roots::File(path(1))), &[stamp(&path(1))]).is_none());
        fs::remove_dir_all(&folder).expect("removed");
    }
}
