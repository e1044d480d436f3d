//! Successors, whose day of succession may be unknown, and what becomes of those whom
//! they succeed.

use proptest::prelude::*;

use super::{acts::succession, properties::not_covered, *};
use crate::treaties::{ChangeCode, StatusRule, add_days};

fn under(participant: &str) -> String {
    format!("participation/{OTTAWA}/{participant}")
}

/// A predecessor that consented, and a successor in a table's row: the day of the
/// notification alone, recorded decades later.
fn tabled() -> Book {
    let mut book = two_treaties();
    book.deposited(&under("OLD"), ConsentMode::Accession, "1998-10-07");
    book.record("2025-03-18", &under("NEW"), succession("OLD", SuccessionTo::Consent, "-", "2001-03-05"));
    book
}

#[test]
fn a_succession_of_an_unknown_day_came_by_its_notification() {
    let book = tabled();
    let on = |at| book.now(OTTAWA, "NEW", at);
    for at in ["2001-03-05", "2024-12-31", "2026-01-01"] {
        assert_eq!(certain(&on(at)), TreatyStatus::Party, "{at}");
    }
    let between = on("2000-01-01");
    let statuses: Vec<_> = between.outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!(statuses, [TreatyStatus::Party, TreatyStatus::NonParticipant]);
    let told: Vec<&str> = between.outcomes.iter().flat_map(|outcome| &outcome.assuming).map(|told| &**told).collect();
    assert!(
        told[1..] == ["succession of States on a day from 2000-01-02 to 2001-03-05, days that the statement allows"],
        "{told:?}"
    );
}

#[test]
fn a_successor_has_what_its_predecessor_had_and_not_before_it() {
    let mut book = two_treaties();
    book.deposited(&under("OLD"), ConsentMode::Accession, "1998-10-07");
    let notified = |day| succession("OLD", SuccessionTo::Consent, day, "2001-03-05");
    book.record("2025-03-18", &under("NEW"), notified("1999-03-10"));
    book.record("2025-03-18", &under("EARLY"), notified("1998-01-10"));
    book.record("2025-03-18", &under("LATE"), notified("2001-01-01"));
    let on = |who, at| certain(&book.now(OTTAWA, who, at));
    assert_eq!(on("OLD", "1999-03-31"), TreatyStatus::Contracting, "in force for it on 1999-04-01");
    assert_eq!(on("NEW", "1999-03-09"), TreatyStatus::NonParticipant);
    for who in ["NEW", "EARLY"] {
        assert_eq!(on(who, "1999-03-15"), TreatyStatus::Contracting, "{who}: in force for others since 1999-03-01");
        assert_eq!(on(who, "1999-04-01"), TreatyStatus::Party, "{who}");
    }
    assert_eq!(on("EARLY", "1998-10-06"), TreatyStatus::NonParticipant, "there was no consent yet");
    assert_eq!(on("EARLY", "1998-10-07"), TreatyStatus::Contracting);
    assert_eq!(
        (on("LATE", "2000-12-31"), on("LATE", "2001-01-01")),
        (TreatyStatus::NonParticipant, TreatyStatus::Party)
    );
}

#[test]
fn the_day_of_the_notification_is_not_told_as_that_of_the_succession() {
    let answer = tabled().now(OTTAWA, "NEW", "2024-12-31");
    let step = answer.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::Succession).unwrap();
    assert!(step.sentence.contains("notified on 2001-03-05; the day of the succession itself is not known"));
}

#[test]
fn a_month_of_succession_ends_with_the_notification() {
    let mut book = tabled();
    book.record("2025-03-18", &under("XXX"), succession("OLD", SuccessionTo::Consent, "2001", "2001-03-05"));
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2001-03-05")), TreatyStatus::Party);
}

/// Two successors, one with a day of succession, one with a month of it.
fn dissolved() -> Book {
    let mut book = tabled();
    book.record("2025-03-18", &under("NEXT"), succession("OLD", SuccessionTo::Consent, "2006-06-03", "2006-10-23"));
    book
}

