//! The newest checkpoint that was verified, kept per ledger: what the next
//! submission states as seen, so that every partner is a witness.
//!
//! Promises: only a checkpoint that continues the kept one takes its place, and never
//! a smaller one, whatever other runs kept meanwhile; the file is the signed note
//! itself, which proves a second history to anybody. A place that is not there is
//! begun only where its folder is.

use std::{
    error::Error,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{Exit, Failure};
use crate::{
    authoring::write_whole,
    checkpoint::stated_head,
    client::{Client, Founded, KnownCheckpoint, Untrusted},
    domain::{LedgerId, Seen, Size},
    telemetry::chain,
};

/// How the name of a kept checkpoint ends.
const EXTENSION: &str = "checkpoint";

/// The folder with the kept checkpoints, or the file of one.
#[derive(Clone, Debug)]
pub struct SeenFolder(Option<PathBuf>);

/// What became of a checkpoint that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is the one that is kept now; or nothing is ever kept.
    Newest,
    /// Another run kept one of more entries meanwhile, which stays.
    Larger(Size),
}

impl SeenFolder {
    /// The folder given, otherwise the one of the key; without either nothing is kept.
    pub fn new(state: Option<&Path>, key: Option<&Path>) -> Self {
        Self(state.map(Path::to_owned).or_else(|| key.map(|key| folder_of(key).to_owned())))
    }

    /// The file for a ledger: the place itself, where it is a file or has the name of
    /// one and is no folder; otherwise a file of the ledger's name in it.
    pub fn file(&self, ledger: LedgerId) -> Option<PathBuf> {
        let is_file =
            |place: &Path| place.is_file() || (!place.is_dir() && place.extension() == Some(EXTENSION.as_ref()));
        let of = |place: &PathBuf| match is_file(place) {
            true => place.clone(),
            false => place.join(format!("{ledger}.{EXTENSION}")),
        };
        self.0.as_ref().map(of)
    }

