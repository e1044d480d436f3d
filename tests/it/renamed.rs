//! Registrations that were corrected: every answer uses the name and the clauses that
//! stand as known, and every name finds.

use merestone::{domain::*, wire::proto};

use crate::{
    support::reason,
    treaty_status::{OTTAWA, Story, drafted, ottawa, world},
};

fn state(name: &str, other: &[&str]) -> TreatyBody {
    TreatyBody::ParticipantRegistered(ParticipantRegistered {
        name: name.into(),
        participant_type: ParticipantType::State,
        iso_code: None,
        other_names: other.iter().map(|name| (*name).into()).collect(),
        predecessors: Vec::new(),
    })
}

fn treaty(short_name: &str, version: &str, notice_months: u32) -> TreatyBody {
    let mut clauses = Clauses { version: version.into(), ..ottawa() };
    clauses.withdrawal.as_mut().unwrap().notice_months = notice_months;
    TreatyBody::TreatyRegistered(Box::new(TreatyRegistered {
        title: "A treaty".into(),
        short_names: vec![short_name.into()],
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(clauses),
    }))
}

async fn correct(story: &Story, subject: &str, target: EventReference, body: TreatyBody) {
    let restated = Restated { occurred: None, not_stated: Vec::new(), body: Body::Treaty(body) };
    let body = EventCorrected { target, reason: "renamed".into(), restated: Some(Box::new(restated)) };
    story.enter(drafted(subject, Body::Shared(SharedBody::EventCorrected(body)))).await;
}

