//! What the shipped clauses say beside status: signature, accession, reservations,
//! provisional application, suspension and the time for objections.

use super::*;

/// A day, and whether the treaty was open for signature on it.
const SIGNED: [(&str, &str, bool); 16] = [
    (APMBC, "1997-12-02", false),
    (APMBC, "1997-12-03", true),
    (APMBC, "1999-02-26", true), // Lithuania, the last one
    (APMBC, "1999-03-01", false),
    (CCM, "2008-12-02", false),
    (CCM, "2008-12-03", true),
    (CCM, "2010-07-31", true),
    (CCM, "2010-08-01", false),
    (CCW, "1981-04-09", false),
    (CCW, "1981-04-10", true),
    (CCW, "1982-04-10", true),
    (CCW, "1982-04-11", false),
    (ROME, "1998-07-16", false),
    (ROME, "1998-07-17", true),
    (ROME, "2000-12-31", true),
    (ROME, "2001-01-01", false),
];

fn signature(treaty: &str, participant: &str, signed: &str) -> Event {
    let body = SignatureAffixed { signed: world(signed), place: "".into(), signature_type: SignatureType::Simple };
    drafted(&under(treaty, participant), Body::Treaty(TreatyBody::SignatureAffixed(body)))
}

fn declaration(treaty: &str, participant: &str, declaration_type: DeclarationType, made: &str) -> Event {
    let body = DeclarationMade {
        declaration_type,
        made: world(made),
        article: "".into(),
        text: "A declaration".into(),
        made_with: None,
        changes: None,
        territory: None,
        effective: None,
    };
    drafted(&under(treaty, participant), Body::Treaty(TreatyBody::DeclarationMade(Box::new(body))))
}

async fn one_participant() -> Story {
    let story = story().await;
    participants(&story, ["ONE".to_owned()]).await;
    story
}

/// The treaties under which ONE gets a finding.
async fn found_under(story: &Story, treaties: &[&'static str], code: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for treaty in treaties {
        let answer = asked(story, treaty, "ONE", "2029-01-01").await;
        if codes(&answer).contains(&code) {
            found.push(*treaty);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_outside_the_time_for_it_is_remarked() {
    let story = story().await;
    let ids: Vec<String> = (1..=SIGNED.len()).map(|number| format!("P{number:02}")).collect();
    participants(&story, ids.clone()).await;
    let rows = || ids.iter().zip(SIGNED);
    together(&story, rows().map(|(id, (treaty, day, _))| signature(treaty, id, day)).collect()).await;
    for (id, (treaty, signed, open)) in rows() {
        let answer = asked(&story, treaty, id, "2020-01-01").await;
        assert_eq!(answer.outcomes[0].status, "signatory", "{treaty}");
        let outside = answer.findings.iter().any(|finding| finding.code == "signature_outside_window");
        assert_eq!(outside, !open, "{treaty}, signed {signed}");
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signed_ratifies_unless_the_treaty_is_open_to_all() {
    let story = one_participant().await;
    let treaties = [(APMBC, "1997-12-03"), (CCM, "2008-12-03"), (CCW, "1981-04-10"), (ROME, "1998-07-17")];
    let mut events = Vec::new();
    for (treaty, signed) in treaties {
        events.push(signature(treaty, "ONE", signed));
        events.push(deposit(treaty, "ONE", "2012-01-09", &[P1, P2]));
    }
    together(&story, events).await;
    let under_these = treaties.map(|(treaty, _)| treaty);
    assert_eq!(found_under(&story, &under_these, "accession_by_signatory").await, [APMBC, CCM, CCW]);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reservation_enters_and_is_remarked_where_none_is_permitted() {
    let story = one_participant().await;
    let treaties = [APMBC, CCM, CCW, P3, AP2, ROME, SILENT];
    let mut events = Vec::new();
    for treaty in treaties {
        events.push(deposit(treaty, "ONE", "2012-01-09", &[P1, P2]));
        events.push(declaration(treaty, "ONE", DeclarationType::Reservation, "2012-01-09"));
    }
    together(&story, events).await;
    assert_eq!(found_under(&story, &treaties, "impermissible_reservation").await, [APMBC, CCM, ROME]);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn provisional_application_is_of_what_the_article_names() {
    let story = one_participant().await;
    let treaties = [APMBC, CCM, CCW, AP2, SILENT];
    let mut events = Vec::new();
    for treaty in treaties {
        events.push(deposit(treaty, "ONE", "2011-03-24", &[P1, P2]));
        events.push(declaration(treaty, "ONE", DeclarationType::ProvisionalApplication, "2011-03-24"));
    }
    together(&story, events).await;
    assert_eq!(found_under(&story, &treaties, "provisional_application_not_provided").await, [CCW, AP2, SILENT]);
    for (treaty, applied) in [(APMBC, "Article 1(1)"), (CCM, "Article 1")] {
        let answer = asked(&story, treaty, "ONE", "2011-08-31").await;
        let found = answer.overlays.iter().find_map(|overlay| match overlay.overlay.as_ref()? {
            proto::status_overlay::Overlay::ProvisionalApplication(found) => Some(found),
            _ => None,
        });
        let found = found.unwrap_or_else(|| panic!("{treaty}: {:?}", answer.overlays));
        let told = (found.scope.as_str(), found.article.as_str(), found.since.as_str(), found.until.as_str());
        assert_eq!(told, (applied, "18", "2011-03-24", "2011-09-01"));
    }
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_changes_nothing_and_others_have_three_months_to_object() {
    let story = one_participant().await;
    let treaties = [APMBC, CCM, CCW, AP2, ROME, SILENT];
    let mut events = Vec::new();
    for treaty in treaties {
        events.push(deposit(treaty, "ONE", "2005-12-27", &[P1, P2]));
        let body = SuspensionNotified {
            received_by_depositary: world("2025-07-18"),
            circulated: world("2025-07-21"),
            claimed_from: None,
            claimed_until: "".into(),
            grounds: vec![SuspensionGround::FundamentalChange],
            provisions: Vec::new(),
        };
        events.push(drafted(&under(treaty, "ONE"), Body::Treaty(TreatyBody::SuspensionNotified(body))));
    }
    together(&story, events).await;
    assert_eq!(found_under(&story, &treaties, "suspension_not_provided").await, [APMBC, CCM]);
    for treaty in treaties {
        let answer = asked(&story, treaty, "ONE", "2026-03-01").await;
        let expected = if treaty == ROME { "contracting" } else { "party" };
        assert_eq!(answer.outcomes[0].status, expected, "{treaty}");
        let [overlay] = answer.overlays.as_slice() else { panic!("{treaty}: {:?}", answer.overlays) };
        let Some(proto::status_overlay::Overlay::SuspensionAsserted(found)) = &overlay.overlay else {
            panic!("{treaty}: {overlay:?}")
        };
        let windows: Vec<_> = found.windows.iter().map(|it| (it.from.as_str(), it.ends.as_str())).collect();
        assert_eq!(windows, [("notification", "2025-10-18"), ("circulation", "2025-10-21")], "{treaty}");
    }
    story.audited().await;
}
