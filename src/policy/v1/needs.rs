//! What a submission that waits still needs, as the charter in force says.

use std::collections::BTreeSet;

use super::{Question, authority, progress::Progress, sign_offs};
use crate::domain::{
    AuthorityFallback, AuthorityWord, Capacity, Concern, MissingSignOff, OrganisationId, SignOffClass, SignOffRules,
    Signer, Statement, Verdict, Word, newest_of_each_post,
};

/// The sign-offs that are missing; none: all are there.
pub(super) fn missing(question: &Question<'_>, progress: &Progress<'_>) -> Vec<MissingSignOff> {
    let Some(rules) = rules(question) else { return Vec::new() };
    match progress.class {
        SignOffClass::States | SignOffClass::Governs(_) => Vec::new(),
        SignOffClass::Eases => {
            let authorities = concerned(progress).filter_map(|concern| missing_authority(question, progress, concern));
            missing_verifier(question, progress, &rules).into_iter().chain(authorities).collect()
        }
        SignOffClass::Transfers => missing_counterparty(question, progress, &rules).into_iter().collect(),
    }
}

/// Whether a signer whose word is needed said no. One of several authorities only
/// ends the waiting when too few others stay.
pub(super) fn is_declined(question: &Question<'_>, progress: &Progress<'_>) -> bool {
    let declined = |capacity| said(progress, capacity).any(|it| matches!(it.verdict, Verdict::Decline { .. }));
    match progress.class {
        SignOffClass::States | SignOffClass::Governs(_) => false,
        SignOffClass::Transfers => declined(Capacity::Counterparty),
        SignOffClass::Eases => {
            declined(Capacity::Verifier)
                || concerned(progress).any(|concern| authorities_decline(question, progress, concern))
        }
    }
}

/// Every national authority for what is concerned, with its own word.
pub(super) fn words(question: &Question<'_>, progress: &Progress<'_>) -> Vec<AuthorityWord> {
    let of_concern = |concern: &Concern| {
        let authorities = authorities(question, concern).into_iter();
        let words = authorities.map(|organisation| AuthorityWord {
            organisation: organisation.clone(),
            concern: concern.clone(),
            word: word_of(progress, organisation),
        });
        words.collect::<Vec<_>>()
    };
    concerned(progress).flat_map(of_concern).collect()
}

/// Organisations that are the national authority for something on this day.
pub(super) fn authorities<'a>(question: &Question<'a>, concern: &Concern) -> Vec<&'a OrganisationId> {
    let active = question.registry.organisations().iter().filter(|(_, state)| state.is_active());
    active.map(|(id, _)| id).filter(|id| authority::is_authority_for(question, id, concern)).collect()
}

/// Whether founders sign in place of an authority that there is none of.
pub(super) fn founders_stand_in(question: &Question<'_>, progress: &Progress<'_>) -> bool {
    let founders = rules(question).is_some_and(|rules| rules.authority_fallback == AuthorityFallback::Founders);
    founders && concerned(progress).any(|concern| authorities(question, concern).is_empty())
}

fn rules(question: &Question<'_>) -> Option<SignOffRules> {
    question.registry.charter().map(|charter| charter.sign_offs)
}

fn concerned<'a>(progress: &'a Progress<'_>) -> impl Iterator<Item = &'a Concern> {
    progress.concerns.iter().filter(|concern| **concern != Concern::Ledger)
}

/// What stands of what was said in a capacity.
fn said<'a>(progress: &'a Progress<'_>, capacity: Capacity) -> impl Iterator<Item = &'a Statement> {
    newest_of_each_post(&progress.statements).filter(move |statement| statement.capacity == capacity)
}

/// Approvals by signers who are still entitled: an organisation that was suspended
/// or lost its mandate, or a key that was compromised, counts no more.
fn approving<'a>(
    question: &'a Question<'_>,
    progress: &'a Progress<'_>,
    capacity: Capacity,
) -> impl Iterator<Item = &'a Signer> {
    let approvals = said(progress, capacity).filter(|it| matches!(it.verdict, Verdict::Approve { .. }));
    let signers = approvals.map(|statement| &statement.signer);
    signers.filter(move |signer| sign_offs::still_counts(question, progress, signer, capacity))
}

fn missing_verifier(question: &Question<'_>, progress: &Progress<'_>, rules: &SignOffRules) -> Option<MissingSignOff> {
    let own = &progress.submitted.submission.author.organisation;
    let (signed, who) = if rules.outside_verifier {
        let outside = approving(question, progress, Capacity::Verifier).map(|signer| &signer.organisation);
        let outside: BTreeSet<_> = outside.filter(|organisation| *organisation != own).collect();
        (outside.len(), format!("a verifier of another organisation that {own} named"))
    } else {
        let posts = approving(question, progress, Capacity::Verifier).count();
        (posts, format!("a verifier of {own}, or of an organisation that it named"))
    };
    lacking(Capacity::Verifier, rules.easing_verifiers, signed, None, &who)
}

