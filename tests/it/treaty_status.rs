//! Who stood where: status under treaties over the real service, each story audited
//! at its end.

use std::sync::Arc;

use merestone::{
    clock::ReplayedClock,
    domain::*,
    server::{Directory, Node},
    wire::proto::{self, ledger_client::LedgerClient, treaties_client::TreatiesClient},
};
use tonic::transport::Channel;

use crate::support::*;

pub const OTTAWA: &str = "untc:XXVI-5";
pub const PROTOCOL: &str = "untc:XXVI-2-b";

/// A served ledger whose clock stands at the beginning of 2030.
pub struct Story {
    pub ledger: TestLedger,
    served: Served,
    /// Its hands stand where they are set.
    pub clock: ReplayedClock,
}

impl Story {
    pub async fn begin() -> Self {
        let story = Self::without_treaties().await;
        story.register().await;
        story
    }

    pub async fn without_treaties() -> Self {
        let ledger = TestLedger::new().await;
        stop(&ledger.node).await;
        let TestLedger { dir, node, id, registrar, recorder, verifier } = ledger;
        drop(node);
        let (mut parts, _) = Directory::new(dir.path()).open(&settings(dir.path()), &mut |_, _| {}).unwrap();
        let in_2030 = "2030-01-01T12:00:00Z".parse().unwrap();
        let clock = ReplayedClock::at(RecordingTime::from_timestamp(in_2030).unwrap());
        parts.clock = Arc::new(clock.clone());
        let node = Node::start(parts).unwrap();
        let served = Served::start(&node).await;
        Self { ledger: TestLedger { dir, node, id, registrar, recorder, verifier }, served, clock }
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
        for (id, name) in [("LTU", "Lithuania"), ("POL", "Poland"), ("UKR", "Ukraine"), ("CHE", "Switzerland")] {
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

    /// Records an event and returns how others name it.
    pub async fn enter(&self, event: Event) -> EventReference {
        let reference = EventReference { organisation: self.ledger.recorder.organisation.clone(), event: event.id };
        let signed = self.ledger.sign(&self.ledger.recorder, vec![event]);
        self.ledger.submit(&signed).await.unwrap();
        reference
    }

    pub async fn record(&self, subject: &str, body: TreatyBody) -> EventReference {
        self.enter(drafted(subject, Body::Treaty(body))).await
    }

    pub async fn deposit(&self, treaty: &str, participant: &str, mode: ConsentMode, deposited: &str) {
        let body = instrument(mode, deposited, &[]);
        self.record(&under(treaty, participant), TreatyBody::InstrumentDeposited(body)).await;
    }

    /// Registers a treaty of 1980 that has no name.
    pub async fn unnamed_treaty(&self, id: &str, parent: Option<&str>, clauses: Clauses) {
        let body = TreatyRegistered {
            title: "A treaty".into(),
            short_names: Vec::new(),
            adopted: world("1980-10-10"),
            adopted_at: "".into(),
            parent: parent.map(|parent| parent.parse().unwrap()),
            registrations: Vec::new(),
            clauses: Some(clauses),
        };
        self.record(&format!("treaty/{id}"), TreatyBody::TreatyRegistered(Box::new(body))).await;
    }

    pub fn size(&self) -> u64 {
        self.ledger.node.sequencer().published().head.tree.size.0
    }

    /// Where it is served.
    pub fn server(&self) -> String {
        format!("http://{}", self.served.address)
    }

    pub fn ledger_client(&self) -> LedgerClient<Channel> {
        self.served.ledger()
    }

    pub fn client(&self) -> TreatiesClient<Channel> {
        TreatiesClient::new(self.served.channel.clone())
    }

    /// The status as known when the ledger held so many entries.
    pub async fn status(&self, treaty: &str, participant: &str, at: &str, size: u64) -> proto::TreatyStatusResponse {
        let read_at = proto::ReadAt { minimum_size: size, known_at: Some(proto::read_at::KnownAt::Size(size)) };
        let request = proto::TreatyStatusRequest {
            treaty: treaty.into(),
            participant: participant.into(),
            at: at.into(),
            read_at: Some(read_at),
            view: String::new(),
            with_other_treaties: true,
        };
        self.client().status(request).await.unwrap().into_inner()
    }

    pub async fn audited(self) {
        let Self { ledger, served, clock: _ } = self;
        ledger.node.wait_for_models(ledger.node.sequencer().published().head.tree.size).await.unwrap();
        served.stop().await;
        let TestLedger { dir, node, id, .. } = ledger;
        drop(node);
        audit(dir.path(), id);
    }
}

pub fn under(treaty: &str, participant: &str) -> String {
    format!("participation/{treaty}/{participant}")
}

pub fn world(text: &str) -> Option<WorldDate> {
    Some(text.parse().unwrap())
}

pub fn drafted(subject: &str, body: Body) -> Event {
    let mut event = event(subject, body);
    event.source = Some(Source { transcribed: true, ..source(SourceClass::Government) });
    event
}

pub fn ottawa() -> Clauses {
    Clauses {
        entry_into_force: Some(in_force(EntryIntoForceMode::FirstOfMonth, "17")),
        withdrawal: Some(leave(6, Addressee::ALL, "20")),
        ..Clauses::default()
    }
}

fn protocol() -> Clauses {
    Clauses {
        entry_into_force: Some(in_force(EntryIntoForceMode::SameDay, "5")),
        withdrawal: Some(leave(12, &[Addressee::Depositary], "9")),
        ..Clauses::default()
    }
}

fn in_force(mode: EntryIntoForceMode, article: &str) -> EntryIntoForceClause {
    EntryIntoForceClause { mode, months: 6, days: 0, threshold: 40, article: article.into() }
}

fn leave(notice_months: u32, addressees: &[Addressee], article: &str) -> WithdrawalClause {
    WithdrawalClause {
        notice_months,
        notice_from: NoticeFrom::ReceiptByDepositary,
        later_date_allowed: false,
        conflict_test: ConflictTest::AtExpiry,
        includes_occupation: false,
        conflict_ends_with: vec![ConflictEnd::ArmedConflict],
        addressees: addressees.to_vec(),
        reasons_required: true,
        article: article.into(),
        day_after_conflict: false,
        minimum_months: 0,
        continues: "".into(),
    }
}

/// A notice of 12 months for which no conflict matters.
pub fn plain_leave(addressees: &[Addressee]) -> WithdrawalClause {
    WithdrawalClause {
        conflict_test: ConflictTest::None,
        conflict_ends_with: Vec::new(),
        reasons_required: false,
        ..leave(12, addressees, "9")
    }
}

pub fn instrument(mode: ConsentMode, deposited: &str, protocols: &[&str]) -> InstrumentDeposited {
    InstrumentDeposited {
        mode,
        deposited: world(deposited),
        instrument_dated: None,
        depositary_sequence: None,
        protocols: protocols.iter().map(|id| id.parse().unwrap()).collect(),
        provisional_application: false,
        depositary: "".into(),
    }
}

pub fn notice(received: &str) -> TreatyBody {
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled: WithdrawalStyle::Denunciation,
        received_by_depositary: world(received),
        other_parties_notified: world(received),
        security_council_notified: None,
        reasons: Some(Reasons::Attached),
        later_effect: None,
    })
}

