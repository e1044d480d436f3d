//! However long what partners wrote is, every question about it is answered, to clients that
//! take no more than the 4 MiB that is usual; the story is audited at its end.

use merestone::{domain::*, limits, wire::proto};
use prost::Message;

use crate::{
    treaty_questions_acts::{objection, suspension},
    treaty_status::{OTTAWA, Story, drafted, instrument, under, world},
};

const CORRECTIONS: usize = 70;
const CONTESTS: usize = 10;
const DECLARATIONS: usize = 70;
/// Pages of one question that are looked at.
const PAGES: usize = 2;
/// Characters of two bytes each, of which a long text may have 64 KiB.
const LONG: usize = 30_000;

fn long(what: &str, nth: usize) -> Box<str> {
    format!("{what} {nth} {}", "\u{e9}".repeat(LONG)).into()
}

/// One participation of which everything is said at length, and often.
async fn told_at_length() -> Story {
    let story = Story::begin().await;
    let ukraine = under(OTTAWA, "UKR");
    let deposited = |day: usize| {
        let body = instrument(ConsentMode::Ratification, &format!("2005-{:02}-{:02}", 1 + day / 28, 1 + day % 28), &[]);
        Body::Treaty(TreatyBody::InstrumentDeposited(body))
    };
    let deposit = story.enter(drafted(&ukraine, deposited(0))).await;
    for nth in 0..CORRECTIONS {
        let restated = Restated { occurred: None, not_stated: Vec::new(), body: deposited(nth + 1) };
        let restated = Some(Box::new(Restated { occurred: restated.body.principal_date().cloned(), ..restated }));
        let body = EventCorrected { target: deposit.clone(), reason: long("corrected", nth), restated };
        story.enter(drafted(&ukraine, Body::Shared(SharedBody::EventCorrected(body)))).await;
    }
    let suspended = story.record(&ukraine, suspension()).await;
    for nth in 0..CONTESTS {
        for target in [&deposit, &suspended] {
            let (target, grounds) = (target.clone(), long("contested", nth));
            let body = EventContested { target, grounds, contested_by: "".into(), contested: world("2025-04-01") };
            story.enter(drafted(&ukraine, Body::Shared(SharedBody::EventContested(body)))).await;
        }
    }
    story.record(&under(OTTAWA, "CHE"), objection(&suspended, "2025-10-17", &long("objects", 0))).await;
    for nth in 0..DECLARATIONS {
        let body = DeclarationMade {
            declaration_type: DeclarationType::Other,
            made: world("2005-12-27"),
            article: "".into(),
            text: long("declared", nth),
            made_with: None,
            changes: None,
            territory: None,
            effective: None,
        };
        story.record(&ukraine, TreatyBody::DeclarationMade(Box::new(body))).await;
    }
    story
}

fn fits(what: &str, answer: &impl Message) {
    let bytes = answer.encoded_len();
    assert!(bytes <= limits::READ_ANSWER_BYTES, "{what}: {bytes}");
}

/// The first pages of an answer, each of which fits.
macro_rules! pages {
    ($story:expr, $call:ident, $request:expr) => {{
        let (mut pages, mut token, request) = (Vec::new(), String::new(), $request);
        loop {
            let asked = {
                let mut asked = request.clone();
                asked.page_token = token;
                asked
            };
            let page = $story.client().$call(asked).await.unwrap().into_inner();
            fits(stringify!($call), &page);
            token = page.next_page_token.clone();
            pages.push(page);
            if token.is_empty() || pages.len() == PAGES {
                break pages;
            }
        }
    }};
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_is_answered_however_long_the_texts_of_partners_are() {
    let story = told_at_length().await;
    let size = story.size();
    let (treaty, participant, at) = ("APMBC".to_owned(), "UKR".to_owned(), "2026-03-01".to_owned());
    let known = |size| Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) });

    let status = story.status(OTTAWA, "UKR", &at, size).await;
    fits("status", &status);
    let declared: Vec<&str> = status
        .overlays
        .iter()
        .filter_map(|overlay| match overlay.overlay.as_ref()? {
            proto::status_overlay::Overlay::Declaration(declared) => Some(declared.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(declared.len(), DECLARATIONS, "each is told");
    let newest = size - 1;
    let says = format!(
        "[in part: {} characters; entry {newest} has it whole]",
        long("declared", DECLARATIONS - 1).chars().count()
    );
    assert!(declared.iter().any(|text| text.ends_with(&says)), "{:?}", declared.last().map(|text| text.len()));
    assert!(status.outcomes.iter().flat_map(|it| &it.steps).any(|step| step.sentence.contains("[in part: ")));

    let timeline = proto::TimelineRequest {
        treaty: treaty.clone(),
        participant: participant.clone(),
        read_at: known(size),
        ..Default::default()
    };
    for page in pages!(story, timeline, timeline) {
        let cites =
            |act: &proto::Act| act.event.as_ref().is_some_and(|event| !event.id.is_empty() && event.body.is_some());
        assert!(!page.acts.is_empty() && page.acts.iter().all(cites), "each act as it was signed");
    }
    let changes = proto::ChangesRequest {
        treaty: treaty.clone(),
        from: known(12),
        read_at: known(size),
        at: at.clone(),
        ..Default::default()
    };
    pages!(story, changes, changes);
    let asked = proto::FindingsRequest { at: at.clone(), read_at: known(size), ..Default::default() };
    pages!(story, findings, asked);
    let asked = proto::ContestedRequest { at: at.clone(), read_at: known(size), ..Default::default() };
    let contested = pages!(story, contested, asked);
    let responses: usize = contested.iter().flat_map(|page| &page.acts).map(|act| act.responses.len()).sum();
    assert!(responses > 2 * CONTESTS, "{responses} responses are told");
    let asked = proto::ObjectionsRequest { treaty: treaty.clone(), at: at.clone(), ..Default::default() };
    pages!(story, objections, asked);
    let asked = proto::UnnotifiedRequest { at: at.clone(), ..Default::default() };
    pages!(story, unnotified, asked);
    let asked = proto::ListPartiesRequest { treaty: treaty.clone(), at: at.clone(), ..Default::default() };
    pages!(story, parties, asked);
    let asked = proto::UpcomingRequest { at: at.clone(), ..Default::default() };
    pages!(story, upcoming, asked);
    let asked = proto::OverdueRequest { at: at.clone(), ..Default::default() };
    pages!(story, overdue, asked);
    let asked = proto::TableRequest { treaty: treaty.clone(), at: at.clone(), ..Default::default() };
    pages!(story, table, asked);
    let asked = proto::ObligationsRequest { participant: participant.clone(), at: at.clone(), ..Default::default() };
    fits("obligations", &story.client().obligations(asked).await.unwrap().into_inner());
    let asked = proto::StandingRequest { participant, at, ..Default::default() };
    fits("standing", &story.client().standing(asked).await.unwrap().into_inner());
    let asked = proto::GetTreatyRequest { treaty, read_at: None };
    fits("get", &story.client().get(asked).await.unwrap().into_inner());
    story.audited().await;
}
