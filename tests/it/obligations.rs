//! What is due and what is overdue, over the real service, each story audited at its end.

use std::sync::Arc;

use merestone::{
    clock::ReplayedClock,
    domain::*,
    server::{Directory, Node},
    wire::proto::{self, treaties_client::TreatiesClient},
};
use tonic::{Code, transport::Channel};

use crate::{
    support::*,
    treaty_status::{drafted, instrument, world},
};

const OTTAWA: &str = "untc:XXVI-5";
const PROTOCOL: &str = "untc:XXVI-2-b";

/// A served ledger whose clock stands at the beginning of 2030.
struct Story {
    ledger: TestLedger,
    served: Served,
}

impl Story {
    async fn begin() -> Self {
        let ledger = TestLedger::new().await;
        stop(&ledger.node).await;
        let TestLedger { dir, node, id, registrar, recorder, verifier } = ledger;
        drop(node);
        let (mut parts, _) = Directory::new(dir.path()).open(&settings(dir.path()), &mut |_, _| {}).unwrap();
        let in_2030 = "2030-01-01T12:00:00Z".parse().unwrap();
        parts.clock = Arc::new(ReplayedClock::at(RecordingTime::from_timestamp(in_2030).unwrap()));
        let node = Node::start(parts).unwrap();
        let served = Served::start(&node).await;
        let story = Self { ledger: TestLedger { dir, node, id, registrar, recorder, verifier }, served };
        story.register().await;
        story
    }

    async fn register(&self) {
        for (treaty, name, adopted, clauses, in_force) in [
            (OTTAWA, "APMBC", "1997-09-18", ottawa(), "1999-03-01"),
            (PROTOCOL, "CCW AP II", "1996-05-03", protocol(), "1998-12-03"),
        ] {
            let body = TreatyRegistered {
                title: "A treaty".into(),
                short_names: vec![name.into()],
                adopted: world(adopted),
                adopted_at: "".into(),
                parent: None,
                registrations: Vec::new(),
                clauses: Some(clauses),
            };
            let subject = format!("treaty/{treaty}");
            self.record(&subject, TreatyBody::TreatyRegistered(Box::new(body))).await;
            let body = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world(in_force) };
            self.record(&subject, TreatyBody::EffectStated(body)).await;
        }
        for (id, name) in [("FIN", "Finland"), ("POL", "Poland"), ("UKR", "Ukraine"), ("LKA", "Sri Lanka")] {
            let body = ParticipantRegistered {
                name: name.into(),
                participant_type: ParticipantType::State,
                iso_code: None,
                other_names: Vec::new(),
                predecessors: Vec::new(),
            };
            self.record(&format!("participant/{id}"), TreatyBody::ParticipantRegistered(body)).await;
        }
    }

    async fn record(&self, subject: &str, body: TreatyBody) {
        let mut event = event(subject, Body::Treaty(body));
        event.source = Some(Source { transcribed: true, ..source(SourceClass::Government) });
        let signed = self.ledger.sign(&self.ledger.recorder, vec![event]);
        self.ledger.submit(&signed).await.unwrap();
    }

    async fn act(&self, participant: &str, body: TreatyBody) {
        self.record(&format!("participation/{OTTAWA}/{participant}"), body).await;
    }

    async fn deposit(&self, treaty: &str, participant: &str, deposited: &str) {
        let body = instrument(ConsentMode::Accession, deposited, &[]);
        self.record(&format!("participation/{treaty}/{participant}"), TreatyBody::InstrumentDeposited(body)).await;
    }

    fn size(&self) -> u64 {
        self.ledger.node.sequencer().published().head.tree.size.0
    }

    fn client(&self) -> TreatiesClient<Channel> {
        TreatiesClient::new(self.served.channel.clone())
    }

    fn read_at(size: u64) -> Option<proto::ReadAt> {
        Some(proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) })
    }

    async fn obligations(
        &self,
        participant: &str,
        treaty: &str,
        at: &str,
        states: &[&str],
        size: u64,
    ) -> proto::ObligationsResponse {
        let request = proto::ObligationsRequest {
            participant: participant.into(),
            treaty: treaty.into(),
            at: at.into(),
            read_at: Self::read_at(size),
            view: String::new(),
            states: states.iter().map(ToString::to_string).collect(),
        };
        self.client().obligations(request).await.unwrap().into_inner()
    }

    async fn overdue(&self, treaty: &str, at: &str, page: (u32, &str), size: u64) -> proto::OverdueResponse {
        let request = proto::OverdueRequest {
            treaty: treaty.into(),
            at: at.into(),
            read_at: Self::read_at(size),
            view: String::new(),
            page_size: page.0,
            page_token: page.1.into(),
        };
        self.client().overdue(request).await.unwrap().into_inner()
    }

    async fn audited(self) {
        let Self { ledger, served } = self;
        ledger.node.wait_for_models(ledger.node.sequencer().published().head.tree.size).await.unwrap();
        served.stop().await;
        let TestLedger { dir, node, id, .. } = ledger;
        drop(node);
        audit(dir.path(), id);
    }
}

