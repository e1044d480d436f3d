//! Bodies about the registry.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    MalformedRule,
    fields::*,
    malformed::{Parsed, Within},
    proto::{self, event::Body as Wire},
};
use crate::{
    crypto::PublicKey,
    domain::{
        AuthorityFallback, Charter, CharterAdopted, CharterProfile, CountryCode, Founder, KeyEnded, KeyEnding,
        KeyEnrolled, KeyId, LedgerFounded, Mandate, MandateGranted, MandateType, MemberEnrolled, OrganisationAdmitted,
        OrganisationChange, OrganisationChanged, OrganisationId, OrganisationType, PolicyNumber, RecordingTime,
        RegistryBody, Role, Scope, SignOffRules, TreatyId,
    },
    limits,
};

pub(super) fn ledger_founded(body: proto::LedgerFounded) -> Parsed<RegistryBody> {
    let proto::LedgerFounded { entropy, origin, checkpoint_key, founders, charter } = body;
    let founded = LedgerFounded {
        entropy: fixed("entropy", &entropy)?,
        origin: parse_origin(origin)?,
        checkpoint_key: public_key("checkpoint_key", &checkpoint_key)?,
        founders: list("founders", founders, parse_founder)?,
        charter: parse_charter(given("charter", charter)?).within("charter")?,
    };
    not_empty("founders", &founded.founders)?;
    ascending("founders", &founded.founders, |founder| (founder.organisation.clone(), founder.member.clone()))?;
    Ok(RegistryBody::LedgerFounded(Box::new(founded)))
}

/// The name of a signed note's key: a schema-less URL without spaces or plus signs.
fn parse_origin(origin: String) -> Parsed<Box<str>> {
    let origin = required_text("origin", origin)?;
    let shaped = signed_note::is_key_name_valid(&origin) && !origin.contains("://");
    let message = "write a schema-less URL without spaces or plus signs, e.g. ledger.example.org/2026";
    must(shaped, MalformedRule::TextMustHaveItsForm, "origin", message)?;
    Ok(origin)
}

