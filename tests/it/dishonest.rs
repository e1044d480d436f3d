//! A ledger that lies, before an auditor who believes nothing.

use std::{fs, path::Path, pin::Pin};

use merestone::{
    audit::{AuditError, Auditor, Difference},
    checkpoint::CheckpointSigner,
    client::{Client, ServiceAuditError},
    crypto::SigningKey,
    domain::*,
    journal::{Appended, Batch, Journal, Options, ReadLimit, SegmentJournal, StoredRecord},
    wire::{self, proto},
};
use tempfile::TempDir;
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use crate::{
    faults::signer,
    process::{merestone, said},
    support::*,
};

/// A service that shows whatever it likes.
#[derive(Clone, Default)]
struct Liar {
    status: proto::StatusResponse,
    checkpoint: String,
    entries: Vec<proto::Entry>,
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

fn silent<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("an auditor does not ask"))
}

#[tonic::async_trait]
impl proto::ledger_server::Ledger for Liar {
    type SubmitStreamStream = Answers<proto::SubmitStreamResponse>;

    async fn submit(&self, _: Request<proto::SubmitRequest>) -> Result<Response<proto::SubmitResponse>, Status> {
        silent()
    }

    async fn submit_stream(
        &self,
        _: Request<Streaming<proto::SubmitStreamRequest>>,
    ) -> Result<Response<Self::SubmitStreamStream>, Status> {
        silent()
    }

    async fn check(&self, _: Request<proto::CheckRequest>) -> Result<Response<proto::CheckResponse>, Status> {
        silent()
    }

    async fn get_receipt(
        &self,
        _: Request<proto::GetReceiptRequest>,
    ) -> Result<Response<proto::GetReceiptResponse>, Status> {
        silent()
    }

    async fn get_checkpoint(
        &self,
        _: Request<proto::GetCheckpointRequest>,
    ) -> Result<Response<proto::GetCheckpointResponse>, Status> {
        let (checkpoint, consistency_proof) = (self.checkpoint.clone(), Vec::new());
        Ok(Response::new(proto::GetCheckpointResponse { checkpoint, consistency_proof }))
    }

    async fn prove_consistency(
        &self,
        _: Request<proto::ProveConsistencyRequest>,
    ) -> Result<Response<proto::ProveConsistencyResponse>, Status> {
        silent()
    }

    async fn get_server_time(
        &self,
        _: Request<proto::GetServerTimeRequest>,
    ) -> Result<Response<proto::GetServerTimeResponse>, Status> {
        silent()
    }

    async fn status(&self, _: Request<proto::StatusRequest>) -> Result<Response<proto::StatusResponse>, Status> {
        Ok(Response::new(self.status.clone()))
    }
}

#[tonic::async_trait]
impl proto::audit_server::Audit for Liar {
    type ReplayStream = Answers<proto::ReplayResponse>;

    async fn replay(&self, _: Request<proto::ReplayRequest>) -> Result<Response<Self::ReplayStream>, Status> {
        let entries = self.entries.clone();
        Ok(Response::new(Box::pin(tokio_stream::once(Ok(proto::ReplayResponse { entries })))))
    }

    async fn get_entry(
        &self,
        request: Request<proto::GetEntryRequest>,
    ) -> Result<Response<proto::GetEntryResponse>, Status> {
        let index = request.into_inner().index;
        let entry = self.entries.iter().find(|entry| entry.index == index).cloned();
        Ok(Response::new(proto::GetEntryResponse { entry }))
    }

    async fn prove_inclusion(
        &self,
        _: Request<proto::ProveInclusionRequest>,
    ) -> Result<Response<proto::ProveInclusionResponse>, Status> {
        silent()
    }
}

/// Serves the liar, and gives its address.
async fn serving(liar: Liar) -> (String, tokio::task::JoinHandle<Result<(), tonic::transport::Error>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(proto::ledger_server::LedgerServer::new(liar.clone()))
            .add_service(proto::audit_server::AuditServer::new(liar))
            .serve_with_incoming(tokio_stream::wrappers::TcpListenerStream::new(listener)),
    );
    (server, serving)
}

