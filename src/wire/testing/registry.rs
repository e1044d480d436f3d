//! Generators of bodies about the registry.

use super::*;

fn charter() -> impl Strategy<Value = Charter> {
    let witness = "[a-z.]{1,12}".prop_map(|name| format!("{name}+0123abcd+BAECAwQ=").into_boxed_str());
    let witnesses = proptest::collection::hash_set(witness, 0..3).prop_map(|set| set.into_iter().collect());
    let thresholds = (1..9_u32, 1..9_u32, 1..9_u32);
    (
        any_of(CharterProfile::ALL),
        1..9_u32,
        organisation(),
        thresholds,
        0..=crate::limits::LATE_WORK_GRACE_DAYS,
        any::<bool>(),
        witnesses,
        sign_off_rules(),
    )
        .prop_map(
            |(profile, policy, operator, thresholds, late_work_grace_days, public_tiles, witnesses, sign_offs)| {
                Charter {
                    profile,
                    policy: PolicyNumber(policy),
                    operator,
                    admission_threshold: thresholds.0,
                    charter_threshold: thresholds.1,
                    enrolment_threshold: thresholds.2,
                    late_work_grace_days,
                    public_tiles,
                    witnesses,
                    sign_offs,
                }
            },
        )
}

fn sign_off_rules() -> impl Strategy<Value = SignOffRules> {
    (any::<[u32; 3]>(), any::<[bool; 2]>(), any_of(AuthorityFallback::ALL)).prop_map(
        |([easing_verifiers, easing_authorities, days], [outside_verifier, counterparty_signs], authority_fallback)| {
            SignOffRules {
                easing_verifiers,
                outside_verifier,
                easing_authorities,
                authority_fallback,
                counterparty_signs,
                days,
            }
        },
    )
}

fn founder() -> impl Strategy<Value = Founder> {
    let names = (organisation(), text(), member(), text());
    (names, any_of(OrganisationType::ALL), country(), roles(), public_key()).prop_map(
        |((organisation, organisation_name, member, post), organisation_type, country, roles, key)| Founder {
            organisation,
            organisation_name,
            organisation_type,
            country,
            member,
            post,
            roles,
            key,
        },
    )
}

fn founded() -> impl Strategy<Value = RegistryBody> {
    (any::<[u8; 32]>(), "[a-z.]{1,12}/[0-9]{4}", public_key(), vec(founder(), 1..3), charter()).prop_map(
        |(entropy, origin, checkpoint_key, mut founders, charter)| {
            let key = |founder: &Founder| (founder.organisation.clone(), founder.member.clone());
            founders.sort_by_key(key);
            founders.dedup_by_key(|founder| key(founder));
            let origin = origin.into_boxed_str();
            let founded = LedgerFounded { entropy, origin, checkpoint_key, founders, charter };
            RegistryBody::LedgerFounded(Box::new(founded))
        },
    )
}

fn key_ended() -> impl Strategy<Value = RegistryBody> {
    let ending = prop_oneof![
        Just(KeyEnding::Retired),
        (1..u64::MAX).prop_map(|since| KeyEnding::Compromised { since: RecordingTime(since) }),
    ];
    let key = any::<[u8; 32]>().prop_map(KeyId);
    (key, ending, lines()).prop_map(|(key, ending, reason)| RegistryBody::KeyEnded(KeyEnded { key, ending, reason }))
}

fn scope<T: Ord + Clone + std::fmt::Debug + 'static>(
    item: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Scope<T>> {
    let listed = proptest::collection::btree_set(item, 0..3);
    prop_oneof![Just(Scope::All), listed.prop_map(|items| Scope::Listed(items.into_iter().collect()))]
}

fn mandate_granted() -> impl Strategy<Value = RegistryBody> {
    let dates = (option::of(civil_date()), option::of(civil_date()))
        .prop_map(|(a, b)| if a.zip(b).is_some_and(|(a, b)| a > b) { (b, a) } else { (a, b) });
    (any_of(MandateType::ALL), scope(treaty_id()), scope(country()), dates, maybe_text()).prop_map(
        |(mandate_type, treaties, countries, (since, until), basis)| {
            let mandate = Mandate { mandate_type, treaties, countries, since, until, basis };
            RegistryBody::MandateGranted(MandateGranted { mandate })
        },
    )
}

fn organisation_changed() -> impl Strategy<Value = RegistryBody> {
    let verifiers = proptest::collection::btree_set(organisation(), 0..3);
    let change = prop_oneof![
        Just(OrganisationChange::Suspended),
        Just(OrganisationChange::Resumed),
        organisation().prop_map(|by| OrganisationChange::Succeeded { by }),
        verifiers.prop_map(|named| OrganisationChange::VerifiersNamed(named.into_iter().collect())),
    ];
    (change, lines())
        .prop_map(|(change, reason)| RegistryBody::OrganisationChanged(OrganisationChanged { change, reason }))
}

pub(super) fn registry_body(kind: RegistryKind) -> BoxedStrategy<RegistryBody> {
    match kind {
        RegistryKind::LedgerFounded => founded().boxed(),
        RegistryKind::CharterAdopted => {
            charter().prop_map(|charter| RegistryBody::CharterAdopted(CharterAdopted { charter })).boxed()
        }
        RegistryKind::OrganisationAdmitted => (text(), any_of(OrganisationType::ALL), country())
            .prop_map(|(name, organisation_type, country)| {
                RegistryBody::OrganisationAdmitted(OrganisationAdmitted { name, organisation_type, country })
            })
            .boxed(),
        RegistryKind::OrganisationChanged => organisation_changed().boxed(),
        RegistryKind::MemberEnrolled => (member(), text(), roles())
            .prop_map(|(member, post, roles)| RegistryBody::MemberEnrolled(MemberEnrolled { member, post, roles }))
            .boxed(),
        RegistryKind::KeyEnrolled => (member(), public_key(), any::<[u8; 32]>(), maybe_text())
            .prop_map(|(member, key, half, authorised_by)| {
                let possession = [half, half].concat().try_into().expect("64 bytes");
                RegistryBody::KeyEnrolled(KeyEnrolled { member, key, possession, authorised_by })
            })
            .boxed(),
        RegistryKind::KeyEnded => key_ended().boxed(),
        RegistryKind::MandateGranted => mandate_granted().boxed(),
    }
}
