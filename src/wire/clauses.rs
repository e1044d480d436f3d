//! A treaty's final clauses as data.

use super::{
    MalformedRule,
    fields::*,
    malformed::{Parsed, Within, malformed},
    proto,
};
use crate::domain::{
    AccessionBy, Addressee, Clauses, ConflictEnd, ConflictTest, ConsentClause, Due, EntryIntoForceClause,
    EntryIntoForceMode, ExtensionClause, NoticeFrom, ObjectionClause, ObligationClause, Period, Permission,
    ProvisionalApplicationClause, SignatureClause, WithdrawalClause,
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
        obligations,
        consent,
        objection,
        suspension,
        version,
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
        obligations: parse_obligations(obligations)?,
        consent: consent.map(|clause| parse_consent(clause).within("consent")).transpose()?,
        objection: objection.map(|clause| parse_objection(clause).within("objection")).transpose()?,
        suspension: optional_pinned("suspension", suspension, Permission::from_number)?,
        version: short_text("version", version)?,
    })
}

fn parse_obligations(obligations: Vec<proto::ObligationClause>) -> Parsed<Vec<ObligationClause>> {
    let obligations = list("obligations", obligations, parse_obligation)?;
    let articles: Vec<&str> = obligations.iter().map(|obligation| &*obligation.article).collect();
    distinct("obligations", &articles)?;
    Ok(obligations)
}

fn parse_obligation(clause: proto::ObligationClause) -> Parsed<ObligationClause> {
    let proto::ObligationClause {
        article,
        title,
        kind,
        years,
        months,
        days,
        yearly_month,
        yearly_day,
        extension_months,
        extended_by,
    } = clause;
    let extension = ExtensionClause { months: extension_months, by: short_text("extended_by", extended_by)? };
    absent("extended_by", extension.months > 0 || extension.by.is_empty(), "leave it out: there is no extension")?;
    let kind = given("kind", proto::ObligationKind::try_from(kind).ok().filter(|kind| *kind as i32 != 0))?;
    let yearly = kind == proto::ObligationKind::YearlyReport;
    absent("yearly_month", yearly || yearly_month == 0, "leave it out: only a yearly report has it")?;
    absent("yearly_day", yearly || yearly_day == 0, "leave it out: only a yearly report has it")?;
    let due = match kind {
        proto::ObligationKind::Act => Due::Act(parse_period(years, months, days)?),
        proto::ObligationKind::Report => Due::Report(parse_period(years, months, days)?),
        proto::ObligationKind::YearlyReport | proto::ObligationKind::Unspecified => {
            absent("years", (years, months, days) == (0, 0, 0), "leave it out: a yearly report has a day of the year")?;
            let (month, day) = day_of_every_year(yearly_month, yearly_day)?;
            Due::YearlyReport { month, day }
        }
    };
    Ok(ObligationClause {
        article: required_text("article", article)?,
        title: required_text("title", title)?,
        due,
        extension: Some(extension).filter(|extension| extension.months > 0),
    })
}

fn parse_period(years: u32, months: u32, days: u32) -> Parsed<Period> {
    match (years, months, days) {
        (years @ 1.., 0, 0) => Ok(Period::Years(years)),
        (0, months @ 1.., 0) => Ok(Period::Months(months)),
        (0, 0, days @ 1..) => Ok(Period::Days(days)),
        _ => malformed(MalformedRule::FieldMustHaveValue, "years", "give exactly one of years, months and days"),
    }
}

/// A day that every year has.
fn day_of_every_year(month: u32, day: u32) -> Parsed<(i8, i8)> {
    let month_and_day = i8::try_from(month).ok().zip(i8::try_from(day).ok());
    let exists = |(month, day): &(i8, i8)| jiff::civil::Date::new(2023, *month, *day).is_ok();
    match month_and_day.filter(exists) {
        Some(day) => Ok(day),
        None => malformed(MalformedRule::DateMustBeValid, "yearly_day", "give a month and a day that every year has"),
    }
}

