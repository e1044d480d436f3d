//! Who objected in time, who was silent, and when the ledger does not know.

use super::{
    acts::{declaration, declared, notification, succession},
    *,
};
use crate::treaties::{Days, Everybody, Held, ObjectedAct, objected, participation, tables};

fn under(participant: &str) -> String {
    format!("participation/{OTTAWA}/{participant}")
}

/// A treaty with times for objections, and three parties one of which suspends it.
fn suspended() -> (Book, EventReference) {
    let mut book = Book::default();
    let objection = Some(ObjectionClause { reservation_months: 12, claim_months: 3, article: "VCLT 65(2)".into() });
    let clauses = Clauses { objection, ..ottawa_clauses() };
    let treaty = format!("treaty/{OTTAWA}");
    book.record("2025-03-17", &treaty, registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", &treaty, effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    for (participant, deposited) in [("CHE", "1998-03-24"), ("NOR", "1998-07-09"), ("UKR", "2005-12-27")] {
        book.deposited(&under(participant), ConsentMode::Ratification, deposited);
    }
    let suspension = book.record("2025-07-21", &under("UKR"), suspension("2025-07-18", "2025-07-21"));
    (book, suspension)
}

impl Book {
    fn everybody_in_table(&mut self, as_at: &str, rows: &[(&str, &str)]) {
        let row = |(participant, deposited): &(&str, &str)| ParticipationRow {
            name: (*participant).into(),
            participant: participant.parse().unwrap(),
            signed: None,
            deposited: world(deposited),
            mode: Some(ConsentMode::Ratification),
            withdrawn: false,
            succession: false,
            footnotes: Vec::new(),
        };
        let body = ParticipationTableStated { as_at: world(as_at), rows: rows.iter().map(row).collect() };
        self.record("2026-03-01", &format!("treaty/{OTTAWA}"), TreatyBody::ParticipationTableStated(body));
    }

    fn objected(&self, at: &str) -> Vec<ObjectedAct> {
        let each = ["CHE", "LTU", "NOR", "UKR"].map(|who| who.parse::<ParticipantId>().unwrap());
        self.of_everybody(OTTAWA, self.size(), |dossier| {
            let held = each.iter().map(|participant| {
                let own = Dossier { participant, ..*dossier };
                (participant.clone(), participation(&own, ViewName::Default))
            });
            let (held, tables): (Held, _) = (held.collect(), tables(dossier, ViewName::Default));
            objected(dossier, Everybody { held: &held, tables: &tables }, day(at), ViewName::Default)
        })
    }
}

const ALL: [(&str, &str); 3] = [("CHE", "1998-03-24"), ("NOR", "1998-07-09"), ("UKR", "2005-12-27")];

fn ids(participants: &[ParticipantId]) -> Vec<&str> {
    participants.iter().map(ParticipantId::as_str).collect()
}

#[test]
fn an_objection_is_in_time_or_late_under_each_way_of_counting() {
    let (mut book, act) = suspended();
    book.record("2025-10-20", &under("CHE"), objection(act.clone(), "2025-10-17"));
    book.record("2025-10-21", &under("NOR"), objection(act.clone(), "2025-10-20"));
    book.record("2025-10-22", &under("AUT"), objection(act.clone(), "2025-10-22"));
    book.record("2025-12-08", &under("BEL"), objection(act.clone(), "../2025-12-02"));
    let [found] = &book.objected("2026-01-01")[..] else { panic!("one act") };
    assert_eq!((&found.act.event.reference, &*found.article), (&act, "VCLT 65(2)"));
    let ends: Vec<_> = found.times.iter().map(|time| (time.window.from.name(), time.window.ends, time.over)).collect();
    let over = |from, on| (from, Days::on(day(on)), Some(true));
    assert_eq!(ends, [over("notification", "2025-10-18"), over("circulation", "2025-10-21")]);
    let told: Vec<_> = found.objections.iter().map(|it| (&*it.response.by, it.in_time.clone())).collect();
    let expected = [
        ("CHE", vec![Some(true), Some(true)]),
        ("NOR", vec![Some(false), Some(true)]),
        ("AUT", vec![Some(false), Some(false)]),
        ("BEL", vec![None, None]),
    ];
    assert_eq!(told, expected);
    let running = &book.objected("2025-10-18")[0];
    assert_eq!(running.times.iter().map(|time| time.over).collect::<Vec<_>>(), [Some(false); 2], "the last day counts");
    let told: Vec<_> = running.objections.iter().map(|it| &*it.response.by).collect();
    assert_eq!(told, ["CHE", "BEL"], "others cannot have come by then");
}

