//! What law would remark on the acts of a plan, if they were sent: asked of the ledger in a
//! dry run.
//!
//! Promises: nothing is recorded; each submission is asked about as it would be sent, after
//! those before it, as many as one question takes; where it does not take all, that is told.
//! Leaves to others: the remarks (the service).

use std::collections::BTreeMap;

use super::{
    Sending,
    send::{Batch, batches},
    stating::Stating,
};
use crate::{
    authoring::SignedSubmission,
    cli::Failure,
    client::reply::{CheckResponse, FindingUnderTreaty, LegalFinding},
    limits::{DRAFTS_BEFORE, SUBMISSION_BYTES},
    tables::Plan,
};

/// What the ledger foretells of a plan.
#[derive(Debug, Default)]
pub struct Foretold {
    /// Of each row, by its line.
    pub rows: BTreeMap<u64, Vec<LegalFinding>>,
    /// On acts that are on record, on treaties and on the table itself.
    pub elsewhere: Vec<LegalFinding>,
    /// What law remarks now and would remark no more.
    pub gone: Vec<LegalFinding>,
    /// Why the ledger would refuse what is to be sent.
    pub refused: Vec<String>,
    /// There may be more: the acts bear on more than were looked at, or some were asked about
    /// without all those before them.
    pub cut: bool,
}

impl Foretold {
    /// How many findings there are.
    pub fn count(&self) -> usize {
        self.rows.values().map(Vec::len).sum::<usize>() + self.elsewhere.len()
    }

    /// Takes over what is told of the last of some batches, asked about after the others.
    fn note(&mut self, batches: &[Batch], answer: CheckResponse) {
        let CheckResponse { refusal, legal_findings, legal_findings_gone, legal_findings_cut, index, .. } = answer;
        self.refused.extend(refusal.map(|refusal| format!("{}: {}", refusal.reason, refusal.message)));
        self.cut |= legal_findings_cut;
        // A finding that a batch brings and a later one takes away is never there.
        for gone in legal_findings_gone.into_iter().filter_map(|found| found.finding) {
            if !self.take_back(&gone) {
                self.gone.push(gone);
            }
        }
        for FindingUnderTreaty { finding, .. } in legal_findings {
            let Some(finding) = finding else { continue };
            let position = finding.event.as_ref().and_then(|event| event.position.as_ref());
            // Each batch would have the index after that of the one before it.
            let batch = position.and_then(|at| {
                let back = usize::try_from(index.checked_sub(at.index)?).ok()?;
                batches.get((batches.len() - 1).checked_sub(back)?)
            });
            let ordinal = position.and_then(|at| usize::try_from(at.ordinal).ok());
            let event = batch.filter(|batch| !batch.lines.is_empty()).zip(ordinal);
            let event = event.and_then(|(batch, ordinal)| batch.events.get(ordinal));
            match event.and_then(|event| u64::try_from(event.item).ok()) {
                Some(line) => self.rows.entry(line).or_default().push(finding),
                None => self.elsewhere.push(finding),
            }
        }
    }

    /// Whether an earlier batch would bring it; then it is no longer told.
    fn take_back(&mut self, gone: &LegalFinding) -> bool {
        let told = self.rows.values_mut().chain(std::iter::once(&mut self.elsewhere));
        for findings in told {
            if let Some(at) = findings.iter().position(|found| found == gone) {
                findings.remove(at);
                return true;
            }
        }
        false
    }
}

/// The last of some submissions that one question takes before another.
fn taken<'s>(before: &'s [SignedSubmission], signed: &SignedSubmission) -> &'s [SignedSubmission] {
    let bytes =
        |signed: &SignedSubmission| signed.envelope.len() + signed.events.iter().map(|it| it.len()).sum::<usize>();
    let mut room = SUBMISSION_BYTES.saturating_sub(bytes(signed));
    let fitting = before.iter().rev().take(DRAFTS_BEFORE).take_while(|before| {
        let fits = bytes(before) <= room;
        room = room.saturating_sub(bytes(before));
        fits
    });
    &before[before.len() - fitting.count()..]
}

impl Sending {
    /// Asks about a plan in the order of its rows.
    pub async fn foretell(&self, stating: &Stating<'_>, plan: &Plan) -> Result<Foretold, Failure> {
        let mut foretold = Foretold::default();
        let batches = batches(stating, plan);
        let mut before: Vec<SignedSubmission> = Vec::new();
        for (nth, batch) in batches.iter().enumerate() {
            let signed = self.signed(batch)?;
            let taken = taken(&before, &signed);
            let answer = self.patience.ask(|| self.client.check_after(taken, &signed), |_, _| {}).await?;
            foretold.cut |= taken.len() < before.len();
            foretold.note(&batches[nth - taken.len()..=nth], answer);
            before.push(signed);
        }
        Ok(foretold)
    }
}
