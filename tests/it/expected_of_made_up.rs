//! The answers to questions about acts that nobody has done yet, over the real service,
//! by their numbers; each story audited at its end.

use merestone::{domain::*, wire::proto};

use crate::treaty_status::{OTTAWA, Story, drafted, instrument, notice, plain_leave, under, world};

const MADE_UP: &str = "untc:T";
const BELOW: [&str; 2] = ["untc:T-a", "untc:T-b"];

/// Registers a treaty with these clauses and one on entry into force, in force since 1999,
/// and a State X.
async fn with_clauses(clauses: Clauses) -> Story {
    let story = Story::begin().await;
    let entry_into_force = EntryIntoForceClause {
        mode: EntryIntoForceMode::FirstOfMonth,
        months: 6,
        days: 0,
        threshold: 40,
        article: "17".into(),
    };
    register(&story, MADE_UP, None, Clauses { entry_into_force: Some(entry_into_force), ..clauses }).await;
    let body = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world("1999-03-01") };
    story.record(&format!("treaty/{MADE_UP}"), TreatyBody::EffectStated(body)).await;
    let body = ParticipantRegistered {
        name: "State X".into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: Vec::new(),
        predecessors: Vec::new(),
    };
    story.record("participant/XXX", TreatyBody::ParticipantRegistered(body)).await;
    story
}

async fn register(story: &Story, treaty: &str, parent: Option<&str>, clauses: Clauses) {
    let body = TreatyRegistered {
        title: "A made-up treaty".into(),
        short_names: Vec::new(),
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: parent.map(|parent| parent.parse().unwrap()),
        registrations: Vec::new(),
        clauses: Some(clauses),
    };
    story.record(&format!("treaty/{treaty}"), TreatyBody::TreatyRegistered(Box::new(body))).await;
}

async fn signed(story: &Story, participant: &str, on: &str) {
    let body = SignatureAffixed { signed: world(on), place: "".into(), signature_type: SignatureType::Simple };
    story.record(&under(MADE_UP, participant), TreatyBody::SignatureAffixed(body)).await;
}

/// As known at the end of the story.
async fn status(story: &Story, treaty: &str, participant: &str, at: &str) -> proto::TreatyStatusResponse {
    story.status(treaty, participant, at, story.size()).await
}

fn told(answer: &proto::TreatyStatusResponse) -> (&str, &str, &str) {
    let [outcome] = answer.outcomes.as_slice() else { panic!("{:?}", answer.outcomes) };
    (&outcome.status, &outcome.effective, &outcome.expired)
}

fn codes(answer: &proto::TreatyStatusResponse) -> Vec<&str> {
    answer.findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// State X is a party; its withdrawal is received in July 2025, and it is said to be at war.
async fn withdrawing_at_war() -> (Story, EventReference) {
    let story = with_clauses(Clauses::default()).await;
    story.deposit(OTTAWA, "XXX", ConsentMode::Accession, "2005-12-27").await;
    let withdrawal = story.record(&under(OTTAWA, "XXX"), notice("2025-07-18")).await;
    let body = ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement: ConflictEngagement::Engaged,
        conflict_type: Some(ConflictType::International),
        since: world("2022-02-24"),
        until: None,
        asserted_by: "XXX".into(),
    };
    story.record("participant/XXX", TreatyBody::ConflictStatusAsserted(body)).await;
    (story, withdrawal)
}

#[tokio::test]
async fn q9_a_withdrawal_that_ends_in_a_conflict_is_deferred() {
    let (story, _) = withdrawing_at_war().await;
    let eve = status(&story, OTTAWA, "XXX", "2026-01-17").await;
    assert_eq!(told(&eve), ("party_withdrawal_pending", "", ""));
    let day = status(&story, OTTAWA, "XXX", "2026-01-18").await;
    assert_eq!(told(&day), ("party_withdrawal_deferred_conflict", "", "2026-01-18"));
    assert!(day.outcomes[0].bound);
    story.audited().await;
}

#[tokio::test]
async fn q12_a_deferred_withdrawal_that_is_revoked_leaves_a_party_throughout() {
    let (story, withdrawal) = withdrawing_at_war().await;
    let body = WithdrawalRevoked { withdrawal, received_by_depositary: world("2026-06-01") };
    story.record(&under(OTTAWA, "XXX"), TreatyBody::WithdrawalRevoked(body)).await;
    for at in ["2025-07-18", "2026-01-17", "2026-01-18", "2026-05-31", "2026-06-01", "2027-01-01"] {
        assert_eq!(told(&status(&story, OTTAWA, "XXX", at).await), ("party", "", ""), "{at}");
    }
    let answer = status(&story, OTTAWA, "XXX", "2027-01-01").await;
    let rules: Vec<_> = answer.outcomes[0].steps.iter().map(|step| step.rule.as_str()).collect();
    assert!(rules.contains(&"withdrawal_notice") && rules.contains(&"revocation"), "history shows both: {rules:?}");
    story.audited().await;
}

