//! Generators of well-formed domain values, for tests.

use proptest::{collection::vec, option, prelude::*, sample::select};
use prost::bytes::Bytes;
use uuid::Uuid;

use super::event;
use crate::{
    crypto::{KeyId, PublicKey, SigningKey, sha256},
    domain::*,
    wire::{
        SignedStatement, encode_envelope, encode_event, encode_later_sign_offs, encode_sign_off, encode_submission,
    },
};

/// What `Submit` receives, with the domain values that it was made of.
#[derive(Clone, Debug)]
pub struct Sample {
    pub envelope: Bytes,
    pub events: Vec<Bytes>,
    pub content: EnvelopeContent,
}

fn text() -> impl Strategy<Value = Box<str>> {
    "[ -~äöüßéłš中ʻ]{1,24}".prop_map(String::into_boxed_str)
}

fn maybe_text() -> impl Strategy<Value = Box<str>> {
    prop_oneof![Just("".into()), text()]
}

fn lines() -> impl Strategy<Value = Box<str>> {
    "[ -~äöü]{1,20}(\n[ -~]{0,20}){0,2}".prop_map(String::into_boxed_str)
}

fn texts() -> impl Strategy<Value = Vec<Box<str>>> {
    vec(text(), 0..3)
}

fn language() -> impl Strategy<Value = Box<str>> {
    select(vec!["", "en", "pl", "pt-BR", "zh-Hant-TW"]).prop_map(Into::into)
}

fn id<T: std::str::FromStr<Err = InvalidIdentifier> + std::fmt::Debug>(
    pattern: &'static str,
) -> impl Strategy<Value = T> {
    pattern.prop_map(|text: String| text.parse().expect("the pattern is that of the identifier"))
}

fn organisation() -> impl Strategy<Value = OrganisationId> {
    id("[a-z0-9][a-z0-9-]{0,20}")
}

fn member() -> impl Strategy<Value = MemberId> {
    id("[a-z0-9][a-z0-9-]{0,20}")
}

fn treaty_id() -> impl Strategy<Value = TreatyId> {
    id("[a-zA-Z0-9][a-zA-Z0-9:._-]{0,20}")
}

fn participant() -> impl Strategy<Value = ParticipantId> {
    id("[A-Z0-9][A-Z0-9-]{0,5}")
}

fn country() -> impl Strategy<Value = CountryCode> {
    id("[A-Z]{2}")
}

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(|random| Uuid::from_u128((random & !(0xf << 76 | 3 << 62)) | 7 << 76 | 2 << 62))
}

fn public_key() -> impl Strategy<Value = PublicKey> {
    any::<[u8; 32]>().prop_map(|seed| SigningKey::from_seed(&seed).public().clone())
}

fn civil_date() -> impl Strategy<Value = CivilDate> {
    (1_i16..9999, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| CivilDate(jiff::civil::date(year, month, day)))
}

fn world_date() -> impl Strategy<Value = WorldDate> {
    let text = prop_oneof![
        civil_date().prop_map(|day| day.to_string()),
        civil_date().prop_map(|day| day.to_string()[..7].to_owned()),
        civil_date().prop_map(|day| day.to_string()[..4].to_owned()),
        civil_date().prop_map(|day| format!("../{day}")),
        civil_date().prop_map(|day| format!("{day}/..")),
    ];
    text.prop_map(|text| text.parse().expect("an EDTF date"))
}

fn any_of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    select(all)
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    proptest::sample::subsequence(Role::ALL, 1..=Role::ALL.len())
}

fn position() -> impl Strategy<Value = WgsPosition> {
    (-500_000_000..=-480_000_000, -1_250_000_000..=-1_220_000_000)
        .prop_map(|(latitude, longitude)| WgsPosition::new(latitude, longitude).expect("open ocean"))
}

fn ring() -> impl Strategy<Value = Vec<WgsPosition>> {
    proptest::collection::hash_set(position(), 3..8).prop_map(|ring| ring.into_iter().collect())
}

