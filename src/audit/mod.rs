//! The checks of an outsider: everything again, from entry 0.
//!
//! Promises: every envelope and event is hashed again, the tree is built again,
//! every checkpoint and signature is checked against the registry at its index,
//! every decision is made again by the policy that held there, and the read
//! models are folded again and compared. The first difference ends the audit and
//! names its place. Leaves to others: where the entries come from,
//! but for the files of a directory ([`audit_files`]).

mod files;
mod report;

use std::{path::Path, sync::Arc};

use rayon::prelude::*;

pub use files::{FilesAuditError, audit_files};
pub use report::{Difference, ReadModelsChecked, Report};

use crate::{
    admission::{Admission, AdmissionError},
    checkpoint::CheckpointVerifier,
    domain::{
        Entry, EnvelopeContent, Event, Finding, Index, LedgerId, PartHolding, RecordingTime, SignOffState, Size,
        TreeHead,
    },
    journal::StoredRecord,
    merkle::NotProved,
    policy::{self, Known, Registry, Remarks, Unverified},
    projections::{FoldedEntry, ReadModelError, ReadModels, Refold, RowsDigest},
    wire::{self, Submitted},
};

/// What the audited ledger says of its read models at some size.
#[derive(Debug)]
pub enum ReadModelsClaim {
    /// The rows themselves.
    Rows(ReadModels),
    /// Their chained digest.
    Digest { size: Size, digest: RowsDigest },
}

