//! Who may sign: key, post, role, mandate, all at the entry's index.

use super::{Question, references};
use crate::{
    domain::{
        Authority, Body, Capacity, CountryCode, Event, Finding, FindingCode, KeyEnding, Kind, Mandate, MandateType,
        MinefieldBody, Scope, Signer, SourceClass, Subject, SubmittedEvents, TreatyId, Verdict,
    },
    policy::{KeyEnd, Rejection, RejectionRule},
};

const MICROSECONDS_PER_DAY: u64 = 24 * 3600 * 1_000_000;

/// The author's key is enrolled for the author and active, or its late work may
/// still enter, with a finding.
pub(super) fn author_may_sign(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<Vec<Finding>, Rejection> {
    let author = &submitted.submission.author;
    let Some(end) = key_belongs(question, author, "envelope.submission")? else { return Ok(Vec::new()) };
    let code = late_work(question, submitted, end)?;
    let message = format!("the key was retired at entry {}; the work was signed with it all the same", end.index);
    let finding = Finding { code, ordinal: 0, field: "envelope.submission.key_id".into(), message: message.into() };
    Ok(vec![finding])
}

/// The key is enrolled for exactly this post. Returns its end, if it ended.
pub(super) fn key_belongs(question: &Question<'_>, signer: &Signer, field: &str) -> Result<Option<KeyEnd>, Rejection> {
    let Some(key) = question.registry.key(signer.key) else {
        let message = format!("no key {} is enrolled", signer.key);
        return Err(Rejection::new(RejectionRule::KeyMustBeEnrolled, format!("{field}.key_id"), message));
    };
    if (&key.organisation, &key.member) != (&signer.organisation, &signer.member) {
        let message = format!("the key is enrolled for {} of {}", key.member, key.organisation);
        return Err(Rejection::new(RejectionRule::KeyMustBelongToMember, format!("{field}.member"), message));
    }
    Ok(key.ended())
}

fn late_work(question: &Question<'_>, submitted: &SubmittedEvents, end: KeyEnd) -> Result<FindingCode, Rejection> {
    let ended = |message: String| Rejection::new(RejectionRule::KeyMustBeActive, "envelope.submission.key_id", message);
    if let KeyEnding::Compromised { .. } = end.ending {
        return Err(ended(format!("the key was declared compromised at entry {}", end.index)));
    }
    let days = question.registry.charter().map_or(0, |charter| charter.late_work_grace_days);
    let grace_ends = end.at.0.saturating_add(u64::from(days).saturating_mul(MICROSECONDS_PER_DAY));
    if question.at.0 <= grace_ends {
        return Ok(FindingCode::LateWorkOfRetiredKey);
    }
    if is_vouched(question, submitted) {
        return Ok(FindingCode::VouchedLateWork);
    }
    Err(ended(format!("the key was retired at entry {} and the grace of {days} days is over", end.index)))
}

/// A colleague of the same organisation with an active key vouches.
fn is_vouched(question: &Question<'_>, submitted: &SubmittedEvents) -> bool {
    let author = &submitted.submission.author;
    submitted.sign_offs.iter().any(|sign_off| {
        sign_off.capacity == Capacity::Vouching
            && matches!(sign_off.verdict, Verdict::Approve { .. })
            && sign_off.signer.organisation == author.organisation
            && sign_off.signer.member != author.member
            && question.registry.key(sign_off.signer.key).is_some_and(|key| key.ends.is_empty())
    })
}

/// The author's role and mandates allow the kind on this subject.
pub(super) fn may_record(
    question: &Question<'_>,
    author: &Signer,
    event: &Event,
    earlier: &[Event],
    field: &str,
) -> Result<(), Rejection> {
    role_allows(question, author, event.kind(), field)?;
    match event.kind().row().authority {
        Authority::Role => Ok(()),
        Authority::Mandate => match &event.subject {
            Subject::Record(_) => country_is_covered(question, author, country_of(question, event, earlier), field),
            subject => treaty_is_covered(question, author, treaty_of(subject), field),
        },
    }
}

fn role_allows(question: &Question<'_>, author: &Signer, kind: Kind, field: &str) -> Result<(), Rejection> {
    let wanted = kind.row().roles;
    let member = question.registry.member(&author.organisation, &author.member);
    if member.is_some_and(|member| member.roles.iter().any(|role| wanted.contains(role))) {
        return Ok(());
    }
    let names: Vec<_> = wanted.iter().map(|role| role.name()).collect();
    let message = format!("{} of {} is none of: {}", author.member, author.organisation, names.join(", "));
    Err(Rejection::new(RejectionRule::RoleMustAllowKind, format!("{field}.{kind}"), message))
}

fn treaty_of(subject: &Subject) -> Option<&TreatyId> {
    match subject {
        Subject::Treaty(treaty) | Subject::Participation(treaty, _) => Some(treaty),
        Subject::Ledger | Subject::Organisation(_) | Subject::Participant(_) | Subject::Record(_) => None,
    }
}

/// The country of the record that the event is on: as its opening states it,
/// `earlier` of the same submission or in an entry before.
pub(super) fn country_of(question: &Question<'_>, event: &Event, earlier: &[Event]) -> Option<CountryCode> {
    let opened = |event: &Event| match &event.body {
        Body::Minefield(MinefieldBody::RecordOpened(record)) => Some(record.country),
        Body::Registry(_) | Body::Shared(_) | Body::Treaty(_) | Body::Minefield(_) => None,
    };
    let sibling = || earlier.iter().filter(|sibling| sibling.subject == event.subject).find_map(opened);
    let recorded = || references::event_at(question, question.known.opening(&event.subject)?).as_ref().and_then(opened);
    opened(event).or_else(sibling).or_else(recorded).flatten()
}

/// A mandate over the treaty; over any treaty when none is named.
fn treaty_is_covered(
    question: &Question<'_>,
    author: &Signer,
    treaty: Option<&TreatyId>,
    field: &str,
) -> Result<(), Rejection> {
    let covers = |mandate: &Mandate| match treaty {
        Some(treaty) => mandate.treaties.covers(treaty),
        None => mandate.treaties != Scope::Listed(Vec::new()),
    };
    if mandates(question, author).any(covers) {
        return Ok(());
    }
    let what = treaty.map_or("any treaty".into(), |treaty| format!("the treaty {treaty}"));
    let message = format!("{} has no mandate for {what} on this day", author.organisation);
    Err(Rejection::new(RejectionRule::MandateMustCoverTreaty, format!("{field}.subject"), message))
}

/// A mandate over the country; over all countries when it is not stated.
fn country_is_covered(
    question: &Question<'_>,
    author: &Signer,
    country: Option<CountryCode>,
    field: &str,
) -> Result<(), Rejection> {
    let covers = |mandate: &Mandate| match country {
        Some(country) => mandate.countries.covers(&country),
        None => mandate.countries == Scope::All,
    };
    if mandates(question, author).any(covers) {
        return Ok(());
    }
    let what = country.map_or("a record whose country is not stated".into(), |country| format!("{country}"));
    let message = format!("{} has no mandate for {what} on this day", author.organisation);
    Err(Rejection::new(RejectionRule::MandateMustCoverCountry, format!("{field}.record_opened.country"), message))
}

/// The organisation's mandates on the UTC date of the recording time. Expiry
/// compares recording times, never a clock.
fn mandates<'a>(question: &'a Question<'_>, author: &Signer) -> impl Iterator<Item = &'a Mandate> {
    let today = question.at.utc_date();
    let organisation = question.registry.organisation(&author.organisation);
    organisation.into_iter().flat_map(|state| &state.mandates).map(|(_, mandate)| mandate).filter(move |mandate| {
        let begun = mandate.since.is_none_or(|since| today.is_some_and(|today| since.0 <= today));
        let over = mandate.until.is_some_and(|until| today.is_none_or(|today| until.0 < today));
        begun && !over
    })
}

/// A source class that only a mandate of that kind can claim first-hand.
pub(super) fn source_class_is_backed(question: &Question<'_>, author: &Signer, event: &Event) -> bool {
    let Some(source) = event.source.as_ref().filter(|source| !source.transcribed) else { return true };
    let needed = match source.class {
        SourceClass::Depositary => MandateType::Depositary,
        SourceClass::TreatyBody => MandateType::TreatyBody,
        SourceClass::Government | SourceClass::OfficialGazette | SourceClass::Court => MandateType::ActingState,
        SourceClass::OwnAct
        | SourceClass::Intergovernmental
        | SourceClass::Ngo
        | SourceClass::Press
        | SourceClass::Other => return true,
    };
    mandates(question, author).any(|mandate| {
        mandate.mandate_type == needed && treaty_of(&event.subject).is_none_or(|treaty| mandate.treaties.covers(treaty))
    })
}