fn ottawa() -> Clauses {
    let clause = |article: &str, due, months: Option<u32>| ObligationClause {
        article: article.into(),
        title: "a duty".into(),
        due,
        extension: months.map(|months| ExtensionClause { months, by: "a meeting".into() }),
    };
    Clauses {
        entry_into_force: Some(in_force(EntryIntoForceMode::FirstOfMonth, "17")),
        withdrawal: Some(leave(6, "20", "duties under other rules of law")),
        obligations: vec![
            clause("4", Due::Act(Period::Years(4)), None),
            clause("5(1)", Due::Act(Period::Years(10)), Some(120)),
            clause("7(1)", Due::Report(Period::Days(180)), None),
            clause("7(2)", Due::YearlyReport { month: 4, day: 30 }, None),
        ],
        ..Clauses::default()
    }
}

fn protocol() -> Clauses {
    Clauses {
        entry_into_force: Some(in_force(EntryIntoForceMode::SameDay, "5")),
        withdrawal: Some(leave(12, "9", "")),
        ..Clauses::default()
    }
}

fn in_force(mode: EntryIntoForceMode, article: &str) -> EntryIntoForceClause {
    EntryIntoForceClause { mode, months: 6, days: 0, threshold: 40, article: article.into() }
}

fn leave(notice_months: u32, article: &str, continues: &str) -> WithdrawalClause {
    WithdrawalClause {
        notice_months,
        notice_from: NoticeFrom::ReceiptByDepositary,
        later_date_allowed: false,
        conflict_test: ConflictTest::AtExpiry,
        includes_occupation: false,
        conflict_ends_with: vec![ConflictEnd::ArmedConflict],
        addressees: vec![Addressee::Depositary],
        reasons_required: false,
        article: article.into(),
        day_after_conflict: false,
        minimum_months: 0,
        continues: continues.into(),
    }
}

fn notice(received: &str) -> TreatyBody {
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: world(received),
        other_parties_notified: world(received),
        security_council_notified: None,
        reasons: Some(Reasons::Attached),
        later_effect: None,
    })
}

fn granted(decided: &str, old: &str, new: &str) -> TreatyBody {
    TreatyBody::DeadlineExtended(Box::new(DeadlineExtended {
        article: "5(1)".into(),
        outcome: ExtensionOutcome::Granted,
        decided: world(decided),
        old_deadline: Some(old.parse().unwrap()),
        new_deadline: Some(new.parse().unwrap()),
        decided_by: "a meeting".into(),
        symbol: "".into(),
    }))
}

fn report(article: &str, submitted: &str, period: &str) -> TreatyBody {
    TreatyBody::ReportSubmitted(ReportSubmitted {
        article: article.into(),
        submitted: world(submitted),
        period: world(period),
        symbol: "".into(),
    })
}