fn missing_authority(question: &Question<'_>, progress: &Progress<'_>, concern: &Concern) -> Option<MissingSignOff> {
    let rules = rules(question).filter(|rules| rules.easing_authorities > 0)?;
    let authorities = authorities(question, concern);
    if authorities.is_empty() {
        return missing_stand_in(question, progress, concern, &rules);
    }
    let approving: BTreeSet<_> = approving(question, progress, Capacity::NationalAuthority)
        .map(|signer| &signer.organisation)
        .filter(|organisation| authorities.contains(organisation))
        .collect();
    let names: Vec<_> = authorities.iter().map(|id| id.as_str()).collect();
    let who = format!("the national authority for {concern}: {}", names.join(" or "));
    lacking(Capacity::NationalAuthority, rules.easing_authorities, approving.len(), Some(concern), &who)
}

fn missing_stand_in(
    question: &Question<'_>,
    progress: &Progress<'_>,
    concern: &Concern,
    rules: &SignOffRules,
) -> Option<MissingSignOff> {
    let nobody = format!("no organisation has a mandate as national authority for {concern} on this day");
    match rules.authority_fallback {
        AuthorityFallback::Held => {
            let who = format!("{nobody}: it is held until a founder grants one and that authority signs");
            lacking(Capacity::NationalAuthority, rules.easing_authorities, 0, Some(concern), &who)
        }
        AuthorityFallback::Founders => {
            let signed: BTreeSet<_> =
                approving(question, progress, Capacity::Governor).map(|signer| &signer.organisation).collect();
            let needed = question.registry.charter().map_or(0, |charter| charter.admission_threshold);
            let who = format!("{nobody}: founding organisations sign in its place");
            lacking(Capacity::Governor, needed, signed.len(), Some(concern), &who)
        }
    }
}

fn missing_counterparty(
    question: &Question<'_>,
    progress: &Progress<'_>,
    rules: &SignOffRules,
) -> Option<MissingSignOff> {
    let signed = approving(question, progress, Capacity::Counterparty).count();
    let who = "the other side of the transfer: a recorder or desk officer of another organisation";
    lacking(Capacity::Counterparty, u32::from(rules.counterparty_signs), signed, None, who)
}

fn lacking(
    capacity: Capacity,
    needed: u32,
    signed: usize,
    concern: Option<&Concern>,
    who: &str,
) -> Option<MissingSignOff> {
    let count = needed.saturating_sub(u32::try_from(signed).unwrap_or(u32::MAX));
    (count > 0).then(|| MissingSignOff { capacity, count, concern: concern.cloned(), message: who.into() })
}

fn authorities_decline(question: &Question<'_>, progress: &Progress<'_>, concern: &Concern) -> bool {
    let Some(rules) = rules(question).filter(|rules| rules.easing_authorities > 0) else { return false };
    let authorities = authorities(question, concern);
    if authorities.is_empty() {
        return founders_decline(question, progress, &rules);
    }
    let declines = |id: &&&OrganisationId| matches!(word_of(progress, id), Word::Declined { .. });
    let said_no = authorities.iter().filter(declines).count();
    let needed = usize::try_from(rules.easing_authorities).unwrap_or(usize::MAX);
    said_no > 0 && authorities.len() - said_no < needed
}

fn founders_decline(question: &Question<'_>, progress: &Progress<'_>, rules: &SignOffRules) -> bool {
    let declining = said(progress, Capacity::Governor).filter(|it| matches!(it.verdict, Verdict::Decline { .. }));
    let said_no: BTreeSet<_> = declining.map(|statement| &statement.signer.organisation).collect();
    let needed = question.registry.charter().map_or(0, |charter| charter.admission_threshold);
    let stay = question.registry.governing_founders().saturating_sub(said_no.len());
    rules.authority_fallback == AuthorityFallback::Founders
        && !said_no.is_empty()
        && usize::try_from(needed).is_ok_and(|needed| stay < needed)
}

/// The newest word of an organisation's posts as national authority.
fn word_of(progress: &Progress<'_>, organisation: &OrganisationId) -> Word {
    let own = said(progress, Capacity::NationalAuthority).filter(|it| it.signer.organisation == *organisation);
    match own.last() {
        None => Word::Awaited,
        Some(Statement { at, verdict, .. }) => match verdict {
            Verdict::Approve { .. } => Word::Approved { at: *at },
            Verdict::Decline { .. } => Word::Declined { at: *at },
            Verdict::Withdraw { .. } => Word::Awaited,
        },
    }
}
