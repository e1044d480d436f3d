//! The acts that are drawn, each with what a table or a note of the depositary says of it.

use jiff::{ToSpan, civil::Date};

use crate::{crypto::sha256, domain::*};

pub(super) fn world(day: &str) -> Option<WorldDate> {
    Some(day.parse().expect("a day"))
}

pub(super) fn days_after(day: &str, days: i32) -> String {
    let day: Date = day.parse().expect("a day");
    day.saturating_add(days.days()).to_string()
}

/// A document of the depositary, by its symbol.
pub(super) fn document(symbol: &str) -> Document {
    Document {
        sha256: DocumentDigest(sha256(symbol.as_bytes())),
        size: 1,
        media_type: "application/pdf".into(),
        language: "en".into(),
        title: "".into(),
        symbol: symbol.into(),
    }
}

pub(super) fn registered_participant(number: u64) -> TreatyBody {
    TreatyBody::ParticipantRegistered(ParticipantRegistered {
        name: format!("Participant {number}").into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: Vec::new(),
        predecessors: Vec::new(),
    })
}

pub(super) fn registered_treaty(number: u64) -> TreatyBody {
    TreatyBody::TreatyRegistered(Box::new(TreatyRegistered {
        title: format!("Convention {number} on matters of common interest").into(),
        short_names: vec![format!("Convention {number}").into()],
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(clauses()),
    }))
}

/// One with a duty once, one that can be extended, and one of every year.
pub(super) fn registered_treaty_with_duties() -> TreatyBody {
    let duty = |article: &str, title: &str, due, extension| ObligationClause {
        article: article.into(),
        title: title.into(),
        due,
        extension,
    };
    let extension = ExtensionClause { months: 120, by: "a meeting of the parties".into() };
    let obligations = vec![
        duty("4", "destruction", Due::Act(Period::Years(4)), None),
        duty("5", "clearance", Due::Act(Period::Years(10)), Some(extension)),
        duty("7(1)", "first report", Due::Report(Period::Days(180)), None),
        duty("7(2)", "yearly report", Due::YearlyReport { month: 4, day: 30 }, None),
    ];
    TreatyBody::TreatyRegistered(Box::new(TreatyRegistered {
        title: "Convention on what nobody dated".into(),
        short_names: vec!["Open".into()],
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(Clauses { obligations, ..clauses() }),
    }))
}

fn clauses() -> Clauses {
    let in_force = EntryIntoForceClause {
        mode: EntryIntoForceMode::FirstOfMonth,
        months: 6,
        days: 0,
        threshold: 40,
        article: "17".into(),
    };
    let withdrawal = WithdrawalClause {
        notice_months: 6,
        notice_from: NoticeFrom::ReceiptByDepositary,
        later_date_allowed: false,
        conflict_test: ConflictTest::AtExpiry,
        includes_occupation: false,
        conflict_ends_with: vec![ConflictEnd::ArmedConflict],
        addressees: Addressee::ALL.to_vec(),
        reasons_required: true,
        article: "20".into(),
        day_after_conflict: false,
        minimum_months: 0,
        continues: "".into(),
    };
    Clauses { entry_into_force: Some(in_force), withdrawal: Some(withdrawal), ..Clauses::default() }
}

pub(super) fn effect(day: &str) -> TreatyBody {
    TreatyBody::EffectStated(EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world(day) })
}

pub(super) fn signature(day: &str) -> TreatyBody {
    let signature_type = SignatureType::Simple;
    TreatyBody::SignatureAffixed(SignatureAffixed { signed: world(day), place: "".into(), signature_type })
}

pub(super) fn deposit(mode: ConsentMode, day: &str) -> TreatyBody {
    TreatyBody::InstrumentDeposited(InstrumentDeposited {
        mode,
        deposited: world(day),
        instrument_dated: None,
        depositary_sequence: None,
        protocols: Vec::new(),
        provisional_application: false,
        depositary: "".into(),
    })
}

pub(super) fn step(day: &str) -> TreatyBody {
    TreatyBody::DomesticStepTaken(DomesticStepTaken {
        step: DomesticStep::ParliamentaryVote,
        pursues: PursuedAct::Withdrawal,
        taken: world(day),
        organ: "Parliament".into(),
        reference: "".into(),
        votes: None,
    })
}

pub(super) fn notice(day: &str) -> TreatyBody {
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: world(day),
        other_parties_notified: world(day),
        security_council_notified: world(day),
        reasons: Some(Reasons::Attached),
        later_effect: None,
    })
}

pub(super) fn suspension(day: &str) -> TreatyBody {
    TreatyBody::SuspensionNotified(SuspensionNotified {
        received_by_depositary: world(day),
        circulated: world(day),
        claimed_from: None,
        claimed_until: "".into(),
        grounds: vec![SuspensionGround::Other],
        provisions: Vec::new(),
    })
}

pub(super) fn objection(objects_to: EventReference, day: &str) -> TreatyBody {
    TreatyBody::ObjectionLodged(ObjectionLodged { objects_to, lodged: world(day), grounds: "".into() })
}

pub(super) fn conflict(day: &str) -> TreatyBody {
    TreatyBody::ConflictStatusAsserted(ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement: ConflictEngagement::Engaged,
        conflict_type: None,
        since: world(day),
        until: None,
        asserted_by: "a body".into(),
    })
}
