//! The read services over the network: as known now, at a size and at a time, page
//! by page, and after a size that is still to come.

use std::{sync::Arc, time::Duration};

use merestone::{
    checkpoint::Receipt,
    domain::*,
    limits,
    server::{Directory, Node},
    wire::{
        self,
        proto::{
            self, ReadAt, organisations_client::OrganisationsClient, read_at::KnownAt, treaties_client::TreatiesClient,
        },
    },
};
use tonic::{Code, transport::Channel};

use crate::support::*;

fn as_known(known_at: KnownAt) -> Option<ReadAt> {
    Some(ReadAt { minimum_size: 0, known_at: Some(known_at) })
}

/// The two ways to ask for the state of knowledge after an entry.
fn after(receipt: &Receipt) -> [Option<ReadAt>; 2] {
    let size = receipt.index.0 + 1;
    [as_known(KnownAt::Size(size)), as_known(KnownAt::Time(wire::timestamp(receipt.recorded_at)))]
}

/// And before it: for the time, a microsecond earlier.
fn before(receipt: &Receipt) -> [Option<ReadAt>; 2] {
    let earlier = RecordingTime(receipt.recorded_at.0 - 1);
    [as_known(KnownAt::Size(receipt.index.0)), as_known(KnownAt::Time(wire::timestamp(earlier)))]
}

async fn submitted(ledger: &TestLedger, author: &merestone::authoring::Post, events: Vec<Event>) -> Receipt {
    receipt(ledger.submit(&ledger.sign(author, events)).await.expect("it enters"))
}

pub fn treaty(number: usize) -> Event {
    let registered = TreatyRegistered {
        title: format!("Convention {number} on Open Water").into(),
        short_names: vec![format!("COW{number}").into()],
        adopted: Some("1997-09-18".parse().unwrap()),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: None,
    };
    let body = Body::Treaty(TreatyBody::TreatyRegistered(Box::new(registered)));
    sourced(event(&format!("treaty/untc:XX-{number}"), body))
}

pub fn participant(id: &str) -> Event {
    let registered = ParticipantRegistered {
        name: format!("State {id}").into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: Vec::new(),
        predecessors: Vec::new(),
    };
    sourced(event(&format!("participant/{id}"), Body::Treaty(TreatyBody::ParticipantRegistered(registered))))
}

pub fn signature(participant: &str, date: &str) -> Event {
    let affixed = SignatureAffixed {
        signed: Some(date.parse().unwrap()),
        place: "".into(),
        signature_type: SignatureType::Simple,
    };
    let subject = format!("participation/untc:XX-1/{participant}");
    sourced(event(&subject, Body::Treaty(TreatyBody::SignatureAffixed(affixed))))
}

fn sourced(mut event: Event) -> Event {
    event.source = Some(source(SourceClass::OwnAct));
    event
}

fn admission(organisation: &str) -> Event {
    let admitted = OrganisationAdmitted {
        name: "Another desk".into(),
        organisation_type: OrganisationType::Desk,
        country: "XX".parse().unwrap(),
    };
    event(&format!("organisation/{organisation}"), Body::Registry(RegistryBody::OrganisationAdmitted(admitted)))
}