#[test]
fn who_was_silent_is_not_known_without_a_complete_table() {
    let (mut book, _) = suspended();
    let silence = |book: &Book, at: &str| book.objected(at)[0].times[0].silence.clone();
    let found = silence(&book, "2026-01-01");
    assert_eq!((found.table.is_none(), found.silent.len(), found.unclear.len()), (true, 0, 0));
    assert!(found.sentence.starts_with("not known: no complete table at this date"), "{}", found.sentence);
    book.everybody_in_table("2025-10-17/2025-10-19", &ALL);
    let sentence = silence(&book, "2026-01-01").sentence;
    assert!(sentence.ends_with("the newest is as at a day from 2025-10-17 to 2025-10-19"), "{sentence}");
    book.everybody_in_table("2025-10-17", &ALL);
    assert!(silence(&book, "2026-01-01").table.is_none(), "it is older than the last day of the time");
    assert_eq!(ids(&silence(&book, "2025-10-17").silent), ["CHE", "NOR"], "while the time runs");
    book.everybody_in_table("2025-10-18", &ALL[1..]);
    assert!(silence(&book, "2026-01-01").table.is_none(), "the table names not everybody who is recorded");
    book.everybody_in_table("2025-10-19", &ALL);
    let found = silence(&book, "2026-01-01");
    assert_eq!(ids(&found.silent), ["CHE", "NOR"]);
    // The number is of those who were silent, not of all who could object.
    let told = "2 of those that could object did not within the time: no objection of theirs is held";
    assert_eq!(&*found.sentence, told);
}

#[test]
fn silent_is_who_could_object_and_did_not_in_that_time() {
    let (mut book, act) = suspended();
    book.record("2025-10-21", &under("NOR"), objection(act.clone(), "2025-10-20"));
    book.everybody_in_table("2025-12-31", &ALL);
    let times = book.objected("2025-12-31")[0].times.clone();
    let silent: Vec<_> = times.iter().map(|time| ids(&time.silence.silent)).collect();
    assert_eq!(
        silent,
        [vec!["CHE", "NOR"], vec!["CHE"]],
        "its objection is late by one count; the author is not asked"
    );
    book.record("2025-12-08", &under("CHE"), objection(act, "../2025-12-02"));
    let times = book.objected("2025-12-31")[0].times.clone();
    let unclear: Vec<_> = times.iter().map(|time| (ids(&time.silence.silent), ids(&time.silence.unclear))).collect();
    assert_eq!(unclear, [(vec!["NOR"], vec!["CHE"]), (vec![], vec!["CHE"])]);
}

#[test]
fn a_reservation_has_its_own_time_and_who_consented_could_object() {
    let (mut book, _) = suspended();
    book.deposited(&under("LTU"), ConsentMode::Ratification, "2025-06-30");
    let reservation = declared(declaration(DeclarationType::Reservation, "2024-08-01"));
    let made = book.record("2025-03-17", &under("CHE"), reservation);
    book.everybody_in_table("2026-01-01", &[ALL[0], ("LTU", "2025-06-30"), ALL[1], ALL[2]]);
    let of = |book: &Book, at: &str| {
        let found = book.objected(at);
        found.into_iter().find(|found| found.act.event.reference == made).unwrap()
    };
    let found = of(&book, "2025-12-01");
    let [time] = &found.times[..] else { panic!("{:?}", found.times) };
    assert_eq!((time.window.from.name(), time.window.ends), ("notification", Days::on(day("2025-08-01"))));
    assert_eq!(ids(&time.silence.silent), ["LTU", "NOR", "UKR"], "Lithuania had consented and was not bound yet");
    assert!(found.because.iter().any(|because| because.article.as_ref() == "VCLT 20(5)"), "{:?}", found.because);
    book.record("2025-03-18", &format!("treaty/{OTTAWA}"), notification(vec![made.clone()], "2024-09-15"));
    let circulated = of(&book, "2025-12-01").times[1].window;
    assert_eq!(circulated.ends, Days::on(day("2025-09-15")), "counted from the notification of it");
}

