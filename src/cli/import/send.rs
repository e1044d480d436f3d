//! Signing and sending what a plan records: rows whole, a bounded number of events at a
//! time, the statement of the whole table last.
//!
//! Promises: a receipt is verified before a row counts as recorded, and what was recorded
//! is told whatever fails afterwards. Leaves to others: the events and their ids (`stating`).

use std::{collections::BTreeMap, path::PathBuf};

use super::{Arguments, stating::Stating};
use crate::{
    authoring::{self, Drafted, EnvelopeFile, Header, Post, SignedSubmission, check_form, sign},
    cli::{
        Failure, Global, fresh_randomness, now,
        output::Output,
        seen::SeenFolder,
        submit::receipts::{keep_receipt, receipt_file, verify_receipt},
    },
    client::{Client, Founded, Patience, Untrusted},
    crypto::SigningKey,
    domain::{Event, OrganisationId, TreeHead},
    limits::IMPORTED_EVENTS_AT_ONCE,
    tables::{Fate, Plan, TablePlan},
    telemetry::chain,
    wire,
};

/// Ready to sign and send.
pub struct Sending {
    pub(super) client: Client,
    founded: Founded,
    pub(super) patience: Patience,
    header: Header,
    key: SigningKey,
    seen: SeenFolder,
    receipts: Option<PathBuf>,
    /// Names the table in errors and receipts.
    file: PathBuf,
}

/// What was sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// Entry of each row that was recorded, by its line.
    pub rows: BTreeMap<u64, u64>,
    /// Entry of the statement of the whole table.
    pub table: Option<u64>,
    /// Why the rest was not sent, or what is to be looked at although all of it was.
    pub stopped: Option<Failure>,
}

/// A batch that the ledger accepted, its receipt verified.
struct Accepted {
    index: u64,
    head: TreeHead,
    /// Why what was sent and its receipt could not be kept.
    unkept: Option<Failure>,
}

/// Events of one submission, with the lines of their rows; none for the table itself.
pub struct Batch {
    pub lines: Vec<u64>,
    /// An item is the line of its row.
    pub events: Vec<Drafted>,
}

impl Sent {
    fn note(&mut self, batch: &Batch, index: u64) {
        self.rows.extend(batch.lines.iter().map(|line| (*line, index)));
        if batch.lines.is_empty() {
            self.table = Some(index);
        }
    }
}

impl Sending {
    /// Who signs, and for which ledger; stops where its history is not the one seen before.
    pub async fn prepare(
        arguments: &Arguments,
        global: &Global,
        client: Client,
        patience: Patience,
    ) -> Result<Self, Failure> {
        let founded = arguments.signer.founded(&client).await?;
        let Post { organisation, member, key } = arguments.signer.post(global, &client).await?;
        let seen = arguments.signer.seen_folder(global);
        seen.renew(&client, &founded).await?;
        let (ledger, last_seen) = (Some(founded.ledger), seen.seen(founded.ledger)?);
        let header = Header { ledger, organisation, member, seen: last_seen, require_unmoved: false };
        let (receipts, file) = (arguments.receipts.clone(), arguments.file.clone());
        if let Some(folder) = &receipts {
            let made = std::fs::create_dir_all(folder);
            made.map_err(|error| Failure::usage(format!("cannot create {}: {error}", folder.display())))?;
        }
        Ok(Self { client, founded, patience, header, key, seen, receipts, file })
    }

    /// For whom is signed.
    pub fn organisation(&self) -> &OrganisationId {
        &self.header.organisation
    }

    /// Sends a plan in the order of its rows, until something stops it.
    pub async fn send(&self, stating: &Stating<'_>, plan: &Plan, output: &Output) -> Result<Sent, Failure> {
        let batches = batches(stating, plan);
        let bar = output.progress(batches.iter().map(|batch| batch.events.len() as u64).sum());
        let (mut sent, mut head) = (Sent::default(), None);
        for batch in &batches {
            match self.send_one(batch, &bar).await {
                Ok(Accepted { index, head: newest, unkept }) => {
                    bar.inc(batch.events.len() as u64);
                    head = Some(newest);
                    sent.note(batch, index);
                    sent.stopped = unkept;
                }
                Err(failure) => sent.stopped = Some(failure),
            }
            if sent.stopped.is_some() {
                break;
            }
        }
        bar.finish_and_clear();
        if let Some(head) = head.filter(|_| sent.stopped.is_none()) {
            sent.stopped = self.continues(head).await.err();
        }
        Ok(sent)
    }