#[test]
fn a_predecessor_takes_part_until_a_whole_table_names_its_successors_and_not_it() {
    let mut book = dissolved();
    let answer = book.now(OTTAWA, "OLD", "2024-12-31");
    assert_eq!(certain(&answer), TreatyStatus::Party, "nothing says that it has ceased to exist");
    let told = answer.outcomes[0].steps.iter().filter(|step| step.rule == StatusRule::Succession);
    assert_eq!(told.count(), 2, "who succeeds it is told all the same");
    book.table("2024-12-31", &["NEW - 2001-03-05 d", "NEXT - 2006-10-23 d"]);
    let on = |at| certain(&book.now(OTTAWA, "OLD", at));
    assert_eq!(on("2006-06-02"), TreatyStatus::Party, "until the last of its successors succeeded");
    for at in ["2006-06-03", "2024-12-31", "2026-01-01"] {
        assert_eq!(on(at), TreatyStatus::FormerParty { since: day("2006-06-03") }, "{at}");
    }
    let passed = book.now(OTTAWA, "OLD", "2024-12-31");
    let step = passed.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::PassedToSuccessors).unwrap();
    assert!(step.sentence.starts_with("its participation has passed to NEW, NEXT"), "{}", step.sentence);
    assert!(step.event.is_some() && passed.rests_on.iter().any(|event| Some(event) == step.event.as_ref()));
    let before = book.known_on("2025-03-31", OTTAWA, "OLD", "2024-12-31");
    assert_eq!(certain(&before), TreatyStatus::Party, "as known before the table");
}

#[test]
fn a_predecessor_that_a_table_still_names_takes_part_on_that_day() {
    let mut book = dissolved();
    book.table("2010-01-01", &["OLD - 1998-10-07 a", "NEW - 2001-03-05 d", "NEXT - 2006-10-23 d"]);
    assert_eq!(certain(&book.now(OTTAWA, "OLD", "2024-12-31")), TreatyStatus::Party);
    book.table("2024-12-31", &["NEW - 2001-03-05 d", "NEXT - 2006-10-23 d"]);
    assert_eq!(certain(&book.now(OTTAWA, "OLD", "2010-01-01")), TreatyStatus::Party);
    let former = TreatyStatus::FormerParty { since: day("2010-01-02") };
    assert_eq!(certain(&book.now(OTTAWA, "OLD", "2010-01-02")), former);
}

#[test]
fn a_day_of_passing_that_is_not_known_gives_both_outcomes_between() {
    let mut book = tabled();
    book.table("2024-12-31", &["NEW - 2001-03-05 d"]);
    let between = book.now(OTTAWA, "OLD", "2000-01-01");
    assert!(between.outcomes.len() > 1, "{:#?}", between.outcomes);
    assert!(book.now(OTTAWA, "OLD", "2001-03-05").outcomes.iter().all(|it| !it.status.is_bound()));
}

/// One signed, one signed and ratified, one acceded: all before the treaty was in force, and
/// before their successors had all of it.
fn never_bound() -> Book {
    let mut book = two_treaties();
    for (who, to) in [("SIG", SuccessionTo::Signature), ("CON", SuccessionTo::Consent), ("ACC", SuccessionTo::Consent)]
    {
        if who != "ACC" {
            book.signed(&under(who), "1997-12-04");
        }
        let heir = format!("{who}X");
        book.record("2025-03-18", &under(&heir), succession(who, to, "1999-01-01", "1999-02-01"));
    }
    book.deposited(&under("CON"), ConsentMode::Ratification, "1998-10-07");
    book.deposited(&under("ACC"), ConsentMode::Accession, "1998-10-07");
    book.table("2024-12-31", &["SIGX 1999-02-01 - d", "CONX - 1999-02-01 d", "ACCX - 1999-02-01 d"]);
    book
}

#[test]
fn a_signature_passes_and_so_does_consent_that_was_not_in_force_yet() {
    let book = never_bound();
    let on = |who, at| certain(&book.now(OTTAWA, who, at));
    let since = day("1999-01-01");
    assert_eq!(on("SIG", "2000-01-01"), TreatyStatus::FormerSignatory { since });
    assert_eq!(on("SIG", "1998-12-31"), TreatyStatus::Signatory);
    for who in ["CON", "ACC"] {
        assert_eq!(on(who, "1998-12-31"), TreatyStatus::Contracting, "{who}");
        for at in ["1999-01-01", "1999-04-01", "2026-01-01"] {
            assert_eq!(on(who, at), TreatyStatus::FormerParty { since }, "{who} on {at}: it had consented");
        }
    }
    assert_eq!(on("CONX", "1999-04-01"), TreatyStatus::Party);
}