    /// Refuses a place that is not there in a folder that is not there either: a
    /// mistyped path would begin anew, and compare with nothing.
    fn is_there_or_can_be(&self) -> Result<(), Failure> {
        let Some(place) = &self.0 else { return Ok(()) };
        if place.exists() || folder_of(place).is_dir() {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{}: neither it nor the folder that it would be in is there, so nothing is known before; is the path right? To \
             begin there, make the folder",
            place.display()
        )))
    }

    /// What a submission for the ledger states as seen. The note was verified
    /// before it was kept.
    pub fn seen(&self, ledger: LedgerId) -> Result<Option<Seen>, Failure> {
        let Some((file, note)) = self.note(ledger)? else { return Ok(None) };
        match stated_head(&note) {
            Ok(head) => Ok(Some(Seen { size: head.size, root: head.root })),
            Err(error) => Err(spoiled(&file, &chain(&error))),
        }
    }

    /// Verifies that the ledger continues what was kept, and keeps its newest
    /// checkpoint. Stops with what it means when it does not.
    pub async fn renew(&self, client: &Client, founded: &Founded) -> Result<KnownCheckpoint, Failure> {
        let kept = self.kept(founded)?;
        let newest = match client.newest_checkpoint(founded, kept.as_ref()).await {
            Ok(newest) => newest,
            Err(error @ Untrusted::Forked { .. }) => return Err(self.forked(founded.ledger, &error)),
            Err(error) => return Err(error.into()),
        };
        self.keep(founded.ledger, &newest)?;
        Ok(newest)
    }

    /// The checkpoint that is kept for the ledger, its signature verified again.
    pub fn kept(&self, founded: &Founded) -> Result<Option<KnownCheckpoint>, Failure> {
        self.is_there_or_can_be()?;
        let Some((file, note)) = self.note(founded.ledger)? else { return Ok(None) };
        let head = founded.verifier.verify(&note).map_err(|error| spoiled(&file, &chain(&error)))?;
        Ok(Some(KnownCheckpoint { head, note }))
    }

    fn note(&self, ledger: LedgerId) -> Result<Option<(PathBuf, String)>, Failure> {
        let Some(file) = self.file(ledger) else { return Ok(None) };
        match fs::read_to_string(&file) {
            Ok(note) => Ok(Some((file, note))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::failed(format!("cannot read {}: {error}", file.display()))),
        }
    }

    /// Keeps a checkpoint that was proved to continue the one that was kept. What
    /// other runs kept since is looked at again, one run after the other: a larger
    /// one stays, and one of the same size with another root is a second history.
    pub fn keep(&self, ledger: LedgerId, newest: &KnownCheckpoint) -> Result<Kept, Failure> {
        let Some(file) = self.file(ledger) else { return Ok(Kept::Newest) };
        let hint = "name a folder for what was verified with --state";
        let unwritten = |error| Failure::failed(format!("cannot write {}: {error}; {hint}", file.display()));
        let _one_run = alone(&file).map_err(unwritten)?;
        match self.seen(ledger)? {
            Some(Seen { size, root }) if size == newest.head.size && root != newest.head.root => {
                return Err(two_of_one_size(&file, newest));
            }
            Some(Seen { size, .. }) if size > newest.head.size => return Ok(Kept::Larger(size)),
            Some(_) | None => {}
        }
        write_whole(&file, newest.note.as_bytes()).map_err(unwritten)?;
        Ok(Kept::Newest)
    }

    /// What two histories mean, and what to do about them.
    pub fn forked(&self, ledger: LedgerId, error: &dyn Error) -> Failure {
        let evidence = match self.file(ledger).filter(|file| file.exists()) {
            Some(file) => format!("Keep {}: the ledger's own signature in it is the proof.", file.display()),
            None => "Keep the receipts: the ledger's own signature in them is the proof.".to_owned(),
        };
        let sentence = format!(
            "{error}\nThe service does not continue what it showed before: it was set back to an old copy, or it shows \
             different histories to different partners. Submit nothing more. {evidence} Tell the operator and the \
             other partners."
        );
        Failure::new(Exit::VerificationFailed, sentence)
    }
}

/// The folder that a path lies in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Waits until no other run keeps anything in the file; lets it go when dropped.
pub fn alone(file: &Path) -> io::Result<File> {
    fs::create_dir_all(folder_of(file))?;
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let lock = File::create(file.with_file_name(name))?;
    lock.lock()?;
    Ok(lock)
}

fn two_of_one_size(file: &Path, newest: &KnownCheckpoint) -> Failure {
    let sentence = format!(
        "{} was renewed by another run with a checkpoint of the same size, {}, and another root: the ledger signed two \
         histories. It stays as it is: keep it together with this one, each with the ledger's own signature, and tell \
         the auditors:\n{}",
        file.display(),
        newest.head.size,
        newest.note
    );
    Failure::new(Exit::VerificationFailed, sentence)
}

