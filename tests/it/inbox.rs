//! What a signer uses: the inbox over the real service, and refusals that say what
//! to do, each audited at its end.

use merestone::{
    authoring::{Post, SignedSubmission},
    domain::*,
    wire::proto::{self, minefields_client::MinefieldsClient, sign_offs_client::SignOffsClient},
};
use tonic::{Code, Status, transport::Channel};

use crate::{
    governance::on,
    sign_offs::{admit, mandate},
    support::*,
};

/// A field with a parcel, its authority, and the ledger behind its real service.
pub struct Field {
    pub ledger: TestLedger,
    pub authority: Post,
    pub record: Subject,
    pub served: Served,
}

impl Field {
    pub async fn new() -> Self {
        let ledger = TestLedger::new().await;
        let mut opened = record_opened();
        if let Body::Minefield(MinefieldBody::RecordOpened(record)) = &mut opened.body {
            record.parcels = vec![Parcel { id: "P1".parse().unwrap(), area_m2: Some(1_000) }];
        }
        let record = opened.subject.clone();
        ledger.submit(&ledger.sign(&ledger.recorder, vec![opened])).await.unwrap();
        let authority = post("authority-xx", "head");
        let over = mandate("authority-xx", MandateType::NationalAuthority, &["XX"]);
        admit(&ledger, &authority, Role::NationalAuthority, vec![over]).await;
        let served = Served::start(&ledger.node).await;
        Self { ledger, authority, record, served }
    }

    /// A release of the parcel that nobody has signed off.
    pub fn release(&self) -> SignedSubmission {
        let body = LandReleased {
            parcels: vec!["P1".parse().unwrap()],
            released: Some("2026-01-02".parse().unwrap()),
            rests_on: Vec::new(),
            certificate: "handover 7".into(),
            recipient: "the district".into(),
            residual_risk: "low".into(),
        };
        self.ledger.sign(&self.ledger.recorder, vec![self.on_record(MinefieldBody::LandReleased(body))])
    }

    fn on_record(&self, body: MinefieldBody) -> Event {
        let mut event = event(&self.record.to_string(), Body::Minefield(body));
        event.source = Some(source(SourceClass::OwnAct));
        event
    }

    /// Records a release over the network; its entry.
    async fn released(&self) -> (SignedSubmission, u64) {
        let signed = self.release();
        let index = self.enters(&signed).await;
        (signed, index)
    }

    async fn enters(&self, signed: &SignedSubmission) -> u64 {
        let response = self.served.ledger().submit(request(signed)).await.expect("it enters").into_inner();
        response.receipt.expect("a receipt").index
    }

    async fn refused(&self, signed: &SignedSubmission) -> Status {
        self.served.ledger().submit(request(signed)).await.expect_err("it is refused")
    }

    fn says(&self, signed: &SignedSubmission, post: &Post, capacity: Capacity, verdict: Verdict) -> SignedSubmission {
        later_sign_off(self.ledger.id, signed, post, capacity, verdict)
    }

    async fn verifies(&self, signed: &SignedSubmission) -> u64 {
        self.enters(&self.says(signed, &self.ledger.verifier, Capacity::Verifier, approve())).await
    }

    async fn certifies(&self, signed: &SignedSubmission) -> u64 {
        self.enters(&self.says(signed, &self.authority, Capacity::NationalAuthority, approve())).await
    }

    fn reads(&self) -> SignOffsClient<Channel> {
        SignOffsClient::new(self.served.channel.clone())
    }

    /// The inbox once everything that is durable is in it.
    async fn inbox(&self, asked: proto::ListSignOffsRequest) -> proto::ListSignOffsResponse {
        let minimum_size = self.ledger.node.sequencer().published().head.tree.size.0;
        let known_at = asked.read_at.and_then(|read_at| read_at.known_at);
        let read_at = Some(proto::ReadAt { minimum_size, known_at });
        self.reads().list(proto::ListSignOffsRequest { read_at, ..asked }).await.expect("an inbox").into_inner()
    }

    async fn indexes(&self, asked: proto::ListSignOffsRequest) -> Vec<u64> {
        self.inbox(asked).await.waiting.iter().map(|state| state.index).collect()
    }

    async fn state(&self, index: u64) -> proto::SubmissionState {
        let minimum_size = self.ledger.node.sequencer().published().head.tree.size.0;
        let request = proto::GetSignOffsRequest {
            submission: Some(proto::get_sign_offs_request::Submission::Index(index)),
            read_at: Some(proto::ReadAt { minimum_size, known_at: None }),
            ..Default::default()
        };
        self.reads().get(request).await.expect("a state").into_inner().state.expect("a state")
    }

