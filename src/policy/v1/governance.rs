//! The registry and the charter: who may change them, and with how many
//! signatures.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Question,
    electorate::{approving_governors, threshold_is_met},
};
use crate::{
    crypto::PayloadType,
    domain::{
        Body, Charter, CharterAdopted, Event, KeyEnded, KeyEnrolled, LedgerFounded, MemberId, OrganisationChange,
        OrganisationId, OrganisationStanding, RegistryBody, Role, Signer, Subject, SubmittedEvents, Threshold,
    },
    policy::{POLICIES, Registry, Rejection, RejectionRule},
    wire::possession_bytes,
};

/// All founders signed: the author and the others by sign-off; the charter can
/// be lived by.
pub(super) fn founding_is_complete(submitted: &SubmittedEvents) -> Result<(), Rejection> {
    let [Event { body: Body::Registry(RegistryBody::LedgerFounded(founded)), .. }] = submitted.events.as_slice() else {
        let message = "the founding submission holds exactly one event, ledger_founded";
        return Err(Rejection::new(RejectionRule::LedgerMustMatch, "events", message));
    };
    let signers: Vec<&Signer> =
        std::iter::once(&submitted.submission.author).chain(approving_governors(submitted)).collect();
    for (at, founder) in founded.founders.iter().enumerate() {
        let signed = signers.iter().any(|signer| {
            (&signer.organisation, &signer.member, signer.key)
                == (&founder.organisation, &founder.member, founder.key.id())
        });
        if !signed {
            let message = format!("{} of {} has not signed", founder.member, founder.organisation);
            let field = format!("events[0].ledger_founded.founders[{at}]");
            return Err(Rejection::new(RejectionRule::FoundersMustSign, field, message));
        }
    }
    let keys: BTreeSet<_> = founded.founders.iter().map(|founder| founder.key.id()).collect();
    if keys.len() < founded.founders.len() {
        let message = "two founders name the same key: one key, one post, for ever";
        return Err(Rejection::new(RejectionRule::KeyMustBeNew, "events[0].ledger_founded.founders", message));
    }
    charter_of_founding_is_livable(founded)
}

fn charter_of_founding_is_livable(founded: &LedgerFounded) -> Result<(), Rejection> {
    let field = "events[0].ledger_founded.charter";
    policy_is_known(&founded.charter, None, field)?;
    profile_is_true(&founded.charter, field)?;
    if !founded.founders.iter().any(|founder| founder.organisation == founded.charter.operator) {
        let message = format!("{} is none of the founders", founded.charter.operator);
        return Err(Rejection::new(RejectionRule::OperatorMustBeAdmitted, format!("{field}.operator"), message));
    }
    let mut administrators: BTreeMap<&OrganisationId, usize> = BTreeMap::new();
    for founder in founded.founders.iter().filter(|founder| founder.roles.contains(&Role::Administrator)) {
        *administrators.entry(&founder.organisation).or_default() += 1;
    }
    let least = administrators.values().copied().min().unwrap_or(0);
    thresholds_are_reachable(&founded.charter, administrators.len(), least, field)
}

/// Decides an event that governs: its own rule, then the threshold.
pub(super) fn decide(
    question: &Question<'_>,
    submitted: &SubmittedEvents,
    event: &Event,
    threshold: Threshold,
    field: &str,
) -> Result<(), Rejection> {
    let field = format!("{field}.{}", event.kind());
    match &event.body {
        Body::Registry(body) => registry_holds(question, event, body, &field)?,
        // What else governs has no rule of its own: the threshold is the rule.
        Body::Shared(_) | Body::Treaty(_) | Body::Minefield(_) => {}
    }
    threshold_is_met(question.registry, submitted, event, threshold, &field)
}

fn registry_holds(question: &Question<'_>, event: &Event, body: &RegistryBody, field: &str) -> Result<(), Rejection> {
    match body {
        RegistryBody::LedgerFounded(_) => {
            let message = "this ledger is founded already";
            Err(Rejection::new(RejectionRule::LedgerMustBeFoundedOnce, field, message))
        }
        RegistryBody::CharterAdopted(adopted) => charter_is_livable(question.registry, adopted, field),
        RegistryBody::OrganisationAdmitted(_) | RegistryBody::MandateGranted(_) => Ok(()),
        RegistryBody::OrganisationChanged(changed) => {
            organisation_may_change(question.registry, &event.subject, &changed.change, field)
        }
        RegistryBody::MemberEnrolled(enrolled) => {
            member_is_new(question.registry, &event.subject, &enrolled.member, field)
        }
        RegistryBody::KeyEnrolled(enrolled) => key_may_be_enrolled(question, &event.subject, enrolled, field),
        RegistryBody::KeyEnded(ended) => key_may_be_ended(question.registry, &event.subject, ended, field),
    }
}

