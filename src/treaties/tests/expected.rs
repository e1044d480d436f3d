//! The answers that the record of 2025 and 2026 must give.

use super::*;
use crate::treaties::{ChangeCode, StatusRule};

fn under(treaty: &str, participant: &str) -> String {
    format!("participation/{treaty}/{participant}")
}

/// The acts of the story, each recorded on its day or on that of its source.
fn story() -> Book {
    let mut book = two_treaties();
    let ottawa = |participant| under(OTTAWA, participant);
    for (participant, signed, mode, deposited) in [
        ("LTU", "1999-02-26", ConsentMode::Ratification, "2003-05-12"),
        ("POL", "1997-12-04", ConsentMode::Ratification, "2012-12-27"),
        ("FIN", "-", ConsentMode::Accession, "2012-01-09"),
        ("UKR", "1999-02-24", ConsentMode::Ratification, "2005-12-27"),
    ] {
        if signed != "-" {
            book.signed(&ottawa(participant), signed);
        }
        book.deposited(&ottawa(participant), mode, deposited);
    }
    book.deposited(&under(PROTOCOL, "RUS"), ConsentMode::ConsentToBeBound, "2005-03-02");
    book.deposited(&under(PROTOCOL, "LTU"), ConsentMode::ConsentToBeBound, "1998-06-03");
    book.withdrew("2025-06-27", &ottawa("LTU"), "2025-06-27");
    book.withdrew("2025-07-11", &ottawa("FIN"), "2025-07-10");
    let suspended = book.record("2025-07-21", &ottawa("UKR"), suspension("2025-07-18", "2025-07-21"));
    let step = domestic(DomesticStep::HeadOfState, PursuedAct::Withdrawal, "2025-08-05");
    book.record("2025-08-05", &ottawa("POL"), step);
    book.record("2025-10-17", &ottawa("CHE"), objection(suspended.clone(), "2025-10-17"));
    book.withdrew("2025-11-04", &ottawa("POL"), "2025-08-20");
    for participant in ["NOR", "AUT", "BEL"] {
        book.record("2025-12-03", &ottawa(participant), objection(suspended.clone(), "../2025-12-02"));
    }
    book.record("2025-12-05", &format!("treaty/{OTTAWA}"), rejected(suspended.clone()));
    for participant in ["NZL", "COL"] {
        book.record("2025-12-20", &ottawa(participant), objection(suspended.clone(), "2025-12-05/.."));
    }
    book.record("2026-02-20", &ottawa("POL"), effect(TreatyEffect::Withdrawal, "2026-02-20"));
    book.record("2026-02-28", "participant/ZZZ", conflict(ConflictEngagement::Engaged, "2020", "-", "ZZZ"));
    book
}

fn rejected(suspended: EventReference) -> TreatyBody {
    TreatyBody::TreatyBodyDecided(Box::new(TreatyBodyDecided {
        body: "22MSP".into(),
        decided: world("2025-12-05"),
        symbol: "".into(),
        paragraph: "".into(),
        text: "The Convention does not allow the suspension of its operation.".into(),
        concerning: vec![suspended],
        stance: Some(BodyStance::Rejects),
    }))
}

#[test]
fn the_record_of_2025_gives_the_answers_that_lawyers_gave() {
    use TreatyStatus::*;
    let book = story();
    let pending = |effective| WithdrawalPending { effective: Some(day(effective)) };
    let former = |since| FormerParty { since: day(since) };
    let cases = [
        ("Q1", OTTAWA, "LTU", "2003-10-31", "2026-03-01", Contracting),
        ("Q1", OTTAWA, "LTU", "2003-11-01", "2026-03-01", Party),
        ("Q2", OTTAWA, "LTU", "2025-12-26", "2026-01-01", pending("2025-12-27")),
        ("Q2", OTTAWA, "LTU", "2025-12-27", "2026-01-01", former("2025-12-27")),
        ("Q3", OTTAWA, "POL", "2026-03-01", "2025-08-06", Party),
        ("Q4", OTTAWA, "POL", "2026-03-01", "2025-11-05", former("2026-02-20")),
        ("Q5", OTTAWA, "FIN", "2026-01-09", "2026-03-01", pending("2026-01-10")),
        ("Q5", OTTAWA, "FIN", "2026-01-10", "2026-03-01", former("2026-01-10")),
        ("Q6", OTTAWA, "UKR", "2026-03-01", "2026-03-01", Party),
        ("Q21", OTTAWA, "RUS", "2005-09-02", "2026-03-01", NonParticipant),
        ("Q21", PROTOCOL, "RUS", "2005-09-01", "2026-03-01", Contracting),
        ("Q21", PROTOCOL, "RUS", "2005-09-02", "2026-03-01", Party),
        ("with the treaty", PROTOCOL, "LTU", "1998-12-02", "2026-03-01", Contracting),
        ("still binds", PROTOCOL, "LTU", "2025-12-27", "2026-03-01", Party),
    ];
    for (name, treaty, participant, at, known_on, expected) in cases {
        let answer = book.known_on(known_on, treaty, participant, at);
        assert_eq!(certain(&answer), expected, "{name}: {participant} on {at}, known on {known_on}");
    }
}

