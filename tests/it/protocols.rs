//! Who takes part in a protocol, and when a treaty enters into force: an answer about one
//! participant and the lists over all of them say the same. Each story audited at its end.

use std::collections::BTreeSet;

use merestone::{bench::treaties::Seeded, domain::*, treaties::add_months, wire::proto};

use crate::treaty_status::{Story, drafted, instrument, under, world};

const CONVENTION: &str = "untc:C";
const PROTOCOL: &str = "untc:C-1";
const AT: &str = "2026-01-01";

async fn registered(story: &Story, treaty: &str, parent: Option<&str>, threshold: u32) {
    let article = "5".into();
    let (mode, months, days) = (EntryIntoForceMode::SameDay, 6, 0);
    let entry_into_force = Some(EntryIntoForceClause { mode, months, days, threshold, article });
    story.unnamed_treaty(treaty, parent, Clauses { entry_into_force, ..Clauses::default() }).await;
}

fn acceded(deposited: &str, protocols: &[&str]) -> TreatyBody {
    TreatyBody::InstrumentDeposited(instrument(ConsentMode::Accession, deposited, protocols))
}

fn signature(signed: &str, signature_type: SignatureType) -> TreatyBody {
    TreatyBody::SignatureAffixed(SignatureAffixed { signed: world(signed), place: "".into(), signature_type })
}

async fn corrected(story: &Story, subject: &str, target: EventReference, body: TreatyBody) {
    let restated = Restated { occurred: None, not_stated: Vec::new(), body: Body::Treaty(body) };
    let body = EventCorrected { target, reason: "incomplete".into(), restated: Some(Box::new(restated)) };
    story.enter(drafted(subject, Body::Shared(SharedBody::EventCorrected(body)))).await;
}

fn known(size: u64) -> Option<proto::ReadAt> {
    Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) })
}

async fn parties(story: &Story, treaty: &str, at: &str) -> proto::ListPartiesResponse {
    let request = proto::ListPartiesRequest {
        treaty: treaty.into(),
        at: at.into(),
        read_at: known(story.size()),
        ..proto::ListPartiesRequest::default()
    };
    story.client().parties(request).await.unwrap().into_inner()
}

/// The participants that a list names, each of which is told there as it is by itself.
async fn agreeing(story: &Story, treaty: &str, at: &str) -> Vec<String> {
    let mut named = Vec::new();
    for party in parties(story, treaty, at).await.parties {
        let alone = story.status(treaty, &party.participant, at, story.size()).await;
        let statuses: Vec<_> = alone.outcomes.iter().map(|outcome| outcome.status.clone()).collect();
        let since = &alone.outcomes[0].intervals[0];
        let told = (party.statuses, party.since, party.until, usize::try_from(party.findings).unwrap());
        let expected = (statuses, since.from.clone(), since.to.clone(), alone.findings.len());
        assert_eq!(told, expected, "{} on {at}", party.participant);
        named.push(party.participant);
    }
    named
}

/// The days from which they are parties, and from which the treaty itself is in force.
async fn in_force_since(story: &Story, treaty: &str) -> (Vec<(String, String)>, Vec<String>) {
    let bound = parties(story, treaty, AT).await.parties.into_iter();
    let since = bound.map(|party| (party.participant, party.since)).collect();
    let request = proto::UpcomingRequest {
        treaty: treaty.into(),
        at: "1970-01-01".into(),
        read_at: known(story.size()),
        horizon: Some(proto::upcoming_request::Horizon::Until(AT.into())),
        ..proto::UpcomingRequest::default()
    };
    let upcoming = story.client().upcoming(request).await.unwrap().into_inner();
    let own = upcoming.changes.into_iter().filter(|change| change.what == "treaty_in_force");
    (since, own.map(|change| change.day).collect())
}

/// A convention and its protocol: LTU consents to both with one instrument, POL to the
/// protocol by itself; the instruments of CHE and UKR were corrected.
async fn convention() -> Story {
    let story = Story::begin().await;
    registered(&story, CONVENTION, None, 1).await;
    registered(&story, PROTOCOL, Some(CONVENTION), 3).await;
    story.record(&under(CONVENTION, "LTU"), acceded("1998-06-03", &[PROTOCOL])).await;
    story.deposit(PROTOCOL, "POL", ConsentMode::ConsentToBeBound, "2003-10-14").await;
    let withdrawn = story.record(&under(CONVENTION, "CHE"), acceded("1999-01-10", &[PROTOCOL])).await;
    corrected(&story, &under(CONVENTION, "CHE"), withdrawn, acceded("1999-01-10", &[])).await;
    let completed = story.record(&under(CONVENTION, "UKR"), acceded("2001-02-20", &[])).await;
    corrected(&story, &under(CONVENTION, "UKR"), completed, acceded("2001-02-20", &[PROTOCOL])).await;
    story
}