#[test]
fn an_objection_where_the_clauses_set_no_time_is_told_without_one() {
    let mut book = two_treaties();
    let act = book.withdrew("2025-07-01", &under("LTU"), "2025-06-27");
    assert_eq!(book.objected("2026-01-01"), Vec::new());
    book.record("2025-07-05", &under("CHE"), objection(act, "2025-07-04"));
    let [found] = &book.objected("2026-01-01")[..] else { panic!("one act") };
    assert_eq!((found.times.len(), found.objections[0].in_time.len(), &*found.article), (0, 0, ""));
}

#[test]
fn an_objection_that_was_withdrawn_stays_told_with_the_day() {
    let (mut book, act) = suspended();
    let against = book.record("2025-10-20", &under("CHE"), objection(act, "2025-10-17"));
    let changes = Some(ChangedDeclaration { declaration: against, change: DeclarationChange::Withdraws });
    let withdrawn = DeclarationMade { changes, ..declaration(DeclarationType::Other, "2026-02-01") };
    book.record("2026-02-02", &under("CHE"), declared(withdrawn));
    let withdrawn = |at| book.objected(at)[0].objections[0].response.withdrawn.clone();
    assert_eq!((withdrawn("2026-01-31"), withdrawn("2026-02-01")), (None, world("2026-02-01")));
}

#[test]
fn a_predecessor_whose_participation_has_passed_is_not_among_those_that_were_silent() {
    let (mut book, _) = suspended();
    book.deposited(&under("LTU"), ConsentMode::Ratification, "1998-01-05");
    let succeeded = succession("LTU", SuccessionTo::Consent, "1999-06-01", "2000-01-01");
    book.record("2025-03-18", &under("NOR"), succeeded);
    book.table("2026-01-31", &["CHE - 1998-03-24 r", "NOR - 2000-01-01 d", "UKR - 2005-12-27 r"]);
    let [found] = &book.objected("2026-01-31")[..] else { panic!("one act") };
    assert_eq!(ids(&found.times[0].silence.silent), ["CHE", "NOR"]);
}

/// The days on one of which something is.
fn between(first: &str, last: &str) -> Days {
    Days { first: day(first), last: day(last) }
}

#[test]
fn a_time_counted_from_a_day_that_is_open_ends_on_one_of_as_many_days() {
    let (mut book, _) = suspended();
    let act = book.record("2025-09-10", &under("NOR"), notice("2025-08"));
    for (who, lodged) in [("CHE", "2025-11-01"), ("UKR", "2025-11-15"), ("LTU", "2025-12-01")] {
        book.record("2025-12-02", &under(who), objection(act.clone(), lodged));
    }
    let of = |at| book.objected(at).into_iter().find(|found| found.act.event.reference == act).unwrap();
    let found = of("2025-12-31");
    let [time] = &found.times[..] else { panic!("{:?}", found.times) };
    assert_eq!(time.window.begins, between("2025-08-01", "2025-08-31"));
    assert_eq!(time.window.ends, between("2025-11-01", "2025-11-30"));
    let in_time: Vec<_> = found.objections.iter().map(|it| (&*it.response.by, it.in_time[0])).collect();
    assert_eq!(in_time, [("CHE", Some(true)), ("UKR", None), ("LTU", Some(false))]);
    let over = ["2025-11-01", "2025-11-02", "2025-11-30", "2025-12-01"].map(|at| of(at).times[0].over);
    assert_eq!(over, [Some(false), None, None, Some(true)]);
}

#[test]
fn others_are_informed_of_an_act_when_it_is_there() {
    let (mut book, _) = suspended();
    let act = book.record("2025-09-10", &under("CHE"), suspension("2025", "2025-08"));
    let found = book.objected("2026-12-31").into_iter().find(|found| found.act.event.reference == act).unwrap();
    let begins: Vec<_> = found.times.iter().map(|time| time.window.begins).collect();
    assert_eq!(begins, [between("2025-01-01", "2025-08-31"), between("2025-08-01", "2025-08-31")]);
    let act = book.record("2025-09-10", &under("NOR"), suspension("2025-08-10", "2025"));
    let found = book.objected("2026-12-31").into_iter().find(|found| found.act.event.reference == act).unwrap();
    assert_eq!(found.times[1].window.begins, between("2025-08-10", "2025-09-10"), "by the day of recording");
}