/// The depositary's row `[Lithuania]`: the name between brackets, the rest in a footnote.
#[tokio::test]
async fn q25_a_name_between_brackets_asks_for_a_withdrawal_and_makes_no_plain_party() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "LTU", ConsentMode::Ratification, "2003-05-12").await;
    let row = ParticipationRow {
        name: "Lithuania".into(),
        participant: "LTU".parse().unwrap(),
        signed: None,
        deposited: world("2003-05-12"),
        mode: Some(ConsentMode::Ratification),
        withdrawn: true,
        succession: false,
        footnotes: vec!["3".into()],
    };
    let body = ParticipationTableStated { as_at: world("2026-01-01"), rows: vec![row] };
    story.record(&format!("treaty/{OTTAWA}"), TreatyBody::ParticipationTableStated(body)).await;
    let differences = |answer: proto::ListPartiesResponse| -> Vec<String> {
        answer.coverage.unwrap().differences.into_iter().map(|found| found.code).collect()
    };
    let parties = |size| {
        let known_at = Some(proto::read_at::KnownAt::Size(size));
        let request = proto::ListPartiesRequest {
            treaty: OTTAWA.into(),
            at: "2026-01-01".into(),
            read_at: Some(proto::ReadAt { minimum_size: size, known_at }),
            ..proto::ListPartiesRequest::default()
        };
        let mut client = story.client();
        async move { client.parties(request).await.unwrap().into_inner() }
    };
    assert_eq!(differences(parties(story.size()).await), ["bracketed_without_withdrawal"]);
    let answer = status(&story, OTTAWA, "LTU", "2026-01-01").await;
    assert!(codes(&answer).contains(&"withdrawn_in_table_only"), "{:?}", answer.findings);
    story.record(&under(OTTAWA, "LTU"), notice("2025-06-27")).await;
    assert!(differences(parties(story.size()).await).is_empty(), "the notice is what the brackets ask for");
    let answer = status(&story, OTTAWA, "LTU", "2026-01-01").await;
    assert_eq!(told(&answer), ("former_party", "2025-12-27", ""));
    assert!(!codes(&answer).contains(&"withdrawn_in_table_only"), "{:?}", answer.findings);
    story.audited().await;
}

#[tokio::test]
async fn q27_a_reservation_that_the_treaty_forbids_enters_and_is_remarked() {
    let story = with_clauses(Clauses { reservations: Some(Permission::Prohibited), ..Clauses::default() }).await;
    story.deposit(MADE_UP, "XXX", ConsentMode::Accession, "2005-12-27").await;
    let body = DeclarationMade {
        declaration_type: DeclarationType::Reservation,
        made: world("2005-12-27"),
        article: "".into(),
        text: "does not apply on islands".into(),
        made_with: None,
        changes: None,
        territory: None,
        effective: None,
    };
    story.enter(drafted(&under(MADE_UP, "XXX"), Body::Treaty(TreatyBody::DeclarationMade(Box::new(body))))).await;
    let answer = status(&story, MADE_UP, "XXX", "2010-01-01").await;
    assert!(codes(&answer).contains(&"impermissible_reservation"), "{:?}", answer.findings);
    assert_eq!(told(&answer).0, "party", "the treaty binds it whole");
    story.audited().await;
}

