//! The kinds beside consent and withdrawal over the real service: what they name is
//! there and fits, and a status over the network reads what bears on it from the parent
//! treaty, the predecessor and those who withdraw an objection.

use merestone::domain::*;

use crate::{
    support::*,
    treaty_status::{Story, drafted, instrument, notice, plain_leave, under, world},
};

const OTTAWA: &str = "untc:XXVI-5";
const CONVENTION: &str = "untc:XXVI-2";
const BELOW: &str = "untc:XXVI-2-x";

fn shared(subject: &str, body: SharedBody) -> Event {
    drafted(subject, Body::Shared(body))
}

fn treaty(subject: &str, body: TreatyBody) -> Event {
    drafted(subject, Body::Treaty(body))
}

fn unknown() -> EventReference {
    EventReference { organisation: "desk".parse().unwrap(), event: fresh_event_id() }
}

fn fresh_event_id() -> EventId {
    event("treaty/a:b", Body::Treaty(notice("2025-01-01"))).id
}

fn retracted(target: &EventReference) -> SharedBody {
    SharedBody::EventRetracted(EventRetracted { target: target.clone(), reason: "a slip".into() })
}

fn contested(target: &EventReference) -> SharedBody {
    SharedBody::EventContested(EventContested {
        target: target.clone(),
        grounds: "not so".into(),
        contested_by: "CHE".into(),
        contested: world("2025-10-17"),
    })
}

fn resolved(statements: Vec<EventReference>) -> SharedBody {
    let accepted = statements.first().cloned();
    let (reasons, resolved) = ("the record".into(), world("2025-11-04"));
    SharedBody::ContestResolved(ContestResolved { statements, accepted, reasons, resolved })
}

pub fn succession(predecessor: &str) -> TreatyBody {
    TreatyBody::SuccessionNotified(SuccessionNotified {
        predecessor: predecessor.parse().unwrap(),
        succeeds_to: SuccessionTo::Consent,
        succeeded: world("2011-07-09"),
        received_by_depositary: world("2011-11-11"),
    })
}

fn declaration(changes: Option<EventReference>, made: &str) -> TreatyBody {
    let change = |declaration| ChangedDeclaration { declaration, change: DeclarationChange::Withdraws };
    TreatyBody::DeclarationMade(Box::new(DeclarationMade {
        declaration_type: DeclarationType::Other,
        made: world(made),
        article: "".into(),
        text: "a text".into(),
        made_with: None,
        changes: changes.map(change),
        territory: None,
        effective: None,
    }))
}

fn table(participant: &str) -> TreatyBody {
    let row = ParticipationRow {
        name: "A State".into(),
        participant: participant.parse().unwrap(),
        signed: None,
        deposited: world("2012-12-27"),
        mode: Some(ConsentMode::Ratification),
        withdrawn: false,
        succession: false,
        footnotes: Vec::new(),
    };
    TreatyBody::ParticipationTableStated(ParticipationTableStated { as_at: world("2025-06-30"), rows: vec![row] })
}

fn conflict(until: &str) -> ConflictStatusAsserted {
    ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement: ConflictEngagement::Engaged,
        conflict_type: Some(ConflictType::International),
        since: world("2025-01-01"),
        until: world(until),
        asserted_by: "a party".into(),
    }
}

fn suspension() -> TreatyBody {
    suspended_on("2025-07-18")
}

fn suspended_on(received: &str) -> TreatyBody {
    TreatyBody::SuspensionNotified(SuspensionNotified {
        received_by_depositary: world(received),
        circulated: world("2025-07-21"),
        claimed_from: None,
        claimed_until: "".into(),
        grounds: vec![SuspensionGround::FundamentalChange],
        provisions: Vec::new(),
    })
}

async fn refusal(story: &Story, event: Event) -> String {
    story.ledger.refusal(&story.ledger.sign(&story.ledger.recorder, vec![event])).await
}

