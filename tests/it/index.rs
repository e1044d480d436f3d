//! The files beside the segments, under a hex editor: whatever stands in them, a
//! start leads to the state of the journal, and no proof leaves unproved.

use std::{
    fs,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use merestone::{
    admission::Admission,
    authoring::{EventDraft, Freshness, sign_events},
    checkpoint::{CheckpointSigner, Receipt},
    clock::RunningClock,
    crypto::{Seal, SigningKey},
    domain::*,
    journal::{Appended, Batch, Journal, Options, ReadLimit, SegmentJournal},
    limits,
    policy::Registry,
    projections::ReadModels,
    sequencer::ServiceState,
    server::{Directory, Node, NodeParts, OpenError},
    wire::{
        self,
        proto::{self, get_receipt_request::Entry},
    },
};

use crate::support::*;

/// So small that a few entries make a run.
const RUN_KEYS: usize = 40;

/// A ledger whose first entries are covered by several runs.
struct Indexed {
    ledger: TestLedger,
    receipts: Vec<Receipt>,
}

fn signer(ledger: &TestLedger) -> CheckpointSigner {
    let key = SigningKey::read_file(&Directory::new(ledger.dir.path()).checkpoint_key()).unwrap();
    CheckpointSigner::new(ledger.node.verifier().origin(), key).unwrap()
}

fn journal(dir: &Path) -> Arc<dyn Journal> {
    let options = Options { segment_bytes: SEGMENT_BYTES, ..Options::default() };
    Arc::new(SegmentJournal::open(dir, options).expect("opened").0)
}

/// Restores the admission state; tells how many entries were read for it.
fn restore(dir: &Path, journal: &Arc<dyn Journal>, seal: &Seal) -> (Admission, u64) {
    let mut read = 0;
    let mut progress = |so_far: u64, _: u64| read = so_far;
    let index = dir.join("index");
    fs::create_dir_all(&index).unwrap();
    let restored = Admission::restore(&index, Arc::clone(journal), RUN_KEYS, seal, &mut progress);
    (restored.expect("restored"), read)
}

fn serve(dir: &Path, signer: CheckpointSigner) -> Arc<Node> {
    let journal = journal(dir);
    let (admission, _) = restore(dir, &journal, &signer.seal());
    let (models, _) = ReadModels::open(&dir.join("read-models"), limits::READ_MODEL_CACHE_BYTES).expect("opened");
    let clock = Arc::new(RunningClock::start(journal.head().recorded_at).expect("a right clock"));
    Node::start(NodeParts { journal, admission, models, clock, signer }).expect("started")
}

/// The same files, served with small runs.
async fn served_again(ledger: TestLedger) -> TestLedger {
    let signer = signer(&ledger);
    stop(&ledger.node).await;
    let TestLedger { dir, node, id, registrar, recorder, verifier } = ledger;
    drop(node);
    let node = serve(dir.path(), signer);
    TestLedger { dir, node, id, registrar, recorder, verifier }
}

async fn indexed() -> Indexed {
    let mut ledger = served_again(TestLedger::new().await).await;
    let mut receipts = Vec::new();
    for round in 0..4 {
        for _ in 0..12 {
            let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
            receipts.push(receipt(ledger.submit(&signed).await.unwrap()));
        }
        // Governing entries lie in the midst of the runs.
        let post = post("desk", &format!("recorder-1{round}"));
        let member = MemberEnrolled { member: post.member.clone(), post: "A post".into(), roles: vec![Role::Recorder] };
        let on_desk = |body| event("organisation/desk", Body::Registry(body));
        let events = vec![
            on_desk(RegistryBody::MemberEnrolled(member)),
            on_desk(RegistryBody::KeyEnrolled(ledger.enrolment(&post))),
        ];
        receipts.push(receipt(ledger.submit(&ledger.sign(&ledger.registrar, events)).await.unwrap()));
    }
    ledger = served_again(ledger).await;
    assert!(runs(ledger.dir.path()).len() > 3, "several runs");
    Indexed { ledger, receipts }
}

fn runs(dir: &Path) -> Vec<PathBuf> {
    let mut runs: Vec<_> = fs::read_dir(dir.join("index/ids")).unwrap().map(|entry| entry.unwrap().path()).collect();
    runs.sort();
    runs
}

/// A stopped ledger with what a start makes of its intact index.
struct Stopped {
    dir: tempfile::TempDir,
    id: LedgerId,
    seal: Seal,
    registry: Registry,
    head: TreeHead,
    /// Entries that a start reads when the index is intact.
    rest: u64,
    /// The intact files of the index.
    index: Vec<(PathBuf, Vec<u8>)>,
}

async fn stopped() -> Stopped {
    let Indexed { ledger, .. } = indexed().await;
    stop(&ledger.node).await;
    let seal = signer(&ledger).seal();
    let TestLedger { dir, node, id, .. } = ledger;
    drop(node);
    let index = runs(dir.path()).into_iter().chain([dir.path().join("index/hashes")]);
    let index = index.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    let journal = journal(dir.path());
    let (mut admission, rest) = restore(dir.path(), &journal, &seal);
    admission.close().unwrap();
    let (registry, head) = (Registry::clone(admission.registry()), admission.head());
    assert!(rest < head.size.0 / 2, "the runs are believed: {rest}");
    Stopped { dir, id, seal, registry, head, rest, index }
}

impl Stopped {
    /// What a start makes of the index as it is now; puts the intact one back.
    fn restored(&self) -> u64 {
        let journal = journal(self.dir.path());
        let (mut admission, read) = restore(self.dir.path(), &journal, &self.seal);
        admission.close().unwrap();
        assert_eq!(admission.head(), self.head);
        assert!(**admission.registry() == self.registry, "the registry is the journal's");
        for size in 0..=self.head.size.0 {
            admission.tree().root_at(size).expect("every root is proved");
        }
        drop(admission);
        let _ = fs::remove_dir_all(self.dir.path().join("index"));
        fs::create_dir_all(self.dir.path().join("index/ids")).unwrap();
        self.index.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
        read
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_changed_byte_beside_the_segments_leads_to_the_same_state() {
    let ledger = stopped().await;
    assert_eq!(ledger.restored(), ledger.rest);
    for (path, bytes) in &ledger.index {
        let covered = if path.ends_with("hashes") { bytes.len().min(32 * 90) } else { bytes.len() };
        for at in (0..covered).step_by(covered / 11).chain([covered - 1]) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x20;
            fs::write(path, &changed).unwrap();
            assert!(ledger.restored() > ledger.rest, "byte {at} of {}", path.display());
        }
    }
    audit(ledger.dir.path(), ledger.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_lost_file_beside_the_segments_is_built_again() {
    let ledger = stopped().await;
    for (path, bytes) in &ledger.index {
        fs::remove_file(path).unwrap();
        assert!(ledger.restored() > ledger.rest, "{} removed", path.display());
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(ledger.restored() > ledger.rest, "{} cut", path.display());
    }
    fs::remove_dir_all(ledger.dir.path().join("index")).unwrap();
    assert_eq!(ledger.restored(), ledger.head.size.0);
    audit(ledger.dir.path(), ledger.id);
}

/// The run without its last governing entry, sealed anew: well made in every way
/// except that its maker has not got the ledger's key.
fn without_a_governing_entry(run: &[u8], seal: &Seal) -> Vec<u8> {
    let mut run = run[..run.len() - 32 - 8].to_vec();
    let count = u64::from_be_bytes(run[72..80].try_into().unwrap());
    run[72..80].copy_from_slice(&(count - 1).to_be_bytes());
    let sealed = seal.over(&run);
    run.extend_from_slice(&sealed);
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_list_of_governing_entries_changes_no_registry() {
    let ledger = stopped().await;
    let governing = ledger.index.iter().filter(|(_, bytes)| bytes.get(72..80).is_some_and(|count| count != [0; 8]));
    let runs: Vec<_> = governing.filter(|(path, _)| path.extension().is_some_and(|end| end == "ids")).collect();
    assert!(runs.len() > 2);
    for (path, bytes) in runs {
        for forger in [Seal::none(), Seal::of(&SigningKey::from_seed(&[9; 32]), "index")] {
            fs::write(path, without_a_governing_entry(bytes, &forger)).unwrap();
            assert!(ledger.restored() > ledger.rest, "a forged run is not believed");
        }
    }
    audit(ledger.dir.path(), ledger.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_another_history_under_the_same_key_is_not_believed() {
    let ledger = stopped().await;
    // The same ledger went on differently after a copy was taken: same key, another tree.
    let fork = {
        let other = stopped().await;
        let mut index = other.index.clone();
        for (path, bytes) in &mut index {
            *path = ledger.dir.path().join(path.strip_prefix(other.dir.path()).unwrap());
            if path.extension().is_some_and(|end| end == "ids") {
                let body = bytes.len() - 32;
                let sealed = ledger.seal.over(&bytes[..body]);
                bytes[body..].copy_from_slice(&sealed);
            }
        }
        index
    };
    fs::remove_dir_all(ledger.dir.path().join("index")).unwrap();
    fs::create_dir_all(ledger.dir.path().join("index/ids")).unwrap();
    fork.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    assert_eq!(ledger.restored(), ledger.head.size.0, "all is read again");
    audit(ledger.dir.path(), ledger.id);
}

/// Overwrites a file in place, under whoever has it open.
fn spoil(path: &Path) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
    file.write_all_at(&vec![0xee; length], 0).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_hashes_that_rot_while_serving_halt_nothing_and_spoil_no_proof() {
    let Indexed { ledger, receipts } = indexed().await;
    let hashes = ledger.dir.path().join("index/hashes");
    let served = Served::start(&ledger.node).await;
    let (mut client, mut audit) = (served.ledger(), served.audit());
    let verifier = ledger.node.verifier().clone();

    spoil(&hashes);
    let known = receipts[7].checkpoint.clone();
    client.get_checkpoint(proto::GetCheckpointRequest { known }).await.expect("an honest client is no reason to halt");
    spoil(&hashes);
    let asked = proto::GetReceiptRequest { entry: Some(Entry::Index(3)) };
    let proved = client.get_receipt(asked).await.expect("proved").into_inner().receipt.unwrap();
    Receipt::try_from(proved).unwrap().verify(&verifier).expect("valid");
    spoil(&hashes);
    audit.prove_inclusion(proto::ProveInclusionRequest { index: 3, size: 9 }).await.expect("proved");
    spoil(&hashes);
    let sizes = proto::ProveConsistencyRequest { from_size: 5, to_size: 11 };
    client.prove_consistency(sizes).await.expect("proved");
    spoil(&hashes);
    let shown = verifier.verify(&receipts[5].checkpoint).unwrap();
    let seen = Some(Seen { size: shown.size, root: shown.root });
    let draft = EventDraft { ledger: Some(ledger.id), seen, events: vec![record_opened()] };
    let mut fresh = Freshness { now: SIGNED_AT, randomness: &mut randomness };
    let signed = sign_events(&draft, &ledger.recorder, &[], &mut fresh);
    receipt(ledger.submit(&signed).await.expect("what was seen is a prefix")).verify(&verifier).expect("valid");
    spoil(&hashes);
    for _ in 0..20 {
        let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
        let first = receipt(ledger.submit(&signed).await.unwrap());
        first.verify(&verifier).expect("valid");
        assert_eq!(receipt(ledger.submit(&signed).await.unwrap()), first);
    }
    assert_eq!(ledger.node.sequencer().published().state, ServiceState::Serving);
    drop((client, audit));
    served.stop().await;
    let TestLedger { dir, node, id, .. } = ledger;
    drop(node);
    crate::support::audit(dir.path(), id);
}

/// Changes a byte of the events of an entry in the journal, under its writer.
fn spoil_entry(dir: &Path, signed: &merestone::authoring::SignedSubmission) {
    let mut segments: Vec<_> = fs::read_dir(dir.join("journal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    segments.retain(|path| path.extension().is_some_and(|end| end == "seg"));
    let bytes = fs::read(&segments[0]).unwrap();
    let event = &signed.events[0];
    let at = bytes.windows(event.len()).position(|window| window == event).expect("it is in the journal");
    let file = fs::OpenOptions::new().write(true).open(&segments[0]).unwrap();
    file.write_all_at(&[bytes[at + 5] ^ 1], at as u64 + 5).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_journal_rots_too_the_ledger_halts_and_proves_nothing() {
    for retried in [false, true] {
        let ledger = served_again(TestLedger::new().await).await;
        let (mut old, mut receipts) = (Vec::new(), Vec::new());
        for _ in 0..30 {
            old.push(ledger.sign(&ledger.recorder, vec![record_opened()]));
            receipts.push(receipt(ledger.submit(old.last().unwrap()).await.unwrap()));
        }
        let ledger = served_again(ledger).await;
        let known = receipts[8].checkpoint.clone();
        spoil_entry(ledger.dir.path(), &old[3]);
        if retried {
            assert_eq!(ledger.refusal(&old[3]).await, "Halted", "an acknowledged entry is lost");
        } else {
            spoil(&ledger.dir.path().join("index/hashes"));
            let served = Served::start(&ledger.node).await;
            let refused = served.ledger().get_checkpoint(proto::GetCheckpointRequest { known }).await;
            assert_eq!(reason(&refused.expect_err("nothing can be proved")).0, "Halted");
            served.stop().await;
        }
        let state = ledger.node.sequencer().published().state.clone();
        assert!(matches!(&state, ServiceState::Halted(_)), "{state:?}");
        stop(&ledger.node).await;
        let TestLedger { dir, node, .. } = ledger;
        drop(node);
        let journal = SegmentJournal::open_read_only(dir.path());
        assert!(journal.and_then(|journal| journal.verify_all()).is_err(), "the walk names the place");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_rot_while_serving_halt_before_anything_is_doubled_or_denied() {
    for asked in [false, true] {
        ids_that_rot(asked).await;
    }
}

async fn ids_that_rot(asked: bool) {
    let ledger = served_again(TestLedger::new().await).await;
    let mut old = Vec::new();
    for _ in 0..30 {
        old.push(ledger.sign(&ledger.recorder, vec![record_opened()]));
        receipt(ledger.submit(old.last().unwrap()).await.unwrap());
    }
    let ledger = served_again(ledger).await;
    let size = ledger.node.sequencer().published().head.tree.size;
    runs(ledger.dir.path()).iter().for_each(|run| spoil(run));
    if asked {
        let served = Served::start(&ledger.node).await;
        let envelope = wire::parse_submitted(old[0].envelope.clone(), old[0].events.clone()).unwrap().envelope;
        let EnvelopeContent::Submission(content) = envelope.content else { panic!("a submission") };
        let entry = Some(Entry::SubmissionDigest(content.digest.as_bytes().to_vec().into()));
        let refused = served.ledger().get_receipt(proto::GetReceiptRequest { entry }).await.expect_err("no answer");
        assert_eq!(reason(&refused).0, "Halted", "that it is absent would be a lie");
        served.stop().await;
    } else {
        assert_eq!(ledger.refusal(&old[0]).await, "Halted");
    }
    let state = ledger.node.sequencer().published().state.clone();
    assert!(matches!(state, ServiceState::Halted(reason) if reason.contains("audit --dir")));
    let ledger = served_again(ledger).await;
    assert!(
        matches!(ledger.submit(&old[0]).await.unwrap(), merestone::sequencer::Outcome::Repeated { .. }),
        "a restart reads the journal again"
    );
    assert_eq!(ledger.node.sequencer().published().head.tree.size, size, "nothing was doubled");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_this_ledger_did_not_sign_is_not_served() {
    for (stranger, other_tree) in [(true, false), (false, true)] {
        let ledger = TestLedger::new().await;
        let own = signer(&ledger);
        stop(&ledger.node).await;
        let TestLedger { dir, node, .. } = ledger;
        drop(node);
        let journal = journal(dir.path());
        let record = journal.read(Index(1), ReadLimit::ONE).unwrap().remove(0).record;
        let size = Size(3);
        let head = TreeHead { size, root: TreeHash([7; 32]) };
        let signs = if stranger { CheckpointSigner::new("ledger.example.org/test", key()).unwrap() } else { own };
        let signed = if other_tree { TreeHead { size, root: TreeHash([8; 32]) } } else { head };
        let batch = Batch { records: vec![record], head, checkpoint: signs.sign(signed) };
        assert!(matches!(journal.append(journal.head().tree, &batch), Appended::Landed));
        drop(journal);
        let opened = Directory::new(dir.path()).open(&settings(dir.path()), &mut |_, _| {});
        match opened.expect_err("it is not this ledger's word") {
            OpenError::UnsignedCheckpoint(_) => assert!(stranger),
            OpenError::OtherCheckpoint { .. } => assert!(other_tree),
            error => panic!("{error}"),
        }
    }
}