/// The audit could not go on; this says nothing about the ledger.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The ledger differs from what it should be.
    #[error(transparent)]
    Different(#[from] Difference),
    #[error("the audit's scratch files cannot be kept")]
    Admission(#[from] AdmissionError),
    #[error("the read models cannot be checked")]
    ReadModels(#[from] ReadModelError),
    #[error("the audit's own tree cannot be read")]
    Tree(#[from] NotProved),
}

/// An audit under way.
#[derive(Debug)]
pub struct Auditor {
    admission: Admission,
    refold: Refold,
    verifier: Option<CheckpointVerifier>,
    trusted: Option<LedgerId>,
    /// Heads that the ledger signed before: what is audited must continue them.
    known: Vec<TreeHead>,
    /// Those of them for which no checkpoint was met yet.
    unmet: Vec<TreeHead>,
    claim: Option<ReadModelsClaim>,
    /// Decided and not yet folded: folded beside the next chunk.
    decided: Option<Decided>,
    /// Checkpoints of the chunk, with the heads that they must sign.
    checkpoints: Vec<(String, TreeHead)>,
    report: Report,
}

/// A record that was parsed and whose signatures were checked in parallel.
struct Examined {
    stored: StoredRecord,
    submitted: Submitted,
    /// A signature by a key that was not enrolled when the chunk began.
    pending: bool,
}

/// Entries that were decided again and wait to be folded, with the head after them.
#[derive(Debug)]
struct Decided {
    entries: Vec<Accepted>,
    head: TreeHead,
}

/// An entry with what followed from it.
#[derive(Debug)]
struct Accepted {
    entry: Arc<Entry>,
    findings: Vec<Finding>,
    sign_offs: Option<SignOffState>,
}

impl Accepted {
    fn folded(&self) -> FoldedEntry<'_> {
        FoldedEntry { entry: &self.entry, findings: &self.findings, sign_offs: self.sign_offs.as_ref() }
    }
}

impl Decided {
    /// Folds the entries again and looks up their rows where the ledger shows its own.
    fn fold(self, refold: &mut Refold, claim: Option<&ReadModelsClaim>) -> Result<(), AuditError> {
        let folded: Vec<FoldedEntry<'_>> = self.entries.iter().map(Accepted::folded).collect();
        let checked = match claim {
            Some(ReadModelsClaim::Rows(models)) if models.position().size >= self.head.size => Some(models),
            Some(ReadModelsClaim::Rows(_) | ReadModelsClaim::Digest { .. }) | None => None,
        };
        match refold.fold(&folded, self.head, checked)? {
            None => Ok(()),
            Some(row) => Err(Difference::ReadModelRow { row: row.row }.into()),
        }
    }
}

impl Auditor {
    /// Begins an audit with its scratch files in an empty directory. `trusted` is
    /// the ledger id that the auditor knows from elsewhere, if there is one.
    pub fn begin(
        scratch: &Path,
        trusted: Option<LedgerId>,
        claim: Option<ReadModelsClaim>,
    ) -> Result<Self, AuditError> {
        let admission = Admission::scratch(scratch)?;
        let (checkpoints, report) = (Vec::new(), Report::default());
        let (refold, known, unmet) = (Refold::begin(), Vec::new(), Vec::new());
        Ok(Self { admission, refold, verifier: None, trusted, known, unmet, claim, decided: None, checkpoints, report })
    }

    /// The same, for an auditor who verified the ledger's signature of heads
    /// before: an older or another history is a difference, well signed or not. A head
    /// that is given twice is one.
    #[must_use]
    pub fn continuing(self, mut known: Vec<TreeHead>) -> Self {
        known.sort_unstable_by_key(|head| (head.size, *head.root.as_bytes()));
        known.dedup();
        Self { unmet: known.clone(), known, ..self }
    }

    /// How many entries were checked.
    pub fn size(&self) -> Size {
        self.admission.size()
    }

    /// Checks the next entries, in order.
    pub fn take(&mut self, records: Vec<StoredRecord>) -> Result<(), AuditError> {
        let examined = self.examine_beside_the_fold(records)?;
        let mut accepted = Vec::with_capacity(examined.len());
        for examined in examined {
            accepted.push(self.decide_again(examined?)?);
            if self.claimed_size() == Some(self.size()) {
                let decided = Decided { entries: std::mem::take(&mut accepted), head: self.head() };
                decided.fold(&mut self.refold, self.claim.as_ref())?;
                self.compare_models()?;
            }
        }
        self.decided = Some(Decided { entries: accepted, head: self.head() });
        self.verify_checkpoints()?;
        Ok(self.admission.written()?)
    }

    /// Parses and verifies the next records while the ones before are folded: the
    /// two dear parts of an audit, each on a core of its own.
    fn examine_beside_the_fold(
        &mut self,
        records: Vec<StoredRecord>,
    ) -> Result<Vec<Result<Examined, Difference>>, AuditError> {
        let registry = Arc::clone(self.admission.registry());
        let (decided, refold, claim) = (self.decided.take(), &mut self.refold, self.claim.as_ref());
        let (examined, folded) = rayon::join(
            || records.into_par_iter().map(|stored| examine(stored, &registry)).collect(),
            || decided.map_or(Ok(()), |decided| decided.fold(refold, claim)),
        );
        folded.map(|()| examined)
    }

    /// Ends the audit: the newest checkpoint that the ledger shows must be its own,
    /// over exactly these entries. Without that signature nobody stands for them
    /// being all.
    pub fn finish(mut self, newest: String) -> Result<Report, AuditError> {
        self.examine_beside_the_fold(Vec::new())?;
        let own = self.head();
        if own.size == Size(0) {
            return Err(Difference::NoFounding.into());
        }
        self.checkpoints.push((newest.clone(), own));
        self.verify_checkpoints()?;
        self.continues_what_is_known()?;
        if self.claimed_size().is_some_and(|size| size == Size(0) || size > own.size) {
            self.compare_models()?;
        }
        (self.report.head, self.report.checkpoint) = (Some(own), newest);
        self.report.continued = self.known.len() as u64;
        self.report.ledger = self.admission.registry().ledger().map(|ledger| ledger.id);
        self.report.origin = self.admission.registry().ledger().map(|ledger| ledger.origin.clone());
        Ok(self.report)
    }

    /// What was signed before is a prefix of what was read. It was given out when the batch
    /// that ends there was durable with its checkpoint, so both must still be there.
    fn continues_what_is_known(&mut self) -> Result<(), AuditError> {
        let own = self.head();
        for known in self.known.iter().copied() {
            if known.size > own.size {
                return Err(Difference::Shortened { known, own }.into());
            }
            let root = self.admission.tree().root_at(known.size.0)?;
            if root != known.root {
                return Err(Difference::OtherHistory { known, own: root }.into());
            }
        }
        match self.unmet.first() {
            None => Ok(()),
            Some(known) => Err(Difference::CheckpointGone { known: *known }.into()),
        }
    }

    fn head(&self) -> TreeHead {
        self.admission.head()
    }

    /// Decides one entry again and admits it; gives it with what follows from it.
    fn decide_again(&mut self, examined: Examined) -> Result<Accepted, AuditError> {
        let Examined { stored, mut submitted, pending } = examined;
        let (index, at) = (stored.index, stored.record.recorded_at);
        self.follows(index, at)?;
        if pending {
            let verified = policy::verify(submitted, self.admission.registry());
            submitted = verified.map_err(|source| Difference::Signature { index, source })?.into_submitted();
        }
        let signatures = submitted.signed.len() as u64;
        let content = &submitted.envelope.content;
        let remarks = policy::decide(content, at, self.admission.registry(), &self.admission)
            .map_err(|source| Difference::Decision { index, source })?;
        let entry = Arc::new(Entry { index, recorded_at: at, envelope: submitted.envelope });
        self.admission.keep(&stored.record)?;
        let Remarks { findings, sign_offs } = remarks;
        self.admission.admit(&entry, sign_offs.as_ref())?;
        if index == Index(0) {
            self.trust_founding()?;
        }
        if let Some(checkpoint) = stored.checkpoint {
            self.checkpoints.push((checkpoint, self.head()));
        }
        self.count(&entry, signatures, &findings);
        Ok(Accepted { entry, findings, sign_offs })
    }

    fn follows(&self, index: Index, at: RecordingTime) -> Result<(), Difference> {
        if index != self.size().next_index() {
            return Err(Difference::Order {
                index,
                detail: "it does not follow the entry before: entries are missing",
            });
        }
        if self.admission.recorded_at().is_some_and(|newest| newest > at) {
            return Err(Difference::Order { index, detail: "its recording time lies before that of the entry before" });
        }
        Ok(())
    }

    /// The founding says which ledger this is and which key signs its checkpoints.
    fn trust_founding(&mut self) -> Result<(), AuditError> {
        let Some(ledger) = self.admission.registry().ledger() else {
            return Err(Difference::NoFounding.into());
        };
        if let Some(trusted) = self.trusted.filter(|trusted| *trusted != ledger.id) {
            return Err(Difference::OtherLedger { trusted, shown: ledger.id }.into());
        }
        let verifier = CheckpointVerifier::new(&ledger.origin, ledger.checkpoint_key.clone());
        self.verifier =
            Some(verifier.map_err(|_| Difference::Order { index: Index(0), detail: "its origin name is not valid" })?);
        Ok(())
    }

    fn verify_checkpoints(&mut self) -> Result<(), AuditError> {
        let checkpoints = std::mem::take(&mut self.checkpoints);
        self.unmet.retain(|known| checkpoints.iter().all(|(_, head)| head.size != known.size));
        let Some(verifier) = &self.verifier else { return Ok(()) };
        let differs = |(checkpoint, head): &(String, TreeHead)| match verifier.verify(checkpoint) {
            Ok(signed) if signed == *head => None,
            Ok(signed) => Some(Difference::Head { shown: signed, own: *head }),
            Err(source) => Some(Difference::Checkpoint { size: head.size, source }),
        };
        self.report.checkpoints += checkpoints.len() as u64;
        match checkpoints.par_iter().find_map_first(differs) {
            None => Ok(()),
            Some(difference) => Err(difference.into()),
        }
    }

    fn count(&mut self, entry: &Entry, signatures: u64, findings: &[Finding]) {
        self.report.entries += 1;
        self.report.signatures += signatures;
        self.report.findings += findings.len() as u64;
        if let EnvelopeContent::Submission(submitted) = &entry.envelope.content {
            self.report.events += submitted.events.len() as u64;
            self.report.content_not_held += submitted.events.iter().map(committed_parts).sum::<u64>();
        }
    }

    fn claimed_size(&self) -> Option<Size> {
        self.claim.as_ref().map(|claim| match claim {
            ReadModelsClaim::Rows(models) => models.position().size,
            ReadModelsClaim::Digest { size, .. } => *size,
        })
    }

    /// Compares what was folded with what the ledger claims at the same size.
    fn compare_models(&mut self) -> Result<(), AuditError> {
        let Some(claim) = self.claim.take() else { return Ok(()) };
        let own = self.refold.position();
        match claim {
            ReadModelsClaim::Rows(models) if models.position() == own => {
                if let Some(row) = self.refold.finish(&models)? {
                    return Err(Difference::ReadModelRow { row: row.row }.into());
                }
                self.report.read_models = ReadModelsChecked::RowByRow { size: own.size };
            }
            ReadModelsClaim::Digest { size, digest } if size == own.size && digest == own.digest => {
                self.report.read_models = ReadModelsChecked::ByDigest { size };
            }
            ReadModelsClaim::Rows(_) | ReadModelsClaim::Digest { .. } => {
                return Err(Difference::ReadModelDigest { size: own.size }.into());
            }
        }
        Ok(())
    }
}

/// Parses a record and verifies its signatures, as far as the registry before the
/// chunk knows the keys. A key never changes, so that is as good as at its index.
fn examine(stored: StoredRecord, registry: &Registry) -> Result<Examined, Difference> {
    let index = stored.index;
    let (envelope, events) = (stored.record.envelope.clone(), stored.record.events.clone());
    let submitted =
        wire::parse_submitted(envelope, events).map_err(|source| Difference::Malformed { index, source })?;
    match policy::signatures_hold(&submitted, registry) {
        Ok(()) => Ok(Examined { stored, submitted, pending: false }),
        Err(Unverified::UnknownKey(_)) => Ok(Examined { stored, submitted, pending: true }),
        Err(source) => Err(Difference::Signature { index, source }),
    }
}

fn committed_parts(event: &Event) -> u64 {
    event.parts.iter().filter(|part| !matches!(part.content, PartHolding::Open(_))).count() as u64
}
