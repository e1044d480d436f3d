//! `audit`: the whole check from outside, over the network or on a directory.
//!
//! Promises: what the ledger signed before, as it is kept or as others hold it, must be a
//! prefix of what is audited, and still be there; only then is the newest checkpoint kept.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::{
    Exit, Failure, Global,
    block::{Block, fields},
    exit::exit_of,
    output::Output,
    parse_ledger_id,
    seen::{Kept, SeenFolder},
};
use crate::{
    admission::AdmissionError,
    audit::{AuditError, Difference, FilesAuditError, ReadModelsChecked, ReadModelsClaim, Report, audit_files},
    client::{Client, Founded, KnownCheckpoint, ServiceAuditError, Untrusted, parse_receipt},
    domain::{Index, LedgerId, Size, TreeHead},
    journal::{Journal, JournalError, ReadLimit, Record, SegmentJournal},
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
    /// Folder with the newest verified checkpoint of each ledger, or the file of one: what is audited
    /// must continue it, and the newest is kept there. What is not there is begun, as a file if its
    /// name ends in .checkpoint, otherwise as a folder. Without it: the key's folder for a service, none for a directory.
    #[arg(long, value_name = "PATH")]
    state: Option<PathBuf>,
    /// Receipt or checkpoint that anybody got from the ledger, which must be continued, too; give it
    /// again for each.
    #[arg(long, value_name = "FILE")]
    known: Vec<PathBuf>,
}

pub async fn run(arguments: &Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let (report, keeping) = match &arguments.dir {
        Some(dir) => of_files(dir, arguments, output)?,
        None => of_service(&global.connect().await?, arguments, global, output).await?,
    };
    show(&report, keeping.as_ref(), output)?;
    Ok(Exit::Done)
}

/// What an audit that found no difference leaves behind.
struct Keeping {
    /// `None`: no place was named.
    file: Option<String>,
    kept: Kept,
    /// An earlier run had kept one there.
    before: bool,
}

/// Audits a directory against what was known before, and keeps its newest checkpoint.
fn of_files(dir: &Path, arguments: &Arguments, output: &Output) -> Result<(Report, Option<Keeping>), Failure> {
    let Arguments { dir: _, ledger_id, state, known } = arguments;
    if state.is_none() && known.is_empty() {
        return Ok((of_directory(dir, *ledger_id, Vec::new(), output)?, None));
    }
    let seen = SeenFolder::new(state.as_deref(), None);
    let founded = founded_in(dir)?;
    let before = known_before(&seen, known, &founded)?;
    let report = of_directory(dir, *ledger_id, before.known, output)?;
    let keeping = keep(&report, &seen, before.kept, output)?;
    Ok((report, keeping))
}

/// Whom the files are of, as their founding says; the audit checks it with everything else.
fn founded_in(dir: &Path) -> Result<Founded, Failure> {
    let of_journal = |error: JournalError| Failure::new(exit_of_journal(&error), error);
    let journal = SegmentJournal::open_read_only(dir).map_err(of_journal)?;
    let first = journal.read(Index(0), ReadLimit::ONE).map_err(of_journal)?.into_iter().next();
    let Record { recorded_at: _, envelope, events } = first.ok_or(Untrusted::NoFounding)?.record;
    Ok(Founded::by(envelope, events)?)
}

/// The heads that the ledger signed before: the one that is kept, and those of files.
struct Before {
    known: Vec<TreeHead>,
    /// One of them was kept by an earlier run.
    kept: bool,
}

fn known_before(seen: &SeenFolder, files: &[PathBuf], founded: &Founded) -> Result<Before, Failure> {
    let kept = seen.kept(founded)?.map(|kept| kept.head);
    let of_files = files.iter().map(|file| known_in(file, founded));
    let known = kept.into_iter().map(Ok).chain(of_files).collect::<Result<_, _>>()?;
    Ok(Before { known, kept: kept.is_some() })
}

/// The head that a receipt or a checkpoint proves.
fn known_in(file: &Path, founded: &Founded) -> Result<TreeHead, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file).map_err(|error| Failure::usage(format!("cannot read {shown}: {error}")))?;
    let head = match parse_receipt(&text) {
        Ok(receipt) => receipt.verify(&founded.verifier).map_err(|error| chain(&error)),
        Err(_) => founded.verifier.verify(&text).map_err(|error| chain(&error)),
    };
    let unproved = |why| format!("{shown} is neither a receipt nor a checkpoint that this ledger signed: {why}");
    head.map_err(|why| Failure::new(Exit::VerificationFailed, unproved(why)))
}

