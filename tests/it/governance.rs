//! Who governs organisations, posts and keys: suspension, recovery, succession,
//! each through the whole write path and audited at its end.

use merestone::{authoring::Post, domain::*};

use crate::support::*;

/// A coalition of three founders; two of them decide. `desk` is admitted with an
/// administrator of its own.
struct Coalition {
    ledger: TestLedger,
    second: Post,
    third: Post,
    chief: Post,
}

const COUNTRY: &str = "XX";

impl Coalition {
    async fn new() -> Self {
        let (second, third) = (post("board-two", "chair"), post("board-three", "chair"));
        let ledger = TestLedger::founded_with(CharterProfile::Coalition, &[&second, &third]).await;
        let this = Self { ledger, second, third, chief: post("desk", "chief") };
        let mut events = vec![admitted("desk")];
        events.extend(this.enrolled(&this.ledger.recorder, vec![Role::Recorder]));
        // From its first administrator on, the desk governs itself.
        events.extend(this.enrolled(&this.chief, vec![Role::Administrator]));
        this.enters(&this.ledger.registrar, events, &[&this.second]).await;
        this
    }

    fn enrolled(&self, post: &Post, roles: Vec<Role>) -> [Event; 2] {
        enrolled(&self.ledger, post, roles)
    }

    async fn enters(&self, author: &Post, events: Vec<Event>, with: &[&Post]) {
        let with: Vec<_> = with.iter().map(|post| (*post, Capacity::Governor)).collect();
        let signed = self.ledger.sign_with(author, events, &with);
        self.ledger.submit(&signed).await.unwrap();
    }

    async fn refusal(&self, author: &Post, events: Vec<Event>, with: &[&Post]) -> String {
        let with: Vec<_> = with.iter().map(|post| (*post, Capacity::Governor)).collect();
        self.ledger.refusal(&self.ledger.sign_with(author, events, &with)).await
    }
}

pub fn on(organisation: &str, body: RegistryBody) -> Event {
    event(&format!("organisation/{organisation}"), Body::Registry(body))
}

pub fn admitted(organisation: &str) -> Event {
    let admitted = OrganisationAdmitted {
        name: organisation.into(),
        organisation_type: OrganisationType::Desk,
        country: COUNTRY.parse().unwrap(),
    };
    on(organisation, RegistryBody::OrganisationAdmitted(admitted))
}

pub fn enrolled(ledger: &TestLedger, post: &Post, roles: Vec<Role>) -> [Event; 2] {
    let member = MemberEnrolled { member: post.member.clone(), post: "A post".into(), roles };
    let organisation = post.organisation.as_str();
    [
        on(organisation, RegistryBody::MemberEnrolled(member)),
        on(organisation, RegistryBody::KeyEnrolled(ledger.enrolment(post))),
    ]
}

pub fn changed(organisation: &str, change: OrganisationChange) -> Event {
    on(organisation, RegistryBody::OrganisationChanged(OrganisationChanged { change, reason: "letter 2".into() }))
}

fn ended(post: &Post) -> Event {
    let ended = KeyEnded {
        key: post.key.public().id(),
        ending: KeyEnding::Compromised { since: SIGNED_AT },
        reason: "stolen".into(),
    };
    on(post.organisation.as_str(), RegistryBody::KeyEnded(ended))
}

