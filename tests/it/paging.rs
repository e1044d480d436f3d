//! Page tokens over the network: bound to the question that they came from, good for
//! it at the size of its first page, over a restart, too.

use merestone::{
    domain::*,
    wire::{
        self,
        proto::{self, ReadAt, read_at::KnownAt, treaties_client::TreatiesClient},
    },
};
use prost::{
    Message,
    bytes::{Buf, BufMut, Bytes},
};
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use tonic::{
    Code, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::http::uri::PathAndQuery,
    transport::Channel,
};

use crate::{
    reads::{participant, signature, treaty},
    support::*,
};

/// Messages as the bytes that they are: any call of the contract by its name.
#[derive(Clone, Copy, Default)]
struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(item);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

fn calls_with_pages() -> Vec<MethodDescriptor> {
    let services = wire::descriptors().services().filter(|service| service.package_name() == "merestone.v1");
    let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
    methods.filter(|method| method.input().get_field_by_name("page_token").is_some()).collect()
}

async fn ask(channel: &Channel, call: &MethodDescriptor, page_token: &str) -> Result<Bytes, Status> {
    let mut request = DynamicMessage::new(call.input());
    request.set_field_by_name("page_token", Value::String(page_token.into()));
    let path = format!("/{}/{}", call.parent_service().full_name(), call.name());
    let mut grpc = Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let request = tonic::Request::new(request.encode_to_vec().into());
    Ok(grpc.unary(request, path.parse::<PathAndQuery>().unwrap(), Plain).await?.into_inner())
}

/// Three treaties, and three that signed the first.
async fn some_acts() -> TestLedger {
    let ledger = TestLedger::new().await;
    let states = ["AAA", "BBB", "CCC"];
    let events = (1..4).map(treaty).chain(states.map(participant)).chain(states.map(signed)).collect();
    enter(&ledger, events).await;
    ledger
}

fn signed(participant: &str) -> Event {
    signature(participant, "1999-03-01")
}

async fn enter(ledger: &TestLedger, events: Vec<Event>) {
    ledger.submit(&ledger.sign(&ledger.recorder, events)).await.unwrap();
    let size = ledger.node.sequencer().published().head.tree.size;
    ledger.node.wait_for_models(size).await.unwrap();
}

fn parties() -> proto::ListPartiesRequest {
    proto::ListPartiesRequest { treaty: "COW1".into(), page_size: 1, ..proto::ListPartiesRequest::default() }
}

fn known(known_at: KnownAt) -> Option<ReadAt> {
    Some(ReadAt { minimum_size: 0, known_at: Some(known_at) })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_takes_a_token_of_another_one() {
    let ledger = some_acts().await;
    let served = Served::start(&ledger.node).await;
    let treaties = proto::ListTreatiesRequest { page_size: 1, ..proto::ListTreatiesRequest::default() };
    let page = TreatiesClient::new(served.channel.clone()).list(treaties).await.unwrap().into_inner();
    let calls = calls_with_pages();
    assert!(calls.len() >= 18, "{}", calls.len());
    for call in &calls {
        let answer = ask(&served.channel, call, &page.next_page_token).await;
        if (call.parent_service().name(), call.name()) == ("Treaties", "List") {
            let next = proto::ListTreatiesResponse::decode(answer.unwrap()).unwrap();
            assert_eq!(next.treaties[0].id, "untc:XX-2", "its own call goes on");
            continue;
        }
        let no = answer.expect_err(call.full_name());
        assert_eq!((no.code(), reason(&no)), (Code::InvalidArgument, ("FieldMustBeValid".into(), "page_token".into())));
        assert!(no.message().contains("another question"), "{}: {no:?}", call.full_name());
        let no = ask(&served.channel, call, "garbage").await.expect_err(call.full_name());
        assert!(reason(&no).1 == "page_token" && no.message().contains("no token of this ledger"), "{no:?}");
    }
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_for_its_question_only() {
    let ledger = some_acts().await;
    let served = Served::start(&ledger.node).await;
    let mut client = TreatiesClient::new(served.channel.clone());
    let first = client.parties(parties()).await.unwrap().into_inner();
    let (size, page_token) = (first.holds_at.unwrap().size, first.next_page_token);
    let next = proto::ListPartiesRequest { page_token, ..parties() };
    let resolved = proto::ListPartiesRequest {
        at: first.at.clone(),
        read_at: known(KnownAt::Size(size)),
        page_size: 2,
        ..next.clone()
    };
    for good in [next.clone(), resolved.clone()] {
        let page = client.parties(good).await.unwrap().into_inner();
        assert_eq!(page.parties[0].participant, "BBB");
    }
    for other in [
        proto::ListPartiesRequest { treaty: "COW2".into(), ..next.clone() },
        proto::ListPartiesRequest { treaty: "untc:XX-1".into(), ..next.clone() },
        proto::ListPartiesRequest { at: "2001-01-01".into(), ..next.clone() },
        proto::ListPartiesRequest { view: "all".into(), ..next.clone() },
        proto::ListPartiesRequest { statuses: vec!["signatory".into()], ..next.clone() },
        proto::ListPartiesRequest { read_at: known(KnownAt::Size(size - 1)), ..next.clone() },
        proto::ListPartiesRequest {
            read_at: known(KnownAt::Time(prost_types::Timestamp { seconds: 1, nanos: 0 })),
            ..next.clone()
        },
    ] {
        let no = client.parties(other.clone()).await.expect_err(&format!("{other:?}"));
        assert_eq!((no.code(), reason(&no).1.as_str()), (Code::InvalidArgument, "page_token"), "{other:?}");
    }
    // A question of one day, as known then, is not one of whatever day is the newest.
    let page = client.parties(proto::ListPartiesRequest { page_token: String::new(), page_size: 1, ..resolved });
    let page_token = page.await.unwrap().into_inner().next_page_token;
    let no = client.parties(proto::ListPartiesRequest { page_token, ..parties() }).await.unwrap_err();
    assert_eq!(reason(&no).1, "page_token");
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn later_pages_hold_for_the_first_over_growth_and_restart() {
    let ledger = some_acts().await;
    let served = Served::start(&ledger.node).await;
    let first = TreatiesClient::new(served.channel.clone()).parties(parties()).await.unwrap().into_inner();
    served.stop().await;
    let ledger = ledger.restart().await;
    enter(&ledger, vec![participant("ABA"), signed("ABA")]).await;
    let served = Served::start(&ledger.node).await;
    let mut client = TreatiesClient::new(served.channel.clone());
    let (mut told, mut page_token) = (vec![first.parties[0].participant.clone()], first.next_page_token);
    while !page_token.is_empty() {
        let page = client.parties(proto::ListPartiesRequest { page_token, ..parties() }).await.unwrap().into_inner();
        assert_eq!((&page.holds_at, &page.at), (&first.holds_at, &first.at));
        told.extend(page.parties.into_iter().map(|party| party.participant));
        page_token = page.next_page_token;
    }
    assert_eq!(told, ["AAA", "BBB", "CCC"], "as known when the first page was told");
    let of_now = client.parties(proto::ListPartiesRequest { page_size: 9, ..parties() }).await.unwrap().into_inner();
    assert_eq!(of_now.parties.len(), 4);
    served.stop().await;
    ledger.audited().await;
}