#[test]
fn who_passed_its_consent_before_it_was_bound_is_told_so_and_not_when_it_would_have_been() {
    let book = never_bound();
    for who in ["CON", "ACC"] {
        let answer = book.now(OTTAWA, who, "2026-01-01");
        let [outcome] = answer.outcomes.as_slice() else { panic!("{:#?}", answer.outcomes) };
        let told = |rule| outcome.steps.iter().filter(move |step| step.rule == rule);
        let passed = told(StatusRule::PassedToSuccessors).next().unwrap();
        let heir =
            format!("its consent has passed to {who}X before the treaty was in force for it: it never was bound");
        assert!(passed.sentence.starts_with(&heir), "{}", passed.sentence);
        assert_eq!(told(StatusRule::InForceFirstOfMonth).count(), 0, "{:#?}", outcome.steps);
        assert_eq!(told(StatusRule::Consent).count(), 1);
        assert!(!answer.courses.iter().flat_map(|course| &course.intervals).any(|it| it.first.status.is_bound()));
    }
}

#[test]
fn nothing_that_a_predecessor_does_brings_back_what_has_passed() {
    for (book, who) in [(never_bound(), "SIG"), (never_bound(), "CON"), (tabled_as_passed(), "OLD")] {
        let answer = book.now(OTTAWA, who, "2026-01-01");
        let changes = answer.outcomes.iter().flat_map(|outcome| &outcome.could_change);
        let mut told: Vec<_> = changes.map(|change| change.code).collect();
        told.dedup();
        assert_eq!(told, [ChangeCode::Correction], "{who}: {:#?}", answer.outcomes);
        assert!(answer.outcomes[0].could_change[0].sentence.contains("nothing that the participant does itself"));
    }
    let before = never_bound().now(OTTAWA, "CON", "1998-12-31");
    assert!(before.outcomes[0].could_change.iter().any(|change| change.code == ChangeCode::Withdrawal));
}

fn tabled_as_passed() -> Book {
    let mut book = dissolved();
    book.table("2024-12-31", &["NEW - 2001-03-05 d", "NEXT - 2006-10-23 d"]);
    book
}

#[test]
fn what_was_applied_provisionally_ends_with_the_passing() {
    let mut book = never_bound();
    let provisional_application = Some(ProvisionalApplicationClause {
        permission: Permission::Permitted,
        scope: "Article 1(1)".into(),
        article: "18".into(),
    });
    let clauses = Clauses { provisional_application, ..ottawa_clauses() };
    let registration = book.events[0].reference();
    let corrected = correction(registration, registered(Some(clauses), "1997-09-18"));
    book.entry("2025-03-18", &format!("treaty/{OTTAWA}"), corrected, |_| {});
    let declared = TreatyBody::DeclarationMade(Box::new(DeclarationMade {
        declaration_type: DeclarationType::ProvisionalApplication,
        made: world("1998-10-07"),
        article: "18".into(),
        text: "".into(),
        made_with: None,
        changes: None,
        territory: None,
        effective: None,
    }));
    book.record("2025-03-18", &under("ACC"), declared);
    let applies = |at| {
        let overlays = book.now(OTTAWA, "ACC", at).overlays;
        overlays.iter().any(|overlay| matches!(overlay, Overlay::ProvisionalApplication { .. }))
    };
    assert_eq!((applies("1998-12-31"), applies("1999-01-01")), (true, false));
}

#[test]
fn days_that_lead_to_nothing_else_are_not_told_one_by_one() {
    let mut book = tabled();
    book.record("2025-03-18", &under("NEW"), succession("OLD", SuccessionTo::Signature, "-", "2001-03-03"));
    let answer = book.now(OTTAWA, "NEW", "2024-12-31");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    assert!(answer.outcomes[0].assuming.is_empty(), "{:#?}", answer.outcomes[0].assuming);
}

#[test]
fn a_succession_goes_before_a_withdrawal_of_the_same_day() {
    let mut book = tabled();
    let next = under("NEXT");
    // Recorded first, so that nothing but the rule puts it second.
    book.withdrew("2025-03-18", &next, "2006-03-15");
    book.record("2025-03-19", &next, succession("OLD", SuccessionTo::Consent, "2006-03-15", "2006-03-15"));
    let on = |at| book.now(OTTAWA, "NEXT", at);
    let effective = Some(day("2006-09-15"));
    assert_eq!(certain(&on("2006-03-15")), TreatyStatus::WithdrawalPending { effective });
    assert_eq!(certain(&on("2006-09-15")), TreatyStatus::FormerParty { since: day("2006-09-15") });
    assert!(!codes(&on("2006-09-15")).contains(&"withdrawal_without_membership"), "{:?}", codes(&on("2006-09-15")));
}

