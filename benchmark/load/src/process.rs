//! What processes use, from the operating system.

use std::{fs, io};

use crate::Failure;
use crate::args::Args;
use crate::clock::{SECOND, milliseconds};
use crate::json::Object;

const OURSELVES: libc::pid_t = 0;

/// The processes of `--pid`.
pub struct Watched(Vec<libc::pid_t>);

#[derive(Clone, Copy, Default)]
pub struct Usage {
    cpu: u64,
    resident: u64,
    wake_ups: u64,
    /// The generator's own, in which it is to be seen whether it had time to spare.
    load_cpu: u64,
}

impl Watched {
    pub fn new(args: &Args) -> Result<Self, Failure> {
        Ok(Self(args.all("pid")?))
    }

    /// Used until now by all of them.
    pub fn usage(&self) -> io::Result<Usage> {
        let mut sum = Usage::default();
        for &pid in &self.0 {
            sum.cpu += cpu(pid)?;
            sum.resident += resident(pid)?;
            sum.wake_ups += wake_ups(pid)?;
        }
        sum.load_cpu = cpu(OURSELVES)?;
        Ok(sum)
    }
}

impl Usage {
    /// From then to now.
    pub fn since(self, then: Usage) -> Object {
        Object::default()
            .number("cpuMs", milliseconds(self.cpu - then.cpu))
            .number("loadCpuMs", milliseconds(self.load_cpu - then.load_cpu))
            .number("wakeUps", self.wake_ups.saturating_sub(then.wake_ups) as f64)
            .number("residentBefore", then.resident as f64)
            .number("resident", self.resident as f64)
    }
}

/// Nanoseconds of processor time, of threads that have ended too.
fn cpu(pid: libc::pid_t) -> io::Result<u64> {
    let mut id: libc::clockid_t = 0;
    // SAFETY: the kernel writes one clock id to where `id` is.
    let failed = unsafe { libc::clock_getcpuclockid(pid, &raw mut id) };
    if failed != 0 {
        return Err(io::Error::from_raw_os_error(failed));
    }
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec to where `time` is.
    if unsafe { libc::clock_gettime(id, &raw mut time) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(time.tv_sec as u64 * SECOND + time.tv_nsec as u64)
}

/// Bytes of memory. `statm` would do, but the kernel keeps that only roughly.
fn resident(pid: libc::pid_t) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    Ok(field(&text, "Rss:") * 1024)
}

/// How often its threads have gone to sleep, and so were woken.
fn wake_ups(pid: libc::pid_t) -> io::Result<u64> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end while we look.
        let text = fs::read_to_string(thread?.path().join("status")).unwrap_or_default();
        sum += field(&text, "voluntary_ctxt_switches:");
    }
    Ok(sum)
}

fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0)
}
