//! Who may sign: key, post, role, mandate, all at the entry's index.

use super::Question;
use crate::{
    domain::{
        Authority, Body, Capacity, Concern, CountryCode, Event, Finding, FindingCode, KeyEnding, Kind, Mandate,
        MandateType, MinefieldBody, OrganisationId, OrganisationStanding, Scope, Signer, SourceClass, Subject,
        SubmittedEvents, TreatyId, Verdict,
    },
    policy::{KeyEnd, Rejection, RejectionRule},
};

const MICROSECONDS_PER_DAY: u64 = 24 * 3600 * 1_000_000;

/// The author's key is enrolled for the author and active, or its late work may
/// still enter, with a finding.
pub(super) fn author_may_sign(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<Vec<Finding>, Rejection> {
    let author = &submitted.submission.author;
    organisation_is_active(question, author, "envelope.submission")?;
    let Some(end) = key_belongs(question, author, "envelope.submission")? else { return Ok(Vec::new()) };
    let code = late_work(question, submitted, end)?;
    let message = format!("the key was retired at entry {}; the work was signed with it all the same", end.index);
    let finding = Finding { code, ordinal: 0, field: "envelope.submission.key_id".into(), message: message.into() };
    Ok(vec![finding])
}

/// The author of what waited still stands behind it: a key that was retired since
/// did sign, one that was stolen proves nothing.
pub(super) fn author_stands(question: &Question<'_>, submitted: &SubmittedEvents) -> Result<(), Rejection> {
    let author = &submitted.submission.author;
    organisation_is_active(question, author, "envelope.submission")?;
    match key_belongs(question, author, "envelope.submission")? {
        Some(KeyEnd { ending: KeyEnding::Compromised { .. }, index, .. }) => {
            let message = format!("the key was declared compromised at entry {index}");
            Err(Rejection::new(RejectionRule::KeyMustBeActive, "envelope.submission.key_id", message))
        }
        Some(KeyEnd { ending: KeyEnding::Retired, .. }) | None => Ok(()),
    }
}

/// The organisation is neither suspended nor succeeded.
pub(super) fn organisation_is_active(question: &Question<'_>, signer: &Signer, field: &str) -> Result<(), Rejection> {
    let organisation = question.registry.organisation(&signer.organisation);
    let message = match organisation.map(|state| state.standing()) {
        None | Some(OrganisationStanding::Active) => return Ok(()),
        Some(OrganisationStanding::Suspended) => format!("{} is suspended", signer.organisation),
        Some(OrganisationStanding::Succeeded { by }) => format!("{} was succeeded by {by}", signer.organisation),
    };
    Err(Rejection::new(RejectionRule::OrganisationMustBeActive, format!("{field}.organisation"), message))
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
    let concern = concern_of(question, event, earlier);
    if mandates(question, &author.organisation).any(|mandate| covers(mandate, &concern)) {
        return Ok(());
    }
    let (rule, at, what) = match &concern {
        Concern::Ledger => return Ok(()),
        Concern::Treaty(treaty) => (RejectionRule::MandateMustCoverTreaty, "subject", format!("the treaty {treaty}")),
        Concern::AnyTreaty => (RejectionRule::MandateMustCoverTreaty, "subject", "any treaty".into()),
        Concern::Country(country) => {
            (RejectionRule::MandateMustCoverCountry, "record_opened.country", country.to_string())
        }
        Concern::AnyCountry => {
            let what = "a record whose country is not stated".into();
            (RejectionRule::MandateMustCoverCountry, "record_opened.country", what)
        }
    };
    let message = format!("{} has no mandate for {what} on this day", author.organisation);
    Err(Rejection::new(rule, format!("{field}.{at}"), message))
}

/// Whose mandate an event needs: what the kinds table, its subject and the record
/// that it is on say; `earlier` are the events before it in the same submission.
pub(super) fn concern_of(question: &Question<'_>, event: &Event, earlier: &[Event]) -> Concern {
    match (event.kind().row().authority, &event.subject) {
        (Authority::Role, _) => Concern::Ledger,
        (Authority::Mandate, Subject::Record(_)) => {
            country_of(question, event, earlier).map_or(Concern::AnyCountry, Concern::Country)
        }
        (Authority::Mandate, subject) => treaty_of(subject).cloned().map_or(Concern::AnyTreaty, Concern::Treaty),
    }
}

fn treaty_of(subject: &Subject) -> Option<&TreatyId> {
    match subject {
        Subject::Treaty(treaty) | Subject::Participation(treaty, _) => Some(treaty),
        Subject::Ledger | Subject::Organisation(_) | Subject::Participant(_) | Subject::Record(_) => None,
    }
}

/// The country of the record that the event is on, as its opening states it.
fn country_of(question: &Question<'_>, event: &Event, earlier: &[Event]) -> Option<CountryCode> {
    let opened = |event: &Event| match &event.body {
        Body::Minefield(MinefieldBody::RecordOpened(record)) => Some(record.country),
        Body::Registry(_) | Body::Shared(_) | Body::Treaty(_) | Body::Minefield(_) => None,
    };
    let sibling = || earlier.iter().filter(|sibling| sibling.subject == event.subject).find_map(opened);
    let recorded = || question.known.event_at(question.known.opening(&event.subject)?).as_ref().and_then(opened);
    opened(event).or_else(sibling).or_else(recorded).flatten()
}

/// Whether a mandate of any type reaches what an event concerns.
fn covers(mandate: &Mandate, concern: &Concern) -> bool {
    match concern {
        Concern::Ledger => false,
        Concern::Treaty(treaty) => mandate.treaties.covers(treaty),
        Concern::AnyTreaty => mandate.treaties != Scope::Listed(Vec::new()),
        Concern::Country(country) => mandate.countries.covers(country),
        Concern::AnyCountry => mandate.countries == Scope::All,
    }
}

/// Whether the organisation is the national authority for what is concerned: for
/// land by a mandate of that type, for a treaty also by one for the acting State.
pub(super) fn is_authority_for(question: &Question<'_>, organisation: &OrganisationId, concern: &Concern) -> bool {
    mandates(question, organisation).any(|mandate| {
        let speaks = match mandate.mandate_type {
            MandateType::NationalAuthority => true,
            MandateType::ActingState => matches!(concern, Concern::Treaty(_) | Concern::AnyTreaty),
            MandateType::Transcribe
            | MandateType::Depositary
            | MandateType::TreatyBody
            | MandateType::RecordMinefields => false,
        };
        speaks && covers(mandate, concern)
    })
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

/// The organisation's mandates on the UTC date of the recording time. Expiry
/// compares recording times, never a clock.
fn mandates<'a>(
    question: &'a Question<'_>,
    organisation: &OrganisationId,
) -> impl Iterator<Item = &'a Mandate> + use<'a> {
    let today = question.at.utc_date();
    let organisation = question.registry.organisation(organisation);
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
    mandates(question, &author.organisation).any(|mandate| {
        mandate.mandate_type == needed && treaty_of(&event.subject).is_none_or(|treaty| mandate.treaties.covers(treaty))
    })
}
