//! `template [KIND]`: an event file to fill in, or the list of kinds; with `--clauses`
//! the registration of a treaty as it comes with the program.

use clap::Args;
use serde_json::json;

use super::{
    Exit, Failure,
    block::{Block, table},
    output::Output,
};
use crate::{
    authoring::{self, SHIPPED_CLAUSES, ShippedClauses},
    domain::{KINDS, Kind, KindRow, TreatyKind},
};

/// In place of a name: which there are.
const LIST: &str = "list";

#[derive(Debug, Args)]
pub struct Arguments {
    /// Kind of the event, e.g. withdrawal_notified.
    kind: Option<String>,
    /// With the kind treaty_registered: a registration whose final clauses are filled in, e.g. apmbc;
    /// vclt has those of the Vienna Convention for a treaty that says nothing itself. "list" tells them all.
    #[arg(long, value_name = "NAME")]
    clauses: Option<String>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    match (&arguments.kind, &arguments.clauses) {
        (_, Some(name)) if name == LIST => list_clauses(output),
        (Some(kind), Some(name)) => with_clauses(find_kind(kind)?, name, output),
        (None, Some(_)) => Err(Failure::usage("--clauses goes with the kind treaty_registered")),
        (Some(kind), None) => {
            let template = authoring::template(find_kind(kind)?.row());
            output.show(&template, || vec![Block::Text(format!("{template:#}"))])?;
            Ok(Exit::Done)
        }
        (None, None) => list(output),
    }
}

fn find_kind(name: &str) -> Result<Kind, Failure> {
    Kind::from_name(name).ok_or_else(|| {
        Failure::new(Exit::NoSuchThing, format!("no kind is named {name:?}; `merestone template` lists them"))
    })
}

/// The registration of that name, as its file has it.
fn with_clauses(kind: Kind, name: &str, output: &Output) -> Result<Exit, Failure> {
    if kind != Kind::Treaty(TreatyKind::TreatyRegistered) {
        return Err(Failure::usage(format!("{} has no clauses: --clauses goes with treaty_registered", kind.name())));
    }
    let shipped = ShippedClauses::find(name).ok_or_else(|| {
        let known: Vec<_> = SHIPPED_CLAUSES.iter().map(|shipped| shipped.name).collect();
        Failure::new(Exit::NoSuchThing, format!("no clauses are named {name:?}; there are {}", known.join(", ")))
    })?;
    output.show(&shipped.document(), || vec![Block::Text(shipped.text.trim_end().to_owned())])?;
    Ok(Exit::Done)
}

fn list_clauses(output: &Output) -> Result<Exit, Failure> {
    let row = |shipped: &ShippedClauses| json!({"clauses": shipped.name, "treaty": shipped.treaty(), "title": shipped.title()});
    let shipped: Vec<_> = SHIPPED_CLAUSES.iter().map(row).collect();
    output.show_list(&json!({"shipped": shipped}), "shipped", || {
        let rows = SHIPPED_CLAUSES.iter().map(|shipped| {
            let title = shipped.title().unwrap_or_else(|| "a treaty that says nothing itself".into());
            [shipped.name.to_owned(), shipped.treaty().unwrap_or_default(), title]
        });
        vec![table(["clauses", "treaty", "title"], rows)]
    })?;
    Ok(Exit::Done)
}

fn list(output: &Output) -> Result<Exit, Failure> {
    let kinds: Vec<_> = KINDS
        .iter()
        .map(|row| json!({"kind": row.name, "number": row.number, "subject": subjects(row), "says": row.says}))
        .collect();
    output.show_list(&json!({"kinds": kinds}), "kinds", || {
        let rows = KINDS.iter().map(|row| [row.name.to_owned(), subjects(row), row.says.to_owned()]);
        vec![table(["kind", "about", "says"], rows)]
    })?;
    Ok(Exit::Done)
}

/// The types of subject that a kind may be about.
fn subjects(row: &KindRow) -> String {
    row.subjects.iter().map(|subject| subject.name()).collect::<Vec<_>>().join(", ")
}
