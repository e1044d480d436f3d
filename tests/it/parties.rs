//! Who is a party, and how many, over the real service, each story audited at its end.

use merestone::{
    bench::treaties::{Extent, Seeded, Stages, participant, treaty},
    domain::*,
    wire::proto,
};

use crate::{
    support::reason,
    treaty_status::{OTTAWA, Story, notice, under, world},
};

const NAMES: [&str; 3] = ["CHE", "LTU", "POL"];

/// Three that joined the treaty, one of which leaves.
async fn three() -> Story {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "LTU", ConsentMode::Ratification, "2003-05-12").await;
    story.deposit(OTTAWA, "POL", ConsentMode::Ratification, "2012-12-27").await;
    story.deposit(OTTAWA, "CHE", ConsentMode::Accession, "1998-03-24").await;
    story.record(&under(OTTAWA, "LTU"), notice("2025-06-27")).await;
    story
}

fn asked(at: &str, size: u64) -> proto::ListPartiesRequest {
    let read_at = proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) };
    proto::ListPartiesRequest {
        treaty: "APMBC".into(),
        at: at.into(),
        read_at: Some(read_at),
        ..proto::ListPartiesRequest::default()
    }
}

async fn parties(story: &Story, request: proto::ListPartiesRequest) -> proto::ListPartiesResponse {
    story.client().parties(request).await.unwrap().into_inner()
}

fn lines(answer: &proto::ListPartiesResponse) -> Vec<(&str, &str)> {
    let lines = answer.parties.iter().map(|party| (party.participant.as_str(), party.statuses[0].as_str()));
    lines.collect()
}

fn count<'a>(answer: &'a proto::ListPartiesResponse, definition: &str) -> &'a proto::PartyCount {
    answer.counts.iter().find(|count| count.definition == definition).unwrap()
}

fn word(answer: &proto::ListPartiesResponse) -> &str {
    &answer.coverage.as_ref().unwrap().word
}

pub fn table(as_at: &str, rows: &[(&str, &str, ConsentMode, bool)]) -> TreatyBody {
    let row = |(participant, deposited, mode, withdrawn): &(&str, &str, ConsentMode, bool)| ParticipationRow {
        name: format!("The {participant}").into(),
        participant: participant.parse().unwrap(),
        signed: None,
        deposited: world(deposited),
        mode: Some(*mode),
        withdrawn: *withdrawn,
        succession: false,
        footnotes: Vec::new(),
    };
    let rows = rows.iter().map(row).collect();
    TreatyBody::ParticipationTableStated(ParticipationTableStated { as_at: world(as_at), rows })
}