fn spoiled(file: &Path, why: &str) -> Failure {
    let sentence = format!(
        "{} is not a checkpoint that this ledger signed: {why}; put back the file that was there, or move it away to \
         begin anew",
        file.display()
    );
    Failure::new(Exit::VerificationFailed, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checkpoint::CheckpointSigner,
        crypto::SigningKey,
        domain::{TreeHash, TreeHead},
    };

    const LEDGER: LedgerId = LedgerId([9; 32]);

    #[test]
    fn what_is_kept_lies_beside_the_key_or_where_it_was_asked_for() {
        let file = |state, key| SeenFolder::new(state, key).file(LEDGER);
        let name = format!("{LEDGER}.checkpoint");
        let (state, key) = (Path::new("state"), Path::new("keys/desk.pem"));
        assert_eq!(file(None, Some(key)), Some(Path::new("keys").join(&name)));
        assert_eq!(file(None, Some(Path::new("desk.pem"))), Some(Path::new(".").join(&name)));
        assert_eq!(file(Some(state), Some(key)), Some(state.join(&name)));
        assert_eq!(file(None, None), None);
    }

    #[test]
    fn a_place_that_is_not_there_is_a_file_by_its_name_and_otherwise_a_folder() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let (file, folder) = (dir.path().join("our.checkpoint"), dir.path().join("verified"));
        let named = |place: &Path| SeenFolder::new(Some(place), None).file(LEDGER);
        assert_eq!(named(&file), Some(file.clone()));
        assert_eq!(named(&folder), Some(folder.join(format!("{LEDGER}.checkpoint"))));
        fs::create_dir(&file).expect("made");
        assert_eq!(named(&file), Some(file.join(format!("{LEDGER}.checkpoint"))), "a folder is one by any name");
    }

    #[test]
    fn a_place_in_a_folder_that_is_not_there_is_a_mistake() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let there = |place: &Path| SeenFolder::new(Some(place), None).is_there_or_can_be();
        for place in [dir.path().to_owned(), dir.path().join("new"), PathBuf::from("new-and-beside")] {
            there(&place).expect("can be begun");
        }
        let refused = there(&dir.path().join("mistyped").join("new")).expect_err("no folder to begin it in");
        assert_eq!(refused.exit, Exit::Usage);
        assert!(!dir.path().join("mistyped").exists());
    }

    fn note(size: u64, root: u8) -> KnownCheckpoint {
        let signer = CheckpointSigner::new("l.example", SigningKey::from_seed(&[3; 32])).expect("a signer");
        let head = TreeHead { size: Size(size), root: TreeHash([root; 32]) };
        KnownCheckpoint { head, note: signer.sign(head) }
    }

    #[test]
    fn what_is_kept_never_gets_smaller_whatever_order_runs_end_in() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let kept = SeenFolder::new(Some(dir.path()), None);
        let keep = |size| kept.keep(LEDGER, &note(size, 5)).expect("kept");
        assert_eq!([4, 7, 5, 7].map(keep), [Kept::Newest, Kept::Newest, Kept::Larger(Size(7)), Kept::Newest]);
        assert_eq!(kept.seen(LEDGER).expect("read").map(|seen| seen.size), Some(Size(7)));
        let other = kept.keep(LEDGER, &note(7, 6)).expect_err("two roots at one size");
        assert_eq!(other.exit, Exit::VerificationFailed);
        assert!(other.cause.to_string().contains(&note(7, 6).note), "both signatures are told: {}", other.cause);
        let file = kept.file(LEDGER).expect("a file");
        assert_eq!(fs::read_to_string(file).expect("there"), note(7, 5).note, "the proof stays");
    }

    #[test]
    fn runs_at_the_same_time_leave_the_largest() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let kept = SeenFolder::new(Some(dir.path()), None);
        std::thread::scope(|scope| {
            for size in 1..=32 {
                let kept = &kept;
                scope.spawn(move || kept.keep(LEDGER, &note(size, 5)).expect("kept"));
            }
        });
        assert_eq!(kept.seen(LEDGER).expect("read").map(|seen| seen.size), Some(Size(32)));
    }

    #[test]
    fn what_was_kept_is_stated_as_seen_and_a_spoiled_file_is_told() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let kept = SeenFolder::new(Some(&dir.path().join("new")), None);
        assert_eq!(kept.seen(LEDGER).expect("nothing yet"), None);
        let newest = note(4, 5);
        let head = newest.head;
        kept.keep(LEDGER, &newest).expect("kept");
        assert_eq!(kept.seen(LEDGER).expect("read"), Some(Seen { size: head.size, root: head.root }));
        let of_file = SeenFolder::new(kept.file(LEDGER).as_deref(), None);
        assert_eq!(of_file.file(LEDGER), kept.file(LEDGER), "the file of one checkpoint may be named itself");
        fs::write(kept.file(LEDGER).expect("a folder"), "nonsense").expect("written");
        let told = kept.seen(LEDGER).expect_err("spoiled");
        assert_eq!(told.exit, Exit::VerificationFailed);
    }
}
