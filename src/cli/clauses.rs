//! Final clauses in words: a row for each, with its article. `treaty show` prints them,
//! and `docs/clauses.md` has the same rows of the clauses that come with the program.
//!
//! Promises: every field of the clauses that is set is told, and nothing that is not.
//! Leaves to others: what follows from them (`treaties`).

use super::block::{Block, table};
use crate::client::reply::clauses::{
    AccessionBy, Addressee, Clauses, ConflictEnd, ConflictTest, ConsentClause, EntryIntoForceClause,
    EntryIntoForceMode, NoticeFrom, ObjectionClause, ObligationClause, ObligationKind, Permission,
    ProvisionalApplicationClause, SignatureClause, WithdrawalClause,
};

/// What a clause is about, what it says, and its article.
pub type ClauseRow = [String; 3];

/// The clauses as a table.
pub fn shown(clauses: &Clauses) -> Block {
    table(["clause", "says", "article"], rows(clauses))
}

/// A row for everything that the clauses say.
pub fn rows(clauses: &Clauses) -> Vec<ClauseRow> {
    let Clauses {
        entry_into_force,
        withdrawal,
        signature,
        accession_by: _,
        reservations: _,
        provisional_application,
        depositaries,
        cascade_to,
        authentic_languages,
        obligations,
        consent,
        objection,
        suspension: _,
        version,
    } = clauses;
    let mut rows = Vec::new();
    rows.extend(signature.iter().map(of_signature));
    rows.extend(accession(clauses.accession_by()));
    rows.extend(consent.iter().map(of_consent));
    rows.extend(entry_into_force.iter().flat_map(of_entry_into_force));
    rows.extend(provisional_application.iter().map(of_provisional_application));
    rows.extend(permission(clauses.reservations()).map(|says| row("reservations", says, "")));
    rows.extend(obligations.iter().map(of_obligation));
    rows.extend(withdrawal.iter().flat_map(of_withdrawal));
    rows.extend(listed("leave with it", cascade_to));
    rows.extend(suspended(clauses.suspension()));
    rows.extend(objection.iter().flat_map(of_objection));
    rows.extend(listed("depositary", depositaries));
    rows.extend(listed("authentic texts", authentic_languages));
    rows.extend(listed("version", std::slice::from_ref(version)));
    rows
}

fn row(clause: &str, says: impl Into<String>, article: &str) -> ClauseRow {
    [clause.to_owned(), says.into(), article.to_owned()]
}

/// A row for what has a list of names, if there are any.
fn listed(clause: &str, names: &[String]) -> Option<ClauseRow> {
    let says = names.join(", ");
    (!says.is_empty()).then(|| row(clause, says, ""))
}

fn of_signature(clause: &SignatureClause) -> ClauseRow {
    let SignatureClause { opens, closes, place, article } = clause;
    let from = (!opens.is_empty()).then(|| format!("from {opens} on"));
    let to = (!closes.is_empty()).then(|| format!("closed since {closes}"));
    let at = (!place.is_empty()).then(|| place.clone());
    row("signature", joined([from, to, at]), article)
}

fn accession(by: AccessionBy) -> Option<ClauseRow> {
    let says = match by {
        AccessionBy::Unspecified => return None,
        AccessionBy::NonSignatories => "States that have not signed",
        AccessionBy::Any => "any State",
    };
    Some(row("accession", says, ""))
}

fn of_consent(clause: &ConsentClause) -> ClauseRow {
    let ConsentClause { minimum_protocols, article } = clause;
    row("consent", format!("the first instrument covers at least {}", counted(*minimum_protocols, "protocol")), article)
}

fn of_entry_into_force(clause: &EntryIntoForceClause) -> Vec<ClauseRow> {
    let EntryIntoForceClause { mode: _, months, days, threshold, article } = clause;
    let says = match clause.mode() {
        EntryIntoForceMode::FirstOfMonth => {
            format!("the first day of the month, {} after the month of deposit", counted(*months, "month"))
        }
        EntryIntoForceMode::SameDay if *months == 0 => "the day of deposit".to_owned(),
        EntryIntoForceMode::SameDay => format!("{} after the day of deposit", counted(*months, "month")),
        EntryIntoForceMode::DaysAfterDeposit => format!("{} after the day of deposit", counted(*days, "day")),
        EntryIntoForceMode::Unspecified => "not known to this version".to_owned(),
    };
    let mut rows = vec![row("entry into force", format!("{says}, not before the treaty itself"), article)];
    if *threshold > 0 {
        rows.push(row(
            "of the treaty itself",
            format!("counted in the same way from deposit number {threshold}"),
            article,
        ));
    }
    rows
}

fn of_provisional_application(clause: &ProvisionalApplicationClause) -> ClauseRow {
    let ProvisionalApplicationClause { permission: _, scope, article } = clause;
    let permitted = permission(clause.permission()).unwrap_or_default().to_owned();
    let scope = (!scope.is_empty()).then(|| scope.clone());
    row("provisional application", joined([Some(permitted), scope, None]), article)
}

fn permission(permission: Permission) -> Option<&'static str> {
    match permission {
        Permission::Unspecified => None,
        Permission::Permitted => Some("permitted"),
        Permission::Prohibited => Some("not permitted"),
    }
}