#[tokio::test(flavor = "multi_thread")]
async fn parties_are_listed_page_by_page_as_known_at_any_size() {
    let story = three().await;
    let size = story.size();
    let whole = parties(&story, asked("2025-12-26", size)).await;
    let expected = [("CHE", "party"), ("LTU", "party_withdrawal_pending"), ("POL", "party")];
    assert_eq!(lines(&whole), expected);
    let leaving = &whole.parties[1];
    assert_eq!((leaving.participant_name.as_str(), leaving.until.as_str()), ("Lithuania", "2025-12-27"));
    assert_eq!((leaving.deposited.as_str(), leaving.mode()), ("2003-05-12", proto::ConsentMode::Ratification));
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let page_token = std::mem::take(&mut token);
        let request = proto::ListPartiesRequest { page_size: 1, page_token, ..asked("2025-12-26", size) };
        let page = parties(&story, request).await;
        assert_eq!((page.parties.len(), &page.counts), (1, &whole.counts), "counts are of all, on every page");
        names.push(page.parties[0].participant.clone());
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
    }
    assert_eq!(names, NAMES);
    let before = parties(&story, asked("2025-12-27", size - 1)).await;
    assert_eq!(lines(&before)[1], ("LTU", "party"), "the notice was not known then");
    assert_eq!(lines(&parties(&story, asked("2025-12-27", size)).await)[1], ("LTU", "former_party"));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_keeps_the_statuses_that_are_named_and_counts_stay_of_all() {
    let story = three().await;
    let statuses = vec!["former_party".to_owned(), "signatory".to_owned()];
    let left = parties(&story, proto::ListPartiesRequest { statuses, ..asked("2026-01-01", story.size()) }).await;
    assert_eq!(lines(&left), [("LTU", "former_party")]);
    assert_eq!((count(&left, "in_force").certain, count(&left, "former").certain), (2, 1));
    for (request, field) in [
        (proto::ListPartiesRequest { statuses: vec!["partner".into()], ..asked("2026-01-01", 1) }, "statuses"),
        (proto::ListPartiesRequest { page_token: "a b".into(), ..asked("2026-01-01", 1) }, "page_token"),
        (proto::ListPartiesRequest { view: "mine".into(), ..asked("2026-01-01", 1) }, "view"),
    ] {
        let mut request = request;
        request.read_at = None;
        let refused = story.client().parties(request).await.unwrap_err();
        assert_eq!(reason(&refused).1, field, "{refused:?}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_a_total_only_where_a_whole_table_says_the_same() {
    let story = three().await;
    let (treaty, known) = (format!("treaty/{OTTAWA}"), story.size());
    let rows = [
        ("CHE", "1998-03-24", ConsentMode::Accession, false),
        ("LTU", "2003-05-12", ConsentMode::Ratification, true),
        ("POL", "2012-12-27", ConsentMode::Ratification, false),
    ];
    story.record(&treaty, table("2026-01-01", &rows)).await;
    let complete = parties(&story, asked("2025-12-31", story.size())).await;
    assert_eq!((word(&complete), count(&complete, "in_force").total), ("complete", true));
    let words = &count(&complete, "in_force").words;
    assert_eq!(words, "the treaty is in force for them, those that are leaving included");
    assert_eq!(complete.at, "2025-12-31", "the day stands once, at the head");
    let later = parties(&story, asked("2026-02-01", story.size())).await;
    assert_eq!((word(&later), count(&later, "in_force").total), ("complete_until", false));
    story.record(&treaty, table("2026-03-01", &rows[..2])).await;
    let partial = parties(&story, asked("2026-02-01", story.size())).await;
    let coverage = partial.coverage.as_ref().unwrap();
    let told: Vec<_> =
        coverage.differences.iter().map(|told| (told.code.as_str(), told.participant.as_str())).collect();
    assert_eq!((coverage.word.as_str(), told), ("partial", vec![("missing_in_table", "POL")]));
    assert_eq!(coverage.complete_until, "2026-01-01");
    assert_eq!(coverage.table.as_ref().unwrap().position.as_ref().unwrap().index, story.size() - 1);
    let before = parties(&story, asked("2025-12-31", known)).await;
    assert_eq!((word(&before), count(&before, "in_force").total), ("none", false), "no table was known then");
    story.audited().await;
}

/// The record of the generator, a hundredth of its whole.
pub async fn generated(seed: u64) -> (Story, Extent) {
    let story = Story::begin().await;
    let extent =
        Extent { treaties: 16, participants: 30, large: 3, under_large: 28, participations: 240, ..Extent::WHOLE };
    let desk = &story.ledger.recorder;
    let Stages { registered, joined, later } = Stages::draw(&extent, &desk.organisation, &mut Seeded(seed));
    for events in registered.into_iter().chain(joined).chain(later) {
        if !events.is_empty() {
            story.ledger.submit(&story.ledger.sign(desk, events)).await.unwrap();
        }
    }
    (story, extent)
}

/// Rules are asked about everybody at once and about each alone, at random days and
/// states of knowledge: the answers are the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_survey_says_of_each_participant_what_its_status_says() {
    let seed = 11;
    let (story, extent) = generated(seed).await;
    let mut seeded = Seeded(seed);
    let (mut compared, mut suspended) = (0, 0);
    for number in 0..extent.treaties {
        let size = story.size() - seeded.below(story.size() / 3);
        let at = seeded.day(1998..2030);
        let request = proto::ListPartiesRequest { treaty: treaty(number), page_size: 1_000, ..asked(&at, size) };
        for party in parties(&story, request).await.parties {
            let alone = story.status(&treaty(number), &party.participant, &at, size).await;
            let statuses: Vec<_> = alone.outcomes.iter().map(|outcome| outcome.status.clone()).collect();
            let first = &alone.outcomes[0].intervals[0];
            let who = format!("{} under {} on {at} at {size}, seed {seed}", party.participant, treaty(number));
            assert_eq!(party.statuses, statuses, "{who}");
            assert_eq!((&party.since, &party.until), (&first.from, &first.to), "{who}");
            assert_eq!(party.findings as usize, alone.findings.len(), "{who}");
            assert_eq!(party.participant_name, alone.participant_name, "{who}");
            let overlays = usize::from(party.suspension_asserted) + usize::from(party.provisional_application);
            assert_eq!(overlays, alone.overlays.len(), "{who}");
            suspended += overlays;
            compared += 1;
        }
    }
    assert!(compared > 200 && suspended > 0, "{compared} compared, {suspended} suspended, seed {seed}");
    let absent = story.status(&treaty(0), &participant(0), "2026-01-01", story.size()).await;
    assert_eq!(absent.outcomes.len(), 1);
    story.audited().await;
}
