//! The service `Ledger`: submitting, receipts, checkpoints.

use std::{pin::Pin, sync::Arc};

use prost::Message;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, mpsc};
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::{Request, Response, Status, Streaming};

use super::{
    Node, convert,
    errors::{Refused, explained},
    remarks_ahead::RemarksAhead,
};
use crate::{
    admission::{Admission, ProveError},
    checkpoint::{Receipt, leaf_hash},
    crypto::sha256,
    domain::{EnvelopeContent, EnvelopeDigest, Index, Size, SubmissionDigest},
    journal::ReadLimit,
    limits,
    policy::{self, Known, Registry},
    sequencer::{DryRun, LeftOut, NotQueued, Outcome, ServiceState},
    wire::{self, Submitted, proto},
};

/// The service over a node.
#[derive(Clone, Debug)]
pub struct LedgerService(pub Arc<Node>);

type Responses = mpsc::Sender<Result<proto::SubmitStreamResponse, Status>>;

#[tonic::async_trait]
impl proto::ledger_server::Ledger for LedgerService {
    async fn submit(&self, request: Request<proto::SubmitRequest>) -> Result<Response<proto::SubmitResponse>, Status> {
        Ok(Response::new(self.0.submit(request.into_inner()).await?))
    }

    type SubmitStreamStream = Pin<Box<dyn Stream<Item = Result<proto::SubmitStreamResponse, Status>> + Send>>;

