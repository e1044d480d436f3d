//! Approving an envelope file that goes from laptop to laptop: nothing is asked of
//! a ledger and nothing is sent.

use std::path::Path;

use serde_json::json;

use super::{SayArguments, confirm, told::content_blocks};
use crate::{
    authoring::{EnvelopeFile, Post, SignOffDraft, Signable, SignedSubmission, with_sign_off},
    cli::{
        Exit, Failure, Global,
        block::{Block, fields},
        now,
        output::Output,
    },
    domain::{Capacity, LedgerId, Verdict},
    wire,
};

pub fn approve(file: &Path, arguments: &SayArguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let (ledger, post) = arguments.signer.offline(global)?;
    let capacity = capacity_of(arguments)?;
    let read = EnvelopeFile::read(file).map_err(|error| Failure::new(Exit::Usage, error))?;
    let signables = read.submissions.iter().map(|signed| signable(file, signed, ledger, &post));
    let signables: Vec<Signable> = signables.collect::<Result<_, _>>()?;
    let shown: Vec<Block> =
        signables.iter().zip(&read.submissions).flat_map(|(signable, signed)| blocks(signable, signed)).collect();
    let Post { organisation, member, key: _ } = &post;
    let question = format!("Approve as {capacity}, for {organisation}/{member}, in the ledger {ledger}?");
    confirm(&shown, &question, arguments.yes)?;
    let now = now()?;
    let signed = read.submissions.iter().zip(&signables).map(|(signed, signable)| {
        let draft = SignOffDraft {
            ledger,
            submission: signable.content.digest,
            capacity,
            verdict: Verdict::Approve { remark: arguments.reason.as_str().into() },
            accepted_findings: arguments.accept.iter().map(|code| code.as_str().into()).collect(),
        };
        with_sign_off(signed, &draft, &post, now).map_err(|error| Failure::new(Exit::Usage, error))
    });
    let gathered = EnvelopeFile { authored: read.authored, submissions: signed.collect::<Result<_, _>>()? };
    gathered.write(file).map_err(|error| Failure::new(Exit::Failed, error))?;
    report(file, &signables, output)
}

/// Offline nobody can tell which capacity fits.
fn capacity_of(arguments: &SayArguments) -> Result<Capacity, Failure> {
    match arguments.capacity {
        Some(Capacity::Author) => {
            Err(Failure::usage("an author withdraws what the ledger holds, and signs nothing off"))
        }
        Some(capacity) => Ok(capacity),
        None => Err(Failure::usage("say with --as in which capacity: offline nobody can be asked which one fits")),
    }
}

fn signable(file: &Path, signed: &SignedSubmission, ledger: LedgerId, post: &Post) -> Result<Signable, Failure> {
    let told = |error| Failure::usage(format!("{}: {}", file.display(), crate::telemetry::chain(&error)));
    let signable = Signable::read(signed).map_err(told)?;
    signable.admits(ledger, post).map_err(told)?;
    Ok(signable)
}

fn blocks(signable: &Signable, signed: &SignedSubmission) -> Vec<Block> {
    let submitted = wire::parse_submitted(signed.envelope.clone(), signed.events.clone());
    let readable = submitted.expect("it was parsed before").readable();
    content_blocks(&signable.content, &readable)
}

fn report(file: &Path, signables: &[Signable], output: &Output) -> Result<Exit, Failure> {
    let (path, submissions) = (file.display().to_string(), signables.len());
    let digests: Vec<String> = signables.iter().map(|signable| signable.content.digest.to_string()).collect();
    let json = json!({"file": path, "submissions": submissions, "approved": digests});
    output.show(&json, || {
        let next = format!("pass it on, or: merestone submit {path}");
        vec![fields([("written", path.clone()), ("approved", digests.join("\n")), ("next", next)])]
    })?;
    Ok(Exit::Done)
}
