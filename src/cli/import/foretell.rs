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
    client::reply::{CheckResponse, LegalFinding},
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
    /// What it remarks now and would remark in another way.
    pub changed: Vec<Changed>,
    /// Why the ledger would refuse what is to be sent.
    pub refused: Vec<String>,
    /// There may be more: the acts bear on more than were looked at, or some were asked about
    /// without all those before them.
    pub cut: bool,
}

/// Findings of now, and what would be told instead.
#[derive(Debug, Default, PartialEq)]
pub struct Changed {
    pub was: Vec<LegalFinding>,
    pub now: Vec<LegalFinding>,
}

impl Foretold {
    /// How many findings there are.
    pub fn count(&self) -> usize {
        self.rows.values().map(Vec::len).sum::<usize>() + self.elsewhere.len()
    }

    /// Takes over what is told of the last of some batches, asked about after the others.
    fn note(&mut self, batches: &[Batch], answer: CheckResponse) {
        let refusal = answer.refusal.as_ref();
        self.refused.extend(refusal.map(|refusal| format!("{}: {}", refusal.reason, refusal.message)));
        self.cut |= answer.legal_findings_cut;
        for gone in answer.legal_findings_gone.iter().filter_map(|found| found.finding.clone()) {
            let was = self.take_back(vec![gone]).was;
            self.gone.extend(was);
        }
        for changed in &answer.legal_findings_changed {
            // What a batch brings and a later one changes comes as that leaves it.
            let Changed { was, now } = self.take_back(changed.was.clone());
            let now = [now, changed.now.clone()].concat();
            match (was.is_empty(), was == now) {
                (true, _) => now.into_iter().for_each(|finding| self.bring(batches, answer.index, finding)),
                (false, false) => self.changed.push(Changed { was, now }),
                (false, true) => {}
            }
        }
        for finding in answer.legal_findings.into_iter().filter_map(|found| found.finding) {
            self.bring(batches, answer.index, finding);
        }
    }

    /// Takes a finding over that the last of some batches would bring as entry `index`.
    fn bring(&mut self, batches: &[Batch], index: u64, finding: LegalFinding) {
        let position = finding.event.as_ref().and_then(|event| event.position.as_ref());
        // Each batch would have the index after that of the one before it.
        let batch = position.and_then(|at| {
            let back = usize::try_from(index.checked_sub(at.index)?).ok()?;
            batches.get((batches.len().checked_sub(1)?).checked_sub(back)?)
        });
        let ordinal = position.and_then(|at| usize::try_from(at.ordinal).ok());
        let event = batch.filter(|batch| !batch.lines.is_empty()).zip(ordinal);
        let event = event.and_then(|(batch, ordinal)| batch.events.get(ordinal));
        match event.and_then(|event| u64::try_from(event.item).ok()) {
            Some(line) => self.rows.entry(line).or_default().push(finding),
            None => self.elsewhere.push(finding),
        }
    }

    /// Takes findings back that earlier batches would bring or leave: then they are no longer
    /// told. What remains stands on record; with what else of it would be told instead.
    fn take_back(&mut self, findings: Vec<LegalFinding>) -> Changed {
        let mut left = Changed::default();
        for finding in findings {
            let at = |findings: &[LegalFinding]| findings.iter().position(|found| *found == finding);
            let mut told = self.rows.values_mut().chain(std::iter::once(&mut self.elsewhere));
            if let Some((at, findings)) = told.find_map(|findings| Some((at(findings)?, findings))) {
                findings.remove(at);
            } else if let Some((nth, at)) = (0..).zip(&self.changed).find_map(|(nth, it)| Some((nth, at(&it.now)?))) {
                let mut before = self.changed.remove(nth);
                before.now.remove(at);
                left.was.extend(before.was);
                left.now.extend(before.now);
            } else if let Some(at) = at(&left.now) {
                left.now.remove(at);
            } else {
                left.was.push(finding);
            }
        }
        left
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::{ChangedFinding, FindingUnderTreaty};

    #[test]
    fn what_several_batches_change_is_told_as_the_last_one_leaves_it() {
        let finding = |message: &str| LegalFinding { message: message.into(), ..LegalFinding::default() };
        let under = |message| FindingUnderTreaty { finding: Some(finding(message)), ..FindingUnderTreaty::default() };
        let changes = |was, now| CheckResponse {
            legal_findings_changed: vec![ChangedFinding {
                was: vec![finding(was)],
                now: vec![finding(now)],
                ..ChangedFinding::default()
            }],
            ..CheckResponse::default()
        };
        let mut foretold = Foretold::default();
        foretold.note(&[], changes("held", "held, changed"));
        foretold.note(&[], CheckResponse { legal_findings: vec![under("new")], ..CheckResponse::default() });
        foretold.note(&[], changes("held, changed", "held, changed again"));
        foretold.note(&[], changes("new", "new, changed"));
        assert_eq!(foretold.elsewhere, [finding("new, changed")], "one that no entry held does not change");
        let last = Changed { was: vec![finding("held")], now: vec![finding("held, changed again")] };
        assert_eq!((foretold.changed.as_slice(), foretold.gone.len()), ([last].as_slice(), 0));
        foretold.note(&[], changes("held, changed again", "held"));
        assert_eq!((foretold.changed.len(), foretold.gone.len()), (0, 0), "it is as it was");
        foretold.note(&[], changes("held", "held, changed"));
        let legal_findings_gone = vec![under("held, changed"), under("new, changed")];
        foretold.note(&[], CheckResponse { legal_findings_gone, ..CheckResponse::default() });
        assert_eq!((foretold.gone, foretold.changed.len()), (vec![finding("held")], 0));
        assert_eq!(foretold.elsewhere, []);
    }
}