    async fn submit_stream(
        &self,
        request: Request<Streaming<proto::SubmitStreamRequest>>,
    ) -> Result<Response<Self::SubmitStreamStream>, Status> {
        let place = self.0.stream_place()?;
        let (responses, stream) = mpsc::channel(limits::STREAM_IN_FLIGHT);
        let answered = Arc::clone(&self.0).submit_all(request.into_inner(), responses);
        tokio::spawn(async move {
            answered.await;
            drop(place);
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn check(&self, request: Request<proto::CheckRequest>) -> Result<Response<proto::CheckResponse>, Status> {
        Ok(Response::new(Arc::clone(&self.0).check(request.into_inner()).await?))
    }

    async fn get_receipt(
        &self,
        request: Request<proto::GetReceiptRequest>,
    ) -> Result<Response<proto::GetReceiptResponse>, Status> {
        let receipt = self.0.receipt(request.into_inner())?;
        let tlog_proof = receipt.to_tlog_proof();
        Ok(Response::new(proto::GetReceiptResponse { receipt: Some(convert::receipt(&receipt)), tlog_proof }))
    }

    async fn get_checkpoint(
        &self,
        request: Request<proto::GetCheckpointRequest>,
    ) -> Result<Response<proto::GetCheckpointResponse>, Status> {
        Ok(Response::new(self.0.checkpoint(&request.into_inner().known)?))
    }

    async fn prove_consistency(
        &self,
        request: Request<proto::ProveConsistencyRequest>,
    ) -> Result<Response<proto::ProveConsistencyResponse>, Status> {
        let proto::ProveConsistencyRequest { from_size, to_size } = request.into_inner();
        let newest = self.0.sequencer.published().head.tree.size.0;
        let to_size = if to_size == 0 { newest } else { to_size };
        if to_size > newest || from_size > to_size {
            let message = format!("sizes are at most {newest} and the first is not above the second");
            return Err(Refused::invalid("to_size", message).into());
        }
        let prove = |admission: &Admission| admission.tree().prove_consistency(from_size, to_size);
        let proof = convert::hashes(&self.0.sequencer.prove(prove).map_err(Refused::from)?);
        Ok(Response::new(proto::ProveConsistencyResponse { from_size, to_size, proof }))
    }

    async fn get_server_time(
        &self,
        _: Request<proto::GetServerTimeRequest>,
    ) -> Result<Response<proto::GetServerTimeResponse>, Status> {
        let time = Some(wire::timestamp(self.0.clock.now()));
        Ok(Response::new(proto::GetServerTimeResponse { time }))
    }

    async fn status(&self, _: Request<proto::StatusRequest>) -> Result<Response<proto::StatusResponse>, Status> {
        Ok(Response::new(self.0.status()))
    }
}

impl Node {
    /// The write path: parse, verify, queue, and wait for the sequencer's answer.
    async fn submit(&self, request: proto::SubmitRequest) -> Result<proto::SubmitResponse, Refused> {
        let submitted = wire::parse_submitted(request.envelope, request.events)?;
        let registry = Arc::clone(&self.sequencer.published().registry);
        let verified = policy::verify(submitted, &registry)?;
        match self.sequencer.submit(verified).await? {
            Outcome::Accepted { receipt, findings } => Ok(response(&receipt, false, findings)),
            Outcome::Repeated { receipt, findings, left_out } => {
                let mut all = self.models.now().findings_of_entry(receipt.index)?;
                all.extend(findings);
                Ok(proto::SubmitResponse { left_out: left_out_messages(left_out), ..response(&receipt, true, all) })
            }
            Outcome::Rejected(rejection) => Err(rejection.into()),
            Outcome::Halted(reason) => Err(Refused::fate_unknown(&reason)),
        }
    }

    /// Answers each request of a stream by its tag, many at a time.
    async fn submit_all(self: Arc<Self>, mut requests: Streaming<proto::SubmitStreamRequest>, responses: Responses) {
        let in_flight = Arc::new(tokio::sync::Semaphore::new(limits::STREAM_IN_FLIGHT));
        let mut published = self.sequencer.follow();
        loop {
            let request = tokio::select! {
                request = requests.message() => request,
                // What was not taken was not acknowledged: the client sends it again.
                _ = published.wait_for(|now| now.ending) => return,
            };
            let request = match request {
                Ok(Some(request)) => request,
                Ok(None) => return,
                Err(status) => return drop(responses.send(Err(explained(status))).await),
            };
            let Ok(place) = Arc::clone(&in_flight).acquire_owned().await else { return };
            let Ok(bytes) = self.streamed_bytes(&request).await else { return };
            let (node, responses) = (Arc::clone(&self), responses.clone());
            tokio::spawn(async move {
                let tag = request.tag;
                let outcome = match node.submit(request.request.unwrap_or_default()).await {
                    Ok(accepted) => proto::submit_stream_response::Outcome::Accepted(accepted),
                    Err(refused) => proto::submit_stream_response::Outcome::Refused(refused.into_refusal()),
                };
                drop(bytes);
                // A client that hung up learns its outcome by sending the same bytes again.
                let _ = responses.send(Ok(proto::SubmitStreamResponse { tag, outcome: Some(outcome) })).await;
                drop(place);
            });
        }
    }

    /// Waits until the submissions of all streams together leave room for this one.
    async fn streamed_bytes(&self, request: &proto::SubmitStreamRequest) -> Result<OwnedSemaphorePermit, AcquireError> {
        let bytes = request.encoded_len().min(limits::STREAMED_BYTES);
        let bytes = u32::try_from(bytes).expect("the limit fits");
        Arc::clone(&self.streamed).acquire_many_owned(bytes).await
    }

    /// The dry run: anybody may ask, signed or not, so it has a budget of its own
    /// and keeps to threads that serve nobody else.
    async fn check(self: Arc<Self>, request: proto::CheckRequest) -> Result<proto::CheckResponse, Refused> {
        let place = self.sequencer.dry_run_place()?;
        let registry = Arc::clone(&self.sequencer.published().registry);
        let looked_at = tokio::task::spawn_blocking(move || look_at(request, &registry)).await;
        // It fails only when the service's threads end.
        let (earlier, draft, mut response) = looked_at.map_err(|_| NotQueued::ShuttingDown)??;
        if response.refusal.is_some() {
            return Ok(response);
        }
        match self.sequencer.dry_run(place, draft.clone()).await? {
            DryRun::WouldEnter { findings } => {
                response.findings = findings.iter().map(convert::finding).collect();
                // What was decided before it may still be on its way to the read models.
                self.wait_for_models(self.sequencer.published().head.tree.size).await?;
                tell(&mut response, Arc::clone(&self).look_ahead(earlier, draft, None).await?);
            }
            DryRun::WouldRepeat { findings, left_out } => {
                response.findings = findings.iter().map(convert::finding).collect();
                response.left_out = left_out_messages(left_out);
                if let EnvelopeContent::Submission(content) = &draft.envelope.content {
                    let index = self.index_of(content.digest.as_bytes())?;
                    self.wait_for_models(Size(index.0 + 1)).await?;
                    tell(&mut response, self.look_ahead(earlier, draft, Some(index)).await?);
                }
            }
            DryRun::Rejected(rejection) => response.refusal = Some(Refused::from(rejection).into_refusal()),
            DryRun::Halted(reason) => return Err(Refused::halted(&reason)),
        }
        Ok(response)
    }

    /// What law would remark on a draft that may enter, or did when it entered, with a place
    /// like that of a dry run.
    async fn look_ahead(
        self: Arc<Self>,
        earlier: Vec<Submitted>,
        draft: Submitted,
        entered: Option<Index>,
    ) -> Result<RemarksAhead, Refused> {
        let place = self.sequencer.dry_run_place()?;
        let ahead = tokio::task::spawn_blocking(move || {
            let ahead = match entered {
                None => self.remarks_ahead(&earlier, &draft),
                Some(index) => self.remarks_brought(&draft, index),
            };
            drop(place);
            ahead
        });
        ahead.await.map_err(|_| NotQueued::ShuttingDown)?
    }

    fn receipt(&self, request: proto::GetReceiptRequest) -> Result<Receipt, Refused> {
        use proto::get_receipt_request::Entry;
        let index = match request.entry {
            Some(Entry::Index(index)) => Index(index),
            Some(Entry::SubmissionDigest(digest)) => self.index_of(&digest)?,
            None => return Err(Refused::invalid("entry", "name an index or a submission digest")),
        };
        let head = self.sequencer.published().head.clone();
        let unknown = || Refused::not_found("index", format!("the ledger has {} entries", head.tree.size));
        if index.0 >= head.tree.size.0 {
            return Err(unknown());
        }
        let stored = self.journal.read(index, ReadLimit::ONE).map_err(|error| Refused::internal(&error))?;
        let record = &stored.first().ok_or_else(unknown)?.record;
        let (recorded_at, envelope) = (record.recorded_at, EnvelopeDigest(sha256(&record.envelope)));
        let leaf = leaf_hash(recorded_at, envelope);
        let prove = |admission: &Admission| admission.tree().prove_inclusion(index.0, leaf, head.tree.size.0);
        let proof = self.sequencer.prove(prove)?;
        let checkpoint = head.checkpoint.unwrap_or_default();
        let receipt = Receipt { index, recorded_at, envelope, proof, checkpoint };
        match receipt.verify(&self.verifier) {
            Ok(_) => Ok(receipt),
            Err(error) => Err(Refused::internal(&error)),
        }
    }

    pub(super) fn index_of(&self, digest: &[u8]) -> Result<Index, Refused> {
        let digest = SubmissionDigest::from_slice(digest)
            .ok_or_else(|| Refused::invalid("submission_digest", "a SHA-256 digest has 32 bytes"))?;
        let (index, sound) =
            self.sequencer.with_admission(|admission| (admission.submission(digest), admission.is_sound()));
        if index.is_none() && !sound {
            // Absent is no answer where the look-up failed.
            let reason = "an id cannot be looked up: run `merestone audit --dir`, then start again";
            self.sequencer.halt(reason);
            return Err(Refused::halted(reason));
        }
        index.ok_or_else(|| Refused::not_found("submission_digest", "the ledger holds no such submission"))
    }

    fn checkpoint(&self, known: &str) -> Result<proto::GetCheckpointResponse, Refused> {
        let head = self.sequencer.published().head.clone();
        let checkpoint = head.checkpoint.clone().unwrap_or_default();
        if known.is_empty() {
            return Ok(proto::GetCheckpointResponse { checkpoint, consistency_proof: Vec::new() });
        }
        let shown = self.verifier.verify(known).map_err(|error| Refused::invalid("known", error.to_string()))?;
        // Only a proved root speaks against the client: a file at fault halts nothing.
        let prove = |admission: &Admission| {
            let proof = admission.tree().prove_consistency(shown.size.0, head.tree.size.0)?;
            Ok((admission.tree().root_at(shown.size.0)?, proof))
        };
        match self.sequencer.prove(prove) {
            Ok((root, proof)) if root == shown.root => {
                Ok(proto::GetCheckpointResponse { checkpoint, consistency_proof: convert::hashes(&proof) })
            }
            Err(error @ ProveError::NotMended(_)) => Err(error.into()),
            Ok(_) | Err(ProveError::Beyond) => {
                let reason = format!(
                    "a client showed a checkpoint of size {} with this ledger's signature that is no prefix of its journal",
                    shown.size
                );
                self.sequencer.halt(&reason);
                Err(Refused::halted(&reason))
            }
        }
    }

    fn status(&self) -> proto::StatusResponse {
        let published = self.sequencer.published();
        let models = self.models.position();
        let (state, reason) = match &published.state {
            ServiceState::Serving => (proto::ServiceState::Serving, ""),
            ServiceState::Halted(reason) => (proto::ServiceState::Halted, reason.as_str()),
            ServiceState::ShuttingDown => (proto::ServiceState::ShuttingDown, ""),
        };
        proto::StatusResponse {
            ledger_id: published
                .registry
                .ledger()
                .map(|ledger| convert::bytes(ledger.id.as_bytes()))
                .unwrap_or_default(),
            origin: self.verifier.origin().into(),
            checkpoint_vkey: self.verifier.vkey(),
            size: published.head.tree.size.0,
            root: convert::bytes(published.head.tree.root.as_bytes()),
            policy: published.policy.0,
            read_models_size: models.size.0,
            read_models_digest: convert::bytes(models.digest.as_bytes()),
            state: state.into(),
            reason: reason.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            limits: Some(convert::limits()),
        }
    }
}

fn response(receipt: &Receipt, repeated: bool, findings: Vec<crate::domain::Finding>) -> proto::SubmitResponse {
    let findings = findings.iter().map(convert::finding).collect();
    proto::SubmitResponse { receipt: Some(convert::receipt(receipt)), repeated, findings, left_out: Vec::new() }
}

fn left_out_messages(left_out: Vec<LeftOut>) -> Vec<proto::LeftOutSignOff> {
    let told = left_out.into_iter().map(|LeftOut { signer, capacity, rejection }| proto::LeftOutSignOff {
        organisation: signer.organisation.to_string(),
        member: signer.member.to_string(),
        capacity: capacity.number(),
        refusal: Some(Refused::from(rejection).into_refusal()),
    });
    told.collect()
}

/// What can be said of a draft without the ledger's entries: what would be signed,
/// and whether its signatures hold, as far as it has any.
fn tell(response: &mut proto::CheckResponse, ahead: RemarksAhead) {
    let RemarksAhead { index, findings, gone, changed, cut } = ahead;
    (response.index, response.legal_findings_changed) = (index, changed);
    (response.legal_findings, response.legal_findings_gone, response.legal_findings_cut) = (findings, gone, cut);
}

/// What is to enter before a draft, the draft, and what is told of it before it is decided on.
type LookedAt = (Vec<Submitted>, Submitted, proto::CheckResponse);

fn look_at(request: proto::CheckRequest, registry: &Registry) -> Result<LookedAt, Refused> {
    if request.before.len() > limits::DRAFTS_BEFORE {
        let message = format!("at most {} submissions are taken as recorded", limits::DRAFTS_BEFORE);
        return Err(Refused::invalid("before", message));
    }
    let before = request.before.into_iter().map(|before| wire::parse_draft(before.envelope, before.events));
    let earlier = before.collect::<Result<Vec<_>, _>>().map_err(|error| Refused::from(error).about("before"))?;
    let draft = wire::parse_draft(request.envelope, request.events)?;
    let (digest, readable) = readable(&draft);
    let unverified = policy::signatures_hold(&draft, registry).err();
    let response = proto::CheckResponse {
        submission_digest: convert::bytes(digest.as_bytes()),
        readable,
        signature_valid: !draft.signed.is_empty() && unverified.is_none(),
        refusal: unverified.map(|unverified| Refused::from(unverified).into_refusal()),
        ..proto::CheckResponse::default()
    };
    Ok((earlier, draft, response))
}

/// The digest of the submission that is signed, or signed off, and for people what
/// the envelope holds.
fn readable(draft: &Submitted) -> (SubmissionDigest, String) {
    let digest = match &draft.envelope.content {
        EnvelopeContent::Submission(content) => content.digest,
        EnvelopeContent::SignOffs { submission, .. } => *submission,
    };
    (digest, draft.readable())
}