fn suspended(permission: Permission) -> Option<ClauseRow> {
    let says = match permission {
        Permission::Unspecified => return None,
        Permission::Permitted => "the treaty provides for it",
        Permission::Prohibited => "the treaty does not provide for it",
    };
    Some(row("suspension", says, ""))
}

fn of_obligation(clause: &ObligationClause) -> ClauseRow {
    let ObligationClause { title, years, months, days, yearly_month, yearly_day, .. } = clause;
    let time = [(years, "year"), (months, "month"), (days, "day")];
    let time: Vec<String> =
        time.into_iter().filter(|(count, _)| **count > 0).map(|(count, unit)| counted(*count, unit)).collect();
    let due = match clause.kind() {
        ObligationKind::YearlyReport => format!("every year by {}", day_of_year(*yearly_month, *yearly_day)),
        ObligationKind::Act | ObligationKind::Report | ObligationKind::Unspecified => {
            format!("within {} of entry into force", time.join(" and "))
        }
    };
    let extended = (clause.extension_months > 0).then(|| {
        let by = Some(&clause.extended_by).filter(|by| !by.is_empty()).map(|by| format!(", by {by}"));
        let most = counted(clause.extension_months, "month");
        format!("an extension adds at most {most}{}", by.unwrap_or_default())
    });
    row("duty", joined([Some(format!("{title} {due}")), extended, None]), &clause.article)
}

fn day_of_year(month: u32, day: u32) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let name = usize::try_from(month).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    name.map_or_else(|| format!("{month}-{day}"), |name| format!("{day} {name}"))
}

fn of_withdrawal(clause: &WithdrawalClause) -> Vec<ClauseRow> {
    let article = &clause.article;
    let from = match clause.notice_from() {
        NoticeFrom::ReceiptByDepositary => "receipt by the depositary",
        NoticeFrom::Notification => "notification",
        NoticeFrom::Circulation => "circulation by the depositary",
        NoticeFrom::Unspecified => "a day not known to this version",
    };
    let later = if clause.later_date_allowed { "or a later date that it names" } else { "it can name no later date" };
    let first = (clause.minimum_months > 0)
        .then(|| format!("first {} after entry into force", counted(clause.minimum_months, "month")));
    let notice = format!("{} from {from}", counted(clause.notice_months, "month"));
    let mut rows = vec![row("withdrawal: notice", joined([Some(notice), Some(later.to_owned()), first]), article)];
    let told: Vec<&str> = clause.addressees().map(addressee).collect();
    rows.extend((!told.is_empty()).then(|| row("withdrawal: addressed to", told.join(", "), article)));
    let reasons = if clause.reasons_required { "required" } else { "not required" };
    rows.push(row("withdrawal: reasons", reasons, article));
    rows.push(row("withdrawal: armed conflict", conflict(clause), article));
    let continues = &clause.continues;
    rows.extend((!continues.is_empty()).then(|| row("withdrawal: what goes on", continues.as_str(), article)));
    rows
}

fn addressee(addressee: Addressee) -> &'static str {
    match addressee {
        Addressee::Depositary => "the depositary",
        Addressee::OtherParties => "all other parties",
        Addressee::SecurityCouncil => "the Security Council",
        Addressee::Unspecified => "somebody not known to this version",
    }
}

fn conflict(clause: &WithdrawalClause) -> String {
    let when = match clause.conflict_test() {
        ConflictTest::None => return "does not matter".to_owned(),
        ConflictTest::AtExpiry => "at the end of the notice",
        ConflictTest::AtNotification => "when the notice is given",
        ConflictTest::Unspecified => "on a day not known to this version",
    };
    let occupation = if clause.includes_occupation { " or an occupation" } else { "" };
    let ends: Vec<&str> = clause.conflict_ends_with().map(end).collect();
    let bound =
        format!("who is in an armed conflict{occupation} {when} stays bound until the end of {}", ends.join(" and "));
    let day = if clause.day_after_conflict { "out on the day after" } else { "out on its last day" };
    joined([Some(bound), Some(day.to_owned()), None])
}

fn end(end: ConflictEnd) -> &'static str {
    match end {
        ConflictEnd::ArmedConflict => "the conflict",
        ConflictEnd::Occupation => "the occupation",
        ConflictEnd::Repatriation => "repatriation",
        ConflictEnd::Unspecified => "something not known to this version",
    }
}

fn of_objection(clause: &ObjectionClause) -> Vec<ClauseRow> {
    let ObjectionClause { reservation_months, claim_months, article } = clause;
    let to = |clause: &str, months: u32| {
        (months > 0).then(|| row(clause, format!("{} from notification", counted(months, "month")), article))
    };
    let rows = [
        to("objection to a reservation", *reservation_months),
        to("objection to a withdrawal or suspension", *claim_months),
    ];
    rows.into_iter().flatten().collect()
}

/// A number with its unit, e.g. "6 months".
fn counted(count: u32, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn joined(parts: [Option<String>; 3]) -> String {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
#[path = "clauses_tests.rs"]
mod tests;
