//! Records of mined areas over the real service and the real program, audited at the end.

use std::process::{Command, Output};

use merestone::{
    domain::*,
    wire::{
        encode_part_content,
        proto::{self, minefields_client::MinefieldsClient},
    },
};
use tonic::{Code, transport::Channel};

use crate::support::*;

const SALT: [u8; 32] = [5; 32];

/// A ledger with records, served.
struct Land {
    ledger: TestLedger,
    served: Served,
    record: RecordId,
    survey: EventReference,
}

fn place(latitude: i32, longitude: i32) -> WgsPosition {
    WgsPosition::new(latitude, longitude).unwrap()
}

fn point(latitude: i32, longitude: i32) -> Option<proto::Position> {
    Some(proto::Position { latitude, longitude })
}

fn opened(latitude: i32, parcels: Vec<Parcel>) -> Event {
    let mut event = record_opened();
    if let Body::Minefield(MinefieldBody::RecordOpened(body)) = &mut event.body {
        body.parcels = parcels;
    }
    let area = DangerArea::Circle { centre: place(latitude, -1_235_000_000), radius_m: 500 };
    let content = PartHolding::Open(PartContent::DangerArea(area));
    event.parts = vec![Part { slot: 1, kind: PartKind::DangerArea, content }];
    event.occurred = Some("2026-05-01".parse().unwrap());
    event
}

fn about(record: &RecordId, body: MinefieldBody) -> Event {
    let mut event = event(&format!("record/{record}"), Body::Minefield(body));
    event.source = Some(source(SourceClass::OwnAct));
    event
}

fn survey(record: &RecordId) -> Event {
    let surveyed = Some("2026-05-10".parse().unwrap());
    let body = PositionSurveyed { surveyed, method: Some(SurveyMethod::Gnss), accuracy_mm: Some(20), parcels: vec![] };
    about(record, MinefieldBody::PositionSurveyed(body))
}

fn extent(order: [usize; 4]) -> PartContent {
    let corner = |north: i32, east: i32| place(-495_000_000 + north * 9_000, -1_235_000_000 + east * 9_000);
    let corners = [corner(0, 0), corner(0, 1), corner(1, 1), corner(1, 0)];
    PartContent::Extent(Extent { parcel: None, polygons: vec![order.map(|at| corners[at]).to_vec()] })
}

fn cleared(record: &RecordId, area_m2: u64) -> Event {
    let day = |text: &str| Some(text.parse().unwrap());
    let body = AreaCleared {
        parcel: "P1".parse().unwrap(),
        area_m2,
        depth_mm: Some(200),
        method: Some(ClearanceMethod::Manual),
        started: day("2026-05-11"),
        ended: day("2026-05-12"),
        task: "".into(),
    };
    about(record, MinefieldBody::AreaCleared(body))
}

fn disclosure(target: EventReference, content: PartContent) -> Event {
    let Subject::Record(record) = record_opened().subject else { unreachable!() };
    let disclosed = vec![DisclosedPart { slot: 1, salt: SALT, content }];
    let body = Body::Shared(SharedBody::PartDisclosed(PartDisclosed { target, disclosed }));
    let mut event = event(&format!("record/{record}"), body);
    event.source = Some(source(SourceClass::OwnAct));
    event
}

impl Land {
    /// Entry 2: a record with a parcel. Entry 3: its survey, the extent withheld. Entry 4:
    /// a clearance. Entries 5 and 6: two more records farther south.
    async fn new() -> Self {
        let ledger = TestLedger::new().await;
        let parcel = Parcel { id: "P1".parse().unwrap(), area_m2: Some(1_000) };
        let opening = opened(-495_000_000, vec![parcel]);
        let Subject::Record(record) = opening.subject.clone() else { unreachable!() };
        let mut survey = survey(&record);
        let content = encode_part_content(&extent([0, 1, 2, 3]));
        let commitment = Commitment::to(&ledger.id, survey.id, 1, &SALT, &content);
        let review_on = "2030-01-01".parse().unwrap();
        let content = PartHolding::Withheld { commitment, basis: "security".into(), review_on };
        survey.parts = vec![Part { slot: 1, kind: PartKind::Extent, content }];
        let organisation = ledger.recorder.organisation.clone();
        let reference = EventReference { organisation, event: survey.id };
        let others = [opened(-496_000_000, vec![]), opened(-497_000_000, vec![])];
        for event in [opening, survey, cleared(&record, 400)].into_iter().chain(others) {
            ledger.submit(&ledger.sign(&ledger.recorder, vec![event])).await.unwrap();
        }
        let served = Served::start(&ledger.node).await;
        let land = Self { ledger, served, record, survey: reference };
        land.caught_up().await;
        land
    }