fn danger_area() -> impl Strategy<Value = DangerArea> {
    prop_oneof![
        (position(), 1..u32::MAX).prop_map(|(centre, radius_m)| DangerArea::Circle { centre, radius_m }),
        ring().prop_map(DangerArea::Polygon),
    ]
}

fn parcel_id() -> impl Strategy<Value = ParcelId> {
    id("[A-Z0-9][A-Z0-9-]{0,6}")
}

fn reference_point() -> impl Strategy<Value = ReferencePoint> {
    (text(), any_of(PointType::ALL), position(), option::of(1..u32::MAX), maybe_text(), lines()).prop_map(
        |(label, point_type, position, accuracy_mm, as_typed, description)| ReferencePoint {
            label,
            point_type,
            position,
            accuracy_mm,
            as_typed,
            description,
        },
    )
}

/// Points with labels of their own.
fn numbered(mut points: Vec<ReferencePoint>) -> PartContent {
    points.iter_mut().enumerate().for_each(|(at, point)| point.label = format!("RP{at}").into());
    PartContent::ReferencePoints(points)
}

fn ordnance_item() -> impl Strategy<Value = OrdnanceItem> {
    let count = prop_oneof![
        (any::<u32>(), any_of(CountQualifier::ALL)).prop_map(|(count, sure)| Count::Stated(count, sure)),
        Just(Count::Unknown),
    ];
    let hours = option::of(1..u32::MAX);
    (any_of(OrdnanceCategory::ALL), maybe_text(), count, any_of(Presence::ALL), hours).prop_map(
        |(category, designation, count, anti_handling, self_destruct_hours)| OrdnanceItem {
            category,
            designation,
            count,
            anti_handling,
            self_destruct_hours,
        },
    )
}

fn reference() -> impl Strategy<Value = EventReference> {
    (organisation(), uuid()).prop_map(|(organisation, id)| EventReference { organisation, event: EventId(id) })
}

fn references() -> impl Strategy<Value = Vec<EventReference>> {
    vec(reference(), 0..3).prop_map(|mut references| {
        references.sort();
        references.dedup();
        references
    })
}

fn content(kind: PartKind) -> BoxedStrategy<PartContent> {
    match kind {
        PartKind::Remarks => {
            (lines(), language()).prop_map(|(text, language)| PartContent::Remarks { text, language }).boxed()
        }
        PartKind::Names => vec(text(), 1..3).prop_map(PartContent::Names).boxed(),
        PartKind::DangerArea => danger_area().prop_map(PartContent::DangerArea).boxed(),
        PartKind::Extent => (option::of(parcel_id()), vec(ring(), 1..3))
            .prop_map(|(parcel, polygons)| PartContent::Extent(Extent { parcel, polygons }))
            .boxed(),
        PartKind::ReferencePoints => vec(reference_point(), 1..4).prop_map(numbered).boxed(),
        PartKind::Ordnance => vec(ordnance_item(), 1..4).prop_map(PartContent::Ordnance).boxed(),
    }
}

fn holding(kind: PartKind) -> impl Strategy<Value = PartHolding> {
    let commitment = || any::<[u8; 32]>().prop_map(Commitment);
    let audience = proptest::sample::subsequence(vec!["auditor", "desk_officer", "lv-desk", "xx-authority"], 1..4);
    prop_oneof![
        3 => content(kind).prop_map(PartHolding::Open),
        1 => (commitment(), audience).prop_map(|(commitment, audience)| PartHolding::Restricted {
            commitment,
            audience: audience.into_iter().map(Into::into).collect(),
        }),
        1 => commitment().prop_map(|commitment| PartHolding::Sealed { commitment }),
        1 => (commitment(), lines(), civil_date())
            .prop_map(|(commitment, basis, review_on)| PartHolding::Withheld { commitment, basis, review_on }),
    ]
}