    /// A state as known at a size.
    async fn state_at(&self, index: u64, size: u64) -> proto::SubmissionState {
        let request = proto::GetSignOffsRequest {
            submission: Some(proto::get_sign_offs_request::Submission::Index(index)),
            read_at: Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) }),
            ..Default::default()
        };
        self.reads().get(request).await.expect("a state").into_inner().state.expect("a state")
    }

    /// The record as it is shown, on a day after all that is stated of it.
    async fn picture(&self) -> proto::RecordPicture {
        let mut reads = MinefieldsClient::new(self.served.channel.clone());
        let answer = reads.get(proto::GetRecordRequest {
            record: self.record.to_string().trim_start_matches("record/").to_owned(),
            at: "2026-06-01".into(),
            read_at: self.all_that_is_durable(),
        });
        answer.await.expect("a record").into_inner().record.expect("a record")
    }

    async fn history(&self) -> Vec<proto::RecordHistoryItem> {
        let mut reads = MinefieldsClient::new(self.served.channel.clone());
        let answer = reads.history(proto::RecordHistoryRequest {
            record: self.record.to_string().trim_start_matches("record/").to_owned(),
            at: "2026-06-01".into(),
            read_at: self.all_that_is_durable(),
            ..Default::default()
        });
        answer.await.expect("a history").into_inner().items
    }

    fn all_that_is_durable(&self) -> Option<proto::ReadAt> {
        let minimum_size = self.ledger.node.sequencer().published().head.tree.size.0;
        Some(proto::ReadAt { minimum_size, known_at: None })
    }

    pub async fn audited(self) {
        let Self { ledger, served, .. } = self;
        served.stop().await;
        ledger.audited().await;
    }
}

fn all() -> proto::ListSignOffsRequest {
    proto::ListSignOffsRequest::default()
}

