//! Treaty acts drawn from a seed: treaties, participants and, under each pair, the
//! acts of a party, of one that withdraws and of one that suspends, as often as such acts are.

use crate::{bench::seeded::Seeded, domain::*};

/// A number of a treaty that the seed adds to those that are there.
pub fn treaty(number: u64) -> TreatyId {
    format!("untc:G-{number}").parse().expect("an identifier")
}

/// A number of a participant.
pub fn participant(number: u64) -> ParticipantId {
    format!("P-{number}").parse().expect("an identifier")
}

/// What registers a participant.
pub fn registered_participant(number: u64) -> TreatyBody {
    TreatyBody::ParticipantRegistered(ParticipantRegistered {
        name: format!("Participant {number}").into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: Vec::new(),
        predecessors: Vec::new(),
    })
}

/// One act of a participant: under a treaty, or about the participant itself.
pub fn act(treaty: TreatyId, participant: ParticipantId, seeded: &mut Seeded) -> (Subject, TreatyBody) {
    let body = match seeded.below(100) {
        0..20 => {
            let signed = world(&seeded.day(1997..2020));
            let signature_type = SignatureType::Simple;
            TreatyBody::SignatureAffixed(SignatureAffixed { signed, place: "".into(), signature_type })
        }
        20..35 => deposit(&seeded.day(1998..2020)),
        35..90 => step(&seeded.day(1997..2025)),
        90..96 => notice(&seeded.day(2020..2025)),
        96..98 => suspension(&seeded.day(2020..2025)),
        _ => return (Subject::Participant(participant), conflict(&seeded.day(2010..2025))),
    };
    (Subject::Participation(treaty, participant), body)
}

fn world(day: &str) -> Option<WorldDate> {
    Some(day.parse().expect("a day"))
}

/// When a treaty entered into force.
pub fn effect(day: &str) -> TreatyBody {
    TreatyBody::EffectStated(EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world(day) })
}

fn deposit(day: &str) -> TreatyBody {
    TreatyBody::InstrumentDeposited(InstrumentDeposited {
        mode: ConsentMode::Ratification,
        deposited: world(day),
        instrument_dated: None,
        depositary_sequence: None,
        protocols: Vec::new(),
        provisional_application: false,
        depositary: "".into(),
    })
}

fn step(day: &str) -> TreatyBody {
    TreatyBody::DomesticStepTaken(DomesticStepTaken {
        step: DomesticStep::ParliamentaryVote,
        pursues: PursuedAct::Withdrawal,
        taken: world(day),
        organ: "Parliament".into(),
        reference: "".into(),
        votes: None,
    })
}

fn notice(day: &str) -> TreatyBody {
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: world(day),
        other_parties_notified: world(day),
        security_council_notified: world(day),
        reasons: Some(Reasons::Attached),
        later_effect: None,
    })
}

fn suspension(day: &str) -> TreatyBody {
    TreatyBody::SuspensionNotified(SuspensionNotified {
        received_by_depositary: world(day),
        circulated: world(day),
        claimed_from: None,
        claimed_until: "".into(),
        grounds: vec![SuspensionGround::Other],
        provisions: Vec::new(),
    })
}

fn conflict(day: &str) -> TreatyBody {
    TreatyBody::ConflictStatusAsserted(ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement: ConflictEngagement::Engaged,
        conflict_type: None,
        since: world(day),
        until: None,
        asserted_by: "a body".into(),
    })
}

/// What registers a treaty, with clauses like those of a convention.
pub fn registered() -> TreatyBody {
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
    let clauses = Clauses { entry_into_force: Some(in_force), withdrawal: Some(withdrawal), ..Clauses::default() };
    TreatyBody::TreatyRegistered(Box::new(TreatyRegistered {
        title: "A treaty".into(),
        short_names: Vec::new(),
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(clauses),
    }))
}