#[tokio::test(flavor = "multi_thread")]
async fn who_consents_with_the_instrument_to_the_parent_is_listed_as_it_is_by_itself() {
    let story = convention().await;
    assert_eq!(agreeing(&story, PROTOCOL, AT).await, ["LTU", "POL", "UKR"]);
    assert_eq!(agreeing(&story, PROTOCOL, "2002-01-01").await, ["LTU", "POL", "UKR"]);
    let listed = parties(&story, PROTOCOL, AT).await;
    let lithuania = &listed.parties[0];
    assert_eq!((lithuania.participant_name.as_str(), lithuania.deposited.as_str()), ("Lithuania", "1998-06-03"));
    assert_eq!(lithuania.mode(), proto::ConsentMode::Accession);
    let bound = listed.counts.iter().find(|count| count.definition == "in_force").unwrap();
    assert_eq!((bound.certain, bound.possible), (3, 3));
    let alone = story.status(PROTOCOL, "CHE", AT, story.size()).await;
    assert_eq!(alone.outcomes[0].status, "non_participant", "who is not listed takes no part");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_consents_with_the_instrument_to_the_parent_alone_is_counted_beside_the_table() {
    let story = convention().await;
    let table = async |at: &str| {
        let (treaty, at, read_at) = (PROTOCOL.into(), at.into(), known(story.size()));
        let request = proto::TableRequest { treaty, at, read_at, ..proto::TableRequest::default() };
        story.client().table(request).await.unwrap().into_inner()
    };
    let named = |table: &proto::TableResponse| -> Vec<String> {
        table.lines.iter().map(|line| line.participant.clone()).collect()
    };
    let now = table(AT).await;
    assert_eq!((named(&now), now.with_parent_alone), (vec!["POL".to_owned()], 2), "Lithuania and Ukraine have no cell");
    assert_eq!(table("2000-01-01").await.with_parent_alone, 1, "Ukraine had not consented");
    story.deposit(PROTOCOL, "LTU", ConsentMode::ConsentToBeBound, "2004-01-01").await;
    let now = table(AT).await;
    assert_eq!((named(&now).len(), now.with_parent_alone), (2, 1), "an instrument of its own has one");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_participant_is_told_of_the_protocols_that_its_instruments_name() {
    let story = convention().await;
    for (participant, expected) in [
        ("LTU", vec![CONVENTION, PROTOCOL]),
        ("POL", vec![PROTOCOL]),
        ("CHE", vec![CONVENTION]),
        ("UKR", vec![CONVENTION, PROTOCOL]),
    ] {
        let request = proto::StandingRequest {
            participant: participant.into(),
            at: AT.into(),
            read_at: known(story.size()),
            view: String::new(),
        };
        let standings = story.client().standing(request).await.unwrap().into_inner().standings;
        let told: BTreeSet<&str> = standings.iter().map(|standing| standing.treaty.as_str()).collect();
        assert_eq!(told, expected.into_iter().collect(), "{participant}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_predecessor_that_consented_to_the_protocol_with_the_parent_took_part_in_it() {
    let story = convention().await;
    let succession = |predecessor: &str| {
        TreatyBody::SuccessionNotified(SuccessionNotified {
            predecessor: predecessor.parse().unwrap(),
            succeeds_to: SuccessionTo::Consent,
            succeeded: world("2005-03-03"),
            received_by_depositary: world("2006-01-10"),
        })
    };
    story.record(&under(PROTOCOL, "CHE"), succession("LTU")).await;
    story.record(&under(PROTOCOL, "POL"), succession("CHE")).await;
    let remarked = async |participant: &str| {
        let answer = story.status(PROTOCOL, participant, AT, story.size()).await;
        answer.findings.iter().any(|found| found.code == "predecessor_not_bound")
    };
    assert!(!remarked("CHE").await, "Lithuania consented to both with one instrument");
    assert!(remarked("POL").await, "the instrument of Switzerland names no protocol");
    assert!(agreeing(&story, PROTOCOL, AT).await.contains(&"CHE".to_owned()), "a list tells as much");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consents_of_one_day_to_a_convention_and_its_protocols_are_looked_at_together() {
    let story = Story::begin().await;
    let consent = Some(ConsentClause { minimum_protocols: 2, article: "4(3)".into() });
    story.unnamed_treaty(CONVENTION, None, Clauses { consent, ..Clauses::default() }).await;
    for protocol in [PROTOCOL, "untc:C-2"] {
        registered(&story, protocol, Some(CONVENTION), 1).await;
    }
    for (participant, second) in [("LTU", "1998-06-03"), ("POL", "1998-06-04")] {
        story.deposit("untc:C-2", participant, ConsentMode::ConsentToBeBound, second).await;
        story.deposit(PROTOCOL, participant, ConsentMode::ConsentToBeBound, "1998-06-03").await;
        story.record(&under(CONVENTION, participant), acceded("1998-06-03", &[])).await;
    }
    let remarked = async |participant: &str| {
        let answer = story.status(CONVENTION, participant, AT, story.size()).await;
        answer.findings.iter().any(|found| found.code == "needs_two_protocols")
    };
    assert_eq!((remarked("LTU").await, remarked("POL").await), (false, true));
    assert_eq!(agreeing(&story, CONVENTION, AT).await, ["LTU", "POL"], "a list tells as much as an answer about one");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instrument_to_the_parent_changes_what_is_known_under_the_protocol() {
    let story = Story::begin().await;
    registered(&story, CONVENTION, None, 1).await;
    registered(&story, PROTOCOL, Some(CONVENTION), 1).await;
    let before = story.size();
    story.record(&under(CONVENTION, "LTU"), acceded("1998-06-03", &[PROTOCOL])).await;
    let request = proto::ChangesRequest {
        treaty: PROTOCOL.into(),
        from: known(before),
        read_at: known(story.size()),
        at: AT.into(),
        ..proto::ChangesRequest::default()
    };
    let answer = story.client().changes(request).await.unwrap().into_inner();
    let [proto::KnownChange { change: Some(proto::known_change::Change::Difference(found)), .. }] = &answer.changes[..]
    else {
        panic!("one difference: {:?}", answer.changes)
    };
    let statuses = |told: &[proto::KnownStatus]| told.iter().map(|it| it.status.clone()).collect::<Vec<_>>();
    assert_eq!(found.participant, "LTU");
    assert_eq!((statuses(&found.statuses_before), statuses(&found.statuses_after)), {
        (vec!["non_participant".to_owned()], vec!["party".to_owned()])
    });
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_the_protocol_is_met_by_whoever_consents_to_it() {
    let story = convention().await;
    let row = |(participant, deposited, mode): (&str, &str, ConsentMode)| ParticipationRow {
        name: participant.into(),
        participant: participant.parse().unwrap(),
        signed: None,
        deposited: world(deposited),
        mode: Some(mode),
        withdrawn: false,
        succession: false,
        footnotes: Vec::new(),
    };
    let rows = [
        ("LTU", "1998-06-03", ConsentMode::Accession),
        ("POL", "2003-10-14", ConsentMode::ConsentToBeBound),
        ("UKR", "2001-02-20", ConsentMode::Accession),
    ];
    let body = ParticipationTableStated { as_at: world(AT), rows: rows.into_iter().map(row).collect() };
    story.record(&format!("treaty/{PROTOCOL}"), TreatyBody::ParticipationTableStated(body)).await;
    let coverage = parties(&story, PROTOCOL, AT).await.coverage.unwrap();
    assert_eq!((coverage.word.as_str(), coverage.differences), ("complete", Vec::new()));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consents_under_the_parent_count_towards_the_entry_into_force_of_the_protocol() {
    let story = convention().await;
    // The third consent is of 14 October 2003: LTU and UKR came before with the convention.
    let all = ["LTU", "POL", "UKR"].map(|who| (who.to_owned(), "2004-04-14".to_owned()));
    assert_eq!(in_force_since(&story, PROTOCOL).await, (all.into(), vec!["2004-04-14".to_owned()]));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn definitive_signatures_count_towards_an_entry_into_force_whoever_is_asked_about() {
    let story = Story::begin().await;
    registered(&story, "untc:T", None, 3).await;
    story.record(&under("untc:T", "LTU"), signature("2000-01-10", SignatureType::Definitive)).await;
    story.deposit("untc:T", "POL", ConsentMode::Accession, "2000-02-10").await;
    story.record(&under("untc:T", "CHE"), signature("2000-01-20", SignatureType::Simple)).await;
    let simple = story.record(&under("untc:T", "UKR"), signature("2000-03-10", SignatureType::Simple)).await;
    let (since, own) = in_force_since(&story, "untc:T").await;
    assert_eq!(own, Vec::<String>::new(), "two consents are not three");
    let alone = |who: &str, on: &str| (who.to_owned(), on.to_owned());
    assert_eq!([&since[1], &since[2]], [&alone("LTU", "2000-07-10"), &alone("POL", "2000-08-10")]);
    corrected(&story, &under("untc:T", "UKR"), simple, signature("2000-03-10", SignatureType::Definitive)).await;
    let (since, own) = in_force_since(&story, "untc:T").await;
    assert_eq!(own, ["2000-09-10"], "the third is the signature that is corrected to be definitive");
    let together = ["LTU", "POL", "UKR"].map(|who| alone(who, "2000-09-10"));
    assert_eq!(since[1..], together);
    for at in ["2000-08-31", AT] {
        assert_eq!(agreeing(&story, "untc:T", at).await, ["CHE", "LTU", "POL", "UKR"]);
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rival_statements_of_others_are_weighed_before_they_are_counted() {
    let story = Story::begin().await;
    registered(&story, "untc:T", None, 2).await;
    story.deposit("untc:T", "LTU", ConsentMode::Accession, "2000-01-10").await;
    for (class, deposited) in [(SourceClass::Press, "2000-02-10"), (SourceClass::OfficialGazette, "2000-05-10")] {
        let mut event = drafted(&under("untc:T", "POL"), Body::Treaty(acceded(deposited, &[])));
        event.act = Some("accession".into());
        event.source = event.source.map(|source| Source { class, ..source });
        story.enter(event).await;
    }
    let both = ["LTU", "POL"].map(|who| (who.to_owned(), "2000-11-10".to_owned()));
    assert_eq!(in_force_since(&story, "untc:T").await, (both.into(), vec!["2000-11-10".to_owned()]));
    assert_eq!(agreeing(&story, "untc:T", AT).await, ["LTU", "POL"]);
    story.audited().await;
}

/// Records how one participant comes to consent, drawn from a seed, and says since when it
/// has, if it has.
async fn consents_somehow(story: &Story, treaty: &str, who: &str, seeded: &mut Seeded) -> Option<String> {
    let (day, other) = (seeded.day(1990..2000), seeded.day(1990..2000));
    let (own, with_parent) = (under(treaty, who), under(CONVENTION, who));
    match seeded.below(8) {
        0 => drop(story.record(&own, acceded(&day, &[])).await),
        1 => drop(story.record(&own, signature(&day, SignatureType::Definitive)).await),
        2 => drop(story.record(&with_parent, acceded(&day, &[treaty])).await),
        3 => {
            story.record(&own, signature(&day, SignatureType::Simple)).await;
            return None;
        }
        4 => {
            let target = story.record(&own, signature(&other, SignatureType::Simple)).await;
            corrected(story, &own, target, signature(&day, SignatureType::Definitive)).await;
        }
        5 => {
            let target = story.record(&with_parent, acceded(&other, &[])).await;
            corrected(story, &with_parent, target, acceded(&day, &[treaty])).await;
        }
        6 => {
            let target = story.record(&own, acceded(&other, &[])).await;
            let body = EventRetracted { target, reason: "of another State".into() };
            story.enter(drafted(&own, Body::Shared(SharedBody::EventRetracted(body)))).await;
            return None;
        }
        _ => {
            story.record(&own, signature(&day, SignatureType::Definitive)).await;
            story.record(&own, acceded(&other, &[])).await;
            return Some(day.min(other));
        }
    }
    Some(day)
}

/// However consents came about, the treaty enters into force six months after the third of
/// them, whoever is asked, and each list says what an answer by itself says.
#[tokio::test(flavor = "multi_thread")]
async fn the_third_consent_brings_each_protocol_into_force_however_it_was_given() {
    let seed = 3;
    let (story, mut seeded) = (Story::begin().await, Seeded(seed));
    registered(&story, CONVENTION, None, 1).await;
    for number in 0..12 {
        let treaty = format!("untc:P-{number}");
        registered(&story, &treaty, Some(CONVENTION), 3).await;
        let (mut days, mut consenting) = (Vec::new(), BTreeSet::new());
        for who in 0..6 {
            let who = format!("X{number}-{who}");
            let body = ParticipantRegistered {
                name: who.as_str().into(),
                participant_type: ParticipantType::State,
                iso_code: None,
                other_names: Vec::new(),
                predecessors: Vec::new(),
            };
            story.record(&format!("participant/{who}"), TreatyBody::ParticipantRegistered(body)).await;
            if let Some(day) = consents_somehow(&story, &treaty, &who, &mut seeded).await {
                days.push(day);
                consenting.insert(who);
            }
        }
        days.sort();
        let expected = days.get(2).map(|third| add_months(third.parse().unwrap(), 6).to_string());
        let (_, own) = in_force_since(&story, &treaty).await;
        assert_eq!(own, Vec::from_iter(expected), "{treaty}, seed {seed}: {days:?}");
        let listed = agreeing(&story, &treaty, AT).await;
        assert!(consenting.iter().all(|who| listed.contains(who)), "{treaty}, seed {seed}: {listed:?}");
    }
    story.audited().await;
}
