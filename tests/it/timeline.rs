//! What a timeline says became of each act: corrected, taken back, one of several accounts.

use merestone::{domain::*, wire::proto};

use crate::treaty_status::{OTTAWA, Story, drafted, notice, under, world};

fn shared(subject: &str, body: SharedBody) -> Event {
    drafted(subject, Body::Shared(body))
}

/// A correction of a notice; without a day of receipt where none is given.
fn correction(target: &EventReference, received: &str) -> SharedBody {
    let unknown = |field: &str| NotStated { field: field.into(), reason: NotStatedReason::Unknown };
    let (body, not_stated) = match received {
        "" => {
            let fields = ["received_by_depositary", "other_parties_notified"];
            (undated_notice(), fields.map(unknown).into())
        }
        received => (notice(received), Vec::new()),
    };
    let restated = Restated { occurred: None, not_stated, body: Body::Treaty(body) };
    SharedBody::EventCorrected(EventCorrected {
        target: target.clone(),
        reason: "a slip".into(),
        restated: Some(Box::new(restated)),
    })
}

fn undated_notice() -> TreatyBody {
    let TreatyBody::WithdrawalNotified(body) = notice("2026-02-15") else { unreachable!("it is a notice") };
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        received_by_depositary: None,
        other_parties_notified: None,
        ..body
    })
}

fn retraction(target: &EventReference) -> SharedBody {
    SharedBody::EventRetracted(EventRetracted { target: target.clone(), reason: "never happened".into() })
}

/// Acts that are new since a size, as changes tell them.
async fn new_acts(story: &Story, from: u64) -> Vec<proto::Act> {
    let request = proto::ChangesRequest {
        treaty: OTTAWA.into(),
        from: Some(proto::ReadAt { minimum_size: 0, known_at: Some(proto::read_at::KnownAt::Size(from)) }),
        at: "2027-01-01".into(),
        ..proto::ChangesRequest::default()
    };
    let told = story.client().changes(request).await.unwrap().into_inner().changes.into_iter();
    let acts = told.filter_map(|line| match line.change? {
        proto::known_change::Change::Act(act) => Some(act),
        proto::known_change::Change::Difference(_) => None,
    });
    acts.collect()
}

/// What cites the document with this symbol.
async fn citing(story: &Story, symbol: &str) -> Vec<proto::Act> {
    let document = Some(proto::citing_request::Document::Symbol(symbol.into()));
    let read_at = Some(proto::ReadAt { minimum_size: story.size(), known_at: None });
    let request = proto::CitingRequest { document, read_at, ..proto::CitingRequest::default() };
    let told = story.client().citing(request).await.unwrap().into_inner().events;
    told.into_iter().filter_map(|citing| citing.act).collect()
}

async fn acts(story: &Story, participant: &str, size: u64) -> Vec<proto::Act> {
    let request = proto::TimelineRequest {
        treaty: OTTAWA.into(),
        participant: participant.into(),
        read_at: Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) }),
        ..proto::TimelineRequest::default()
    };
    story.client().timeline(request).await.unwrap().into_inner().acts
}

fn act_at(acts: &[proto::Act], index: u64) -> &proto::Act {
    acts.iter().find(|act| act.position.as_ref().unwrap().index == index).unwrap()
}

fn indexes(places: &[proto::EventPosition]) -> Vec<u64> {
    places.iter().map(|place| place.index).collect()
}

