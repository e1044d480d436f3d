//! Questions about single acts of everybody: what is contested, what was not notified.

use super::{
    acts::{contest, declaration, declared, notification, resolution},
    *,
};
use crate::treaties::{ContestedAct, DecidedBy, FollowedSide, Stance, TOLD_OF, UnnotifiedAct, contested, unnotified};

fn under(participant: &str) -> String {
    format!("participation/{OTTAWA}/{participant}")
}

impl Book {
    /// Asks about single acts under a treaty with the events of everybody.
    pub fn of_everybody<T>(&self, treaty: &str, size: Size, ask: impl FnOnce(&Dossier<'_>) -> T) -> T {
        let (treaty, nobody) = (treaty.parse().unwrap(), "NOBODY".parse().unwrap());
        let recorded_at = size.last_index().map(|last| self.events[last.0 as usize].recorded_at);
        let events: Vec<&Recorded> = self.events.iter().collect();
        ask(&Dossier {
            treaty: &treaty,
            participant: &nobody,
            events: &events,
            deposits: &[],
            mandates: &self.mandates,
            known: Known { size, recorded_at },
        })
    }

    fn contested(&self, at: &str, view: ViewName) -> Vec<ContestedAct> {
        self.of_everybody(OTTAWA, self.size(), |dossier| contested(dossier, day(at), view))
    }

    fn unnotified(&self, at: &str) -> Vec<UnnotifiedAct> {
        self.of_everybody(OTTAWA, self.size(), |dossier| unnotified(dossier, day(at), ViewName::Default))
    }
}

/// The day of the entry since which an act is known to be contested.
fn known_since(book: &Book, found: &ContestedAct) -> Option<Date> {
    let index = found.known_since?;
    book.events[usize::try_from(index.0).unwrap()].recorded_at.utc_date()
}

/// A suspension with the objections of two and the decision of a meeting.
fn suspended() -> (Book, EventReference) {
    let mut book = two_treaties();
    book.deposited(&under("UKR"), ConsentMode::Ratification, "2005-12-27");
    let suspension = book.record("2025-07-21", &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    book.record("2025-10-20", &under("CHE"), objection(suspension.clone(), "2025-10-17"));
    book.record("2025-12-08", &under("NOR"), objection(suspension.clone(), "../2025-12-02"));
    (book, suspension)
}

fn named(book: &mut Book, on: &str, class: SourceClass, body: TreatyBody) -> EventReference {
    book.entry(on, &under("POL"), Body::Treaty(body), |recorded| {
        recorded.event.act = Some("notice of 2025".into());
        recorded.event.source = Some(source(class, true));
    })
}

#[test]
fn an_act_that_nobody_is_against_is_not_contested() {
    let mut book = two_treaties();
    book.deposited(&under("UKR"), ConsentMode::Ratification, "2005-12-27");
    book.record("2025-07-21", &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    assert_eq!(book.contested("2026-01-01", ViewName::Default), Vec::new());
}

#[test]
fn an_objection_makes_its_act_contested_from_its_day_on() {
    let (book, suspension) = suspended();
    let [found] = &book.contested("2026-01-01", ViewName::Default)[..] else { panic!("one act") };
    assert_eq!(found.act.event.reference, suspension);
    assert_eq!((found.act.participant.as_ref().map(ParticipantId::as_str), found.differ), (Some("UKR"), false));
    assert_eq!(found.follows, FollowedSide::Statement, "a suspension that others object to was notified all the same");
    assert_eq!((found.since.clone(), known_since(&book, found)), (world("2025-10-17"), Some(day("2025-10-20"))));
    let by: Vec<_> = found.responses.iter().map(|response| (&*response.by, response.stance)).collect();
    assert_eq!(by, [("CHE", Stance::Objects), ("NOR", Stance::Objects)]);
    assert_eq!(found.responses[0].source.class, Some(SourceClass::Government));
    let [found] = &book.contested("2025-10-16", ViewName::Default)[..] else { panic!("one act") };
    assert_eq!(found.responses.len(), 1, "the one without a first day can have come, the other not");
    assert_eq!(book.contested("2025-07-17", ViewName::Default), Vec::new(), "the act itself has not come");
}

#[test]
fn an_objection_that_was_withdrawn_is_told_and_contests_no_more() {
    let mut book = two_treaties();
    let act = book.record("2025-07-21", &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    let against = book.record("2025-10-20", &under("CHE"), objection(act.clone(), "2025-10-17"));
    let changes = Some(ChangedDeclaration { declaration: against, change: DeclarationChange::Withdraws });
    let withdrawn = DeclarationMade { changes, ..declaration(DeclarationType::Other, "2026-02-01") };
    book.record("2026-02-02", &under("CHE"), declared(withdrawn));
    assert_eq!(book.contested("2026-01-31", ViewName::Default).len(), 1);
    assert_eq!(book.contested("2026-02-01", ViewName::Default), Vec::new());
    book.record("2026-02-02", &under("NOR"), objection(act, "2026-02-02"));
    let [found] = &book.contested("2026-02-02", ViewName::Default)[..] else { panic!("one act") };
    let told: Vec<_> = found.responses.iter().map(|it| (&*it.by, it.opposes(), it.withdrawn.clone())).collect();
    assert_eq!(told, [("CHE", false, world("2026-02-01")), ("NOR", true, None)]);
    assert_eq!(found.since, world("2026-02-02"));
}

#[test]
fn statements_that_differ_stand_side_by_side_and_the_view_says_which_it_follows() {
    let mut book = two_treaties();
    book.deposited(&under("POL"), ConsentMode::Ratification, "2012-12-27");
    let press = named(&mut book, "2025-08-06", SourceClass::Press, notice("2025-08-05"));
    let gazette = named(&mut book, "2025-11-05", SourceClass::OfficialGazette, notice("2025-08-20"));
    let [found] = &book.contested("2026-01-01", ViewName::Default)[..] else { panic!("one act") };
    assert_eq!((found.follows, found.statements.decided_by), (FollowedSide::Statement, DecidedBy::Source));
    assert_eq!((&found.act.event.reference, &*found.act.name), (&gazette, "notice of 2025"));
    let sides: Vec<_> = found.statements.statements.iter().map(|it| (it.source.unwrap(), it.followed)).collect();
    assert_eq!(sides, [(SourceClass::OfficialGazette, true), (SourceClass::Press, false)]);
    assert_eq!((found.since.clone(), known_since(&book, found)), (None, Some(day("2025-11-05"))));
    let [found] = &book.contested("2026-01-01", ViewName::All)[..] else { panic!("one act") };
    assert_eq!((found.follows, found.statements.decided_by), (FollowedSide::Several, DecidedBy::Nothing));
    book.entry("2025-12-01", &under("POL"), resolution(&[&press, &gazette], Some(&press)), |_| {});
    let [found] = &book.contested("2026-01-01", ViewName::Default)[..] else { panic!("one act") };
    let [resolution] = &found.resolutions[..] else { panic!("one resolution") };
    assert_eq!((resolution.decides, resolution.accepted.as_ref()), (false, Some(&press)), "no authority resolved it");
    assert_eq!(found.act.event.reference, gazette);
}

#[test]
fn an_effect_that_follows_from_other_acts_is_compared_and_not_followed() {
    let mut book = two_treaties();
    book.deposited(&under("POL"), ConsentMode::Ratification, "2012-12-27");
    book.withdrew("2025-09-05", &under("POL"), "2025-08-20");
    for on in ["2026-02-20", "2026-02-21"] {
        named(&mut book, "2025-11-05", SourceClass::OfficialGazette, effect(TreatyEffect::Withdrawal, on));
    }
    let [found] = &book.contested("2026-03-01", ViewName::Default)[..] else { panic!("one act") };
    assert_eq!((found.follows, found.statements.compared_alone), (FollowedSide::Compared, true));
    let because: Vec<_> = found.because.iter().map(|because| &*because.sentence).collect();
    assert!(because.iter().any(|sentence| sentence.contains("no status goes by it")), "{because:?}");
    assert!(!because.iter().any(|sentence| sentence.contains("followed is")), "{because:?}");
}

#[test]
fn statements_that_say_the_same_contest_nothing() {
    let mut book = two_treaties();
    named(&mut book, "2025-08-21", SourceClass::Press, notice("2025-08-20"));
    named(&mut book, "2025-11-05", SourceClass::OfficialGazette, notice("2025-08-20"));
    assert_eq!(book.contested("2026-01-01", ViewName::Default), Vec::new());
}

#[test]
fn a_contest_by_name_is_told_with_its_grounds_and_nothing_known_later_counts() {
    let mut book = two_treaties();
    let act = book.withdrew("2025-07-01", &under("LTU"), "2025-06-27");
    let before = book.size();
    book.entry("2025-07-05", &under("LTU"), contest(act, "A court", "2025-07-04"), |_| {});
    let [found] = &book.contested("2025-08-01", ViewName::Default)[..] else { panic!("one act") };
    assert_eq!((&*found.responses[0].by, &*found.responses[0].text), ("A court", "not so"));
    let ask = |dossier: &Dossier<'_>| contested(dossier, day("2025-08-01"), ViewName::Default);
    assert_eq!(book.of_everybody(OTTAWA, before, ask), Vec::new());
}

#[test]
fn acts_that_the_depositary_tells_of_count_and_no_others() {
    let mut book = two_treaties();
    book.signed(&under("POL"), "1997-12-04");
    book.deposited(&under("POL"), ConsentMode::Ratification, "2012-12-27");
    let withdrawal = book.withdrew("2025-11-05", &under("POL"), "2025-08-20");
    let step = domestic(DomesticStep::HeadOfState, PursuedAct::Withdrawal, "2025-08-05");
    book.record("2025-08-06", &under("POL"), step);
    book.record("2025-11-06", &under("POL"), effect(TreatyEffect::Withdrawal, "2026-02-20"));
    book.record("2025-11-06", &under("POL"), revoked(withdrawal, "2025-12-01"));
    let found = book.unnotified("2026-01-01");
    let kinds: Vec<_> = found.iter().map(|found| found.act.kind.name()).collect();
    let counted = ["signature_affixed", "instrument_deposited", "withdrawal_notified", "withdrawal_revoked"];
    assert_eq!(kinds, counted);
    assert!(counted.iter().all(|kind| TOLD_OF.iter().any(|told| Kind::Treaty(*told).name() == *kind)));
    let days: Vec<_> = found.iter().map(|found| (found.days_at_least, found.days_at_most)).collect();
    assert_eq!(days[2..], [(Some(134), Some(134)), (Some(31), Some(31))]);
    assert_eq!(book.unnotified("2025-08-19").len(), 2, "the withdrawal has not come");
}

#[test]
fn a_notification_counts_from_its_day_for_the_acts_that_it_names() {
    let mut book = two_treaties();
    let act = book.record("2025-07-21", &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    book.record("2025-08-20", &under("POL"), notice("2025-08-20"));
    book.record("2025-09-02", &format!("treaty/{OTTAWA}"), notification(vec![act.clone()], "2025-09-01"));
    let found = book.unnotified("2025-08-31");
    assert_eq!(found.len(), 2);
    let suspended = found.iter().find(|found| found.act.event.reference == act).unwrap();
    assert_eq!(suspended.circulated, world("2025-07-21"));
    let later = suspended.because.iter().any(|because| because.sentence.contains("came later, on 2025-09-01"));
    assert!(later, "{:?}", suspended.because);
    let found = book.unnotified("2025-09-01");
    assert_eq!(found.iter().map(|it| it.act.kind.name()).collect::<Vec<_>>(), ["withdrawal_notified"]);
}

#[test]
fn an_act_whose_date_is_open_says_how_long_at_least_and_at_most() {
    let mut book = two_treaties();
    book.deposited(&under("AAA"), ConsentMode::Accession, "2025-11");
    book.deposited(&under("BBB"), ConsentMode::Accession, "../2025-12-02");
    book.deposited(&under("CCC"), ConsentMode::Accession, "-");
    let found = book.unnotified("2026-01-01");
    let days: Vec<_> = found.iter().map(|found| (found.days_at_least, found.days_at_most)).collect();
    assert_eq!(days, [(Some(32), Some(61)), (Some(30), None), (None, None)]);
}