/// A reservation of 2010 by Switzerland, and who objects to it on a day.
fn reserved(by: &str, consented: Option<&str>, lodged: &str) -> (Book, EventReference) {
    let (mut book, _) = suspended();
    let reservation = declared(declaration(DeclarationType::Reservation, "2012-02-29"));
    let made = book.record("2025-03-17", &under("CHE"), reservation);
    if let Some(consented) = consented {
        book.deposited(&under(by), ConsentMode::Ratification, consented);
    }
    book.record("2025-03-18", &under(by), objection(made.clone(), lodged));
    (book, made)
}

/// Whether the objection came in time, the reasons of VCLT 20(5), and what is remarked.
fn timely((book, made): &(Book, EventReference)) -> (Option<bool>, usize, Vec<String>) {
    let found = book.objected("2026-01-01").into_iter().find(|found| found.act.event.reference == *made).unwrap();
    let because = found.because.iter().filter(|because| because.article.as_ref() == "VCLT 20(5)").count();
    let answer = book.now(OTTAWA, "CHE", "2026-01-01");
    let late = answer.findings.iter().filter(|it| it.finding.code == LegalRemark::ObjectionLate);
    (found.objections[0].in_time[0], because, late.map(|it| it.finding.message.to_string()).collect())
}

#[test]
fn who_consents_later_may_object_to_a_reservation_until_that_day() {
    let in_time = |because| (Some(true), because, vec![]);
    assert_eq!(timely(&reserved("LTU", Some("2014-01-15"), "2013-02-28")), in_time(1), "within twelve months");
    for lodged in ["2013-05-05", "2014-01-15"] {
        assert_eq!(timely(&reserved("LTU", Some("2014-01-15"), lodged)), in_time(2), "{lodged}: not after its consent");
    }
    assert_eq!(timely(&reserved("LTU", None, "2013-05-05")), in_time(2), "no consent is recorded yet");
    let late = |day: &str| {
        let message = format!("the objection of LTU came {day}; the time for it ended on 2013-02-28");
        (Some(false), 1, vec![message])
    };
    assert_eq!(timely(&reserved("LTU", Some("2014-01-15"), "2014-01-16")), late("2014-01-16"));
    assert_eq!(timely(&reserved("LTU", Some("2009-01-15"), "2013-03-01")), late("2013-03-01"));
    let (met, _, remarked) = timely(&reserved("LTU", Some("2014"), "2014-03-01"));
    assert_eq!((met, remarked.len()), (None, 1), "it may have consented before or after");
}

#[test]
fn an_objection_to_a_withdrawal_is_late_whoever_consents_when() {
    let (mut book, _) = suspended();
    let act = book.record("2025-03-17", &under("CHE"), notice("2010-03-10"));
    book.record("2025-03-18", &under("LTU"), objection(act, "2010-06-11"));
    let answer = book.now(OTTAWA, "CHE", "2026-01-01");
    assert!(codes(&answer).contains(&"objection_late"), "{:?}", codes(&answer));
}

#[test]
fn a_notice_without_effect_has_its_time_and_one_that_was_revoked_says_so() {
    let (mut book, _) = suspended();
    let of_outsider = book.withdrew("2025-09-01", &under("LTU"), "2025-08-20");
    let notice = book.withdrew("2025-09-01", &under("NOR"), "2025-08-21");
    book.record("2025-12-02", &under("NOR"), revoked(notice.clone(), "2025-10"));
    let told = |at: &str, of: &EventReference| {
        let found = book.objected(at).into_iter().find(|found| found.act.event.reference == *of).unwrap();
        let revoked = found.because.iter().filter(|because| because.sentence.contains("revoked"));
        let ends: Vec<Days> = found.times.iter().map(|time| time.window.ends).collect();
        (ends, revoked.map(|because| because.sentence.to_string()).collect::<Vec<_>>())
    };
    let on = |text: &str| vec![Days::on(day(text))];
    let words = "revoked on a day from 2025-10-01 to 2025-10-31";
    assert_eq!(told("2025-11-01", &of_outsider), (on("2025-11-20"), vec![]));
    assert_eq!(told("2025-09-30", &notice), (on("2025-11-21"), vec![]));
    let may_be = "it may itself have been revoked by then: on a day from 2025-10-01 to 2025-10-31";
    assert_eq!(told("2025-10-15", &notice), (on("2025-11-21"), vec![may_be.into()]));
    assert_eq!(told("2025-11-01", &notice), (on("2025-11-21"), vec![format!("it was itself {words}")]));
}
