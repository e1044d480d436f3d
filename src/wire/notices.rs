//! Bodies about what goes on under a treaty beside consent and withdrawal:
//! successions, declarations, notifications of the depositary, extensions, reports,
//! whole tables.

use super::{
    MalformedRule,
    event::Mandatory,
    fields::*,
    malformed::{Parsed, Within, malformed},
    proto,
    shared::{encode_reference, encode_references, reference, references},
};
use crate::{
    domain::{
        ChangedDeclaration, ConsentMode, DeadlineExtended, DeclarationChange, DeclarationMade, DeclarationType,
        DepositaryNotificationIssued, EventReference, ExtensionOutcome, ParticipationRow, ParticipationTableStated,
        ReportSubmitted, SuccessionNotified, SuccessionTo, TerritorialEffect, Territory, TreatyBody,
    },
    limits::TABLE_ROWS,
};

pub(super) fn succession_notified(body: proto::SuccessionNotified) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::SuccessionNotified { predecessor, succeeds_to, succeeded, received_by_depositary } = body;
    let body = SuccessionNotified {
        predecessor: identifier("predecessor", &predecessor)?,
        succeeds_to: pinned("succeeds_to", succeeds_to, SuccessionTo::from_number)?,
        succeeded: world_date("succeeded", &succeeded)?,
        received_by_depositary: world_date("received_by_depositary", &received_by_depositary)?,
    };
    let mandatory = vec![
        ("succeeded", body.succeeded.is_some()),
        ("received_by_depositary", body.received_by_depositary.is_some()),
    ];
    Ok((TreatyBody::SuccessionNotified(body), mandatory))
}

pub(super) fn declaration_made(body: proto::DeclarationMade) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::DeclarationMade {
        r#type,
        made,
        article,
        text,
        made_with,
        changes,
        change,
        units,
        territorial_effect,
        effective,
    } = body;
    let declaration_type = pinned("type", r#type, DeclarationType::from_number)?;
    let territory = parse_territory(units, territorial_effect)?;
    let scope = declaration_type == DeclarationType::TerritorialScope;
    absent("units", territory.is_none() || scope, "leave the units out: only a territorial scope has them")?;
    let body = DeclarationMade {
        declaration_type,
        made: world_date("made", &made)?,
        article: short_text("article", article)?,
        text: long_text("text", text)?,
        made_with: made_with.map(|made_with| reference(made_with).within("made_with")).transpose()?,
        changes: parse_changed(changes, change)?,
        territory,
        effective: world_date("effective", &effective)?,
    };
    if body.changes.is_none() && scope {
        given("units", body.territory.as_ref())?;
    }
    if declaration_type == DeclarationType::Completion {
        given("article", filled(&body.article))?;
    }
    let mandatory = vec![("made", body.made.is_some())];
    Ok((TreatyBody::DeclarationMade(Box::new(body)), mandatory))
}

fn parse_territory(units: Vec<String>, effect: i32) -> Parsed<Option<Territory>> {
    let units = texts("units", units)?;
    distinct("units", &units)?;
    let effect = optional_pinned("territorial_effect", effect, TerritorialEffect::from_number)?;
    if units.is_empty() {
        absent("territorial_effect", effect.is_none(), "leave the effect out, or name the units")?;
        return Ok(None);
    }
    Ok(Some(Territory { units, effect: given("territorial_effect", effect)? }))
}

fn parse_changed(changes: Option<proto::EventReference>, change: i32) -> Parsed<Option<ChangedDeclaration>> {
    let change = optional_pinned("change", change, DeclarationChange::from_number)?;
    match changes {
        None => {
            absent("change", change.is_none(), "leave the change out, or name the declaration that it changes")?;
            Ok(None)
        }
        Some(changes) => Ok(Some(ChangedDeclaration {
            declaration: reference(changes).within("changes")?,
            change: given("change", change)?,
        })),
    }
}

pub(super) fn depositary_notification_issued(
    body: proto::DepositaryNotificationIssued,
) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::DepositaryNotificationIssued { reference, issued, circulated, covers, summary } = body;
    let body = DepositaryNotificationIssued {
        reference: short_text("reference", reference)?,
        issued: world_date("issued", &issued)?,
        circulated: world_date("circulated", &circulated)?,
        covers: references("covers", covers)?,
        summary: long_text("summary", summary)?,
    };
    let mandatory = vec![("reference", !body.reference.is_empty()), ("issued", body.issued.is_some())];
    Ok((TreatyBody::DepositaryNotificationIssued(Box::new(body)), mandatory))
}

pub(super) fn deadline_extended(body: proto::DeadlineExtended) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::DeadlineExtended { article, outcome, decided, old_deadline, new_deadline, decided_by, symbol } = body;
    let body = DeadlineExtended {
        article: required_text("article", article)?,
        outcome: pinned("outcome", outcome, ExtensionOutcome::from_number)?,
        decided: world_date("decided", &decided)?,
        old_deadline: civil_date("old_deadline", &old_deadline)?,
        new_deadline: civil_date("new_deadline", &new_deadline)?,
        decided_by: short_text("decided_by", decided_by)?,
        symbol: short_text("symbol", symbol)?,
    };
    if let (Some(old), Some(new)) = (body.old_deadline, body.new_deadline) {
        must(old.0 < new.0, MalformedRule::DateMustBeValid, "new_deadline", "name a day after the deadline before")?;
    }
    let mandatory = vec![("decided", body.decided.is_some()), ("new_deadline", body.new_deadline.is_some())];
    Ok((TreatyBody::DeadlineExtended(Box::new(body)), mandatory))
}