fn parse_consent(clause: proto::ConsentClause) -> Parsed<ConsentClause> {
    let proto::ConsentClause { minimum_protocols, article } = clause;
    Ok(ConsentClause { minimum_protocols, article: short_text("article", article)? })
}

fn parse_objection(clause: proto::ObjectionClause) -> Parsed<ObjectionClause> {
    let proto::ObjectionClause { reservation_months, claim_months, article } = clause;
    Ok(ObjectionClause { reservation_months, claim_months, article: short_text("article", article)? })
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
        day_after_conflict,
        minimum_months,
        continues,
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
        day_after_conflict,
        minimum_months,
        continues: short_text("continues", continues)?,
    })
}

fn parse_signature(clause: proto::SignatureClause) -> Parsed<SignatureClause> {
    let proto::SignatureClause { opens, closes, place, article } = clause;
    let (opens, closes) = (civil_date("opens", &opens)?, civil_date("closes", &closes)?);
    let ordered = opens.zip(closes).is_none_or(|(opens, closes)| opens < closes);
    must(ordered, MalformedRule::DateMustBeValid, "closes", "give a day after the one on which it opens")?;
    Ok(SignatureClause { opens, closes, place: short_text("place", place)?, article: short_text("article", article)? })
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
        obligations,
        consent,
        objection,
        suspension,
        version,
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
        obligations: obligations.iter().map(encode_obligation).collect(),
        consent: consent.as_ref().map(|ConsentClause { minimum_protocols, article }| proto::ConsentClause {
            minimum_protocols: *minimum_protocols,
            article: article.to_string(),
        }),
        objection: objection.as_ref().map(encode_objection),
        suspension: suspension.map_or(0, Permission::number),
        version: version.to_string(),
    }
}

fn encode_obligation(clause: &ObligationClause) -> proto::ObligationClause {
    let ObligationClause { article, title, due, extension } = clause;
    let (kind, period, (yearly_month, yearly_day)) = match *due {
        Due::Act(period) => (proto::ObligationKind::Act, Some(period), (0, 0)),
        Due::Report(period) => (proto::ObligationKind::Report, Some(period), (0, 0)),
        Due::YearlyReport { month, day } => (proto::ObligationKind::YearlyReport, None, (month, day)),
    };
    let (years, months, days) = match period {
        Some(Period::Years(years)) => (years, 0, 0),
        Some(Period::Months(months)) => (0, months, 0),
        Some(Period::Days(days)) => (0, 0, days),
        None => (0, 0, 0),
    };
    proto::ObligationClause {
        article: article.to_string(),
        title: title.to_string(),
        kind: kind.into(),
        years,
        months,
        days,
        yearly_month: yearly_month.unsigned_abs().into(),
        yearly_day: yearly_day.unsigned_abs().into(),
        extension_months: extension.as_ref().map_or(0, |extension| extension.months),
        extended_by: extension.as_ref().map(|extension| extension.by.to_string()).unwrap_or_default(),
    }
}

fn encode_objection(clause: &ObjectionClause) -> proto::ObjectionClause {
    let ObjectionClause { reservation_months, claim_months, article } = clause;
    proto::ObjectionClause {
        reservation_months: *reservation_months,
        claim_months: *claim_months,
        article: article.to_string(),
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
        day_after_conflict,
        minimum_months,
        continues,
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
        day_after_conflict: *day_after_conflict,
        minimum_months: *minimum_months,
        continues: continues.to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_treaty_closes_for_signature_after_it_opens() {
        let parsed = |opens: &str, closes: &str| {
            let (opens, closes) = (opens.into(), closes.into());
            parse_signature(proto::SignatureClause { opens, closes, ..Default::default() })
        };
        for (opens, closes) in [("2001-01-01", "2001-01-02"), ("2001-01-01", ""), ("", "2001-01-01")] {
            assert!(parsed(opens, closes).is_ok(), "{opens} to {closes}");
        }
        for closes in ["2001-01-01", "2000-06-01"] {
            let refused = parsed("2001-01-01", closes).expect_err("it is open on no day");
            assert_eq!((refused.rule, &*refused.field), (MalformedRule::DateMustBeValid, "closes"));
        }
    }
}
