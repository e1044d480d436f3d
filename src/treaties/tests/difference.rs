//! What two states of knowledge say differently, and findings of all participants.

use super::*;
use crate::treaties::{Since, StatusDifference, Stood, difference, findings, gathered};

impl Book {
    /// What is known differently since there were so many entries.
    fn since(&self, before: Size, participant: &str, at: &str) -> Option<StatusDifference> {
        let (earlier, later) = (
            self.asked(OTTAWA, participant, at, before, ViewName::Default),
            self.asked(OTTAWA, participant, at, self.size(), ViewName::Default),
        );
        difference(&earlier, &later, &self.of(participant, |dossier| Since(before).bearing(dossier)))
    }

    fn of<T>(&self, participant: &str, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        let (treaty, participant) = (OTTAWA.parse().unwrap(), participant.parse().unwrap());
        let known = Known { size: self.size(), recorded_at: self.events.last().map(|recorded| recorded.recorded_at) };
        let own = |recorded: &&Recorded| match &recorded.event.subject {
            Subject::Participation(_, who) => *who == participant,
            _ => true,
        };
        let events: Vec<&Recorded> = self.events.iter().filter(own).collect();
        let mandates = &self.mandates;
        ask(&Dossier { treaty: &treaty, participant: &participant, events: &events, deposits: &[], mandates, known })
    }
}

fn settled(status: TreatyStatus) -> Stood {
    Stood { first: status, last: status }
}

fn days(difference: &StatusDifference) -> Vec<(Option<Date>, Option<Date>, &'static str, &'static str)> {
    let days = difference.days.iter();
    days.map(|days| (days.from, days.to, days.before[0].first.name(), days.after[0].first.name())).collect()
}

#[test]
fn a_notice_changes_the_status_and_the_days_to_come_and_names_its_entry() {
    let (mut book, participation) = with_party("POL");
    book.record(
        "2025-06-26",
        &participation,
        domestic(DomesticStep::ParliamentaryVote, PursuedAct::Withdrawal, "2025-06-25"),
    );
    let before = Size(book.size().0 - 1);
    book.withdrew("2025-09-05", &participation, "2025-08-20");
    let found = book.since(before, "POL", "2025-09-05").expect("a difference");
    assert_eq!(found.before, [settled(TreatyStatus::Party)]);
    assert_eq!(found.after, [settled(TreatyStatus::WithdrawalPending { effective: Some(day("2026-02-20")) })]);
    let (notice, out) = (Some(day("2025-08-20")), Some(day("2026-02-20")));
    let expected = [(notice, out, "party", "party_withdrawal_pending"), (out, None, "party", "former_party")];
    assert_eq!(days(&found), expected);
    let made_by: Vec<_> = found.made_by.iter().map(|event| event.position.index.0).collect();
    assert_eq!(made_by, [before.0 + 1], "not the vote, which came between as well");
}

#[test]
fn what_is_stated_twice_of_a_step_inside_the_state_made_no_status() {
    let (mut book, participation) = with_party("POL");
    let before = book.size();
    for taken in ["2025-06-25", "2025-06-26"] {
        let vote = domestic(DomesticStep::ParliamentaryVote, PursuedAct::Withdrawal, taken);
        let named = |recorded: &mut Recorded| recorded.event.act = Some("the vote".into());
        book.entry("2025-06-27", &participation, Body::Treaty(vote), named);
    }
    book.withdrew("2025-09-05", &participation, "2025-08-20");
    let found = book.since(before, "POL", "2025-09-05").expect("a difference");
    let made_by: Vec<_> = found.made_by.iter().map(|event| event.position.index.0).collect();
    assert_eq!(made_by, [before.0 + 2], "the notice alone");
}

#[test]
fn a_day_before_the_change_has_the_same_status_and_the_days_that_differ_are_told() {
    let (mut book, participation) = with_party("POL");
    let before = book.size();
    book.withdrew("2025-09-05", &participation, "2025-08-20");
    let found = book.since(before, "POL", "2020-01-01").expect("a difference on other days");
    assert_eq!(found.before, found.after);
    assert_eq!(found.days.len(), 2);
}

#[test]
fn an_act_that_changes_no_status_is_no_difference() {
    let (mut book, participation) = with_party("POL");
    let before = book.size();
    book.record(
        "2025-06-26",
        &participation,
        domestic(DomesticStep::ParliamentaryVote, PursuedAct::Withdrawal, "2025-06-25"),
    );
    assert_eq!(book.since(before, "POL", "2025-09-05"), None);
    assert_eq!(book.since(book.size(), "POL", "2025-09-05"), None, "nothing came between");
}