pub(super) fn report_submitted(body: proto::ReportSubmitted) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::ReportSubmitted { article, submitted, period, symbol } = body;
    let body = ReportSubmitted {
        article: required_text("article", article)?,
        submitted: world_date("submitted", &submitted)?,
        period: world_date("period", &period)?,
        symbol: short_text("symbol", symbol)?,
    };
    let mandatory = vec![("submitted", body.submitted.is_some()), ("period", body.period.is_some())];
    Ok((TreatyBody::ReportSubmitted(body), mandatory))
}

pub(super) fn participation_table_stated(body: proto::ParticipationTableStated) -> Parsed<(TreatyBody, Mandatory)> {
    let proto::ParticipationTableStated { as_at, rows } = body;
    let body = ParticipationTableStated {
        as_at: world_date("as_at", &as_at)?,
        rows: list_within("rows", rows, TABLE_ROWS, parse_row)?,
    };
    not_empty("rows", &body.rows)?;
    let participants: Vec<_> = body.rows.iter().map(|row| &row.participant).collect();
    distinct("rows", &participants)?;
    let mandatory = vec![("as_at", body.as_at.is_some())];
    Ok((TreatyBody::ParticipationTableStated(body), mandatory))
}

fn parse_row(row: proto::ParticipationRow) -> Parsed<ParticipationRow> {
    let proto::ParticipationRow { name, participant, signed, deposited, mode, withdrawn, succession, footnotes } = row;
    let row = ParticipationRow {
        name: required_text("name", name)?,
        participant: identifier("participant", &participant)?,
        signed: world_date("signed", &signed)?,
        deposited: world_date("deposited", &deposited)?,
        mode: optional_pinned("mode", mode, ConsentMode::from_number)?,
        withdrawn,
        succession,
        footnotes: texts("footnotes", footnotes)?,
    };
    absent("mode", row.mode.is_none() || row.deposited.is_some(), "leave the mode out, or give the date of deposit")?;
    if row.mode.is_some() && row.succession {
        let message = "a deposit is a succession or has a mode of its own, not both";
        return malformed(MalformedRule::FieldMustBeAbsent, "mode", message);
    }
    Ok(row)
}

pub(super) fn encode_succession_notified(body: &SuccessionNotified) -> proto::SuccessionNotified {
    let SuccessionNotified { predecessor, succeeds_to, succeeded, received_by_depositary } = body;
    proto::SuccessionNotified {
        predecessor: predecessor.to_string(),
        succeeds_to: succeeds_to.number(),
        succeeded: string(succeeded),
        received_by_depositary: string(received_by_depositary),
    }
}

pub(super) fn encode_declaration_made(body: &DeclarationMade) -> proto::DeclarationMade {
    let DeclarationMade { declaration_type, made, article, text, made_with, changes, territory, effective } = body;
    let (changes, change) = match changes {
        Some(ChangedDeclaration { declaration, change }) => (Some(encode_reference(declaration)), change.number()),
        None => (None, 0),
    };
    let (units, territorial_effect) = match territory {
        Some(Territory { units, effect }) => (strings(units), effect.number()),
        None => (Vec::new(), 0),
    };
    proto::DeclarationMade {
        r#type: declaration_type.number(),
        made: string(made),
        article: article.to_string(),
        text: text.to_string(),
        made_with: made_with.as_ref().map(encode_reference),
        changes,
        change,
        units,
        territorial_effect,
        effective: string(effective),
    }
}

pub(super) fn encode_depositary_notification_issued(
    body: &DepositaryNotificationIssued,
) -> proto::DepositaryNotificationIssued {
    let DepositaryNotificationIssued { reference, issued, circulated, covers, summary } = body;
    let covers: &[EventReference] = covers;
    proto::DepositaryNotificationIssued {
        reference: reference.to_string(),
        issued: string(issued),
        circulated: string(circulated),
        covers: encode_references(covers),
        summary: summary.to_string(),
    }
}

pub(super) fn encode_deadline_extended(body: &DeadlineExtended) -> proto::DeadlineExtended {
    let DeadlineExtended { article, outcome, decided, old_deadline, new_deadline, decided_by, symbol } = body;
    proto::DeadlineExtended {
        article: article.to_string(),
        outcome: outcome.number(),
        decided: string(decided),
        old_deadline: string(old_deadline),
        new_deadline: string(new_deadline),
        decided_by: decided_by.to_string(),
        symbol: symbol.to_string(),
    }
}

pub(super) fn encode_report_submitted(body: &ReportSubmitted) -> proto::ReportSubmitted {
    let ReportSubmitted { article, submitted, period, symbol } = body;
    proto::ReportSubmitted {
        article: article.to_string(),
        submitted: string(submitted),
        period: string(period),
        symbol: symbol.to_string(),
    }
}

pub(super) fn encode_participation_table_stated(body: &ParticipationTableStated) -> proto::ParticipationTableStated {
    let ParticipationTableStated { as_at, rows } = body;
    proto::ParticipationTableStated { as_at: string(as_at), rows: rows.iter().map(encode_row).collect() }
}

fn encode_row(row: &ParticipationRow) -> proto::ParticipationRow {
    let ParticipationRow { name, participant, signed, deposited, mode, withdrawn, succession, footnotes } = row;
    proto::ParticipationRow {
        name: name.to_string(),
        participant: participant.to_string(),
        signed: string(signed),
        deposited: string(deposited),
        mode: mode.map_or(0, ConsentMode::number),
        withdrawn: *withdrawn,
        succession: *succession,
        footnotes: strings(footnotes),
    }
}
