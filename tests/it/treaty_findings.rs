//! What law remarks on the acts of all participants, over the real service; the findings of
//! each, asked one by one, are the oracle.

use std::collections::BTreeSet;

use merestone::{authoring::SignedSubmission, bench::treaties::treaty, domain::*, limits, wire::proto};

use crate::{
    parties::{generated, table},
    support::reason,
    treaty_kinds::succession,
    treaty_questions_acts::{objection, suspension},
    treaty_questions_time::read_at,
    treaty_status::{OTTAWA, PROTOCOL, Story, drafted, instrument, notice, plain_leave, under, world},
};

async fn findings(story: &Story, request: proto::FindingsRequest) -> proto::FindingsResponse {
    story.client().findings(request).await.unwrap().into_inner()
}

/// Where a finding stands, what it is, and what it assumes.
type Remark = (Option<(u64, u32)>, String, String, Vec<String>);

fn remark(finding: &proto::LegalFinding) -> Remark {
    let position = finding.event.as_ref().and_then(|event| event.position.as_ref());
    let position = position.map(|position| (position.index, position.ordinal));
    (position, finding.code.clone(), finding.message.clone(), finding.assuming.clone())
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
    assert_eq!(some.findings.len(), told.iter().filter(|(_, told, ..)| *told == code).count());
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
    come_and_gone(story, events).await.0
}

/// The same, with the codes of what was foretold to go.
async fn come_and_gone(story: &Story, events: Vec<Event>) -> (Vec<String>, Vec<String>) {
    let (come, gone, _) = compared(story, events).await;
    (come, gone)
}

/// Which remarks stand and which stood instead, where a code on an act stays and says
/// something else.
type ChangedRemarks = Vec<(BTreeSet<Remark>, BTreeSet<Remark>)>;

/// The same, with what was foretold to change.
async fn compared(story: &Story, events: Vec<Event>) -> (Vec<String>, Vec<String>, ChangedRemarks) {
    let before = remarked(story).await;
    let signed = story.ledger.sign(&story.ledger.recorder, events);
    let checked = story.ledger_client().check(check(&[], &signed)).await.unwrap().into_inner();
    assert!(checked.refusal.is_none(), "{checked:?}");
    assert_eq!((checked.index, checked.legal_findings_cut), (story.size(), false));
    let remarks = |found: &[proto::FindingUnderTreaty]| -> BTreeSet<Remark> {
        found.iter().map(|found| remark(found.finding.as_ref().unwrap())).collect()
    };
    let changed = |found: &[proto::ChangedFinding]| -> ChangedRemarks {
        let each = |found: &[proto::LegalFinding]| found.iter().map(remark).collect();
        found.iter().map(|found| (each(&found.was), each(&found.now))).collect()
    };
    let told_of = |answer: &proto::CheckResponse| {
        let (come, gone) = (remarks(&answer.legal_findings), remarks(&answer.legal_findings_gone));
        (come, gone, changed(&answer.legal_findings_changed))
    };
    let told = told_of(&checked);
    assert_eq!(story.size(), checked.index, "a dry run records nothing");
    story.ledger.submit(&signed).await.unwrap();
    let recorded = story.ledger_client().check(check(&[], &signed)).await.unwrap().into_inner();
    assert_eq!(recorded.index, checked.index);
    assert_eq!(told, told_of(&recorded), "what is on record tells the same of when it entered");
    let after = remarked(story).await;
    let (come, gone, changed) = told;
    let was = changed.iter().flat_map(|(was, _)| was).chain(&gone).cloned().collect();
    let now = changed.iter().flat_map(|(_, now)| now).chain(&come).cloned().collect();
    assert_eq!(after.difference(&before).cloned().collect::<BTreeSet<_>>(), now);
    assert_eq!(before.difference(&after).cloned().collect::<BTreeSet<_>>(), was);
    let codes = |found: BTreeSet<Remark>| found.into_iter().map(|(_, code, ..)| code).collect();
    (codes(come), codes(gone), changed)
}