/// Keeps the newest checkpoint, and says where, and what it was compared with.
fn keep(report: &Report, seen: &SeenFolder, before: bool, output: &Output) -> Result<Option<Keeping>, Failure> {
    let (Some(head), Some(ledger)) = (report.head, report.ledger) else { return Ok(None) };
    let kept = seen.keep(ledger, &KnownCheckpoint { head, note: report.checkpoint.clone() })?;
    let file = seen.file(ledger).map(|file| file.display().to_string());
    let keeping = Keeping { file, kept, before };
    output.note(&keeping.in_words(head.size, report.continued));
    Ok(Some(keeping))
}

impl Keeping {
    /// `continued` checkpoints were known before.
    fn in_words(&self, size: Size, continued: u64) -> String {
        const NAME_ONE: &str =
            "nothing is kept: name a folder with --state, so that the next audit notices an older or another history";
        let newest = format!("the one of {size} entries is kept from now on in");
        match (&self.file, self.kept) {
            (None, _) if continued == 0 => format!("nothing was known of this ledger before, and {NAME_ONE}"),
            (None, _) => NAME_ONE.to_owned(),
            (Some(file), Kept::Larger(larger)) => {
                format!("verified up to {size} entries; {file} stays at {larger}, which another run verified meanwhile")
            }
            (Some(file), Kept::Newest) if self.before => format!("verified up to {size} entries, kept in {file}"),
            (Some(file), Kept::Newest) if continued == 0 => format!("no checkpoint was known before; {newest} {file}"),
            (Some(file), Kept::Newest) => format!("no checkpoint was kept before; {newest} {file}"),
        }
    }

    /// How many entries the checkpoint covers that lies in the file now.
    fn size(&self, report: &Report) -> Option<u64> {
        let own = report.head.map(|head| head.size);
        let size = if let Kept::Larger(larger) = self.kept { Some(larger) } else { own };
        size.filter(|_| self.file.is_some()).map(|size| size.0)
    }
}

/// Audits the files of a directory: every byte of the journal, then every entry.
pub fn of_directory(
    dir: &Path,
    trusted: Option<LedgerId>,
    known: Vec<TreeHead>,
    output: &Output,
) -> Result<Report, Failure> {
    let models = Directory::new(dir).read_models();
    let opened = models.is_dir().then(|| ReadModels::open(&models, limits::READ_MODEL_CACHE_BYTES));
    let opened = opened.transpose().map_err(|error| {
        let hint = "is the ledger being served? then audit it with --server, or audit a copy";
        Failure::failed(format!("{}: {hint}", chain(&error)))
    })?;
    let claim = opened.map(|(models, _)| ReadModelsClaim::Rows(models));
    let scratch = tempfile::tempdir().map_err(Failure::failed)?;
    let bar = output.progress(0);
    let report = audit_files(dir, trusted, known, claim, scratch.path(), &mut |checked, of| advance(&bar, checked, of));
    bar.finish_and_clear();
    report.map_err(|error| match &error {
        FilesAuditError::Audit(AuditError::Different(
            Difference::Shortened { .. } | Difference::OtherHistory { .. },
        )) => {
            let advice = "These files are an older copy, or of another history than the one that the ledger signed. Keep \
                          what was known: the ledger's own signature in it is the proof.";
            Failure::new(Exit::VerificationFailed, format!("{}\n{advice}", chain(&error)))
        }
        FilesAuditError::Audit(AuditError::Different(Difference::CheckpointGone { .. })) => {
            let advice = format!("{KEEP_KNOWN} Copy these files before anybody changes them, and tell the operator.");
            Failure::new(Exit::VerificationFailed, format!("{}\n{advice}", chain(&error)))
        }
        _ => Failure::new(exit_of_files(&error), error),
    })
}

/// What to do where the ledger's signature between entries was taken out.
const KEEP_KNOWN: &str = "Keep the file with the checkpoint that was known: the ledger's own signature in it is the proof that \
                          a batch ended there.";

