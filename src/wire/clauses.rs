//! A treaty's final clauses as data.

use super::{
    fields::*,
    malformed::{Parsed, Within},
    proto,
};
use crate::domain::{
    AccessionBy, Addressee, Clauses, ConflictEnd, ConflictTest, EntryIntoForceClause, EntryIntoForceMode, NoticeFrom,
    Permission, ProvisionalApplicationClause, SignatureClause, WithdrawalClause,
};

/// Takes the clauses apart.
pub(super) fn parse(clauses: proto::Clauses) -> Parsed<Clauses> {
    let proto::Clauses {
        entry_into_force,
        withdrawal,
        signature,
        accession_by,
        reservations,
        provisional_application,
        depositaries,
        cascade_to,
        authentic_languages,
    } = clauses;
    Ok(Clauses {
        entry_into_force: entry_into_force
            .map(|clause| parse_entry_into_force(clause).within("entry_into_force"))
            .transpose()?,
        withdrawal: withdrawal.map(|clause| parse_withdrawal(clause).within("withdrawal")).transpose()?,
        signature: signature.map(|clause| parse_signature(clause).within("signature")).transpose()?,
        accession_by: optional_pinned("accession_by", accession_by, AccessionBy::from_number)?,
        reservations: optional_pinned("reservations", reservations, Permission::from_number)?,
        provisional_application: provisional_application
            .map(|clause| parse_provisional_application(clause).within("provisional_application"))
            .transpose()?,
        depositaries: texts("depositaries", depositaries)?,
        cascade_to: identifiers("cascade_to", cascade_to)?,
        authentic_languages: list("authentic_languages", authentic_languages, |tag| {
            given("", filled(tag)).and_then(|tag| language("", tag))
        })?,
    })
}

fn parse_entry_into_force(clause: proto::EntryIntoForceClause) -> Parsed<EntryIntoForceClause> {
    let proto::EntryIntoForceClause { mode, months, days, threshold, article } = clause;
    let mode = pinned("mode", mode, EntryIntoForceMode::from_number)?;
    let in_days = mode == EntryIntoForceMode::DaysAfterDeposit;
    absent("days", days == 0 || in_days, "leave the days out: only the mode days after deposit has them")?;
    absent("months", months == 0 || !in_days, "leave the months out: the mode days after deposit has none")?;
    Ok(EntryIntoForceClause { mode, months, days, threshold, article: short_text("article", article)? })
}

fn parse_withdrawal(clause: proto::WithdrawalClause) -> Parsed<WithdrawalClause> {
    let proto::WithdrawalClause {
        notice_months,
        notice_from,
        later_date_allowed,
        conflict_test,
        includes_occupation,
        conflict_ends_with,
        addressees,
        reasons_required,
        article,
    } = clause;
    Ok(WithdrawalClause {
        notice_months,
        notice_from: pinned("notice_from", notice_from, NoticeFrom::from_number)?,
        later_date_allowed,
        conflict_test: pinned("conflict_test", conflict_test, ConflictTest::from_number)?,
        includes_occupation,
        conflict_ends_with: pinned_list("conflict_ends_with", conflict_ends_with, ConflictEnd::from_number)?,
        addressees: pinned_list("addressees", addressees, Addressee::from_number)?,
        reasons_required,
        article: short_text("article", article)?,
    })
}

fn parse_signature(clause: proto::SignatureClause) -> Parsed<SignatureClause> {
    let proto::SignatureClause { opens, closes, place, article } = clause;
    Ok(SignatureClause {
        opens: civil_date("opens", &opens)?,
        closes: civil_date("closes", &closes)?,
        place: short_text("place", place)?,
        article: short_text("article", article)?,
    })
}

fn parse_provisional_application(clause: proto::ProvisionalApplicationClause) -> Parsed<ProvisionalApplicationClause> {
    let proto::ProvisionalApplicationClause { permission, scope, article } = clause;
    Ok(ProvisionalApplicationClause {
        permission: pinned("permission", permission, Permission::from_number)?,
        scope: short_text("scope", scope)?,
        article: short_text("article", article)?,
    })
}

/// Writes the clauses as their protobuf message.
pub(super) fn encode(clauses: &Clauses) -> proto::Clauses {
    let Clauses {
        entry_into_force,
        withdrawal,
        signature,
        accession_by,
        reservations,
        provisional_application,
        depositaries,
        cascade_to,
        authentic_languages,
    } = clauses;
    proto::Clauses {
        entry_into_force: entry_into_force.as_ref().map(encode_entry_into_force),
        withdrawal: withdrawal.as_ref().map(encode_withdrawal),
        signature: signature.as_ref().map(encode_signature),
        accession_by: accession_by.map_or(0, AccessionBy::number),
        reservations: reservations.map_or(0, Permission::number),
        provisional_application: provisional_application.as_ref().map(encode_provisional_application),
        depositaries: strings(depositaries),
        cascade_to: strings(cascade_to),
        authentic_languages: strings(authentic_languages),
    }
}

fn encode_entry_into_force(clause: &EntryIntoForceClause) -> proto::EntryIntoForceClause {
    let EntryIntoForceClause { mode, months, days, threshold, article } = clause;
    proto::EntryIntoForceClause {
        mode: mode.number(),
        months: *months,
        days: *days,
        threshold: *threshold,
        article: article.to_string(),
    }
}

fn encode_withdrawal(clause: &WithdrawalClause) -> proto::WithdrawalClause {
    let WithdrawalClause {
        notice_months,
        notice_from,
        later_date_allowed,
        conflict_test,
        includes_occupation,
        conflict_ends_with,
        addressees,
        reasons_required,
        article,
    } = clause;
    proto::WithdrawalClause {
        notice_months: *notice_months,
        notice_from: notice_from.number(),
        later_date_allowed: *later_date_allowed,
        conflict_test: conflict_test.number(),
        includes_occupation: *includes_occupation,
        conflict_ends_with: conflict_ends_with.iter().map(|end| end.number()).collect(),
        addressees: addressees.iter().map(|addressee| addressee.number()).collect(),
        reasons_required: *reasons_required,
        article: article.to_string(),
    }
}

fn encode_signature(clause: &SignatureClause) -> proto::SignatureClause {
    let SignatureClause { opens, closes, place, article } = clause;
    proto::SignatureClause {
        opens: string(opens),
        closes: string(closes),
        place: place.to_string(),
        article: article.to_string(),
    }
}

fn encode_provisional_application(clause: &ProvisionalApplicationClause) -> proto::ProvisionalApplicationClause {
    let ProvisionalApplicationClause { permission, scope, article } = clause;
    proto::ProvisionalApplicationClause {
        permission: permission.number(),
        scope: scope.to_string(),
        article: article.to_string(),
    }
}
