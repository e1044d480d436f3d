//! Builds the signed founding of a ledger: entry 0, its trust root.
//!
//! Promises: pure (keys, time and randomness are arguments); every founder has
//! signed; the charter's thresholds can be met by the founders it names.
//! Leaves to others: writing it to a directory (`server::found`), key files.

use std::collections::BTreeSet;

use crate::{
    authoring::{EventDraft, Freshness, Post, fresh_event, sign_events},
    crypto::SigningKey,
    domain::{
        Body, Capacity, Charter, CharterProfile, CountryCode, Founder, LedgerFounded, OrganisationId, OrganisationType,
        PolicyNumber, RegistryBody, Role, SignOffRules, Subject,
    },
    server::Founding,
};

/// Policy that a new ledger begins with.
const FIRST_POLICY: PolicyNumber = PolicyNumber(1);
/// Days during which honest work signed with a retired key still enters: what
/// was signed offline arrives within a month.
const LATE_WORK_GRACE_DAYS: u32 = 30;

/// A founding post with its key.
#[derive(Clone, Debug)]
pub struct FoundingPost {
    pub post: Post,
    pub organisation_name: Box<str>,
    pub organisation_type: OrganisationType,
    pub country: CountryCode,
    /// Title of the post, never a person's name.
    pub title: Box<str>,
}

/// What is founded, by whom.
#[derive(Clone, Debug)]
pub struct FoundingPlan {
    /// Name of the checkpoints: a schema-less URL, e.g. `ledger.example.org/2026`.
    pub origin: Box<str>,
    pub profile: CharterProfile,
    /// Operates the service, and signs the founding as its author.
    pub operator: FoundingPost,
    /// Sign by sign-off.
    pub others: Vec<FoundingPost>,
}

/// Why a plan founds no ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFounding {
    #[error("a coalition is founded by at least two organisations: name the others as founders")]
    CoalitionOfOne,
    #[error("a solo ledger has one founder: choose the charter national or coalition for several")]
    SoloOfSeveral,
    #[error("the post {member} of {organisation} is named twice among the founders")]
    PostTwice { organisation: String, member: String },
    #[error("two founding posts have the same key: each post signs with its own")]
    SharedKey,
}

/// Builds the founding, signed by all founders.
pub fn build(
    plan: &FoundingPlan,
    checkpoint_key: SigningKey,
    fresh: &mut Freshness<'_>,
) -> Result<Founding, InvalidFounding> {
    let posts = founding_posts(plan)?;
    let mut entropy = [0; 32];
    (fresh.randomness)(&mut entropy);
    let founded = LedgerFounded {
        entropy,
        origin: plan.origin.clone(),
        checkpoint_key: checkpoint_key.public().clone(),
        founders: posts.iter().map(|founding| founder(founding, plan.profile)).collect(),
        charter: charter(plan, &posts),
    };
    let body = Body::Registry(RegistryBody::LedgerFounded(Box::new(founded)));
    let event = fresh_event(Subject::Ledger, body, fresh);
    let draft = EventDraft { ledger: None, seen: None, events: vec![event] };
    let approving: Vec<_> = plan.others.iter().map(|founding| (&founding.post, Capacity::Governor)).collect();
    let mut signed = sign_events(&draft, &plan.operator.post, &approving, fresh);
    let event = signed.events.remove(0);
    Ok(Founding { envelope: signed.envelope.into(), event: event.into(), checkpoint_key })
}

/// All founders, ascending by organisation and member, as the form asks.
fn founding_posts(plan: &FoundingPlan) -> Result<Vec<&FoundingPost>, InvalidFounding> {
    let mut posts: Vec<_> = std::iter::once(&plan.operator).chain(&plan.others).collect();
    posts.sort_by_key(|founding| (founding.post.organisation.clone(), founding.post.member.clone()));
    let twice = posts.windows(2).find(|pair| {
        (&pair[0].post.organisation, &pair[0].post.member) == (&pair[1].post.organisation, &pair[1].post.member)
    });
    if let Some(pair) = twice {
        let Post { organisation, member, .. } = &pair[0].post;
        return Err(InvalidFounding::PostTwice { organisation: organisation.to_string(), member: member.to_string() });
    }
    let keys: BTreeSet<_> = posts.iter().map(|founding| founding.post.key.public().id()).collect();
    match plan.profile {
        _ if keys.len() < posts.len() => Err(InvalidFounding::SharedKey),
        CharterProfile::Solo if posts.len() > 1 => Err(InvalidFounding::SoloOfSeveral),
        CharterProfile::Coalition if organisations(&posts).len() < 2 => Err(InvalidFounding::CoalitionOfOne),
        CharterProfile::Solo | CharterProfile::National | CharterProfile::Coalition => Ok(posts),
    }
}

fn organisations<'a>(posts: &[&'a FoundingPost]) -> BTreeSet<&'a OrganisationId> {
    posts.iter().map(|founding| &founding.post.organisation).collect()
}