/// Audits a service by replaying it from entry 0. It must continue the checkpoint
/// that is kept, and its newest one is kept then.
async fn of_service(
    client: &Client,
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<(Report, Option<Keeping>), Failure> {
    let seen = SeenFolder::new(arguments.state.as_deref(), global.key.as_deref());
    let founded = client.founded().await?;
    let Before { known, kept } = known_before(&seen, &arguments.known, &founded)?;
    // Entry 0 is read again with the others: all that is said is said of one ledger.
    let trusted = arguments.ledger_id.or_else(|| (!known.is_empty()).then_some(founded.ledger));
    let report = replay(client, trusted, known, output).await;
    let report = report.map_err(|error| match &error {
        ServiceAuditError::Audit(AuditError::Different(
            Difference::Shortened { .. } | Difference::OtherHistory { .. },
        )) => seen.forked(founded.ledger, &error),
        ServiceAuditError::Audit(AuditError::Different(Difference::CheckpointGone { .. })) => {
            let advice = format!(
                "{KEEP_KNOWN} Keep what the service replays, too (`merestone replay --output ndjson`), and tell the \
                 operator and the other partners."
            );
            Failure::new(Exit::VerificationFailed, format!("{}\n{advice}", chain(&error)))
        }
        _ => Failure::new(exit_of_service(&error), error),
    })?;
    let keeping = keep(&report, &seen, kept, output)?;
    Ok((report, keeping))
}

async fn replay(
    client: &Client,
    trusted: Option<LedgerId>,
    known: Vec<TreeHead>,
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

fn show(report: &Report, keeping: Option<&Keeping>, output: &Output) -> Result<(), Failure> {
    let rows = [
        ("ledger", report.ledger.map(|id| id.to_string()).unwrap_or_default()),
        ("origin", report.origin.as_deref().unwrap_or_default().to_owned()),
        ("size", report.head.map(|head| head.size.to_string()).unwrap_or_default()),
        ("root", report.head.map(|head| head.root.to_string()).unwrap_or_default()),
        ("checked in full", format!("{} entries with {} events", report.entries, report.events)),
        ("signatures", report.signatures.to_string()),
        ("checkpoints", report.checkpoints.to_string()),
        ("known before", known_in_words(report.continued)),
        ("decisions", format!("{} made again, {} findings", report.entries, report.findings)),
        ("read models", read_models(report.read_models)),
        ("content not held", format!("{} committed parts", report.content_not_held)),
    ];
    output.show(&as_json(report, keeping), || vec![Block::Text("No difference was found.".into()), fields(rows)])
}

fn known_in_words(continued: u64) -> String {
    match continued {
        0 => "no checkpoint to continue".into(),
        1 => "1 checkpoint, continued".into(),
        _ => format!("{continued} checkpoints, continued"),
    }
}

fn read_models(checked: ReadModelsChecked) -> String {
    match checked {
        ReadModelsChecked::FoldedOnly => "folded again; the ledger showed none to compare".into(),
        ReadModelsChecked::RowByRow { size } => format!("folded again, equal row by row at {size} entries"),
        ReadModelsChecked::ByDigest { size } => format!("folded again, equal digest at {size} entries"),
    }
}

fn as_json(report: &Report, keeping: Option<&Keeping>) -> serde_json::Value {
    json!({
        "ledger": report.ledger.map(|id| id.to_string()),
        "origin": report.origin.as_deref(),
        "size": report.head.map(|head| head.size.0),
        "root": report.head.map(|head| head.root.to_string()),
        "entries": report.entries,
        "events": report.events,
        "signatures": report.signatures,
        "checkpoints": report.checkpoints,
        "continued": report.continued,
        "kept_in": keeping.and_then(|keeping| keeping.file.as_deref()),
        "kept_size": keeping.and_then(|keeping| keeping.size(report)),
        "kept_before": keeping.is_some_and(|keeping| keeping.before),
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
        FilesAuditError::Unfinished { .. } | FilesAuditError::OtherLedger { .. } => Exit::VerificationFailed,
        FilesAuditError::Journal(error) => exit_of_journal(error),
        FilesAuditError::Audit(error) => exit_of_audit(error),
    }
}

fn exit_of_journal(error: &JournalError) -> Exit {
    match error {
        JournalError::Damaged { .. } => Exit::VerificationFailed,
        JournalError::Io { .. } | JournalError::Foreign { .. } | JournalError::Locked { .. } => Exit::Failed,
    }
}

fn exit_of_service(error: &ServiceAuditError) -> Exit {
    match error {
        ServiceAuditError::Client(error) => exit_of(error),
        ServiceAuditError::NoCheckpoint(_) | ServiceAuditError::NoTime(_) => Exit::VerificationFailed,
        ServiceAuditError::Audit(error) => exit_of_audit(error),
    }
}