fn parts(row: &'static KindRow) -> impl Strategy<Value = Vec<Part>> {
    let open = matches!(row.kind, Kind::Registry(RegistryKind::LedgerFounded));
    let part = any_of(row.parts).prop_flat_map(move |kind| {
        let holding = if open { content(kind).prop_map(PartHolding::Open).boxed() } else { holding(kind).boxed() };
        (1_u32..5, holding).prop_map(move |(slot, content)| Part { slot, kind, content })
    });
    vec(part, 0..3).prop_map(|mut parts| {
        let mut above = 0;
        for part in &mut parts {
            above += part.slot;
            part.slot = above;
        }
        parts
    })
}

fn charter() -> impl Strategy<Value = Charter> {
    let witness = "[a-z.]{1,12}".prop_map(|name| format!("{name}+0123abcd+BAECAwQ=").into_boxed_str());
    let witnesses = proptest::collection::hash_set(witness, 0..3).prop_map(|set| set.into_iter().collect());
    let thresholds = (1..9_u32, 1..9_u32, 1..9_u32);
    let rules = (any::<[u32; 3]>(), any::<[bool; 2]>(), any_of(AuthorityFallback::ALL)).prop_map(
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
    );
    let numbers = (1..9_u32, any::<u32>(), any::<bool>());
    (any_of(CharterProfile::ALL), numbers, organisation(), thresholds, witnesses, rules).prop_map(
        |(profile, (policy, late_work_grace_days, public_tiles), operator, thresholds, witnesses, sign_offs)| Charter {
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

fn registry_body(kind: RegistryKind) -> BoxedStrategy<RegistryBody> {
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

fn entry_into_force() -> impl Strategy<Value = EntryIntoForceClause> {
    (any_of(EntryIntoForceMode::ALL), 0..40_u32, any::<u32>(), maybe_text()).prop_map(
        |(mode, count, threshold, article)| {
            let in_days = mode == EntryIntoForceMode::DaysAfterDeposit;
            let (months, days) = if in_days { (0, count) } else { (count, 0) };
            EntryIntoForceClause { mode, months, days, threshold, article }
        },
    )
}

fn withdrawal() -> impl Strategy<Value = WithdrawalClause> {
    let lists = (vec(any_of(ConflictEnd::ALL), 0..3), vec(any_of(Addressee::ALL), 0..3));
    let flags = any::<(bool, bool, bool)>();
    (0..25_u32, any_of(NoticeFrom::ALL), any_of(ConflictTest::ALL), flags, lists, maybe_text()).prop_map(
        |(notice_months, notice_from, conflict_test, flags, (conflict_ends_with, addressees), article)| {
            WithdrawalClause {
                notice_months,
                notice_from,
                later_date_allowed: flags.0,
                conflict_test,
                includes_occupation: flags.1,
                conflict_ends_with,
                addressees,
                reasons_required: flags.2,
                article,
            }
        },
    )
}

fn clauses() -> impl Strategy<Value = Clauses> {
    let signature = (option::of(civil_date()), option::of(civil_date()), maybe_text(), maybe_text())
        .prop_map(|(opens, closes, place, article)| SignatureClause { opens, closes, place, article });
    let provisional = (any_of(Permission::ALL), maybe_text(), maybe_text())
        .prop_map(|(permission, scope, article)| ProvisionalApplicationClause { permission, scope, article });
    let clauses =
        (option::of(entry_into_force()), option::of(withdrawal()), option::of(signature), option::of(provisional));
    let enums = (option::of(any_of(AccessionBy::ALL)), option::of(any_of(Permission::ALL)));
    let lists = (texts(), vec(treaty_id(), 0..3), vec(language().prop_filter("a tag", |tag| !tag.is_empty()), 0..3));
    (clauses, enums, lists).prop_map(|(clauses, enums, lists)| Clauses {
        entry_into_force: clauses.0,
        withdrawal: clauses.1,
        signature: clauses.2,
        accession_by: enums.0,
        reservations: enums.1,
        provisional_application: clauses.3,
        depositaries: lists.0,
        cascade_to: lists.1,
        authentic_languages: lists.2,
    })
}

fn treaty_registered() -> impl Strategy<Value = TreatyBody> {
    let dates = option::of(world_date());
    (maybe_text(), texts(), dates, maybe_text(), option::of(treaty_id()), texts(), option::of(clauses())).prop_map(
        |(title, short_names, adopted, adopted_at, parent, registrations, clauses)| {
            TreatyBody::TreatyRegistered(Box::new(TreatyRegistered {
                title,
                short_names,
                adopted,
                adopted_at,
                parent,
                registrations,
                clauses,
            }))
        },
    )
}

fn participant_registered() -> impl Strategy<Value = TreatyBody> {
    let iso_code = option::of(any::<[u8; 3]>().prop_map(|code| IsoAlpha3(code.map(|b| b'A' + b % 26))));
    (maybe_text(), any_of(ParticipantType::ALL), iso_code, texts(), vec(participant(), 0..3)).prop_map(
        |(name, participant_type, iso_code, other_names, predecessors)| {
            TreatyBody::ParticipantRegistered(ParticipantRegistered {
                name,
                participant_type,
                iso_code,
                other_names,
                predecessors,
            })
        },
    )
}

fn instrument_deposited() -> impl Strategy<Value = TreatyBody> {
    let dates = (option::of(world_date()), option::of(world_date()));
    let sequence = option::of(1..u32::MAX);
    (any_of(ConsentMode::ALL), dates, sequence, vec(treaty_id(), 0..3), any::<bool>()).prop_map(
        |(mode, (deposited, instrument_dated), depositary_sequence, protocols, provisional_application)| {
            TreatyBody::InstrumentDeposited(InstrumentDeposited {
                mode,
                deposited,
                instrument_dated,
                depositary_sequence,
                protocols,
                provisional_application,
            })
        },
    )
}

fn domestic_step_taken() -> impl Strategy<Value = TreatyBody> {
    let votes = option::of(any::<(u32, u32, u32, u32)>());
    let enums = (any_of(DomesticStep::ALL), any_of(PursuedAct::ALL));
    (enums, option::of(world_date()), maybe_text(), maybe_text(), votes).prop_map(
        |((step, pursues), taken, organ, reference, votes)| {
            let votes = votes.filter(|_| step == DomesticStep::ParliamentaryVote);
            let votes = votes.map(|(in_favour, against, abstained, not_voting)| Votes {
                in_favour,
                against,
                abstained,
                not_voting,
            });
            TreatyBody::DomesticStepTaken(DomesticStepTaken { step, pursues, taken, organ, reference, votes })
        },
    )
}

fn withdrawal_notified() -> impl Strategy<Value = TreatyBody> {
    let dates = (option::of(world_date()), option::of(world_date()), option::of(world_date()));
    let reasons = option::of(any_of(Reasons::ALL));
    (any_of(WithdrawalStyle::ALL), dates, reasons, option::of(civil_date())).prop_map(
        |(styled, dates, reasons, later_effect)| {
            TreatyBody::WithdrawalNotified(WithdrawalNotified {
                styled,
                received_by_depositary: dates.0,
                other_parties_notified: dates.1,
                security_council_notified: dates.2,
                reasons,
                later_effect,
            })
        },
    )
}

fn suspension_notified() -> impl Strategy<Value = TreatyBody> {
    let dates = (option::of(world_date()), option::of(world_date()), option::of(world_date()));
    let grounds = proptest::sample::subsequence(SuspensionGround::ALL, 0..=2);
    (dates, maybe_text(), grounds, texts()).prop_map(|(dates, claimed_until, grounds, provisions)| {
        TreatyBody::SuspensionNotified(SuspensionNotified {
            received_by_depositary: dates.0,
            circulated: dates.1,
            claimed_from: dates.2,
            claimed_until,
            grounds,
            provisions,
        })
    })
}

fn conflict_status_asserted() -> impl Strategy<Value = TreatyBody> {
    let enums = (any_of(ConflictEngagement::ALL), option::of(any_of(ConflictType::ALL)));
    let dates = (option::of(world_date()), option::of(world_date()));
    (text(), enums, dates, text()).prop_map(|(conflict, (engagement, conflict_type), (since, until), asserted_by)| {
        TreatyBody::ConflictStatusAsserted(ConflictStatusAsserted {
            conflict,
            engagement,
            conflict_type,
            since,
            until,
            asserted_by,
        })
    })
}

fn treaty_body_decided() -> impl Strategy<Value = TreatyBody> {
    let texts = (text(), maybe_text(), maybe_text(), lines());
    (texts, option::of(world_date()), references(), any_of(BodyStance::ALL)).prop_map(
        |((body, symbol, paragraph, text), decided, concerning, stance)| {
            let stance = Some(stance).filter(|_| !concerning.is_empty());
            let decided = TreatyBodyDecided { body, decided, symbol, paragraph, text, concerning, stance };
            TreatyBody::TreatyBodyDecided(Box::new(decided))
        },
    )
}

fn treaty_body(kind: TreatyKind) -> BoxedStrategy<TreatyBody> {
    match kind {
        TreatyKind::TreatyRegistered => treaty_registered().boxed(),
        TreatyKind::ParticipantRegistered => participant_registered().boxed(),
        TreatyKind::SignatureAffixed => (option::of(world_date()), maybe_text(), any_of(SignatureType::ALL))
            .prop_map(|(signed, place, signature_type)| {
                TreatyBody::SignatureAffixed(SignatureAffixed { signed, place, signature_type })
            })
            .boxed(),
        TreatyKind::InstrumentDeposited => instrument_deposited().boxed(),
        TreatyKind::EffectStated => (any_of(TreatyEffect::ALL), option::of(world_date()))
            .prop_map(|(effect, effective)| TreatyBody::EffectStated(EffectStated { effect, effective }))
            .boxed(),
        TreatyKind::WithdrawalRevoked => (reference(), option::of(world_date()))
            .prop_map(|(withdrawal, received_by_depositary)| {
                TreatyBody::WithdrawalRevoked(WithdrawalRevoked { withdrawal, received_by_depositary })
            })
            .boxed(),
        TreatyKind::SuspensionNotified => suspension_notified().boxed(),
        TreatyKind::ObjectionLodged => (reference(), option::of(world_date()), lines())
            .prop_map(|(objects_to, lodged, grounds)| {
                TreatyBody::ObjectionLodged(ObjectionLodged { objects_to, lodged, grounds })
            })
            .boxed(),
        TreatyKind::ConflictStatusAsserted => conflict_status_asserted().boxed(),
        TreatyKind::TreatyBodyDecided => treaty_body_decided().boxed(),
        TreatyKind::DomesticStepTaken => domestic_step_taken().boxed(),
        TreatyKind::WithdrawalNotified => withdrawal_notified().boxed(),
    }
}

fn parcels() -> impl Strategy<Value = Vec<Parcel>> {
    proptest::collection::btree_map(parcel_id(), option::of(1..u64::MAX), 0..3)
        .prop_map(|parcels| parcels.into_iter().map(|(id, area_m2)| Parcel { id, area_m2 }).collect())
}

fn record_opened() -> impl Strategy<Value = MinefieldBody> {
    let stated = (option::of(country()), option::of(any_of(AreaKind::ALL)), option::of(any_of(Classification::ALL)));
    (stated, maybe_text(), texts(), texts(), parcels()).prop_map(
        |((country, area_kind, classification), place, regimes, other_ids, parcels)| {
            MinefieldBody::RecordOpened(RecordOpened {
                country,
                area_kind,
                classification,
                place,
                regimes,
                other_ids,
                parcels,
            })
        },
    )
}

fn area_cleared() -> impl Strategy<Value = MinefieldBody> {
    let dates = (option::of(world_date()), option::of(world_date()));
    let depth = option::of(1..u32::MAX);
    (parcel_id(), 1..u64::MAX, depth, option::of(any_of(ClearanceMethod::ALL)), dates, maybe_text()).prop_map(
        |(parcel, area_m2, depth_mm, method, (started, ended), task)| {
            MinefieldBody::AreaCleared(AreaCleared { parcel, area_m2, depth_mm, method, started, ended, task })
        },
    )
}

fn land_released() -> impl Strategy<Value = MinefieldBody> {
    let parcels = proptest::collection::btree_set(parcel_id(), 1..3);
    let texts = (maybe_text(), maybe_text(), prop_oneof![Just("".into()), lines()]);
    (parcels, option::of(world_date()), references(), texts).prop_map(
        |(parcels, released, rests_on, (certificate, recipient, residual_risk))| {
            MinefieldBody::LandReleased(LandReleased {
                parcels: parcels.into_iter().collect(),
                released,
                rests_on,
                certificate,
                recipient,
                residual_risk,
            })
        },
    )
}

fn minefield_body(kind: MinefieldKind) -> BoxedStrategy<MinefieldBody> {
    match kind {
        MinefieldKind::RecordOpened => record_opened().boxed(),
        MinefieldKind::LayingRecorded => {
            let dates = (option::of(world_date()), option::of(world_date()));
            (option::of(any_of(LayingMethod::ALL)), dates, maybe_text(), parcels())
                .prop_map(|(method, (began, completed), laid_by, parcels)| {
                    MinefieldBody::LayingRecorded(LayingRecorded { method, began, completed, laid_by, parcels })
                })
                .boxed()
        }
        MinefieldKind::PositionSurveyed => {
            let accuracy = option::of(1..u32::MAX);
            (option::of(world_date()), option::of(any_of(SurveyMethod::ALL)), accuracy, parcels())
                .prop_map(|(surveyed, method, accuracy_mm, parcels)| {
                    MinefieldBody::PositionSurveyed(PositionSurveyed { surveyed, method, accuracy_mm, parcels })
                })
                .boxed()
        }
        MinefieldKind::AreaCleared => area_cleared().boxed(),
        MinefieldKind::LandReleased => land_released().boxed(),
    }
}

fn restatable() -> BoxedStrategy<Body> {
    let kinds: Vec<Kind> = KINDS.iter().map(|row| row.kind).collect();
    let restated = kinds.into_iter().filter(|kind| matches!(kind, Kind::Treaty(_) | Kind::Minefield(_)));
    select(restated.collect::<Vec<_>>()).prop_flat_map(body).boxed()
}

fn event_corrected() -> impl Strategy<Value = SharedBody> {
    let restated = (option::of(world_date()), restatable()).prop_map(|(occurred, body)| {
        let not_stated = not_stated(&body);
        Box::new(Restated { occurred, not_stated, body })
    });
    let reason = lines().prop_filter("a reason", |reason| !reason.is_empty());
    (reference(), reason, option::of(restated))
        .prop_map(|(target, reason, restated)| SharedBody::EventCorrected(EventCorrected { target, reason, restated }))
}

fn part_disclosed() -> impl Strategy<Value = SharedBody> {
    let opened = (any::<[u8; 32]>(), any_of(PartKind::ALL).prop_flat_map(content));
    let disclosed = proptest::collection::btree_map(1_u32..9, opened, 1..3).prop_map(|opened| {
        opened.into_iter().map(|(slot, (salt, content))| DisclosedPart { slot, salt, content }).collect()
    });
    (reference(), disclosed)
        .prop_map(|(target, disclosed)| SharedBody::PartDisclosed(PartDisclosed { target, disclosed }))
}

fn shared_body(kind: SharedKind) -> BoxedStrategy<SharedBody> {
    match kind {
        SharedKind::EventCorrected => event_corrected().boxed(),
        SharedKind::PartDisclosed => part_disclosed().boxed(),
    }
}

fn body(kind: Kind) -> BoxedStrategy<Body> {
    match kind {
        Kind::Registry(kind) => registry_body(kind).prop_map(Body::Registry).boxed(),
        Kind::Shared(kind) => shared_body(kind).prop_map(Body::Shared).boxed(),
        Kind::Treaty(kind) => treaty_body(kind).prop_map(Body::Treaty).boxed(),
        Kind::Minefield(kind) => minefield_body(kind).prop_map(Body::Minefield).boxed(),
    }
}

fn subject(subject: SubjectType) -> BoxedStrategy<Subject> {
    match subject {
        SubjectType::Ledger => Just(Subject::Ledger).boxed(),
        SubjectType::Organisation => organisation().prop_map(Subject::Organisation).boxed(),
        SubjectType::Treaty => treaty_id().prop_map(Subject::Treaty).boxed(),
        SubjectType::Participant => participant().prop_map(Subject::Participant).boxed(),
        SubjectType::Participation => {
            (treaty_id(), participant()).prop_map(|(treaty, who)| Subject::Participation(treaty, who)).boxed()
        }
        SubjectType::Record => id("[a-zA-Z0-9][a-zA-Z0-9._-]{0,20}").prop_map(Subject::Record).boxed(),
    }
}

fn source() -> impl Strategy<Value = Source> {
    (any_of(SourceClass::ALL), any::<bool>(), maybe_text(), maybe_text(), option::of(civil_date())).prop_map(
        |(class, transcribed, name, locator, retrieved)| Source { class, transcribed, name, locator, retrieved },
    )
}

fn document() -> impl Strategy<Value = Document> {
    let media_type = select(vec!["", "application/pdf", "image/svg+xml"]);
    (any::<[u8; 32]>(), any::<u64>(), media_type, language(), maybe_text(), maybe_text()).prop_map(
        |(sha256, size, media_type, language, title, symbol)| Document {
            sha256: DocumentDigest(sha256),
            size,
            media_type: media_type.into(),
            language,
            title,
            symbol,
        },
    )
}

/// Names every mandatory field without value.
fn not_stated(body: &Body) -> Vec<NotStated> {
    let (_, mandatory) = event::parse_body(event::encode_body(body)).expect("a generated body is well formed");
    let missing = mandatory.into_iter().filter(|(_, has_value)| !has_value);
    missing.map(|(field, _)| NotStated { field: field.into(), reason: NotStatedReason::Unknown }).collect()
}

/// A well-formed event of a kind.
pub fn event_of(kind: Kind) -> BoxedStrategy<Event> {
    let row = kind.row();
    let ids = (uuid(), any::<[u8; 16]>(), proptest::collection::hash_set(uuid().prop_map(EventId), 0..3));
    let source = if row.needs_source { source().prop_map(Some).boxed() } else { option::of(source()).boxed() };
    let when = (option::of(text()), option::of(world_date()));
    (ids, any_of(row.subjects).prop_flat_map(subject), when, source, parts(row), vec(document(), 0..3), body(kind))
        .prop_map(|((id, nonce, based_on), subject, (act, occurred), source, parts, documents, body)| Event {
            id: EventId(id),
            nonce,
            subject,
            based_on: based_on.into_iter().collect(),
            act,
            occurred,
            source,
            parts,
            not_stated: not_stated(&body),
            documents,
            body,
        })
        .boxed()
}

/// A well-formed event of any kind but the founding.
pub fn event() -> BoxedStrategy<Event> {
    select(KINDS)
        .prop_map(|row| row.kind)
        .prop_filter("the founding stands alone", |kind| *kind != Kind::Registry(RegistryKind::LedgerFounded))
        .prop_flat_map(event_of)
        .boxed()
}

fn signer() -> impl Strategy<Value = Signer> {
    (organisation(), member(), any::<[u8; 32]>()).prop_map(|(organisation, member, key)| Signer {
        organisation,
        member,
        key: KeyId(key),
    })
}

fn sign_off() -> impl Strategy<Value = SignOff> {
    let verdict = prop_oneof![
        prop_oneof![Just("".into()), lines()].prop_map(|remark| Verdict::Approve { remark }),
        lines().prop_map(|reason| Verdict::Decline { reason }),
        prop_oneof![Just("".into()), lines()].prop_map(|reason| Verdict::Withdraw { reason }),
    ];
    let ids = any::<([u8; 32], [u8; 32])>();
    (ids, signer(), any_of(Capacity::ALL), verdict, texts(), any::<u64>()).prop_map(
        |((ledger, submission), signer, capacity, verdict, accepted_findings, signed_at)| SignOff {
            ledger_id: LedgerId(ledger),
            submission: SubmissionDigest(submission),
            signer,
            capacity,
            verdict,
            accepted_findings,
            signed_at: RecordingTime(signed_at),
        },
    )
}

fn sorted(mut sign_offs: Vec<SignOff>, submission: SubmissionDigest, ledger_id: LedgerId) -> Vec<SignOff> {
    sign_offs.iter_mut().for_each(|sign_off| {
        sign_off.submission = submission;
        sign_off.ledger_id = ledger_id;
    });
    sign_offs.sort_by_key(|sign_off| sign_off.signer.key);
    sign_offs
}

fn statements(sign_offs: &[SignOff]) -> Vec<SignedStatement> {
    let statement = |sign_off| SignedStatement { bytes: encode_sign_off(sign_off), signature: [7; 64] };
    sign_offs.iter().map(statement).collect()
}

fn submission() -> impl Strategy<Value = Submission> {
    let seen = option::of(any::<(u64, [u8; 32])>());
    (any::<[u8; 32]>(), uuid(), signer(), any::<u64>(), seen, any::<bool>()).prop_map(
        |(ledger, id, author, signed_at, seen, require_unmoved)| Submission {
            ledger_id: Some(LedgerId(ledger)),
            id: SubmissionId(id),
            author,
            signed_at: RecordingTime(signed_at),
            event_digests: Vec::new(),
            seen: seen.map(|(size, root)| Seen { size: Size(size), root: TreeHash(root) }),
            require_unmoved,
        },
    )
}

/// Puts events, header and sign-offs together.
pub fn assemble(mut submission: Submission, events: Vec<Event>, sign_offs: Vec<SignOff>) -> Sample {
    let event_bytes: Vec<Bytes> = events.iter().map(|event| encode_event(event).into()).collect();
    submission.event_digests = event_bytes.iter().map(|bytes| EventDigest(sha256(bytes))).collect();
    let bytes = encode_submission(&submission);
    let digest = SubmissionDigest(sha256(&bytes));
    let sign_offs = sorted(sign_offs, digest, submission.ledger_id.unwrap_or(LedgerId(digest.0)));
    let signed = SignedStatement { bytes, signature: [9; 64] };
    Sample {
        envelope: encode_envelope(&signed, &statements(&sign_offs)).into(),
        events: event_bytes,
        content: EnvelopeContent::Submission(Box::new(SubmittedEvents { digest, submission, events, sign_offs })),
    }
}

/// What `Submit` may receive: submissions, a founding, later sign-offs.
pub fn sample() -> BoxedStrategy<Sample> {
    let founding = event_of(Kind::Registry(RegistryKind::LedgerFounded));
    let sign_offs = || vec(sign_off(), 0..3);
    prop_oneof![
        6 => (submission(), vec(event(), 1..4), sign_offs())
            .prop_map(|(submission, events, sign_offs)| assemble(submission, events, sign_offs)),
        1 => (submission(), founding, sign_offs()).prop_map(|(submission, founding, sign_offs)| {
            assemble(Submission { ledger_id: None, ..submission }, vec![founding], sign_offs)
        }),
        1 => vec(sign_off(), 1..4).prop_map(|sign_offs| {
            let (submission, ledger) = (sign_offs[0].submission, sign_offs[0].ledger_id);
            let sign_offs = sorted(sign_offs, submission, ledger);
            let envelope = encode_later_sign_offs(&statements(&sign_offs)).into();
            Sample { envelope, events: vec![], content: EnvelopeContent::SignOffs { submission, sign_offs } }
        }),
    ]
    .boxed()
}