fn known(size: u64) -> Option<proto::ReadAt> {
    Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_uses_the_corrected_name_and_every_name_finds() {
    let story = Story::without_treaties().await;
    let registered = story.record("treaty/untc:T", treaty("Mine Ban", "1997-1", 6)).await;
    let named = story.record("participant/XAA", state("Xland", &[])).await;
    story.deposit("untc:T", "XAA", ConsentMode::Accession, "1998-03-24").await;
    let before = story.size();
    correct(&story, "participant/XAA", named, state("New Xland", &["Republic of New Xland"])).await;
    correct(&story, "treaty/untc:T", registered, treaty("AP Ban", "1997-1", 6)).await;
    let after = story.size();
    for (treaty, participant) in
        [("Mine Ban", "Xland"), ("AP Ban", "New Xland"), ("ap ban", "republic of new xland"), ("untc:T", "XAA")]
    {
        let status = story.status(treaty, participant, "2026-03-01", after).await;
        assert_eq!((&*status.treaty_name, &*status.participant_name), ("AP Ban", "New Xland"));
        let request =
            proto::StandingRequest { participant: participant.into(), read_at: known(after), ..Default::default() };
        let standing = story.client().standing(request).await.unwrap().into_inner();
        assert_eq!((&*standing.participant_name, &*standing.standings[0].treaty_name), ("New Xland", "AP Ban"));
    }
    let request = proto::ListParticipantsRequest { read_at: known(after), ..Default::default() };
    let listed = story.client().list_participants(request).await.unwrap().into_inner().participants.remove(0);
    assert_eq!(listed.registered.unwrap().name, "New Xland");
    assert_eq!(listed.earlier[0].names, ["Xland"]);
    assert!(listed.corrected.unwrap().index > listed.position.unwrap().index);
    let request = proto::ListTreatiesRequest { read_at: known(after), ..Default::default() };
    let listed = story.client().list(request).await.unwrap().into_inner().treaties.remove(0);
    assert_eq!(listed.registered.unwrap().short_names, ["AP Ban"]);

    let status = story.status("Mine Ban", "Xland", "2026-03-01", before).await;
    assert_eq!((&*status.treaty_name, &*status.participant_name), ("Mine Ban", "Xland"));
    let request = proto::StandingRequest {
        participant: "New Xland".into(),
        read_at: known(before),
        ..proto::StandingRequest::default()
    };
    let refused = story.client().standing(request).await.unwrap_err();
    assert_eq!(reason(&refused).0, "NotFound", "nobody knew the name then");
    assert!(refused.message().contains("names like it: XAA (Xland)"), "{}", refused.message());
    for (name, says) in [("", "no participant is named"), ("Nowhere", "`participant list` shows")] {
        let request = proto::StandingRequest { participant: name.into(), ..proto::StandingRequest::default() };
        let refused = story.client().standing(request).await.unwrap_err();
        assert!(refused.message().contains(says) && !refused.message().contains("like it"), "{}", refused.message());
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_name_now_goes_before_who_had_it() {
    let story = Story::without_treaties().await;
    story.record("participant/XAA", state("Xland", &[])).await;
    let mistaken = story.record("participant/XBB", state("Xland", &[])).await;
    let find = async |name: &str, size| {
        let request = proto::StandingRequest { participant: name.into(), read_at: known(size), ..Default::default() };
        story.client().standing(request).await.map(|answer| answer.into_inner().participant)
    };
    assert_eq!(reason(&find("Xland", story.size()).await.unwrap_err()).1, "name", "two have it");
    correct(&story, "participant/XBB", mistaken, state("Yland", &[])).await;
    assert_eq!(find("XLAND", story.size()).await.unwrap(), "XAA");
    assert_eq!(find("Yland", story.size()).await.unwrap(), "XBB");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_treaty_is_shown_with_the_clauses_that_answers_apply() {
    let story = Story::begin().await;
    let request = |size| proto::GetTreatyRequest { treaty: "APMBC".into(), read_at: known(size) };
    let get = async |size| story.client().get(request(size)).await.unwrap().into_inner().treaty.unwrap();
    let notice = |entry: &proto::TreatyEntry| {
        let clauses = entry.registered.clone().unwrap().clauses.unwrap();
        (clauses.withdrawal.unwrap().notice_months, clauses.version)
    };
    let registered = story.size();
    let before = get(registered).await;
    assert_eq!((notice(&before), before.corrected.is_none(), before.earlier.len()), ((6, String::new()), true, 0));
    let position = before.position.unwrap();
    let target = EventReference {
        organisation: position.organisation.parse().unwrap(),
        event: position.event_id.parse().unwrap(),
    };
    let subject = format!("treaty/{OTTAWA}");
    correct(&story, &subject, target.clone(), treaty("APMBC", "2026-1", 12)).await;
    correct(&story, &subject, target, treaty("APMBC", "2026-2", 9)).await;
    let size = story.size();
    let after = get(size).await;
    assert_eq!(notice(&after), (9, "2026-2".to_owned()));
    assert_eq!(after.earlier.iter().map(|it| &*it.clauses_version).collect::<Vec<_>>(), ["", "2026-1"]);
    assert_eq!(after.corrected.as_ref().unwrap().index, size - 1);
    let status = story.status("APMBC", "Poland", "2026-03-01", size).await;
    assert_eq!(status.clauses.unwrap().position, after.corrected, "the same event gave them");
    assert_eq!(status.clauses_version, "2026-2");
    assert_eq!(notice(&get(registered).await).0, 6, "as known before");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_like_one_that_nobody_has_are_found_by_their_words() {
    let story = Story::without_treaties().await;
    for (id, name) in [
        ("KOR", "Republic of Korea"),
        ("ZAF", "South Africa"),
        ("DEU", "Germany"),
        ("GMB", "Gambia"),
        ("CZE", "Czech Republic"),
    ] {
        story.record(&format!("participant/{id}"), state(name, &[])).await;
    }
    for (asked, near) in [
        ("South Korea", "names like it: KOR (Republic of Korea);"),
        ("Germny", "names like it: DEU (Germany);"),
        ("Gambia, The", "names like it: GMB (Gambia);"),
    ] {
        let request = proto::StandingRequest { participant: asked.into(), ..proto::StandingRequest::default() };
        let refused = story.client().standing(request).await.unwrap_err();
        assert!(refused.message().contains(near), "{asked}: {}", refused.message());
    }
    // A text that is no name is told in part, and no name is compared with it.
    let endless = "South Korea ".repeat(20_000);
    let request = proto::StandingRequest { participant: endless, ..proto::StandingRequest::default() };
    let refused = story.client().standing(request).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::NotFound);
    assert!(refused.message().len() < 500 && !refused.message().contains("names like it"), "{}", refused.message());
    story.audited().await;
}