#[test]
fn a_domestic_act_is_told_and_starts_no_clock() {
    let answer = story().known_on("2025-08-06", OTTAWA, "POL", "2026-03-01");
    assert!(answer.projected);
    let steps = &answer.outcomes[0].steps;
    assert!(
        steps
            .iter()
            .any(|step| step.rule == StatusRule::DomesticStepIsNoStatus && step.date == Some(day("2025-08-05")))
    );
    assert!(steps.iter().all(|step| step.rule != StatusRule::WithdrawalNotice));
    assert!(answer.outcomes[0].could_change.iter().any(|change| change.code == ChangeCode::Withdrawal));
}

#[test]
fn a_projected_withdrawal_says_what_could_still_move_it() {
    let book = story();
    let answer = book.known_on("2025-11-05", OTTAWA, "POL", "2026-03-01");
    assert!(answer.projected);
    let changes =
        |answer: &Answer| answer.outcomes[0].could_change.iter().map(|change| change.code).collect::<Vec<_>>();
    let told = changes(&answer);
    for code in [ChangeCode::Revocation, ChangeCode::ConflictAsserted, ChangeCode::Correction] {
        assert!(told.contains(&code), "{code}");
    }
    let over = book.known_on("2026-03-01", OTTAWA, "POL", "2026-02-28");
    assert!(!over.projected);
    assert_eq!(changes(&over), [ChangeCode::Consent]);
    assert_eq!(codes(&over), Vec::<&str>::new(), "the stated effect is the computed one");
}

#[test]
fn a_suspension_is_asserted_and_contested_and_the_party_stays_a_party() {
    let book = story();
    let answer = book.known_on("2026-03-01", OTTAWA, "UKR", "2026-03-01");
    let found = suspensions(&answer);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].since, world("2025-07-18"));
    assert_eq!(found[0].circulated, world("2025-07-21"));
    assert_eq!(found[0].contested_by(), ["AUT", "BEL", "CHE", "COL", "NOR", "NZL", "22MSP"]);
    let then = book.known_on("2025-11-05", OTTAWA, "UKR", "2026-03-01");
    assert_eq!(suspensions(&then)[0].contested_by(), ["CHE"], "as known then");
    assert_eq!(suspensions(&book.now(OTTAWA, "UKR", "2025-07-17")).len(), 0, "before it was notified");
}

#[test]
fn a_withdrawal_in_a_conflict_is_deferred_and_can_still_be_revoked() {
    use TreatyStatus::*;
    let (mut book, x) = with_party("XXX");
    let withdrawal = book.withdrew("2025-07-18", &x, "2025-07-18");
    book.record("2025-07-18", "participant/XXX", conflict(ConflictEngagement::Engaged, "2022-02-24", "-", "XXX"));
    let on = |book: &Book, at| certain(&book.now(OTTAWA, "XXX", at));
    assert_eq!(on(&book, "2026-01-17"), WithdrawalPending { effective: None });
    assert_eq!(on(&book, "2026-01-18"), WithdrawalDeferred { expired: day("2026-01-18") });
    let deferred = book.now(OTTAWA, "XXX", "2026-01-18");
    let codes: Vec<_> = deferred.outcomes[0].could_change.iter().map(|change| change.code).collect();
    assert!(codes.contains(&ChangeCode::ConflictEnded) && codes.contains(&ChangeCode::Revocation));
    book.record("2026-06-02", &x, revoked(withdrawal, "2026-06-01"));
    for at in ["2025-07-17", "2025-12-01", "2026-02-01", "2026-06-01", "2027-01-01"] {
        assert_eq!(on(&book, at), Party, "{at}");
    }
    let history: Vec<_> =
        book.now(OTTAWA, "XXX", "2026-02-01").outcomes[0].steps.iter().map(|step| step.rule).collect();
    assert!(
        history.contains(&StatusRule::WithdrawalNotice) && history.contains(&StatusRule::Revocation),
        "{history:?}"
    );
}
