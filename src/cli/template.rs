//! `template [KIND]`: an event file to fill in, or the list of kinds.

use clap::Args;
use serde_json::json;

use super::{
    Exit, Failure,
    block::{Block, table},
    output::Output,
};
use crate::{
    authoring,
    domain::{KINDS, Kind, KindRow},
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Kind of the event, e.g. withdrawal_notified.
    kind: Option<String>,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let Some(name) = &arguments.kind else { return list(output) };
    let kind = Kind::from_name(name).ok_or_else(|| {
        Failure::new(Exit::NoSuchThing, format!("no kind is named {name:?}; `merestone template` lists them"))
    })?;
    let template = authoring::template(kind.row());
    output.show(&template, || vec![Block::Text(format!("{template:#}"))])?;
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
