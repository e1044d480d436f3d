//! Dates that are not known to the day, over the service: every answer tells the days
//! between which something came, and all of them tell the same.

use merestone::{domain::ConsentMode, wire::proto};

use crate::treaty_status::{OTTAWA, Story, notice, under};

/// Lithuania leaves on a day that nobody knows: its notice came in some month of 2025.
async fn leaving() -> Story {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "LTU", ConsentMode::Accession, "2003-05-12").await;
    story.record(&under(OTTAWA, "LTU"), notice("2025-06/2025-08")).await;
    story
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_the_days_between_which_an_open_day_lies() {
    let story = leaving().await;
    let answer = story.status(OTTAWA, "LTU", "2026-06-01", story.size()).await;
    let [outcome] = answer.outcomes.as_slice() else { panic!("{:#?}", answer.outcomes) };
    assert!(answer.complete && outcome.assuming.is_empty());
    let [interval] = outcome.intervals.as_slice() else { panic!("{:#?}", outcome.intervals) };
    let out = ("2025-12-01".to_owned(), "2026-02-28".to_owned());
    assert_eq!((interval.from.clone(), interval.from_latest.clone()), out);
    assert_eq!((outcome.effective.clone(), outcome.effective_latest.clone()), out);
    let drawn = answer.courses[0].spans.last().unwrap();
    assert_eq!((drawn.from.clone(), drawn.from_latest.clone()), out);
    let notice = outcome.steps.iter().find(|step| step.rule == "withdrawal_notice").unwrap();
    assert_eq!((&*notice.date, &*notice.date_latest), ("2025-06-01", "2025-08-31"));

    let read_at =
        Some(proto::ReadAt { minimum_size: story.size(), known_at: Some(proto::read_at::KnownAt::Size(story.size())) });
    let parties = proto::ListPartiesRequest {
        treaty: OTTAWA.into(),
        at: "2026-06-01".into(),
        read_at,
        ..proto::ListPartiesRequest::default()
    };
    let parties = story.client().parties(parties).await.unwrap().into_inner();
    let party = parties.parties.iter().find(|party| party.participant == "LTU").unwrap();
    assert_eq!((party.since.clone(), party.since_latest.clone()), out);
    assert!(!party.settled);

    let standing = proto::StandingRequest {
        participant: "LTU".into(),
        at: "2025-09-01".into(),
        read_at,
        ..proto::StandingRequest::default()
    };
    let standing = story.client().standing(standing).await.unwrap().into_inner();
    let found = &standing.standings[0];
    assert_eq!((found.effective.clone(), found.effective_latest.clone()), out);
    assert_eq!((found.bound_until.clone(), found.bound_until_latest.clone()), out);
    assert_eq!((&*found.withdrawal_notified, &*found.withdrawal_notified_latest), ("2025-06-01", "2025-08-31"));

    let upcoming = proto::UpcomingRequest {
        treaty: OTTAWA.into(),
        participant: "LTU".into(),
        at: "2025-09-01".into(),
        read_at,
        ..proto::UpcomingRequest::default()
    };
    let upcoming = story.client().upcoming(upcoming).await.unwrap().into_inner();
    let leaves: Vec<_> = upcoming.changes.iter().filter(|change| change.what == "withdrawal_effect").collect();
    let [leaves] = leaves.as_slice() else { panic!("{leaves:#?}") };
    assert_eq!((leaves.day.clone(), leaves.day_latest.clone()), out);
    story.audited().await;
}