#[test]
fn who_succeeds_to_the_consent_of_one_that_had_left_is_told_so() {
    let mut book = tabled();
    book.withdrew("2025-03-18", &under("OLD"), "2005-06-10");
    let succeeds = |day| succession("OLD", SuccessionTo::Consent, day, "2006-02-01");
    book.record("2025-03-19", &under("SOON"), succeeds("2005-12-10"));
    book.record("2025-03-19", &under("LATER"), succeeds("2005-12-31"));
    let told = |who| codes(&book.now(OTTAWA, who, "2010-01-01")).contains(&"predecessor_not_bound");
    assert!(!told("SOON"), "the predecessor was bound on the eve, its last day");
    assert!(told("LATER"), "the predecessor was out since 2005-12-10");
}

/// When the participation of OLD passed, as told of a day after all of it.
fn passed_on(book: &Book) -> (Date, Date) {
    let answer = book.now(OTTAWA, "OLD", "2026-01-01");
    let [outcome] = answer.outcomes.as_slice() else { panic!("{:#?}", answer.outcomes) };
    assert_eq!(outcome.status.name(), "former_party");
    let held = outcome.held();
    (held.first.from.unwrap(), held.last.from.unwrap())
}

#[test]
fn what_still_named_it_or_what_it_still_did_on_an_open_day_bounds_the_passing_at_both_ends() {
    let dissolved = |own: &str, named: &str, newest: &str| {
        let mut book = two_treaties();
        book.deposited(&under("OLD"), ConsentMode::Accession, own);
        book.record("2025-03-18", &under("NEW"), succession("OLD", SuccessionTo::Consent, "2001-03-05", "2001-03-05"));
        if named != "-" {
            book.table(named, &["OLD - 1998-10-07 a"]);
        }
        book.table(newest, &["NEW - 2001-03-05 d"]);
        book
    };
    let between = |first: &str, last: &str| (day(first), day(last));
    let on = |day: &str| between(day, day);
    assert_eq!(passed_on(&dissolved("1998-10-07", "-", "2024-12-31")), on("2001-03-05"));
    assert_eq!(passed_on(&dissolved("1998-10-07", "2004", "2024-12-31")), between("2004-01-02", "2005-01-01"));
    assert_eq!(passed_on(&dissolved("2001/2003", "-", "2024-12-31")), between("2001-03-05", "2003-12-31"));
    let told = dissolved("2001/2003", "-", "2024").now(OTTAWA, "OLD", "2026-01-01");
    let step = told.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::PassedToSuccessors).unwrap();
    assert!(step.sentence.contains("table as at a day from 2024-01-01 to 2024-12-31 names"), "{}", step.sentence);
    // Either of the tables may be the newest one.
    let answer = dissolved("1998-10-07", "2024-06", "2024").now(OTTAWA, "OLD", "2026-01-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
}

/// More ways to read the record than are followed one by one.
#[test]
fn a_passing_on_an_open_day_is_read_on_all_of_its_days_where_the_readings_are_too_many() {
    let mut book = tabled();
    for act in 0..8 {
        for on in ["1997-12-04", "1997-12-05"] {
            let body = SignatureAffixed { signed: world(on), place: "".into(), signature_type: SignatureType::Simple };
            let body = Body::Treaty(TreatyBody::SignatureAffixed(body));
            book.entry("2025-03-18", &under("OLD"), body, |recorded| {
                recorded.event.act = Some(format!("signature-{act}").as_str().into());
            });
        }
    }
    book.table("2024-12-31", &["NEW - 2001-03-05 d"]);
    let answer = book.now(OTTAWA, "OLD", "2000-01-01");
    assert!(!answer.complete, "the readings are more than are followed");
    let told = kinds(&answer);
    assert!(told.contains(&"party") && told.contains(&"former_party"), "{told:?}");
}

/// The first and the last day that a date can mean, and how far into them a day is picked.
type Picked = ((Date, Date), u32);

fn dates() -> impl Strategy<Value = [Picked; 4]> {
    let begin = (1999i16..2008, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| jiff::civil::date(y, m, d));
    let days = (begin, prop_oneof![Just(0u32), 1u32..40, 1u32..900]);
    prop::array::uniform4((days.prop_map(|(first, more)| (first, add_days(first, more))), 0u32..=100))
}

