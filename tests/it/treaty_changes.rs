//! What changed between two states of knowledge that lie far apart: who is touched is told by
//! the read models then, and not by reading the entries. Each story audited at its end.

use merestone::{domain::*, limits::CHANGED_ENTRIES, wire::proto};

use crate::{
    sign_offs::{admit, mandate},
    support::*,
    treaty_questions_time::read_at,
    treaty_status::{OTTAWA, Story, notice, plain_leave, under, world},
};

const CONVENTION: &str = "untc:XXVI-2";
const PROTOCOL: &str = "untc:XXVI-2-d";

async fn registered(story: &Story, treaty: &str, parent: Option<&str>) {
    let cascade_to = if parent.is_none() { vec![PROTOCOL.parse().unwrap()] } else { Vec::new() };
    let clauses = Clauses { withdrawal: Some(plain_leave(&[])), cascade_to, ..Clauses::default() };
    story.unnamed_treaty(treaty, parent, clauses).await;
}

async fn changes(story: &Story, from: u64, to: u64) -> Vec<proto::KnownChange> {
    let known_at = Some(proto::read_at::KnownAt::Size(from));
    let request = proto::ChangesRequest {
        from: Some(proto::ReadAt { minimum_size: 0, known_at }),
        read_at: read_at(to),
        at: "2025-10-01".into(),
        page_size: 1_000,
        ..proto::ChangesRequest::default()
    };
    let answer = story.client().changes(request).await.unwrap().into_inner();
    assert_eq!(answer.next_page_token, "");
    answer.changes
}

/// A release of land, which waits for signatures: acts under treaties never do.
async fn waiting(story: &Story) -> merestone::authoring::SignedSubmission {
    let mut opened = record_opened();
    let parcel: ParcelId = "P1".parse().unwrap();
    if let Body::Minefield(MinefieldBody::RecordOpened(record)) = &mut opened.body {
        record.parcels = vec![Parcel { id: parcel.clone(), area_m2: Some(1_000) }];
    }
    let body = LandReleased {
        parcels: vec![parcel],
        released: world("2026-01-02"),
        rests_on: Vec::new(),
        certificate: "handover 7".into(),
        recipient: "the district".into(),
        residual_risk: "low".into(),
    };
    let mut release = event(&opened.subject.to_string(), Body::Minefield(MinefieldBody::LandReleased(body)));
    release.source = Some(source(SourceClass::OwnAct));
    story.enter(opened).await;
    let signed = story.ledger.sign(&story.ledger.recorder, vec![release]);
    story.ledger.submit(&signed).await.unwrap();
    signed
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_changes_are_told_however_many_entries_came_after_them() {
    let story = Story::begin().await;
    registered(&story, CONVENTION, None).await;
    registered(&story, PROTOCOL, Some(CONVENTION)).await;
    for (treaty, participant) in [(OTTAWA, "LTU"), (CONVENTION, "POL"), (PROTOCOL, "POL"), (OTTAWA, "CHE")] {
        story.deposit(treaty, participant, ConsentMode::Ratification, "2003-05-12").await;
    }
    let authority = post("authority-xx", "head");
    let covers = mandate("authority-xx", MandateType::NationalAuthority, &["XX"]);
    admit(&story.ledger, &authority, Role::NationalAuthority, vec![covers]).await;
    let signed = waiting(&story).await;
    let from = story.size();
    story.record(&under(CONVENTION, "POL"), notice("2025-08-20")).await;
    story.record(&under(OTTAWA, "LTU"), notice("2025-06-27")).await;
    let body = ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement: ConflictEngagement::Engaged,
        conflict_type: None,
        since: world("2025-01-01"),
        until: None,
        asserted_by: "CHE".into(),
    };
    story.record("participant/CHE", TreatyBody::ConflictStatusAsserted(body)).await;
    let verifier = &story.ledger.verifier;
    for (post, capacity) in [(verifier, Capacity::Verifier), (&authority, Capacity::NationalAuthority)] {
        let approval = later_sign_off(story.ledger.id, &signed, post, capacity, approve());
        story.ledger.submit(&approval).await.unwrap();
    }
    let near = changes(&story, from, story.size()).await;
    let told = near.iter().map(|line| match line.change.as_ref().unwrap() {
        proto::known_change::Change::Act(act) => (line.treaty.as_str(), act.kind.as_str()),
        proto::known_change::Change::Difference(found) => (line.treaty.as_str(), found.participant.as_str()),
    });
    let expected = [
        (CONVENTION, "withdrawal_notified"),
        (CONVENTION, "POL"),
        (PROTOCOL, "POL"),
        (OTTAWA, "withdrawal_notified"),
        (OTTAWA, "conflict_status_asserted"),
        (OTTAWA, "LTU"),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    for _ in 0..CHANGED_ENTRIES {
        story.enter(record_opened()).await;
    }
    assert_eq!(changes(&story, from, story.size()).await, near, "the entries that came since are about land");
    story.audited().await;
}