#[tokio::test]
async fn q28_a_former_signatory_that_accedes_opens_a_new_interval_and_is_remarked() {
    let withdrawal = WithdrawalClause {
        notice_months: 6,
        notice_from: NoticeFrom::ReceiptByDepositary,
        later_date_allowed: false,
        conflict_test: ConflictTest::AtExpiry,
        includes_occupation: false,
        conflict_ends_with: vec![ConflictEnd::ArmedConflict],
        addressees: vec![Addressee::Depositary],
        reasons_required: false,
        article: "20".into(),
        day_after_conflict: false,
        minimum_months: 0,
        continues: "".into(),
    };
    let clauses =
        Clauses { withdrawal: Some(withdrawal), accession_by: Some(AccessionBy::NonSignatories), ..Clauses::default() };
    let story = with_clauses(clauses).await;
    signed(&story, "LTU", "1999-02-26").await;
    story.deposit(MADE_UP, "LTU", ConsentMode::Ratification, "2003-05-12").await;
    story.record(&under(MADE_UP, "LTU"), notice("2025-06-27")).await;
    story.deposit(MADE_UP, "LTU", ConsentMode::Accession, "2027-01-10").await;
    let answer = status(&story, MADE_UP, "LTU", "2027-07-01").await;
    assert!(codes(&answer).contains(&"accession_by_signatory"), "{:?}", answer.findings);
    let [course] = answer.courses.as_slice() else { panic!("{:?}", answer.courses) };
    let spans: Vec<_> = course.spans.iter().map(|span| (span.status.as_str(), span.from.as_str())).collect();
    let expected = [
        ("non_participant", ""),
        ("signatory", "1999-02-26"),
        ("contracting", "2003-05-12"),
        ("party", "2003-11-01"),
        ("party_withdrawal_pending", "2025-06-27"),
        ("former_party", "2025-12-27"),
        ("contracting", "2027-01-10"),
        ("party", "2027-07-01"),
    ];
    assert_eq!(spans, expected);
    story.audited().await;
}

#[tokio::test]
async fn q29_a_first_consent_to_one_protocol_enters_and_is_remarked() {
    let consent = Some(ConsentClause { minimum_protocols: 2, article: "4(3)".into() });
    let story = with_clauses(Clauses { consent, ..Clauses::default() }).await;
    for protocol in BELOW {
        register(&story, protocol, Some(MADE_UP), Clauses::default()).await;
    }
    let deposit = |participant: &str, protocols: &[&str]| {
        let body = instrument(ConsentMode::Accession, "2005-03-02", protocols);
        drafted(&under(MADE_UP, participant), Body::Treaty(TreatyBody::InstrumentDeposited(body)))
    };
    story.enter(deposit("XXX", &BELOW[..1])).await;
    story.enter(deposit("POL", &BELOW)).await;
    let one = status(&story, MADE_UP, "XXX", "2010-01-01").await;
    let finding = one.findings.iter().find(|finding| finding.code == "needs_two_protocols").expect("a finding");
    assert_eq!(finding.article, "4(3)");
    assert!(one.outcomes[0].bound, "it is a party all the same");
    let two = status(&story, MADE_UP, "POL", "2010-01-01").await;
    assert!(!codes(&two).contains(&"needs_two_protocols"), "{:?}", two.findings);
    story.audited().await;
}

#[tokio::test]
async fn an_objection_is_remarked_as_late_to_whatever_act_it_comes() {
    let objection = Some(ObjectionClause { claim_months: 3, reservation_months: 12, article: "20".into() });
    let withdrawal = Some(plain_leave(&[Addressee::Depositary]));
    let clauses = Clauses { objection, withdrawal, reservations: Some(Permission::Permitted), ..Clauses::default() };
    let story = with_clauses(clauses).await;
    for (who, deposited) in [("XXX", "2003-01-10"), ("CHE", "2003-01-10"), ("LTU", "2003-01-10"), ("POL", "2014-01-15")]
    {
        story.deposit(MADE_UP, who, ConsentMode::Accession, deposited).await;
    }
    let reservation = DeclarationMade {
        declaration_type: DeclarationType::Reservation,
        made: world("2012-02-29"),
        article: "".into(),
        text: "a reservation".into(),
        made_with: None,
        changes: None,
        territory: None,
        effective: None,
    };
    let own = under(MADE_UP, "XXX");
    let reservation = story.record(&own, TreatyBody::DeclarationMade(Box::new(reservation))).await;
    let withdrawal = story.record(&own, notice("2015-03-10")).await;
    let against = [(&withdrawal, "CHE", "2015-06-11"), (&reservation, "LTU", "2013-06-01")];
    for (to, who, lodged) in against.into_iter().chain([(&reservation, "POL", "2013-06-01")]) {
        let body = ObjectionLodged { objects_to: to.clone(), lodged: world(lodged), grounds: "".into() };
        story.record(&under(MADE_UP, who), TreatyBody::ObjectionLodged(body)).await;
    }
    let answer = status(&story, MADE_UP, "XXX", "2016-01-01").await;
    let late = answer.findings.iter().filter(|finding| finding.code == "objection_late");
    let late: Vec<&str> = late.map(|finding| finding.message.as_str()).collect();
    let expected = [
        "the objection of LTU came 2013-06-01; the time for it ended on 2013-02-28",
        "the objection of CHE came 2015-06-11; the time for it ended on 2015-06-10",
    ];
    assert_eq!(late, expected, "Poland had not consented yet");
    story.audited().await;
}
