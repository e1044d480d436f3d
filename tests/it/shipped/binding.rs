//! When the shipped clauses bind, and when they let go.

use merestone::domain::ConflictType;

use super::*;

/// Deposits, and the day on which they bind. Rows with a name in the comment are of the
/// public record.
const BIND: [(&str, &str, &str); 32] = [
    (APMBC, "1998-10-08", "1999-04-01"), // Guinea
    (APMBC, "1999-01-26", "1999-07-01"), // Barbados: before the treaty was in force
    (APMBC, "1997-12-03", "1999-03-01"), // Canada: with the treaty
    (APMBC, "1999-04-30", "1999-10-01"), // Brazil: the last day of a month
    (APMBC, "2000-02-29", "2000-08-01"), // Albania: a leap day
    (APMBC, "2000-03-01", "2000-09-01"), // Botswana: the first day of a month
    (APMBC, "2003-05-12", "2003-11-01"), // Lithuania
    (APMBC, "2005-07-01", "2006-01-01"), // Latvia
    (APMBC, "2005-12-27", "2006-06-01"), // Ukraine
    (APMBC, "2012-12-27", "2013-06-01"), // Poland
    (APMBC, "2025-03-12", "2025-09-01"), // Marshall Islands
    (APMBC, "2025-06-25", "2025-12-01"), // Tonga
    (CCM, "2011-03-24", "2011-09-01"),   // Lithuania
    (CCM, "2010-02-16", "2010-08-01"),   // Burkina Faso, Moldova: numbers 29 and 30
    (CCM, "2008-12-03", "2010-08-01"),   // on the first day
    (CCW, "1995-03-24", "1995-09-24"),   // United States
    (CCW, "2001-05-09", "2001-11-09"),   // Republic of Korea
    (CCW, "1982-04-07", "1983-12-02"),   // China: with the treaty
    (AP2, "1998-04-03", "1998-12-03"),   // Finland: with the treaty
    (AP2, "1998-11-04", "1999-05-04"),   // China
    (AP2, "1999-05-24", "1999-11-24"),   // United States
    (AP2, "1999-09-02", "2000-03-02"),   // India
    (AP2, "2002-08-22", "2003-02-22"),   // Latvia
    (AP2, "2003-10-14", "2004-04-14"),   // Poland
    (AP2, "2005-03-02", "2005-09-02"),   // Russian Federation
    (AP2, "2002-08-30", "2003-02-28"),   // clamped to the end of the month
    (P1, "1999-01-31", "1999-07-31"),
    (P2, "1999-01-31", "1999-07-31"),
    (P3, "1999-01-31", "1999-07-31"),
    (P4, "1999-08-31", "2000-02-29"),
    (P5, "2010-08-31", "2011-02-28"),
    (SILENT, "2001-05-07", "2001-05-07"),
];

/// How many deposits bring each into force, the day of the last one, and the day of entry into force.
const THRESHOLDS: [(&str, usize, &str, &str); 9] = [
    (APMBC, 40, "1998-09-16", "1999-03-01"),
    (CCM, 30, "2010-02-16", "2010-08-01"),
    (AP2, 20, "1998-06-03", "1998-12-03"),
    (P1, 20, "1983-06-02", "1983-12-02"),
    (P2, 20, "1983-06-02", "1983-12-02"),
    (P3, 20, "1983-06-02", "1983-12-02"),
    (P4, 20, "1998-01-30", "1998-07-30"),
    (P5, 20, "2006-05-12", "2006-11-12"),
    // After its protocols: the instruments to it that name them count there, too.
    (CCW, 20, "1983-06-02", "1983-12-02"),
];