/// Audits what the liar serves.
async fn audited(liar: Liar, trusted: LedgerId) -> ServiceAuditError {
    let (server, serving) = serving(liar).await;
    let client = Client::connect(&server, None).await.expect("connected");
    let scratch = tempfile::tempdir().unwrap();
    let found = client.audit_all(Some(trusted), Vec::new(), scratch.path(), &mut |_, _| {}).await;
    serving.abort();
    found.expect_err("a lie was believed")
}

/// The auditor's own program, with a folder for what it verified.
async fn audited_with_state(liar: Liar, state: &Path) -> std::process::Output {
    let (server, serving) = serving(liar).await;
    let mut audit = merestone();
    audit.args(["audit", "--server", &server, "--state"]).arg(state);
    let audited = tokio::task::spawn_blocking(move || audit.output().expect("run")).await.expect("run");
    serving.abort();
    audited
}

/// What a ledger of a few entries holds, as its journal stores it, and who signs for it.
async fn honest() -> (LedgerId, Vec<StoredRecord>, CheckpointSigner) {
    let ledger = TestLedger::new().await;
    for _ in 0..3 {
        let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
        ledger.submit(&signed).await.unwrap();
    }
    let (id, signer) = (ledger.id, signer(&ledger));
    let journal = SegmentJournal::open_read_only(ledger.dir.path()).expect("opened");
    let records = journal.read(Index(0), ReadLimit { entries: 100, bytes: usize::MAX }).expect("read");
    ledger.audited().await;
    (id, records, signer)
}

fn shown(records: &[StoredRecord]) -> Vec<proto::Entry> {
    let entry = |stored: &StoredRecord| proto::Entry {
        index: stored.index.0,
        recorded_at: Some(wire::timestamp(stored.record.recorded_at)),
        envelope: stored.record.envelope.clone(),
        events: stored.record.events.clone(),
        checkpoint: String::new(),
        ..Default::default()
    };
    records.iter().map(entry).collect()
}

