//! What law remarks on the acts under one treaty, of all participants: each finding
//! once, with whom it concerns.
//!
//! Promises: the findings are those of the status and of the duties, each as their answers
//! tell it; they come in order of the events that they are on. Of what becomes of them, one
//! that another statement of the same act leads to, or that assumes something else, neither
//! comes nor goes.
//! Leaves to others: making findings ([`super::status`], [`super::obligations()`]).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Dossier, Remark, ViewName, obligations, status};
use crate::domain::{CitedEvent, LegalRemark, ParticipantId, Position};

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

/// What becomes of the findings under a treaty when something is recorded. What both have is
/// told nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    pub come: Vec<FindingUnderTreaty>,
    pub gone: Vec<FindingUnderTreaty>,
    pub changed: Vec<ChangedUnderTreaty>,
}

/// A code of findings on one act that stays, and says something else: it is on another
/// statement of the act, it assumes something else, or its words name other days or entries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedUnderTreaty {
    /// Never none, as with `now`; one for each statement and each wording.
    pub was: Vec<Remark>,
    pub now: Vec<Remark>,
    /// Ascending; empty as in [`FindingUnderTreaty`].
    pub participants: Vec<ParticipantId>,
}

/// What of a code on an act one participant has no more, and what it has instead.
type WasAndNow = (Vec<Remark>, Vec<Remark>);

/// Compares the findings that stood with those that stand. `act_of` names the act that the
/// event of a finding is about.
pub fn compared<A: Ord>(
    stood: &[FindingUnderTreaty],
    stand: &[FindingUnderTreaty],
    act_of: impl Fn(&CitedEvent) -> A,
) -> Compared {
    let (come, gone) = (beyond(stand, stood), beyond(stood, stand));
    let act_of = |remark: &Remark| (remark.finding.code, remark.finding.event.as_ref().map(&act_of));
    let mut apart: BTreeMap<(_, Option<ParticipantId>), WasAndNow> = BTreeMap::new();
    for found in &gone {
        let act = || act_of(&found.remark);
        of_each(found).for_each(|who| apart.entry((act(), who)).or_default().0.push(found.remark.clone()));
    }
    for found in &come {
        let act = || act_of(&found.remark);
        of_each(found).for_each(|who| apart.entry((act(), who)).or_default().1.push(found.remark.clone()));
    }
    let mut changed: BTreeMap<WasAndNow, Vec<ParticipantId>> = BTreeMap::new();
    let mut left = Left::default();
    let every = |of: &[FindingUnderTreaty], like: &Remark| -> Vec<Remark> {
        let general = of.iter().filter(|found| found.participants.is_empty() && act_of(&found.remark) == act_of(like));
        general.map(|found| found.remark.clone()).collect()
    };
    for ((_, who), (mut was, mut now)) in apart {
        // What stood in every answer, and stands in some alone, stood there, too.
        match (was.first(), now.first()) {
            (None, Some(like)) => was = every(&gone, like),
            (Some(like), None) => now = every(&come, like),
            _ => {}
        }
        if was.is_empty() || now.is_empty() {
            left.gone.extend(was.into_iter().map(|remark| (remark, who.clone())));
            left.come.extend(now.into_iter().map(|remark| (remark, who.clone())));
        } else {
            changed.entry((was, now)).or_default().extend(who);
        }
    }
    let mut changed: Vec<_> =
        changed.into_iter().map(|((was, now), participants)| ChangedUnderTreaty { was, now, participants }).collect();
    changed.sort_by_key(|changed| changed.now.first().map(place));
    Compared { come: left.of(&come, |left| &left.come), gone: left.of(&gone, |left| &left.gone), changed }
}

/// What is on one side alone, with whom it concerns.
#[derive(Default)]
struct Left {
    come: BTreeSet<(Remark, Option<ParticipantId>)>,
    gone: BTreeSet<(Remark, Option<ParticipantId>)>,
}

impl Left {
    /// What of some findings is left, in their order.
    fn of(
        &self,
        found: &[FindingUnderTreaty],
        side: impl Fn(&Self) -> &BTreeSet<(Remark, Option<ParticipantId>)>,
    ) -> Vec<FindingUnderTreaty> {
        let told = found.iter().filter_map(|found| {
            let left = of_each(found).filter(|who| side(self).contains(&(found.remark.clone(), who.clone())));
            let left: Vec<Option<ParticipantId>> = left.collect();
            (!left.is_empty()).then(|| FindingUnderTreaty {
                remark: found.remark.clone(),
                participants: left.into_iter().flatten().collect(),
            })
        });
        told.collect()
    }
}

/// Those whom a finding concerns; nobody in particular where it stands in every answer.
fn of_each(found: &FindingUnderTreaty) -> impl Iterator<Item = Option<ParticipantId>> {
    let nobody = found.participants.is_empty().then_some(None);
    found.participants.iter().cloned().map(Some).chain(nobody)
}

/// What of some findings others do not have; of a finding that both have, for those alone in
/// whose other answers it does not stand.
fn beyond(found: &[FindingUnderTreaty], others: &[FindingUnderTreaty]) -> Vec<FindingUnderTreaty> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LegalFinding;

    fn told(assuming: &[&str], participants: &[&str]) -> FindingUnderTreaty {
        let (code, message) = (LegalRemark::TreatyInForceUnknown, "nothing tells".into());
        let finding = LegalFinding { code, event: None, article: "".into(), message };
        let assuming = assuming.iter().map(|it| (*it).into()).collect();
        let participants = participants.iter().map(|who| who.parse().expect("an identifier")).collect();
        FindingUnderTreaty { remark: Remark { finding, assuming }, participants }
    }

    fn in_words(compared: &Compared) -> Vec<String> {
        let of = |which: &str, found: &[FindingUnderTreaty]| -> Vec<String> {
            found.iter().map(|found| format!("{which} {:?} {:?}", found.remark.assuming, found.participants)).collect()
        };
        let assuming = |remarks: &[Remark]| remarks.iter().flat_map(|it| it.assuming.clone()).collect::<Vec<_>>();
        let changed = compared
            .changed
            .iter()
            .map(|it| format!("changed {:?} to {:?} {:?}", assuming(&it.was), assuming(&it.now), it.participants));
        [of("come", &compared.come), of("gone", &compared.gone), changed.collect()].concat()
    }

    #[test]
    fn each_participant_is_told_what_becomes_of_its_own() {
        let compared = |stood: &[_], stand: &[_]| in_words(&compared(stood, stand, |_| ()));
        let whole = |participants| told(&[], participants);
        let some = |participants| told(&["on some days"], participants);
        let id = |who: &str| format!("{:?}", who.parse::<ParticipantId>().expect("an identifier"));
        let (a, b) = (id("A"), id("B"));
        assert_eq!(compared(&[whole(&["A", "B"])], &[whole(&["B", "A"])]), Vec::<String>::new());
        assert_eq!(
            compared(&[whole(&["A"])], &[some(&["A", "B"])]),
            [format!("come [\"on some days\"] [{b}]"), format!("changed [] to [\"on some days\"] [{a}]")],
        );
        // What stood in every answer stood in those in which it says something else now.
        assert_eq!(
            compared(&[whole(&[])], &[some(&["A"])]),
            ["gone [] []".to_owned(), format!("changed [] to [\"on some days\"] [{a}]")],
        );
        assert_eq!(compared(&[whole(&[])], &[some(&[])]), ["changed [] to [\"on some days\"] []"]);
    }
}
