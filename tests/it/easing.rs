//! What makes land count as safer waits: recorded at p, completed at q, decided
//! once more there. Each through the whole write path, read from the read models,
//! and audited at its end, read models row by row.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use merestone::{
    authoring::{Post, SignedSubmission},
    clock::Clock,
    domain::*,
    policy::Known,
    sequencer::Outcome,
    server::{Directory, Node},
};

#[path = "easing_hidden.rs"]
mod hidden;

use crate::{
    governance::{changed, on},
    sign_offs::{admit, mandate},
    support::*,
};

/// A ledger with a desk, its verifier, the national authority for XX, and a record
/// with the parcels P1 and P2.
struct Field {
    ledger: TestLedger,
    authority: Post,
    record: Subject,
}

impl Field {
    async fn new() -> Self {
        let field = Self::without_authority(CharterProfile::National).await;
        field.admit_authority(&field.authority).await;
        field
    }

    async fn without_authority(profile: CharterProfile) -> Self {
        let ledger = TestLedger::of_profile(profile).await;
        let opened = with_parcels(record_opened(), &[("P1", 1_000), ("P2", 2_000)]);
        let record = opened.subject.clone();
        ledger.submit(&ledger.sign(&ledger.recorder, vec![opened])).await.unwrap();
        Self { ledger, authority: post("authority-xx", "head"), record }
    }

    async fn admit_authority(&self, post: &Post) {
        let mandate = mandate(post.organisation.as_str(), MandateType::NationalAuthority, &["XX"]);
        admit(&self.ledger, post, Role::NationalAuthority, vec![mandate]).await;
    }

    fn release(&self, parcels: &[&str]) -> Event {
        let body = LandReleased {
            parcels: parcels.iter().map(|parcel| parcel.parse().unwrap()).collect(),
            released: Some("2026-01-02".parse().unwrap()),
            rests_on: Vec::new(),
            certificate: "handover 7".into(),
            recipient: "the district".into(),
            residual_risk: "low".into(),
        };
        self.on_record(MinefieldBody::LandReleased(body))
    }

    fn surveyed(&self, parcels: &[(&str, u64)]) -> Event {
        let body = PositionSurveyed {
            surveyed: Some("2026-01-01".parse().unwrap()),
            method: Some(SurveyMethod::Gnss),
            accuracy_mm: Some(500),
            parcels: stated(parcels),
        };
        self.on_record(MinefieldBody::PositionSurveyed(body))
    }

    fn on_record(&self, body: MinefieldBody) -> Event {
        let mut event = event(&self.record.to_string(), Body::Minefield(body));
        event.source = Some(source(SourceClass::OwnAct));
        event
    }

    /// A signed correction that puts another body in place of an event's.
    fn corrected(&self, target: &Event, body: Body) -> SignedSubmission {
        let body = EventCorrected {
            target: EventReference { organisation: "desk".parse().unwrap(), event: target.id },
            reason: "a slip".into(),
            restated: Some(Box::new(Restated { occurred: None, not_stated: Vec::new(), body })),
        };
        let mut event = event(&self.record.to_string(), Body::Shared(SharedBody::EventCorrected(body)));
        event.source = Some(source(SourceClass::OwnAct));
        self.ledger.sign(&self.ledger.recorder, vec![event])
    }

    /// Records a release of P1 that nobody else has signed yet.
    async fn released(&self) -> SignedSubmission {
        let signed = self.ledger.sign(&self.ledger.recorder, vec![self.release(&["P1"])]);
        self.ledger.submit(&signed).await.unwrap();
        signed
    }

    fn says(&self, signed: &SignedSubmission, post: &Post, capacity: Capacity, verdict: Verdict) -> SignedSubmission {
        later_sign_off(self.ledger.id, signed, post, capacity, verdict)
    }

    async fn verifies(&self, signed: &SignedSubmission) -> Index {
        self.enters(&self.says(signed, &self.ledger.verifier, Capacity::Verifier, approve())).await
    }

