//! Generators of treaty acts.

use super::{notices, *};

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
    let more = (any::<bool>(), 0..30_u32, maybe_text());
    (0..25_u32, any_of(NoticeFrom::ALL), any_of(ConflictTest::ALL), flags, lists, maybe_text(), more).prop_map(
        |(notice_months, notice_from, conflict_test, flags, (conflict_ends_with, addressees), article, more)| {
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
                day_after_conflict: more.0,
                minimum_months: more.1,
                continues: more.2,
            }
        },
    )
}

fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1..u32::MAX).prop_map(Period::Years),
        (1..u32::MAX).prop_map(Period::Months),
        (1..u32::MAX).prop_map(Period::Days),
    ]
}

fn obligation() -> impl Strategy<Value = ObligationClause> {
    let due = prop_oneof![
        period().prop_map(Due::Act),
        period().prop_map(Due::Report),
        (1..=12_i8, 1..=28_i8).prop_map(|(month, day)| Due::YearlyReport { month, day }),
    ];
    let extension = (1..u32::MAX, maybe_text()).prop_map(|(months, by)| ExtensionClause { months, by });
    (text(), text(), due, option::of(extension)).prop_map(|(article, title, due, extension)| ObligationClause {
        article,
        title,
        due,
        extension,
    })
}

fn obligations() -> impl Strategy<Value = Vec<ObligationClause>> {
    vec(obligation(), 0..3).prop_map(|mut obligations| {
        obligations.sort_by(|one, other| one.article.cmp(&other.article));
        obligations.dedup_by(|one, other| one.article == other.article);
        obligations
    })
}

fn clauses() -> impl Strategy<Value = Clauses> {
    let signature = (option::of(civil_date()), option::of(civil_date()), maybe_text(), maybe_text()).prop_map(
        |(opens, closes, place, article)| {
            let closes = closes.filter(|closes| opens.is_none_or(|opens| opens < *closes));
            SignatureClause { opens, closes, place, article }
        },
    );
    let provisional = (any_of(Permission::ALL), maybe_text(), maybe_text())
        .prop_map(|(permission, scope, article)| ProvisionalApplicationClause { permission, scope, article });
    let clauses =
        (option::of(entry_into_force()), option::of(withdrawal()), option::of(signature), option::of(provisional));
    let enums = (option::of(any_of(AccessionBy::ALL)), option::of(any_of(Permission::ALL)));
    let lists = (texts(), vec(treaty_id(), 0..3), vec(language().prop_filter("a tag", |tag| !tag.is_empty()), 0..3));
    let consent = (any::<u32>(), maybe_text())
        .prop_map(|(minimum_protocols, article)| ConsentClause { minimum_protocols, article });
    let objection =
        (any::<u32>(), any::<u32>(), maybe_text()).prop_map(|(reservation_months, claim_months, article)| {
            ObjectionClause { reservation_months, claim_months, article }
        });
    let more =
        (obligations(), option::of(consent), option::of(objection), option::of(any_of(Permission::ALL)), maybe_text());
    (clauses, enums, lists, more).prop_map(|(clauses, enums, lists, more)| Clauses {
        entry_into_force: clauses.0,
        withdrawal: clauses.1,
        signature: clauses.2,
        accession_by: enums.0,
        reservations: enums.1,
        provisional_application: clauses.3,
        depositaries: lists.0,
        cascade_to: lists.1,
        authentic_languages: lists.2,
        obligations: more.0,
        consent: more.1,
        objection: more.2,
        suspension: more.3,
        version: more.4,
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
    let with = (any::<bool>(), maybe_text());
    (any_of(ConsentMode::ALL), dates, sequence, vec(treaty_id(), 0..3), with).prop_map(
        |(mode, (deposited, instrument_dated), depositary_sequence, protocols, with)| {
            let (provisional_application, depositary) = with;
            TreatyBody::InstrumentDeposited(InstrumentDeposited {
                mode,
                deposited,
                instrument_dated,
                depositary_sequence,
                protocols,
                provisional_application,
                depositary,
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

pub(super) fn treaty_body(kind: TreatyKind) -> BoxedStrategy<TreatyBody> {
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
        TreatyKind::SuccessionNotified => notices::succession_notified().boxed(),
        TreatyKind::DeclarationMade => notices::declaration_made().boxed(),
        TreatyKind::DepositaryNotificationIssued => notices::depositary_notification_issued().boxed(),
        TreatyKind::DeadlineExtended => notices::deadline_extended().boxed(),
        TreatyKind::ReportSubmitted => notices::report_submitted().boxed(),
        TreatyKind::ParticipationTableStated => notices::participation_table_stated().boxed(),
        TreatyKind::DomesticStepTaken => domestic_step_taken().boxed(),
        TreatyKind::WithdrawalNotified => withdrawal_notified().boxed(),
    }
}
