//! Dates that are not known to the day, over the service: every answer tells the days
//! between which something came, and all of them tell the same.

use merestone::{domain::*, wire::proto};

use crate::treaty_status::{OTTAWA, Story, notice, under, world};

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

fn known(size: u64) -> Option<proto::ReadAt> {
    Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_differently_of_an_open_day_has_both_its_ends() {
    let story = leaving().await;
    let size = story.size();
    let request = proto::ChangesRequest {
        participant: "LTU".into(),
        at: "2026-06-01".into(),
        from: known(size - 1),
        read_at: known(size),
        ..proto::ChangesRequest::default()
    };
    let changes = story.client().changes(request).await.unwrap().into_inner().changes;
    let found = changes.into_iter().find_map(|change| match change.change {
        Some(proto::known_change::Change::Difference(found)) => Some(found),
        _ => None,
    });
    let found = found.unwrap();
    let [after] = found.statuses_after.as_slice() else { panic!("{found:#?}") };
    assert_eq!((&*after.effective, &*after.effective_latest), ("2025-12-01", "2026-02-28"));
    let [before] = found.statuses_before.as_slice() else { panic!("{found:#?}") };
    assert_eq!((&*before.status, &*before.effective_latest), ("party", ""));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_tells_every_status_with_its_days_and_what_may_lie_beside_it() {
    let story = leaving().await;
    story.deposit(OTTAWA, "UKR", ConsentMode::Accession, "2005-12").await;
    let suspended = SuspensionNotified {
        claimed_from: world("2025-07/2025-09"),
        received_by_depositary: world("2025-07-01"),
        circulated: world("2025-07-21"),
        claimed_until: "the end of the conflict".into(),
        grounds: vec![SuspensionGround::FundamentalChange],
        provisions: Vec::new(),
    };
    story.record(&under(OTTAWA, "UKR"), TreatyBody::SuspensionNotified(suspended)).await;
    let line = async |who: &str, at: &str| {
        let (treaty, at, read_at) = (OTTAWA.into(), at.into(), known(story.size()));
        let request = proto::ListPartiesRequest { treaty, at, read_at, ..proto::ListPartiesRequest::default() };
        let parties = story.client().parties(request.clone()).await.unwrap().into_inner().parties;
        let (participant, at) = (who.into(), request.at);
        let request = proto::StandingRequest { participant, at, read_at, ..proto::StandingRequest::default() };
        let standing = story.client().standing(request).await.unwrap().into_inner().standings.remove(0);
        let party = parties.into_iter().find(|party| party.participant == who).unwrap();
        assert_eq!(party.held, standing.held, "a line of a list says what the line of one State says");
        assert_eq!((party.suspension_asserted, party.complete), (standing.suspension_asserted, standing.complete));
        assert_eq!(party.suspension_uncertain, standing.suspension_uncertain);
        party
    };
    let may = line("LTU", "2026-01-15").await;
    assert_eq!(may.held.iter().map(|it| &it.status).collect::<Vec<_>>(), may.statuses.iter().collect::<Vec<_>>());
    let of = |status: &str| may.held.iter().find(|it| it.status == status).unwrap();
    let (pending, out) = (of("party_withdrawal_pending"), of("former_party"));
    assert!(may.held.len() == 2 && pending.bound && !out.bound);
    assert_eq!((&*pending.since, &*pending.since_latest), ("2025-07-16", "2025-08-31"));
    assert_eq!((&*out.since, &*out.since_latest, &*out.until), ("2025-12-01", "2026-01-15", ""));
    assert!(may.complete && !may.settled);
    for (at, asserted, uncertain) in
        [("2025-06-30", false, false), ("2025-08-15", true, true), ("2025-10-01", true, false)]
    {
        let party = line("UKR", at).await;
        assert_eq!((party.suspension_asserted, party.suspension_uncertain), (asserted, uncertain), "{at}");
    }
    for (at, in_table, uncertain) in
        [("2005-11-30", false, false), ("2005-12-15", true, true), ("2006-01-01", true, false)]
    {
        let (treaty, at, read_at) = (OTTAWA.to_owned(), at.to_owned(), known(story.size()));
        let request = proto::TableRequest { treaty, at, read_at, ..proto::TableRequest::default() };
        let lines = story.client().table(request).await.unwrap().into_inner().lines;
        let line = lines.iter().find(|line| line.participant == "UKR").unwrap();
        assert_eq!((line.in_table, line.in_table_uncertain), (in_table, uncertain));
    }
    story.audited().await;
}
