//! The service `Audit`: replaying the log, proving entries.

use std::{pin::Pin, sync::Arc};

use tokio::sync::mpsc;
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use super::{
    Node,
    ahead::{Ahead, Chunks, Made, Share},
    convert,
    errors::Refused,
};
use crate::{
    checkpoint::leaf_hash,
    crypto::sha256,
    domain::{EnvelopeDigest, Index, Kind, RecordingTime, Size},
    journal::{ReadLimit, StoredRecord},
    limits,
    projections::EntryFilter,
    wire::{self, proto},
};

/// The service over a node.
#[derive(Clone, Debug)]
pub struct AuditService(pub Arc<Node>);

type Responses = mpsc::Sender<Made<proto::ReplayResponse>>;

#[tonic::async_trait]
impl proto::audit_server::Audit for AuditService {
    type ReplayStream = Pin<Box<dyn Stream<Item = Result<proto::ReplayResponse, Status>> + Send>>;

    async fn replay(&self, request: Request<proto::ReplayRequest>) -> Result<Response<Self::ReplayStream>, Status> {
        let replay = Replay::parse(Arc::clone(&self.0), &request.into_inner())?;
        let place = self.0.stream_place()?;
        let (responses, stream) = mpsc::channel(limits::REPLAY_CHUNKS_AHEAD);
        tokio::spawn(async move {
            replay.run(responses).await;
            drop(place);
        });
        Ok(Response::new(Box::pin(Chunks::new(stream))))
    }

    async fn get_entry(
        &self,
        request: Request<proto::GetEntryRequest>,
    ) -> Result<Response<proto::GetEntryResponse>, Status> {
        let index = self.0.held(request.into_inner().index)?;
        let stored = self.0.read(index, ReadLimit::ONE)?.pop();
        let stored = stored.ok_or_else(|| Refused::not_found("index", "the ledger has no such entry"))?;
        let held = self.0.answers.hold(stored.record.payload_bytes())?;
        let mut response = Response::new(proto::GetEntryResponse { entry: Some(convert::entry(stored)) });
        if let Some(held) = held {
            response.extensions_mut().insert(held);
        }
        Ok(response)
    }

    async fn prove_inclusion(
        &self,
        request: Request<proto::ProveInclusionRequest>,
    ) -> Result<Response<proto::ProveInclusionResponse>, Status> {
        let proto::ProveInclusionRequest { index, size } = request.into_inner();
        let index = self.0.held(index)?;
        let newest = self.0.sequencer.published().head.tree.size.0;
        let size = if size == 0 { newest } else { size };
        if size > newest || index.0 >= size {
            return Err(
                Refused::invalid("size", format!("the size lies above the index and is at most {newest}")).into()
            );
        }
        let stored = self.0.read(index, ReadLimit::ONE)?.pop();
        let record = stored.ok_or_else(|| Refused::not_found("index", "the ledger has no such entry"))?.record;
        let leaf = leaf_hash(record.recorded_at, EnvelopeDigest(sha256(&record.envelope)));
        let proved = self.0.sequencer.prove(|admission| {
            Ok((admission.tree().prove_inclusion(index.0, leaf, size)?, admission.tree().root_at(size)?))
        });
        let (proof, root) = proved.map_err(Refused::from)?;
        let (proof, root) = (convert::hashes(&proof), convert::bytes(root.as_bytes()));
        Ok(Response::new(proto::ProveInclusionResponse { index: index.0, size, proof, root }))
    }
}

impl Node {
    /// The index, if the entry is durable.
    fn held(&self, index: u64) -> Result<Index, Refused> {
        let size = self.sequencer.published().head.tree.size;
        if index < size.0 {
            return Ok(Index(index));
        }
        Err(Refused::not_found("index", format!("the ledger has {size} entries")))
    }

    fn read(&self, from: Index, limit: ReadLimit) -> Result<Vec<StoredRecord>, Refused> {
        self.journal.read(from, limit).map_err(|error| Refused::internal(&error))
    }
}

/// One replay: what is asked for and how far it is.
struct Replay {
    node: Arc<Node>,
    next: Index,
    /// One past the last; `None`: as far as the ledger goes.
    to: Option<Size>,
    filter: EntryFilter,
    /// From this time until before that time, where they are given.
    recorded: (Option<RecordingTime>, Option<RecordingTime>),
    follow: bool,
    with_states: bool,
}

impl Replay {
    fn parse(node: Arc<Node>, request: &proto::ReplayRequest) -> Result<Self, Refused> {
        let proto::ReplayRequest {
            from,
            to,
            subject,
            organisation,
            kind,
            recorded_from,
            recorded_to,
            follow,
            with_states,
        } = request;
        let filter = EntryFilter {
            subject: given(subject).map(str::parse).transpose().map_err(|error| ("subject", error))?,
            organisation: given(organisation).map(str::parse).transpose().map_err(|error| ("organisation", error))?,
            kind: given(kind).map(kind_of).transpose()?,
        };
        let time = |field, given: &Option<prost_types::Timestamp>| {
            let parse = |time| wire::recording_time(time).ok_or_else(|| Refused::no_time(field));
            given.as_ref().map(parse).transpose()
        };
        let recorded = (time("recorded_from", recorded_from)?, time("recorded_to", recorded_to)?);
        let mut next = Index(*from);
        if let Some(since) = recorded.0.filter(|since| since.0 > 0) {
            // Read models may lag: what they do not hold yet is looked at on the way.
            let before = node.models.size_at(RecordingTime(since.0 - 1))?;
            next = next.max(before.next_index());
        }
        let to = (*to > 0).then_some(Size(*to));
        Ok(Self { node, next, to, filter, recorded, follow: *follow, with_states: *with_states })
    }