fn check(before: &[&SignedSubmission], signed: &SignedSubmission) -> proto::CheckRequest {
    let draft =
        |it: &&SignedSubmission| proto::DraftBefore { envelope: it.envelope.clone(), events: it.events.clone() };
    let before = before.iter().map(draft).collect();
    proto::CheckRequest { envelope: signed.envelope.clone(), events: signed.events.clone(), before }
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

fn corrected(story: &Story, target: &Event, body: TreatyBody) -> Event {
    let organisation = story.ledger.recorder.organisation.clone();
    let restated = Restated { occurred: None, not_stated: Vec::new(), body: Body::Treaty(body) };
    let body = EventCorrected {
        target: EventReference { organisation, event: target.id },
        reason: "a slip".into(),
        restated: Some(Box::new(restated)),
    };
    drafted(&target.subject.to_string(), Body::Shared(SharedBody::EventCorrected(body)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_looks_at_everybody_on_whom_an_act_bears() {
    let story = Story::begin().await;
    let act = |subject: &str, body: TreatyBody| drafted(subject, Body::Treaty(body));
    let deposit = |deposited: &str| TreatyBody::InstrumentDeposited(instrument(ConsentMode::Accession, deposited, &[]));
    const CONVENTION: &str = "untc:XXVI-2";
    const BELOW: &str = "untc:XXVI-2-d";
    let registered = |adopted: &str, parent: Option<&str>, clauses: Clauses| {
        TreatyBody::TreatyRegistered(Box::new(TreatyRegistered {
            title: "A treaty".into(),
            short_names: Vec::new(),
            adopted: world(adopted),
            adopted_at: "".into(),
            parent: parent.map(|parent| parent.parse().unwrap()),
            registrations: Vec::new(),
            clauses: Some(clauses),
        }))
    };
    let leave = Clauses { withdrawal: Some(plain_leave(&[])), ..Clauses::default() };
    let above = Clauses { cascade_to: vec![BELOW.parse().unwrap()], ..leave.clone() };
    let convention = act(&format!("treaty/{CONVENTION}"), registered("1980-10-10", None, above.clone()));
    foretold(&story, vec![convention.clone()]).await;
    let below = act(&format!("treaty/{BELOW}"), registered("1980-10-10", Some(CONVENTION), leave.clone()));
    foretold(&story, vec![below.clone()]).await;
    for treaty in [CONVENTION, BELOW] {
        for who in ["POL", "LTU"] {
            foretold(&story, vec![act(&under(treaty, who), deposit("1983-12-02"))]).await;
        }
    }
    // What is on the treaty bears on everybody under it, and a correction takes it back.
    let later = corrected(&story, &convention, registered("1985-01-01", None, above.clone()));
    let (come, _) = come_and_gone(&story, vec![later]).await;
    assert_eq!(come.iter().filter(|code| *code == "act_before_adoption").count(), 2, "{come:?}");
    let (_, gone) =
        come_and_gone(&story, vec![corrected(&story, &convention, registered("1980-10-10", None, above))]).await;
    assert_eq!(gone.iter().filter(|code| *code == "act_before_adoption").count(), 2, "{gone:?}");
    // Who leaves the treaty leaves the protocol that goes with it.
    foretold(&story, vec![act(&under(CONVENTION, "POL"), notice("1990-01-01"))]).await;
    let told = foretold(&story, vec![act(&under(BELOW, "POL"), notice("1995-01-01"))]).await;
    assert!(told.contains(&"withdrawal_without_membership".into()), "{told:?}");
    let again = act(&under(CONVENTION, "LTU"), notice("1996-01-01"));
    let told = foretold(&story, vec![act(&under(BELOW, "LTU"), notice("1998-01-01"))]).await;
    assert!(!told.contains(&"withdrawal_without_membership".into()), "{told:?}");
    let (come, _) = come_and_gone(&story, vec![again]).await;
    assert!(come.contains(&"withdrawal_without_membership".into()), "under the protocol: {come:?}");
    // A predecessor's act bears on who succeeds to it.
    let told = foretold(&story, vec![act(&under(OTTAWA, "LTU"), succession("POL"))]).await;
    assert!(told.contains(&"predecessor_not_bound".into()), "{told:?}");
    let (_, gone) = come_and_gone(&story, vec![act(&under(OTTAWA, "POL"), deposit("2000-01-01"))]).await;
    assert!(gone.contains(&"predecessor_not_bound".into()), "{gone:?}");
    // And an objector's consent on whose suspension it objects to.
    let suspends = act(&under(OTTAWA, "UKR"), suspension());
    let organisation = story.ledger.recorder.organisation.clone();
    let reference = EventReference { organisation, event: suspends.id };
    let objects = act(&under(OTTAWA, "CHE"), objection(&reference, "2025-12-20", ""));
    foretold(&story, vec![suspends, objects]).await;
    let (_, gone) = come_and_gone(&story, vec![act(&under(OTTAWA, "CHE"), deposit("1998-03-24"))]).await;
    assert!(gone.contains(&"objection_by_outsider".into()), "{gone:?}");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_takes_what_is_to_be_sent_before_as_recorded() {
    let story = Story::begin().await;
    let act = |body: TreatyBody| drafted(&under(OTTAWA, "POL"), Body::Treaty(body));
    let deposit = || TreatyBody::InstrumentDeposited(instrument(ConsentMode::Ratification, "2012-12-27", &[]));
    let sign = |body| story.ledger.sign(&story.ledger.recorder, vec![act(body)]);
    let (first, second) = (sign(deposit()), sign(deposit()));
    let told = async |request| {
        let checked = story.ledger_client().check(request).await.unwrap().into_inner();
        let codes = |found: &[proto::FindingUnderTreaty]| -> Vec<String> {
            found.iter().map(|found| found.finding.as_ref().unwrap().code.clone()).collect()
        };
        (checked.index, codes(&checked.legal_findings), codes(&checked.legal_findings_gone))
    };
    let size = story.size();
    assert_eq!(told(check(&[], &second)).await, (size, vec![], vec![]), "alone it brings nothing");
    let (index, come, _) = told(check(&[&first], &second)).await;
    assert_eq!((index, come), (size + 1, vec!["consent_while_bound".to_owned()]), "the two together do");
    let leaves = sign(notice("2025-08-20"));
    let (_, come, _) = told(check(&[], &leaves)).await;
    assert!(come.contains(&"withdrawal_without_membership".into()), "{come:?}");
    let (_, come, _) = told(check(&[&first], &leaves)).await;
    assert!(!come.contains(&"withdrawal_without_membership".into()), "{come:?}");
    let (_, _, gone) = told(check(&[&leaves], &first)).await;
    assert!(gone.contains(&"withdrawal_without_membership".into()), "{gone:?}");
    let too_many = check(&vec![&first; 65], &second);
    assert_eq!(reason(&story.ledger_client().check(too_many).await.unwrap_err()).1, "before");
    assert_eq!(story.size(), size, "nothing was recorded");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_table_says_of_somebody_is_told_from_the_first_act_on() {
    let story = Story::begin().await;
    let row = ("POL", "2007-01-15", ConsentMode::Accession, true);
    story.record(&format!("treaty/{OTTAWA}"), table("2020-01-01", &[row])).await;
    let deposit = TreatyBody::InstrumentDeposited(instrument(ConsentMode::Accession, "2007-01-15", &[]));
    let (come, _) = come_and_gone(&story, vec![drafted(&under(OTTAWA, "POL"), Body::Treaty(deposit))]).await;
    assert_eq!(come, ["withdrawn_in_table_only"]);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passing_time_brings_is_not_told_as_what_a_draft_does() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "LTU", ConsentMode::Ratification, "2003-05-12").await;
    story.record(&under(OTTAWA, "LTU"), notice("2029-12-20")).await;
    let silent = |found: &BTreeSet<Remark>| found.iter().filter(|(_, code, ..)| code == "not_notified").count();
    assert_eq!(silent(&remarked(&story).await), 0, "the time to notify runs");
    story.clock.advance(std::time::Duration::from_secs(40 * 24 * 3600));
    let signed =
        SignatureAffixed { signed: world("2001-01-01"), place: "".into(), signature_type: SignatureType::Simple };
    let act = drafted(&under(OTTAWA, "LTU"), Body::Treaty(TreatyBody::SignatureAffixed(signed)));
    let signed = story.ledger.sign(&story.ledger.recorder, vec![act]);
    let told = |answer: &proto::CheckResponse| {
        let all = answer.legal_findings.iter().chain(&answer.legal_findings_gone);
        silent(&all.map(|found| remark(found.finding.as_ref().unwrap())).collect())
    };
    let ahead = story.ledger_client().check(check(&[], &signed)).await.unwrap().into_inner();
    assert_eq!((told(&ahead), ahead.refusal.is_none()), (0, true), "{:#?}", ahead.legal_findings);
    story.ledger.submit(&signed).await.unwrap();
    let brought = story.ledger_client().check(check(&[], &signed)).await.unwrap().into_inner();
    assert_eq!((told(&brought), brought.index), (0, ahead.index), "{:#?}", brought.legal_findings);
    assert_eq!(silent(&remarked(&story).await), 1, "it is remarked since time has passed");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_correction_names_is_looked_at() {
    let story = Story::begin().await;
    let deposit = |deposited: &str| TreatyBody::InstrumentDeposited(instrument(ConsentMode::Accession, deposited, &[]));
    let act = |who: &str, body: TreatyBody| drafted(&under(OTTAWA, who), Body::Treaty(body));
    foretold(&story, vec![act("POL", deposit("1999-01-01"))]).await;
    let succeeds = act("LTU", succession("POL"));
    foretold(&story, vec![succeeds.clone()]).await;
    let told = foretold(&story, vec![corrected(&story, &succeeds, succession("UKR"))]).await;
    assert!(told.contains(&"predecessor_not_bound".into()), "{told:?}");
    let (_, gone) = come_and_gone(&story, vec![act("UKR", deposit("2000-01-01"))]).await;
    assert!(gone.contains(&"predecessor_not_bound".into()), "of the successor that a correction made: {gone:?}");
    let two = vec![act("CHE", deposit("2001-01-01")), act("UKR", deposit("2002-01-01"))];
    assert!(foretold(&story, two).await.contains(&"consent_while_bound".into()), "two under one treaty");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rival_statement_leads_to_as_well_neither_comes_nor_goes() {
    const CODE: &str = "withdrawal_without_membership";
    let story = Story::begin().await;
    let act = |body: TreatyBody| drafted(&under(OTTAWA, "POL"), Body::Treaty(body));
    let stated = |received: &str, class: SourceClass| {
        let mut event = act(notice(received));
        event.act = Some("withdrawal of POL".into());
        event.source = event.source.map(|source| Source { class, transcribed: true, ..source });
        event
    };
    // How many assumptions each finding of the code has.
    let assumed = |found: &BTreeSet<Remark>| -> Vec<usize> {
        found.iter().filter(|(_, code, ..)| code == CODE).map(|(.., assuming)| assuming.len()).collect()
    };
    let of_code = |changed: &ChangedRemarks| -> Vec<(Vec<usize>, Vec<usize>)> {
        let told = changed.iter().map(|(was, now)| (assumed(was), assumed(now)));
        told.filter(|(was, now)| !was.is_empty() || !now.is_empty()).collect()
    };
    let first = stated("2025-08-20", SourceClass::Press);
    assert!(foretold(&story, vec![first]).await.contains(&CODE.into()));
    // Each of two that differ is followed, and the finding is told of either.
    let (come, gone, changed) = compared(&story, vec![stated("2025-08-27", SourceClass::Press)]).await;
    assert_eq!((come, gone), (vec![], vec![]));
    assert_eq!(of_code(&changed), [(vec![0], vec![1, 1])]);
    // A better source alone is followed.
    let better = vec![stated("2025-08-28", SourceClass::Depositary)];
    let (come, gone, changed) = compared(&story, better).await;
    assert_eq!((come, gone), (vec![], vec![]));
    assert_eq!(of_code(&changed), [(vec![1, 1], vec![0])]);
    // The same from as good a source says nothing new, whichever of the two it is told of.
    let (come, gone, _) = compared(&story, vec![stated("2025-08-28", SourceClass::Depositary)]).await;
    assert_eq!((come, gone), (vec![], vec![]));
    // What takes the ground away takes the finding away.
    let deposit = TreatyBody::InstrumentDeposited(instrument(ConsentMode::Accession, "2000-01-01", &[]));
    let (_, gone, changed) = compared(&story, vec![act(deposit)]).await;
    assert!(gone.contains(&CODE.into()) && of_code(&changed).is_empty(), "{gone:?} {changed:?}");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_more_relatives_than_are_looked_at_that_is_said() {
    let story = Story::begin().await;
    let act = |who: &str, body: TreatyBody| drafted(&under(OTTAWA, who), Body::Treaty(body));
    let suspends = act("UKR", suspension());
    let organisation = story.ledger.recorder.organisation.clone();
    let reference = EventReference { organisation, event: suspends.id };
    let objections = |count: usize| (0..count).map(|_| act("CHE", objection(&reference, "2025-12-20", ""))).collect();
    let record = async |events: Vec<Event>| {
        story.ledger.submit(&story.ledger.sign(&story.ledger.recorder, events)).await.unwrap();
    };
    record(vec![suspends]).await;
    record(objections(limits::FORETOLD_RELATIVES)).await;
    let deposit = TreatyBody::InstrumentDeposited(instrument(ConsentMode::Accession, "2000-01-01", &[]));
    let signed = story.ledger.sign(&story.ledger.recorder, vec![act("POL", deposit)]);
    let cut = async || {
        let checked = story.ledger_client().check(check(&[], &signed)).await.unwrap().into_inner();
        assert!(checked.refusal.is_none(), "{checked:?}");
        checked.legal_findings_cut
    };
    assert!(!cut().await, "so many are looked at");
    record(objections(1)).await;
    assert!(cut().await, "and no more");
    story.audited().await;
}