fn charter_is_livable(registry: &Registry, adopted: &CharterAdopted, field: &str) -> Result<(), Rejection> {
    let field = format!("{field}.charter");
    policy_is_known(&adopted.charter, Some(registry), &field)?;
    profile_is_true(&adopted.charter, &field)?;
    if registry.organisation(&adopted.charter.operator).is_none() {
        let message = format!("{} is not admitted", adopted.charter.operator);
        return Err(Rejection::new(RejectionRule::OperatorMustBeAdmitted, format!("{field}.operator"), message));
    }
    let governing = || registry.organisations().values().filter(|state| registry.governs_itself(state));
    let founders = registry.governing_founders();
    let least = governing().map(|state| registry.active_administrators(state)).min().unwrap_or(0);
    thresholds_are_reachable(&adopted.charter, founders, least, &field)
}

fn policy_is_known(charter: &Charter, registry: Option<&Registry>, field: &str) -> Result<(), Rejection> {
    let not_older = registry.is_none_or(|registry| charter.policy >= registry.policy());
    if POLICIES.contains(&charter.policy) && not_older {
        return Ok(());
    }
    let message = format!("policy {} is not known here or is older than the one in force", charter.policy.0);
    Err(Rejection::new(RejectionRule::PolicyMustBeKnown, format!("{field}.policy"), message))
}

/// The profile is a promise to every reader: solo means that nobody else signs.
fn profile_is_true(charter: &Charter, field: &str) -> Result<(), Rejection> {
    if charter.sign_offs.fit(charter.profile) {
        return Ok(());
    }
    let message = format!("the sign-offs asked for are not those of the profile {}", charter.profile);
    Err(Rejection::new(RejectionRule::ProfileMustFitSignOffs, format!("{field}.profile"), message))
}

/// `founders`: founding organisations that can sign. `least`: administrators of
/// the organisation that has the fewest; more would lock it out of its own keys.
fn thresholds_are_reachable(charter: &Charter, founders: usize, least: usize, field: &str) -> Result<(), Rejection> {
    let limits = [
        ("admission_threshold", charter.admission_threshold, founders),
        ("charter_threshold", charter.charter_threshold, founders),
        ("enrolment_threshold", charter.enrolment_threshold, least),
    ];
    let unreachable =
        limits.iter().find(|(_, value, most)| *value == 0 || usize::try_from(*value).is_ok_and(|value| value > *most));
    match unreachable {
        None => Ok(()),
        Some((name, value, most)) => {
            let message = format!("{value} is not between 1 and {most}");
            Err(Rejection::new(RejectionRule::ThresholdMustBeReachable, format!("{field}.{name}"), message))
        }
    }
}

/// The standing allows the change, who is named is there, and enough founders
/// stay to change it back.
fn organisation_may_change(
    registry: &Registry,
    subject: &Subject,
    change: &OrganisationChange,
    field: &str,
) -> Result<(), Rejection> {
    let Some(id) = organisation_of(subject) else { return Ok(()) };
    let standing = registry.organisation(id).map_or(&OrganisationStanding::Active, |state| state.standing());
    let allowed = match change {
        OrganisationChange::Suspended | OrganisationChange::VerifiersNamed(_) => {
            standing == &OrganisationStanding::Active
        }
        OrganisationChange::Resumed => standing == &OrganisationStanding::Suspended,
        OrganisationChange::Succeeded { .. } => !matches!(standing, OrganisationStanding::Succeeded { .. }),
    };
    if !allowed {
        let message = format!("{id} is {standing}");
        return Err(Rejection::new(RejectionRule::StandingMustAllowChange, format!("{field}.change"), message));
    }
    let (named, at) = match change {
        OrganisationChange::Suspended | OrganisationChange::Resumed => (&[][..], ""),
        OrganisationChange::Succeeded { by } => (std::slice::from_ref(by), "successor"),
        OrganisationChange::VerifiersNamed(verifiers) => (verifiers.as_slice(), "verifiers"),
    };
    let is_there = |other: &OrganisationId| other != id && registry.organisation(other).is_some_and(|o| o.is_active());
    if let Some(other) = named.iter().find(|other| !is_there(other)) {
        let message = format!("{other} is no other organisation that is admitted and active");
        return Err(Rejection::new(RejectionRule::OrganisationMustBeAdmitted, format!("{field}.{at}"), message));
    }
    founders_stay(registry, id, change, field)
}

