//! The newest checkpoint that was verified, kept per ledger: what the next
//! submission states as seen, so that every partner is a witness.
//!
//! Promises: only a checkpoint that continues the kept one takes its place; the
//! file is the signed note itself, which proves a second history to anybody.

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use super::{Exit, Failure};
use crate::{
    authoring::write_whole,
    checkpoint::stated_head,
    client::{Client, Founded, KnownCheckpoint, Untrusted},
    domain::{LedgerId, Seen},
    telemetry::chain,
};

/// The folder with the kept checkpoints, or the file of one.
#[derive(Clone, Debug)]
pub struct SeenFolder(Option<PathBuf>);

impl SeenFolder {
    /// The folder given, otherwise the one of the key; without either nothing is kept.
    pub fn new(state: Option<&Path>, key: Option<&Path>) -> Self {
        let beside = |key: &Path| match key.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        Self(state.map(Path::to_owned).or_else(|| key.map(beside)))
    }

    /// The file for a ledger.
    pub fn file(&self, ledger: LedgerId) -> Option<PathBuf> {
        let of = |folder: &PathBuf| {
            if folder.is_file() { folder.clone() } else { folder.join(format!("{ledger}.checkpoint")) }
        };
        self.0.as_ref().map(of)
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

    /// Keeps a checkpoint that was proved to continue the kept one.
    pub fn keep(&self, ledger: LedgerId, newest: &KnownCheckpoint) -> Result<(), Failure> {
        let Some(file) = self.file(ledger) else { return Ok(()) };
        let written = match file.parent() {
            Some(folder) => fs::create_dir_all(folder).and_then(|()| write_whole(&file, newest.note.as_bytes())),
            None => write_whole(&file, newest.note.as_bytes()),
        };
        let hint = "name a folder for what was verified with --state";
        written.map_err(|error| Failure::failed(format!("cannot write {}: {error}; {hint}", file.display())))
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
        domain::{Size, TreeHash, TreeHead},
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
    fn what_was_kept_is_stated_as_seen_and_a_spoiled_file_is_told() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let kept = SeenFolder::new(Some(&dir.path().join("new")), None);
        assert_eq!(kept.seen(LEDGER).expect("nothing yet"), None);
        let signer = CheckpointSigner::new("l.example", SigningKey::from_seed(&[3; 32])).expect("a signer");
        let head = TreeHead { size: Size(4), root: TreeHash([5; 32]) };
        kept.keep(LEDGER, &KnownCheckpoint { head, note: signer.sign(head) }).expect("kept");
        assert_eq!(kept.seen(LEDGER).expect("read"), Some(Seen { size: head.size, root: head.root }));
        let of_file = SeenFolder::new(kept.file(LEDGER).as_deref(), None);
        assert_eq!(of_file.file(LEDGER), kept.file(LEDGER), "the file of one checkpoint may be named itself");
        fs::write(kept.file(LEDGER).expect("a folder"), "nonsense").expect("written");
        let told = kept.seen(LEDGER).expect_err("spoiled");
        assert_eq!(told.exit, Exit::VerificationFailed);
    }
}
