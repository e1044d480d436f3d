//! What clients may take before anything is decided: connections, calls, streams,
//! bytes and time. One over a bound is refused by name or waits, and the others
//! are served.

use std::{future::poll_fn, time::Duration};

use http_body_util::channel::{Channel as SentBody, Sender};
use merestone::{
    authoring::SignedSubmission,
    domain::{Body as EventBody, MinefieldBody, Size},
    limits,
    server::Bounds,
    wire::proto::{self, ReplayRequest, audit_client::AuditClient, ledger_client::LedgerClient},
};
use prost::{Message, bytes::Bytes};
use tokio::{io::AsyncReadExt, net::TcpStream, task::JoinHandle};
use tonic::{
    Code, Status,
    body::Body,
    codegen::{Service, http},
    transport::Channel,
};
use tonic_types::StatusExt;

use crate::support::*;

fn plain(ledger: &TestLedger) -> SignedSubmission {
    ledger.sign(&ledger.recorder, vec![record_opened()])
}

/// A call whose body is sent by hand, byte by byte if need be; its refusal, if it
/// is refused.
async fn call_by_hand(channel: &Channel, path: &str) -> (Sender<Bytes, Status>, JoinHandle<Option<Status>>) {
    let (sender, body) = SentBody::<Bytes, Status>::new(4);
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(body))
        .unwrap();
    let mut channel = channel.clone();
    let answer = tokio::spawn(async move {
        poll_fn(|cx| Service::<http::Request<Body>>::poll_ready(&mut channel, cx)).await.unwrap();
        let response = channel.call(request).await.unwrap();
        Status::from_header_map(response.headers())
    });
    (sender, answer)
}

const SUBMIT: &str = "/merestone.v1.Ledger/Submit";

fn prefix(length: u32) -> Bytes {
    [&[0][..], &length.to_be_bytes()].concat().into()
}

fn assert_too_large(status: &Status) {
    assert_eq!((status.code(), reason(status)), (Code::InvalidArgument, too_large()), "{status:?}");
    let metadata = status.get_details_error_info().unwrap().metadata;
    assert_eq!(metadata["limit"], limits::MESSAGE_BYTES.to_string());
    assert!(status.message().contains("split the submission"), "{}", status.message());
}

