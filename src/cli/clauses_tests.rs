//! The clauses in words, and that `docs/clauses.md` tells those that come with the
//! program in the same words.

use std::{fmt::Write, fs, path::Path};

use prost::Message;

use super::*;
use crate::{
    authoring::{Folder, NameBook, SHIPPED_CLAUSES, ShippedClauses, Surroundings, expand, read_items},
    client::reply::{Event, EventBody},
    domain::RecordingTime,
};

/// The clauses as a ledger would hold them.
fn clauses(shipped: &ShippedClauses) -> Clauses {
    let mut document = shipped.document();
    if shipped.treaty().is_none() {
        document["treaty"] = "untc:T".into();
        document["treaty_registered"]["title"] = "A treaty".into();
        document["treaty_registered"]["adopted"] = "1980-01-01".into();
        document["source"]["class"] = "government".into();
    }
    let names = NameBook::default();
    let mut with = Surroundings {
        file: shipped.name,
        ledger: None,
        names: &names,
        evidence: &Folder(".".into()),
        now: RecordingTime(1_780_000_000_000_000),
        randomness: &mut |bytes| bytes.fill(7),
    };
    let items = read_items(shipped.name, &document.to_string()).unwrap();
    let drafted = expand(items, &mut with).unwrap();
    match Event::decode(drafted[0].bytes.as_slice()).unwrap().body {
        Some(EventBody::TreatyRegistered(body)) => body.clauses.unwrap(),
        other => panic!("{}: {other:?}", shipped.name),
    }
}

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/clauses.md")).unwrap()
}

/// The part of the page that follows from a file.
fn section(shipped: &ShippedClauses) -> String {
    let title = shipped.title().unwrap_or_else(|| "A treaty that says nothing itself".into());
    let id = shipped.treaty().map(|id| format!(" (`{id}`)")).unwrap_or_default();
    let mut text = format!("{title}{id}\n\n| clause | says | article |\n| --- | --- | --- |\n");
    for [clause, says, article] in rows(&clauses(shipped)) {
        writeln!(text, "| {clause} | {says} | {article} |").unwrap();
    }
    text
}

#[test]
fn the_page_tells_the_clauses_that_come_with_the_program() {
    let page = page();
    let mut wanted = String::new();
    for shipped in SHIPPED_CLAUSES {
        let (heading, section) = (format!("\n## {}\n\n", shipped.name), section(shipped));
        let told = page.split(&heading).nth(1).unwrap_or_default();
        if !told.starts_with(&section) {
            write!(wanted, "{heading}{section}").unwrap();
        }
    }
    assert!(wanted.is_empty(), "docs/clauses.md should say:\n{wanted}");
}

#[test]
fn the_page_has_no_treaty_more() {
    let tables = page().matches("| clause | says | article |").count();
    assert_eq!(tables, SHIPPED_CLAUSES.len());
}

#[test]
fn what_no_clause_says_is_not_told() {
    assert_eq!(rows(&Clauses::default()), Vec::<ClauseRow>::new());
}

#[test]
fn every_field_is_told() {
    let everything = Clauses {
        entry_into_force: Some(EntryIntoForceClause {
            mode: EntryIntoForceMode::DaysAfterDeposit.into(),
            months: 0,
            days: 90,
            threshold: 50,
            article: "15".into(),
        }),
        withdrawal: Some(WithdrawalClause {
            notice_months: 1,
            notice_from: NoticeFrom::Circulation.into(),
            later_date_allowed: true,
            conflict_test: ConflictTest::AtNotification.into(),
            includes_occupation: true,
            conflict_ends_with: vec![ConflictEnd::ArmedConflict.into(), ConflictEnd::Repatriation.into()],
            addressees: vec![Addressee::SecurityCouncil.into()],
            reasons_required: true,
            article: "17".into(),
            day_after_conflict: true,
            minimum_months: 24,
            continues: "what was begun".into(),
        }),
        reservations: Permission::Permitted.into(),
        suspension: Permission::Permitted.into(),
        obligations: vec![ObligationClause {
            article: "3".into(),
            title: "report".into(),
            kind: ObligationKind::YearlyReport.into(),
            yearly_month: 4,
            yearly_day: 30,
            ..ObligationClause::default()
        }],
        ..Clauses::default()
    };
    let told: Vec<String> = rows(&everything).into_iter().map(|row| row.join(" | ")).collect();
    let expected = [
        "entry into force | 90 days after the day of deposit, not before the treaty itself | 15",
        "of the treaty itself | counted in the same way from deposit number 50 | 15",
        "reservations | permitted | ",
        "duty | report every year by 30 April | 3",
        "withdrawal: notice | 1 month from circulation by the depositary; or a later date that it names; first 24 months after entry into force | 17",
        "withdrawal: addressed to | the Security Council | 17",
        "withdrawal: reasons | required | 17",
        "withdrawal: armed conflict | who is in an armed conflict or an occupation when the notice is given stays bound until the end of the conflict and repatriation; out on the day after | 17",
        "withdrawal: what goes on | what was begun | 17",
        "suspension | the treaty provides for it | ",
    ];
    assert_eq!(told, expected);
}
