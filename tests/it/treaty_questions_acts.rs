//! Questions about single acts of everybody over the real service: what is contested, what
//! was not notified, who objected; each story audited at its end.

use merestone::{
    domain::*,
    wire::proto::{self, audit_client::AuditClient},
};

use crate::{
    support::reason,
    treaty_status::{OTTAWA, Story, drafted, notice, under, world},
};

const PROTOCOL: &str = "untc:XXVI-2-b";

pub fn suspension() -> TreatyBody {
    TreatyBody::SuspensionNotified(SuspensionNotified {
        received_by_depositary: world("2025-07-18"),
        circulated: world("2025-07-21"),
        claimed_from: None,
        claimed_until: "the end of the aggression".into(),
        grounds: vec![SuspensionGround::FundamentalChange],
        provisions: Vec::new(),
    })
}

pub fn objection(objects_to: &EventReference, lodged: &str, grounds: &str) -> TreatyBody {
    let objects_to = objects_to.clone();
    TreatyBody::ObjectionLodged(ObjectionLodged { objects_to, lodged: world(lodged), grounds: grounds.into() })
}

fn rejected(act: &EventReference) -> TreatyBody {
    TreatyBody::TreatyBodyDecided(Box::new(TreatyBodyDecided {
        body: "22MSP".into(),
        decided: world("2025-12-05"),
        symbol: "".into(),
        paragraph: "".into(),
        text: "The Convention does not allow the suspension of its operation.".into(),
        concerning: vec![act.clone()],
        stance: Some(BodyStance::Rejects),
    }))
}

fn notification(reference: &str, covers: &[&EventReference], issued: &str) -> TreatyBody {
    TreatyBody::DepositaryNotificationIssued(Box::new(DepositaryNotificationIssued {
        reference: reference.into(),
        issued: world(issued),
        circulated: None,
        covers: covers.iter().map(|act| (*act).clone()).collect(),
        summary: "".into(),
    }))
}

/// A statement about an act that it names, taken from a source of a class.
async fn stated(story: &Story, subject: &str, act: &str, class: SourceClass, body: TreatyBody) -> EventReference {
    let mut event = drafted(subject, Body::Treaty(body));
    event.act = Some(act.into());
    event.source = event.source.map(|source| Source { class, ..source });
    story.enter(event).await
}

fn known(size: u64) -> Option<proto::ReadAt> {
    Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) })
}

async fn contested(story: &Story, treaty: &str, at: &str, size: u64) -> Vec<proto::ContestedAct> {
    let request = proto::ContestedRequest {
        treaty: treaty.into(),
        at: at.into(),
        read_at: known(size),
        ..proto::ContestedRequest::default()
    };
    let answer = story.client().contested(request).await.unwrap().into_inner();
    assert_eq!((answer.next_page_token.as_str(), answer.at.as_str()), ("", at));
    assert_eq!(answer.holds_at.unwrap().size, size);
    answer.acts
}

async fn unnotified(story: &Story, request: proto::UnnotifiedRequest) -> Vec<proto::UnnotifiedAct> {
    let answer = story.client().unnotified(request).await.unwrap().into_inner();
    assert_eq!(answer.next_page_token, "");
    answer.acts
}

/// A suspension that two and a meeting are against, and a notice that is stated twice.
async fn disputes() -> (Story, EventReference) {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "UKR", ConsentMode::Ratification, "2005-12-27").await;
    story.deposit(OTTAWA, "POL", ConsentMode::Ratification, "2012-12-27").await;
    story.deposit(PROTOCOL, "LTU", ConsentMode::ConsentToBeBound, "1998-06-03").await;
    let suspended = story.record(&under(OTTAWA, "UKR"), suspension()).await;
    story.record(&under(OTTAWA, "CHE"), objection(&suspended, "2025-10-17", "no suspension is provided for")).await;
    story.record(&format!("treaty/{OTTAWA}"), rejected(&suspended)).await;
    let poland = under(OTTAWA, "POL");
    stated(&story, &poland, "notice", SourceClass::Press, notice("2025-08-05")).await;
    stated(&story, &poland, "notice", SourceClass::OfficialGazette, notice("2025-08-20")).await;
    let noticed = story.record(&under(PROTOCOL, "LTU"), notice("2025-03-03")).await;
    let grounds = "the instrument was not signed".into();
    let body = EventContested { target: noticed, grounds, contested_by: "".into(), contested: world("2025-04-01") };
    story.enter(drafted(&under(PROTOCOL, "LTU"), Body::Shared(SharedBody::EventContested(body)))).await;
    (story, suspended)
}

