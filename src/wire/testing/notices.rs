//! Generators of what goes on under a treaty beside consent and withdrawal, and of
//! what is said about earlier events.

use super::*;

fn maybe_date() -> impl Strategy<Value = Option<WorldDate>> {
    option::of(world_date())
}

fn reason() -> impl Strategy<Value = Box<str>> {
    lines().prop_filter("a reason", |reason| !reason.is_empty())
}

fn distinct_texts(least: usize) -> impl Strategy<Value = Vec<Box<str>>> {
    proptest::collection::btree_set(text(), least..3).prop_map(|texts| texts.into_iter().collect())
}

pub(super) fn succession_notified() -> impl Strategy<Value = TreatyBody> {
    (participant(), any_of(SuccessionTo::ALL), maybe_date(), maybe_date()).prop_map(
        |(predecessor, succeeds_to, succeeded, received_by_depositary)| {
            TreatyBody::SuccessionNotified(SuccessionNotified {
                predecessor,
                succeeds_to,
                succeeded,
                received_by_depositary,
            })
        },
    )
}

pub(super) fn declaration_made() -> impl Strategy<Value = TreatyBody> {
    let changes = (reference(), any_of(DeclarationChange::ALL))
        .prop_map(|(declaration, change)| ChangedDeclaration { declaration, change });
    let territory =
        (distinct_texts(1), any_of(TerritorialEffect::ALL)).prop_map(|(units, effect)| Territory { units, effect });
    let of = (any_of(DeclarationType::ALL), text(), lines());
    (of, maybe_date(), maybe_date(), option::of(reference()), option::of(changes), territory).prop_map(
        |((declaration_type, article, text), made, effective, made_with, changes, territory)| {
            let scope = declaration_type == DeclarationType::TerritorialScope;
            TreatyBody::DeclarationMade(Box::new(DeclarationMade {
                declaration_type,
                made,
                article,
                text,
                made_with,
                changes,
                territory: Some(territory).filter(|_| scope),
                effective,
            }))
        },
    )
}

pub(super) fn depositary_notification_issued() -> impl Strategy<Value = TreatyBody> {
    (maybe_text(), maybe_date(), maybe_date(), references(), lines()).prop_map(
        |(reference, issued, circulated, covers, summary)| {
            TreatyBody::DepositaryNotificationIssued(Box::new(DepositaryNotificationIssued {
                reference,
                issued,
                circulated,
                covers,
                summary,
            }))
        },
    )
}

pub(super) fn deadline_extended() -> impl Strategy<Value = TreatyBody> {
    let deadlines = (option::of(civil_date()), option::of(civil_date()));
    (text(), any_of(ExtensionOutcome::ALL), maybe_date(), deadlines, maybe_text(), maybe_text()).prop_map(
        |(article, outcome, decided, (old, new_deadline), decided_by, symbol)| {
            let old_deadline = old.filter(|old| new_deadline.is_none_or(|new| old.0 < new.0));
            TreatyBody::DeadlineExtended(Box::new(DeadlineExtended {
                article,
                outcome,
                decided,
                old_deadline,
                new_deadline,
                decided_by,
                symbol,
            }))
        },
    )
}

pub(super) fn report_submitted() -> impl Strategy<Value = TreatyBody> {
    (text(), maybe_date(), maybe_date(), maybe_text()).prop_map(|(article, submitted, period, symbol)| {
        TreatyBody::ReportSubmitted(ReportSubmitted { article, submitted, period, symbol })
    })
}

fn row() -> impl Strategy<Value = ParticipationRow> {
    let flags = any::<(bool, bool)>();
    (text(), maybe_date(), maybe_date(), option::of(any_of(ConsentMode::ALL)), flags, texts()).prop_map(
        |(name, signed, deposited, mode, (withdrawn, succession), footnotes)| ParticipationRow {
            name,
            participant: "AAA".parse().expect("an id"),
            signed,
            mode: mode.filter(|_| deposited.is_some() && !succession),
            deposited,
            withdrawn,
            succession,
            footnotes,
        },
    )
}

pub(super) fn participation_table_stated() -> impl Strategy<Value = TreatyBody> {
    let rows = proptest::collection::btree_map(participant(), row(), 1..4)
        .prop_map(|rows| rows.into_iter().map(|(participant, row)| ParticipationRow { participant, ..row }).collect());
    (maybe_date(), rows)
        .prop_map(|(as_at, rows)| TreatyBody::ParticipationTableStated(ParticipationTableStated { as_at, rows }))
}

pub(super) fn event_retracted() -> impl Strategy<Value = SharedBody> {
    (reference(), reason()).prop_map(|(target, reason)| SharedBody::EventRetracted(EventRetracted { target, reason }))
}

pub(super) fn event_contested() -> impl Strategy<Value = SharedBody> {
    (reference(), reason(), maybe_text(), maybe_date()).prop_map(|(target, grounds, contested_by, contested)| {
        SharedBody::EventContested(EventContested { target, grounds, contested_by, contested })
    })
}

pub(super) fn contest_resolved() -> impl Strategy<Value = SharedBody> {
    let statements = references().prop_filter("at least one", |references| !references.is_empty());
    (statements, any::<bool>(), reason(), maybe_date()).prop_map(|(statements, accepts, reasons, resolved)| {
        let accepted = statements.first().cloned().filter(|_| accepts);
        SharedBody::ContestResolved(ContestResolved { statements, accepted, reasons, resolved })
    })
}

pub(super) fn content_erased() -> impl Strategy<Value = SharedBody> {
    let slots = proptest::collection::btree_set(1_u32..9, 1..3).prop_map(|slots| slots.into_iter().collect());
    (reference(), slots, text(), maybe_text(), maybe_date()).prop_map(|(target, slots, basis, ordered_by, erased)| {
        SharedBody::ContentErased(ContentErased { target, slots, basis, ordered_by, erased })
    })
}

pub(super) fn statement_reported() -> impl Strategy<Value = SharedBody> {
    let quantity = (any::<u64>(), text()).prop_map(|(number, unit)| Quantity { number, unit });
    (any_of(StatementTopic::ALL), maybe_text(), maybe_date(), reason(), option::of(quantity), maybe_date()).prop_map(
        |(topic, stated_by, stated, text, quantity, about)| {
            SharedBody::StatementReported(StatementReported { topic, stated_by, stated, text, quantity, about })
        },
    )
}