fn told(found: &proto::TreatyDuties) -> Vec<(&str, &str, &str)> {
    found.duties.iter().map(|duty| (duty.article.as_str(), duty.due.as_str(), duty.state.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_moves_the_deadline_from_the_entry_on_that_records_it() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "UKR", "2005-12-27").await;
    let before = story.size();
    story.act("UKR", granted("2018-11-30", "2016-06-01", "2021-06-01")).await;
    let after = story.size();
    let clearance = async |at: &str, size| {
        let answer = story.obligations("Ukraine", "APMBC", at, &[], size).await;
        let duty = answer.treaties[0].duties.iter().find(|duty| duty.article == "5(1)").unwrap().clone();
        (duty.due, duty.state, duty.days_late, duty.extensions.len())
    };
    assert_eq!(clearance("2016-06-01", before).await, ("2016-06-01".into(), "running".into(), 0, 0));
    assert_eq!(clearance("2019-01-01", before).await, ("2016-06-01".into(), "overdue".into(), 944, 0));
    assert_eq!(clearance("2019-01-01", after).await, ("2021-06-01".into(), "running".into(), 0, 1));
    let answer = story.obligations("UKR", OTTAWA, "2019-01-01", &["running"], after).await;
    let [found] = answer.treaties.as_slice() else { panic!("{answer:#?}") };
    assert_eq!(told(found), [("7(2)", "2019-04-30", "running"), ("5(1)", "2021-06-01", "running")]);
    let codes: Vec<_> = found.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["extension_decided_late"]);
    let duty = found.duties.last().unwrap();
    assert_eq!(duty.extensions[0].outcome(), proto::ExtensionOutcome::Granted);
    let cited: Vec<_> =
        duty.steps.iter().map(|step| (step.rule.as_str(), step.event.clone().and_then(|it| it.position))).collect();
    assert_eq!(
        cited.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(),
        ["deadline_from_entry_into_force", "extension_granted"]
    );
    let index = |at: usize| cited[at].1.as_ref().unwrap().index;
    assert_eq!((index(0), index(1)), (before - 1, after - 1), "the deposit and the grant");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn poland_has_no_duty_left_under_the_one_treaty_and_is_bound_by_the_other() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "POL", "2012-12-27").await;
    story.deposit(PROTOCOL, "POL", "2003-10-14").await;
    let bound = story.size();
    story.act("POL", notice("2025-08-20")).await;
    let answer = story.obligations("Poland", "", "2026-03-01", &[], story.size()).await;
    let [protocol, ottawa] = answer.treaties.as_slice() else { panic!("{answer:#?}") };
    let standing = ottawa.standing.clone().unwrap();
    assert_eq!((standing.statuses, standing.since), (vec!["former_party".into()], "2026-02-20".into()));
    assert_eq!(ottawa.continues, "duties under other rules of law");
    assert!(ottawa.duties.iter().all(|duty| ["ended", "stays_overdue"].contains(&duty.state.as_str())));
    assert!(told(ottawa).contains(&("7(2)", "2026-04-30", "ended")), "{:?}", told(ottawa));
    let standing = protocol.standing.clone().unwrap();
    assert!(standing.bound && standing.since == "2004-04-14" && !protocol.clauses_name_duties);
    // As known before, the duties run.
    let answer = story.obligations("Poland", OTTAWA, "2026-03-01", &["running"], bound).await;
    assert_eq!(told(&answer.treaties[0]), [("7(2)", "2026-04-30", "running")]);
    assert_eq!(answer.other_treaties.len(), 1);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_overdue_comes_in_pages_that_later_entries_do_not_move() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "FIN", "2012-01-09").await;
    story.deposit(OTTAWA, "UKR", "2005-12-27").await;
    story.deposit(OTTAWA, "LKA", "2017-12-13").await;
    story.act("LKA", report("7(1)", "2018-11-27", "2018")).await;
    story.act("LKA", report("7(2)", "2019-04-30", "2018")).await;
    let size = story.size();
    let all = story.overdue("", "2019-05-01", (0, ""), size).await;
    let who: Vec<_> = all.participations.iter().map(|found| found.participant_name.as_str()).collect();
    assert_eq!(who, ["Finland", "Ukraine"], "Sri Lanka has reported in time");
    assert!(all.next_page_token.is_empty() && all.participations.iter().all(|found| found.complete));
    let ukraine = &all.participations[1];
    let acts: Vec<_> = ukraine.duties.iter().filter(|duty| duty.about_year == 0).collect();
    assert_eq!(
        acts.iter().map(|duty| duty.due.as_str()).collect::<Vec<_>>(),
        ["2006-11-28", "2010-06-01", "2016-06-01"]
    );
    assert_eq!(ukraine.duties.len() - acts.len(), 13, "reports about 2006 to 2018");
    let first = story.overdue(OTTAWA, "2019-05-01", (1, ""), size).await;
    assert_eq!(first.participations, all.participations[..1]);
    // An entry that comes between the pages changes nothing at the size of the first.
    story.act("UKR", granted("2018-11-30", "2016-06-01", "2021-06-01")).await;
    let held = first.holds_at.unwrap().size;
    let second = story.overdue(OTTAWA, &first.at, (1, &first.next_page_token), held).await;
    assert_eq!(second.participations, all.participations[1..]);
    assert!(second.next_page_token.is_empty());
    let now = story.overdue(OTTAWA, "2019-05-01", (0, ""), story.size()).await;
    assert!(now.participations[1].duties.iter().all(|duty| duty.article != "5(1)"));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_by_name() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "UKR", "2005-12-27").await;
    let size = story.size();
    story.obligations("UKR", "", "2020-01-01", &[], size).await;
    let ask = |change: fn(&mut proto::ObligationsRequest)| {
        let mut request = proto::ObligationsRequest { participant: "UKR".into(), ..Default::default() };
        change(&mut request);
        request
    };
    for (request, code) in [
        (ask(|request| request.states = vec!["late".into()]), Code::InvalidArgument),
        (ask(|request| request.at = "2020-02-30".into()), Code::InvalidArgument),
        (ask(|request| request.view = "mine".into()), Code::InvalidArgument),
        (ask(|request| request.treaty = "no treaty".into()), Code::NotFound),
        (ask(|request| request.participant = "nobody".into()), Code::NotFound),
    ] {
        assert_eq!(story.client().obligations(request).await.unwrap_err().code(), code);
    }
    let request = proto::OverdueRequest { page_token: "elsewhere".into(), ..Default::default() };
    assert_eq!(story.client().overdue(request).await.unwrap_err().code(), Code::InvalidArgument);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_questions_see_what_became_of_a_stated_entry_into_force() {
    let story = Story::begin().await;
    let treaty = "made-up:1";
    let clause = EntryIntoForceClause { threshold: 2, ..in_force(EntryIntoForceMode::FirstOfMonth, "17") };
    let body = TreatyRegistered {
        title: "A made-up treaty".into(),
        short_names: Vec::new(),
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(Clauses { entry_into_force: Some(clause), ..ottawa() }),
    };
    story.record(&format!("treaty/{treaty}"), TreatyBody::TreatyRegistered(Box::new(body))).await;
    let body = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world("2009-09-01") };
    let stated = drafted(&format!("treaty/{treaty}"), Body::Treaty(TreatyBody::EffectStated(body)));
    let target = EventReference { organisation: story.ledger.recorder.organisation.clone(), event: stated.id };
    let subject = stated.subject.clone();
    story.ledger.submit(&story.ledger.sign(&story.ledger.recorder, vec![stated])).await.unwrap();
    story.deposit(treaty, "FIN", "2000-01-10").await;
    story.deposit(treaty, "UKR", "2001-02-10").await;
    let corrected = |effective: Option<&str>| {
        let unknown = || NotStated { field: "effective".into(), reason: NotStatedReason::Unknown };
        let body = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: effective.and_then(world) };
        let restated = Restated {
            occurred: None,
            not_stated: effective.is_none().then(unknown).into_iter().collect(),
            body: Body::Treaty(TreatyBody::EffectStated(body)),
        };
        let restated = Some(Box::new(restated));
        SharedBody::EventCorrected(EventCorrected { target: target.clone(), reason: "a slip".into(), restated })
    };
    let retracted = EventRetracted { target: target.clone(), reason: "of another treaty".into() };
    let said = [
        corrected(Some("2007-01-01")),
        corrected(Some("2009-10-01")),
        corrected(None),
        corrected(Some("2009-11-01")),
        SharedBody::EventRetracted(retracted),
    ];
    let mut sizes = vec![story.size()];
    for body in said {
        let event = drafted(&subject.to_string(), Body::Shared(body));
        story.ledger.submit(&story.ledger.sign(&story.ledger.recorder, vec![event])).await.unwrap();
        sizes.push(story.size());
    }
    let at = "2008-01-01";
    // What is stated goes before the two deposits, of which the second is of February 2001.
    let (stated, counted) = (("contracting", "2000-01-10"), ("party", "2001-08-01"));
    let expected = [stated, ("party", "2007-01-01"), stated, counted, stated, counted];
    for (size, (expected, since)) in sizes.into_iter().zip(expected) {
        let mut client = story.client();
        let request = proto::TreatyStatusRequest {
            treaty: treaty.into(),
            participant: "FIN".into(),
            at: at.into(),
            read_at: Story::read_at(size),
            ..proto::TreatyStatusRequest::default()
        };
        let status = client.status(request).await.unwrap().into_inner();
        let request = proto::StandingRequest {
            participant: "FIN".into(),
            at: at.into(),
            read_at: Story::read_at(size),
            view: String::new(),
        };
        let standing = client.standing(request).await.unwrap().into_inner();
        let obligations = story.obligations("FIN", treaty, at, &[], size).await;
        let overdue = story.overdue(treaty, at, (0, ""), size).await;
        assert_eq!(status.outcomes[0].status, expected);
        let [line] = standing.standings.as_slice() else { panic!("{standing:#?}") };
        let [duties] = obligations.treaties.as_slice() else { panic!("{obligations:#?}") };
        assert_eq!(line.statuses, [expected]);
        assert_eq!(Some(line), duties.standing.as_ref(), "the same line");
        let held = status.outcomes[0].intervals.iter().find(|it| it.to.is_empty() || *it.to > *at).unwrap();
        assert_eq!((line.since.as_str(), held.from.as_str()), (since, since));
        let late: Vec<_> = duties.duties.iter().filter(|duty| duty.state == "overdue").map(|it| &it.due).collect();
        let listed = overdue.participations.iter().find(|found| found.participant == "FIN");
        let listed: Vec<_> = listed.iter().flat_map(|found| &found.duties).map(|duty| &duty.due).collect();
        assert_eq!(late, listed);
        assert_eq!(late.is_empty(), expected == "contracting");
    }
    story.audited().await;
}
