//! Events that speak about earlier ones: what they name is there and fits, also
//! when it stands in another segment, another batch or the same submission. The
//! auditor decides each of them again without a journal.

use merestone::{domain::*, wire};

use crate::support::*;

pub const WITHHELD: &str = "Fence posts are missing on the north side.";
pub const SALT: [u8; 32] = [0xa5; 32];

pub fn sourced(subject: &str, body: Body) -> Event {
    Event { source: Some(source(SourceClass::OwnAct)), ..event(subject, body) }
}

fn reference(event: &Event) -> EventReference {
    EventReference { organisation: "desk".parse().unwrap(), event: event.id }
}

fn parcel(id: &str, area_m2: u64) -> Parcel {
    Parcel { id: id.parse().unwrap(), area_m2: Some(area_m2) }
}

/// A record with the parcel P1, and with remarks withheld in slot 2.
pub fn record(ledger: LedgerId) -> Event {
    let mut opened = record_opened();
    if let Body::Minefield(MinefieldBody::RecordOpened(body)) = &mut opened.body {
        body.parcels.push(parcel("P1", 4_000));
    }
    let commitment = Commitment::to(&ledger, opened.id, 2, &SALT, &wire::encode_part_content(&remarks(WITHHELD)));
    let review_on = "2027-01-01".parse().unwrap();
    let content = PartHolding::Withheld { commitment, basis: "security".into(), review_on };
    opened.parts.push(Part { slot: 2, kind: PartKind::Remarks, content });
    opened
}

fn remarks(text: &str) -> PartContent {
    PartContent::Remarks { text: text.into(), language: "en".into() }
}

fn cleared(record: &Event, parcel: &str) -> Event {
    let body = AreaCleared {
        parcel: parcel.parse().unwrap(),
        area_m2: 1_000,
        depth_mm: Some(200),
        method: Some(ClearanceMethod::Manual),
        started: Some("2026-01-01".parse().unwrap()),
        ended: Some("2026-01-09".parse().unwrap()),
        task: "T-7".into(),
    };
    sourced(&record.subject.to_string(), Body::Minefield(MinefieldBody::AreaCleared(body)))
}

pub fn corrected(target: &Event, restated: Option<Body>) -> Event {
    let restated = restated.map(|body| Box::new(Restated { occurred: None, not_stated: Vec::new(), body }));
    let body = EventCorrected { target: reference(target), reason: "a slip".into(), restated };
    sourced(&target.subject.to_string(), Body::Shared(SharedBody::EventCorrected(body)))
}