    async fn certifies(&self, signed: &SignedSubmission, authority: &Post) -> Index {
        self.enters(&self.says(signed, authority, Capacity::NationalAuthority, approve())).await
    }

    async fn enters(&self, signed: &SignedSubmission) -> Index {
        receipt(self.ledger.submit(signed).await.unwrap()).index
    }

    async fn refusal(&self, signed: &SignedSubmission) -> String {
        self.ledger.refusal(signed).await
    }

    /// The state that the read models hold.
    async fn state(&self, signed: &SignedSubmission) -> SignOffState {
        self.state_at(signed, self.ledger.node.sequencer().published().head.tree.size).await.expect("it is signed off")
    }

    async fn state_at(&self, signed: &SignedSubmission, size: Size) -> Option<SignOffState> {
        self.ledger.node.wait_for_models(size).await.unwrap();
        let recorded = self.ledger.node.sequencer().with_admission(|admission| admission.submission(digest_of(signed)));
        self.ledger.node.models().at(size).unwrap().sign_offs(recorded.expect("it is recorded")).unwrap()
    }

    async fn status(&self, signed: &SignedSubmission) -> SubmissionStatus {
        self.state(signed).await.status
    }

    async fn missing(&self, signed: &SignedSubmission) -> Vec<Capacity> {
        self.state(signed).await.missing.iter().map(|missing| missing.capacity).collect()
    }

    async fn governs(&self, events: Vec<Event>) {
        let signed = self.ledger.sign(&self.ledger.registrar, events);
        self.ledger.submit(&signed).await.unwrap();
    }
}

fn stated(parcels: &[(&str, u64)]) -> Vec<Parcel> {
    let parcels = parcels.iter();
    parcels.map(|(id, area)| Parcel { id: id.parse().unwrap(), area_m2: Some(*area) }).collect()
}

fn with_parcels(mut event: Event, parcels: &[(&str, u64)]) -> Event {
    if let Body::Minefield(MinefieldBody::RecordOpened(record)) = &mut event.body {
        record.parcels = stated(parcels);
    }
    event
}

fn decline() -> Verdict {
    Verdict::Decline { reason: "the depth is not stated".into() }
}