/// A founder that leaves must not make the thresholds unreachable: nobody could
/// resume it, or change the charter, any more.
fn founders_stay(
    registry: &Registry,
    id: &OrganisationId,
    change: &OrganisationChange,
    field: &str,
) -> Result<(), Rejection> {
    let governs = |id| registry.organisation(id).is_some_and(|state| registry.governs_itself(state));
    let is_founder = |id| registry.organisation(id).is_some_and(|state| state.founder.is_some());
    let joins = match change {
        OrganisationChange::Resumed | OrganisationChange::VerifiersNamed(_) => return Ok(()),
        OrganisationChange::Suspended => false,
        OrganisationChange::Succeeded { by } => governs(by) && !is_founder(by),
    };
    if !is_founder(id) {
        return Ok(());
    }
    let stay = registry.governing_founders() - usize::from(governs(id)) + usize::from(joins);
    let charter = registry.charter().expect("only the founding is decided without a charter");
    let needed = charter.admission_threshold.max(charter.charter_threshold);
    if usize::try_from(needed).is_ok_and(|needed| stay >= needed) {
        return Ok(());
    }
    let message = format!("{stay} founding organisations would stay, and the charter asks for {needed}");
    Err(Rejection::new(RejectionRule::ThresholdMustBeReachable, format!("{field}.change"), message))
}

fn organisation_of(subject: &Subject) -> Option<&OrganisationId> {
    match subject {
        Subject::Organisation(id) => Some(id),
        _ => None,
    }
}

fn member_is_new(registry: &Registry, subject: &Subject, member: &MemberId, field: &str) -> Result<(), Rejection> {
    let known = organisation_of(subject).and_then(|id| registry.member(id, member));
    if known.is_none() {
        return Ok(());
    }
    let message = format!("the post {member} exists already");
    Err(Rejection::new(RejectionRule::MemberMustBeNew, format!("{field}.member"), message))
}

fn key_may_be_enrolled(
    question: &Question<'_>,
    subject: &Subject,
    enrolled: &KeyEnrolled,
    field: &str,
) -> Result<(), Rejection> {
    let Some((organisation, ledger)) = organisation_of(subject).zip(question.registry.ledger()) else { return Ok(()) };
    if question.registry.member(organisation, &enrolled.member).is_none() {
        let message = format!("{organisation} has no post {}", enrolled.member);
        return Err(Rejection::new(RejectionRule::MemberMustBeEnrolled, format!("{field}.member"), message));
    }
    if question.registry.key(enrolled.key.id()).is_some() {
        let message = format!("the key {} was enrolled before", enrolled.key.id());
        return Err(Rejection::new(RejectionRule::KeyMustBeNew, format!("{field}.public_key"), message));
    }
    let statement = possession_bytes(&ledger.id, organisation, &enrolled.member, &enrolled.key);
    enrolled.key.verify(PayloadType::KeyPossession, &statement, &enrolled.possession).map_err(|_| {
        let message = "the new key did not sign its possession statement for this ledger and post";
        Rejection::new(RejectionRule::PossessionMustVerify, format!("{field}.possession"), message)
    })
}

fn key_may_be_ended(registry: &Registry, subject: &Subject, ended: &KeyEnded, field: &str) -> Result<(), Rejection> {
    let active = registry.key(ended.key).is_some_and(|key| {
        let worsens = key.ended().is_none_or(|end| end.ending == crate::domain::KeyEnding::Retired)
            && ended.ending != crate::domain::KeyEnding::Retired;
        Some(&key.organisation) == organisation_of(subject) && (key.ends.is_empty() || worsens)
    });
    if active {
        return Ok(());
    }
    let message = format!("{} is no active key of {subject}", ended.key);
    Err(Rejection::new(RejectionRule::KeyToEndMustBeActive, format!("{field}.key_id"), message))
}
