//! `audit`: the whole check from outside, over the network or on a directory.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{
    Exit, Failure, Global,
    output::{Format, Output},
};
use crate::{
    audit::{AuditError, Auditor, ReadModelsChecked, ReadModelsClaim, Report},
    client::{Client, ClientError, reply::Entry, reply::ReplayRequest, stored_record},
    domain::{Index, LedgerId, Size, TreeHash, TreeHead},
    journal::{Journal, JournalError, ReadLimit, SegmentJournal},
    limits,
    projections::{ReadModels, RowsDigest},
    server::Directory,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Audit the files of a ledger, or of a copy, instead of a service.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The ledger id that you trust; the audit fails if it is another ledger.
    #[arg(long, value_name = "HEX")]
    ledger_id: Option<LedgerId>,
}

pub async fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let report = match &arguments.dir {
        Some(dir) => of_directory(dir, arguments.ledger_id, output)?,
        None => of_service(&global.connect().await?, arguments.ledger_id, output).await?,
    };
    show(&report, output)?;
    Ok(Exit::Done)
}

/// Audits the files of a directory: every byte of the journal, then every entry.
pub fn of_directory(dir: &Path, trusted: Option<LedgerId>, output: &Output) -> Result<Report, Failure> {
    let journal = SegmentJournal::open_read_only(dir).map_err(damaged)?;
    let walked = journal.verify_all().map_err(damaged)?;
    if let Some(unfinished) = walked.unfinished {
        let place = format!("{} at byte {}", unfinished.segment.display(), unfinished.offset);
        let message = format!(
            "bytes behind the last acknowledged batch: {} in {place}; after a crash the next `serve` sets them aside, in a copy of a stopped ledger they do not belong",
            unfinished.detail
        );
        return Err(Failure::new(Exit::VerificationFailed, message));
    }
    let directory = Directory::new(dir);
    let claim = directory.read_models().is_dir().then(|| {
        let opened = ReadModels::open(&directory.read_models(), limits::READ_MODEL_CACHE_BYTES);
        opened.map(|(models, _)| ReadModelsClaim::Rows(models))
    });
    let claim = claim.transpose().map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("{error}: is the ledger being served? then audit it with --server, or audit a copy"),
        )
    })?;
    let scratch = tempfile::tempdir().map_err(Failure::failed)?;
    let mut auditor = Auditor::begin(scratch.path(), trusted, claim).map_err(different)?;
    let head = journal.head().tree;
    let bar = output.progress(head.size.0);
    let limit = ReadLimit { entries: limits::BATCH_ENTRIES, bytes: limits::BATCH_BYTES };
    while auditor.size() < head.size {
        let chunk = journal.read(Index(auditor.size().0), limit).map_err(damaged)?;
        auditor.take(chunk).map_err(different)?;
        bar.set_position(auditor.size().0);
    }
    bar.finish_and_clear();
    auditor.finish(Some(head)).map_err(different)
}

/// Audits a service by replaying it from entry 0.
pub async fn of_service(client: &Client, trusted: Option<LedgerId>, output: &Output) -> Result<Report, Failure> {
    let status = client.status().await?;
    let root = TreeHash::from_slice(&status.root).ok_or_else(|| Failure::failed("the service shows no root"))?;
    let head = TreeHead { size: Size(status.size), root };
    let claim = RowsDigest::from_slice(&status.read_models_digest)
        .map(|digest| ReadModelsClaim::Digest { size: Size(status.read_models_size), digest });
    let scratch = tempfile::tempdir().map_err(Failure::failed)?;
    let mut auditor = Auditor::begin(scratch.path(), trusted, claim).map_err(different)?;
    let bar = output.progress(head.size.0);
    let request = ReplayRequest { to: head.size.0, ..ReplayRequest::default() };
    let mut entries = client.replay(request).await?;
    while let Some(response) = entries.message().await.map_err(ClientError::from)? {
        let records = response.entries.into_iter().map(record).collect::<Result<_, _>>()?;
        auditor.take(records).map_err(different)?;
        bar.set_position(auditor.size().0);
    }
    bar.finish_and_clear();
    auditor.finish(Some(head)).map_err(different)
}

fn record(entry: Entry) -> Result<crate::journal::StoredRecord, Failure> {
    stored_record(entry).ok_or_else(|| Failure::new(Exit::VerificationFailed, "an entry has no valid recording time"))
}

fn show(report: &Report, output: &Output) -> Result<(), Failure> {
    if output.format != Format::Table {
        return output.line(&as_json(report).to_string());
    }
    let head = report.head.map(|head| format!("{} entries, root {}", head.size, head.root)).unwrap_or_default();
    output.line("No difference was found.")?;
    let rows = [
        ("ledger", report.ledger.map(|id| id.to_string()).unwrap_or_default()),
        ("origin", report.origin.as_deref().unwrap_or_default().to_owned()),
        ("head", head),
        ("checked in full", format!("{} entries with {} events", report.entries, report.events)),
        ("signatures", report.signatures.to_string()),
        ("checkpoints", report.checkpoints.to_string()),
        ("decisions", format!("{} made again, {} findings", report.entries, report.findings)),
        ("read models", read_models(report.read_models)),
        ("content not held", format!("{} committed parts", report.content_not_held)),
    ];
    rows.iter().try_for_each(|(name, value)| output.line(&format!("  {name:<17} {value}")))
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
        "contentNotHeld": report.content_not_held,
        "readModels": read_models(report.read_models),
    })
}

fn different(error: AuditError) -> Failure {
    let exit = match error {
        AuditError::Different(_) => Exit::VerificationFailed,
        AuditError::Admission(_) | AuditError::ReadModels(_) => Exit::Failed,
    };
    Failure::new(exit, error)
}

fn damaged(error: JournalError) -> Failure {
    let exit = match error {
        JournalError::Damaged { .. } => Exit::VerificationFailed,
        JournalError::Io { .. } | JournalError::Foreign { .. } | JournalError::Locked { .. } => Exit::Failed,
    };
    Failure::new(exit, error)
}