#[tokio::test]
async fn what_an_event_about_an_earlier_one_names_must_be_there_and_fit() {
    let story = Story::begin().await;
    let (poland, ukraine) = (under(OTTAWA, "POL"), under(OTTAWA, "UKR"));
    let withdrawn = story.record(&poland, notice("2025-08-20")).await;
    let suspended = story.record(&poland, suspension()).await;
    let contest = story.enter(shared(&poland, contested(&withdrawn))).await;
    for (event, code) in [
        (shared(&poland, retracted(&unknown())), "ReferenceMustExist"),
        (shared(&ukraine, retracted(&withdrawn)), "ReferenceMustFit"),
        (shared(&poland, contested(&unknown())), "ReferenceMustExist"),
        (shared(&poland, contested(&contest)), "ReferenceMustFit"),
        (shared(&poland, resolved(vec![withdrawn.clone(), suspended])), "ReferenceMustFit"),
        (treaty(&poland, succession("XXX")), "SubjectMustExist"),
        (treaty(&poland, declaration(Some(withdrawn.clone()), "2025-09-01")), "ReferenceMustFit"),
        (treaty(&poland, declaration(None, "2031-01-01")), "DateMustNotLieInFuture"),
        (treaty(&format!("treaty/{OTTAWA}"), table("XXX")), "SubjectMustExist"),
        (treaty(&under("untc:none", "POL"), succession("UKR")), "SubjectMustExist"),
    ] {
        let kind = event.kind();
        assert_eq!(refusal(&story, event).await, code, "{kind}");
    }
    story.enter(shared(&poland, retracted(&contest))).await;
    story.enter(shared(&poland, retracted(&withdrawn))).await;
    story.record(&format!("treaty/{OTTAWA}"), table("POL")).await;
    let status = story.status(OTTAWA, "POL", "2026-03-01", story.size()).await;
    assert_eq!(status.outcomes[0].status, "non_participant", "the notice was taken back");
    story.audited().await;
}

#[tokio::test]
async fn a_date_that_has_not_come_is_named_by_its_own_field() {
    let story = Story::begin().await;
    let poland = under(OTTAWA, "POL");
    let made = story.record(&poland, declaration(None, "2025-09-01")).await;
    let restating = |body, occurred| {
        let restated = Some(Box::new(Restated { occurred, not_stated: Vec::new(), body: Body::Treaty(body) }));
        shared(
            &poland,
            SharedBody::EventCorrected(EventCorrected { target: made.clone(), reason: "a slip".into(), restated }),
        )
    };
    let later = || declaration(None, "2031-01-01");
    let (ahead, under_poland) = (|| world("2031-01-01"), |body| treaty(&poland, body));
    let told_late = |other_parties_notified, security_council_notified| {
        let TreatyBody::WithdrawalNotified(body) = notice("2025-08-20") else { panic!("a notice is one") };
        let body = WithdrawalNotified { other_parties_notified, security_council_notified, ..body };
        under_poland(TreatyBody::WithdrawalNotified(body))
    };
    let circulated = {
        let TreatyBody::SuspensionNotified(body) = suspension() else { panic!("a suspension is one") };
        under_poland(TreatyBody::SuspensionNotified(SuspensionNotified { circulated: ahead(), ..body }))
    };
    let succeeding = {
        let TreatyBody::SuccessionNotified(body) = succession("UKR") else { panic!("a succession is one") };
        under_poland(TreatyBody::SuccessionNotified(SuccessionNotified { succeeded: ahead(), ..body }))
    };
    let signed_late = {
        let dated =
            InstrumentDeposited { instrument_dated: ahead(), ..instrument(ConsentMode::Accession, "2025-01-01", &[]) };
        under_poland(TreatyBody::InstrumentDeposited(dated))
    };
    let ends_late = |until| treaty("participant/POL", TreatyBody::ConflictStatusAsserted(conflict(until)));
    let row_late = {
        let TreatyBody::ParticipationTableStated(mut body) = table("POL") else { panic!("a table is one") };
        body.rows[0].deposited = ahead();
        treaty(&format!("treaty/{OTTAWA}"), TreatyBody::ParticipationTableStated(body))
    };
    let read_late = {
        let event = under_poland(suspension());
        let source = event.source.clone().map(|source| Source { retrieved: "2031-01-01".parse().ok(), ..source });
        Event { source, ..event }
    };
    for (event, field) in [
        (treaty(&poland, later()), "events[0].declaration_made.made"),
        (treaty(&poland, suspended_on("2031-01-01")), "events[0].suspension_notified.received_by_depositary"),
        (Event { occurred: world("2031-01-01"), ..treaty(&poland, suspension()) }, "events[0].occurred"),
        (told_late(ahead(), None), "events[0].withdrawal_notified.other_parties_notified"),
        (told_late(world("2025-08-21"), world("2031/2032")), "events[0].withdrawal_notified.security_council_notified"),
        (circulated, "events[0].suspension_notified.circulated"),
        (succeeding, "events[0].succession_notified.succeeded"),
        (signed_late, "events[0].instrument_deposited.instrument_dated"),
        (ends_late("2031-01-01"), "events[0].conflict_status_asserted.until"),
        (row_late, "events[0].participation_table_stated.rows[0].deposited"),
        (read_late, "events[0].source.retrieved"),
        (restating(later(), None), "events[0].event_corrected.restated.declaration_made.made"),
        (restating(declaration(None, "2025-09-01"), world("2031")), "events[0].event_corrected.restated.occurred"),
    ] {
        let refused = story.ledger.submit(&story.ledger.sign(&story.ledger.recorder, vec![event])).await;
        let Err(No::Rejected(rejection)) = refused else { panic!("{field} is accepted") };
        assert_eq!((rejection.rule.code(), rejection.field.as_str()), ("DateMustNotLieInFuture", field));
        assert!(rejection.message.contains("2031"), "{rejection}");
    }
    story.audited().await;
}