fn parse_founder(founder: proto::Founder) -> Parsed<Founder> {
    let proto::Founder { organisation, organisation_name, r#type, country, member, post, roles, public_key: key } =
        founder;
    Ok(Founder {
        organisation: identifier("organisation", &organisation)?,
        organisation_name: required_text("organisation_name", organisation_name)?,
        organisation_type: pinned("type", r#type, OrganisationType::from_number)?,
        country: identifier("country", &country)?,
        member: identifier("member", &member)?,
        post: required_text("post", post)?,
        roles: parse_roles(roles)?,
        key: public_key("public_key", &key)?,
    })
}

fn parse_roles(roles: Vec<i32>) -> Parsed<Vec<Role>> {
    let roles = pinned_list("roles", roles, Role::from_number)?;
    not_empty("roles", &roles)?;
    ascending("roles", &roles, |role| *role)?;
    Ok(roles)
}

pub(super) fn charter_adopted(body: proto::CharterAdopted) -> Parsed<RegistryBody> {
    let proto::CharterAdopted { charter } = body;
    let charter = parse_charter(given("charter", charter)?).within("charter")?;
    Ok(RegistryBody::CharterAdopted(CharterAdopted { charter }))
}

fn parse_charter(charter: proto::Charter) -> Parsed<Charter> {
    let proto::Charter {
        profile,
        policy,
        operator,
        admission_threshold,
        charter_threshold,
        enrolment_threshold,
        late_work_grace_days,
        public_tiles,
        witnesses,
        easing_verifiers,
        outside_verifier,
        easing_authorities,
        authority_fallback,
        counterparty_signs,
        sign_off_days,
    } = charter;
    let charter = Charter {
        profile: pinned("profile", profile, CharterProfile::from_number)?,
        policy: PolicyNumber(at_least_one("policy", policy)?),
        operator: identifier("operator", &operator)?,
        admission_threshold: at_least_one("admission_threshold", admission_threshold)?,
        charter_threshold: at_least_one("charter_threshold", charter_threshold)?,
        enrolment_threshold: at_least_one("enrolment_threshold", enrolment_threshold)?,
        late_work_grace_days: parse_grace(late_work_grace_days)?,
        public_tiles,
        witnesses: list("witnesses", witnesses, parse_witness)?,
        sign_offs: SignOffRules {
            easing_verifiers,
            outside_verifier,
            easing_authorities,
            authority_fallback: pinned("authority_fallback", authority_fallback, AuthorityFallback::from_number)?,
            counterparty_signs,
            days: sign_off_days,
        },
    };
    distinct("witnesses", &charter.witnesses)?;
    Ok(charter)
}

fn at_least_one(field: &str, number: u32) -> Parsed<u32> {
    must(number >= 1, MalformedRule::NumberMustBeInRange, field, "give a number of at least 1")?;
    Ok(number)
}

/// A retired key ends some day; without a bound a charter could keep it for ever.
fn parse_grace(days: u32) -> Parsed<u32> {
    let message = "give at most 366 days; later work is vouched for by a colleague";
    must(days <= limits::LATE_WORK_GRACE_DAYS, MalformedRule::NumberMustBeInRange, "late_work_grace_days", message)?;
    Ok(days)
}

/// A C2SP verifier key, `name+hash+key`.
fn parse_witness(vkey: String) -> Parsed<Box<str>> {
    let vkey = required_text("", vkey)?;
    let mut pieces = vkey.splitn(3, '+');
    let name = pieces.next().is_some_and(signed_note::is_key_name_valid);
    let hash = pieces.next().is_some_and(|hash| hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
    let key = pieces.next().is_some_and(|key| BASE64_STANDARD.decode(key).is_ok_and(|key| key.len() > 1));
    let message = "write a verifier key in C2SP form, name+hash+key";
    must(name && hash && key, MalformedRule::TextMustHaveItsForm, "", message)?;
    Ok(vkey)
}

pub(super) fn organisation_admitted(body: proto::OrganisationAdmitted) -> Parsed<RegistryBody> {
    let proto::OrganisationAdmitted { name, r#type, country } = body;
    Ok(RegistryBody::OrganisationAdmitted(OrganisationAdmitted {
        name: required_text("name", name)?,
        organisation_type: pinned("type", r#type, OrganisationType::from_number)?,
        country: identifier("country", &country)?,
    }))
}

pub(super) fn organisation_changed(body: proto::OrganisationChanged) -> Parsed<RegistryBody> {
    let proto::OrganisationChanged { change, successor, verifiers, reason } = body;
    let change = pinned("change", change, proto_change)?;
    let succeeds = change == proto::OrganisationChange::Succeeded;
    absent("successor", succeeds || successor.is_empty(), "leave it out: only a succession has it")?;
    let names = change == proto::OrganisationChange::VerifiersNamed;
    absent("verifiers", names || verifiers.is_empty(), "leave it out: only the naming of verifiers has it")?;
    let change = match change {
        proto::OrganisationChange::Suspended | proto::OrganisationChange::Unspecified => OrganisationChange::Suspended,
        proto::OrganisationChange::Resumed => OrganisationChange::Resumed,
        proto::OrganisationChange::Succeeded => {
            OrganisationChange::Succeeded { by: identifier("successor", &given("successor", filled(successor))?)? }
        }
        proto::OrganisationChange::VerifiersNamed => {
            let verifiers: Vec<OrganisationId> = identifiers("verifiers", verifiers)?;
            ascending("verifiers", &verifiers, OrganisationId::clone)?;
            OrganisationChange::VerifiersNamed(verifiers)
        }
    };
    Ok(RegistryBody::OrganisationChanged(OrganisationChanged { change, reason: long_text("reason", reason)? }))
}

fn proto_change(number: i32) -> Option<proto::OrganisationChange> {
    let known = proto::OrganisationChange::try_from(number).ok();
    known.filter(|change| *change != proto::OrganisationChange::Unspecified)
}

pub(super) fn member_enrolled(body: proto::MemberEnrolled) -> Parsed<RegistryBody> {
    let proto::MemberEnrolled { member, post, roles } = body;
    Ok(RegistryBody::MemberEnrolled(MemberEnrolled {
        member: identifier("member", &member)?,
        post: required_text("post", post)?,
        roles: parse_roles(roles)?,
    }))
}

pub(super) fn key_enrolled(body: proto::KeyEnrolled) -> Parsed<RegistryBody> {
    let proto::KeyEnrolled { member, public_key: key, possession, authorised_by } = body;
    Ok(RegistryBody::KeyEnrolled(KeyEnrolled {
        member: identifier("member", &member)?,
        key: public_key("public_key", &key)?,
        possession: fixed("possession", &possession)?,
        authorised_by: short_text("authorised_by", authorised_by)?,
    }))
}

pub(super) fn key_ended(body: proto::KeyEnded) -> Parsed<RegistryBody> {
    let proto::KeyEnded { key_id, ending, compromised_since, reason } = body;
    let since = "compromised_since";
    let ending = match pinned("ending", ending, proto_ending)? {
        proto::KeyEnding::Compromised => {
            KeyEnding::Compromised { since: RecordingTime(given(since, Some(compromised_since).filter(|at| *at > 0))?) }
        }
        _ => {
            absent(since, compromised_since == 0, "leave it out: only a compromised key has it")?;
            KeyEnding::Retired
        }
    };
    Ok(RegistryBody::KeyEnded(KeyEnded {
        key: KeyId(fixed("key_id", &key_id)?),
        ending,
        reason: long_text("reason", reason)?,
    }))
}

fn proto_ending(number: i32) -> Option<proto::KeyEnding> {
    proto::KeyEnding::try_from(number).ok().filter(|ending| *ending != proto::KeyEnding::Unspecified)
}

pub(super) fn mandate_granted(body: proto::MandateGranted) -> Parsed<RegistryBody> {
    let proto::MandateGranted { r#type, treaties, countries, since, until, basis } = body;
    let mandate = Mandate {
        mandate_type: pinned("type", r#type, MandateType::from_number)?,
        treaties: parse_scope::<TreatyId>("treaties", treaties)?,
        countries: parse_scope::<CountryCode>("countries", countries)?,
        since: civil_date("since", &since)?,
        until: civil_date("until", &until)?,
        basis: short_text("basis", basis)?,
    };
    let ordered = mandate.since.zip(mandate.until).is_none_or(|(since, until)| since <= until);
    must(ordered, MalformedRule::DateMustBeValid, "until", "give a last day on or after the first")?;
    Ok(RegistryBody::MandateGranted(MandateGranted { mandate }))
}

fn parse_scope<T>(field: &str, items: Vec<String>) -> Parsed<Scope<T>>
where
    T: std::str::FromStr<Err = crate::domain::InvalidIdentifier> + Ord + Clone,
{
    if items == ["*"] {
        return Ok(Scope::All);
    }
    let items: Vec<T> = identifiers(field, items)?;
    ascending(field, &items, T::clone)?;
    Ok(Scope::Listed(items))
}

/// Writes a body as its protobuf message.
pub(super) fn encode(body: &RegistryBody) -> Wire {
    match body {
        RegistryBody::LedgerFounded(body) => Wire::LedgerFounded(encode_ledger_founded(body)),
        RegistryBody::CharterAdopted(CharterAdopted { charter }) => {
            Wire::CharterAdopted(proto::CharterAdopted { charter: Some(encode_charter(charter)) })
        }
        RegistryBody::OrganisationAdmitted(body) => Wire::OrganisationAdmitted(encode_organisation_admitted(body)),
        RegistryBody::OrganisationChanged(body) => Wire::OrganisationChanged(encode_organisation_changed(body)),
        RegistryBody::MemberEnrolled(body) => Wire::MemberEnrolled(encode_member_enrolled(body)),
        RegistryBody::KeyEnrolled(body) => Wire::KeyEnrolled(encode_key_enrolled(body)),
        RegistryBody::KeyEnded(body) => Wire::KeyEnded(encode_key_ended(body)),
        RegistryBody::MandateGranted(body) => Wire::MandateGranted(encode_mandate_granted(body)),
    }
}

fn encode_ledger_founded(body: &LedgerFounded) -> proto::LedgerFounded {
    let LedgerFounded { entropy, origin, checkpoint_key, founders, charter } = body;
    proto::LedgerFounded {
        entropy: entropy.to_vec().into(),
        origin: origin.to_string(),
        checkpoint_key: spki(checkpoint_key),
        founders: founders.iter().map(encode_founder).collect(),
        charter: Some(encode_charter(charter)),
    }
}

fn encode_founder(founder: &Founder) -> proto::Founder {
    let Founder { organisation, organisation_name, organisation_type, country, member, post, roles, key } = founder;
    proto::Founder {
        organisation: organisation.to_string(),
        organisation_name: organisation_name.to_string(),
        r#type: organisation_type.number(),
        country: country.to_string(),
        member: member.to_string(),
        post: post.to_string(),
        roles: roles.iter().map(|role| role.number()).collect(),
        public_key: spki(key),
    }
}

fn encode_charter(charter: &Charter) -> proto::Charter {
    let Charter {
        profile,
        policy,
        operator,
        admission_threshold,
        charter_threshold,
        enrolment_threshold,
        late_work_grace_days,
        public_tiles,
        witnesses,
        sign_offs,
    } = charter;
    proto::Charter {
        profile: profile.number(),
        policy: policy.0,
        operator: operator.to_string(),
        admission_threshold: *admission_threshold,
        charter_threshold: *charter_threshold,
        enrolment_threshold: *enrolment_threshold,
        late_work_grace_days: *late_work_grace_days,
        public_tiles: *public_tiles,
        witnesses: strings(witnesses),
        easing_verifiers: sign_offs.easing_verifiers,
        outside_verifier: sign_offs.outside_verifier,
        easing_authorities: sign_offs.easing_authorities,
        authority_fallback: sign_offs.authority_fallback.number(),
        counterparty_signs: sign_offs.counterparty_signs,
        sign_off_days: sign_offs.days,
    }
}

fn encode_organisation_admitted(body: &OrganisationAdmitted) -> proto::OrganisationAdmitted {
    let OrganisationAdmitted { name, organisation_type, country } = body;
    proto::OrganisationAdmitted {
        name: name.to_string(),
        r#type: organisation_type.number(),
        country: country.to_string(),
    }
}

fn encode_organisation_changed(body: &OrganisationChanged) -> proto::OrganisationChanged {
    use proto::OrganisationChange as Change;
    let OrganisationChanged { change, reason } = body;
    let (change, successor, verifiers) = match change {
        OrganisationChange::Suspended => (Change::Suspended, String::new(), Vec::new()),
        OrganisationChange::Resumed => (Change::Resumed, String::new(), Vec::new()),
        OrganisationChange::Succeeded { by } => (Change::Succeeded, by.to_string(), Vec::new()),
        OrganisationChange::VerifiersNamed(verifiers) => (Change::VerifiersNamed, String::new(), strings(verifiers)),
    };
    proto::OrganisationChanged { change: change.into(), successor, verifiers, reason: reason.to_string() }
}

fn encode_member_enrolled(body: &MemberEnrolled) -> proto::MemberEnrolled {
    let MemberEnrolled { member, post, roles } = body;
    proto::MemberEnrolled {
        member: member.to_string(),
        post: post.to_string(),
        roles: roles.iter().map(|role| role.number()).collect(),
    }
}

fn encode_key_enrolled(body: &KeyEnrolled) -> proto::KeyEnrolled {
    let KeyEnrolled { member, key, possession, authorised_by } = body;
    proto::KeyEnrolled {
        member: member.to_string(),
        public_key: spki(key),
        possession: possession.to_vec().into(),
        authorised_by: authorised_by.to_string(),
    }
}

fn encode_key_ended(body: &KeyEnded) -> proto::KeyEnded {
    let KeyEnded { key, ending, reason } = body;
    let (ending, since) = match ending {
        KeyEnding::Retired => (proto::KeyEnding::Retired, 0),
        KeyEnding::Compromised { since } => (proto::KeyEnding::Compromised, since.0),
    };
    proto::KeyEnded {
        key_id: key.as_bytes().to_vec().into(),
        ending: ending.into(),
        compromised_since: since,
        reason: reason.to_string(),
    }
}

fn encode_mandate_granted(body: &MandateGranted) -> proto::MandateGranted {
    let MandateGranted { mandate: Mandate { mandate_type, treaties, countries, since, until, basis } } = body;
    proto::MandateGranted {
        r#type: mandate_type.number(),
        treaties: encode_scope(treaties),
        countries: encode_scope(countries),
        since: string(since),
        until: string(until),
        basis: basis.to_string(),
    }
}

fn encode_scope<T: std::fmt::Display>(scope: &Scope<T>) -> Vec<String> {
    match scope {
        Scope::All => vec!["*".to_owned()],
        Scope::Listed(items) => strings(items),
    }
}

fn spki(key: &PublicKey) -> prost::bytes::Bytes {
    key.to_spki().into()
}