/// Founders govern. Alone, one post records and verifies as well.
fn founder(founding: &FoundingPost, profile: CharterProfile) -> Founder {
    let roles = match profile {
        CharterProfile::Solo => vec![Role::Recorder, Role::Verifier, Role::Administrator],
        CharterProfile::National | CharterProfile::Coalition => vec![Role::Administrator],
    };
    Founder {
        organisation: founding.post.organisation.clone(),
        organisation_name: founding.organisation_name.clone(),
        organisation_type: founding.organisation_type,
        country: founding.country,
        member: founding.post.member.clone(),
        post: founding.title.clone(),
        roles,
        key: founding.post.key.public().clone(),
    }
}

/// Solo: one signature. National: one admits, two change the charter where there
/// are two. Coalition: a majority admits and a majority changes the charter.
/// Enrolment needs one everywhere: more would lock out an organisation with a
/// single administrator.
fn charter(plan: &FoundingPlan, posts: &[&FoundingPost]) -> Charter {
    let majority = |count: usize| count / 2 + 1;
    let (admission, change) = match plan.profile {
        CharterProfile::Solo => (1, 1),
        CharterProfile::National => (1, organisations(posts).len().min(2)),
        CharterProfile::Coalition => (majority(organisations(posts).len()), majority(organisations(posts).len())),
    };
    let threshold = |count: usize| u32::try_from(count).expect("founders fit into one event");
    Charter {
        profile: plan.profile,
        policy: FIRST_POLICY,
        operator: plan.operator.post.organisation.clone(),
        admission_threshold: threshold(admission),
        charter_threshold: threshold(change),
        enrolment_threshold: 1,
        late_work_grace_days: LATE_WORK_GRACE_DAYS,
        public_tiles: false,
        witnesses: Vec::new(),
        sign_offs: SignOffRules::of(plan.profile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        admission::Admission,
        domain::{EnvelopeContent, RecordingTime},
        policy::{self, Registry},
        wire,
    };

    fn founding_post(organisation: &str, seed: u8) -> FoundingPost {
        FoundingPost {
            post: Post {
                organisation: organisation.parse().expect("an id"),
                member: "registrar".parse().expect("an id"),
                key: SigningKey::from_seed(&[seed; 32]),
            },
            organisation_name: organisation.into(),
            organisation_type: OrganisationType::Operator,
            country: "XX".parse().expect("a code"),
            title: "Registrar".into(),
        }
    }

    fn plan(profile: CharterProfile, others: &[(&str, u8)]) -> FoundingPlan {
        let others = others.iter().map(|(organisation, seed)| founding_post(organisation, *seed)).collect();
        FoundingPlan { origin: "ledger.example.org/2026".into(), profile, operator: founding_post("m", 1), others }
    }

    fn built(plan: &FoundingPlan) -> Result<Founding, InvalidFounding> {
        let mut randomness = |bytes: &mut [u8]| bytes.fill(7);
        let now = RecordingTime(1_780_000_000_000_000);
        build(plan, SigningKey::from_seed(&[99; 32]), &mut Freshness { now, randomness: &mut randomness })
    }

    #[test]
    fn a_founding_of_every_profile_is_well_formed_verified_and_accepted() {
        let scratch = tempfile::tempdir().expect("temporary folder");
        let nothing = Admission::scratch(scratch.path()).expect("an empty ledger");
        for (profile, others) in [
            (CharterProfile::Solo, &[][..]),
            (CharterProfile::National, &[]),
            (CharterProfile::National, &[("a", 2)]),
            (CharterProfile::Coalition, &[("z", 3), ("a", 2)]),
        ] {
            let founding = built(&plan(profile, others)).expect("built");
            let parsed = wire::parse_submitted(founding.envelope.into(), vec![founding.event.into()]);
            let parsed = parsed.expect("well formed");
            let content = parsed.envelope.content.clone();
            policy::verify(parsed, &Registry::default()).expect("every signature is valid");
            let at = RecordingTime(1_780_000_000_000_000);
            let decided = policy::decide(&content, at, &Registry::default(), &nothing);
            assert_eq!(decided.map(|remarks| remarks.findings), Ok(vec![]), "{profile}");
        }
    }

    #[test]
    fn a_coalition_admits_and_changes_its_charter_by_majority() {
        let founding = built(&plan(CharterProfile::Coalition, &[("a", 2), ("z", 3)])).expect("built");
        let parsed = wire::parse_submitted(founding.envelope.into(), vec![founding.event.into()]).expect("well formed");
        let EnvelopeContent::Submission(submitted) = parsed.envelope.content else { panic!("a submission") };
        let Body::Registry(RegistryBody::LedgerFounded(founded)) = &submitted.events[0].body else { panic!("founded") };
        assert_eq!((founded.charter.admission_threshold, founded.charter.charter_threshold), (2, 2));
    }

    #[test]
    fn a_plan_that_cannot_be_lived_by_is_refused() {
        let refused = |profile, others: &[(&str, u8)]| built(&plan(profile, others)).expect_err("refused");
        assert_eq!(refused(CharterProfile::Coalition, &[]), InvalidFounding::CoalitionOfOne);
        assert_eq!(refused(CharterProfile::Solo, &[("a", 2)]), InvalidFounding::SoloOfSeveral);
        assert_eq!(refused(CharterProfile::National, &[("a", 1)]), InvalidFounding::SharedKey);
        let twice = refused(CharterProfile::National, &[("m", 2)]);
        assert!(matches!(twice, InvalidFounding::PostTwice { .. }));
    }
}
