//! What law remarks on the acts under one treaty, of all participants: each finding
//! once, with whom it concerns.
//!
//! Promises: the findings are those of the status and of the duties, each as their answers
//! tell it; they come in order of the events that they are on.
//! Leaves to others: making findings ([`super::status`], [`super::obligations()`]).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Dossier, Remark, ViewName, obligations, status};
use crate::domain::{LegalRemark, ParticipantId, Position};

/// A finding with those in whose answers it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingUnderTreaty {
    pub remark: Remark,
    /// Ascending; empty where it is about the treaty itself and stands in every answer.
    pub participants: Vec<ParticipantId>,
}

/// All findings of one participant under one treaty: on its status and on its duties.
pub fn findings(dossier: &Dossier<'_>, at: Date, view: ViewName) -> Vec<Remark> {
    let mut findings = status(dossier, at, view).findings;
    findings.extend(obligations(dossier, at, view).findings);
    findings.sort();
    findings.dedup();
    findings
}

/// The findings of all participants, each once, in order of the positions of their events;
/// what is on no event goes first. `of_treaty` are those of nobody in particular.
pub fn gathered(
    of_treaty: Vec<Remark>,
    of_each: impl IntoIterator<Item = (ParticipantId, Vec<Remark>)>,
) -> Vec<FindingUnderTreaty> {
    let mut found: BTreeMap<(Place, Remark), BTreeSet<ParticipantId>> = BTreeMap::new();
    let general: BTreeSet<Remark> = of_treaty.into_iter().collect();
    for finding in &general {
        found.insert((place(finding), finding.clone()), BTreeSet::new());
    }
    for (participant, findings) in of_each {
        for finding in findings.into_iter().filter(|finding| !general.contains(finding)) {
            found.entry((place(&finding), finding)).or_default().insert(participant.clone());
        }
    }
    let told = found.into_iter().map(|((_, remark), participants)| FindingUnderTreaty {
        remark,
        participants: participants.into_iter().collect(),
    });
    told.collect()
}

/// What of some findings others do not have; of a finding that both have, for those alone in
/// whose other answers it does not stand.
pub fn beyond(found: &[FindingUnderTreaty], others: &[FindingUnderTreaty]) -> Vec<FindingUnderTreaty> {
    let others: BTreeMap<&Remark, &[ParticipantId]> =
        others.iter().map(|other| (&other.remark, other.participants.as_slice())).collect();
    let told = found.iter().filter_map(|found| {
        let Some(other) = others.get(&found.remark) else { return Some(found.clone()) };
        let stands = |who: &&ParticipantId| other.is_empty() || other.contains(who);
        let participants: Vec<_> = found.participants.iter().filter(|who| !stands(who)).cloned().collect();
        (!participants.is_empty()).then(|| FindingUnderTreaty { remark: found.remark.clone(), participants })
    });
    told.collect()
}

/// Where a finding stands in the order: its event, then its code.
type Place = (Option<Position>, LegalRemark);

fn place(Remark { finding, .. }: &Remark) -> Place {
    (finding.event.as_ref().map(|event| event.position), finding.code)
}
