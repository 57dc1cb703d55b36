//! The Autobahn test suite against both of our ends. It wants Python 2 (autobahntestsuite 0.8.2),
//! so it is run by hand, with `WSTEST` the path of its program:
//! `WSTEST=… cargo test --release autobahn -- --ignored --nocapture`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::net::TcpListener;

use super::super::{
    AcceptOptions, ClientOptions, MAX_HEAD, Message, Socket, SocketOptions, connect, read_request,
};
use super::client::options;
use super::support::{echo, next};

/// Section 9 sends 16 MB.
const LIMITS: SocketOptions = SocketOptions { max_message: 32 << 20, max_text: 32 << 20 };

/// The suite's program at work, and the folder with its report.
struct Suite {
    program: Child,
    folder: PathBuf,
}

impl Suite {
    fn start(mode: &str, spec: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("autobahn-{mode}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let place = folder.to_str().expect("a path").to_owned();
        let spec = format!(
            r#"{{"outdir": "{place}", {spec}, "cases": ["*"], "exclude-cases": [],
                "exclude-agent-cases": {{}}}}"#
        );
        fs::write(folder.join("spec.json"), spec).expect("written");
        let program = Command::new(std::env::var_os("WSTEST").expect("WSTEST"))
            .args(["-m", mode, "--webport", "0", "-s"])
            .arg(folder.join("spec.json"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("WSTEST runs");
        Self { program, folder }
    }

    /// No case may have failed, nor any close been unclean.
    fn judge(&self) {
        let report = fs::read_to_string(self.folder.join("index.json")).expect("a report");
        for kind in ["OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED"] {
            let count = report.matches(&format!("\"behavior\": \"{kind}\"")).count();
            println!("{kind}: {count}");
        }
        let mut case = "";
        for line in report.lines() {
            if line.trim_end().ends_with(": {") {
                case = line.trim();
            }
            let is_fault = ["FAILED", "UNCLEAN", "WRONG CODE", "UNIMPLEMENTED", "NON-STRICT"]
                .iter()
                .any(|fault| line.contains(&format!(": \"{fault}\"")));
            if is_fault {
                println!("{case} {line}");
            }
        }
        assert!(!report.contains(": \"FAILED\""), "see {}", self.folder.display());
    }
}

impl Drop for Suite {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn is_done(folder: &Path) -> bool {
    folder.join("index.json").exists()
}

#[tokio::test]
#[ignore = "needs the Autobahn test suite"]
async fn autobahn_finds_no_fault_with_our_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let servers = format!(r#""servers": [{{"agent": "ours", "url": "ws://127.0.0.1:{port}"}}]"#);
    let suite = Suite::start("fuzzingclient", &servers);
    while !is_done(&suite.folder) {
        let accepted = tokio::time::timeout(Duration::from_secs(1), listener.accept()).await;
        let Ok(Ok((mut stream, _))) = accepted else { continue };
        tokio::spawn(async move {
            let asked = read_request(&mut stream, MAX_HEAD).await;
            let (request, leftover) = asked.expect("a request");
            let options = AcceptOptions { deflate: true, ..AcceptOptions::default() };
            let (reply, agreed) = request.accept(&options).expect("sendable");
            tokio::io::AsyncWriteExt::write_all(&mut stream, &reply).await.expect("written");
            let _ = echo(Socket::server(stream, leftover, &agreed, LIMITS)).await;
        });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    suite.judge();
}

#[tokio::test]
#[ignore = "needs the Autobahn test suite"]
async fn autobahn_finds_no_fault_with_our_client() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let suite = Suite::start("fuzzingserver", &format!(r#""url": "ws://127.0.0.1:{port}""#));
    let ask = |path: String| ClientOptions {
        deflate: true,
        socket: LIMITS,
        ..options(format!("ws://127.0.0.1:{port}/{path}"))
    };
    let count = loop {
        match connect(&ask("getCaseCount".to_owned())).await {
            Ok(connected) => {
                let mut socket = connected.socket;
                match next(&mut socket).await {
                    Some(Ok(Message::Text(count))) => break count.parse::<u32>().expect("a count"),
                    other => panic!("{other:?}"),
                }
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    for case in 1..=count {
        let path = format!("runCase?case={case}&agent=ours");
        let _ = echo(connect(&ask(path)).await.expect("connected").socket).await;
    }
    let path = "updateReports?agent=ours".to_owned();
    let _ = echo(connect(&ask(path)).await.expect("connected").socket).await;
    suite.judge();
}