    /// Sends what there is, then waits for more when it follows.
    async fn run(mut self, responses: Responses) {
        let mut published = self.node.sequencer.follow();
        loop {
            let now = Arc::clone(&published.borrow_and_update());
            let end = now.head.tree.size;
            let end = self.to.map_or(end, |to| to.min(end));
            match self.send_until(end, &responses).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(refused) => return drop(responses.send((Err(refused.into()), None)).await),
            }
            let reached = self.to.is_some_and(|to| self.next.0 >= to.0);
            let done = reached || now.ending;
            if done || !self.follow {
                return;
            }
            tokio::select! {
                changed = published.changed() => if changed.is_err() { return },
                // Whoever hung up gives the stream's place back at once.
                () = responses.closed() => return,
            }
        }
    }

    /// Sends all entries before `end`. Says whether there is a reason to go on.
    async fn send_until(&mut self, end: Size, responses: &Responses) -> Result<bool, Refused> {
        let filtered = self.filter != EntryFilter::default();
        if filtered || self.with_states {
            self.node.wait_for_models(end).await?;
        }
        while self.next.0 < end.0 {
            let Some((chunk, share)) = self.next_with_share(end, responses).await? else { return Ok(false) };
            let Some(last) = chunk.last() else {
                self.next = end.next_index();
                return Ok(true);
            };
            self.next = last.index.size_with().next_index();
            let (since, to) = self.recorded;
            let too_late = |stored: &StoredRecord| to.is_some_and(|to| stored.record.recorded_at >= to);
            let too_early = |stored: &StoredRecord| since.is_some_and(|since| stored.record.recorded_at < since);
            let over = too_late(last);
            let asked = chunk.into_iter().filter(|stored| !too_late(stored) && !too_early(stored));
            let entries: Vec<_> = asked.map(|stored| self.told(stored, end)).collect::<Result<_, _>>()?;
            if entries.is_empty() {
                if over {
                    return Ok(false);
                }
                continue;
            }
            if responses.send((Ok(proto::ReplayResponse { entries }), share)).await.is_err() || over {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The entry, with what became of its submission where that was asked for.
    fn told(&self, stored: StoredRecord, end: Size) -> Result<proto::Entry, Refused> {
        let state = match self.with_states {
            true => Some(self.node.state_of_record(self.node.models.at(end)?, &stored)?),
            false => None,
        };
        Ok(proto::Entry { state, ..convert::entry(stored) })
    }

    /// The next chunk with its share, if it needs one; `None` when the client hung
    /// up. What there is no room for is not held meanwhile, but read again.
    async fn next_with_share(
        &self,
        end: Size,
        responses: &Responses,
    ) -> Result<Option<(Vec<StoredRecord>, Option<Share>)>, Refused> {
        let chunk = self.next_records(end)?;
        let bytes = chunk.iter().map(|stored| stored.record.payload_bytes()).sum();
        if !Ahead::counts(bytes) {
            return Ok(Some((chunk, None)));
        }
        if let Some(share) = self.node.ahead.try_share(bytes) {
            return Ok(Some((chunk, Some(share))));
        }
        drop(chunk);
        tokio::select! {
            share = self.node.ahead.share(bytes) => Ok(Some((self.next_records(end)?, Some(share)))),
            () = responses.closed() => Ok(None),
        }
    }

    fn next_records(&self, end: Size) -> Result<Vec<StoredRecord>, Refused> {
        let filtered = self.filter != EntryFilter::default();
        if filtered { self.next_filtered(end) } else { self.next_chunk(end) }
    }

    fn next_chunk(&self, end: Size) -> Result<Vec<StoredRecord>, Refused> {
        let left = usize::try_from(end.0 - self.next.0).unwrap_or(usize::MAX);
        let entries = left.min(limits::REPLAY_CHUNK_ENTRIES);
        self.node.read(self.next, ReadLimit { entries, bytes: limits::REPLAY_CHUNK_BYTES })
    }

    fn next_filtered(&self, end: Size) -> Result<Vec<StoredRecord>, Refused> {
        let view = self.node.models.at(end)?;
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        for index in view.entries(&self.filter, self.next) {
            let stored = self.node.read(index?, ReadLimit::ONE)?;
            bytes += stored.iter().map(|stored| stored.record.payload_bytes()).sum::<usize>();
            chunk.extend(stored);
            if bytes >= limits::REPLAY_CHUNK_BYTES || chunk.len() >= limits::REPLAY_CHUNK_ENTRIES {
                break;
            }
        }
        Ok(chunk)
    }
}

fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn kind_of(name: &str) -> Result<Kind, Refused> {
    Kind::from_name(name).ok_or_else(|| Refused::no_word("kind", name, "no kind; `merestone template` lists them"))
}
