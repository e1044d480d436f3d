//! What comes and what changed, over the real service; each story audited
//! at its end. Statuses, asked one by one, are the oracle.

use std::collections::BTreeSet;

use jiff::civil::Date;
use merestone::{
    bench::treaties::{Seeded, treaty},
    domain::*,
    wire::proto::{self, known_change::Change, upcoming_request::Horizon},
};

use crate::{
    parties::generated,
    support::{event, reason},
    treaty_status::{OTTAWA, Story, notice, plain_leave, under, world},
};

const PARENT: &str = "untc:XXVI-2";
const CHILD: &str = "untc:XXVI-2-d";
const NOBODYS: &str = "untc:XXVI-9";

pub fn read_at(size: u64) -> Option<proto::ReadAt> {
    Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) })
}

fn clauses(article: &str) -> Clauses {
    Clauses {
        entry_into_force: Some(EntryIntoForceClause {
            mode: EntryIntoForceMode::SameDay,
            months: 6,
            days: 0,
            threshold: 20,
            article: article.into(),
        }),
        withdrawal: Some(plain_leave(&[])),
        ..Clauses::default()
    }
}

async fn register(story: &Story, id: &str, name: &str, parent: Option<&str>, clauses: Clauses) -> EventReference {
    let body = TreatyRegistered {
        title: "A treaty".into(),
        short_names: vec![name.into()],
        adopted: world("1980-10-10"),
        adopted_at: "".into(),
        parent: parent.map(|parent| parent.parse().unwrap()),
        registrations: Vec::new(),
        clauses: Some(clauses),
    };
    let subject = format!("treaty/{id}");
    let registered = story.record(&subject, TreatyBody::TreatyRegistered(Box::new(body))).await;
    let body = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world("1983-12-02") };
    story.record(&subject, TreatyBody::EffectStated(body)).await;
    registered
}

/// Three parties to one treaty, one of which leaves; a fourth that is about to enter.
pub async fn four() -> Story {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "LTU", ConsentMode::Ratification, "2003-05-12").await;
    story.deposit(OTTAWA, "POL", ConsentMode::Ratification, "2012-12-27").await;
    story.deposit(OTTAWA, "CHE", ConsentMode::Accession, "1998-03-24").await;
    story.deposit(OTTAWA, "UKR", ConsentMode::Accession, "2025-09-03").await;
    story.record(&under(OTTAWA, "LTU"), notice("2025-06-27")).await;
    story
}

fn upcoming_asked(at: &str, size: u64) -> proto::UpcomingRequest {
    proto::UpcomingRequest { at: at.into(), read_at: read_at(size), ..proto::UpcomingRequest::default() }
}

async fn upcoming(story: &Story, request: proto::UpcomingRequest) -> proto::UpcomingResponse {
    story.client().upcoming(request).await.unwrap().into_inner()
}