    /// Whether the ledger continues the history of a receipt; then its newest checkpoint is kept.
    async fn continues(&self, head: TreeHead) -> Result<(), Failure> {
        let newest = self.seen.renew(&self.client, &self.founded).await?;
        match self.client.one_history(head, newest.head).await {
            Ok(()) => Ok(()),
            Err(error @ Untrusted::Forked { .. }) => Err(self.seen.forked(self.founded.ledger, &error)),
            Err(error) => Err(error.into()),
        }
    }

    /// A batch as it is sent.
    pub(super) fn signed(&self, batch: &Batch) -> Result<SignedSubmission, Failure> {
        let signed = sign(&self.header, &batch.events, &self.key, now()?, &mut fresh_randomness);
        let shown = self.file.display().to_string();
        check_form(&shown, &signed, &batch.events).map_err(|error| Failure::usage(chain(&error)))?;
        Ok(signed)
    }

    async fn send_one(&self, batch: &Batch, bar: &indicatif::ProgressBar) -> Result<Accepted, Failure> {
        let signed = self.signed(batch)?;
        let waiting = |error: &crate::client::ClientError, _| bar.set_message(format!("waiting: {error}"));
        let response = self.patience.ask(|| self.client.submit(&signed), waiting).await?;
        bar.set_message("");
        let (receipt, head) = verify_receipt(&self.client, &self.founded, &signed, &response).await?;
        let index = receipt.index.0;
        let unkept = self.keep(signed, &receipt, index).err().map(|Failure { exit, cause }| {
            let fetch = format!("`merestone receipt get {index}` fetches the receipt again");
            Failure::new(
                exit,
                format!(
                    "recorded in entry {index}, but its receipt could not be kept: {}; {fetch}",
                    chain(cause.as_ref())
                ),
            )
        });
        Ok(Accepted { index, head, unkept })
    }

    /// Keeps what was sent and its receipt, where a folder is named.
    fn keep(&self, signed: SignedSubmission, receipt: &crate::checkpoint::Receipt, index: u64) -> Result<(), Failure> {
        let Some(folder) = &self.receipts else { return Ok(()) };
        let stem = self.file.file_stem().unwrap_or_default().to_string_lossy();
        let envelope = folder.join(format!("{stem}.entry-{index}{}", authoring::ENVELOPE_SUFFIX));
        let file = EnvelopeFile { authored: None, submissions: vec![signed] };
        file.write(&envelope).map_err(|error| Failure::failed(chain(&error)))?;
        keep_receipt(&receipt_file(&envelope, None, 0, 1), receipt, &self.founded.verifier)
    }
}

/// Rows whole, as many as one submission takes; then the table itself.
pub fn batches(stating: &Stating<'_>, plan: &Plan) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for row in &plan.rows {
        let line = usize::try_from(row.line).unwrap_or(usize::MAX);
        let acts = row.acts.iter().filter(|act| act.fate == Fate::Record);
        let events: Vec<Drafted> =
            acts.map(|act| drafted(line, stating.event(Some(&act.participant), &act.body))).collect();
        if events.is_empty() {
            continue;
        }
        let fits = |batch: &&mut Batch| batch.events.len() + events.len() <= IMPORTED_EVENTS_AT_ONCE;
        match batches.last_mut().filter(fits) {
            Some(batch) => {
                batch.lines.push(row.line);
                batch.events.extend(events);
            }
            None => batches.push(Batch { lines: vec![row.line], events }),
        }
    }
    if let TablePlan::Record(body) = &plan.table {
        batches.push(Batch { lines: Vec::new(), events: vec![drafted(1, stating.event(None, body))] });
    }
    batches
}

fn drafted(item: usize, mut event: Event) -> Drafted {
    fresh_randomness(&mut event.nonce);
    let (id, kind, subject) = (event.id, event.kind(), event.subject.clone());
    Drafted { item, id, kind, subject, bytes: wire::encode_event(&event), withheld: Vec::new() }
}