proptest! {
    /// Whichever days were meant, the answer on open dates allows for the passing on them.
    #[test]
    fn whatever_days_were_meant_the_passing_that_follows_is_told(dates in dates(), at in 0u32..5000, older in any::<bool>()) {
        let at = add_days(day("1999-01-01"), at).to_string();
        let of = |date: &dyn Fn(&Picked) -> String| {
            let [own, succeeded, named, newest] = dates.each_ref().map(date);
            let mut book = two_treaties();
            book.deposited(&under("OLD"), ConsentMode::Accession, &own);
            let body = succession("OLD", SuccessionTo::Consent, &succeeded, "2024-01-01");
            book.record("2025-03-18", &under("NEW"), body);
            if older {
                book.table(&named, &["OLD - 1998-10-07 a"]);
            }
            book.table(&newest, &["NEW - 2001-03-05 d"]);
            book
        };
        let open = of(&|((first, last), _)| format!("{first}/{last}"));
        let picked = of(&|((first, last), pick)| {
            let days = u32::try_from((*last - *first).get_days()).unwrap();
            add_days(*first, days * pick / 100).to_string()
        });
        // Where each of two tables may be the newest one, none is taken to be.
        let [_, _, (named, _), (newest, _)] = dates;
        prop_assume!(!older || named.1 < newest.0 || newest.1 < named.0);
        // What succeeds after the newest table is not looked at by it.
        prop_assume!(dates[1].0.1 <= dates[3].0.0 || dates[3].0.1 < dates[1].0.0);
        let (open, picked) = (open.now(OTTAWA, "OLD", &at), picked.now(OTTAWA, "OLD", &at));
        prop_assert_eq!(not_covered(&open, &picked), None);
    }
}

#[test]
fn who_succeeds_to_a_consent_that_its_predecessor_never_gave_is_told_so() {
    let mut book = two_treaties();
    book.signed(&under("OLD"), "1998-05-05");
    let notified = |to| succession("OLD", to, "2006-06-03", "2006-10-23");
    book.record("2025-03-18", &under("NEW"), notified(SuccessionTo::Consent));
    book.record("2025-03-18", &under("NEXT"), notified(SuccessionTo::Signature));
    let told = |book: &Book, who| {
        let findings = book.now(OTTAWA, who, "2010-01-01").findings;
        let found = findings.into_iter().find(|it| it.finding.code == LegalRemark::PredecessorNotBound);
        found.map(|it| String::from(it.finding.message))
    };
    let message = "this ledger does not hold that OLD had consented to be bound by the treaty on 2006-06-02";
    assert_eq!(told(&book, "NEW").as_deref(), Some(message));
    assert_eq!(told(&book, "NEXT"), None, "it had signed");
    book.deposited(&under("OLD"), ConsentMode::Ratification, "2006-06-02");
    assert_eq!(told(&book, "NEW"), None, "the consent was there on the eve");
}

#[test]
fn a_reason_gives_the_day_on_which_a_successor_is_bound_where_that_is_later() {
    let mut book = two_treaties();
    book.deposited(&under("OLD"), ConsentMode::Accession, "2005-03-10");
    let succeeds = succession("OLD", SuccessionTo::Consent, "2005-05-01", "2005-06-01");
    book.record("2025-03-18", &under("NEW"), succeeds);
    let answer = book.now(OTTAWA, "NEW", "2010-01-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    let told = answer.outcomes[0].steps.iter().filter(|step| step.rule == StatusRule::Succession);
    let told: Vec<_> = told.map(|step| (step.date.unwrap().to_string(), step.event.is_some())).collect();
    assert_eq!(told, [("2005-05-01".to_owned(), true), ("2005-09-01".to_owned(), true)]);
    let horizon = crate::treaties::Horizon { at: day("2005-06-01"), until: day("2006-01-01") };
    let ahead = book.dossier("NEW", |dossier| crate::treaties::upcoming(dossier, horizon, ViewName::Default));
    let [change] = &ahead.changes[..] else { panic!("{ahead:#?}") };
    assert!(change.because.iter().any(|reason| reason.rule == "succession" && reason.event.is_some()), "{change:#?}");
    // In force later than the treaty for both, and never for the first where it had passed by then.
    let early = succession("OLD", SuccessionTo::Consent, "2005-01-01", "2005-06-01");
    book.record("2025-03-18", &under("EARLY"), early);
    let answer = book.now(OTTAWA, "EARLY", "2010-01-01");
    let sentences = answer.outcomes[0].steps.iter().map(|step| &*step.sentence);
    let told = "OLD consented to be bound on 2005-03-10: its successor has that consent";
    assert_eq!(sentences.filter(|sentence| *sentence == told).count(), 1);
}