    async fn caught_up(&self) {
        let size = self.ledger.node.sequencer().published().head.tree.size;
        self.ledger.node.wait_for_models(size).await.expect("the read models follow");
    }

    fn client(&self) -> MinefieldsClient<Channel> {
        MinefieldsClient::new(self.served.channel.clone())
    }

    async fn get(&self, at: &str, size: Option<u64>) -> Result<proto::GetRecordResponse, tonic::Status> {
        let request = proto::GetRecordRequest { record: self.record.to_string(), at: at.into(), read_at: known(size) };
        self.client().get(request).await.map(tonic::Response::into_inner)
    }

    async fn at(&self, point: Option<proto::Position>, size: Option<u64>) -> proto::RecordsAtResponse {
        let request = proto::RecordsAtRequest { point, read_at: known(size), ..Default::default() };
        self.client().at(request).await.unwrap().into_inner()
    }

    async fn program(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_merestone"));
        command.args(["--server", &format!("http://{}", self.served.address)]).args(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    async fn audited(self) {
        self.served.stop().await;
        self.ledger.audited().await;
    }
}

fn known(size: Option<u64>) -> Option<proto::ReadAt> {
    let known_at = Some(proto::read_at::KnownAt::Size(size?));
    Some(proto::ReadAt { minimum_size: 0, known_at })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plot_is_answered_as_known_then_and_an_empty_answer_is_no_all_clear() {
    let land = Land::new().await;
    let inside = point(-495_000_000, -1_235_000_000);
    let now = land.at(inside, None).await;
    assert_eq!(now.records.len(), 1);
    assert_eq!((&*now.records[0].record, now.records[0].status()), (land.record.as_str(), proto::LandStatus::Open));
    assert_eq!(now.records[0].open_m2, 600);
    let before = land.at(inside, Some(2)).await;
    assert!(before.records.is_empty() && before.caution.contains("does not mean no mines"));
    assert_eq!(before.holds_at.unwrap().size, 2);
    let edge = point(-495_000_000 + 45_000, -1_235_000_000);
    assert!(land.at(edge, None).await.records.is_empty(), "500 m north it ends: 45,000 units are 500.5 m");
    let refused = land.client().at(proto::RecordsAtRequest::default()).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).1.as_str()), (Code::InvalidArgument, "point"));
    land.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_found_by_box_country_and_status_in_pages() {
    let land = Land::new().await;
    let r#box = |south, north| {
        Some(proto::MapBox { south_west: point(south, -1_236_000_000), north_east: point(north, -1_234_000_000) })
    };
    let search =
        |request: proto::SearchRecordsRequest| async { land.client().search(request).await.unwrap().into_inner() };
    let all =
        search(proto::SearchRecordsRequest { r#box: r#box(-500_000_000, -490_000_000), ..Default::default() }).await;
    assert_eq!(all.records.len(), 3);
    let south = proto::SearchRecordsRequest { r#box: r#box(-500_000_000, -495_500_000), ..Default::default() };
    assert_eq!(search(south).await.records.len(), 2);
    let statuses = vec![proto::LandStatus::Released.into()];
    let released = search(proto::SearchRecordsRequest { statuses, country: "XX".into(), ..Default::default() }).await;
    assert!(released.records.is_empty() && !released.caution.is_empty());
    assert!(
        search(proto::SearchRecordsRequest { country: "YY".into(), ..Default::default() }).await.records.is_empty()
    );
    let (mut paged, mut page_token) = (Vec::new(), String::new());
    loop {
        let request =
            proto::SearchRecordsRequest { country: "XX".into(), page_size: 1, page_token, ..Default::default() };
        let page = search(request).await;
        assert!(page.records.len() <= 1);
        paged.extend(page.records);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, all.records, "the same records in the same order");
    land.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_has_its_accounts_its_history_and_no_picture_before_its_time() {
    let land = Land::new().await;
    let request = proto::RecordAccountsRequest { record: land.record.to_string(), ..Default::default() };
    let accounts = land.client().accounts(request).await.unwrap().into_inner();
    let account = accounts.parcels[0].account.unwrap();
    assert_eq!((account.opening_m2, account.cleared_m2, account.closing_m2), (Some(1_000), 400, Some(600)));
    assert!(accounts.parcels[0].numeric_only);
    let picture = land.get("2026-05-11", None).await.unwrap().record.unwrap();
    assert_eq!(picture.totals.unwrap().open_m2, 1_000, "the clearance had not ended");
    let early = land.get("2026-04-30", None).await.unwrap_err();
    assert!(early.code() == Code::NotFound && early.message().contains("does not mean no mines"));
    assert_eq!(land.get("2026-02-30", None).await.unwrap_err().code(), Code::InvalidArgument);
    let request = proto::RecordHistoryRequest { record: land.record.to_string(), page_size: 2, ..Default::default() };
    let first = land.client().history(request.clone()).await.unwrap().into_inner();
    let kinds: Vec<&str> = first.items.iter().map(|item| &*item.kind).collect();
    assert_eq!(kinds, ["record_opened", "position_surveyed"]);
    assert_eq!(first.items[0].signatures[0].capacity, "author");
    assert_eq!(first.items[1].event.as_ref().unwrap().id, land.survey.event.to_string());
    let request = proto::RecordHistoryRequest { page_token: first.next_page_token, ..request };
    let second = land.client().history(request).await.unwrap().into_inner();
    assert_eq!((second.items.len(), second.next_page_token.as_str()), (1, ""));
    land.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_extent_is_disclosed_and_proved_and_earlier_answers_never_change() {
    let land = Land::new().await;
    let before = land.get("2026-06-01", Some(7)).await.unwrap();
    let part = &before.record.as_ref().unwrap().parts[1];
    assert_eq!((part.commitments, part.opened, &part.content), (1, 0, &None));
    let with_subject = |content| {
        let event = disclosure(land.survey.clone(), content);
        Event { subject: Subject::Record(land.record.clone()), ..event }
    };
    let other = with_subject(extent([3, 0, 1, 2]));
    let refusal = land.ledger.refusal(&land.ledger.sign(&land.ledger.recorder, vec![other])).await;
    assert_eq!(refusal, "DisclosureMustMatch");
    let right = with_subject(extent([0, 1, 2, 3]));
    land.ledger.submit(&land.ledger.sign(&land.ledger.recorder, vec![right])).await.unwrap();
    land.caught_up().await;
    let after = land.get("2026-06-01", None).await.unwrap().record.unwrap();
    assert_eq!((after.parts[1].opened, after.parts[1].content.is_some()), (1, true));
    assert_eq!(land.get("2026-06-01", Some(7)).await.unwrap(), before, "what was known then stays what it was");
    let proved = proved_by_the_program(&land).await;
    assert!(proved.contains(land.record.as_str()) && proved.contains("position_surveyed") | proved.contains("extent"));
    land.audited().await;
}

/// Proves the disclosed part with the program, verifies the file offline, and once more
/// with a byte changed.
async fn proved_by_the_program(land: &Land) -> String {
    let file = land.ledger.dir.path().join("extent.proof.json");
    let name = file.to_str().unwrap();
    let written = land.program(&["part", "prove", "3", "--file", name]).await;
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let vkey = land.ledger.node.verifier().vkey();
    let offline = |file: String| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_merestone"));
        command.args(["--server", "http://127.0.0.1:1", "part", "verify", &file, "--vkey", &vkey]);
        async move { tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap() }
    };
    let verified = offline(name.to_owned()).await;
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    let mut proof: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let salt = proof["salt"].as_str().unwrap().replacen("05", "04", 1);
    proof["salt"] = salt.into();
    std::fs::write(&file, proof.to_string()).unwrap();
    assert_eq!(offline(name.to_owned()).await.status.code(), Some(4), "verification failed");
    String::from_utf8(verified.stdout).unwrap()
}

/// The text without its line breaks.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_whose_content_was_erased_says_so_in_the_record() {
    let land = Land::new().await;
    let before = land.get("2026-06-01", None).await.unwrap();
    let body = ContentErased {
        target: land.survey.clone(),
        slots: vec![1],
        basis: "an order".into(),
        ordered_by: "a court".into(),
        erased: Some("2026-05-31".parse().unwrap()),
    };
    let erasure = event(&format!("record/{}", land.record), Body::Shared(SharedBody::ContentErased(body)));
    let erasure = Event { source: Some(source(SourceClass::OwnAct)), ..erasure };
    let entry = land.ledger.node.sequencer().published().head.tree.size.0;
    land.ledger.submit(&land.ledger.sign(&land.ledger.registrar, vec![erasure])).await.unwrap();
    land.caught_up().await;
    let record = land.record.to_string();
    let part = &land.get("2026-06-01", None).await.unwrap().record.unwrap().parts[1];
    let [told] = &part.erasures[..] else { panic!("one erasure: {part:?}") };
    assert_eq!((told.erased.as_str(), told.event.as_ref().unwrap().index), ("2026-05-31", entry));
    let known = before.holds_at.as_ref().unwrap().size;
    assert_eq!(
        land.get("2026-06-01", Some(known)).await.unwrap().record,
        before.record,
        "earlier answers never change"
    );
    for command in ["show", "history"] {
        let shown = land.program(&["--output", "table", "minefield", command, &record]).await;
        let text = words(&String::from_utf8(shown.stdout).unwrap());
        let said =
            ["erased on 2026-05-31,".to_owned(), format!("entry {entry}")].map(|said| text.matches(&said).count());
        assert_eq!(said, [1, 1], "{command}: {text}");
    }
    let shown = land.program(&["--output", "json", "minefield", "show", &record]).await;
    let json: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(json["record"]["parts"][1]["erasures"][0]["erased"], "2026-05-31", "{json}");
    land.audited().await;
}

/// Records an event with one withheld part, and what its disclosure is refused for, and where.
async fn refused_when_disclosed(land: &Land, mut holder: Event, content: PartContent) -> (String, String) {
    let commitment = Commitment::to(&land.ledger.id, holder.id, 1, &SALT, &encode_part_content(&content));
    let review_on = "2030-01-01".parse().unwrap();
    let withheld = PartHolding::Withheld { commitment, basis: "security".into(), review_on };
    holder.parts = vec![Part { slot: 1, kind: content.kind(), content: withheld }];
    let organisation = land.ledger.recorder.organisation.clone();
    let target = EventReference { organisation, event: holder.id };
    land.ledger.submit(&land.ledger.sign(&land.ledger.recorder, vec![holder])).await.unwrap();
    let event = Event { subject: Subject::Record(land.record.clone()), ..disclosure(target, content) };
    let signed = land.ledger.sign(&land.ledger.recorder, vec![event]);
    let request = proto::SubmitRequest { envelope: signed.envelope, events: signed.events };
    let status = land.served.ledger().submit(request).await.expect_err("refused");
    reason(&status)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disclosed_outline_meets_the_rules_of_a_stated_one() {
    let land = Land::new().await;
    let bow_tie = || extent([0, 2, 1, 3]);
    let PartContent::Extent(Extent { polygons, .. }) = bow_tie() else { unreachable!() };
    let area = PartContent::DangerArea(DangerArea::Polygon(polygons[0].clone()));
    let refused = refused_when_disclosed(&land, cleared(&land.record, 10), area).await;
    let field = "events[0].part_disclosed.disclosed[0].content.danger_area.polygon.ring";
    assert_eq!(refused, ("OutlineMustBeSimple".to_owned(), field.to_owned()));
    let refused = refused_when_disclosed(&land, survey(&land.record), bow_tie()).await;
    let field = "events[0].part_disclosed.disclosed[0].content.extent.polygons[0].ring";
    assert_eq!(refused, ("SurveyedOutlineMustBeSimple".to_owned(), field.to_owned()));
    let correcting = || {
        let body = EventCorrected { target: land.survey.clone(), reason: "a slip".into(), restated: None };
        let correction = event(&format!("record/{}", land.record), Body::Shared(SharedBody::EventCorrected(body)));
        Event { source: Some(source(SourceClass::OwnAct)), ..correction }
    };
    let refused = refused_when_disclosed(&land, correcting(), bow_tie()).await;
    assert_eq!(refused.0, "SurveyedOutlineMustBeSimple", "what a correction of a survey committed to");
    let new = Part { slot: 2, kind: PartKind::Extent, content: PartHolding::Open(bow_tie()) };
    let stated = land.ledger.sign(&land.ledger.recorder, vec![Event { parts: vec![new], ..correcting() }]);
    let refused = land.ledger.submit(&stated).await;
    let Err(No::Rejected(rejection)) = refused else { panic!("it enters") };
    let told = (rejection.rule.code(), rejection.field.as_str());
    assert_eq!(told, ("SurveyedOutlineMustBeSimple", "events[0].parts[0].content.extent.polygons[0].ring"));
    land.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_answers_in_plain_words_of_80_columns_and_in_json() {
    let land = Land::new().await;
    let record = land.record.to_string();
    let plot = "49\u{b0}30'00\"S 123\u{b0}30'00\"W";
    let commands: [&[&str]; 6] = [
        &["show", &record],
        &["at", plot],
        &["list", "--country", "XX", "--status", "open"],
        &["search", "-50, -125", "-48, -122"],
        &["history", &record],
        &["accounts", &record],
    ];
    for command in commands {
        let shown = land.program(&[&["--output", "table", "minefield"], command].concat()).await;
        let text = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.status.success(), "{command:?}: {}", String::from_utf8_lossy(&shown.stderr));
        assert!(words(&text).contains("No record does not mean no mines"), "{command:?}: {text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{command:?}:\n{text}");
        let json = land.program(&[&["--output", "json", "minefield"], command].concat()).await;
        let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
        assert!(json["caution"].is_string() && json["holds_at"].is_object(), "{command:?}");
    }
    let nowhere = land.program(&["--output", "table", "minefield", "at", "-48.1, -122.1"]).await;
    let text = words(&String::from_utf8(nowhere.stdout).unwrap());
    assert!(text.contains("That does not mean that there are no mines"), "{text}");
    let unknown = land.program(&["minefield", "show", "XX-none"]).await;
    assert_eq!(unknown.status.code(), Some(5), "no such thing");
    land.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_survey_whose_outline_crosses_itself_is_refused_and_a_legacy_one_enters() {
    let land = Land::new().await;
    let crossing = |mut event: Event| {
        let content = PartHolding::Open(extent([0, 2, 1, 3]));
        event.parts = vec![Part { slot: 1, kind: PartKind::Extent, content }];
        land.ledger.sign(&land.ledger.recorder, vec![event])
    };
    assert_eq!(land.ledger.refusal(&crossing(survey(&land.record))).await, "OutlineMustBeSimple");
    land.ledger.submit(&crossing(cleared(&land.record, 10))).await.unwrap();
    land.caught_up().await;
    let findings = land.get("2026-06-01", None).await.unwrap().record.unwrap().findings;
    assert!(findings.iter().any(|finding| finding.code == "extent_faulty"), "{findings:?}");
    land.audited().await;
}
