//! The timeline of one document: what cites it is found by its digest and by its symbol,
//! under every treaty, at any state of knowledge.

use merestone::{domain::*, wire::proto};

use crate::{
    support::reason,
    treaty_status::{OTTAWA, PROTOCOL, Story, drafted, under, world},
};

/// An act that cites documents: (digit of the digest, symbol).
fn citing(subject: &str, body: TreatyBody, documents: &[(u8, &str)]) -> Event {
    let mut event = drafted(subject, Body::Treaty(body));
    event.documents = documents
        .iter()
        .map(|(digit, symbol)| Document {
            sha256: DocumentDigest([*digit; 32]),
            size: 4711,
            media_type: "application/pdf".into(),
            language: "en".into(),
            title: "A note".into(),
            symbol: (*symbol).into(),
        })
        .collect();
    event
}

fn signed(day: &str) -> TreatyBody {
    let signature_type = SignatureType::Simple;
    TreatyBody::SignatureAffixed(SignatureAffixed { signed: world(day), place: "".into(), signature_type })
}

fn notified(reference: &str) -> TreatyBody {
    TreatyBody::DepositaryNotificationIssued(Box::new(DepositaryNotificationIssued {
        reference: reference.into(),
        issued: world("2001-03-04"),
        circulated: None,
        covers: Vec::new(),
        summary: "".into(),
    }))
}

async fn asked(
    story: &Story,
    document: proto::citing_request::Document,
    size: u64,
    at: &str,
    token: &str,
) -> Result<proto::CitingResponse, tonic::Status> {
    let read_at = proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) };
    let request = proto::CitingRequest {
        document: Some(document),
        at: at.into(),
        read_at: Some(read_at),
        page_size: 2,
        page_token: token.into(),
    };
    story.client().citing(request).await.map(tonic::Response::into_inner)
}

fn told(answer: &proto::CitingResponse) -> Vec<(String, String, String)> {
    let tell = |citing: &proto::CitingEvent| {
        let act = citing.act.clone().unwrap();
        (act.date, citing.treaty.clone(), act.participant)
    };
    answer.events.iter().map(tell).collect()
}

fn line(date: &str, treaty: &str, participant: &str) -> (String, String, String) {
    (date.into(), treaty.into(), participant.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_followed_through_all_treaties_by_digest_and_by_symbol() {
    use proto::citing_request::Document::{Sha256, Symbol};
    let story = Story::begin().await;
    let (one, other) = (OTTAWA, PROTOCOL);
    story.enter(citing(&under(one, "POL"), signed("2002-01-02"), &[(7, "C.N.1.2001"), (7, ""), (8, "")])).await;
    let before = story.size();
    story.enter(citing(&under(other, "POL"), signed("2000-05-06"), &[(7, "")])).await;
    story.enter(citing(&format!("treaty/{one}"), notified("C.N.1.2001"), &[])).await;
    story.enter(citing(&under(one, "UKR"), signed("2003-01-01"), &[(9, "C.N.2.2001")])).await;
    let size = story.size();

    let by_digest = asked(&story, Sha256(vec![7; 32].into()), size, "", "").await.unwrap();
    assert_eq!(told(&by_digest), [line("2000-05-06", other, "POL"), line("2002-01-02", one, "POL")]);
    assert_eq!(by_digest.next_page_token, "", "an act that cites it twice is told once");
    assert!(
        by_digest.events.iter().all(|citing| !citing.treaty_name.is_empty() && citing.participant_name == "Poland")
    );
    let by_symbol = asked(&story, Symbol("c.n.1.2001".into()), size, "", "").await.unwrap();
    assert_eq!(told(&by_symbol), [line("2001-03-04", one, ""), line("2002-01-02", one, "POL")]);

    let earlier = asked(&story, Sha256(vec![7; 32].into()), before, "", "").await.unwrap();
    assert_eq!(told(&earlier), [line("2002-01-02", one, "POL")], "as known before");
    let until = asked(&story, Sha256(vec![7; 32].into()), size, "2002-01-01", "").await.unwrap();
    assert_eq!(told(&until), [line("2000-05-06", other, "POL")], "up to a day");
    let notification = story.enter(citing(&format!("treaty/{one}"), notified("C.N.3.2001"), &[])).await;
    let restated = Restated { occurred: None, not_stated: Vec::new(), body: Body::Treaty(notified("C.N.4.2001")) };
    let corrected =
        EventCorrected { target: notification, reason: "misread".into(), restated: Some(Box::new(restated)) };
    story.enter(drafted(&format!("treaty/{one}"), Body::Shared(SharedBody::EventCorrected(corrected)))).await;
    let by_corrected = asked(&story, Symbol("C.N.4.2001".into()), story.size(), "", "").await.unwrap();
    assert_eq!(by_corrected.events.len(), 1, "the correction has the symbol that stands");
    let unknown = asked(&story, Sha256(vec![1; 32].into()), size, "", "").await.unwrap();
    assert_eq!(told(&unknown), []);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_in_the_order_of_a_timeline_and_bad_questions_are_refused() {
    use proto::citing_request::Document::{Sha256, Symbol};
    let story = Story::begin().await;
    for day in ["2003-01-01", "2001-01-01", "2002-01-01"] {
        story.enter(citing(&under(OTTAWA, "POL"), signed(day), &[(7, "")])).await;
    }
    let size = story.size();
    let document = || Sha256(vec![7; 32].into());
    let first = asked(&story, document(), size, "", "").await.unwrap();
    let rest = asked(&story, document(), size, "", &first.next_page_token).await.unwrap();
    let days: Vec<String> = told(&first).into_iter().chain(told(&rest)).map(|(day, _, _)| day).collect();
    assert_eq!(
        (days.as_slice(), &*rest.next_page_token),
        (&["2001-01-01", "2002-01-01", "2003-01-01"].map(str::to_owned)[..], "")
    );
    for (document, at, token, field) in [
        (Sha256(vec![7; 31].into()), "", "", "sha256"),
        (Symbol(String::new()), "", "", "document"),
        (document(), "2001-02-30", "", "at"),
        (document(), "", "garbage", "page_token"),
    ] {
        let refused = asked(&story, document, size, at, token).await.unwrap_err();
        assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{field}");
        assert_eq!(reason(&refused).1, field, "{refused:?}");
    }
    story.audited().await;
}
