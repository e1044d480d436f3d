//! The system calls that change the directory, each with a place for a fault.
//!
//! Promises: every change of a byte or a name goes through [`Disk`], so a test
//! can let any of them fail, tear, or land and still report failure (I9).
//! Leaves to others: in which order they come, and what a failure means.

use std::{
    fmt,
    fs::{DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::Path,
    sync::Arc,
};

use crate::journal::JournalError;

/// Which system call comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    CreateDirectory,
    Create,
    Write,
    Sync,
    SyncDirectory,
    Rename,
    Remove,
}

/// What a fault test makes of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails and changes nothing.
    Fails(io::ErrorKind),
    /// A write that stops after so many bytes; any other call just fails.
    Tears(usize),
    /// It takes effect and yet reports a failure.
    LandsAndFails(io::ErrorKind),
}

/// Asked before each changing system call; empty outside fault tests.
#[derive(Clone, Default)]
pub struct Faults(Option<Arc<FaultHook>>);

type FaultHook = dyn Fn(Action, &Path) -> Option<Fault> + Send + Sync;

impl Faults {
    /// Lets `decide` choose a fault for each call.
    pub fn from_fn(decide: impl Fn(Action, &Path) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(decide)))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Faults(armed)" } else { "Faults(none)" })
    }
}

/// The changing system calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    faults: Faults,
}

impl Disk {
    pub fn new(faults: Faults) -> Self {
        Self { faults }
    }

    /// Creates a directory for its owner alone.
    pub fn create_directory(&self, path: &Path) -> Result<(), JournalError> {
        self.call(Action::CreateDirectory, path, || DirBuilder::new().mode(0o700).create(path))
    }

    /// Creates a file that must not exist yet, for its owner alone: whoever can
    /// open one can also hold a lock on it.
    pub fn create(&self, path: &Path) -> Result<File, JournalError> {
        let open = || OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path);
        self.call(Action::Create, path, open)
    }

    pub fn write(&self, file: &File, path: &Path, bytes: &[u8], offset: u64) -> Result<(), JournalError> {
        let fault = self.fault(Action::Write, path);
        let kept = if let Some(Fault::Tears(length)) = fault { length.min(bytes.len()) } else { bytes.len() };
        let torn = matches!(fault, Some(Fault::Tears(_)));
        let write = || file.write_all_at(&bytes[..kept], offset);
        // A torn write leaves its beginning behind and reports a full disk.
        let fault = if torn { Some(Fault::LandsAndFails(io::ErrorKind::StorageFull)) } else { fault };
        meet(fault, write).map_err(failed(Action::Write, path))
    }

    /// fdatasync: the bytes and what is needed to read them back.
    pub fn sync(&self, file: &File, path: &Path) -> Result<(), JournalError> {
        self.call(Action::Sync, path, || file.sync_data())
    }

    /// fsync, for a file whose length changed.
    pub fn sync_all(&self, file: &File, path: &Path) -> Result<(), JournalError> {
        self.call(Action::Sync, path, || file.sync_all())
    }

    /// Makes names in a directory durable.
    pub fn sync_directory(&self, path: &Path) -> Result<(), JournalError> {
        self.call(Action::SyncDirectory, path, || File::open(path)?.sync_all())
    }

    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), JournalError> {
        self.call(Action::Rename, to, || std::fs::rename(from, to))
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, path: &Path) -> Result<(), JournalError> {
        self.call(Action::Remove, path, || match std::fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        })
    }

    fn call<T>(&self, action: Action, path: &Path, run: impl FnOnce() -> io::Result<T>) -> Result<T, JournalError> {
        meet(self.fault(action, path), run).map_err(failed(action, path))
    }

    fn fault(&self, action: Action, path: &Path) -> Option<Fault> {
        self.faults.0.as_ref().and_then(|decide| decide(action, path))
    }
}

/// Runs a call, unless a fault keeps it from running or from reporting success.
fn meet<T>(fault: Option<Fault>, run: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    match fault {
        None => run(),
        Some(Fault::Fails(kind)) => Err(kind.into()),
        Some(Fault::Tears(_)) => Err(io::ErrorKind::StorageFull.into()),
        Some(Fault::LandsAndFails(kind)) => run().and_then(|_| Err(kind.into())),
    }
}

/// Names the call and the place that failed.
fn failed(action: Action, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let action = match action {
        Action::CreateDirectory => "create the directory",
        Action::Create => "create",
        Action::Write => "write",
        Action::Sync => "sync",
        Action::SyncDirectory => "sync the directory",
        Action::Rename => "rename a file to",
        Action::Remove => "remove",
    };
    io_error(action, path)
}

/// An error of a call that changes nothing.
pub(super) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
    let place = path.display().to_string();
    move |source| JournalError::Io { action, place, source }
}

/// Opens an existing file.
pub(super) fn open(path: &Path, write: bool) -> Result<File, JournalError> {
    OpenOptions::new().read(true).write(write).open(path).map_err(io_error("open", path))
}
