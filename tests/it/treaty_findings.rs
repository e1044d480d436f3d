//! What law remarks on the acts of all participants, over the real service; the findings of
//! each, asked one by one, are the oracle.

use std::collections::BTreeSet;

use merestone::{bench::treaties::treaty, wire::proto};

use crate::{parties::generated, treaty_questions_time::read_at, treaty_status::Story};

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
