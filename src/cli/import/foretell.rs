//! What law would remark on the acts of a plan, if they were sent: asked of the ledger in a
//! dry run.
//!
//! Promises: nothing is recorded; each submission is asked about as it would be sent, the
//! later ones without those before them. Leaves to others: the remarks (the service).

use std::collections::BTreeMap;

use super::{
    Sending,
    send::{Batch, batches},
    stating::Stating,
};
use crate::{
    cli::Failure,
    client::reply::{CheckResponse, FindingUnderTreaty, LegalFinding},
    tables::Plan,
};

/// What the ledger foretells of a plan.
#[derive(Debug, Default)]
pub struct Foretold {
    /// Of each row, by its line.
    pub rows: BTreeMap<u64, Vec<LegalFinding>>,
    /// On acts that are on record, on treaties and on the table itself.
    pub elsewhere: Vec<LegalFinding>,
    /// Why the ledger would refuse what is to be sent.
    pub refused: Vec<String>,
}

impl Foretold {
    /// How many findings there are.
    pub fn count(&self) -> usize {
        self.rows.values().map(Vec::len).sum::<usize>() + self.elsewhere.len()
    }

    fn note(&mut self, batch: &Batch, answer: CheckResponse) {
        let CheckResponse { refusal, legal_findings, index, .. } = answer;
        self.refused.extend(refusal.map(|refusal| format!("{}: {}", refusal.reason, refusal.message)));
        for FindingUnderTreaty { finding, .. } in legal_findings {
            let Some(finding) = finding else { continue };
            let position = finding.event.as_ref().and_then(|event| event.position.as_ref());
            let ordinal = position.filter(|at| at.index == index).and_then(|at| usize::try_from(at.ordinal).ok());
            let event = ordinal.and_then(|ordinal| batch.events.get(ordinal)).filter(|_| !batch.lines.is_empty());
            match event.and_then(|event| u64::try_from(event.item).ok()) {
                Some(line) => self.rows.entry(line).or_default().push(finding),
                None => self.elsewhere.push(finding),
            }
        }
    }
}

impl Sending {
    /// Asks about a plan in the order of its rows.
    pub async fn foretell(&self, stating: &Stating<'_>, plan: &Plan) -> Result<Foretold, Failure> {
        let mut foretold = Foretold::default();
        for batch in &batches(stating, plan) {
            let signed = self.signed(batch)?;
            let answer = self.patience.ask(|| self.client.check(&signed), |_, _| {}).await?;
            foretold.note(batch, answer);
        }
        Ok(foretold)
    }
}
