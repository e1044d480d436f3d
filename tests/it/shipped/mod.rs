//! The clauses that come with the program: each registration enters a ledger, and what
//! the rules make of it is what the treaty says. Expected days are those of the public
//! record or of the article, never those of the code.

use merestone::{
    authoring::{
        Drafted, Folder, Header, NameBook, SHIPPED_CLAUSES, ShippedClauses, Surroundings, expand, read_items, sign,
    },
    domain::*,
    sequencer::Outcome,
    wire::proto,
};
use serde_json::{Value, json};

mod beside;
mod binding;
mod duties;
mod text;

use crate::{
    support::*,
    treaty_status::{Story, drafted, instrument, under, world},
};

const APMBC: &str = "untc:XXVI-5";
const CCM: &str = "untc:XXVI-6";
const CCW: &str = "untc:XXVI-2";
const P1: &str = "untc:XXVI-2:I";
const P2: &str = "untc:XXVI-2:II";
const P3: &str = "untc:XXVI-2:III";
const P4: &str = "untc:XXVI-2-a";
const AP2: &str = "untc:XXVI-2-b";
const P5: &str = "untc:XXVI-2-d";
const ROME: &str = "untc:XVIII-10";
/// A treaty that says nothing itself: the author gives what the file leaves open.
const SILENT: &str = "untc:SILENT";

/// Official days of entry into force.
const IN_FORCE: [(&str, &str); 4] =
    [(APMBC, "1999-03-01"), (CCM, "2010-08-01"), (CCW, "1983-12-02"), (AP2, "1998-12-03")];

/// A shipped document as an author would send it.
fn document(shipped: &ShippedClauses) -> Value {
    let mut document = shipped.document();
    if shipped.treaty().is_none() {
        document["treaty"] = json!(SILENT);
        document["treaty_registered"]["title"] = json!("A treaty without final clauses");
        document["treaty_registered"]["adopted"] = json!("1980-01-01");
        document["source"]["class"] = json!("government");
        document["source"]["name"] = json!("Text of the treaty");
    }
    document
}

fn expanded(document: &Value, ledger: LedgerId) -> Vec<Drafted> {
    let items = read_items("shipped", &document.to_string()).unwrap();
    let names = NameBook::default();
    let mut with = Surroundings {
        file: "shipped",
        ledger: Some(ledger),
        names: &names,
        evidence: &Folder(".".into()),
        now: SIGNED_AT,
        randomness: &mut randomness,
    };
    expand(items, &mut with).unwrap()
}

/// Registers every shipped treaty, each in a submission of its own; what was remarked.
async fn register(story: &Story) -> Vec<(&'static str, Vec<Finding>)> {
    let mut remarked = Vec::new();
    for shipped in SHIPPED_CLAUSES {
        let ledger = &story.ledger;
        let header = Header {
            ledger: Some(ledger.id),
            organisation: ledger.recorder.organisation.clone(),
            member: ledger.recorder.member.clone(),
            seen: None,
            require_unmoved: false,
        };
        let events = expanded(&document(shipped), ledger.id);
        let signed = sign(&header, &events, &ledger.recorder.key, SIGNED_AT, &mut randomness);
        match ledger.submit(&signed).await {
            Ok(Outcome::Accepted { findings, .. }) => remarked.push((shipped.name, findings)),
            other => panic!("{}: {other:?}", shipped.name),
        }
    }
    remarked
}

/// A ledger with every shipped treaty, in force since its official day.
async fn story() -> Story {
    let story = Story::without_treaties().await;
    register(&story).await;
    for (treaty, day) in IN_FORCE {
        let body = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world(day) };
        story.record(&format!("treaty/{treaty}"), TreatyBody::EffectStated(body)).await;
    }
    story
}

async fn participants(story: &Story, ids: impl IntoIterator<Item = String>) {
    let register = |id: String| {
        let body = ParticipantRegistered {
            name: id.as_str().into(),
            participant_type: ParticipantType::State,
            iso_code: None,
            other_names: Vec::new(),
            predecessors: Vec::new(),
        };
        drafted(&format!("participant/{id}"), Body::Treaty(TreatyBody::ParticipantRegistered(body)))
    };
    together(story, ids.into_iter().map(register).collect()).await;
}

/// Enters events in one submission.
async fn together(story: &Story, events: Vec<Event>) {
    let signed = story.ledger.sign(&story.ledger.recorder, events);
    story.ledger.submit(&signed).await.unwrap();
}

fn deposit(treaty: &str, participant: &str, deposited: &str, protocols: &[&str]) -> Event {
    let mode = if treaty.contains("XXVI-2-") { ConsentMode::ConsentToBeBound } else { ConsentMode::Accession };
    let body = instrument(mode, deposited, protocols);
    drafted(&under(treaty, participant), Body::Treaty(TreatyBody::InstrumentDeposited(body)))
}

fn notice(treaty: &str, participant: &str, received: &str, later: Option<&str>) -> Event {
    let body = WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: world(received),
        other_parties_notified: None,
        security_council_notified: None,
        reasons: None,
        later_effect: later.map(|day| day.parse().unwrap()),
    };
    let mut event = drafted(&under(treaty, participant), Body::Treaty(TreatyBody::WithdrawalNotified(body)));
    for field in ["other_parties_notified", "reasons"] {
        event.not_stated.push(NotStated { field: field.into(), reason: NotStatedReason::Unknown });
    }
    event
}

fn conflict(participant: &str, of: ConflictType, since: &str, until: Option<&str>) -> Event {
    let body = ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement: ConflictEngagement::Engaged,
        conflict_type: Some(of),
        since: world(since),
        until: until.and_then(world),
        asserted_by: "Somebody".into(),
    };
    drafted(&format!("participant/{participant}"), Body::Treaty(TreatyBody::ConflictStatusAsserted(body)))
}

async fn asked(story: &Story, treaty: &str, participant: &str, at: &str) -> proto::TreatyStatusResponse {
    story.status(treaty, participant, at, story.size()).await
}

/// The first day of a status, in the one course that there is.
fn begins(answer: &proto::TreatyStatusResponse, status: &str) -> String {
    let [course] = answer.courses.as_slice() else { panic!("{:?}", answer.courses) };
    let span = course.spans.iter().find(|span| span.status == status);
    span.unwrap_or_else(|| panic!("never {status}: {:?}", course.spans)).from.clone()
}

fn codes(answer: &proto::TreatyStatusResponse) -> Vec<&str> {
    answer.findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_treaty_enters_without_a_remark() {
    let story = Story::without_treaties().await;
    let remarked = register(&story).await;
    assert_eq!(remarked.len(), SHIPPED_CLAUSES.len());
    for (name, findings) in remarked {
        assert!(findings.is_empty(), "{name}: {findings:?}");
    }
    participants(&story, ["ONE".to_owned()]).await;
    for shipped in SHIPPED_CLAUSES {
        let treaty = shipped.treaty().unwrap_or_else(|| SILENT.to_owned());
        let answer = asked(&story, &treaty, "ONE", "2026-01-01").await;
        assert_eq!(answer.outcomes[0].status, "non_participant", "{treaty}");
        assert!(answer.findings.is_empty(), "{treaty}: {:?}", answer.findings);
        let version = shipped.document()["treaty_registered"]["clauses"]["version"].clone();
        assert_eq!(version, answer.clauses_version, "{treaty}");
    }
    story.audited().await;
}