/// The head that the records lead to.
fn head_of(records: &[StoredRecord]) -> TreeHead {
    use merestone::{checkpoint::leaf_hash, crypto::sha256, merkle};
    let mut tree = merkle::Tree::empty(merkle::HashFile::in_memory()).expect("a tree");
    for StoredRecord { record, .. } in records {
        tree.append(leaf_hash(record.recorded_at, EnvelopeDigest(sha256(&record.envelope)))).expect("appended");
    }
    TreeHead { size: Size(tree.size()), root: tree.root() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_shows_no_entry_is_not_the_trusted_ledger() {
    let (id, records, ours) = honest().await;
    let nothing = TreeHead { size: Size(0), root: TreeHash([0; 32]) };
    let status = proto::StatusResponse { root: vec![0; 32].into(), ..Default::default() };
    let found = audited(Liar { status: status.clone(), ..Liar::default() }, id).await;
    assert!(matches!(found, ServiceAuditError::NoCheckpoint(_)), "{found}");
    for checkpoint in [ours.sign(nothing), ours.sign(head_of(&records))] {
        let found = audited(Liar { status: status.clone(), checkpoint, entries: Vec::new() }, id).await;
        assert!(matches!(found, ServiceAuditError::Audit(AuditError::Different(Difference::NoFounding))), "{found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shortened_log_without_the_ledgers_signature_fails_the_audit() {
    let (id, records, ours) = honest().await;
    let forger = CheckpointSigner::new(ours.verifier().origin(), SigningKey::from_seed(&[7; 32])).unwrap();
    let kept = &records[..records.len() - 1];
    let status = proto::StatusResponse {
        size: kept.len() as u64,
        root: head_of(kept).root.as_bytes().to_vec().into(),
        ..Default::default()
    };
    let liar = |checkpoint| Liar { status: status.clone(), checkpoint, entries: shown(kept) };
    let found = audited(liar(forger.sign(head_of(kept))), id).await;
    assert!(matches!(found, ServiceAuditError::Audit(AuditError::Different(Difference::Checkpoint { .. }))), "{found}");
    let found = audited(liar(ours.sign(head_of(&records))), id).await;
    assert!(matches!(found, ServiceAuditError::Audit(AuditError::Different(Difference::Head { .. }))), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_ends_with_the_ledgers_own_signature_over_all_that_it_read() {
    let (id, records, ours) = honest().await;
    let scratch = tempfile::tempdir().unwrap();
    let mut auditor = Auditor::begin(scratch.path(), Some(id), None).expect("begun");
    let unsigned = records.iter().cloned().map(|stored| StoredRecord { checkpoint: None, ..stored });
    auditor.take(unsigned.collect()).expect("nothing is wrong with the entries");
    let report = auditor.finish(ours.sign(head_of(&records))).expect("signed");
    assert_eq!(report.checkpoints, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_or_another_history_fails_the_audit_of_who_knows_better_though_it_is_signed() {
    let (id, records, ours) = honest().await;
    let unsigned: Vec<_> = records.iter().cloned().map(|stored| StoredRecord { checkpoint: None, ..stored }).collect();
    let signed = |records: &[StoredRecord]| {
        let mut entries = shown(records);
        let ends = (1..=entries.len()).map(|size| ours.sign(head_of(&records[..size])));
        entries.iter_mut().zip(ends).for_each(|(entry, checkpoint)| entry.checkpoint = checkpoint);
        entries
    };
    let showing = |records: &[StoredRecord]| Liar {
        checkpoint: ours.sign(head_of(records)),
        entries: signed(records),
        ..Liar::default()
    };
    let (all, older) = (showing(&unsigned), showing(&unsigned[..unsigned.len() - 1]));
    let state = tempfile::tempdir().unwrap();
    let kept = state.path().join(format!("{id}.checkpoint"));
    for shown in [&older, &all, &all] {
        let audited = audited_with_state(shown.clone(), state.path()).await;
        assert_eq!(audited.status.code(), Some(0), "{}", said(&audited));
        assert_eq!(fs::read_to_string(&kept).unwrap(), shown.checkpoint, "the newest is kept");
    }
    let audited = audited_with_state(older, state.path()).await;
    assert_eq!(audited.status.code(), Some(4), "{}", said(&audited));
    let error = said(&audited);
    assert!(error.contains("shows 4 entries, and signed 5") && error.contains("set back to an old copy"), "{error}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), all.checkpoint, "the proof stays");

    let other = ours.sign(TreeHead { size: Size(3), root: TreeHash([7; 32]) });
    fs::write(&kept, &other).unwrap();
    let audited = audited_with_state(all, state.path()).await;
    assert_eq!(audited.status.code(), Some(4), "{}", said(&audited));
    let error = said(&audited);
    assert!(error.contains("at size 3 before") && error.contains("different histories"), "{error}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), other, "the proof stays");
}

/// Copies the journal alone.
fn copied(ledger: &TestLedger) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir(copy.path().join("journal")).unwrap();
    for file in fs::read_dir(ledger.dir.path().join("journal")).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), copy.path().join("journal").join(file.file_name())).unwrap();
    }
    copy
}

/// The auditor's own program on the files of a directory.
fn audited_files(dir: &Path, arguments: &[&Path]) -> (Option<i32>, String) {
    let mut audit = merestone();
    audit.args(["audit", "--dir"]).arg(dir).args(arguments);
    let audited = audit.output().expect("run");
    (audited.status.code(), format!("{}{}", String::from_utf8_lossy(&audited.stdout), said(&audited)))
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_compared_with_what_was_verified_before_and_with_what_partners_hold() {
    let ledger = TestLedger::new().await;
    receipt_of_one(&ledger).await;
    let older = copied(&ledger);
    let proof = receipt_of_one(&ledger).await.to_tlog_proof();
    let newer = copied(&ledger);
    let state = tempfile::tempdir().unwrap();
    let (folder, kept) =
        (state.path().join("kept"), state.path().join("kept").join(format!("{}.checkpoint", ledger.id)));
    let state_flag = Path::new("--state");
    for dir in [&older, &newer, &newer] {
        let (code, said) = audited_files(dir.path(), &[state_flag, &folder]);
        assert_eq!(code, Some(0), "{said}");
    }
    let note = fs::read_to_string(&kept).unwrap();
    assert!(note.contains("\n4\n"), "the newest is kept: {note}");
    let of_file = audited_files(newer.path(), &[state_flag, &kept]);
    assert!(of_file.0 == Some(0) && of_file.1.contains("\"continued\": 1"), "{of_file:?}");

    let receipt = state.path().join("partner.tlog-proof");
    fs::write(&receipt, proof).unwrap();
    let known = Path::new("--known");
    assert_eq!(audited_files(newer.path(), &[known, &receipt, known, &kept]).0, Some(0));
    for arguments in [[state_flag, folder.as_path()], [state_flag, &kept], [known, &receipt]] {
        let (code, said) = audited_files(older.path(), &arguments);
        assert_eq!(code, Some(4), "{said}");
        assert!(said.contains("shows 3 entries, and signed 4 before") && said.contains("older copy"), "{said}");
    }
    assert_eq!(fs::read_to_string(&kept).unwrap(), note, "the proof stays");

    let served = Served::start(&ledger.node).await;
    for _ in 0..2 {
        receipt_of_one(&ledger).await;
        let mut audit = merestone();
        audit.args(["audit", "--server", &format!("http://{}", served.address), "--state"]).arg(&folder);
        audit.arg("--known").arg(&receipt);
        let audited = tokio::task::spawn_blocking(move || audit.output().expect("run")).await.unwrap();
        assert_eq!(audited.status.code(), Some(0), "{}", said(&audited));
    }
    served.stop().await;
    let (code, said) = audited_files(newer.path(), &[state_flag, &folder]);
    assert!(code == Some(4) && said.contains("shows 4 entries, and signed 6 before"), "what one audit kept, {said}");

    let forged = signer(&ledger).sign(TreeHead { size: Size(3), root: TreeHash([7; 32]) });
    fs::write(&kept, forged).unwrap();
    let (code, said) = audited_files(newer.path(), &[state_flag, &folder]);
    assert!(code == Some(4) && said.contains("at size 3 before"), "{said}");
    let foreign = TestLedger::new().await;
    let theirs = copied(&foreign);
    let (code, said) = audited_files(theirs.path(), &[known, &receipt]);
    assert!(code == Some(4) && said.contains("neither a receipt nor a checkpoint that this ledger signed"), "{said}");
    assert_eq!(audited_files(theirs.path(), &[]).0, Some(0));
    foreign.audited().await;
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_were_put_together_are_found_by_whoever_holds_a_checkpoint_between_them() {
    let (id, records, ours) = honest().await;
    let merged = tempfile::tempdir().unwrap();
    let journal = SegmentJournal::create(merged.path(), id, Options::default()).expect("created");
    let mut head = journal.head().tree;
    for (from, to) in [(0, 2), (2, records.len())] {
        let batch = Batch {
            records: records[from..to].iter().map(|stored| stored.record.clone()).collect(),
            head: head_of(&records[..to]),
            checkpoint: ours.sign(head_of(&records[..to])),
        };
        assert!(matches!(journal.append(head, &batch), Appended::Landed));
        head = batch.head;
    }
    drop(journal);
    let known = Path::new("--known");
    let checkpoint = |size: usize| {
        let file = merged.path().join(format!("{size}.checkpoint"));
        fs::write(&file, ours.sign(head_of(&records[..size]))).unwrap();
        file
    };
    assert_eq!(audited_files(merged.path(), &[]).0, Some(0), "the entries are all there, and signed for");
    assert_eq!(audited_files(merged.path(), &[known, &checkpoint(2)]).0, Some(0));
    let (code, told) = audited_files(merged.path(), &[known, &checkpoint(3)]);
    assert!(code == Some(4) && told.contains("signed a checkpoint at size 3 before, and shows none"), "{told}");
    assert!(told.contains("Keep the file with the checkpoint") && told.contains("Copy these files"), "{told}");
    let state = checkpoint(3);
    let unsigned = records.iter().cloned().map(|stored| StoredRecord { checkpoint: None, ..stored });
    let unsigned: Vec<_> = unsigned.collect();
    let liar = Liar { checkpoint: ours.sign(head_of(&records)), entries: shown(&unsigned), ..Liar::default() };
    let audited = audited_with_state(liar, &state).await;
    assert_eq!(audited.status.code(), Some(4), "{}", said(&audited));
    let error = said(&audited);
    assert!(error.contains("Keep the file with the checkpoint") && error.contains("other partners"), "{error}");
    assert_eq!(fs::read_to_string(&state).unwrap(), ours.sign(head_of(&records[..3])), "the proof stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_says_what_was_known_before_and_where_it_is_kept_from_now_on() {
    let ledger = TestLedger::new().await;
    let proof = receipt_of_one(&ledger).await.to_tlog_proof();
    let copy = copied(&ledger);
    let place = tempfile::tempdir().unwrap();
    let (receipt, state, known) = (place.path().join("partner.tlog-proof"), Path::new("--state"), Path::new("--known"));
    fs::write(&receipt, proof).unwrap();

    let audited = |arguments: &[&Path]| {
        audited_files(copy.path(), &[arguments, &[Path::new("--output"), Path::new("table")]].concat())
    };
    let (code, said) = audited(&[known, &receipt, known, &receipt]);
    assert!(code == Some(0) && said.contains("1 checkpoint, continued"), "one checkpoint, given twice, {said}");
    assert!(said.contains("nothing is kept") && !said.contains("nothing was known"), "{said}");

    let mistyped = place.path().join("mistyped").join("our.checkpoint");
    let (code, said) = audited(&[state, &mistyped]);
    assert!(code == Some(2) && said.contains("is the path right?"), "{said}");
    assert!(!mistyped.parent().unwrap().exists(), "nothing is made of a mistake");

    let (file, folder) = (place.path().join("our.checkpoint"), place.path().join("verified"));
    for (named, kept) in [(&file, file.clone()), (&folder, folder.join(format!("{}.checkpoint", ledger.id)))] {
        let (code, said) = audited(&[state, named]);
        assert_eq!(code, Some(0), "{said}");
        let told =
            format!("no checkpoint was known before; the one of 3 entries is kept from now on in {}", kept.display());
        assert!(said.contains(&told) && kept.is_file(), "{said}");
        let (_, again) = audited(&[state, named, known, &kept]);
        assert!(again.contains("1 checkpoint, continued") && !again.contains("from now on"), "it is one, {again}");
    }
    let (_, said) = audited_files(copy.path(), &[state, &file]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    let told = (&json["kept_in"], &json["kept_size"], &json["kept_before"]);
    assert_eq!(told, (&file.to_str().unwrap().into(), &3.into(), &true.into()));
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_from_a_time_to_come_holds_back_what_was_recorded_before_it() {
    let ledger = TestLedger::new().await;
    let served = Served::start(&ledger.node).await;
    let later = RecordingTime(receipt_of_one(&ledger).await.recorded_at.0 + 3_600_000_000);
    let recorded_from = Some(wire::timestamp(later));
    let request = proto::ReplayRequest { recorded_from, follow: true, ..Default::default() };
    let mut following = served.audit().replay(request).await.unwrap().into_inner();
    receipt_of_one(&ledger).await;
    served.stop().await;
    assert!(following.message().await.unwrap().is_none(), "it was recorded before that time");
    ledger.audited().await;
}

async fn receipt_of_one(ledger: &TestLedger) -> merestone::checkpoint::Receipt {
    receipt(ledger.submit(&ledger.sign(&ledger.recorder, vec![record_opened()])).await.unwrap())
}