fn position(event: Option<&proto::CitedEvent>) -> u64 {
    event.unwrap().position.as_ref().unwrap().index
}

#[tokio::test(flavor = "multi_thread")]
async fn contested_acts_are_told_with_both_sides_and_what_is_followed() {
    let (story, suspended) = disputes().await;
    let all = contested(&story, "", "2026-01-01", story.size()).await;
    let told: Vec<_> = all
        .iter()
        .map(|found| {
            let act = found.act.as_ref().unwrap();
            (act.treaty_name.as_str(), act.participant_name.as_str(), found.follows.as_str(), found.statements_differ)
        })
        .collect();
    let expected = [
        ("CCW AP II", "Lithuania", "statement", false),
        ("APMBC", "Ukraine", "statement", false),
        ("APMBC", "Poland", "statement", true),
    ];
    assert_eq!(told, expected);
    let ukraine = &all[1];
    assert_eq!(ukraine.act.as_ref().unwrap().event.as_ref().unwrap().position.as_ref().unwrap().event_id, {
        suspended.event.to_string()
    });
    assert_eq!((ukraine.since.as_str(), ukraine.known_since.as_str()), ("2025-10-17", "2030-01-01"));
    let against: Vec<_> = ukraine
        .responses
        .iter()
        .map(|found| (found.by.as_str(), found.stance.as_str(), found.source(), found.opposes))
        .collect();
    let government = proto::SourceClass::Government;
    assert_eq!(against, [("CHE", "objects", government, true), ("22MSP", "rejects", government, true)]);
    assert_eq!(ukraine.responses[0].text, "no suspension is provided for");
    assert!(ukraine.reasons.iter().any(|reason| reason.article == "VCLT 42(2)"), "{:?}", ukraine.reasons);
    let statements = all[2].statements.as_ref().unwrap();
    let sides: Vec<_> = statements.statements.iter().map(|it| (it.source(), it.date.as_str(), it.followed)).collect();
    let gazette = (proto::SourceClass::OfficialGazette, "2025-08-20", true);
    assert_eq!(sides, [gazette, (proto::SourceClass::Press, "2025-08-05", false)]);
    assert_eq!(statements.decided_by, "source");
    assert_eq!(all[0].responses[0].by, story.ledger.recorder.organisation.as_str(), "nobody else is named");
    let of_one = contested(&story, "APMBC", "2026-01-01", story.size()).await;
    assert_eq!(of_one, all[1..]);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_later_changes_no_answer_as_known_before() {
    let (story, suspended) = disputes().await;
    let before = story.size();
    let then = contested(&story, "", "2026-01-01", before).await;
    let silent = |size| proto::UnnotifiedRequest {
        at: "2026-01-01".into(),
        read_at: known(size),
        ..proto::UnnotifiedRequest::default()
    };
    let unnotified_then = unnotified(&story, silent(before)).await;
    let treaty = format!("treaty/{OTTAWA}");
    story.record(&under(OTTAWA, "LTU"), objection(&suspended, "2025-10-01", "")).await;
    story.record(&treaty, notification("C.N.1", &[&suspended], "2025-07-21")).await;
    assert_eq!(contested(&story, "", "2026-01-01", before).await, then);
    assert_eq!(unnotified(&story, silent(before)).await, unnotified_then);
    let now = contested(&story, "APMBC", "2026-01-01", story.size()).await;
    assert_eq!((now[0].since.as_str(), now[0].responses.len()), ("2025-10-01", 3));
    let unnotified_now = unnotified(&story, silent(story.size())).await;
    let of = |acts: &[proto::UnnotifiedAct], kind: &str| {
        acts.iter().filter(|found| found.act.as_ref().unwrap().kind == kind).count()
    };
    let kinds = ["suspension_notified", "objection_lodged"];
    assert_eq!(kinds.map(|kind| of(&unnotified_then, kind)), [1, 1]);
    assert_eq!(kinds.map(|kind| of(&unnotified_now, kind)), [0, 2], "one was notified, one more came");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_without_a_notification_are_told_with_their_days() {
    let (story, suspended) = disputes().await;
    let size = story.size();
    let request = proto::UnnotifiedRequest {
        treaty: "APMBC".into(),
        at: "2026-01-01".into(),
        read_at: known(size),
        ..proto::UnnotifiedRequest::default()
    };
    let all = unnotified(&story, request.clone()).await;
    let told: Vec<_> = all
        .iter()
        .map(|found| {
            let act = found.act.as_ref().unwrap();
            assert_eq!(found.days_at_least, found.days_at_most);
            (act.participant.as_str(), act.kind.as_str(), found.days_at_least.unwrap())
        })
        .collect();
    let expected = [
        ("UKR", "instrument_deposited", 7_310),
        ("POL", "instrument_deposited", 4_753),
        ("UKR", "suspension_notified", 167),
        ("CHE", "objection_lodged", 76),
        ("POL", "withdrawal_notified", 134),
    ];
    assert_eq!(told, expected);
    assert_eq!(all[2].circulated, "2025-07-21");
    let kinds = vec!["withdrawal_notified".to_owned()];
    let some = unnotified(&story, proto::UnnotifiedRequest { kinds, ..request.clone() }).await;
    assert_eq!(some, all[4..]);
    let own = proto::UnnotifiedRequest { participant: "Ukraine".into(), treaty: String::new(), ..request.clone() };
    assert_eq!(unnotified(&story, own).await, [all[0].clone(), all[2].clone()]);
    let body = notification("C.N.1", &[&suspended], "2025-09-01");
    story.record(&format!("treaty/{OTTAWA}"), body).await;
    let now = |at: &str| proto::UnnotifiedRequest { at: at.into(), read_at: known(size + 1), ..request.clone() };
    let has = |acts: &[proto::UnnotifiedAct]| {
        acts.iter().any(|found| found.act.as_ref().unwrap().kind == "suspension_notified")
    };
    assert!(has(&unnotified(&story, now("2025-08-31")).await), "it came a day later");
    assert!(!has(&unnotified(&story, now("2025-09-01")).await));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_give_every_act_once_and_in_order() {
    let (story, _) = disputes().await;
    let size = story.size();
    let request = |page_size, page_token| proto::UnnotifiedRequest {
        at: "2026-01-01".into(),
        read_at: known(size),
        page_size,
        page_token,
        ..proto::UnnotifiedRequest::default()
    };
    let whole = unnotified(&story, request(100, String::new())).await;
    assert_eq!(whole.len(), 7);
    let disputed = contested(&story, "", "2026-01-01", size).await;
    // Entries that come between two pages change nothing of them.
    story.deposit(OTTAWA, "CHE", ConsentMode::Ratification, "1998-03-24").await;
    for page_size in 1..4 {
        let (mut acts, mut token) = (Vec::new(), String::new());
        loop {
            let page = story.client().unnotified(request(page_size, token)).await.unwrap().into_inner();
            assert!(page.acts.len() <= page_size as usize);
            acts.extend(page.acts);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(acts, whole, "{page_size} a page");
        let (mut acts, mut token) = (Vec::new(), String::new());
        loop {
            let request = proto::ContestedRequest {
                at: "2026-01-01".into(),
                read_at: known(size),
                page_size,
                page_token: token,
                ..proto::ContestedRequest::default()
            };
            let page = story.client().contested(request).await.unwrap().into_inner();
            acts.extend(page.acts);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(acts, disputed, "{page_size} a page");
    }
    let request = proto::ContestedRequest {
        participant: "Poland".into(),
        at: "2026-01-01".into(),
        read_at: known(size),
        ..proto::ContestedRequest::default()
    };
    let of_one = story.client().contested(request).await.unwrap().into_inner().acts;
    let own = |act: &&proto::ContestedAct| act.act.as_ref().unwrap().participant == "POL";
    assert_eq!(of_one, disputed.iter().filter(own).cloned().collect::<Vec<_>>());
    assert!(!of_one.is_empty());
    let at = position(disputed[1].act.as_ref().unwrap().event.as_ref());
    assert!(at < position(disputed[2].act.as_ref().unwrap().event.as_ref()), "by entry");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_with_the_field() {
    let story = Story::begin().await;
    let bad = |field: &str, value: &str| {
        let mut request = proto::ContestedRequest::default();
        match field {
            "treaty" => request.treaty = value.into(),
            "at" => request.at = value.into(),
            "view" => request.view = value.into(),
            _ => request.page_token = value.into(),
        }
        request
    };
    for token in ["garbage".to_owned(), "x".repeat(5_000)] {
        let list = proto::ListTreatiesRequest { page_token: token, ..Default::default() };
        let refused = story.client().list(list).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).1), (tonic::Code::InvalidArgument, "page_token".to_owned()));
    }
    for (field, value) in [("treaty", "untc:I-1"), ("at", "2026-02-30"), ("view", "mine"), ("page_token", "no slash")] {
        let refused = story.client().contested(bad(field, value)).await.unwrap_err();
        assert_eq!(reason(&refused).1, field, "{refused:?}");
    }
    for (request, field) in [
        (proto::UnnotifiedRequest { treaty: "untc:I-1".into(), ..Default::default() }, "treaty"),
        (proto::UnnotifiedRequest { participant: "XXX".into(), ..Default::default() }, "participant"),
        (proto::UnnotifiedRequest { at: "yesterday".into(), ..Default::default() }, "at"),
        (proto::UnnotifiedRequest { kinds: vec!["domestic_step_taken".into()], ..Default::default() }, "kinds"),
        (proto::UnnotifiedRequest { page_token: "no slash".into(), ..Default::default() }, "page_token"),
    ] {
        let refused = story.client().unnotified(request).await.unwrap_err();
        assert_eq!(reason(&refused).1, field, "{refused:?}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_no_field_takes_is_told_in_part_with_those_that_it_takes() {
    let story = Story::begin().await;
    let endless = || "x".repeat(60_000);
    let client = || story.client();
    let view = proto::ContestedRequest { view: endless(), ..Default::default() };
    let kinds = proto::UnnotifiedRequest { kinds: vec![endless()], ..Default::default() };
    let codes = proto::FindingsRequest { codes: vec![endless()], ..Default::default() };
    let statuses =
        proto::ListPartiesRequest { treaty: "APMBC".into(), statuses: vec![endless()], ..Default::default() };
    let states = proto::ObligationsRequest { participant: "UKR".into(), states: vec![endless()], ..Default::default() };
    let at = proto::ContestedRequest { at: endless(), ..Default::default() };
    let treaty = proto::GetTreatyRequest { treaty: endless(), ..Default::default() };
    let participant = proto::StandingRequest { participant: endless(), ..Default::default() };
    for (refused, field, known) in [
        (client().contested(view).await.unwrap_err(), "view", "depositary"),
        (client().unnotified(kinds).await.unwrap_err(), "kinds", "withdrawal_notified"),
        (client().findings(codes).await.unwrap_err(), "codes", "docs/findings.md"),
        (client().parties(statuses).await.unwrap_err(), "statuses", "former_party"),
        (client().obligations(states).await.unwrap_err(), "states", "stays_overdue"),
        (client().contested(at).await.unwrap_err(), "at", "YYYY-MM-DD"),
        (client().get(treaty).await.unwrap_err(), "treaty", "treaty list"),
        (client().standing(participant).await.unwrap_err(), "participant", "participant list"),
    ] {
        assert_eq!(reason(&refused).1, field, "{refused:?}");
        let told = refused.message();
        assert!(told.contains(known) && told.matches('x').count() < 200, "{told}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_is_none_is_refused_by_the_name_of_its_field() {
    let story = Story::begin().await;
    for (seconds, nanos) in [(-1, 0), (1_700_000_000, 1_000_000_000), (1_700_000_000, -1), (i64::MAX, 0)] {
        let time = prost_types::Timestamp { seconds, nanos };
        let known_at = Some(proto::read_at::KnownAt::Time(time));
        let read_at = Some(proto::ReadAt { minimum_size: 0, known_at });
        let no_time = |refused: tonic::Status, field: &str| {
            assert_eq!((refused.code(), reason(&refused).1.as_str()), (tonic::Code::InvalidArgument, field));
        };
        let request = proto::ContestedRequest { read_at, ..Default::default() };
        no_time(story.client().contested(request).await.unwrap_err(), "read_at.time");
        let request = proto::ChangesRequest { from: read_at, ..Default::default() };
        no_time(story.client().changes(request).await.unwrap_err(), "from.time");
        let replay = |from, to| proto::ReplayRequest { recorded_from: from, recorded_to: to, ..Default::default() };
        let audit = || AuditClient::connect(story.server());
        let refused = audit().await.unwrap().replay(replay(Some(time), None)).await.unwrap_err();
        no_time(refused, "recorded_from");
        let refused = audit().await.unwrap().replay(replay(None, Some(time))).await.unwrap_err();
        no_time(refused, "recorded_to");
    }
    story.audited().await;
}

const WITH_TIMES: &str = "untc:XXVI-6";

/// A treaty whose clauses set times for objections, with three parties one of which
/// suspends it.
async fn suspended() -> (Story, EventReference) {
    let story = Story::begin().await;
    let objection = Some(ObjectionClause { reservation_months: 12, claim_months: 3, article: "VCLT 65(2)".into() });
    let in_force = EntryIntoForceClause {
        mode: EntryIntoForceMode::SameDay,
        months: 6,
        days: 0,
        threshold: 1,
        article: "5".into(),
    };
    let body = TreatyRegistered {
        title: "A treaty with times".into(),
        short_names: vec!["TIMES".into()],
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(Clauses { objection, entry_into_force: Some(in_force), ..Clauses::default() }),
    };
    story.record(&format!("treaty/{WITH_TIMES}"), TreatyBody::TreatyRegistered(Box::new(body))).await;
    for (participant, deposited) in ALL {
        story.deposit(WITH_TIMES, participant, ConsentMode::Ratification, deposited).await;
    }
    let suspended = story.record(&under(WITH_TIMES, "UKR"), suspension()).await;
    (story, suspended)
}

const ALL: [(&str, &str); 3] = [("CHE", "1998-03-24"), ("POL", "2012-12-27"), ("UKR", "2005-12-27")];

fn table(as_at: &str) -> TreatyBody {
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
    let rows = ALL.iter().map(row).collect();
    TreatyBody::ParticipationTableStated(ParticipationTableStated { as_at: world(as_at), rows })
}

fn objections(at: &str, size: u64) -> proto::ObjectionsRequest {
    proto::ObjectionsRequest {
        treaty: "TIMES".into(),
        at: at.into(),
        read_at: known(size),
        ..proto::ObjectionsRequest::default()
    }
}

async fn objected(story: &Story, request: proto::ObjectionsRequest) -> Vec<proto::ObjectedAct> {
    let answer = story.client().objections(request).await.unwrap().into_inner();
    assert_eq!((answer.treaty.as_str(), answer.next_page_token.as_str()), (WITH_TIMES, ""));
    answer.acts
}

#[tokio::test(flavor = "multi_thread")]
async fn the_swiss_objection_is_in_time_under_both_ways_of_counting() {
    let (story, suspended) = suspended().await;
    story.record(&under(WITH_TIMES, "CHE"), objection(&suspended, "2025-10-17", "no suspension")).await;
    let size = story.size();
    let all = objected(&story, objections("2026-03-01", size)).await;
    let [found] = all.as_slice() else { panic!("{all:?}") };
    let ends: Vec<_> = found.times.iter().map(|time| time.window.as_ref().unwrap().ends.as_str()).collect();
    assert_eq!(ends, ["2025-10-18", "2025-10-21"]);
    let swiss = &found.objections[0];
    let in_time: Vec<_> = swiss.in_time().collect();
    assert_eq!(in_time, [proto::Timeliness::InTime; 2]);
    assert_eq!((swiss.participant_name.as_str(), swiss.grounds.as_str()), ("Switzerland", "no suspension"));
    for time in &found.times {
        assert!(time.over && !time.silence_known && time.silent.is_empty(), "{time:?}");
        assert!(time.sentence.starts_with("not known: no complete table at this date"), "{}", time.sentence);
    }
    story.record(&format!("treaty/{WITH_TIMES}"), table("2026-01-01")).await;
    let known_now = objected(&story, objections("2026-03-01", story.size())).await;
    for time in &known_now[0].times {
        let silent: Vec<_> = time.silent.iter().map(|who| (who.id.as_str(), who.name.as_str())).collect();
        assert_eq!(silent, [("POL", "Poland")], "all who could object are known, and one did not");
        assert_eq!(position(time.table.as_ref()), story.size() - 1);
    }
    assert_eq!(objected(&story, objections("2026-03-01", size)).await, all, "the table was not known then");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn objections_are_told_page_by_page_and_of_one_participant() {
    let (story, suspended) = suspended().await;
    story.record(&under(WITH_TIMES, "CHE"), objection(&suspended, "2025-10-17", "")).await;
    story.record(&under(WITH_TIMES, "POL"), notice("2025-08-20")).await;
    let size = story.size();
    let all = objected(&story, objections("2026-03-01", size)).await;
    let kinds: Vec<_> = all.iter().map(|found| found.act.as_ref().unwrap().kind.as_str()).collect();
    assert_eq!(kinds, ["suspension_notified", "withdrawal_notified"]);
    assert!(all[1].objections.is_empty());
    let first = proto::ObjectionsRequest { page_size: 1, ..objections("2026-03-01", size) };
    let page = story.client().objections(first.clone()).await.unwrap().into_inner();
    story.record(&under(WITH_TIMES, "LTU"), objection(&suspended, "2025-10-01", "")).await;
    let second = proto::ObjectionsRequest { page_token: page.next_page_token, ..first };
    let rest = story.client().objections(second).await.unwrap().into_inner();
    assert_eq!(([page.acts, rest.acts].concat(), rest.next_page_token.as_str()), (all.clone(), ""));
    for (participant, expected) in [("Switzerland", &all[..1]), ("UKR", &all[..1]), ("POL", &all[1..])] {
        let participant = participant.to_owned();
        let of_one = proto::ObjectionsRequest { participant, ..objections("2026-03-01", size) };
        assert_eq!(objected(&story, of_one).await, expected);
    }
    let now = story.size();
    for (participant, by, further) in [("CHE", &["CHE"][..], 1), ("LTU", &["LTU"], 1), ("UKR", &["LTU", "CHE"], 0)] {
        let participant = participant.to_owned();
        let of_one = objected(&story, proto::ObjectionsRequest { participant, ..objections("2026-03-01", now) }).await;
        let told: Vec<_> = of_one[0].objections.iter().map(|objection| objection.participant.as_str()).collect();
        assert_eq!((of_one.len(), told, of_one[0].further), (1, by.to_vec(), further), "by or against it");
    }
    for (request, field) in [
        (proto::ObjectionsRequest { treaty: "untc:I-1".into(), ..objections("", size) }, "treaty"),
        (proto::ObjectionsRequest { participant: "XXX".into(), ..objections("", size) }, "participant"),
        (objections("2026-02-30", size), "at"),
        (proto::ObjectionsRequest { page_token: "a b/c".into(), ..objections("", size) }, "page_token"),
    ] {
        let refused = story.client().objections(request).await.unwrap_err();
        assert_eq!(reason(&refused).1, field, "{refused:?}");
    }
    story.audited().await;
}