fn index(place: &Option<proto::EventPosition>) -> u64 {
    place.as_ref().unwrap().index
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_act_shows_the_date_that_holds_and_its_corrections_what_changed() {
    let story = Story::begin().await;
    let poland = under(OTTAWA, "POL");
    let first = story.size();
    let withdrawal = story.record(&poland, notice("2026-02-15")).await;
    story.enter(shared(&poland, correction(&withdrawal, "2026-02-25"))).await;
    let once = story.size();
    story.enter(shared(&poland, correction(&withdrawal, "2026-02-26"))).await;
    for participant in ["POL", ""] {
        let told = acts(&story, participant, story.size()).await;
        let act = act_at(&told, first);
        assert_eq!((&*act.date, &*act.date_first_stated), ("2026-02-26", "2026-02-15"));
        assert_eq!(indexes(&act.corrected_by), [first + 1, first + 2]);
        let [_, last] = [first + 1, first + 2].map(|at| act_at(&told, at));
        assert_eq!(index(&last.about), first);
        let changed = last.changes.iter().find(|changed| changed.field == "received_by_depositary").unwrap();
        assert_eq!((&*changed.before, &*changed.after), ("2026-02-25", "2026-02-26"), "against what stood before it");
    }
    let before = acts(&story, "POL", once).await;
    assert_eq!(act_at(&before, first).date, "2026-02-25");
    let before = acts(&story, "POL", first + 1).await;
    let act = act_at(&before, first);
    assert_eq!((&*act.date, act.corrected_by.len(), &*act.date_first_stated), ("2026-02-15", 0, ""));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_is_taken_back_says_so_and_the_retraction_names_it() {
    let story = Story::begin().await;
    let poland = under(OTTAWA, "POL");
    let at = story.size();
    let withdrawal = story.record(&poland, notice("2026-02-15")).await;
    story.enter(shared(&poland, retraction(&withdrawal))).await;
    let told = acts(&story, "POL", story.size()).await;
    assert_eq!(index(&act_at(&told, at).retracted_by), at + 1);
    assert_eq!(index(&act_at(&told, at + 1).about), at);
    let before = acts(&story, "POL", at + 1).await;
    assert!(act_at(&before, at).retracted_by.is_none(), "nobody had taken it back then");
    // A correction that comes after that changes nothing of what is told.
    story.enter(shared(&poland, correction(&withdrawal, "2026-02-25"))).await;
    let told = acts(&story, "POL", story.size()).await;
    let [act, taken_back, late] = [at, at + 1, at + 2].map(|at| act_at(&told, at));
    assert_eq!((&*act.date, &*act.date_first_stated, act.corrected_by.len()), ("2026-02-15", "", 0));
    for later in [taken_back, late] {
        assert_eq!(later.about_act.as_ref().unwrap().date, "2026-02-15");
    }
    assert!(late.changes_nothing && late.changes.is_empty() && index(&late.about) == at);
    assert!(!act.changes_nothing && !taken_back.changes_nothing);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_one_act_name_each_other_and_which_is_followed() {
    let story = Story::begin().await;
    let poland = under(OTTAWA, "POL");
    let at = story.size();
    let account = |class, signed: &str| {
        let body = SignatureAffixed { signed: world(signed), place: "".into(), signature_type: SignatureType::Simple };
        let mut event = drafted(&poland, Body::Treaty(TreatyBody::SignatureAffixed(body)));
        event.act = Some("Poland, signature".into());
        event.source.as_mut().unwrap().class = class;
        event
    };
    story.enter(account(SourceClass::Press, "1997-12-03")).await;
    story.enter(account(SourceClass::Government, "1997-12-04")).await;
    story.record(&poland, notice("2026-02-15")).await;
    let told = acts(&story, "POL", story.size()).await;
    let rivals = |at| (indexes(&act_at(&told, at).rivals), act_at(&told, at).passed_over);
    assert_eq!(rivals(at), (vec![at + 1], true));
    assert_eq!(rivals(at + 1), (vec![at], false));
    assert_eq!(rivals(at + 2), (vec![], false));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_and_retractions_are_told_alike_on_timelines_of_treaties_and_documents_and_as_changes() {
    let story = Story::begin().await;
    let poland = under(OTTAWA, "POL");
    let first = story.size();
    let citing_one = |mut event: Event| {
        event.documents = vec![Document {
            sha256: DocumentDigest([7; 32]),
            size: 1,
            media_type: "application/pdf".into(),
            language: "".into(),
            title: "".into(),
            symbol: "C.N.7".into(),
        }];
        event
    };
    let withdrawal = story.enter(citing_one(drafted(&poland, Body::Treaty(notice("2026-02-15"))))).await;
    for received in ["2026-03-05", "2026-02-25"] {
        story.enter(citing_one(shared(&poland, correction(&withdrawal, received)))).await;
    }
    story.enter(citing_one(shared(&poland, retraction(&withdrawal)))).await;
    let timeline = acts(&story, "POL", story.size()).await;
    for told in [new_acts(&story, first).await, citing(&story, "C.N.7").await, timeline.clone()] {
        for at in first..story.size() {
            assert_eq!(act_at(&told, at), act_at(&timeline, at));
        }
        let act = act_at(&told, first);
        assert_eq!((&*act.date, &*act.date_first_stated), ("2026-02-25", "2026-02-15"), "as it stood when taken back");
        assert_eq!((index(&act.retracted_by), indexes(&act.corrected_by)), (first + 3, vec![first + 1, first + 2]));
        let stood = ["2026-02-15", "2026-03-05", "2026-02-25"].into_iter();
        for (at, stood) in (first + 1..).zip(stood) {
            let told = act_at(&told, at);
            let about = told.about_act.clone().unwrap();
            assert_eq!(index(&told.about), first);
            assert_eq!(
                (&*about.kind, &*about.participant_name, &*about.date),
                ("withdrawal_notified", "Poland", stood)
            );
        }
        let changed = |at| {
            let changes = &act_at(&told, at).changes;
            let found = changes.iter().find(|changed| changed.field == "received_by_depositary").unwrap();
            (found.before.clone(), found.after.clone())
        };
        assert_eq!(changed(first + 1), ("2026-02-15".into(), "2026-03-05".into()));
        assert_eq!(changed(first + 2), ("2026-03-05".into(), "2026-02-25".into()));
        assert!(act_at(&told, first + 3).changes.is_empty(), "a retraction restates nothing");
    }
    story.audited().await;
}

/// A timeline in pages of one act: where its acts stand, and how many acts and reactions it
/// leaves out.
async fn in_pages(story: &Story, participant: &str, at: &str, size: u64) -> (Vec<u64>, (u32, u32)) {
    let (mut told, mut token) = (Vec::new(), String::new());
    loop {
        let request = proto::TimelineRequest {
            treaty: OTTAWA.into(),
            participant: participant.into(),
            at: at.into(),
            read_at: Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) }),
            page_size: 1,
            page_token: token,
            ..proto::TimelineRequest::default()
        };
        let page = story.client().timeline(request).await.unwrap().into_inner();
        told.extend(page.acts.iter().flat_map(|act| &act.position).map(|position| position.index));
        token = page.next_page_token;
        if token.is_empty() {
            return (told, (page.later_acts, page.later_reactions));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_are_placed_and_cut_on_every_page_by_the_date_that_stands_as_known_then() {
    let story = Story::begin().await;
    let (poland, lithuania) = (under(OTTAWA, "POL"), under(OTTAWA, "LTU"));
    let first = story.size();
    let slip = story.record(&poland, notice("2026-02-15")).await;
    story.record(&poland, notice("2026-03-01")).await;
    story.record(&lithuania, notice("2026-02-20")).await;
    let before = story.size();
    story.enter(shared(&poland, correction(&slip, "2026-03-05"))).await;
    let moved = story.size();
    story.enter(shared(&poland, correction(&slip, ""))).await;
    let [one, two, other, once, twice] = [0, 1, 2, 3, 4].map(|further| first + further);
    let told = async |participant, at, size| in_pages(&story, participant, at, size).await;
    assert_eq!(told("POL", "", before).await.0, [one, two], "as it was stated first");
    assert_eq!(told("POL", "", moved).await.0, [two, one, once]);
    assert_eq!(told("POL", "2026-03-04", before).await, (vec![one, two], (0, 0)));
    assert_eq!(told("POL", "2026-03-04", moved).await, (vec![two, once], (1, 0)), "it comes on the day after");
    assert_eq!(told("POL", "2026-02-14", moved).await, (vec![once], (2, 0)));
    assert_eq!(
        told("POL", "", moved + 1).await.0,
        [two, one, once, twice],
        "without a day it stands among the undated"
    );
    assert_eq!(told("POL", "2026-02-14", moved + 1).await, (vec![one, once, twice], (1, 0)));
    let of_all = told("", "2026-03-04", moved).await.0;
    assert_eq!(of_all[of_all.len() - 3..], [other, two, once]);
    story.audited().await;
}
