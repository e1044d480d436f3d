//! `sign-off list|show|approve|decline|withdraw`: what waits for a signature, and
//! signing it.
//!
//! Promises: what is shown before signing is read from the bytes that are signed,
//! compared with the ledger's checkpoint, never from the service's summary; what is
//! signed was confirmed by somebody at a terminal, or with --yes.
//! Leaves to others: who may sign (the ledger decides, and says why not).

mod inbox;
mod offline;
mod say;
mod told;

use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::PathBuf,
};

use clap::{Args, Subcommand};

use super::{
    Exit, Failure, Global, ReadArguments,
    author::SignerArguments,
    block::Block,
    output::{Output, to_stderr},
    receipt::parse_entry,
};
use crate::{
    authoring::EnvelopeFile,
    client::{ReceiptFor, Unproved},
    domain::Capacity,
};
pub use told::{left_out_in_words, state_in_words, state_json};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What waits for a signature; with --key, what its post can sign.
    List(inbox::Arguments),
    /// One submission: what it states, from its own bytes, and what it waits for.
    Show(ShowArguments),
    /// Approve what is shown; an envelope file is signed offline.
    Approve(SayArguments),
    /// Say no, with a reason; what waits for this post's signature ends.
    Decline(SayArguments),
    /// Take back one's own approval, or, as its author, the submission, while it waits.
    Withdraw(SayArguments),
}

#[derive(Debug, Args)]
pub struct ShowArguments {
    /// Index of the entry, or SHA-256 of the submission in hexadecimal.
    #[arg(value_parser = parse_entry)]
    submission: ReceiptFor,
    #[command(flatten)]
    signer: SignerArguments,
    #[command(flatten)]
    read: ReadArguments,
}

/// What is said about a submission.
#[derive(Debug, Args)]
pub struct SayArguments {
    /// Index of the entry, SHA-256 of the submission in hexadecimal, or an envelope file.
    submission: String,
    /// Capacity; derived where only one fits.
    #[arg(long = "as", value_name = "CAPACITY", value_parser = parse_capacity)]
    capacity: Option<Capacity>,
    /// Why; required when declining.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    reason: String,
    /// Code of a finding that the signer saw and accepts; may be given several times.
    #[arg(long = "accept-finding", value_name = "CODE")]
    accept: Vec<String>,
    /// Sign without asking; needed where there is no terminal.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    signer: SignerArguments,
}

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Approve,
    Decline,
    Withdraw,
}

impl Word {
    fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Withdraw => "withdraw",
        }
    }
}

/// Where the submission is.
enum Place {
    Ledger(ReceiptFor),
    File(PathBuf),
}

pub async fn run(command: Command, global: &Global, output: &Output) -> Result<Exit, Failure> {
    match command {
        Command::List(arguments) => inbox::list(&arguments, global, output).await,
        Command::Show(arguments) => inbox::show(&arguments, global, output).await,
        Command::Approve(arguments) => say(Word::Approve, &arguments, global, output).await,
        Command::Decline(arguments) => say(Word::Decline, &arguments, global, output).await,
        Command::Withdraw(arguments) => say(Word::Withdraw, &arguments, global, output).await,
    }
}

async fn say(word: Word, arguments: &SayArguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    if word == Word::Decline && arguments.reason.trim().is_empty() {
        return Err(Failure::usage("say why with --reason: the author reads it, and so does everybody else"));
    }
    match place_of(&arguments.submission)? {
        Place::Ledger(of) => say::run(word, &of, arguments, global, output).await,
        Place::File(file) if word == Word::Approve => offline::approve(&file, arguments, global, output),
        Place::File(_) => {
            let sentence = format!(
                "an envelope file gathers approvals only: do not pass it on, and tell its author why; to {} what the \
                 ledger holds, give its index",
                word.name()
            );
            Err(Failure::usage(sentence))
        }
    }
}

fn place_of(text: &str) -> Result<Place, Failure> {
    if EnvelopeFile::is_name(text.as_ref()) {
        return Ok(Place::File(text.into()));
    }
    let found = parse_entry(text).map(Place::Ledger);
    found.map_err(|_| {
        let sentence = format!(
            "{text:?} is no index, no digest of 64 hexadecimal digits and no file that ends with .envelope.json"
        );
        Failure::usage(sentence)
    })
}

fn parse_capacity(text: &str) -> Result<Capacity, String> {
    Capacity::from_name(&text.replace('-', "_")).ok_or_else(|| {
        let known: Vec<_> = Capacity::ALL.iter().map(|capacity| capacity.name()).collect();
        format!("it must be one of: {}", known.join(", "))
    })
}

/// Shows what is about to be signed and asks. On stderr, so that the result on
/// stdout stays the result.
fn confirm(shown: &[Block], question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let text: Vec<String> = shown.iter().map(|block| block.text(told::WIDTH)).collect();
    to_stderr(&format!("{}\n", text.join("\n\n")));
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(format!("{question} There is no terminal to ask at: read it, then give --yes")));
    }
    write!(io::stderr(), "{question} [y/N] ").and_then(|()| io::stderr().flush()).map_err(Failure::failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(Failure::failed)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::failed("nothing was signed")),
    }
}

impl From<Unproved> for Failure {
    fn from(error: Unproved) -> Self {
        match error {
            Unproved::Client(error) => error.into(),
            Unproved::Malformed(..)
            | Unproved::NoSubmission(_)
            | Unproved::Receipt(..)
            | Unproved::Inclusion(..)
            | Unproved::OtherBytes(_) => Self::new(Exit::VerificationFailed, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capacity_is_read_in_either_spelling() {
        assert_eq!(parse_capacity("national-authority"), Ok(Capacity::NationalAuthority));
        assert_eq!(parse_capacity("national_authority"), Ok(Capacity::NationalAuthority));
        assert!(parse_capacity("boss").is_err_and(|told| told.contains("verifier")));
    }

    #[test]
    fn a_submission_is_named_by_index_digest_or_file() {
        assert!(matches!(place_of("17"), Ok(Place::Ledger(ReceiptFor::Index(17)))));
        assert!(matches!(place_of(&"ab".repeat(32)), Ok(Place::Ledger(ReceiptFor::Submission(_)))));
        assert!(matches!(place_of("a/b.envelope.json"), Ok(Place::File(_))));
        assert!(place_of("b.json").is_err());
    }
}