#[tokio::test(flavor = "multi_thread")]
async fn treaties_are_listed_as_known_at_a_size_and_at_a_time_page_by_page() {
    let ledger = TestLedger::new().await;
    let first = submitted(&ledger, &ledger.recorder, vec![treaty(1), treaty(2)]).await;
    let later = submitted(&ledger, &ledger.recorder, (3..6).map(treaty).collect()).await;
    let served = Served::start(&ledger.node).await;
    let mut treaties = TreatiesClient::new(served.channel.clone());
    ledger.node.wait_for_models(Size(later.index.0 + 1)).await.unwrap();
    for (known, count) in [(before(&first), 0), (after(&first), 2), (before(&later), 2), (after(&later), 5)] {
        for read_at in known {
            let list = proto::ListTreatiesRequest { read_at, ..Default::default() };
            let answer = treaties.list(list).await.unwrap().into_inner();
            assert_eq!((answer.treaties.len(), answer.next_page_token.as_str()), (count, ""), "{read_at:?}");
            let held = if count == 5 { 4 } else { 2 + u64::from(count == 2) };
            assert_eq!(answer.holds_at.unwrap().size, held, "an answer says what it holds for");
        }
    }
    let (mut ids, mut page_token) = (Vec::new(), String::new());
    loop {
        let list = proto::ListTreatiesRequest { read_at: None, page_size: 2, page_token };
        let page = treaties.list(list).await.unwrap().into_inner();
        assert!((1..=2).contains(&page.treaties.len()));
        ids.extend(page.treaties.into_iter().map(|treaty| treaty.id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(ids, (1..6).map(|number| format!("untc:XX-{number}")).collect::<Vec<_>>());
    for page_token in ["garbage".to_owned(), "a".repeat(5_000), "\u{1f4a3}".repeat(5_000)] {
        let list = proto::ListTreatiesRequest { page_token: page_token.clone(), ..Default::default() };
        let participants = proto::ListParticipantsRequest { page_token: page_token.clone(), ..Default::default() };
        let timeline = proto::TimelineRequest { treaty: "COW1".into(), page_token, ..Default::default() };
        let refused = [
            treaties.list(list).await.expect_err("no token"),
            treaties.list_participants(participants).await.expect_err("no token"),
            treaties.timeline(timeline).await.expect_err("no token"),
        ];
        for no in refused {
            assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "page_token"), "{no:?}");
        }
    }
    for (name, told) in [("n".repeat(5_000), "\"nnnn"), (String::new(), "\"\"")] {
        let get = proto::GetTreatyRequest { treaty: name, read_at: None };
        let no = treaties.get(get).await.expect_err("there is none");
        assert!(no.code() == Code::NotFound && no.message().contains(told), "{no:?}");
    }
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_has_the_acts_that_were_known_in_the_order_of_the_world() {
    let ledger = TestLedger::new().await;
    submitted(&ledger, &ledger.recorder, vec![treaty(1), participant("AAA"), participant("BBB")]).await;
    let first = submitted(&ledger, &ledger.recorder, vec![signature("AAA", "1999-03-01")]).await;
    let late = submitted(&ledger, &ledger.recorder, vec![signature("BBB", "1998-03-01")]).await;
    ledger.node.wait_for_models(Size(late.index.0 + 1)).await.unwrap();
    let served = Served::start(&ledger.node).await;
    let mut treaties = TreatiesClient::new(served.channel.clone());
    let registered = ("1997-09-18", "");
    let (aaa, bbb) = (("1999-03-01", "AAA"), ("1998-03-01", "BBB"));
    for (known, acts) in [
        (before(&first), vec![registered]),
        (after(&first), vec![registered, aaa]),
        (before(&late), vec![registered, aaa]),
        (after(&late), vec![registered, bbb, aaa]),
    ] {
        for read_at in known {
            assert_eq!(timeline(&mut treaties, "COW1", "", read_at, 0).await, owned(&acts), "{read_at:?}");
            assert_eq!(timeline(&mut treaties, "untc:XX-1", "", read_at, 1).await, owned(&acts), "page by page");
        }
    }
    assert_eq!(timeline(&mut treaties, "COW1", "State AAA", None, 0).await, owned(&[aaa]));
    for (treaty, participant, field) in [("COW9", "", "treaty"), ("COW1", "CCC", "participant")] {
        let (treaty, participant) = (treaty.to_owned(), participant.to_owned());
        let ask = proto::TimelineRequest { treaty, participant, ..Default::default() };
        let no = treaties.timeline(ask).await.expect_err("there is none");
        assert_eq!((no.code(), reason(&no)), (Code::NotFound, ("NotFound".into(), field.into())));
    }
    let page_token = "no token".to_owned();
    let ask = proto::TimelineRequest { treaty: "COW1".into(), page_token, ..Default::default() };
    let no = treaties.timeline(ask).await.expect_err("no token");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "page_token"));
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_bulky_acts_ends_early_and_none_is_lost() {
    let ledger = TestLedger::new().await;
    submitted(&ledger, &ledger.recorder, vec![treaty(1), participant("AAA")]).await;
    let bulky = |number: usize| {
        let mut event = signature("AAA", &format!("{}-03-01", 1900 + number));
        let text = PartContent::Remarks { text: "x".repeat(60_000).into(), language: "en".into() };
        event.parts.push(Part { slot: 1, kind: PartKind::Remarks, content: PartHolding::Open(text) });
        event
    };
    submitted(&ledger, &ledger.recorder, (0..50).map(bulky).collect()).await;
    let last = submitted(&ledger, &ledger.recorder, (50..100).map(bulky).collect()).await;
    ledger.node.wait_for_models(Size(last.index.0 + 1)).await.unwrap();
    let served = Served::start(&ledger.node).await;
    // A client that takes 4 MiB, as most do: all acts together would be 6 MB.
    let mut treaties = TreatiesClient::new(served.channel.clone());
    let acts = timeline(&mut treaties, "COW1", "AAA", None, 1_000).await;
    let dates: Vec<_> = (0..100).map(|number| format!("{}-03-01", 1900 + number)).collect();
    assert_eq!(acts.into_iter().map(|(date, _)| date).collect::<Vec<_>>(), dates);
    served.stop().await;
    ledger.audited().await;
}

fn owned(acts: &[(&str, &str)]) -> Vec<(String, String)> {
    acts.iter().map(|(date, participant)| ((*date).to_owned(), (*participant).to_owned())).collect()
}

/// Date and participant of each act, of all pages.
async fn timeline(
    treaties: &mut TreatiesClient<Channel>,
    treaty: &str,
    participant: &str,
    read_at: Option<ReadAt>,
    page_size: u32,
) -> Vec<(String, String)> {
    let mut acts = Vec::new();
    let mut page_token = String::new();
    loop {
        let (treaty, participant) = (treaty.to_owned(), participant.to_owned());
        let ask = proto::TimelineRequest { treaty, participant, read_at, page_size, page_token, ..Default::default() };
        let page = treaties.timeline(ask).await.unwrap().into_inner();
        acts.extend(page.acts.into_iter().map(|act| (act.date, act.participant)));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return acts;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_are_read_as_known_at_a_size_and_at_a_time() {
    let ledger = TestLedger::new().await;
    let admitted = submitted(&ledger, &ledger.registrar, vec![admission("another-desk")]).await;
    ledger.node.wait_for_models(Size(admitted.index.0 + 1)).await.unwrap();
    let served = Served::start(&ledger.node).await;
    let mut organisations = OrganisationsClient::new(served.channel.clone());
    for (known, count) in [(before(&admitted), 2), (after(&admitted), 3)] {
        for read_at in known {
            let list = proto::ListOrganisationsRequest { read_at, ..Default::default() };
            let answer = organisations.list(list).await.unwrap().into_inner();
            assert_eq!(answer.organisations.len(), count, "{read_at:?}");
            let get = proto::GetOrganisationRequest { id: "another-desk".into(), read_at };
            match organisations.get(get).await {
                Ok(found) => assert_eq!((found.into_inner().organisation.unwrap().admitted_index, count), (2, 3)),
                Err(no) => assert_eq!((no.code(), count), (Code::NotFound, 2)),
            }
        }
    }
    let long_ago = as_known(KnownAt::Time(prost_types::Timestamp { seconds: 1, nanos: 0 }));
    let list = proto::ListOrganisationsRequest { read_at: long_ago, ..Default::default() };
    let answer = organisations.list(list).await.unwrap().into_inner();
    assert_eq!((answer.organisations.len(), answer.holds_at.unwrap().size), (0, 0), "before the founding");
    let never = as_known(KnownAt::Time(prost_types::Timestamp { seconds: -1, nanos: 0 }));
    let list = proto::ListOrganisationsRequest { read_at: never, ..Default::default() };
    let no = organisations.list(list).await.expect_err("before 1970");
    assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "read_at.time"));
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_waits_for_its_size_and_answers_as_soon_as_it_is_there() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    let list = |minimum_size| proto::ListOrganisationsRequest {
        read_at: Some(ReadAt { minimum_size, known_at: None }),
        ..Default::default()
    };
    let mut organisations = OrganisationsClient::new(served.channel.clone());
    let waiting = tokio::spawn({
        let mut organisations = organisations.clone();
        async move { organisations.list(list(3)).await }
    });
    organisations.list(list(2)).await.expect("what is there is answered at once");
    assert!(!waiting.is_finished());
    submitted(&ledger, &ledger.registrar, vec![admission("another-desk")]).await;
    let answer = waiting.await.unwrap().expect("it is there now").into_inner();
    assert_eq!((answer.organisations.len(), answer.holds_at.unwrap().size), (3, 3), "its own write is read");
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_whose_size_does_not_come_in_time_says_so() {
    let ledger = TestLedger::new().await;
    stop(&ledger.node).await;
    let TestLedger { dir, node, id, .. } = ledger;
    drop(node);
    let (parts, _) = Directory::new(dir.path()).open(&settings(dir.path()), &mut |_, _| {}).expect("opened");
    let node: Arc<Node> = Node::start_with_wait(parts, Duration::ZERO).expect("started");
    node.model_positions().wait_for(|position| position.size == Size(2)).await.unwrap();
    let served = Served::start(&node).await;
    let read_at = Some(ReadAt { minimum_size: 3, known_at: None });
    let mut treaties = TreatiesClient::new(served.channel.clone());
    let list = proto::ListTreatiesRequest { read_at, ..Default::default() };
    let no = treaties.list(list).await.expect_err("nobody submits");
    let field = ("SizeMustBeReached".to_owned(), "read_at.minimum_size".to_owned());
    assert_eq!((no.code(), reason(&no)), (Code::DeadlineExceeded, field));
    assert!(no.message().contains("hold 2 entries") && no.message().contains('3'), "{}", no.message());
    let read_at = Some(ReadAt { minimum_size: 2, known_at: None });
    let list = proto::ListTreatiesRequest { read_at, ..Default::default() };
    treaties.list(list).await.expect("what is there is answered");
    assert_eq!(limits::MINIMUM_SIZE_WAIT, Duration::from_secs(5), "what an operator's clients meet");
    served.stop().await;
    drop(node);
    assert_eq!(audit(dir.path(), id).entries, 2);
}
