//! Who governs what, and how many of them must sign.
//!
//! Founding organisations govern the ledger, each with one voice. An organisation
//! governs its own posts and keys. Where it cannot, because it is suspended or no
//! administrator of it has an active key, founders do it at the admission
//! threshold: so a thief of its only key is stopped, and no single founder can
//! sign in another's name.

use std::collections::BTreeSet;

use crate::{
    domain::{
        Body, Capacity, Charter, Event, OrganisationChange, OrganisationId, OrganisationStanding, RegistryBody, Role,
        Signer, Subject, SubmittedEvents, Threshold, Verdict,
    },
    policy::{Registry, Rejection, RejectionRule},
};

/// Who must sign an event that governs.
enum Electorate<'a> {
    /// That many different founding organisations.
    Founders(u32),
    /// That many administrators of the organisation.
    Own(&'a OrganisationId, u32),
}

/// Enough entitled administrators signed, the author among them.
pub(super) fn threshold_is_met(
    registry: &Registry,
    submitted: &SubmittedEvents,
    event: &Event,
    threshold: Threshold,
    field: &str,
) -> Result<(), Rejection> {
    let author = &submitted.submission.author;
    let electorate = electorate(registry, event, threshold);
    if !is_entitled(registry, author, &electorate) {
        let message = format!("{} of {} may not govern {} here", author.member, author.organisation, event.subject);
        return Err(Rejection::new(RejectionRule::GovernorMustBeEntitled, field, message));
    }
    let signers = std::iter::once(author)
        .chain(approving_governors(submitted))
        .filter(|signer| is_entitled(registry, signer, &electorate));
    let (needed, signed, who) = match electorate {
        Electorate::Founders(needed) => (needed, distinct_organisations(signers), "founding organisations"),
        Electorate::Own(_, needed) => (needed, distinct_posts(signers), "administrators of the organisation"),
    };
    if usize::try_from(needed).is_ok_and(|needed| signed >= needed) {
        return Ok(());
    }
    let message = format!("{signed} of {needed} {who} signed");
    Err(Rejection::new(RejectionRule::SignOffsMustMeetThreshold, field, message))
}

/// Sign-offs that count towards a threshold.
pub(super) fn approving_governors(submitted: &SubmittedEvents) -> impl Iterator<Item = &Signer> {
    let approving = submitted.sign_offs.iter().filter(|sign_off| {
        sign_off.capacity == Capacity::Governor && matches!(sign_off.verdict, Verdict::Approve { .. })
    });
    approving.map(|sign_off| &sign_off.signer)
}

fn electorate<'a>(registry: &Registry, event: &'a Event, threshold: Threshold) -> Electorate<'a> {
    let charter = registry.charter().expect("only the founding is decided without a charter");
    let Subject::Organisation(id) = &event.subject else { return Electorate::Founders(charter.charter_threshold) };
    match threshold {
        Threshold::Founding | Threshold::Charter => Electorate::Founders(charter.charter_threshold),
        Threshold::Admission => match &event.body {
            Body::Registry(RegistryBody::OrganisationChanged(changed)) => {
                changing(registry, charter, id, &changed.change)
            }
            Body::Registry(_) | Body::Shared(_) | Body::Treaty(_) | Body::Minefield(_) => {
                Electorate::Founders(charter.admission_threshold)
            }
        },
        Threshold::Enrolment => enrolling(registry, charter, id),
    }
}

/// An organisation names its verifiers itself; a founder's seat is the charter's matter.
fn changing<'a>(
    registry: &Registry,
    charter: &Charter,
    id: &'a OrganisationId,
    change: &OrganisationChange,
) -> Electorate<'a> {
    match change {
        OrganisationChange::VerifiersNamed(_) => enrolling(registry, charter, id),
        OrganisationChange::Suspended | OrganisationChange::Resumed | OrganisationChange::Succeeded { .. } => {
            Electorate::Founders(for_seat_of(registry, charter, id))
        }
    }
}

/// Posts and keys: the organisation's own, or, where it cannot, founders. Never
/// more founders than can sign: keys that are gone must not lock the others out.
fn enrolling<'a>(registry: &Registry, charter: &Charter, id: &'a OrganisationId) -> Electorate<'a> {
    let state = registry.organisation(id);
    if state.is_some_and(|state| registry.governs_itself(state)) {
        return Electorate::Own(id, charter.enrolment_threshold);
    }
    let suspended = state.is_some_and(|state| state.standing() == &OrganisationStanding::Suspended);
    let needed = if suspended { for_seat_of(registry, charter, id) } else { charter.admission_threshold };
    let most = u32::try_from(registry.governing_founders()).unwrap_or(u32::MAX);
    Electorate::Founders(needed.min(most).max(1))
}

/// Founders needed about the standing of an organisation: more for one of them.
fn for_seat_of(registry: &Registry, charter: &Charter, id: &OrganisationId) -> u32 {
    let founder = registry.organisation(id).is_some_and(|state| state.founder.is_some());
    if founder { charter.charter_threshold.max(charter.admission_threshold) } else { charter.admission_threshold }
}

/// An administrator with an active key of an active organisation. Late work may
/// still come in with a retired key; governing may not.
fn is_entitled(registry: &Registry, signer: &Signer, electorate: &Electorate<'_>) -> bool {
    let Some(organisation) = registry.organisation(&signer.organisation) else { return false };
    let member = organisation.members.get(&signer.member);
    let administrator = member.is_some_and(|member| member.roles.contains(&Role::Administrator));
    let active = organisation.is_active() && registry.key(signer.key).is_some_and(|key| key.ends.is_empty());
    let elector = match electorate {
        Electorate::Founders(_) => organisation.founder.is_some(),
        Electorate::Own(own, _) => signer.organisation == **own,
    };
    administrator && active && elector
}

/// The ledger's own rules are decided by organisations: however many posts one of
/// them enrols, it has one voice.
fn distinct_organisations<'a>(signers: impl Iterator<Item = &'a Signer>) -> usize {
    signers.map(|signer| &signer.organisation).collect::<BTreeSet<_>>().len()
}

fn distinct_posts<'a>(signers: impl Iterator<Item = &'a Signer>) -> usize {
    signers.map(|signer| (&signer.organisation, &signer.member)).collect::<BTreeSet<_>>().len()
}
