//! A ledger that a process of its own serves, as an operator would.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::BenchError;

/// A service in its own process; killed when it is dropped without a stop.
#[derive(Debug)]
pub struct Served {
    child: Child,
    /// Address of the service, as a URL.
    pub url: String,
    /// From the start of the process until it served.
    pub took: Duration,
}

impl Served {
    /// Starts `merestone serve` on a free port and waits until it serves.
    pub fn start(program: &Path, dir: &Path) -> Result<Self, BenchError> {
        Self::start_with(program, dir, &[])
    }

    /// The same with further arguments.
    pub fn start_with(program: &Path, dir: &Path, further: &[String]) -> Result<Self, BenchError> {
        let begun = Instant::now();
        let mut child = Command::new(program)
            .args(["serve", "--grpc-listen", "127.0.0.1:0", "--log-format", "json", "--data-dir"])
            .arg(dir)
            .args(further)
            // Settings of whoever measures must not change what is measured.
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(BenchError::io("start the service"))?;
        let log = child.stderr.take().expect("the log is piped");
        let (served, address) = mpsc::channel();
        std::thread::spawn(move || follow_log(log, &served));
        // The thread ends with the log, and the log with the process.
        let address = address.recv();
        let took = begun.elapsed();
        let url = address.map(|address| format!("http://{address}")).unwrap_or_default();
        let service = Self { child, url, took };
        if service.url.is_empty() { Err(BenchError::NotServed) } else { Ok(service) }
    }

    /// Resident memory in bytes.
    pub fn resident_bytes(&self) -> Result<u64, BenchError> {
        self.memory("VmRSS:")
    }

    /// The most that was ever resident, in bytes.
    pub fn peak_bytes(&self) -> Result<u64, BenchError> {
        self.memory("VmHWM:")
    }

    fn memory(&self, what: &str) -> Result<u64, BenchError> {
        let status = self.proc("status")?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix(what)?.trim().strip_suffix(" kB"));
        Ok(kilobytes.and_then(|number| number.parse::<u64>().ok()).unwrap_or_default() * 1_024)
    }

    /// Processor time of all threads so far.
    pub fn processor_time(&self) -> Result<Duration, BenchError> {
        let stat = self.proc("stat")?;
        // The name in parentheses may hold spaces; user and system time are the
        // 12th and 13th field behind it.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_ascii_whitespace();
        let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Ok(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
    }

    /// Stops it as an operator would and waits for its end.
    pub fn stop(mut self) -> Result<(), BenchError> {
        let failed = BenchError::io("stop the service");
        kill_process(Pid::from_child(&self.child), Signal::TERM).map_err(|error| failed(error.into()))?;
        let status = self.child.wait().map_err(&failed)?;
        if status.success() { Ok(()) } else { Err(failed(io::Error::other(status.to_string()))) }
    }

    fn proc(&self, file: &str) -> Result<String, BenchError> {
        let path = format!("/proc/{}/{file}", self.child.id());
        fs::read_to_string(path).map_err(BenchError::io("read what the system says of the service"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // After a stop both fail, and there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says where it serves; passes warnings and errors on.
fn follow_log(log: ChildStderr, served: &mpsc::Sender<String>) {
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let address = event["address"].as_str().filter(|_| event["message"] == "serving");
        match (address, event["level"].as_str()) {
            // Whoever measures may have given up.
            (Some(address), _) => drop(served.send(address.to_owned())),
            (None, Some("INFO" | "DEBUG" | "TRACE")) => {}
            (None, _) => drop(writeln!(std::io::stderr(), "{line}")),
        }
    }
}

/// Bytes written to the files right in a directory: without the zeros that a
/// journal puts ahead of itself at the end of a segment.
pub fn bytes_written_in(dir: &Path) -> Result<u64, BenchError> {
    let failed = BenchError::io("measure the journal");
    let mut bytes = 0;
    for entry in fs::read_dir(dir).map_err(&failed)? {
        let content = fs::read(entry.map_err(&failed)?.path()).map_err(&failed)?;
        bytes += content.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1);
    }
    Ok(bytes)
}

/// Bytes that the files under a directory take on disk.
pub fn bytes_in(dir: &Path) -> Result<u64, BenchError> {
    use std::os::unix::fs::MetadataExt;
    let failed = BenchError::io("measure the directory");
    let mut bytes = 0;
    for entry in fs::read_dir(dir).map_err(&failed)? {
        let entry = entry.map_err(&failed)?;
        let metadata = entry.metadata().map_err(&failed)?;
        bytes += if metadata.is_dir() { bytes_in(&entry.path())? } else { metadata.blocks() * 512 };
    }
    Ok(bytes)
}