#[test]
fn a_correction_moves_the_effect_and_is_named() {
    let (mut book, participation) = with_party("POL");
    let slip = book.withdrew("2025-09-05", &participation, "2025-08-05");
    let before = book.size();
    book.entry("2025-11-05", &participation, correction(slip, notice("2025-08-20")), |_| {});
    let found = book.since(before, "POL", "2025-11-05").expect("a difference");
    let effective = |on: &str| settled(TreatyStatus::WithdrawalPending { effective: Some(day(on)) });
    assert_eq!((found.before[0], found.after[0]), (effective("2026-02-05"), effective("2026-02-20")));
    assert_eq!(found.made_by[0].position.index.0, before.0);
    let between = found.days.iter().find(|days| days.from == Some(day("2026-02-05"))).expect("days between");
    assert_eq!((between.to, between.after[0]), (Some(day("2026-02-20")), effective("2026-02-20")));
}

#[test]
fn days_that_are_open_are_known_differently_with_both_their_ends() {
    let (mut book, participation) = with_party("POL");
    let before = book.size();
    book.withdrew("2025-09-05", &participation, "2025-08");
    let found = book.since(before, "POL", "2025-12-01").expect("a difference");
    let pending = |on: &str| TreatyStatus::WithdrawalPending { effective: Some(day(on)) };
    assert_eq!(found.after, [Stood { first: pending("2026-02-01"), last: pending("2026-02-28") }]);
    assert!(!found.after[0].may_not_end());
    let last = found.days.last().expect("days");
    let out = |on: &str| TreatyStatus::FormerParty { since: day(on) };
    assert_eq!((last.to, &*last.after), (None, &[Stood { first: out("2026-02-01"), last: out("2026-02-28") }][..]));
}

#[test]
fn what_stands_beside_the_status_is_compared_too() {
    let (mut book, participation) = with_party("UKR");
    let before = book.size();
    book.record("2025-07-21", &participation, suspension("2025-07-18", "2025-07-21"));
    let found = book.since(before, "UKR", "2025-08-01").expect("a difference");
    assert!(found.days.is_empty() && found.before == found.after, "the status stands");
    assert_eq!(found.beside, Some((vec![], vec!["suspension asserted since 2025-07-18".to_owned()])));
    assert_eq!(found.made_by.len(), 1);
}

#[test]
fn what_took_effect_later_is_new_as_well() {
    let (mut book, participation) = with_party("POL");
    let index = book.size();
    book.entry("2025-09-05", &participation, Body::Treaty(notice("2025-08-20")), |recorded| {
        recorded.standing = Standing::Effective { since: Index(index.0 + 1), verified: false };
    });
    let before = book.size();
    book.record("2025-09-06", &format!("participation/{OTTAWA}/CHE"), deposit(ConsentMode::Accession, "1998-03-24"));
    let found = book.since(before, "POL", "2025-09-06").expect("it came into effect with the later entry");
    assert_eq!(found.made_by[0].position.index, Index(index.0), "the act is named where it stands");
}

#[test]
fn findings_of_all_are_told_once_in_order_of_their_events() {
    let mut book = two_treaties();
    let under = |who: &str| format!("participation/{OTTAWA}/{who}");
    book.withdrew("2025-09-05", &under("POL"), "2025-08-20");
    book.deposited(&under("LTU"), ConsentMode::Ratification, "2003-05-12");
    let of = |who: &str| book.of(who, |dossier| findings(dossier, day("2026-01-01"), ViewName::Default));
    let each = ["LTU", "POL"].map(|who| (who.parse().unwrap(), of(who)));
    let found = gathered(of("NOBODY"), each.clone());
    let positions: Vec<_> =
        found.iter().map(|it| it.remark.finding.event.as_ref().map(|event| event.position)).collect();
    assert!(positions.is_sorted(), "{positions:?}");
    let told: Vec<_> = found.iter().map(|it| (it.remark.finding.code.name(), it.participants.len())).collect();
    assert!(told.contains(&("withdrawal_without_membership", 1)) && told.contains(&("deposit_before_signature", 1)));
    let twice = gathered(of("NOBODY"), each.clone().into_iter().chain(each));
    assert_eq!(twice, found, "what is found twice is told once");
}

#[test]
fn what_is_found_for_nobody_in_particular_is_about_the_treaty() {
    let mut book = Book::default();
    book.record("2025-03-17", &format!("treaty/{OTTAWA}"), registered(Some(ottawa_clauses()), "1998-01-01"));
    book.deposited(&format!("participation/{OTTAWA}/LTU"), ConsentMode::Accession, "2003-05-12");
    let of = |who: &str| book.of(who, |dossier| findings(dossier, day("2026-01-01"), ViewName::Default));
    let found = gathered(of("NOBODY"), [("LTU".parse().unwrap(), of("LTU"))]);
    let adopted =
        found.iter().find(|it| it.remark.finding.code == LegalRemark::AdoptedAfterOpening).expect("a finding");
    assert!(adopted.participants.is_empty());
    assert!(found.iter().any(|it| it.participants.len() == 1), "{found:?}");
}
