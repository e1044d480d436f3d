//! The deadlines of the shipped clauses, at the days that the public record names.

use super::*;

/// Deposit, article, and the last permitted day.
const DUE: [(&str, &str, &str, &str); 14] = [
    (APMBC, "2005-12-27", "4", "2010-06-01"),    // Ukraine
    (APMBC, "2005-12-27", "5(1)", "2016-06-01"), // Ukraine
    (APMBC, "2012-12-27", "4", "2017-06-01"),    // Poland
    (APMBC, "2012-12-27", "5(1)", "2023-06-01"), // Poland
    (APMBC, "2012-01-09", "4", "2016-07-01"),    // Finland
    (APMBC, "2012-01-09", "5(1)", "2022-07-01"), // Finland
    (APMBC, "2017-12-13", "7(1)", "2018-11-28"), // Sri Lanka: days, not months
    (APMBC, "2017-12-13", "7(2)", "2019-04-30"),
    (CCM, "2011-03-24", "3(2)", "2019-09-01"),
    (CCM, "2011-03-24", "4(1)(a)", "2021-09-01"),
    (CCM, "2011-03-24", "7(1)", "2012-02-28"),
    (CCM, "2011-03-24", "7(2)", "2012-04-30"),
    (CCM, "2010-02-16", "3(2)", "2018-08-01"),
    (CCM, "2010-02-16", "4(1)(a)", "2020-08-01"),
];

/// An extension: old and new last day, and what is remarked.
const EXTENDED: [(&str, &str, &str, &str, Option<&str>); 7] = [
    (APMBC, "5(1)", "2022-07-01", "2032-07-01", None),
    (APMBC, "5(1)", "2022-07-01", "2032-07-02", Some("extension_too_long")),
    (APMBC, "4", "2016-07-01", "2017-07-01", Some("extension_without_duty")),
    (CCM, "3(2)", "2020-07-01", "2024-07-01", None),
    (CCM, "3(2)", "2020-07-01", "2024-07-02", Some("extension_too_long")),
    (CCM, "4(1)(a)", "2022-07-01", "2027-07-01", None),
    (CCM, "4(1)(a)", "2022-07-01", "2027-07-02", Some("extension_too_long")),
];

fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("P{number:02}")).collect()
}

async fn duties(story: &Story, treaty: &str, participant: &str, at: &str) -> proto::TreatyDuties {
    let size = story.size();
    let request = proto::ObligationsRequest {
        participant: participant.into(),
        treaty: treaty.into(),
        at: at.into(),
        read_at: Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) }),
        view: String::new(),
        states: Vec::new(),
    };
    let mut answer = story.client().obligations(request).await.unwrap().into_inner();
    assert_eq!(answer.treaties.len(), 1, "{treaty}");
    answer.treaties.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duty_is_due_on_the_day_that_the_record_gives() {
    let story = story().await;
    let ids = numbered(DUE.len());
    participants(&story, ids.clone()).await;
    let rows = || ids.iter().zip(DUE);
    together(&story, rows().map(|(id, (treaty, day, ..))| deposit(treaty, id, day, &[])).collect()).await;
    for (id, (treaty, deposited, article, due)) in rows() {
        let found = duties(&story, treaty, id, "2019-06-01").await;
        let days: Vec<&str> = found.duties.iter().filter(|duty| duty.article == article).map(|it| &*it.due).collect();
        assert_eq!(days.first(), Some(&due), "{treaty} {article}, deposited {deposited}: {days:?}");
        assert!(found.clauses_name_duties);
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_report_of_a_successor_counts_from_the_succession() {
    let story = story().await;
    participants(&story, ["NEW", "OLD"].map(str::to_owned)).await;
    let body = SuccessionNotified {
        predecessor: "OLD".parse().unwrap(),
        succeeds_to: SuccessionTo::Consent,
        succeeded: world("2011-07-09"),
        received_by_depositary: world("2011-11-11"),
    };
    let succession = drafted(&under(APMBC, "NEW"), Body::Treaty(TreatyBody::SuccessionNotified(body)));
    together(&story, vec![deposit(APMBC, "OLD", "2003-10-13", &[]), succession]).await;
    let found = duties(&story, APMBC, "NEW", "2012-01-01").await;
    let due = |article: &str| found.duties.iter().find(|duty| duty.article == article).map(|duty| &*duty.due);
    assert_eq!((due("7(1)"), due("5(1)")), (Some("2012-01-05"), Some("2021-07-09")));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_adds_no_more_than_the_article_allows() {
    let story = story().await;
    let ids = numbered(EXTENDED.len());
    participants(&story, ids.clone()).await;
    let mut events = Vec::new();
    for (id, (treaty, article, old, new, _)) in ids.iter().zip(EXTENDED) {
        events.push(deposit(treaty, id, "2012-01-09", &[]));
        let body = DeadlineExtended {
            article: article.into(),
            outcome: ExtensionOutcome::Granted,
            decided: world("2015-12-04"),
            old_deadline: Some(old.parse().unwrap()),
            new_deadline: Some(new.parse().unwrap()),
            decided_by: "A meeting".into(),
            symbol: "".into(),
        };
        events.push(drafted(&under(treaty, id), Body::Treaty(TreatyBody::DeadlineExtended(Box::new(body)))));
    }
    together(&story, events).await;
    for (id, (treaty, article, _, new, remark)) in ids.iter().zip(EXTENDED) {
        let found = duties(&story, treaty, id, "2019-01-01").await;
        let codes: Vec<&str> = found.findings.iter().map(|finding| &*finding.code).collect();
        assert_eq!(codes, remark.into_iter().collect::<Vec<_>>(), "{treaty} {article} to {new}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_treaty_without_dated_duties_claims_none() {
    let story = story().await;
    participants(&story, ["ONE".to_owned()]).await;
    for treaty in [CCW, AP2, P5, ROME, SILENT] {
        together(&story, vec![deposit(treaty, "ONE", "2012-01-09", &[P1, P2])]).await;
        let found = duties(&story, treaty, "ONE", "2026-01-01").await;
        assert!(!found.clauses_name_duties && found.duties.is_empty(), "{treaty}: {:?}", found.duties);
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_after_a_withdrawal_is_told_in_the_words_of_the_clauses() {
    let story = story().await;
    participants(&story, ["ONE".to_owned()]).await;
    let treaties = [(APMBC, "20(4)"), (CCM, ""), (CCW, "9(5)"), (AP2, "9(5)"), (SILENT, "VCLT 70")];
    for (treaty, article) in treaties {
        let acts = vec![deposit(treaty, "ONE", "2012-01-09", &[P1, P2]), notice(treaty, "ONE", "2024-06-27", None)];
        together(&story, acts).await;
        let found = duties(&story, treaty, "ONE", "2026-01-01").await;
        assert!(found.continues.contains(article), "{treaty}: {:?}", found.continues);
        assert_eq!(found.continues.is_empty(), article.is_empty(), "{treaty}: {:?}", found.continues);
    }
    story.audited().await;
}