/// Receipt of a notice, a later date that it names, and the day of its effect.
const LEAVE: [(&str, &str, Option<&str>, &str); 16] = [
    (APMBC, "2025-06-27", None, "2025-12-27"), // Lithuania
    (APMBC, "2025-07-10", None, "2026-01-10"), // Finland
    (APMBC, "2025-08-20", None, "2026-02-20"), // Poland
    (APMBC, "2025-08-31", None, "2026-02-28"),
    (APMBC, "2025-06-27", Some("2027-01-01"), "2025-12-27"), // Article 20 knows no later date
    (CCM, "2024-09-06", None, "2025-03-06"),                 // Lithuania
    (CCW, "2024-08-31", None, "2025-08-31"),
    (P1, "2024-02-29", None, "2025-02-28"),
    (P2, "2024-02-29", None, "2025-02-28"),
    (P3, "2024-02-29", None, "2025-02-28"),
    (P4, "2024-02-29", None, "2025-02-28"),
    (AP2, "2024-02-29", None, "2025-02-28"),
    (P5, "2024-02-29", None, "2025-02-28"),
    (ROME, "2025-06-02", None, "2026-06-02"), // Hungary
    (ROME, "2025-06-02", Some("2026-12-31"), "2026-12-31"),
    (SILENT, "2025-06-02", None, "2026-06-02"),
];

use ConflictType::{International, NonInternational, Occupation};