#[tokio::test(flavor = "multi_thread")]
async fn founders_take_an_organisation_back_from_the_thief_of_its_only_administrator_key() {
    let coalition = Coalition::new().await;
    let (thief, newcomer) = (coalition.chief.clone(), post("desk", "chief-2"));
    coalition.enters(&thief, vec![ended(&coalition.ledger.recorder)], &[]).await;

    let mut recovery = vec![changed("desk", OrganisationChange::Suspended), ended(&thief)];
    recovery.extend(coalition.enrolled(&newcomer, vec![Role::Administrator]));
    recovery.push(changed("desk", OrganisationChange::Resumed));
    let author = &coalition.ledger.registrar;
    assert_eq!(coalition.refusal(author, recovery.clone(), &[]).await, "SignOffsMustMeetThreshold");
    coalition.enters(author, recovery, &[&coalition.third]).await;

    let more = coalition.enrolled(&post("desk", "recorder-2"), vec![Role::Recorder]).to_vec();
    assert_eq!(coalition.refusal(&thief, more.clone(), &[]).await, "KeyMustBeActive");
    coalition.enters(&newcomer, more, &[]).await;
    coalition.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn founders_govern_no_organisation_that_governs_itself() {
    let coalition = Coalition::new().await;
    let (author, others) = (&coalition.ledger.registrar, [&coalition.second, &coalition.third]);
    let foreign = coalition.enrolled(&post("desk", "mole"), vec![Role::Recorder]).to_vec();
    assert_eq!(coalition.refusal(author, foreign, &others).await, "GovernorMustBeEntitled");
    assert_eq!(coalition.refusal(author, vec![ended(&coalition.chief)], &others).await, "GovernorMustBeEntitled");
    coalition.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_founder_enrols_no_first_administrator() {
    let coalition = Coalition::new().await;
    let author = &coalition.ledger.registrar;
    coalition.enters(author, vec![admitted("ngo")], &[&coalition.second]).await;
    let first = coalition.enrolled(&post("ngo", "chief"), vec![Role::Administrator]).to_vec();
    assert_eq!(coalition.refusal(author, first.clone(), &[]).await, "SignOffsMustMeetThreshold");
    coalition.enters(author, first, &[&coalition.third]).await;
    coalition.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_organisation_neither_submits_nor_signs_until_it_is_resumed() {
    let ledger = TestLedger::new().await;
    let (recorder, verifier) = (ledger.recorder.clone(), ledger.verifier.clone());
    let before = ledger.sign(&recorder, vec![record_opened()]);
    let first = receipt(ledger.submit(&before).await.unwrap());
    let suspended = changed("desk", OrganisationChange::Suspended);
    ledger.submit(&ledger.sign(&ledger.registrar, vec![suspended.clone()])).await.unwrap();

    assert_eq!(ledger.refusal(&ledger.sign(&recorder, vec![record_opened()])).await, "OrganisationMustBeActive");
    let later = later_sign_off(ledger.id, &before, &verifier, Capacity::Verifier, approve());
    assert_eq!(ledger.refusal(&later).await, "OrganisationMustBeActive");
    assert_eq!(receipt(ledger.submit(&before).await.unwrap()), first, "what stands on record stays");
    let twice = ledger.sign(&ledger.registrar, vec![suspended]);
    assert_eq!(ledger.refusal(&twice).await, "EventIdMustBeFresh");
    let again = ledger.sign(&ledger.registrar, vec![changed("desk", OrganisationChange::Suspended)]);
    assert_eq!(ledger.refusal(&again).await, "StandingMustAllowChange");

    let resumed = changed("desk", OrganisationChange::Resumed);
    ledger.submit(&ledger.sign(&ledger.registrar, vec![resumed])).await.unwrap();
    ledger.submit(&ledger.sign(&recorder, vec![record_opened()])).await.unwrap();
    ledger.submit(&later).await.unwrap();
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_that_leaves_too_few_founders_to_end_it_is_refused() {
    let coalition = Coalition::new().await;
    let author = &coalition.ledger.registrar;
    coalition.enters(author, vec![changed("board-three", OrganisationChange::Suspended)], &[&coalition.second]).await;
    let one_more = vec![changed("board-two", OrganisationChange::Suspended)];
    assert_eq!(coalition.refusal(author, one_more, &[&coalition.second]).await, "ThresholdMustBeReachable");
    let alone = TestLedger::new().await;
    let own = alone.sign(&alone.registrar, vec![changed("operator", OrganisationChange::Suspended)]);
    assert_eq!(alone.refusal(&own).await, "ThresholdMustBeReachable");
    coalition.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_succeeds_a_founder_takes_its_seat_and_the_predecessor_is_silent_for_ever() {
    let coalition = Coalition::new().await;
    let (author, second, third) = (&coalition.ledger.registrar, &coalition.second, &coalition.third);
    let succeeded = |by: &str| changed("board-three", OrganisationChange::Succeeded { by: by.parse().unwrap() });
    assert_eq!(coalition.refusal(author, vec![succeeded("nobody")], &[second]).await, "OrganisationMustBeAdmitted");
    assert_eq!(
        coalition.refusal(author, vec![succeeded("board-three")], &[second]).await,
        "OrganisationMustBeAdmitted"
    );
    coalition.enters(author, vec![succeeded("desk")], &[second]).await;
    let resumed = vec![changed("board-three", OrganisationChange::Resumed)];
    assert_eq!(coalition.refusal(author, resumed, &[second]).await, "StandingMustAllowChange");
    let admission = |id: &str| vec![admitted(id)];
    assert_eq!(coalition.refusal(third, admission("ngo"), &[second]).await, "OrganisationMustBeActive");
    coalition.enters(&coalition.chief, admission("ngo"), &[second]).await;
    coalition.ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_names_its_verifiers_itself() {
    let coalition = Coalition::new().await;
    let named = || {
        let verifiers = vec!["board-two".parse().unwrap()];
        vec![changed("desk", OrganisationChange::VerifiersNamed(verifiers))]
    };
    let author = &coalition.ledger.registrar;
    let everybody = [&coalition.second, &coalition.third];
    assert_eq!(coalition.refusal(author, named(), &everybody).await, "GovernorMustBeEntitled");
    coalition.enters(&coalition.chief, named(), &[]).await;
    coalition.ledger.audited().await;
}