fn withdraw() -> Verdict {
    Verdict::Withdraw { reason: "".into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_easing_waits_for_another_post_and_the_national_authority_and_takes_effect_at_q() {
    let field = Field::new().await;
    let signed = field.released().await;
    let state = field.state(&signed).await;
    assert_eq!((state.class, &state.status), (SignOffClass::Eases, &SubmissionStatus::Waiting));
    assert_eq!(field.missing(&signed).await, [Capacity::Verifier, Capacity::NationalAuthority]);
    let p = state.recorded;

    field.verifies(&signed).await;
    assert_eq!(field.missing(&signed).await, [Capacity::NationalAuthority]);
    let q = field.certifies(&signed, &field.authority).await;
    let state = field.state(&signed).await;
    assert_eq!((state.status, state.missing), (SubmissionStatus::Effective { at: q }, vec![]));
    let said: Vec<_> = state.statements.iter().map(|it| (it.signer.member.as_str(), it.capacity, it.at.0)).collect();
    assert_eq!(said, [("verifier-1", Capacity::Verifier, p.0 + 1), ("head", Capacity::NationalAuthority, q.0)]);
    let before = field.state_at(&signed, Size(q.0)).await.expect("it waited");
    assert_eq!(before.status, SubmissionStatus::Waiting, "as known before q");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_that_gathered_all_signatures_offline_is_effective_at_once() {
    let field = Field::new().await;
    let with = [(&field.ledger.verifier, Capacity::Verifier), (&field.authority, Capacity::NationalAuthority)];
    let signed = field.ledger.sign_with(&field.ledger.recorder, vec![field.release(&["P1"])], &with);
    let at = field.enters(&signed).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Effective { at });
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_envelope_with_more_signatures_completes_it_and_keeps_the_first_receipt() {
    let field = Field::new().await;
    let signed = field.released().await;
    let first = receipt(field.ledger.submit(&signed).await.unwrap());
    let verified = field.says(&signed, &field.ledger.verifier, Capacity::Verifier, approve());
    let index = field.enters(&verified).await;
    let again = field.ledger.submit(&verified).await.unwrap();
    assert!(matches!(again, Outcome::Repeated { .. }), "a retry never doubles");
    assert_eq!(receipt(again).index, index);
    assert_eq!(receipt(field.ledger.submit(&signed).await.unwrap()), first);
    let ledger = field.ledger.restart().await;
    assert_eq!(receipt(ledger.submit(&verified).await.unwrap()).index, index, "after a restart too");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_effective_at_once_and_a_verifier_makes_it_verified_at_its_index() {
    let field = Field::new().await;
    let signed = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 1_500), ("P3", 10)])]);
    let p = field.enters(&signed).await;
    assert_eq!(field.state_at(&signed, Size(p.0 + 1)).await, None, "effective, unverified, and nobody else signed");
    let at = field.verifies(&signed).await;
    let state = field.state(&signed).await;
    assert_eq!((state.status, state.verified), (SubmissionStatus::Effective { at: p }, Some(at)));
    field.certifies(&signed, &field.authority).await;
    assert_eq!(field.state(&signed).await.verified, Some(at), "the first one counts");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_easing_hidden_in_a_warning_is_refused_by_name() {
    let field = Field::new().await;
    let submit = |events| field.ledger.sign(&field.ledger.recorder, events);
    let mixed = submit(vec![field.surveyed(&[("P3", 10)]), field.release(&["P1"])]);
    assert_eq!(field.refusal(&mixed).await, "WarningMustNotWait", "two events");
    let within = submit(vec![field.surveyed(&[("P1", 900), ("P2", 2_100)])]);
    assert_eq!(field.refusal(&within).await, "WarningMustNotWait", "within one event");
    let corrected = submit(vec![field.surveyed(&[("P1", 1_100)]), field.surveyed(&[("P1", 1_050)])]);
    assert_eq!(field.refusal(&corrected).await, "WarningMustNotWait", "smaller than a sibling stated");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_that_makes_a_parcel_smaller_eases_and_until_q_the_larger_area_stands() {
    let field = Field::new().await;
    let smaller = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 900)])]);
    field.enters(&smaller).await;
    assert_eq!(field.state(&smaller).await.class, SignOffClass::Eases);
    let between = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 950)])]);
    field.enters(&between).await;
    assert_eq!(field.state(&between).await.class, SignOffClass::Eases, "1,000 m2 still stand");
    field.verifies(&smaller).await;
    field.certifies(&smaller, &field.authority).await;
    let larger = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 950)])]);
    let p = field.enters(&larger).await;
    assert_eq!(field.state_at(&larger, Size(p.0 + 1)).await, None, "900 m2 stand since q, so this warns");
    assert_eq!(field.state(&between).await.class, SignOffClass::Eases, "what was recorded keeps its class");
    field.verifies(&between).await;
    assert_eq!(field.state(&between).await.class, SignOffClass::Eases);
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_takes_a_parcel_out_of_a_release_warns_and_one_that_adds_eases() {
    let field = Field::new().await;
    let release = field.release(&["P1"]);
    let signed = field.ledger.sign(&field.ledger.recorder, vec![release.clone()]);
    field.enters(&signed).await;
    let corrected = |parcels: &[&str]| field.corrected(&release, field.release(parcels).body);
    let more = corrected(&["P1", "P2"]);
    field.enters(&more).await;
    assert_eq!(field.state(&more).await.status, SubmissionStatus::Waiting);
    let other = corrected(&["P2"]);
    assert_eq!(field.refusal(&other).await, "WarningMustNotWait", "it takes one out and adds another");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_offs_that_do_not_count_are_refused_by_name() {
    let field = Field::new().await;
    let stranger = post("authority-yy", "head");
    let kind = MandateType::NationalAuthority;
    admit(&field.ledger, &stranger, Role::NationalAuthority, vec![mandate("authority-yy", kind, &["YY"])]).await;
    let signed = field.released().await;
    let refused = |post, capacity, verdict| {
        let says = field.says(&signed, post, capacity, verdict);
        async { field.refusal(&{ says }).await }
    };
    let (own, verifier) = (&field.ledger.recorder, &field.ledger.verifier);
    assert_eq!(refused(own, Capacity::Verifier, approve()).await, "SignOffMustBeByAnother");
    assert_eq!(refused(verifier, Capacity::NationalAuthority, approve()).await, "CapacityMustBeAllowed");
    assert_eq!(refused(&stranger, Capacity::NationalAuthority, approve()).await, "AuthorityMustCoverSubmission");
    assert_eq!(refused(verifier, Capacity::Counterparty, approve()).await, "CapacityMustBeNeeded");
    assert_eq!(refused(verifier, Capacity::Vouching, approve()).await, "CapacityMustBeNeeded");
    assert_eq!(refused(verifier, Capacity::Verifier, withdraw()).await, "ApprovalMustStand");
    assert_eq!(refused(verifier, Capacity::Author, withdraw()).await, "CapacityMustBeAllowed");
    assert_eq!(refused(own, Capacity::Author, approve()).await, "CapacityMustBeAllowed");
    field.verifies(&signed).await;
    assert_eq!(refused(verifier, Capacity::Verifier, decline()).await, "SignOffMustBeNew");
    let other = field.ledger.sign(own, vec![field.release(&["P2"])]);
    let unknown = field.says(&other, verifier, Capacity::Verifier, approve());
    assert_eq!(field.refusal(&unknown).await, "SignOffMustNameSubmission", "other bytes");
    field.certifies(&signed, &field.authority).await;
    assert_eq!(refused(verifier, Capacity::Verifier, withdraw()).await, "SubmissionMustWait");
    assert_eq!(refused(own, Capacity::Author, withdraw()).await, "SubmissionMustWait");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_governs_takes_no_signature_later_and_what_states_no_withdrawal() {
    let field = Field::new().await;
    let governing = field.ledger.sign(&field.ledger.registrar, vec![crate::governance::admitted("ngo")]);
    field.enters(&governing).await;
    let late = field.says(&governing, &field.ledger.verifier, Capacity::Verifier, approve());
    assert_eq!(field.refusal(&late).await, "CapacityMustBeNeeded");
    let states = field.ledger.sign(&field.ledger.recorder, vec![record_opened()]);
    field.enters(&states).await;
    field.verifies(&states).await;
    let back = field.says(&states, &field.ledger.verifier, Capacity::Verifier, withdraw());
    assert_eq!(field.refusal(&back).await, "ApprovalMustStand");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_signers_no_ends_the_waiting() {
    let field = Field::new().await;
    for (post, capacity) in
        [(&field.ledger.verifier, Capacity::Verifier), (&field.authority, Capacity::NationalAuthority)]
    {
        let signed = field.released().await;
        let at = field.enters(&field.says(&signed, post, capacity, decline())).await;
        assert_eq!(field.status(&signed).await, SubmissionStatus::Declined { at });
        let late = field.says(&signed, &field.authority, Capacity::NationalAuthority, approve());
        assert_eq!(field.refusal(&late).await, "SubmissionMustWait");
    }
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_withdrawn_while_it_waits_and_the_author_withdraws_the_whole() {
    let field = Field::new().await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    field.enters(&field.says(&signed, &field.ledger.verifier, Capacity::Verifier, withdraw())).await;
    assert_eq!(field.missing(&signed).await, [Capacity::Verifier, Capacity::NationalAuthority]);
    field.certifies(&signed, &field.authority).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Waiting, "the verifier took it back");
    let again = Verdict::Approve { remark: "after a second look".into() };
    let at = field.enters(&field.says(&signed, &field.ledger.verifier, Capacity::Verifier, again)).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Effective { at });

    let signed = field.released().await;
    let at = field.enters(&field.says(&signed, &field.ledger.recorder, Capacity::Author, withdraw())).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Withdrawn { at });
    let late = field.says(&signed, &field.ledger.verifier, Capacity::Verifier, approve());
    assert_eq!(field.refusal(&late).await, "SubmissionMustWait");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_q_all_is_decided_once_more_and_lapses_by_the_rule_that_fails() {
    let field = Field::new().await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    let stolen = KeyEnded {
        key: field.ledger.recorder.key.public().id(),
        ending: KeyEnding::Compromised { since: SIGNED_AT },
        reason: "stolen".into(),
    };
    field.governs(vec![on("desk", RegistryBody::KeyEnded(stolen))]).await;
    let at = field.certifies(&signed, &field.authority).await;
    let rule = "KeyMustBeActive".into();
    assert_eq!(field.status(&signed).await, SubmissionStatus::Lapsed { at, rule });
    let late = field.says(&signed, &field.authority, Capacity::NationalAuthority, withdraw());
    assert_eq!(field.refusal(&late).await, "SubmissionMustWait");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_author_and_a_retired_verifier_still_signed() {
    let field = Field::new().await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    for post in [&field.ledger.recorder, &field.ledger.verifier] {
        let ended = KeyEnded { key: post.key.public().id(), ending: KeyEnding::Retired, reason: "left".into() };
        field.governs(vec![on("desk", RegistryBody::KeyEnded(ended))]).await;
    }
    let at = field.certifies(&signed, &field.authority).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Effective { at });
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_whose_signer_lost_its_right_counts_no_more() {
    let field = Field::new().await;
    let signed = field.released().await;
    field.certifies(&signed, &field.authority).await;
    field.governs(vec![changed("authority-xx", OrganisationChange::Suspended)]).await;
    field.verifies(&signed).await;
    let state = field.state(&signed).await;
    assert_eq!(state.status, SubmissionStatus::Waiting);
    assert!(state.missing[0].message.contains("no organisation has a mandate"), "{:?}", state.missing);
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_authority_it_is_held_and_says_why_until_there_is_one() {
    let field = Field::without_authority(CharterProfile::National).await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    let state = field.state(&signed).await;
    assert_eq!(state.status, SubmissionStatus::Waiting);
    assert!(state.missing[0].message.contains("it is held until"), "{:?}", state.missing);
    field.admit_authority(&field.authority).await;
    let at = field.certifies(&signed, &field.authority).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Effective { at });
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_charter_says_so_founders_sign_in_place_of_an_authority() {
    let field = Field::without_authority(CharterProfile::National).await;
    let rules = SignOffRules { authority_fallback: AuthorityFallback::Founders, ..national() };
    field.governs(vec![charter_with(CharterProfile::National, rules)]).await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    assert_eq!(field.missing(&signed).await, [Capacity::Governor]);
    let founder = field.says(&signed, &field.ledger.registrar, Capacity::Governor, approve());
    let at = field.enters(&founder).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Effective { at });
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rival_authorities_are_shown_each_with_its_own_word() {
    let field = Field::new().await;
    let rival = post("board-xx", "chair");
    field.admit_authority(&rival).await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    let no = field.enters(&field.says(&signed, &rival, Capacity::NationalAuthority, decline())).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Waiting, "another authority may still sign");
    let at = field.certifies(&signed, &field.authority).await;
    let state = field.state(&signed).await;
    assert_eq!(state.status, SubmissionStatus::Effective { at });
    let words: Vec<_> = state.authorities.iter().map(|it| (it.organisation.as_str(), it.word)).collect();
    assert_eq!(words, [("authority-xx", Word::Approved { at }), ("board-xx", Word::Declined { at: no })]);

    let signed = field.released().await;
    field.verifies(&signed).await;
    let q = field.certifies(&signed, &field.authority).await;
    field.certifies(&signed, &rival).await;
    let state = field.state(&signed).await;
    assert_eq!(state.status, SubmissionStatus::Effective { at: q }, "the rival's word comes beside it");
    let again = field.says(&signed, &rival, Capacity::NationalAuthority, decline());
    assert_eq!(field.refusal(&again).await, "SubmissionMustWait");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_certifies_its_own_work_is_remarked_on() {
    let field = Field::without_authority(CharterProfile::National).await;
    let head = post("desk", "head");
    let mut events = crate::governance::enrolled(&field.ledger, &head, vec![Role::NationalAuthority]).to_vec();
    events.push(mandate("desk", MandateType::NationalAuthority, &["XX"]));
    field.governs(events).await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    let certified = field.says(&signed, &head, Capacity::NationalAuthority, approve());
    let Outcome::Accepted { findings, receipt } = field.ledger.submit(&certified).await.unwrap() else {
        panic!("it enters")
    };
    assert_eq!(findings[0].code, FindingCode::SelfCertified);
    assert_eq!(field.status(&signed).await, SubmissionStatus::Effective { at: receipt.index });
    // It serves to the end: a service that stops takes its ledger along.
    let served = Served::start(&field.ledger.node).await;
    assert_eq!(
        field.remarks(&served).await,
        [["self_certified"], ["self_certified"]],
        "in the inbox and in the history"
    );
    let with = [(&field.ledger.verifier, Capacity::Verifier), (&head, Capacity::NationalAuthority)];
    let whole = field.ledger.sign_with(&field.ledger.recorder, vec![field.release(&["P2"])], &with);
    let Outcome::Accepted { findings, .. } = field.ledger.submit(&whole).await.unwrap() else { panic!("it enters") };
    assert_eq!(findings[0].code, FindingCode::SelfCertified);
    let later = field.ledger.sign_with(&field.ledger.recorder, vec![field.release(&["P1"])], &with);
    field.enters(&bare(&later)).await;
    let Outcome::Repeated { findings, left_out, .. } = field.ledger.submit(&later).await.unwrap() else {
        panic!("it is on record")
    };
    assert!(findings[0].code == FindingCode::SelfCertified && left_out.is_empty(), "told with the first receipt");
    served.stop().await;
    assert_eq!(field.ledger.audited().await.findings, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn solo_needs_only_the_author_and_the_charter_must_be_true_to_its_profile() {
    let field = Field::without_authority(CharterProfile::Solo).await;
    let signed = field.released().await;
    let state = field.state(&signed).await;
    assert_eq!(state.status, SubmissionStatus::Effective { at: state.recorded });
    let untrue = [
        (CharterProfile::Solo, national()),
        (CharterProfile::National, SignOffRules::of(CharterProfile::Solo)),
        (CharterProfile::Coalition, national()),
    ];
    for (profile, rules) in untrue {
        let adopted = field.ledger.sign(&field.ledger.registrar, vec![charter_with(profile, rules)]);
        assert_eq!(field.refusal(&adopted).await, "ProfileMustFitSignOffs", "{profile}");
    }
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coalition_wants_a_verifier_of_another_organisation() {
    let field = Field::new().await;
    field.governs(vec![charter_with(CharterProfile::Coalition, SignOffRules::of(CharterProfile::Coalition))]).await;
    let inspector = post("inspectors", "inspector-1");
    admit(&field.ledger, &inspector, Role::Verifier, Vec::new()).await;
    let named = OrganisationChange::VerifiersNamed(vec!["inspectors".parse().unwrap()]);
    field.governs(vec![changed("desk", named)]).await;
    let signed = field.released().await;
    field.certifies(&signed, &field.authority).await;
    field.verifies(&signed).await;
    assert_eq!(field.missing(&signed).await, [Capacity::Verifier], "a colleague is not enough");
    let at = field.enters(&field.says(&signed, &inspector, Capacity::Verifier, approve())).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Effective { at });
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_too_long_lapses_with_the_first_entry_after() {
    let mut field = Field::new().await;
    let signed = field.released().await;
    let until = field.state(&signed).await.waits_until.expect("a year");
    let clock = Arc::new(SetClock(AtomicU64::new(until.0)));
    field.ledger = reopened(field.ledger, Arc::clone(&clock) as Arc<dyn Clock>).await;
    field.verifies(&signed).await;
    clock.0.store(until.0 + 1, Ordering::Relaxed);
    let late = field.says(&signed, &field.authority, Capacity::NationalAuthority, approve());
    assert_eq!(field.refusal(&late).await, "SignOffsMustComeInTime");
    let state = field.state(&signed).await;
    assert_eq!(state.status_at(until), SubmissionStatus::Waiting, "no entry was recorded later");
    field.enters(&field.ledger.sign(&field.ledger.recorder, vec![record_opened()])).await;
    let state = field.state(&signed).await;
    let newest = field.ledger.node.models().now().holds_at().unwrap().recorded_at.unwrap();
    assert_eq!(state.status_at(newest), SubmissionStatus::Expired);
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_of_the_read_models_and_a_lost_index_tell_the_same() {
    let mut field = Field::new().await;
    let (effective, declined, waiting) = (field.released().await, field.released().await, field.released().await);
    field.verifies(&effective).await;
    field.certifies(&effective, &field.authority).await;
    field.enters(&field.says(&declined, &field.ledger.verifier, Capacity::Verifier, decline())).await;
    let smaller = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P2", 1_900)])]);
    field.enters(&smaller).await;
    field.enters(&field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P2", 2_500)])])).await;
    let all = [effective, declined, waiting, smaller];
    let mut before = Vec::new();
    for signed in &all {
        before.push(field.state(signed).await);
    }
    stop(&field.ledger.node).await;
    for derived in ["index", "read-models"] {
        std::fs::remove_dir_all(field.ledger.dir.path().join(derived)).unwrap();
    }
    field.ledger = field.ledger.restart().await;
    for (signed, before) in all.iter().zip(before) {
        assert_eq!(field.state(signed).await, before);
    }
    field.ledger.audited().await;
}

fn national() -> SignOffRules {
    SignOffRules::of(CharterProfile::National)
}

fn charter_with(profile: CharterProfile, sign_offs: SignOffRules) -> Event {
    let charter = Charter {
        profile,
        policy: PolicyNumber(1),
        operator: "operator".parse().unwrap(),
        admission_threshold: 1,
        charter_threshold: 1,
        enrolment_threshold: 1,
        late_work_grace_days: 30,
        public_tiles: false,
        witnesses: Vec::new(),
        sign_offs,
    };
    event("ledger", Body::Registry(RegistryBody::CharterAdopted(CharterAdopted { charter })))
}

/// A clock that shows what it is told.
#[derive(Debug)]
struct SetClock(AtomicU64);

impl Clock for SetClock {
    fn now(&self) -> RecordingTime {
        RecordingTime(self.0.load(Ordering::Relaxed))
    }
}

/// The same ledger on another clock.
async fn reopened(ledger: TestLedger, clock: Arc<dyn Clock>) -> TestLedger {
    stop(&ledger.node).await;
    let TestLedger { dir, node, id, registrar, recorder, verifier } = ledger;
    drop(node);
    let (parts, _) = Directory::new(dir.path()).open(&settings(dir.path()), &mut |_, _| {}).expect("opened");
    let node = Node::start(merestone::server::NodeParts { clock, ..parts }).expect("started");
    TestLedger { dir, node, id, registrar, recorder, verifier }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parcel_that_was_released_warns_again_whatever_its_area() {
    let field = Field::new().await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    field.certifies(&signed, &field.authority).await;
    let found_again = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 10)])]);
    let p = field.enters(&found_again).await;
    assert_eq!(field.state_at(&found_again, Size(p.0 + 1)).await, None, "effective at once");
    let smaller = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 5)])]);
    field.enters(&smaller).await;
    assert_eq!(field.state(&smaller).await.class, SignOffClass::Eases, "it stands again, so less of it eases");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_area_is_what_the_next_survey_is_compared_with() {
    let field = Field::new().await;
    let survey = field.surveyed(&[("P1", 1_200)]);
    field.enters(&field.ledger.sign(&field.ledger.recorder, vec![survey.clone()])).await;
    let larger = field.corrected(&survey, field.surveyed(&[("P1", 2_000)]).body);
    let p = field.enters(&larger).await;
    assert_eq!(field.state_at(&larger, Size(p.0 + 1)).await, None, "a larger area warns");
    let between = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 1_500)])]);
    field.enters(&between).await;
    assert_eq!(field.state(&between).await.class, SignOffClass::Eases, "more than was stated, less than was corrected");
    let back = field.corrected(&survey, field.surveyed(&[("P1", 1_200)]).body);
    field.enters(&back).await;
    assert_eq!(field.state(&back).await.class, SignOffClass::Eases, "what was said first is less than what stands");
    field.enters(&field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 3_000)])])).await;
    let stale = field.corrected(&survey, field.surveyed(&[("P1", 2_500)]).body);
    field.enters(&stale).await;
    let hidden = field.ledger.sign(&field.ledger.recorder, vec![field.surveyed(&[("P1", 2_900)])]);
    field.enters(&hidden).await;
    assert_eq!(field.state(&hidden).await.class, SignOffClass::Eases, "a correction of an older survey hides nothing");
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_whose_approval_counts_no_more_may_give_it_again_with_another_key() {
    let field = Field::new().await;
    let signed = field.released().await;
    field.verifies(&signed).await;
    let fresh = post("desk", "verifier-1");
    let stolen = KeyEnding::Compromised { since: SIGNED_AT };
    let ended = KeyEnded { key: field.ledger.verifier.key.public().id(), ending: stolen, reason: "stolen".into() };
    let enrolled = on("desk", RegistryBody::KeyEnrolled(field.ledger.enrolment(&fresh)));
    field.governs(vec![on("desk", RegistryBody::KeyEnded(ended)), enrolled]).await;
    field.certifies(&signed, &field.authority).await;
    assert_eq!(field.missing(&signed).await, [Capacity::Verifier]);
    let at = field.enters(&field.says(&signed, &fresh, Capacity::Verifier, approve())).await;
    assert_eq!(field.status(&signed).await, SubmissionStatus::Effective { at });
    field.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_a_sign_off_says_what_the_ledger_would_say() {
    use merestone::{sequencer::DryRun, wire};
    let field = Field::new().await;
    let signed = field.released().await;
    let run = |says: SignedSubmission| async {
        let draft = wire::parse_submitted(says.envelope, says.events).unwrap();
        let place = field.ledger.node.sequencer().dry_run_place().unwrap();
        field.ledger.node.sequencer().dry_run(place, draft).await.unwrap()
    };
    let good = field.says(&signed, &field.ledger.verifier, Capacity::Verifier, approve());
    assert!(matches!(run(good.clone()).await, DryRun::WouldEnter { .. }));
    let own = field.says(&signed, &field.ledger.recorder, Capacity::Verifier, approve());
    assert!(matches!(run(own).await, DryRun::Rejected(no) if no.rule.code() == "SignOffMustBeByAnother"));
    field.enters(&good).await;
    assert!(matches!(run(good).await, DryRun::WouldRepeat { .. }));
    field.ledger.audited().await;
}