/// Status, and the day on which a withdrawal takes or took effect.
fn told(answer: &proto::TreatyStatusResponse) -> (&str, &str) {
    let [outcome] = answer.outcomes.as_slice() else { panic!("{answer:#?}") };
    (&outcome.status, &outcome.effective)
}

#[tokio::test(flavor = "multi_thread")]
async fn lithuania_is_bound_until_the_day_and_by_the_protocol_beyond_it() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "LTU", ConsentMode::Ratification, "2003-05-12").await;
    story.deposit(PROTOCOL, "LTU", ConsentMode::ConsentToBeBound, "1998-06-03").await;
    story.record(&under(OTTAWA, "LTU"), notice("2025-06-27")).await;
    let size = story.size();
    let day_before = story.status("APMBC", "Lithuania", "2025-12-26", size).await;
    assert_eq!(told(&day_before), ("party_withdrawal_pending", "2025-12-27"));
    let day = story.status("APMBC", "Lithuania", "2025-12-27", size).await;
    assert_eq!(told(&day), ("former_party", "2025-12-27"));
    assert!(day.outcomes[0].steps.iter().any(|step| step.rule == "withdrawal_effect" && step.article == "20"));
    let [other] = day.other_treaties.as_slice() else { panic!("{:?}", day.other_treaties) };
    assert_eq!((other.treaty_name.as_str(), other.bound, other.since.as_str()), ("CCW AP II", true, "1998-12-03"));
    let codes: Vec<_> = day.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["addressee_missing", "not_notified"]);
    let request = proto::StandingRequest { participant: "LTU".into(), at: "2025-12-27".into(), ..Default::default() };
    let standing = story.client().standing(request).await.unwrap().into_inner();
    let bound: Vec<_> = standing.standings.iter().filter(|found| found.bound).map(|found| &found.treaty).collect();
    assert_eq!(bound, [PROTOCOL]);
    let request = proto::StandingRequest { participant: "LTU".into(), at: "2004-01-01".into(), ..Default::default() };
    let long_before = story.client().standing(request).await.unwrap().into_inner().standings;
    let found = long_before.iter().find(|found| found.treaty == OTTAWA).unwrap();
    assert_eq!((&*found.statuses[0], &*found.until), ("party", "2025-06-27"), "the span of the status word");
    assert_eq!((&*found.withdrawal_notified, &*found.bound_until), ("2025-06-27", "2025-12-27"));
    let other = long_before.iter().find(|found| found.treaty == PROTOCOL).unwrap();
    assert_eq!((&*other.withdrawal_notified, &*other.bound_until), ("", ""));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_withdrawal_names_its_day_of_effect_unless_a_conflict_goes_on() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "LTU", ConsentMode::Ratification, "2003-05-12").await;
    story.record(&under(OTTAWA, "LTU"), notice("2025-06-27")).await;
    let pending = async || {
        let read_at = Some(proto::ReadAt { minimum_size: story.size(), known_at: None });
        let (participant, at) = ("LTU".into(), "2025-12-26".into());
        let request = proto::StandingRequest { participant, at, read_at, ..Default::default() };
        let standing = story.client().standing(request).await.unwrap().into_inner().standings.remove(0);
        let request = proto::ListPartiesRequest {
            treaty: "APMBC".into(),
            at: "2025-12-26".into(),
            read_at,
            ..Default::default()
        };
        let party = story.client().parties(request).await.unwrap().into_inner().parties.remove(0);
        assert_eq!(standing.statuses, ["party_withdrawal_pending"]);
        assert_eq!((&party.until, &party.effective), (&standing.until, &standing.effective));
        (standing.until, standing.effective)
    };
    assert_eq!(pending().await, ("2025-12-27".into(), "2025-12-27".into()));
    let body = ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement: ConflictEngagement::Engaged,
        conflict_type: Some(ConflictType::International),
        since: world("2025-01-01"),
        until: None,
        asserted_by: "Lithuania".into(),
    };
    story.record("participant/LTU", TreatyBody::ConflictStatusAsserted(body)).await;
    assert_eq!(pending().await, ("2025-12-27".into(), String::new()), "the notice ends, and it stays bound");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn poland_is_a_party_as_known_in_august_and_out_as_known_in_november() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "POL", ConsentMode::Ratification, "2012-12-27").await;
    let step = DomesticStepTaken {
        step: DomesticStep::HeadOfState,
        pursues: PursuedAct::Withdrawal,
        taken: world("2025-08-05"),
        organ: "President".into(),
        reference: "".into(),
        votes: None,
    };
    story.record(&under(OTTAWA, "POL"), TreatyBody::DomesticStepTaken(step)).await;
    let in_august = story.size();
    let withdrawal = story.record(&under(OTTAWA, "POL"), notice("2025-08-05")).await;
    let mistaken = story.size();
    let restated = Restated { occurred: None, not_stated: Vec::new(), body: Body::Treaty(notice("2025-08-20")) };
    let body = EventCorrected {
        target: withdrawal,
        reason: "the day of the denunciation was taken for the day of receipt".into(),
        restated: Some(Box::new(restated)),
    };
    story.enter(drafted(&under(OTTAWA, "POL"), Body::Shared(SharedBody::EventCorrected(body)))).await;
    let status = |size| story.status(OTTAWA, "POL", "2026-03-01", size);
    let august = status(in_august).await;
    assert_eq!(told(&august), ("party", ""));
    assert!(august.outcomes[0].steps.iter().any(|step| step.rule == "domestic_step_is_no_status"));
    assert_eq!(told(&status(mistaken).await), ("former_party", "2026-02-05"));
    let november = status(story.size()).await;
    assert_eq!(told(&november), ("former_party", "2026-02-20"));
    assert!(november.outcomes[0].steps.iter().any(|step| step.rule == "correction"));
    assert_eq!(november.holds_at.unwrap().size, story.size());
    let request = proto::TimelineRequest {
        treaty: OTTAWA.into(),
        participant: "POL".into(),
        ..proto::TimelineRequest::default()
    };
    let nobodys = proto::TimelineRequest { view: "nobody".into(), ..request.clone() };
    assert!(story.client().timeline(nobodys).await.unwrap_err().message().contains("view"));
    let timeline = story.client().timeline(request).await.unwrap().into_inner();
    assert_eq!(timeline.acts.len(), 4);
    let codes: Vec<_> = timeline.legal_findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["addressee_missing", "not_notified"], "nobody is known to have told the Security Council");
    let [course] = timeline.courses.as_slice() else { panic!("{:?}", timeline.courses) };
    let statuses: Vec<_> = course.spans.iter().map(|span| (span.from.as_str(), span.status.as_str())).collect();
    let told = [
        ("", "non_participant"),
        ("2012-12-27", "contracting"),
        ("2013-06-01", "party"),
        ("2025-08-20", "party_withdrawal_pending"),
        ("2026-02-20", "former_party"),
    ];
    assert_eq!(statuses, told);
    assert_eq!(november.courses, timeline.courses, "whatever day is asked about");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_up_to_a_day_leaves_out_what_came_later_on_every_page() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "POL", ConsentMode::Ratification, "2012-12-27").await;
    story.record(&under(OTTAWA, "POL"), notice("2025-08-20")).await;
    story.deposit(OTTAWA, "UKR", ConsentMode::Ratification, "2005-12-27").await;
    let asked = |participant: &str, at: &str| proto::TimelineRequest {
        treaty: OTTAWA.into(),
        participant: participant.into(),
        at: at.into(),
        read_at: Some(proto::ReadAt { minimum_size: story.size(), known_at: None }),
        ..proto::TimelineRequest::default()
    };
    let ask = async |request| story.client().timeline(request).await.unwrap().into_inner();
    let poland = ask(asked("POL", "2025-08-19")).await;
    assert_eq!((poland.acts.len(), poland.later_acts, poland.at.as_str()), (1, 1, "2025-08-19"));
    assert_eq!(poland.legal_findings, Vec::new(), "those are on the act that came later");
    let last = poland.courses[0].spans.last().unwrap();
    assert_eq!((last.status.as_str(), last.from.as_str()), ("party", "2013-06-01"));
    let status = story.status(OTTAWA, "POL", "2025-08-19", story.size()).await;
    assert_eq!(status.outcomes[0].status, "party", "the status of that day is the last one drawn");
    let on_the_day = ask(asked("POL", "2025-08-20")).await;
    assert_eq!((on_the_day.acts.len(), on_the_day.later_acts), (2, 0));
    let last = on_the_day.courses[0].spans.last().unwrap();
    let told = (last.status.as_str(), last.to.as_str(), last.effective.as_str());
    assert_eq!(told, ("party_withdrawal_pending", "", "2026-02-20"));
    // The treaty's registration and entry into force, and two deposits.
    let whole = ask(asked("", "2012-12-27")).await;
    assert_eq!((whole.acts.len(), whole.later_acts), (4, 1));
    let (mut pages, mut token) = (Vec::new(), String::new());
    loop {
        let page_token = std::mem::take(&mut token);
        let page = ask(proto::TimelineRequest { page_size: 1, page_token, ..asked("", "2012-12-27") }).await;
        assert_eq!(page.later_acts, 1, "of all pages");
        pages.extend(page.acts);
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
    }
    assert_eq!(pages, whole.acts);
    let of_all_days = ask(asked("POL", "")).await;
    assert_eq!((of_all_days.acts.len(), of_all_days.later_acts, of_all_days.at.as_str()), (2, 0, ""));
    let refused = story.client().timeline(asked("POL", "2025-02-29")).await.unwrap_err();
    assert_eq!(reason(&refused), ("FieldMustBeValid".to_owned(), "at".to_owned()));
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ukraine_stays_a_party_whose_suspension_is_asserted_and_contested() {
    let story = Story::begin().await;
    story.deposit(OTTAWA, "UKR", ConsentMode::Ratification, "2005-12-27").await;
    story.deposit(OTTAWA, "CHE", ConsentMode::Ratification, "1998-03-24").await;
    let body = SuspensionNotified {
        received_by_depositary: world("2025-07-18"),
        circulated: world("2025-07-21"),
        claimed_from: None,
        claimed_until: "the end of the aggression".into(),
        grounds: vec![SuspensionGround::FundamentalChange],
        provisions: Vec::new(),
    };
    let suspension = story.record(&under(OTTAWA, "UKR"), TreatyBody::SuspensionNotified(body)).await;
    let uncontested = story.size();
    let body = ObjectionLodged { objects_to: suspension.clone(), lodged: world("2025-10-17"), grounds: "".into() };
    story.record(&under(OTTAWA, "CHE"), TreatyBody::ObjectionLodged(body)).await;
    let body = TreatyBodyDecided {
        body: "22MSP".into(),
        decided: world("2025-12-05"),
        symbol: "".into(),
        paragraph: "".into(),
        text: "The Convention does not allow the suspension of its operation.".into(),
        concerning: vec![suspension],
        stance: Some(BodyStance::Rejects),
    };
    story.record(&format!("treaty/{OTTAWA}"), TreatyBody::TreatyBodyDecided(Box::new(body))).await;
    let contested_by = |answer: &proto::TreatyStatusResponse| {
        let [overlay] = answer.overlays.as_slice() else { panic!("{:?}", answer.overlays) };
        let Some(proto::status_overlay::Overlay::SuspensionAsserted(found)) = &overlay.overlay else {
            panic!("{overlay:?}")
        };
        assert_eq!((found.since.as_str(), found.circulated.as_str()), ("2025-07-18", "2025-07-21"));
        found.contested_by.clone()
    };
    let before = story.status(OTTAWA, "UKR", "2026-03-01", uncontested).await;
    assert_eq!(told(&before), ("party", ""));
    assert!(contested_by(&before).is_empty());
    let after = story.status(OTTAWA, "UKR", "2026-03-01", story.size()).await;
    assert_eq!(told(&after), ("party", ""));
    assert_eq!(contested_by(&after), ["CHE", "22MSP"]);
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deposits_of_others_bring_a_treaty_into_force_as_they_are_corrected() {
    let story = Story::begin().await;
    let clauses = Clauses {
        entry_into_force: Some(EntryIntoForceClause {
            threshold: 2,
            ..in_force(EntryIntoForceMode::FirstOfMonth, "17")
        }),
        ..Clauses::default()
    };
    let body = TreatyRegistered {
        title: "A small treaty".into(),
        short_names: Vec::new(),
        adopted: world("1997-09-18"),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses: Some(clauses),
    };
    story.record("treaty/untc:T", TreatyBody::TreatyRegistered(Box::new(body))).await;
    story.deposit("untc:T", "LTU", ConsentMode::Accession, "1998-01-10").await;
    let alone = story.size();
    let body = instrument(ConsentMode::Accession, "1998-02-10", &[]);
    let second = story.record(&under("untc:T", "POL"), TreatyBody::InstrumentDeposited(body.clone())).await;
    let counted = story.size();
    let restated = TreatyBody::InstrumentDeposited(InstrumentDeposited { deposited: world("1999-02-10"), ..body });
    let body = EventCorrected {
        target: second,
        reason: "the year".into(),
        restated: Some(Box::new(Restated { occurred: None, not_stated: Vec::new(), body: Body::Treaty(restated) })),
    };
    story.enter(drafted(&under("untc:T", "POL"), Body::Shared(SharedBody::EventCorrected(body)))).await;
    let since = |answer: &proto::TreatyStatusResponse| answer.outcomes[0].intervals[0].from.clone();
    let at = "2000-01-01";
    let unknown = story.status("untc:T", "LTU", at, alone).await;
    assert_eq!(since(&unknown), "1998-07-01");
    assert_eq!(unknown.findings[0].code, "treaty_in_force_unknown");
    assert_eq!(since(&story.status("untc:T", "LTU", at, counted).await), "1998-08-01", "the second deposit");
    assert_eq!(since(&story.status("untc:T", "LTU", at, story.size()).await), "1999-08-01", "as it is corrected");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_at_a_time_that_has_not_come_is_not_answered() {
    let story = Story::begin().await;
    let at = async |time: &str| {
        let time: jiff::Timestamp = time.parse().unwrap();
        let time = prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() };
        let read_at = proto::ReadAt { minimum_size: story.size(), known_at: Some(proto::read_at::KnownAt::Time(time)) };
        let request = proto::ListTreatiesRequest { read_at: Some(read_at), ..Default::default() };
        story.client().list(request).await.map(|answer| answer.into_inner().treaties.len())
    };
    assert_eq!(at("2030-01-01T12:00:00Z").await.unwrap(), 2, "now, by the clock of the ledger");
    assert_eq!(at("2029-12-31T12:00:00Z").await.unwrap(), 0);
    let refused = at("2030-01-01T12:00:00.000001Z").await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::OutOfRange);
    assert_eq!(reason(&refused), ("TimeMustBeReached".to_owned(), "read_at.time".to_owned()));
    assert!(refused.message().contains("2030-01-01T12:00:00.000000Z by the ledger's clock"), "{refused}");
    story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_by_its_field() {
    let story = Story::begin().await;
    let ask = |treaty: &str, participant: &str, at: &str, view: &str| proto::TreatyStatusRequest {
        treaty: treaty.into(),
        participant: participant.into(),
        at: at.into(),
        read_at: Some(proto::ReadAt { minimum_size: story.size(), known_at: None }),
        view: view.into(),
        with_other_treaties: false,
    };
    for (request, code, field) in [
        (ask("nothing", "POL", "", ""), "NotFound", "treaty"),
        (ask("APMBC", "Nowhere", "", ""), "NotFound", "participant"),
        (ask("APMBC", "POL", "2025-02-29", ""), "FieldMustBeValid", "at"),
        (ask("APMBC", "POL", "", "mine"), "FieldMustBeValid", "view"),
    ] {
        let refused = story.client().status(request).await.unwrap_err();
        assert_eq!(reason(&refused), (code.to_owned(), field.to_owned()));
    }
    let answer = story.client().status(ask("APMBC", "POL", "", "")).await.unwrap().into_inner();
    assert_eq!((answer.at.as_str(), answer.projected), ("2030-01-01", false), "the day of the newest entry");
    assert_eq!(told(&answer), ("non_participant", ""));
    story.audited().await;
}
