//! What law remarks on the acts of all participants, over the real service; the findings of
//! each, asked one by one, are the oracle.

use std::collections::BTreeSet;

use merestone::{bench::treaties::treaty, domain::*, wire::proto};

use crate::{
    parties::generated,
    treaty_kinds::succession,
    treaty_questions_acts::{objection, suspension},
    treaty_questions_time::read_at,
    treaty_status::{OTTAWA, PROTOCOL, Story, drafted, instrument, notice, under, world},
};

async fn findings(story: &Story, request: proto::FindingsRequest) -> proto::FindingsResponse {
    story.client().findings(request).await.unwrap().into_inner()
}

/// Where a finding stands, and what it is.
type Remark = (Option<(u64, u32)>, String, String);

fn remark(finding: &proto::LegalFinding) -> Remark {
    let position = finding.event.as_ref().and_then(|event| event.position.as_ref());
    (position.map(|position| (position.index, position.ordinal)), finding.code.clone(), finding.message.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_of_all_are_those_of_each_once_and_in_order() {
    let (story, _) = generated(31).await;
    let (id, at, size) = (treaty(0), "2026-01-01", story.size());
    let asked =
        || proto::FindingsRequest { treaty: treaty(0), at: at.into(), read_at: read_at(size), ..Default::default() };
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let request = proto::FindingsRequest { page_size: 10, page_token: std::mem::take(&mut token), ..asked() };
        let page = findings(&story, request).await;
        all.extend(page.findings);
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
    }
    let told: Vec<Remark> = all.iter().map(|found| remark(found.finding.as_ref().unwrap())).collect();
    assert!(told.iter().map(|(place, ..)| place).is_sorted() && told.len() > 20, "{} findings", told.len());
    let mut expected: BTreeSet<Remark> = BTreeSet::new();
    let request =
        proto::ListPartiesRequest { treaty: id.clone(), at: at.into(), read_at: read_at(size), ..Default::default() };
    for party in story.client().parties(request).await.unwrap().into_inner().parties {
        let status = story.status(&id, &party.participant, at, size).await;
        let request = proto::ObligationsRequest {
            participant: party.participant.clone(),
            treaty: id.clone(),
            at: at.into(),
            read_at: read_at(size),
            ..Default::default()
        };
        let duties = story.client().obligations(request).await.unwrap().into_inner();
        let of_duties = duties.treaties.iter().flat_map(|treaty| &treaty.findings);
        let own: BTreeSet<Remark> = status.findings.iter().chain(of_duties).map(remark).collect();
        let named =
            all.iter().filter(|found| found.participants.is_empty() || found.participants.contains(&party.participant));
        let named: BTreeSet<Remark> = named.map(|found| remark(found.finding.as_ref().unwrap())).collect();
        assert_eq!(named, own, "{}", party.participant);
        expected.extend(own);
    }
    assert_eq!(told.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(told.len(), expected.len(), "each once");
    let code = told[0].1.clone();
    let some =
        findings(&story, proto::FindingsRequest { codes: vec![code.clone()], page_size: 1_000, ..asked() }).await;
    assert_eq!(some.findings.len(), told.iter().filter(|(_, told, _)| *told == code).count());
    story.audited().await;
}

/// All findings under all treaties on the day on which the story is told.
async fn remarked(story: &Story) -> BTreeSet<Remark> {
    let request = proto::FindingsRequest {
        at: "2030-01-01".into(),
        read_at: read_at(story.size()),
        page_size: 1_000,
        ..proto::FindingsRequest::default()
    };
    let found = findings(story, request).await;
    assert_eq!(found.next_page_token, "");
    found.findings.iter().map(|found| remark(found.finding.as_ref().unwrap())).collect()
}

/// Asks what would be remarked on a draft, then submits it; returns the codes that were foretold.
async fn foretold(story: &Story, events: Vec<Event>) -> Vec<String> {
    let before = remarked(story).await;
    let signed = story.ledger.sign(&story.ledger.recorder, events);
    let draft = proto::CheckRequest { envelope: signed.envelope.clone(), events: signed.events.clone() };
    let checked = story.ledger_client().check(draft).await.unwrap().into_inner();
    assert!(checked.refusal.is_none(), "{checked:?}");
    assert_eq!((checked.index, checked.legal_findings_cut), (story.size(), false));
    let told: BTreeSet<Remark> =
        checked.legal_findings.iter().map(|found| remark(found.finding.as_ref().unwrap())).collect();
    assert_eq!(story.size(), checked.index, "a dry run records nothing");
    story.ledger.submit(&signed).await.unwrap();
    let new: BTreeSet<Remark> = remarked(story).await.difference(&before).cloned().collect();
    assert_eq!(told, new);
    told.into_iter().map(|(_, code, _)| code).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_the_findings_that_the_event_then_brings() {
    let story = Story::begin().await;
    let act = |subject: &str, body: TreatyBody| drafted(subject, Body::Treaty(body));
    let (poland, ukraine) = (under(OTTAWA, "POL"), under(OTTAWA, "UKR"));
    let told = foretold(&story, vec![act(&poland, notice("2025-08-20"))]).await;
    assert!(told.contains(&"withdrawal_without_membership".into()), "{told:?}");
    let deposit = TreatyBody::InstrumentDeposited(instrument(ConsentMode::Ratification, "2005-12-27", &[]));
    assert_eq!(foretold(&story, vec![act(&ukraine, deposit.clone())]).await, Vec::<String>::new(), "nothing to remark");
    assert!(foretold(&story, vec![act(&ukraine, deposit)]).await.contains(&"consent_while_bound".into()));
    let suspends = act(&ukraine, suspension());
    let organisation = story.ledger.recorder.organisation.clone();
    let reference = EventReference { organisation, event: suspends.id };
    let objects = act(&under(OTTAWA, "CHE"), objection(&reference, "2025-12-20", ""));
    let told = foretold(&story, vec![suspends, objects]).await;
    assert_eq!(told, ["objection_by_outsider"], "both are in the draft");
    let again = act(&under(OTTAWA, "LTU"), objection(&reference, "2025-12-21", ""));
    assert_eq!(foretold(&story, vec![again]).await, ["objection_by_outsider"], "to an act on record");
    let told = foretold(&story, vec![act(&under(OTTAWA, "LTU"), succession("POL"))]).await;
    assert!(told.contains(&"predecessor_not_bound".into()), "{told:?}");
    let effective = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world("1999-03-02") };
    foretold(&story, vec![act(&format!("treaty/{OTTAWA}"), TreatyBody::EffectStated(effective))]).await;
    let signed =
        SignatureAffixed { signed: world("1990-01-01"), place: "".into(), signature_type: SignatureType::Simple };
    let told = foretold(&story, vec![act(&under(PROTOCOL, "CHE"), TreatyBody::SignatureAffixed(signed))]).await;
    assert!(told.contains(&"act_before_adoption".into()), "{told:?}");
    story.audited().await;
}