fn of(organisation: &str) -> proto::ListSignOffsRequest {
    proto::ListSignOffsRequest { organisation: organisation.into(), ..all() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_shown_as_a_difference_to_what_stands() {
    let field = Field::new().await;
    let parcel = |id: &str, area_m2: u64| Parcel { id: id.parse().unwrap(), area_m2: Some(area_m2) };
    let surveyed = |parcels: Vec<Parcel>| PositionSurveyed {
        surveyed: Some("2026-01-01".parse().unwrap()),
        method: Some(SurveyMethod::Gnss),
        accuracy_mm: Some(500),
        parcels,
    };
    let survey = field.on_record(MinefieldBody::PositionSurveyed(surveyed(vec![parcel("P1", 1_000), parcel("P2", 7)])));
    let target = EventReference { organisation: "desk".parse().unwrap(), event: survey.id };
    field.enters(&field.ledger.sign(&field.ledger.recorder, vec![survey])).await;
    let body = Body::Minefield(MinefieldBody::PositionSurveyed(surveyed(vec![parcel("P1", 10)])));
    let restated = Restated { occurred: None, not_stated: Vec::new(), body };
    let body = EventCorrected { target: target.clone(), reason: "typo".into(), restated: Some(Box::new(restated)) };
    let mut correction = event(&field.record.to_string(), Body::Shared(SharedBody::EventCorrected(body)));
    correction.source = Some(source(SourceClass::OwnAct));
    let index = field.enters(&field.ledger.sign(&field.ledger.recorder, vec![correction])).await;
    let state = field.state(index).await;
    assert_eq!(state.status(), proto::SubmissionStatus::Waiting);
    let expected = [
        format!("corrects the event {} of desk: typo", target.event),
        "P1: hazardous, 10 m2; stands as hazardous, 1000 m2".into(),
        "P2: no longer reported; stands as hazardous, 7 m2".into(),
    ];
    assert_eq!(state.events[0].changes, expected);
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_shown_by_every_field_and_part_that_it_changes() {
    let field = Field::new().await;
    let (origin, day) = (WgsPosition::new(-495_000_000, -1_235_000_000).unwrap(), |on: &str| Some(on.parse().unwrap()));
    let circle = |radius_m| PartContent::DangerArea(DangerArea::Circle { centre: origin, radius_m });
    let open = |slot, content: PartContent| Part { slot, kind: content.kind(), content: PartHolding::Open(content) };
    let laying = LayingRecorded {
        method: Some(LayingMethod::ByHand),
        began: day("2001-01-01"),
        completed: day("2001-02-01"),
        laid_by: "unit 7".into(),
        parcels: Vec::new(),
    };
    let mut laid = field.on_record(MinefieldBody::LayingRecorded(laying.clone()));
    let remarks = |text: &str| PartContent::Remarks { text: text.into(), language: "en".into() };
    laid.parts = vec![open(1, circle(500)), open(3, remarks("as found"))];
    let target = EventReference { organisation: "desk".parse().unwrap(), event: laid.id };
    field.enters(&field.ledger.sign(&field.ledger.recorder, vec![laid])).await;
    let correction = |laying: LayingRecorded, not_stated: Vec<NotStated>, parts: Vec<Part>| {
        let body = Body::Minefield(MinefieldBody::LayingRecorded(laying));
        let restated = Some(Box::new(Restated { occurred: None, not_stated, body }));
        let body = EventCorrected { target: target.clone(), reason: "typo".into(), restated };
        let mut event = event(&field.record.to_string(), Body::Shared(SharedBody::EventCorrected(body)));
        (event.source, event.parts) = (Some(source(SourceClass::OwnAct)), parts);
        field.ledger.sign(&field.ledger.recorder, vec![event])
    };
    // Warns of more than the first statement, and so acts at once: what stands is what it says.
    let longer = LayingRecorded { began: day("2000-01-01"), ..laying.clone() };
    let earlier = field.state(field.enters(&correction(longer, vec![], vec![open(1, circle(600))])).await).await;
    assert_eq!((earlier.status(), earlier.events[0].changes.len()), (proto::SubmissionStatus::Effective, 0));

    let shorter = LayingRecorded { began: day("2001-01-15"), laid_by: "".into(), ..laying };
    let unknown = NotStated { field: "laid_by".into(), reason: NotStatedReason::NotRecorded };
    let long = "a long remark ".repeat(20);
    let parts =
        vec![open(1, circle(300)), open(2, PartContent::Names(vec!["The Hill".into()])), open(3, remarks(&long))];
    let index = field.enters(&correction(shorter, vec![unknown], parts)).await;
    let state = field.state(index).await;
    assert_eq!(state.status(), proto::SubmissionStatus::Waiting);
    let expected = [
        format!("corrects the event {} of desk: typo", target.event),
        "began: 2001-01-15; stands as 2000-01-01".into(),
        "laid_by: not stated (not recorded); stands as unit 7".into(),
        "part 1, danger_area.circle.radius_m: 300; stands as 600".into(),
        "part 2, kind: names; not stated before".into(),
        "part 2, form: open; not stated before".into(),
        "part 2, names.names: The Hill; not stated before".into(),
        format!("part 3, remarks.text: {}…; stands as as found", &long[..120]),
    ];
    assert_eq!(state.events[0].changes, expected);

    let server = format!("http://{}", field.served.address);
    let shown = tokio::task::spawn_blocking(move || {
        let words =
            ["--server", &server, "--output", "table", "sign-off", "show", &index.to_string()].map(str::to_owned);
        crate::process::merestone().args(words).output().expect("run")
    });
    let shown = String::from_utf8(shown.await.unwrap().stdout).unwrap();
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("began: 2001-01-15; stands as 2000-01-01"), "{shown}");
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_of_many_things_is_told_by_the_first_ones_and_by_how_many_follow() {
    let field = Field::new().await;
    let parcels = |area_m2: u64| {
        let ids = (10..40).map(|number| format!("Q{number}").parse().unwrap());
        ids.map(|id| Parcel { id, area_m2: Some(area_m2) }).collect()
    };
    let surveyed = |area_m2| {
        field.on_record(MinefieldBody::PositionSurveyed(PositionSurveyed {
            surveyed: Some("2026-01-01".parse().unwrap()),
            method: Some(SurveyMethod::Gnss),
            accuracy_mm: Some(500),
            parcels: parcels(area_m2),
        }))
    };
    field.enters(&field.ledger.sign(&field.ledger.recorder, vec![surveyed(9)])).await;
    let index = field.enters(&field.ledger.sign(&field.ledger.recorder, vec![surveyed(8)])).await;
    let changes = &field.state(index).await.events[0].changes;
    assert_eq!((changes.len(), changes[19].as_str()), (20, "and 11 more"));
    field.audited().await;
}

/// A correction waits while releases and a survey take effect, and is a difference to what
/// stood at each size: a later word changes no earlier one.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_signer_was_shown_at_a_size_is_shown_for_it_for_ever() {
    let field = Field::new().await;
    let surveyed = |parcels: &[(&str, u64)]| {
        let parcel = |(id, area): &(&str, u64)| Parcel { id: id.parse().unwrap(), area_m2: Some(*area) };
        MinefieldBody::PositionSurveyed(PositionSurveyed {
            surveyed: Some("2026-01-01".parse().unwrap()),
            method: Some(SurveyMethod::Gnss),
            accuracy_mm: Some(500),
            parcels: parcels.iter().map(parcel).collect(),
        })
    };
    let enters = async |event| field.enters(&field.ledger.sign(&field.ledger.recorder, vec![event])).await;
    let survey = field.on_record(surveyed(&[("P1", 1_000), ("P2", 7)]));
    let target = EventReference { organisation: "desk".parse().unwrap(), event: survey.id };
    enters(survey).await;
    let restated = Restated { occurred: None, not_stated: Vec::new(), body: Body::Minefield(surveyed(&[("P1", 10)])) };
    let body = EventCorrected { target, reason: "typo".into(), restated: Some(Box::new(restated)) };
    let mut correction = event(&field.record.to_string(), Body::Shared(SharedBody::EventCorrected(body)));
    correction.source = Some(source(SourceClass::OwnAct));
    let correction = field.ledger.sign(&field.ledger.recorder, vec![correction]);
    let (corrected, (first, of_first), (_, of_second)) =
        (field.enters(&correction).await, field.released().await, field.released().await);

    let mut shown = Vec::new();
    let mut look = async || {
        let size = field.ledger.node.sequencer().published().head.tree.size.0;
        for index in [corrected, of_first, of_second] {
            shown.push((index, size, field.state_at(index, size).await));
        }
    };
    look().await;
    field.verifies(&first).await;
    field.certifies(&first).await;
    look().await;
    enters(field.on_record(surveyed(&[("P1", 50)]))).await;
    look().await;
    field.verifies(&correction).await;
    field.certifies(&correction).await;
    look().await;

    let told = |at: usize| shown[at].2.events[0].changes.clone();
    let of_p1 = |at: usize| told(at).iter().find(|change| change.starts_with("P1: ")).cloned();
    assert_eq!(of_p1(0).unwrap(), "P1: hazardous, 10 m2; stands as hazardous, 1000 m2");
    assert_eq!(of_p1(3).unwrap(), "P1: hazardous, 10 m2; stands as released");
    assert_eq!(of_p1(6).unwrap(), "P1: hazardous, 10 m2; stands as hazardous, 50 m2");
    assert_eq!(told(5), ["P1: released; stands as released"], "the second release, after the first");
    assert_eq!(told(8), ["P1: released; stands as hazardous, 50 m2"]);
    assert!(of_p1(9).is_none(), "the correction does not wait any more");
    for (index, size, state) in &shown {
        assert_eq!(field.state_at(*index, *size).await, *state, "entry {index}, as known at {size}");
    }
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_holds_what_a_post_can_sign_and_says_what_is_missing() {
    let field = Field::new().await;
    let (signed, index) = field.released().await;
    let inbox = field.inbox(all()).await;
    let [state] = inbox.waiting.as_slice() else { panic!("one waits: {inbox:?}") };
    assert_eq!((state.index, state.status()), (index, proto::SubmissionStatus::Waiting));
    assert_eq!(state.submission_digest, digest_of(&signed).as_bytes()[..]);
    let missing: Vec<_> = state.missing.iter().map(|missing| (missing.capacity(), missing.concern.as_str())).collect();
    assert_eq!(missing, [(proto::Capacity::Verifier, ""), (proto::Capacity::NationalAuthority, "the country XX")]);
    assert_eq!(state.events[0].kind, "land_released");
    assert_eq!(state.events[0].subject, field.record.to_string());
    assert_eq!(state.events[0].changes, ["P1: released; stands as hazardous, 1000 m2"], "a difference to what stands");

    let open = |inbox: &proto::ListSignOffsResponse| -> Vec<_> {
        let open = inbox.waiting.iter().flat_map(|state| &state.open_to);
        open.map(|open| (open.member.clone(), open.capacities().collect::<Vec<_>>())).collect()
    };
    assert_eq!(open(&field.inbox(of("desk")).await), [("verifier-1".into(), vec![proto::Capacity::Verifier])]);
    let authority = field.inbox(of("authority-xx")).await;
    assert_eq!(open(&authority), [("head".into(), vec![proto::Capacity::NationalAuthority])]);
    assert!(field.indexes(of("operator")).await.is_empty(), "no role for it");
    let author = proto::ListSignOffsRequest { member: "recorder-1".into(), ..of("desk") };
    assert!(field.indexes(author).await.is_empty(), "an author signs nothing off");
    let counterparty = proto::ListSignOffsRequest { capacity: Capacity::Counterparty.number(), ..all() };
    assert!(field.indexes(counterparty).await.is_empty());
    let by_other = proto::ListSignOffsRequest { author: "operator".into(), ..all() };
    assert!(field.indexes(by_other).await.is_empty());

    let before = field.verifies(&signed).await;
    assert!(field.indexes(of("desk")).await.is_empty(), "a post signs once");
    assert_eq!(field.indexes(of("authority-xx")).await, [index]);
    let then = proto::ReadAt { minimum_size: 0, known_at: Some(proto::read_at::KnownAt::Size(before)) };
    let then = proto::ListSignOffsRequest { read_at: Some(then), ..of("desk") };
    assert_eq!(field.indexes(then.clone()).await, [index], "as known before");
    let q = field.certifies(&signed).await;
    assert!(field.indexes(all()).await.is_empty());
    assert_eq!(field.indexes(then).await, [index], "what was waiting stays to be seen");
    let state = field.state(index).await;
    assert_eq!((state.status(), state.decided_index), (proto::SubmissionStatus::Effective, q));
    assert_eq!(field.state(q).await, state, "asked by an entry of sign-offs");
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_an_inbox_stay_in_place_while_others_sign() {
    let field = Field::new().await;
    let mut released = Vec::new();
    for _ in 0..5 {
        released.push(field.released().await);
    }
    let page = |token: String| proto::ListSignOffsRequest { page_size: 2, page_token: token, ..all() };
    let first = field.inbox(page(String::new())).await;
    let (signed, _) = &released[0];
    field.verifies(signed).await;
    field.certifies(signed).await;
    let second = field.inbox(page(first.next_page_token.clone())).await;
    let third = field.inbox(page(second.next_page_token.clone())).await;
    let seen = [first, second, third.clone()].map(|page| page.waiting.iter().map(|it| it.index).collect::<Vec<_>>());
    let indexes: Vec<u64> = released.iter().map(|(_, index)| *index).collect();
    assert_eq!(seen.concat(), indexes);
    assert!(third.next_page_token.is_empty());
    let bad = field.reads().list(page("next".into())).await.expect_err("no token");
    assert_eq!(reason(&bad), ("FieldMustBeValid".into(), "page_token".into()));
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_acts_at_once_is_told_as_effective_and_a_submission_that_is_not_there_is_not_found() {
    let field = Field::new().await;
    let signed = field.ledger.sign(&field.ledger.recorder, vec![record_opened()]);
    let index = field.enters(&signed).await;
    let state = field.state(index).await;
    assert_eq!((state.status(), state.class()), (proto::SubmissionStatus::Effective, proto::SubmissionClass::States));
    assert!(!state.verified);
    let at = field.verifies(&signed).await;
    let state = field.state(index).await;
    assert_eq!((state.verified, state.verified_index), (true, at));
    assert_eq!(field.state(1).await.class(), proto::SubmissionClass::Governs, "the registry");
    let unknown = proto::GetSignOffsRequest {
        submission: Some(proto::get_sign_offs_request::Submission::Index(999)),
        ..Default::default()
    };
    assert_eq!(field.reads().get(unknown).await.expect_err("not there").code(), Code::NotFound);
    let nothing = field.reads().get(proto::GetSignOffsRequest::default()).await.expect_err("nothing named");
    assert_eq!(nothing.code(), Code::InvalidArgument);
    let nobody = proto::ListSignOffsRequest { member: "verifier-1".into(), ..all() };
    assert_eq!(reason(&field.reads().list(nobody).await.expect_err("whose post")).1, "member");
    field.audited().await;
}

/// A refusal as the person at the keyboard reads it.
async fn assert_refused(field: &Field, signed: &SignedSubmission, rule: &str, told: &[&str]) {
    let status = field.refused(signed).await;
    assert_eq!((status.code(), reason(&status).0.as_str()), (Code::FailedPrecondition, rule), "{status:?}");
    for told in told {
        assert!(status.message().contains(told), "{rule}: {:?} tells {told:?}", status.message());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_off_that_does_not_count_is_refused_with_what_to_do() {
    let field = Field::new().await;
    let stranger = post("authority-yy", "head");
    let elsewhere = mandate("authority-yy", MandateType::NationalAuthority, &["YY"]);
    admit(&field.ledger, &stranger, Role::NationalAuthority, vec![elsewhere]).await;
    let (signed, _) = field.released().await;
    let says = |post, capacity| field.says(&signed, post, capacity, approve());
    let (author, verifier) = (&field.ledger.recorder, &field.ledger.verifier);

    let own = says(author, Capacity::Verifier);
    assert_refused(&field, &own, "SignOffMustBeByAnother", &["recorder-1 of desk is the author"]).await;
    let roleless = says(verifier, Capacity::NationalAuthority);
    let told = ["verifier-1 of desk may not sign as national_authority"];
    assert_refused(&field, &roleless, "CapacityMustBeAllowed", &told).await;
    let abroad = says(&stranger, Capacity::NationalAuthority);
    let told = ["authority-yy is not the national authority for the country XX"];
    assert_refused(&field, &abroad, "AuthorityMustCoverSubmission", &told).await;
    let other = field.says(&field.release(), verifier, Capacity::Verifier, approve());
    assert_refused(&field, &other, "SignOffMustNameSubmission", &["no submission with these bytes"]).await;
    let at = field.verifies(&signed).await;
    let twice = field.says(&signed, verifier, Capacity::Verifier, Verdict::Approve { remark: "again".into() });
    assert_refused(&field, &twice, "SignOffMustBeNew", &[&format!("signed it in entry {at}")]).await;

    let stolen = KeyEnded {
        key: author.key.public().id(),
        ending: KeyEnding::Compromised { since: SIGNED_AT },
        reason: "stolen".into(),
    };
    let ended = field.ledger.sign(&field.ledger.registrar, vec![on("desk", RegistryBody::KeyEnded(stolen))]);
    field.enters(&ended).await;
    let lapsed = field.certifies(&signed).await;
    let late = field.says(&signed, &stranger, Capacity::NationalAuthority, approve());
    let told = [format!("lapsed at entry {lapsed}, by KeyMustBeActive")];
    assert_refused(&field, &late, "SubmissionMustWait", &[&told[0]]).await;
    let state = field.state(lapsed).await;
    assert_eq!((state.status(), state.rule.as_str()), (proto::SubmissionStatus::Lapsed, "KeyMustBeActive"));
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_easing_hidden_in_a_warning_is_refused_with_what_to_do() {
    let field = Field::new().await;
    let surveyed = |parcels: &[(&str, u64)]| {
        let parcels = parcels.iter().map(|(id, area)| Parcel { id: id.parse().unwrap(), area_m2: Some(*area) });
        field.on_record(MinefieldBody::PositionSurveyed(PositionSurveyed {
            surveyed: Some("2026-01-01".parse().unwrap()),
            method: Some(SurveyMethod::Gnss),
            accuracy_mm: Some(500),
            parcels: parcels.collect(),
        }))
    };
    let hidden = field.ledger.sign(&field.ledger.recorder, vec![surveyed(&[("P1", 900), ("P2", 50)])]);
    let status = field.refused(&hidden).await;
    assert_eq!(reason(&status).0, "WarningMustNotWait", "{status:?}");
    assert!(status.message().contains("submission") || status.message().contains("event"), "{status:?}");
    let mixed = field.ledger.sign(&field.ledger.recorder, vec![surveyed(&[("P2", 50)]), surveyed(&[("P1", 900)])]);
    assert_eq!(reason(&field.refused(&mixed).await).0, "WarningMustNotWait");
    field.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn land_is_shown_as_mined_until_the_last_of_its_signers_has_signed() {
    let field = Field::new().await;
    let (signed, _) = field.released().await;
    field.verifies(&signed).await;
    let before = field.picture().await;
    assert_eq!(before.parcels[0].status(), proto::LandStatus::Open);
    assert!(before.waiting[0].message.contains("authority-xx"), "{}", before.waiting[0].message);

    let completed = field.certifies(&signed).await;
    let after = field.picture().await;
    assert_eq!(after.parcels[0].status(), proto::LandStatus::Released);
    assert_eq!(after.waiting, Vec::new());
    let history = field.history().await;
    let release = history.iter().find(|item| item.kind == "land_released").expect("the release");
    let capacities: Vec<&str> = release.signatures.iter().map(|signature| signature.capacity.as_str()).collect();
    assert_eq!(capacities, ["author", "verifier", "national_authority"]);
    assert_eq!((release.effective_index, release.signatures[2].index), (Some(completed), Some(completed)));
    field.audited().await;
}
