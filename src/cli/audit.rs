//! `audit`: the whole check from outside, over the network or on a directory.

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::{
    Exit, Failure, Global,
    block::{Block, fields},
    exit::exit_of,
    output::Output,
    parse_ledger_id,
    seen::SeenFolder,
};
use crate::{
    admission::AdmissionError,
    audit::{AuditError, Difference, FilesAuditError, ReadModelsChecked, ReadModelsClaim, Report, audit_files},
    client::{Client, KnownCheckpoint, ServiceAuditError},
    domain::{LedgerId, Size, TreeHead},
    journal::JournalError,
    limits,
    projections::ReadModels,
    server::Directory,
    telemetry::chain,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Audit the files of a ledger, or of a copy, instead of a service.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The ledger id that you trust; the audit fails if it is another ledger.
    #[arg(long, value_name = "ID", value_parser = parse_ledger_id)]
    ledger_id: Option<LedgerId>,
    /// Folder with the newest verified checkpoint of each ledger, which the service must continue;
    /// otherwise the key's.
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    state: Option<PathBuf>,
}

pub async fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let report = match &arguments.dir {
        Some(dir) => of_directory(dir, arguments.ledger_id, output)?,
        None => {
            let seen = SeenFolder::new(arguments.state.as_deref(), global.key.as_deref());
            of_service(&global.connect().await?, arguments.ledger_id, &seen, output).await?
        }
    };
    show(&report, output)?;
    Ok(Exit::Done)
}

/// Audits the files of a directory: every byte of the journal, then every entry.
pub fn of_directory(dir: &Path, trusted: Option<LedgerId>, output: &Output) -> Result<Report, Failure> {
    let models = Directory::new(dir).read_models();
    let opened = models.is_dir().then(|| ReadModels::open(&models, limits::READ_MODEL_CACHE_BYTES));
    let opened = opened.transpose().map_err(|error| {
        let hint = "is the ledger being served? then audit it with --server, or audit a copy";
        Failure::failed(format!("{}: {hint}", chain(&error)))
    })?;
    let claim = opened.map(|(models, _)| ReadModelsClaim::Rows(models));
    let scratch = tempfile::tempdir().map_err(Failure::failed)?;
    let bar = output.progress(0);
    let report = audit_files(dir, trusted, claim, scratch.path(), &mut |checked, of| advance(&bar, checked, of));
    bar.finish_and_clear();
    report.map_err(|error| Failure::new(exit_of_files(&error), error))
}

/// Audits a service by replaying it from entry 0. It must continue the checkpoint
/// that is kept, and its newest one is kept then.
async fn of_service(
    client: &Client,
    trusted: Option<LedgerId>,
    seen: &SeenFolder,
    output: &Output,
) -> Result<Report, Failure> {
    let founded = client.founded().await?;
    let kept = seen.kept(&founded)?;
    // Entry 0 is read again with the others: all that is said is said of one ledger.
    let trusted = trusted.or_else(|| kept.is_some().then_some(founded.ledger));
    let report = replay(client, trusted, kept.map(|kept| kept.head), output).await;
    let report = report.map_err(|error| match &error {
        ServiceAuditError::Audit(AuditError::Different(
            Difference::Shortened { .. } | Difference::OtherHistory { .. },
        )) => seen.forked(founded.ledger, &error),
        _ => Failure::new(exit_of_service(&error), error),
    })?;
    if let (Some(head), Some(ledger)) = (report.head, report.ledger) {
        seen.keep(ledger, &KnownCheckpoint { head, note: report.checkpoint.clone() })?;
        say_kept(seen, ledger, head.size, output);
    }
    Ok(report)
}

fn say_kept(seen: &SeenFolder, ledger: LedgerId, size: Size, output: &Output) {
    match seen.file(ledger) {
        Some(file) => output.note(&format!("verified up to {size} entries, kept in {}", file.display())),
        None => output.note(
            "nothing was known of this ledger before, and nothing is kept: name a folder with --state, so that the \
             next audit notices an older or another history",
        ),
    }
}

async fn replay(
    client: &Client,
    trusted: Option<LedgerId>,
    known: Option<TreeHead>,
    output: &Output,
) -> Result<Report, ServiceAuditError> {
    let scratch = tempfile::tempdir().map_err(AdmissionError::Scratch).map_err(AuditError::from)?;
    let bar = output.progress(0);
    let report = client.audit_all(trusted, known, scratch.path(), &mut |checked, of| advance(&bar, checked, of)).await;
    bar.finish_and_clear();
    report
}

fn advance(bar: &ProgressBar, checked: Size, of: Size) {
    bar.set_length(of.0);
    bar.set_position(checked.0);
}

fn show(report: &Report, output: &Output) -> Result<(), Failure> {
    let rows = [
        ("ledger", report.ledger.map(|id| id.to_string()).unwrap_or_default()),
        ("origin", report.origin.as_deref().unwrap_or_default().to_owned()),
        ("size", report.head.map(|head| head.size.to_string()).unwrap_or_default()),
        ("root", report.head.map(|head| head.root.to_string()).unwrap_or_default()),
        ("checked in full", format!("{} entries with {} events", report.entries, report.events)),
        ("signatures", report.signatures.to_string()),
        ("checkpoints", report.checkpoints.to_string()),
        ("decisions", format!("{} made again, {} findings", report.entries, report.findings)),
        ("read models", read_models(report.read_models)),
        ("content not held", format!("{} committed parts", report.content_not_held)),
    ];
    output.show(&as_json(report), || vec![Block::Text("No difference was found.".into()), fields(rows)])
}

fn read_models(checked: ReadModelsChecked) -> String {
    match checked {
        ReadModelsChecked::FoldedOnly => "folded again; the ledger showed none to compare".into(),
        ReadModelsChecked::RowByRow { size } => format!("folded again, equal row by row at {size} entries"),
        ReadModelsChecked::ByDigest { size } => format!("folded again, equal digest at {size} entries"),
    }
}

fn as_json(report: &Report) -> serde_json::Value {
    json!({
        "ledger": report.ledger.map(|id| id.to_string()),
        "origin": report.origin.as_deref(),
        "size": report.head.map(|head| head.size.0),
        "root": report.head.map(|head| head.root.to_string()),
        "entries": report.entries,
        "events": report.events,
        "signatures": report.signatures,
        "checkpoints": report.checkpoints,
        "findings": report.findings,
        "content_not_held": report.content_not_held,
        "read_models": read_models(report.read_models),
    })
}

fn exit_of_audit(error: &AuditError) -> Exit {
    match error {
        AuditError::Different(_) => Exit::VerificationFailed,
        AuditError::Admission(_) | AuditError::ReadModels(_) | AuditError::Tree(_) => Exit::Failed,
    }
}

fn exit_of_files(error: &FilesAuditError) -> Exit {
    match error {
        FilesAuditError::Unfinished { .. }
        | FilesAuditError::OtherLedger { .. }
        | FilesAuditError::Journal(JournalError::Damaged { .. }) => Exit::VerificationFailed,
        FilesAuditError::Journal(
            JournalError::Io { .. } | JournalError::Foreign { .. } | JournalError::Locked { .. },
        ) => Exit::Failed,
        FilesAuditError::Audit(error) => exit_of_audit(error),
    }
}

fn exit_of_service(error: &ServiceAuditError) -> Exit {
    match error {
        ServiceAuditError::Client(error) => exit_of(error),
        ServiceAuditError::NoCheckpoint(_) | ServiceAuditError::NoTime(_) => Exit::VerificationFailed,
        ServiceAuditError::Audit(error) => exit_of_audit(error),
    }
}