/// A notice, a conflict since 2022 with its end, how it stands on the last day of the
/// notice, and when it is out.
type Deferral = (&'static str, &'static str, ConflictType, Option<&'static str>, &'static str, Option<&'static str>);

const DEFERRED: &str = "party_withdrawal_deferred_conflict";
const OUT: &str = "former_party";

/// How a participant stands before the end of the notice and after it. No clause says when
/// the Rome Statute binds, and no row states it, so there is nobody who could have been a party.
fn before_and_after(treaty: &str) -> (&'static str, &'static str) {
    if treaty == ROME { ("contracting", "non_participant") } else { ("party_withdrawal_pending", OUT) }
}

/// The day on which the last status of the course begins.
fn last_change(answer: &proto::TreatyStatusResponse) -> (&str, &str) {
    let span = answer.courses[0].spans.last().unwrap();
    (&span.status, &span.from)
}

const CONFLICTS: [Deferral; 14] = [
    (APMBC, "2025-07-18", International, None, DEFERRED, None),
    (APMBC, "2025-07-18", NonInternational, None, DEFERRED, None),
    (APMBC, "2025-07-18", International, Some("2027-03-05"), DEFERRED, Some("2027-03-05")),
    (APMBC, "2025-07-18", International, Some("2026-01-17"), OUT, Some("2026-01-18")),
    // Article 20 speaks of armed conflict alone, Article 9 of the CCW of occupation, too.
    (APMBC, "2025-07-18", Occupation, None, OUT, Some("2026-01-18")),
    (CCM, "2025-07-18", International, None, DEFERRED, None),
    (CCM, "2025-07-18", Occupation, None, OUT, Some("2026-01-18")),
    (CCW, "2025-01-18", International, None, DEFERRED, None),
    (CCW, "2025-01-18", Occupation, None, DEFERRED, None),
    (AP2, "2025-01-18", Occupation, None, DEFERRED, None),
    (P5, "2025-01-18", Occupation, Some("2027-03-05"), DEFERRED, Some("2027-03-05")),
    (CCW, "2025-01-18", International, Some("2026-01-17"), OUT, Some("2026-01-18")),
    (ROME, "2025-01-18", International, None, OUT, Some("2026-01-18")),
    (SILENT, "2025-01-18", International, None, OUT, Some("2026-01-18")),
];

fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("P{number:02}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_binds_on_the_day_that_the_record_gives() {
    let story = story().await;
    let ids = numbered(BIND.len());
    participants(&story, ids.clone()).await;
    let rows = || ids.iter().zip(BIND);
    together(&story, rows().map(|(id, (treaty, day, _))| deposit(treaty, id, day, &[P1, P2])).collect()).await;
    for (id, (treaty, deposited, bound)) in rows() {
        let answer = asked(&story, treaty, id, "2029-12-31").await;
        assert_eq!(begins(&answer, "party"), bound, "{treaty}, deposited {deposited}");
        assert_eq!(answer.outcomes[0].status, "party");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_deposits_as_the_article_says_bring_a_treaty_into_force() {
    let story = Story::without_treaties().await;
    register(&story).await;
    participants(&story, numbered(40)).await;
    for (treaty, threshold, last, _) in THRESHOLDS {
        // One before the threshold: two of them on the last day, as it happened under two treaties.
        let before = numbered(threshold).into_iter().enumerate().map(|(number, id)| {
            let day = if number + 2 < threshold { "1983-01-20" } else { last };
            deposit(treaty, &id, day, &[P1, P2])
        });
        let mut deposits: Vec<Event> = before.collect();
        let reaching = deposits.pop().unwrap();
        together(&story, deposits).await;
        let one_short = asked(&story, treaty, "P01", "2020-01-01").await;
        assert!(codes(&one_short).contains(&"treaty_in_force_unknown"), "{treaty}: {:?}", codes(&one_short));
        together(&story, vec![reaching]).await;
    }
    for (treaty, threshold, last, in_force) in THRESHOLDS {
        let answer = asked(&story, treaty, "P01", "2020-01-01").await;
        assert_eq!(begins(&answer, "party"), in_force, "{treaty}: number {threshold} on {last}");
        assert!(!codes(&answer).contains(&"treaty_in_force_unknown"), "{treaty}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_takes_effect_after_the_time_that_the_article_gives() {
    let story = story().await;
    let ids = numbered(LEAVE.len());
    participants(&story, ids.clone()).await;
    let rows = || ids.iter().zip(LEAVE);
    together(&story, rows().map(|(id, (treaty, ..))| deposit(treaty, id, "2012-01-09", &[])).collect()).await;
    together(&story, rows().map(|(id, (treaty, day, later, _))| notice(treaty, id, day, later)).collect()).await;
    for (id, (treaty, received, later, effect)) in rows() {
        let answer = asked(&story, treaty, id, effect).await;
        let row = format!("{treaty}, received {received}, later {later:?}");
        assert_eq!(last_change(&answer), (before_and_after(treaty).1, effect), "{row}");
        let without_basis = codes(&answer).contains(&"later_effect_without_basis");
        assert_eq!(without_basis, later.is_some() && treaty == APMBC, "{treaty}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_notice_lacks_what_the_article_asks_for() {
    let story = story().await;
    let asks_for_all = ["addressee_missing", "reasons_missing"];
    let treaties = [APMBC, CCM, CCW, AP2, P1, P5, ROME, SILENT];
    participants(&story, ["ONE".to_owned()]).await;
    together(&story, treaties.map(|treaty| deposit(treaty, "ONE", "2012-01-09", &[])).into()).await;
    together(&story, treaties.map(|treaty| notice(treaty, "ONE", "2029-06-02", None)).into()).await;
    for treaty in treaties {
        let answer = asked(&story, treaty, "ONE", "2029-06-03").await;
        let lacking = |code: &&str| matches!(*code, "addressee_missing" | "reasons_missing");
        let lacks: Vec<&str> = codes(&answer).into_iter().filter(lacking).collect();
        let expected: &[&str] = if treaty == APMBC || treaty == CCM { &asks_for_all } else { &[] };
        assert_eq!(lacks, expected, "{treaty}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_keeps_a_party_bound_where_the_article_says_so() {
    let story = story().await;
    let ids = numbered(CONFLICTS.len());
    participants(&story, ids.clone()).await;
    let rows = || ids.iter().zip(CONFLICTS);
    let mut events = Vec::new();
    for (id, (treaty, received, of, until, ..)) in rows() {
        events.push(deposit(treaty, id, "2012-01-09", &[]));
        events.push(notice(treaty, id, received, None));
        events.push(conflict(id, of, "2022-02-24", until));
    }
    together(&story, events).await;
    for (id, (treaty, _, of, until, status, out)) in rows() {
        let row = format!("{treaty}, {of:?} until {until:?}");
        let before = asked(&story, treaty, id, "2026-01-17").await;
        let (pending, gone) = before_and_after(treaty);
        assert_eq!(before.outcomes[0].status, pending, "{row}");
        let answer = asked(&story, treaty, id, "2026-01-18").await;
        assert_eq!(answer.outcomes[0].status, if status == OUT { gone } else { status }, "{row}");
        match out {
            Some(day) => assert_eq!(last_change(&answer), (gone, day), "{row}"),
            None => assert!(answer.courses[0].spans.iter().all(|span| span.status != OUT), "{row}"),
        }
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_denounces_the_convention_leaves_its_protocols_on_the_same_day() {
    let story = story().await;
    participants(&story, ["ALL", "ONE", "WAR"].map(str::to_owned)).await;
    let protocols = [P1, P2, P3, P4, AP2, P5];
    let mut events = Vec::new();
    for id in ["ALL", "ONE", "WAR"] {
        events.push(deposit(CCW, id, "2004-01-10", &protocols));
    }
    events.push(notice(CCW, "ALL", "2024-08-31", None));
    events.push(notice(AP2, "ONE", "2024-08-31", None));
    events.push(conflict("WAR", Occupation, "2022-02-24", Some("2026-05-09")));
    events.push(notice(CCW, "WAR", "2024-08-31", None));
    together(&story, events).await;
    for protocol in protocols {
        let bound = asked(&story, protocol, "ALL", "2025-08-30").await;
        assert_eq!(begins(&bound, "party"), "2004-07-10", "{protocol}: with the instrument to the Convention");
        assert!(bound.outcomes[0].bound, "{protocol}");
        assert_eq!(begins(&bound, OUT), "2025-08-31", "{protocol}");
        let deferred = asked(&story, protocol, "WAR", "2025-08-31").await;
        assert_eq!(deferred.outcomes[0].status, DEFERRED, "{protocol}");
        // The clauses ask for repatriation, too, which no event can state: the day is the earliest.
        let [released, waiting] = deferred.courses.as_slice() else { panic!("{:?}", deferred.courses) };
        let out = |course: &proto::StatusCourse| {
            course.spans.iter().find(|span| span.status == OUT).map(|span| span.from.clone())
        };
        assert_eq!((out(released).as_deref(), out(waiting)), (Some("2026-05-09"), None), "{protocol}");
        assert!(waiting.assuming.iter().all(|assuming| assuming.contains("repatriated")), "{protocol}");
        let one = asked(&story, protocol, "ONE", "2025-08-31").await;
        assert_eq!(one.outcomes[0].status == OUT, protocol == AP2, "{protocol}: only the one that is denounced");
    }
    assert_eq!(asked(&story, CCW, "ONE", "2025-08-31").await.outcomes[0].status, "party");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_instrument_to_the_convention_covers_two_protocols() {
    let story = story().await;
    participants(&story, ["ONE", "TWO"].map(str::to_owned)).await;
    let events = vec![deposit(CCW, "ONE", "2004-01-10", &[AP2]), deposit(CCW, "TWO", "2004-01-10", &[P1, AP2])];
    together(&story, events).await;
    for (id, expected) in [("ONE", true), ("TWO", false)] {
        let answer = asked(&story, CCW, id, "2026-01-01").await;
        let found = answer.findings.iter().find(|finding| finding.code == "needs_two_protocols");
        assert_eq!(found.map(|finding| finding.article.as_str()), expected.then_some("4(3)"), "{id}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_clause_expresses_is_not_guessed_and_can_be_stated() {
    let story = story().await;
    participants(&story, ["ONE".to_owned()]).await;
    together(&story, vec![deposit(ROME, "ONE", "2023-11-14", &[])]).await;
    let answer = asked(&story, ROME, "ONE", "2026-01-01").await;
    assert_eq!(answer.outcomes[0].status, "contracting");
    assert_eq!(codes(&answer), ["clause_missing"]);
    // Article 126: the 60th day is 13 January 2024.
    let body = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world("2024-02-01") };
    story.record(&under(ROME, "ONE"), TreatyBody::EffectStated(body)).await;
    together(&story, vec![notice(ROME, "ONE", "2025-06-02", None)]).await;
    let answer = asked(&story, ROME, "ONE", "2026-01-01").await;
    assert_eq!(answer.outcomes[0].status, "party_withdrawal_pending");
    assert_eq!((begins(&answer, "party"), begins(&answer, OUT)), ("2024-02-01".into(), "2026-06-02".into()));
    let size = story.size();
    let request = proto::ListPartiesRequest {
        treaty: ROME.into(),
        at: "2026-01-01".into(),
        read_at: Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) }),
        ..proto::ListPartiesRequest::default()
    };
    let parties = story.client().parties(request).await.unwrap().into_inner();
    let statuses: Vec<&str> = parties.parties.iter().flat_map(|party| &party.statuses).map(String::as_str).collect();
    assert_eq!(statuses, ["party_withdrawal_pending"], "a survey reads the same");
    story.audited().await;
}