fn told(answer: &proto::UpcomingResponse) -> Vec<(&str, &str, &str)> {
    let lines = answer.changes.iter();
    lines.map(|line| (line.day.as_str(), line.participant.as_str(), line.what.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_is_told_in_order_of_the_days_as_known_at_any_size() {
    let story = four().await;
    let size = story.size();
    let asked = || proto::UpcomingRequest { treaty: "APMBC".into(), ..upcoming_asked("2025-10-01", size) };
    let ahead = upcoming(&story, asked()).await;
    let expected = [("2025-12-27", "LTU", "withdrawal_effect"), ("2026-03-01", "UKR", "entry_into_force")];
    assert_eq!(told(&ahead), expected);
    let leaves = &ahead.changes[0];
    assert_eq!(
        (leaves.status_before.as_str(), leaves.status_after.as_str()),
        ("party_withdrawal_pending", "former_party")
    );
    assert_eq!((leaves.participant_name.as_str(), leaves.treaty_name.as_str()), ("Lithuania", "APMBC"));
    let given: Vec<_> = leaves.because.iter().map(|step| (step.rule.as_str(), step.article.as_str())).collect();
    assert_eq!(given, [("withdrawal_notice", "20"), ("conflict_test", "20"), ("withdrawal_effect", "20")]);
    assert_eq!(leaves.because[0].event.as_ref().unwrap().position.as_ref().unwrap().index, size - 1);
    // The clock of the story stands in 2030: for its newest entry these days have passed.
    assert!(!leaves.projected);
    assert!(ahead.changes[1].could_move.iter().any(|change| change.code == "correction"));
    let earlier = upcoming(&story, proto::UpcomingRequest { read_at: read_at(size - 1), ..asked() }).await;
    assert_eq!(told(&earlier), expected[1..], "the notice was not known then");
    let within = Some(Horizon::WithinDays(87));
    assert_eq!(told(&upcoming(&story, proto::UpcomingRequest { horizon: within, ..asked() }).await), expected[..1]);
    let until = Some(Horizon::Until("2025-12-26".into()));
    let none = upcoming(&story, proto::UpcomingRequest { horizon: until, ..asked() }).await;
    assert_eq!((none.until.as_str(), none.changes.len()), ("2025-12-26", 0));
    let own =
        upcoming(&story, proto::UpcomingRequest { treaty: "".into(), participant: "Ukraine".into(), ..asked() }).await;
    assert_eq!(told(&own), expected[1..]);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlines_and_times_for_objections_are_told_on_their_last_days() {
    let story = Story::begin().await;
    let duty = ObligationClause {
        article: "5(1)".into(),
        title: "clearance".into(),
        due: Due::Act(Period::Years(10)),
        extension: None,
    };
    let objection = Some(ObjectionClause { claim_months: 3, reservation_months: 12, article: "VCLT 65".into() });
    register(&story, NOBODYS, "NINE", None, Clauses { obligations: vec![duty], objection, ..clauses("5") }).await;
    story.deposit(NOBODYS, "UKR", ConsentMode::Ratification, "2015-06-15").await;
    let suspension = SuspensionNotified {
        received_by_depositary: world("2025-07-18"),
        circulated: world("2025-07-21"),
        claimed_from: None,
        claimed_until: "".into(),
        grounds: vec![SuspensionGround::FundamentalChange],
        provisions: Vec::new(),
    };
    story.record(&under(NOBODYS, "UKR"), TreatyBody::SuspensionNotified(suspension)).await;
    let ahead = upcoming(&story, upcoming_asked("2025-07-21", story.size())).await;
    let expected = [
        ("2025-10-18", "UKR", "objections_end"),
        ("2025-10-21", "UKR", "objections_end"),
        ("2025-12-15", "UKR", "deadline"),
    ];
    assert_eq!(told(&ahead), expected);
    assert_eq!(ahead.changes[2].because[0].rule, "deadline_from_entry_into_force");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_what_comes_stay_as_they_are_while_entries_are_appended() {
    let story = four().await;
    story.record(&under(OTTAWA, "POL"), notice("2025-08-20")).await;
    register(&story, PARENT, "CCW", None, clauses("5")).await;
    story.deposit(PARENT, "CHE", ConsentMode::Accession, "2025-09-04").await;
    let size = story.size();
    let whole = upcoming(&story, upcoming_asked("2025-10-01", size)).await;
    assert_eq!(whole.changes.len(), 4);
    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        let request = proto::UpcomingRequest {
            page_size: 1,
            page_token: std::mem::take(&mut token),
            ..upcoming_asked("2025-10-01", size)
        };
        let page = upcoming(&story, request).await;
        assert_eq!((page.changes.len(), page.holds_at.as_ref().unwrap().size), (1, size));
        paged.extend(page.changes);
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
        // Would come before all others, if it were known.
        story.deposit(PARENT, "LTU", ConsentMode::Accession, "2025-04-02").await;
    }
    assert_eq!(paged, whole.changes);
    let now = upcoming(&story, upcoming_asked("2025-10-01", story.size())).await;
    assert_eq!(now.changes[0].participant, "LTU");
    story.audited().await;
}

/// The days on which the courses of statuses change without an act, where the record can
/// be read in one way.
fn boundaries(status: &proto::TreatyStatusResponse, at: &str, until: &str) -> BTreeSet<(String, String)> {
    let [course] = status.courses.as_slice() else { panic!("one course") };
    let by_itself = |before: &str, after: &str| {
        after == "former_party"
            || after == "party_withdrawal_deferred_conflict"
            || before == "contracting" && after != "non_participant"
    };
    let ahead = course.spans.windows(2).filter(|pair| {
        let day = pair[1].from.as_str();
        at < day && day <= until && by_itself(&pair[0].status, &pair[1].status)
    });
    ahead.map(|pair| (pair[1].from.clone(), pair[1].status.clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_is_what_the_statuses_of_the_days_around_it_say() {
    let seed = 23;
    let (story, extent) = generated(seed).await;
    let mut seeded = Seeded(seed);
    let (mut compared, mut settled) = (0, 0);
    for number in 0..extent.treaties {
        let (at, size) = (seeded.day(1999..2024), story.size() - seeded.below(story.size() / 3));
        let horizon = Some(Horizon::Until("2030-12-31".into()));
        let asked =
            proto::UpcomingRequest { treaty: treaty(number), page_size: 1_000, horizon, ..upcoming_asked(&at, size) };
        let ahead = upcoming(&story, asked).await;
        assert!(ahead.next_page_token.is_empty());
        let of_status = || ahead.changes.iter().filter(|change| !change.status_after.is_empty());
        for change in of_status() {
            let what = format!("{change:?} as known at {size}, seed {seed}");
            let day: Date = change.day.parse().unwrap();
            let before = day.yesterday().unwrap().to_string();
            for (on, status) in [(&before, &change.status_before), (&change.day, &change.status_after)] {
                let alone = story.status(&change.treaty, &change.participant, on, size).await;
                assert!(alone.outcomes.iter().any(|outcome| outcome.status == *status), "{what}: {status} on {on}");
            }
            compared += 1;
        }
        let request = proto::ListPartiesRequest {
            treaty: treaty(number),
            at: at.clone(),
            read_at: read_at(size),
            ..Default::default()
        };
        for party in story.client().parties(request).await.unwrap().into_inner().parties {
            let alone = story.status(&treaty(number), &party.participant, &at, size).await;
            if alone.courses.len() == 1 {
                let own = of_status().filter(|change| change.participant == party.participant);
                let told: BTreeSet<_> = own.map(|change| (change.day.clone(), change.status_after.clone())).collect();
                let who = format!(
                    "{} under {} after {at}, as known at {size}, seed {seed}",
                    party.participant,
                    treaty(number)
                );
                assert_eq!(told, boundaries(&alone, &at, "2030-12-31"), "{who}");
                settled += told.len();
            }
        }
    }
    assert!(compared > 50 && settled > 40, "{compared} compared, {settled} settled, seed {seed}");
    story.audited().await;
}

fn changes_asked(from: u64, to: u64, at: &str) -> proto::ChangesRequest {
    let known_at = Some(proto::read_at::KnownAt::Size(from));
    proto::ChangesRequest {
        from: Some(proto::ReadAt { minimum_size: 0, known_at }),
        read_at: read_at(to),
        at: at.into(),
        ..proto::ChangesRequest::default()
    }
}

async fn changes(story: &Story, request: proto::ChangesRequest) -> proto::ChangesResponse {
    story.client().changes(request).await.unwrap().into_inner()
}

fn acts(answer: &proto::ChangesResponse) -> Vec<(&str, &str)> {
    let acts = answer.changes.iter().filter_map(|line| match line.change.as_ref().unwrap() {
        Change::Act(act) => Some((line.treaty.as_str(), act.kind.as_str())),
        Change::Difference(_) => None,
    });
    acts.collect()
}

fn differences(answer: &proto::ChangesResponse) -> Vec<(&str, &proto::KnownDifference)> {
    let found = answer.changes.iter().filter_map(|line| match line.change.as_ref().unwrap() {
        Change::Act(_) => None,
        Change::Difference(found) => Some((line.treaty.as_str(), found)),
    });
    found.collect()
}

fn statuses(statuses: &[proto::KnownStatus]) -> Vec<&str> {
    statuses.iter().map(|status| status.status.as_str()).collect()
}

fn made_by(found: &proto::KnownDifference) -> Vec<u64> {
    found.made_by.iter().map(|event| event.position.as_ref().unwrap().index).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_between_two_states_is_told_with_the_days_and_the_entry() {
    let story = four().await;
    let to = story.size();
    let found = changes(&story, changes_asked(to - 2, to, "2025-10-01")).await;
    let expected = [(OTTAWA, "instrument_deposited"), (OTTAWA, "withdrawal_notified")];
    assert_eq!(acts(&found), expected);
    let found = differences(&found);
    let who: Vec<_> = found.iter().map(|(_, found)| found.participant.as_str()).collect();
    assert_eq!(who, ["LTU", "UKR"]);
    let leaves = found[0].1;
    assert_eq!(statuses(&leaves.statuses_before), ["party"]);
    assert_eq!(statuses(&leaves.statuses_after), ["party_withdrawal_pending"]);
    assert_eq!(leaves.statuses_after[0].effective, "2025-12-27");
    let days: Vec<_> = leaves.days.iter().map(|days| (days.from.as_str(), days.to.as_str())).collect();
    assert_eq!(days, [("2025-06-27", "2025-12-27"), ("2025-12-27", "")]);
    assert_eq!((made_by(leaves), made_by(found[1].1)), (vec![to - 1], vec![to - 2]));
    let nothing = changes(&story, changes_asked(to, to, "2025-10-01")).await;
    assert!(nothing.changes.is_empty());
    let of_pol = proto::ChangesRequest { participant: "Poland".into(), ..changes_asked(to - 2, to, "2025-10-01") };
    assert!(changes(&story, of_pol).await.changes.is_empty(), "nothing touched Poland");
    story.audited().await;
}

/// A treaty that takes its protocol along, and three parties to both.
async fn with_protocol() -> (Story, EventReference) {
    let story = Story::begin().await;
    let takes_along = Clauses { cascade_to: vec![CHILD.parse().unwrap()], ..clauses("5") };
    register(&story, PARENT, "CCW", None, takes_along).await;
    let child = register(&story, CHILD, "Protocol", Some(PARENT), clauses("5")).await;
    for participant in ["LTU", "POL", "CHE"] {
        story.deposit(PARENT, participant, ConsentMode::Ratification, "2003-05-12").await;
        story.deposit(CHILD, participant, ConsentMode::Ratification, "2003-05-12").await;
    }
    (story, child)
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_a_treaty_is_known_differently_of_its_protocol_too() {
    let (story, _) = with_protocol().await;
    let from = story.size();
    story.record(&under(PARENT, "POL"), notice("2025-08-20")).await;
    let found = changes(&story, changes_asked(from, story.size(), "2025-10-01")).await;
    assert_eq!(acts(&found), [(PARENT, "withdrawal_notified")]);
    let told: Vec<_> = differences(&found)
        .into_iter()
        .map(|(treaty, found)| (treaty, found.participant.as_str(), statuses(&found.statuses_after), made_by(found)))
        .collect();
    let leaving = || vec!["party_withdrawal_pending"];
    assert_eq!(told, [(PARENT, "POL", leaving(), vec![from]), (CHILD, "POL", leaving(), vec![from])]);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_clauses_are_known_differently_of_everybody_under_the_treaty() {
    let (story, registered) = with_protocol().await;
    story.record(&under(CHILD, "CHE"), notice("2025-08-20")).await;
    let from = story.size();
    let restated = TreatyRegistered {
        title: "A treaty".into(),
        short_names: vec!["Protocol".into()],
        adopted: world("1980-10-10"),
        adopted_at: "".into(),
        parent: Some(PARENT.parse().unwrap()),
        registrations: Vec::new(),
        clauses: Some(Clauses {
            entry_into_force: Some(EntryIntoForceClause { months: 7, ..clauses("5").entry_into_force.unwrap() }),
            ..clauses("5")
        }),
    };
    let body = Body::Treaty(TreatyBody::TreatyRegistered(Box::new(restated)));
    let restated = Some(Box::new(Restated { occurred: None, not_stated: Vec::new(), body }));
    let corrected = EventCorrected { target: registered, reason: "seven months".into(), restated };
    let subject = format!("treaty/{CHILD}");
    let mut correction = event(&subject, Body::Shared(SharedBody::EventCorrected(corrected)));
    correction.source = Some(Source {
        class: SourceClass::Government,
        transcribed: true,
        name: "a source".into(),
        locator: "".into(),
        retrieved: None,
    });
    story.enter(correction).await;
    let found = changes(&story, changes_asked(from, story.size(), "2025-10-01")).await;
    let found = differences(&found);
    let who: Vec<_> = found.iter().map(|(treaty, found)| (*treaty, found.participant.as_str())).collect();
    assert_eq!(who, [(CHILD, "CHE"), (CHILD, "LTU"), (CHILD, "POL")], "and nobody under the parent");
    let late: Vec<_> =
        found.iter().map(|(_, found)| (found.days[0].from.as_str(), found.days[0].to.as_str())).collect();
    assert_eq!(late, [("2003-11-12", "2003-12-12"); 3]);
    assert!(found.iter().all(|(_, found)| made_by(found) == [from]));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deposit_that_reaches_the_threshold_is_named_with_those_whom_it_moves() {
    let story = Story::begin().await;
    let two = EntryIntoForceClause { threshold: 2, ..clauses("5").entry_into_force.unwrap() };
    let body = TreatyRegistered {
        title: "A treaty".into(),
        short_names: vec!["NINE".into()],
        adopted: world("2024-10-10"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(Clauses { entry_into_force: Some(two), ..clauses("5") }),
    };
    let subject = format!("treaty/{NOBODYS}");
    story.record(&subject, TreatyBody::TreatyRegistered(Box::new(body))).await;
    story.deposit(NOBODYS, "LTU", ConsentMode::Accession, "2025-01-10").await;
    let from = story.size();
    story.deposit(NOBODYS, "POL", ConsentMode::Accession, "2025-03-05").await;
    for participant in ["", "LTU"] {
        let asked = changes_asked(from, story.size(), "2025-08-01");
        let found = changes(&story, proto::ChangesRequest { participant: participant.into(), ..asked }).await;
        let found = differences(&found);
        let (_, moved) = found.first().unwrap();
        assert_eq!((moved.participant.as_str(), made_by(moved)), ("LTU", vec![from]));
        assert_eq!(
            (statuses(&moved.statuses_before), statuses(&moved.statuses_after)),
            (vec!["party"], vec!["contracting"])
        );
        let days: Vec<_> = moved.days.iter().map(|days| (days.from.as_str(), days.to.as_str())).collect();
        assert_eq!(days, [("2025-07-10", "2025-09-05")]);
        assert!(!moved.made_by[0].position.as_ref().unwrap().member.is_empty(), "who recorded it is told");
    }
    let ahead = upcoming(&story, upcoming_asked("2025-08-01", story.size())).await;
    let expected = [
        ("2025-09-05", "", "treaty_in_force"),
        ("2025-09-05", "LTU", "entry_into_force"),
        ("2025-09-05", "POL", "entry_into_force"),
    ];
    assert_eq!(told(&ahead), expected);
    story.audited().await;
}

/// How a participant stands on a day as each course has it, and what stands beside it.
fn known_on(status: &proto::TreatyStatusResponse, day: &str) -> BTreeSet<(String, String, String)> {
    let holds = |span: &&proto::CourseSpan| span.from.as_str() <= day && (span.to.is_empty() || day < span.to.as_str());
    let spans = status.courses.iter().filter_map(|course| course.spans.iter().find(holds));
    spans.map(|span| (span.status.clone(), span.effective.clone(), span.expired.clone())).collect()
}

fn contested_by(status: &proto::TreatyStatusResponse) -> Vec<String> {
    let overlays = status.overlays.iter().filter_map(|overlay| overlay.overlay.as_ref());
    let told = overlays.map(|overlay| match overlay {
        proto::status_overlay::Overlay::SuspensionAsserted(found) => {
            format!("{} {:?}", found.since, found.contested_by)
        }
        other => format!("{other:?}"),
    });
    told.collect()
}

fn differ(one: &proto::TreatyStatusResponse, other: &proto::TreatyStatusResponse) -> bool {
    let courses = one.courses.iter().chain(&other.courses);
    let begins = courses.flat_map(|course| course.spans.iter().map(|span| span.from.clone()));
    let mut days: BTreeSet<String> = begins.collect();
    days.insert("0001-01-01".into());
    contested_by(one) != contested_by(other) || days.iter().any(|day| known_on(one, day) != known_on(other, day))
}

/// Everybody is asked about at both states of knowledge: those whose answers differ are
/// those that are told, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_known_differently_is_told_and_nobody_else() {
    let seed = 5;
    let (story, extent) = generated(seed).await;
    let mut seeded = Seeded(seed);
    let (mut different, mut same) = (0, 0);
    for number in 0..extent.treaties {
        let to = story.size() - seeded.below(4);
        let from = to - to / 4 - seeded.below(to / 4);
        let at = seeded.day(2000..2027);
        let asked = proto::ChangesRequest { treaty: treaty(number), page_size: 1_000, ..changes_asked(from, to, &at) };
        let found = changes(&story, asked).await;
        assert!(found.next_page_token.is_empty());
        let told: BTreeSet<_> = differences(&found).into_iter().map(|(_, found)| found.participant.clone()).collect();
        for (_, found) in differences(&found) {
            assert!(!found.made_by.is_empty(), "{found:?}");
            assert!(made_by(found).iter().all(|index| (from..to).contains(index)), "{from} to {to}: {found:?}");
        }
        let request = proto::ListPartiesRequest {
            treaty: treaty(number),
            at: at.clone(),
            read_at: read_at(to),
            page_size: 1_000,
            ..Default::default()
        };
        for party in story.client().parties(request).await.unwrap().into_inner().parties {
            let before = story.status(&treaty(number), &party.participant, &at, from).await;
            let after = story.status(&treaty(number), &party.participant, &at, to).await;
            let who = format!("{} under {}, {from} to {to}, on {at}, seed {seed}", party.participant, treaty(number));
            let differs = differ(&before, &after);
            assert_eq!(told.contains(&party.participant), differs, "{who}");
            if differs { different += 1 } else { same += 1 }
        }
    }
    assert!(different > 20 && same > 100, "{different} differ, {same} do not, seed {seed}");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_changes_give_every_line_once() {
    let (story, _) = generated(7).await;
    let (from, to) = (story.size() / 2, story.size());
    let asked = || changes_asked(from, to, "2026-01-01");
    let (mut whole, mut token) = (Vec::new(), String::new());
    for page_size in [1_000, 7] {
        let mut paged = Vec::new();
        loop {
            let request = proto::ChangesRequest { page_size, page_token: std::mem::take(&mut token), ..asked() };
            let page = changes(&story, request).await;
            assert!(page.changes.len() <= page_size as usize);
            paged.extend(page.changes);
            if page.next_page_token.is_empty() {
                break;
            }
            token = page.next_page_token;
        }
        if whole.is_empty() {
            whole.clone_from(&paged);
        }
        assert_eq!(paged, whole);
    }
    assert!(whole.len() > 30, "{}", whole.len());
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_cannot_be_answered_are_refused_by_name() {
    let story = four().await;
    let (size, mut client) = (story.size(), story.client());
    let at = |at: &str| upcoming_asked(at, size);
    let until = |day: &str| Some(Horizon::Until(day.into()));
    for (request, field) in [
        (proto::UpcomingRequest { treaty: "no such".into(), ..at("2025-10-01") }, "treaty"),
        (proto::UpcomingRequest { participant: "no such".into(), ..at("2025-10-01") }, "participant"),
        (at("2025-02-30"), "at"),
        (proto::UpcomingRequest { view: "mine".into(), ..at("2025-10-01") }, "view"),
        (proto::UpcomingRequest { horizon: until("2025-02-30"), ..at("2025-10-01") }, "until"),
        (proto::UpcomingRequest { horizon: until("2025-09-30"), ..at("2025-10-01") }, "until"),
        (proto::UpcomingRequest { page_token: "no-slash".into(), ..at("2025-10-01") }, "page_token"),
    ] {
        let refused = client.upcoming(request).await.unwrap_err();
        assert_eq!(reason(&refused).1, field, "{refused:?}");
    }
    let between = |from, to| changes_asked(from, to, "2025-10-01");
    for (request, said, field) in [
        (proto::ChangesRequest { from: None, ..between(1, size) }, "FieldMustBeValid", "from"),
        (between(size, size - 1), "FieldMustBeValid", "from"),
        (between(size + 1, size), "SizeMustBeReached", "from"),
        (proto::ChangesRequest { treaty: "no such".into(), ..between(1, size) }, "NotFound", "treaty"),
        (proto::ChangesRequest { at: "2025-02-30".into(), ..between(1, size) }, "FieldMustBeValid", "at"),
    ] {
        let refused = client.changes(request).await.unwrap_err();
        assert_eq!(reason(&refused), (said.to_owned(), field.to_owned()), "{refused:?}");
    }
    let codes = vec!["no_such_code".to_owned()];
    let request = proto::FindingsRequest { codes, read_at: read_at(size), ..Default::default() };
    let refused = client.findings(request).await.unwrap_err();
    assert_eq!(reason(&refused), ("FieldMustBeValid".to_owned(), "codes".to_owned()));
    story.audited().await;
}