fn too_large() -> (String, String) {
    ("SizeMustBeWithinLimit".into(), "request".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_message_is_refused_by_name_and_the_service_goes_on() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    let mut client = served.ledger();
    for bytes in [limits::MESSAGE_BYTES + 1, 64 * 1024 * 1024] {
        let huge = SignedSubmission { events: vec![vec![0; bytes].into()], ..plain(&ledger) };
        assert_too_large(&client.submit(request(&huge)).await.expect_err("too large"));
        let draft =
            proto::CheckRequest { envelope: huge.envelope.clone(), events: huge.events.clone(), before: Vec::new() };
        assert_too_large(&client.check(draft).await.expect_err("too large"));
        let on_stream = proto::SubmitStreamRequest { tag: 1, request: Some(request(&huge)) };
        let mut answers = client.submit_stream(tokio_stream::once(on_stream)).await.unwrap().into_inner();
        assert_too_large(&answers.message().await.expect_err("too large"));
        client.submit(request(&plain(&ledger))).await.expect("the service goes on");
    }
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_message_is_refused_before_it_arrives() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    for length in [limits::MESSAGE_BYTES as u32 + 1, 64 * 1024 * 1024, u32::MAX] {
        let (mut body, answer) = call_by_hand(&served.channel, SUBMIT).await;
        body.send_data(prefix(length)).await.unwrap();
        // Nothing more is sent, and the request is not ended: the length alone is refused.
        assert_too_large(&answer.await.unwrap().unwrap());
        drop(body);
    }
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_arrived_in_part_are_bounded_together() {
    let ledger = TestLedger::new().await;
    let bounds = Bounds { receiving_bytes: 1_000, ..Bounds::default() };
    let served = Served::start_within(bounds, &ledger.node).await;
    let (mut one, mut of_one) = call_by_hand(&served.channel, SUBMIT).await;
    let (mut other, mut of_other) = call_by_hand(&served.channel, SUBMIT).await;
    for body in [&mut one, &mut other] {
        body.send_data(prefix(900)).await.unwrap();
        body.send_data(vec![0; 600].into()).await.unwrap();
    }
    let (busy, mut held, of_held) = tokio::select! {
        busy = &mut of_one => (busy.unwrap().unwrap(), other, of_other),
        busy = &mut of_other => (busy.unwrap().unwrap(), one, of_one),
    };
    assert_eq!((busy.code(), reason(&busy).0.as_str()), (Code::ResourceExhausted, "Busy"));
    assert_eq!(retry_after(&busy), Some(limits::RETRY_AFTER));
    served.ledger().submit(request(&plain(&ledger))).await.expect("what arrives whole is served");
    held.send_data(vec![0; 300].into()).await.unwrap();
    drop(held);
    let no = of_held.await.unwrap().unwrap();
    let decoded = ("MessageMustDecode".to_owned(), "request".to_owned());
    assert_eq!((no.code(), reason(&no)), (Code::InvalidArgument, decoded), "it had its place to the end");
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_no_message_or_no_call_is_told_what_to_do() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    let (mut body, answer) = call_by_hand(&served.channel, SUBMIT).await;
    body.send_data([&prefix(3)[..], &[0xff, 0xff, 0xff]].concat().into()).await.unwrap();
    drop(body);
    let no = answer.await.unwrap().unwrap();
    assert_eq!((no.code(), reason(&no).0.as_str()), (Code::InvalidArgument, "MessageMustDecode"));
    assert!(no.message().contains("proto files"), "{}", no.message());
    let (body, answer) = call_by_hand(&served.channel, "/merestone.v1.Ledger/Forget").await;
    drop(body);
    let no = answer.await.unwrap().unwrap();
    assert_eq!((no.code(), reason(&no).0.as_str()), (Code::Unimplemented, "CallMustBeInContract"));
    // A later contract may have more fields around the signed bytes: they are passed over.
    let mut bytes = request(&plain(&ledger)).encode_to_vec();
    bytes.extend([0xf8, 0xff, 0xff, 0xff, 0x07, 1]);
    let (mut body, answer) = call_by_hand(&served.channel, SUBMIT).await;
    body.send_data([&prefix(bytes.len() as u32)[..], &bytes].concat().into()).await.unwrap();
    drop(body);
    assert!(answer.await.unwrap().is_none(), "it is no refusal");
    served.stop().await;
    assert_eq!(ledger.audited().await.entries, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_over_the_limit_waits_and_the_others_are_served() {
    let ledger = TestLedger::new().await;
    let bounds = Bounds { connections: 2, ..Bounds::default() };
    let served = Served::start_within(bounds, &ledger.node).await;
    let second = served.connect().await;
    let status = async |channel: &Channel| LedgerClient::new(channel.clone()).status(proto::StatusRequest {}).await;
    status(&second).await.expect("the second is served");
    status(&served.channel).await.expect("the first is served");
    let third = served.connect().await;
    let waiting = tokio::spawn(async move { LedgerClient::new(third).status(proto::StatusRequest {}).await });
    for channel in [&served.channel, &second].repeat(10) {
        status(channel).await.expect("the others are served");
    }
    assert!(!waiting.is_finished(), "one over the limit waits");
    drop(second);
    waiting.await.unwrap().expect("it is served when another ends");
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_never_speaks_gives_its_place_back_and_one_that_lives_keeps_it() {
    let ledger = TestLedger::new().await;
    let bounds = Bounds { connections: 2, silence: Duration::from_millis(1_500), ..Bounds::default() };
    let served = Served::start_within(bounds, &ledger.node).await;
    let follow = ReplayRequest { from: 2, follow: true, ..Default::default() };
    let mut following = served.audit().replay(follow).await.unwrap().into_inner();
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    let third = served.connect().await;
    let waiting = tokio::spawn(async move { LedgerClient::new(third).status(proto::StatusRequest {}).await });
    // The answer of the server that hangs up is what it sends at the beginning, then the end.
    let mut heard = Vec::new();
    let _reset_or_ended = silent.read_to_end(&mut heard).await;
    waiting.await.unwrap().expect("it has the place of the one that was silent");
    ledger.submit(&plain(&ledger)).await.unwrap();
    let entry = following.message().await.unwrap().expect("whoever answers pings is not silent");
    assert_eq!(entry.entries[0].index, 2);
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_over_the_limit_of_its_connection_waits_and_other_connections_are_served() {
    let ledger = TestLedger::new().await;
    let bounds = Bounds { calls_per_connection: 1, ..Bounds::default() };
    let served = Served::start_within(bounds, &ledger.node).await;
    let mut client = served.ledger();
    client.status(proto::StatusRequest {}).await.expect("by now it knows the limit");
    let follow = ReplayRequest { follow: true, ..Default::default() };
    let mut following = served.audit().replay(follow).await.unwrap().into_inner();
    following.message().await.unwrap().expect("the entries so far");
    let waiting = tokio::spawn(async move { client.status(proto::StatusRequest {}).await });
    let other = served.connect().await;
    for _ in 0..10 {
        LedgerClient::new(other.clone()).submit(request(&plain(&ledger))).await.expect("served");
    }
    assert!(!waiting.is_finished(), "one over the limit waits");
    drop(following);
    waiting.await.unwrap().expect("it is served when the other call ends");
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_over_the_limit_is_refused_until_another_ends_and_calls_are_served() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    let second = served.connect().await;
    let follow = || ReplayRequest { from: 2, follow: true, ..Default::default() };
    let mut open = Vec::new();
    for number in 0..limits::STREAMS {
        let channel = if number % 2 == 0 { &served.channel } else { &second };
        open.push(AuditClient::new(channel.clone()).replay(follow()).await.expect("there is room"));
    }
    let assert_busy = |busy: Status| {
        assert_eq!((busy.code(), reason(&busy).0.as_str()), (Code::ResourceExhausted, "Busy"));
        assert_eq!(retry_after(&busy), Some(limits::RETRY_AFTER));
    };
    assert_busy(served.audit().replay(follow()).await.expect_err("one too many"));
    assert_busy(served.ledger().submit_stream(tokio_stream::pending()).await.expect_err("one too many"));
    served.ledger().submit(request(&plain(&ledger))).await.expect("calls are served");
    drop(open.pop());
    // The service hears a moment later that the client hung up.
    while let Err(busy) = served.audit().replay(follow()).await {
        assert_busy(busy);
    }
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_over_the_limit_are_refused_and_the_connection_goes_on() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    let mut client = served.ledger();
    let mut status = tonic::Request::new(proto::StatusRequest {});
    status.metadata_mut().insert("padding", "x".repeat(2 * limits::HEADER_BYTES as usize).parse().unwrap());
    client.status(status).await.expect_err("too much of it");
    client.submit(request(&plain(&ledger))).await.expect("the service goes on");
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_never_ends_is_cut_off_and_the_others_are_served() {
    let ledger = TestLedger::new().await;
    let bounds = Bounds { answer_within: Duration::from_secs(1), ..Bounds::default() };
    let served = Served::start_within(bounds, &ledger.node).await;
    let (mut body, answer) = call_by_hand(&served.channel, SUBMIT).await;
    body.send_data(prefix(900)).await.unwrap();
    let no = answer.await.unwrap().unwrap();
    assert_eq!((no.code(), reason(&no).0.as_str()), (Code::DeadlineExceeded, "AnswerMustComeInTime"));
    assert!(no.message().contains("submit the same bytes again"), "{}", no.message());
    let follow = ReplayRequest { from: 2, follow: true, ..Default::default() };
    let mut following = served.audit().replay(follow).await.unwrap().into_inner();
    let (_body, answer) = call_by_hand(&served.channel, SUBMIT).await;
    assert_eq!(answer.await.unwrap().unwrap().code(), Code::DeadlineExceeded, "as long again has passed");
    ledger.submit(&plain(&ledger)).await.unwrap();
    following.message().await.unwrap().expect("a stream may last");
    served.stop().await;
    ledger.audited().await;
}

/// More than the windows and the chunks ahead can hold: 8 MiB of entries.
async fn fill_more_than_fits_under_way(ledger: &TestLedger) -> usize {
    let large = || {
        let mut event = record_opened();
        if let EventBody::Minefield(MinefieldBody::RecordOpened(record)) = &mut event.body {
            let text = "x".repeat(500);
            record.other_ids = (0..490).map(|number| format!("{text}{number}").into()).collect();
        }
        event
    };
    for _ in 0..4 {
        let signed = ledger.sign(&ledger.recorder, (0..8).map(|_| large()).collect());
        ledger.submit(&signed).await.unwrap();
    }
    2 + 4
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_waits_for_those_who_read_and_cuts_off_who_never_does() {
    for (grace, reads) in [(Duration::from_secs(3_600), true), (Duration::ZERO, false)] {
        let ledger = TestLedger::new().await;
        let all = fill_more_than_fits_under_way(&ledger).await;
        ledger.node.wait_for_models(Size(all as u64)).await.unwrap();
        let bounds = Bounds { shutdown_grace: grace, ..Bounds::default() };
        let served = Served::start_within(bounds, &ledger.node).await;
        let mut replay = served.audit().replay(ReplayRequest::default()).await.unwrap().into_inner();
        let mut heard = replay.message().await.unwrap().expect("the first chunk").entries.len();
        assert!(heard < all);
        let ended = served.begin_to_stop();
        if reads {
            while let Some(chunk) = replay.message().await.expect("nobody is cut off while time is left") {
                heard += chunk.entries.len();
            }
            assert_eq!(heard, all);
        }
        ended.await.unwrap().expect("it ends though one never reads");
        drop(replay);
        assert_eq!(ledger.audited().await.entries, all as u64);
    }
}

/// A record with four parts of 60 kB: an entry of almost the largest event.
fn bulky() -> merestone::domain::Event {
    use merestone::domain::{Part, PartContent, PartHolding, PartKind};
    let mut event = record_opened();
    event.parts = (1..=4)
        .map(|slot| {
            let text = PartContent::Remarks { text: "x".repeat(60_000).into(), language: "en".into() };
            Part { slot, kind: PartKind::Remarks, content: PartHolding::Open(text) }
        })
        .collect();
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn large_answers_that_nobody_takes_are_bounded_and_given_back() {
    let ledger = TestLedger::new().await;
    let large = ledger.sign(&ledger.recorder, (0..16).map(|_| bulky()).collect());
    let index = receipt(ledger.submit(&large).await.unwrap()).index.0;
    let served = Served::start(&ledger.node).await;
    let ask = || proto::GetEntryRequest { index };
    // A client that asks and asks and reads nothing: its windows hold a byte.
    let idle = Channel::from_shared(format!("http://{}", served.address))
        .unwrap()
        .initial_stream_window_size(1)
        .connect()
        .await
        .unwrap();
    let raw = |path: &'static str| {
        let message = ask().encode_to_vec();
        let body = [&prefix(message.len() as u32)[..], &message].concat();
        let request = http::Request::post(path).header("content-type", "application/grpc").header("te", "trailers");
        (idle.clone(), request.body(Body::new(http_body_util::Full::new(Bytes::from(body)))).unwrap())
    };
    let most = limits::ANSWER_BYTES / (16 * 4 * 60_000);
    let mut unread = Vec::new();
    for _ in 0..=most {
        let (mut channel, request) = raw("/merestone.v1.Audit/GetEntry");
        poll_fn(|cx| Service::<http::Request<Body>>::poll_ready(&mut channel, cx)).await.unwrap();
        unread.push(channel.call(request).await.unwrap());
    }
    let refused = unread.iter().filter(|answer| Status::from_header_map(answer.headers()).is_some()).count();
    assert!((1..=2).contains(&refused), "{refused} of {} are too many", unread.len());
    let busy = served.audit().get_entry(ask()).await.expect_err("the budget is taken");
    assert_eq!((busy.code(), reason(&busy).0.as_str()), (Code::ResourceExhausted, "Busy"));
    served.audit().get_entry(proto::GetEntryRequest { index: 0 }).await.expect("small answers are not counted");
    drop(unread);
    // What was given back is there once the transport has heard of it.
    let mut audit = served.audit().max_decoding_message_size(limits::MESSAGE_BYTES);
    while audit.get_entry(ask()).await.is_err() {
        tokio::task::yield_now().await;
    }
    served.stop().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replays_of_large_entries_that_nobody_reads_are_bounded_and_give_their_room_back() {
    let ledger = TestLedger::new().await;
    let large = ledger.sign(&ledger.recorder, (0..16).map(|_| bulky()).collect());
    let from = receipt(ledger.submit(&large).await.unwrap()).index.0;
    let served = Served::start(&ledger.node).await;
    let idle = Channel::from_shared(format!("http://{}", served.address)).unwrap().initial_stream_window_size(1);
    let mut idle = AuditClient::new(idle.connect().await.unwrap());
    let asked = || ReplayRequest { from, ..ReplayRequest::default() };
    let mut unread = Vec::new();
    for _ in 0..limits::REPLAY_AHEAD_BYTES / (16 * 4 * 60_000) + 8 {
        unread.push(idle.replay(asked()).await.expect("there is room for the stream"));
    }
    let founding = ReplayRequest { to: 1, ..ReplayRequest::default() };
    let mut usual = served.audit().replay(founding).await.expect("served").into_inner();
    assert!(usual.message().await.expect("served").is_some(), "usual chunks are not counted");
    let mut audit = served.audit().max_decoding_message_size(limits::MESSAGE_BYTES);
    let mut waiting = audit.replay(asked()).await.expect("a stream").into_inner();
    drop((unread, idle));
    let entries = waiting.message().await.expect("served in the end").expect("the large entry").entries;
    assert_eq!(entries.iter().map(|entry| entry.index).collect::<Vec<_>>(), [from]);
    served.stop().await;
    ledger.audited().await;
}