pub fn disclosed(target: &Event, slot: u32, salt: [u8; 32], text: &str) -> Event {
    let disclosed = vec![DisclosedPart { slot, salt, content: remarks(text) }];
    let body = PartDisclosed { target: reference(target), disclosed };
    sourced(&target.subject.to_string(), Body::Shared(SharedBody::PartDisclosed(body)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disclosure_enters_only_with_what_was_recorded() {
    let ledger = TestLedger::new().await;
    let record = record(ledger.id);
    ledger.submit(&ledger.sign(&ledger.recorder, vec![record.clone()])).await.unwrap();
    let ledger = ledger.restart().await;
    for wrong in [
        disclosed(&record, 2, SALT, "Nothing is missing."),
        disclosed(&record, 2, [0; 32], WITHHELD),
        disclosed(&record, 1, SALT, WITHHELD),
    ] {
        assert_eq!(ledger.refusal(&ledger.sign(&ledger.recorder, vec![wrong])).await, "DisclosureMustMatch");
    }
    ledger.submit(&ledger.sign(&ledger.recorder, vec![disclosed(&record, 2, SALT, WITHHELD)])).await.unwrap();
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn land_is_cleared_and_released_only_where_it_was_reported() {
    let ledger = TestLedger::new().await;
    let record = record(ledger.id);
    let unreported = cleared(&record, "P2");
    ledger.submit(&ledger.sign(&ledger.recorder, vec![record.clone(), cleared(&record, "P1")])).await.unwrap();
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.recorder, vec![unreported])).await, "ParcelMustBeReported");

    let survey = PositionSurveyed {
        surveyed: Some("2026-01-01".parse().unwrap()),
        method: Some(SurveyMethod::Gnss),
        accuracy_mm: Some(500),
        parcels: vec![parcel("P2", 900)],
    };
    let survey = sourced(&record.subject.to_string(), Body::Minefield(MinefieldBody::PositionSurveyed(survey)));
    ledger.submit(&ledger.sign(&ledger.recorder, vec![survey, cleared(&record, "P2")])).await.unwrap();
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_keeps_the_country_of_its_opening() {
    let ledger = TestLedger::new().await;
    let mut unknown = record(ledger.id);
    if let Body::Minefield(MinefieldBody::RecordOpened(body)) = &mut unknown.body {
        body.country = None;
    }
    unknown.not_stated.push(NotStated { field: "country".into(), reason: NotStatedReason::Unknown });
    let refused = ledger.sign(&ledger.recorder, vec![unknown.clone(), cleared(&unknown, "P1")]);
    assert_eq!(ledger.refusal(&refused).await, "MandateMustCoverCountry");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_names_what_it_corrects_and_restates_the_same_kind() {
    let ledger = TestLedger::new().await;
    let record = record(ledger.id);
    let clearance = cleared(&record, "P1");
    ledger.submit(&ledger.sign(&ledger.recorder, vec![record.clone(), clearance.clone()])).await.unwrap();

    let refused = async |event: Event| ledger.refusal(&ledger.sign(&ledger.recorder, vec![event])).await;
    assert_eq!(refused(corrected(&cleared(&record, "P1"), None)).await, "ReferenceMustExist");
    let elsewhere = Event { subject: record_opened().subject, ..corrected(&record, None) };
    assert_eq!(refused(elsewhere).await, "SubjectMustExist");
    let other_kind = corrected(&clearance, Some(record.body.clone()));
    assert_eq!(refused(other_kind).await, "CorrectionMustFitTarget");
    let mut laxer = corrected(&record, None);
    laxer.parts.push(Part { slot: 2, kind: PartKind::Remarks, content: PartHolding::Open(remarks(WITHHELD)) });
    assert_eq!(refused(laxer).await, "CorrectionMustFitTarget");

    let mut body = clearance.body.clone();
    if let Body::Minefield(MinefieldBody::AreaCleared(body)) = &mut body {
        body.area_m2 = 900;
    }
    let correction = corrected(&clearance, Some(body));
    ledger.submit(&ledger.sign(&ledger.recorder, vec![correction.clone()])).await.unwrap();
    assert_eq!(refused(corrected(&correction, None)).await, "ReferenceMustFit");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_organisation_that_recorded_an_event_corrects_it() {
    let ledger = TestLedger::new().await;
    let record = record(ledger.id);
    ledger.submit(&ledger.sign(&ledger.recorder, vec![record.clone()])).await.unwrap();
    let mut foreign = corrected(&record, None);
    let operators = EventReference { organisation: "operator".parse().unwrap(), event: record.id };
    if let Body::Shared(SharedBody::EventCorrected(body)) = &mut foreign.body {
        body.target = operators;
    }
    assert_eq!(ledger.refusal(&ledger.sign(&ledger.recorder, vec![foreign])).await, "ReferenceMustExist");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_corrected_by_correcting_the_event_again() {
    let ledger = TestLedger::new().await;
    let record = record(ledger.id);
    ledger.submit(&ledger.sign(&ledger.recorder, vec![record.clone()])).await.unwrap();
    let first = corrected(&record, Some(record.body.clone()));
    ledger.submit(&ledger.sign(&ledger.recorder, vec![first.clone()])).await.unwrap();
    let refused = ledger.submit(&ledger.sign(&ledger.recorder, vec![corrected(&first, None)])).await;
    let No::Rejected(rejection) = refused.expect_err("refused") else { panic!("not by a rule") };
    assert_eq!(rejection.rule.code(), "ReferenceMustFit");
    assert!(rejection.message.ends_with("correct the event that it corrects, again"), "{}", rejection.message);
    ledger.submit(&ledger.sign(&ledger.recorder, vec![corrected(&record, Some(record.body.clone()))])).await.unwrap();
    ledger.audited().await;
}

/// A treaty, two participants, a withdrawal and a suspension by the first.
pub fn treaty() -> Vec<Event> {
    let registered = TreatyRegistered {
        title: "Example Convention".into(),
        short_names: Vec::new(),
        adopted: Some("2000-01-01".parse().unwrap()),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: None,
    };
    let participant = |id: &str| {
        let registered = ParticipantRegistered {
            name: id.into(),
            participant_type: ParticipantType::State,
            iso_code: None,
            other_names: Vec::new(),
            predecessors: Vec::new(),
        };
        sourced(&format!("participant/{id}"), Body::Treaty(TreatyBody::ParticipantRegistered(registered)))
    };
    let withdrawal = WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: Some("2025-06-27".parse().unwrap()),
        other_parties_notified: Some("2025-06-27".parse().unwrap()),
        security_council_notified: None,
        reasons: Some(Reasons::Attached),
        later_effect: None,
    };
    vec![
        sourced("treaty/example:1", Body::Treaty(TreatyBody::TreatyRegistered(Box::new(registered)))),
        participant("XXA"),
        participant("XXB"),
        sourced("participation/example:1/XXA", Body::Treaty(TreatyBody::WithdrawalNotified(withdrawal))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_about_acts_name_one_that_fits() {
    let ledger = TestLedger::new().await;
    let acts = treaty();
    ledger.submit(&ledger.sign(&ledger.recorder, acts.clone())).await.unwrap();
    let revoked = |subject: &str, target: &Event| {
        let received_by_depositary = Some("2025-07-01".parse().unwrap());
        let body = WithdrawalRevoked { withdrawal: reference(target), received_by_depositary };
        sourced(subject, Body::Treaty(TreatyBody::WithdrawalRevoked(body)))
    };
    let objected = |target: &Event| {
        let lodged = Some("2025-07-01".parse().unwrap());
        let body = ObjectionLodged { objects_to: reference(target), lodged, grounds: "".into() };
        sourced("participation/example:1/XXB", Body::Treaty(TreatyBody::ObjectionLodged(body)))
    };
    let refused = async |event: Event| ledger.refusal(&ledger.sign(&ledger.recorder, vec![event])).await;
    assert_eq!(refused(revoked("participation/example:1/XXB", &acts[3])).await, "ReferenceMustFit");
    assert_eq!(refused(revoked("participation/example:1/XXA", &acts[2])).await, "ReferenceMustFit");
    assert_eq!(refused(objected(&acts[1])).await, "ReferenceMustFit");
    assert_eq!(refused(objected(&record_opened())).await, "ReferenceMustExist");

    let entering = vec![objected(&acts[3]), revoked("participation/example:1/XXA", &acts[3])];
    ledger.submit(&ledger.sign(&ledger.recorder, entering)).await.unwrap();
    ledger.audited().await;
}