#[tokio::test]
async fn what_is_claimed_for_a_day_to_come_enters() {
    let story = Story::begin().await;
    let poland = under(OTTAWA, "POL");
    let TreatyBody::WithdrawalNotified(notice) = notice("2025-08-20") else { panic!("a notice is one") };
    let later_effect = "2031-01-01".parse().ok();
    let notice = WithdrawalNotified { later_effect, other_parties_notified: world("2025/2031"), ..notice };
    story.record(&poland, TreatyBody::WithdrawalNotified(notice)).await;
    let TreatyBody::SuspensionNotified(body) = suspension() else { panic!("a suspension is one") };
    let claimed = SuspensionNotified { claimed_from: world("2031"), ..body };
    story.record(&poland, TreatyBody::SuspensionNotified(claimed)).await;
    let TreatyBody::DeclarationMade(body) = declaration(None, "2025-09-01") else { panic!("a declaration is one") };
    let effective = world("2031-01-01");
    story.record(&poland, TreatyBody::DeclarationMade(Box::new(DeclarationMade { effective, ..*body }))).await;
    let stated = EffectStated { effect: TreatyEffect::Withdrawal, effective: world("2031-01-01") };
    story.record(&poland, TreatyBody::EffectStated(stated)).await;
    story.audited().await;
}

#[tokio::test]
async fn an_act_does_not_name_what_it_is_itself_about() {
    let story = Story::begin().await;
    let poland = under(OTTAWA, "POL");
    let succeeded = story.record(&poland, succession("UKR")).await;
    let (target, reason) = (succeeded, "a slip".into());
    let body = Body::Treaty(succession("POL"));
    let restated = Some(Box::new(Restated { occurred: None, not_stated: Vec::new(), body }));
    let corrected = SharedBody::EventCorrected(EventCorrected { target, reason, restated });
    let itself = |parent: Option<&str>, cascade: &[&str]| {
        let cascade_to = cascade.iter().map(|id| id.parse().unwrap()).collect();
        let clauses = Clauses { cascade_to, ..Clauses::default() };
        let body = TreatyRegistered {
            title: "Another".into(),
            short_names: Vec::new(),
            adopted: world("1990"),
            adopted_at: "".into(),
            parent: parent.map(|id| id.parse().unwrap()),
            registrations: Vec::new(),
            clauses: Some(clauses),
        };
        treaty(&format!("treaty/{BELOW}"), TreatyBody::TreatyRegistered(Box::new(body)))
    };
    for (event, field) in [
        (treaty(&poland, succession("POL")), "events[0].succession_notified.predecessor"),
        (shared(&poland, corrected), "events[0].event_corrected.restated.succession_notified.predecessor"),
        (itself(Some(BELOW), &[]), "events[0].treaty_registered.parent"),
        (itself(None, &[OTTAWA, BELOW]), "events[0].treaty_registered.clauses.cascade_to[1]"),
    ] {
        let refused = story.ledger.submit(&story.ledger.sign(&story.ledger.recorder, vec![event])).await;
        let Err(No::Rejected(rejection)) = refused else { panic!("{field} is accepted") };
        assert_eq!((rejection.rule.code(), rejection.field.as_str()), ("ReferenceMustFit", field));
    }
    story.audited().await;
}

