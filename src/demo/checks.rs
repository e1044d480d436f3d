//! What a partner and an auditor check in the demonstration: receipts, the
//! replayed log, a copy of the directory.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use prost::bytes::Bytes;

use super::{DemoError, During, Entered, Told, shown};
use crate::{
    audit::{FilesAuditError, Report, audit_files},
    authoring::SignedSubmission,
    checkpoint::{CheckpointVerifier, Receipt, leaf_hash},
    client::{
        Client,
        reply::{Entry, ReplayRequest},
        stored_record,
    },
    crypto::sha256,
    domain::{EnvelopeDigest, Index, LedgerId, Seen, Size, TreeHead},
    journal::StoredRecord,
    merkle::{HashFile, Tree},
};

/// A partner: a connection, the key that it trusts, the checkpoint it saw last.
pub struct Partner {
    pub client: Client,
    pub seen: Option<Seen>,
    /// How many receipts were verified.
    pub verified: usize,
    verifier: CheckpointVerifier,
}

impl Partner {
    /// Connects; `verifier` is known from the founding, not from the service.
    pub async fn connect(url: &str, verifier: CheckpointVerifier) -> Told<Self> {
        let client = Client::connect(url, None).await.during("connect to the ledger")?;
        Ok(Self { client, seen: None, verified: 0, verifier })
    }

    /// The key that it trusts, under the ledger's name.
    pub fn verifier(&self) -> &CheckpointVerifier {
        &self.verifier
    }

    /// Size of the newest checkpoint that was verified.
    pub fn size(&self) -> Size {
        self.seen.map_or(Size(0), |seen| seen.size)
    }

    /// Submits and verifies the receipt: the signature of the checkpoint, the
    /// inclusion of the entry, and that the entry is what was sent.
    pub async fn submit(&mut self, signed: SignedSubmission) -> Told<Entered> {
        let answer = self.client.submit(&signed).await.during("submit")?;
        let receipt = answer.receipt.clone().ok_or_else(|| DemoError::NotShown("an answer has a receipt".into()))?;
        let receipt = Receipt::try_from(receipt).during("read a receipt")?;
        let head = receipt.verify(&self.verifier).during("verify a receipt")?;
        let own = EnvelopeDigest(sha256(&signed.envelope));
        shown(receipt.envelope == own, || format!("the receipt of entry {} is for what was sent", receipt.index))?;
        self.verified += 1;
        if head.size > self.size() {
            self.seen = Some(Seen { size: head.size, root: head.root });
        }
        Ok(Entered { signed, answer, receipt })
    }

    /// Replays the log and computes its root again, which must be the one that
    /// the newest receipt proved.
    pub async fn replay(&self) -> Told<TreeHead> {
        let mut tree = Tree::empty(HashFile::in_memory()).during("begin a tree")?;
        for record in self.records(self.size()).await? {
            shown(record.index == Index(tree.size()), || format!("entry {} follows without a gap", record.index))?;
            let envelope = EnvelopeDigest(sha256(&record.record.envelope));
            tree.append(leaf_hash(record.record.recorded_at, envelope)).during("compute the root again")?;
        }
        let own = Seen { size: Size(tree.size()), root: tree.root() };
        shown(self.seen == Some(own), || "the replayed log has the root of the newest receipt".into())?;
        Ok(TreeHead { size: own.size, root: own.root })
    }

    async fn records(&self, size: Size) -> Told<Vec<StoredRecord>> {
        let request = ReplayRequest { to: size.0, ..ReplayRequest::default() };
        let mut stream = self.client.replay(request).await.during("replay the log")?;
        let mut records = Vec::new();
        while let Some(chunk) = stream.message().await.during("replay the log")? {
            for entry in chunk.entries {
                records.push(stored(entry)?);
            }
        }
        Ok(records)
    }

    /// The whole check of an outsider, from what the service replays.
    pub async fn audit(&self, ledger: LedgerId, scratch: &Path) -> Told<Report> {
        fs::create_dir_all(scratch).during("keep scratch files")?;
        self.client.audit_all(Some(ledger), Vec::new(), scratch, &mut |_, _| {}).await.during("audit the service")
    }
}

fn stored(entry: Entry) -> Told<StoredRecord> {
    let index = entry.index;
    stored_record(entry).ok_or_else(|| DemoError::NotShown(format!("entry {index} has a recording time")))
}

/// Audits the files of a directory that nobody writes to.
pub fn audit_copy(copy: &Path, ledger: LedgerId, scratch: &Path) -> Result<Report, FilesAuditError> {
    audit_files(copy, Some(ledger), Vec::new(), None, scratch, &mut |_, _| {})
}

/// Copies the journal's files, and nothing else: no key leaves the ledger.
pub fn copy_journal(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (from.join("journal"), to.join("journal"));
    fs::create_dir_all(&to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}

/// A byte of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub offset: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "journal/{}, byte {}", self.file, self.offset)
    }
}

/// Changes the last bit of a date in the copy of a journal: one day more or less.
pub fn forge_date(copy: &Path, date: &str) -> io::Result<Place> {
    for file in segments(copy)? {
        let mut bytes = fs::read(&file)?;
        // The last place is the newest act of that date.
        let Some(start) = bytes.windows(date.len()).rposition(|window| window == date.as_bytes()) else { continue };
        let offset = start + date.len() - 1;
        bytes[offset] ^= 1;
        fs::write(&file, bytes)?;
        let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(Place { file, offset });
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("no segment holds {date}")))
}

fn segments(copy: &Path) -> io::Result<Vec<PathBuf>> {
    let files = fs::read_dir(copy.join("journal"))?.map(|file| file.map(|file| file.path()));
    let mut files: Vec<_> = files.collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "seg"));
    files.sort();
    Ok(files)
}

/// The bytes with the lowest bit of the last one changed.
pub fn with_flipped_bit(bytes: &Bytes) -> Bytes {
    let mut changed = bytes.to_vec();
    if let Some(last) = changed.last_mut() {
        *last ^= 1;
    }
    changed.into()
}