#[tokio::test]
async fn what_opens_a_subject_is_not_taken_back_and_only_governors_state_an_erasure() {
    let story = Story::begin().await;
    let subject = format!("treaty/{BELOW}");
    let body = TreatyRegistered {
        title: "Another".into(),
        short_names: Vec::new(),
        adopted: world("1990"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: None,
    };
    let registered = story.record(&subject, TreatyBody::TreatyRegistered(Box::new(body))).await;
    assert_eq!(refusal(&story, shared(&subject, retracted(&registered))).await, "ReferenceMustFit");
    let erased = SharedBody::ContentErased(ContentErased {
        target: registered,
        slots: vec![1],
        basis: "an order".into(),
        ordered_by: "a court".into(),
        erased: world("2026-01-31"),
    });
    assert_eq!(refusal(&story, shared(&subject, erased.clone())).await, "RoleMustAllowKind");
    let signed = story.ledger.sign(&story.ledger.registrar, vec![shared(&subject, erased)]);
    assert_eq!(story.ledger.refusal(&signed).await, "ReferenceMustFit", "the slot holds no commitment");
    story.audited().await;
}

#[tokio::test]
async fn a_status_reads_the_parent_treaty_and_the_predecessor() {
    let story = Story::begin().await;
    for (id, parent, cascade_to) in [(CONVENTION, None, vec![BELOW]), (BELOW, Some(CONVENTION), vec![])] {
        let clauses = Clauses {
            withdrawal: Some(plain_leave(&[Addressee::Depositary])),
            cascade_to: cascade_to.into_iter().map(|id| id.parse().unwrap()).collect(),
            ..Clauses::default()
        };
        story.unnamed_treaty(id, parent, clauses).await;
        story.deposit(id, "POL", ConsentMode::Accession, "2000-01-15").await;
    }
    story.record(&under(CONVENTION, "POL"), notice("2025-03-20")).await;
    let status = story.status(BELOW, "POL", "2026-03-20", story.size()).await;
    let told: Vec<_> = status.outcomes[0].steps.iter().map(|step| step.rule.as_str()).collect();
    assert!(told.contains(&"cascade"), "{told:?}");
    story.deposit(OTTAWA, "POL", ConsentMode::Accession, "2003-10-13").await;
    story.record(&under(OTTAWA, "LTU"), succession("POL")).await;
    let status = story.status(OTTAWA, "LTU", "2011-07-09", story.size()).await;
    assert_eq!(status.outcomes[0].status, "party");
    assert!(status.findings.is_empty(), "the predecessor is found: {:?}", status.findings);
    assert!(!status.rests_on.is_empty() && status.clauses.is_some());
    story.audited().await;
}

#[tokio::test]
async fn an_objection_that_was_withdrawn_contests_no_more() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "UKR", ConsentMode::Accession, "2005-12-27").await;
    let suspended = story.record(&under(OTTAWA, "UKR"), suspension()).await;
    let lodged = world("2025-10-17");
    let body = ObjectionLodged { objects_to: suspended, lodged, grounds: "no suspension".into() };
    let objection = story.record(&under(OTTAWA, "CHE"), TreatyBody::ObjectionLodged(body)).await;
    let contested_by = |status: merestone::wire::proto::TreatyStatusResponse| {
        let found = status.overlays.into_iter().find_map(|overlay| match overlay.overlay? {
            merestone::wire::proto::status_overlay::Overlay::SuspensionAsserted(found) => Some(found.contested_by),
            _ => None,
        });
        found.unwrap()
    };
    assert_eq!(contested_by(story.status(OTTAWA, "UKR", "2026-03-01", story.size()).await), ["CHE"]);
    story.record(&under(OTTAWA, "CHE"), declaration(Some(objection), "2026-02-01")).await;
    let after = contested_by(story.status(OTTAWA, "UKR", "2026-03-01", story.size()).await);
    assert!(after.is_empty(), "{after:?}");
    let before = contested_by(story.status(OTTAWA, "UKR", "2026-01-31", story.size()).await);
    assert_eq!(before, ["CHE"], "on the day before it stood");
    story.audited().await;
}

/// R17: who repeats an answer can compare the history that it is of.
#[tokio::test]
async fn an_answer_names_the_root_of_the_entries_that_it_holds_for() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "POL", ConsentMode::Ratification, "2012-12-27").await;
    let size = story.size();
    for earlier in [size - 1, size] {
        let root = story.ledger.node.sequencer().with_admission(|admission| admission.tree().root_at(earlier));
        let answer = story.status(OTTAWA, "POL", "2020-01-01", earlier).await;
        assert_eq!(answer.holds_at.unwrap().root, root.unwrap().as_bytes().to_vec());
    }
    story.audited().await;
}
