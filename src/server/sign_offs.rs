//! The service `SignOffs`: what waits for a signature and for whom, as known at
//! any time.
//!
//! Promises: who could sign is said by the very rules that would decide the
//! sign-off; what waits is found through the read models, not by walking the log.
//! Leaves to others: proving any of it (a signer reads the entry and its receipt).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use prost::Message;
use tonic::{Request, Response, Status};

use super::{Node, convert, difference::changes, errors::Refused, lately::ReadEntry, page};
use crate::{
    admission::{KnownBefore, LandThen},
    domain::{
        AuthorityWord, Capacity, Entry, EnvelopeContent, Event, Index, MemberId, MissingSignOff, OrganisationId,
        Recorded, RecordingTime, SignOffClass, SignOffState, Signer, Statement, Subject, SubmissionDigest,
        SubmissionStatus, SubmittedEvents, Verdict, Word,
    },
    journal::StoredRecord,
    limits::EVENT_LINES,
    policy::{self, Registry},
    projections::View,
    wire::{self, proto},
};

/// The service over a node.
#[derive(Clone, Debug)]
pub struct SignOffsService(pub Arc<Node>);

#[tonic::async_trait]
impl proto::sign_offs_server::SignOffs for SignOffsService {
    async fn list(
        &self,
        request: Request<proto::ListSignOffsRequest>,
    ) -> Result<Response<proto::ListSignOffsResponse>, Status> {
        let (request, question) = self.0.opened(request.into_inner()).await?;
        let wanted = Wanted::parse(&request)?;
        let view = self.0.view_at(request.read_at).await?;
        Ok(Response::new(question.bound(self.0.inbox(view, &wanted, request.page_size, &request.page_token)?)))
    }

    async fn get(
        &self,
        request: Request<proto::GetSignOffsRequest>,
    ) -> Result<Response<proto::GetSignOffsResponse>, Status> {
        let proto::GetSignOffsRequest { submission, organisation, member, read_at } = request.into_inner();
        let asker = Asker::parse(&organisation, &member)?;
        let view = self.0.view_at(read_at).await?;
        Ok(Response::new(self.0.submission(view, submission, asker.as_ref())?))
    }
}

/// On whose behalf it is asked.
struct Asker {
    organisation: OrganisationId,
    member: Option<MemberId>,
}

impl Asker {
    fn parse(organisation: &str, member: &str) -> Result<Option<Self>, Refused> {
        if organisation.is_empty() {
            return match member {
                "" => Ok(None),
                _ => Err(Refused::invalid("member", "name the organisation of the post, too")),
            };
        }
        let organisation = organisation.parse().map_err(|error| ("organisation", error))?;
        let member = Some(member).filter(|member| !member.is_empty()).map(str::parse);
        Ok(Some(Self { organisation, member: member.transpose().map_err(|error| ("member", error))? }))
    }

    /// Its posts with an active key, each with one of them.
    fn signers(&self, registry: &Registry) -> Vec<Signer> {
        let Some(state) = registry.organisation(&self.organisation) else { return Vec::new() };
        let asked = state.members.iter().filter(|(id, _)| self.member.as_ref().is_none_or(|member| member == *id));
        let signers = asked.filter_map(|(id, member)| {
            let active = |key: &&_| registry.key(**key).is_some_and(|key| key.ended().is_none());
            let key = member.keys.iter().find(active)?;
            Some(Signer { organisation: self.organisation.clone(), member: id.clone(), key: *key })
        });
        signers.collect()
    }
}

/// What an inbox is to hold.
struct Wanted {
    asker: Option<Asker>,
    capacity: Option<Capacity>,
    author: Option<OrganisationId>,
}

impl Wanted {
    fn parse(request: &proto::ListSignOffsRequest) -> Result<Self, Refused> {
        let known =
            |number| Capacity::from_number(number).ok_or_else(|| Refused::invalid("capacity", "no such capacity"));
        let author = Some(request.author.as_str()).filter(|author| !author.is_empty()).map(str::parse);
        Ok(Self {
            asker: Asker::parse(&request.organisation, &request.member)?,
            capacity: Some(request.capacity).filter(|number| *number != 0).map(known).transpose()?,
            author: author.transpose().map_err(|error| ("author", error))?,
        })
    }

    fn keeps(&self, node: &Node, state: &SignOffState, moment: &Moment<'_>) -> bool {
        let waits = state.status_at(moment.at) == SubmissionStatus::Waiting;
        waits
            && self.author.as_ref().is_none_or(|author| *author == state.author.organisation)
            && match (&self.asker, self.capacity) {
                (None, None) => true,
                (None, Some(capacity)) => state.missing.iter().any(|missing| missing.capacity == capacity),
                (Some(asker), capacity) => {
                    let open = node.open_to(state.submission, asker, moment);
                    open.iter().any(|(_, open)| capacity.is_none_or(|capacity| open.contains(&capacity)))
                }
            }
    }
}

/// What decides who could sign with the next entry.
struct Moment<'a> {
    view: View<'a>,
    registry: Arc<Registry>,
    /// Recording time of the newest entry: the answer is a function of entries alone.
    at: RecordingTime,
}

impl Node {
    fn inbox(
        &self,
        view: View<'_>,
        wanted: &Wanted,
        page_size: u32,
        page_token: &str,
    ) -> Result<proto::ListSignOffsResponse, Refused> {
        let moment = self.moment(view)?;
        let page = page(page_size, page_token);
        let found = view.waiting(|state| wanted.keeps(self, state, &moment), page)?;
        let told = found.items.iter().map(|state| {
            let entry = self.entry_at(state.recorded)?;
            self.told(&moment, &entry, Some(state), wanted.asker.as_ref())
        });
        Ok(proto::ListSignOffsResponse {
            waiting: told.collect::<Result<_, Refused>>()?,
            next_page_token: found.next.unwrap_or_default(),
            holds_at: Some(self.holds_at(view)?),
        })
    }

    fn submission(
        &self,
        view: View<'_>,
        named: Option<proto::get_sign_offs_request::Submission>,
        asker: Option<&Asker>,
    ) -> Result<proto::GetSignOffsResponse, Refused> {
        use proto::get_sign_offs_request::Submission;
        let index = match named {
            Some(Submission::Index(index)) => Index(index),
            Some(Submission::SubmissionDigest(digest)) => self.index_of(&digest)?,
            None => return Err(Refused::invalid("submission", "name an index or a submission digest")),
        };
        let held = |index: Index| index.0 < view.size().0;
        let unknown = || {
            let message = format!("there is no entry {index}: the ledger held {} entries then, from 0 on", view.size());
            Refused::not_found("submission", message)
        };
        let entry = self.entry_at(Some(index).filter(|index| held(*index)).ok_or_else(unknown)?)?;
        let entry = match &entry.envelope.content {
            EnvelopeContent::Submission(_) => entry,
            EnvelopeContent::SignOffs { submission, .. } => self.entry_at(self.index_of(submission.as_bytes())?)?,
        };
        let moment = self.moment(view)?;
        let state = view.sign_offs(entry.index)?;
        let told = self.told(&moment, &entry, state.as_ref(), asker)?;
        let events = self.record_at(entry.index)?.stored.record.events.clone().into_iter();
        let events = events.map(|event| proto::Event::decode(event).map_err(|error| Refused::internal(&error)));
        Ok(proto::GetSignOffsResponse {
            state: Some(told),
            events: events.collect::<Result<_, _>>()?,
            holds_at: Some(self.holds_at(view)?),
        })
    }

    /// What became of the submission of an entry, in short.
    pub(super) fn state_of_entry(&self, view: View<'_>, index: Index) -> Result<proto::SubmissionState, Refused> {
        self.state_of(view, &*self.entry_at(index)?)
    }

    /// The same for an entry that was read already.
    pub(super) fn state_of_record(
        &self,
        view: View<'_>,
        stored: &StoredRecord,
    ) -> Result<proto::SubmissionState, Refused> {
        self.state_of(view, &wire::read_entry(stored).map_err(|error| Refused::internal(&error))?)
    }

    fn state_of(&self, view: View<'_>, entry: &Entry) -> Result<proto::SubmissionState, Refused> {
        let (recorded, digest, class) = match &entry.envelope.content {
            EnvelopeContent::Submission(submitted) => (entry.index, submitted.digest, class_by_kind(submitted)),
            EnvelopeContent::SignOffs { submission, .. } => {
                (self.index_of(submission.as_bytes())?, *submission, SignOffClass::States)
            }
        };
        let newest = view.holds_at()?.recorded_at.unwrap_or(entry.recorded_at);
        let (Some(state), recorded_at) = (view.sign_offs(recorded)?, entry.recorded_at) else {
            let author = &submitted(entry)?.submission.author;
            return Ok(acted_at_once(digest, entry, author, class));
        };
        let recorded_at = view.recorded_at(state.recorded)?.unwrap_or(recorded_at);
        Ok(state_message(&state, recorded_at, newest))
    }

    /// Everything about a submission. `state` is absent for one that acted at once
    /// and that nobody else signed.
    fn told(
        &self,
        moment: &Moment<'_>,
        entry: &Entry,
        state: Option<&SignOffState>,
        asker: Option<&Asker>,
    ) -> Result<proto::SubmissionState, Refused> {
        let submitted = submitted(entry)?;
        let told = match state {
            Some(state) => state_message(state, entry.recorded_at, moment.at),
            None => acted_at_once(submitted.digest, entry, &submitted.submission.author, class_by_kind(submitted)),
        };
        // Remarks on the submission, and on what was said about it later.
        let mut findings = moment.view.findings_of_entry(entry.index)?;
        let said: BTreeSet<Index> = state.iter().flat_map(|state| &state.statements).map(|it| it.at).collect();
        for at in said.into_iter().filter(|at| *at != entry.index) {
            findings.extend(moment.view.findings_of_entry(at)?);
        }
        let open = asker.map(|asker| self.open_to(submitted.digest, asker, moment)).unwrap_or_default();
        Ok(proto::SubmissionState {
            findings: findings.iter().map(convert::finding).collect(),
            events: self.event_lines(submitted, told.status() == proto::SubmissionStatus::Waiting, moment.view)?,
            event_count: u32::try_from(submitted.events.len()).expect("at most 1,000 events in a submission"),
            open_to: open.iter().map(open_message).collect(),
            ..told
        })
    }

    /// The first events in a line each, with what they would change while they wait.
    fn event_lines(
        &self,
        submitted: &SubmittedEvents,
        waits: bool,
        view: View<'_>,
    ) -> Result<Vec<proto::EventLine>, Refused> {
        let shown = &submitted.events[..submitted.events.len().min(EVENT_LINES)];
        let past = waits && view.size() != self.sequencer.published().head.tree.size;
        let mut land: BTreeMap<&Subject, Vec<Recorded>> = BTreeMap::new();
        for event in shown.iter().filter(|event| past && matches!(event.subject, Subject::Record(_))) {
            if !land.contains_key(&event.subject) {
                land.insert(&event.subject, self.history(view, &event.subject)?);
            }
        }
        let land: BTreeMap<&Subject, LandThen<'_>> =
            land.iter().map(|(subject, events)| (*subject, LandThen::of(events))).collect();
        let lines = shown.iter().map(|event| {
            let changes = self.sequencer.with_admission(|admission| {
                let known = KnownBefore::new(admission, view.size());
                let known = match land.get(&event.subject) {
                    Some(land) => known.with_land(land),
                    None => known,
                };
                if waits { changes(event, &known) } else { Vec::new() }
            });
            proto::EventLine { changes, ..event_line(event) }
        });
        Ok(lines.collect())
    }

    /// The posts that could approve with the next entry, and as what.
    fn open_to(
        &self,
        submission: SubmissionDigest,
        asker: &Asker,
        moment: &Moment<'_>,
    ) -> Vec<(Signer, Vec<Capacity>)> {
        let Moment { view, registry, at } = moment;
        let open = asker.signers(registry).into_iter().map(|signer| {
            let capacities = self.sequencer.with_admission(|admission| {
                let known = KnownBefore::new(admission, view.size());
                policy::open_capacities(submission, &signer, *at, registry, &known)
            });
            (signer, capacities)
        });
        open.filter(|(_, capacities)| !capacities.is_empty()).collect()
    }

    fn moment<'a>(&self, view: View<'a>) -> Result<Moment<'a>, Refused> {
        let published = self.sequencer.published();
        let newest = published.head.tree.size == view.size();
        let registry =
            if newest { Arc::clone(&published.registry) } else { Arc::new(published.registry.as_of(view.size())) };
        Ok(Moment { view, registry, at: view.holds_at()?.recorded_at.unwrap_or_default() })
    }

    fn record_at(&self, index: Index) -> Result<Arc<ReadEntry>, Refused> {
        self.read_entry(index)?.ok_or_else(|| Refused::not_found("index", format!("entry {index} cannot be read")))
    }

    fn entry_at(&self, index: Index) -> Result<Arc<Entry>, Refused> {
        self.record_at(index)?.entry()
    }
}

fn submitted(entry: &Entry) -> Result<&SubmittedEvents, Refused> {
    match &entry.envelope.content {
        EnvelopeContent::Submission(submitted) => Ok(submitted),
        EnvelopeContent::SignOffs { .. } => {
            Err(Refused::not_found("index", format!("entry {} holds no submission", entry.index)))
        }
    }
}

/// The class of a submission that did not wait.
fn class_by_kind(submitted: &SubmittedEvents) -> SignOffClass {
    let classes = submitted.events.iter().map(|event| event.kind().row().class);
    classes.into_iter().find(|class| matches!(class, SignOffClass::Governs(_))).unwrap_or(SignOffClass::States)
}

fn acted_at_once(
    digest: SubmissionDigest,
    entry: &Entry,
    author: &Signer,
    class: SignOffClass,
) -> proto::SubmissionState {
    let state = SignOffState {
        submission: digest,
        recorded: entry.index,
        author: author.clone(),
        class,
        status: SubmissionStatus::Effective { at: entry.index },
        verified: None,
        statements: Vec::new(),
        missing: Vec::new(),
        authorities: Vec::new(),
        waits_until: None,
    };
    state_message(&state, entry.recorded_at, entry.recorded_at)
}

/// The state for a reader whose newest entry was recorded at `newest`.
fn state_message(state: &SignOffState, recorded_at: RecordingTime, newest: RecordingTime) -> proto::SubmissionState {
    let current = state.status_at(newest);
    let (status, decided, rule) = status_message(&current);
    let missing = if current == SubmissionStatus::Waiting { state.missing.as_slice() } else { &[] };
    proto::SubmissionState {
        submission_digest: convert::bytes(state.submission.as_bytes()),
        index: state.recorded.0,
        recorded_at: Some(wire::timestamp(recorded_at)),
        organisation: state.author.organisation.to_string(),
        member: state.author.member.to_string(),
        class: class_message(state.class).into(),
        status: status.into(),
        decided_index: decided.map_or(0, |index| index.0),
        rule: rule.to_owned(),
        verified: state.verified.is_some(),
        verified_index: state.verified.map_or(0, |index| index.0),
        waits_until: state.waits_until.map(wire::timestamp),
        missing: missing.iter().map(missing_message).collect(),
        statements: state.statements.iter().map(statement_message).collect(),
        authorities: state.authorities.iter().map(word_message).collect(),
        ..proto::SubmissionState::default()
    }
}

fn class_message(class: SignOffClass) -> proto::SubmissionClass {
    match class {
        SignOffClass::States => proto::SubmissionClass::States,
        SignOffClass::Eases => proto::SubmissionClass::Eases,
        SignOffClass::Transfers => proto::SubmissionClass::Transfers,
        SignOffClass::Governs(_) => proto::SubmissionClass::Governs,
    }
}

fn status_message(status: &SubmissionStatus) -> (proto::SubmissionStatus, Option<Index>, &str) {
    match status {
        SubmissionStatus::Waiting => (proto::SubmissionStatus::Waiting, None, ""),
        SubmissionStatus::Effective { at } => (proto::SubmissionStatus::Effective, Some(*at), ""),
        SubmissionStatus::Lapsed { at, rule } => (proto::SubmissionStatus::Lapsed, Some(*at), rule),
        SubmissionStatus::Expired => (proto::SubmissionStatus::Expired, None, ""),
        SubmissionStatus::Declined { at } => (proto::SubmissionStatus::Declined, Some(*at), ""),
        SubmissionStatus::Withdrawn { at } => (proto::SubmissionStatus::Withdrawn, Some(*at), ""),
    }
}

fn missing_message(missing: &MissingSignOff) -> proto::MissingSignOff {
    let MissingSignOff { capacity, count, concern, message } = missing;
    proto::MissingSignOff {
        capacity: capacity.number(),
        count: *count,
        concern: concern.as_ref().map(ToString::to_string).unwrap_or_default(),
        message: message.to_string(),
    }
}

fn statement_message(statement: &Statement) -> proto::SignOffStatement {
    let Statement { at, signer, capacity, verdict } = statement;
    let (verdict, reason) = match verdict {
        Verdict::Approve { remark } => (proto::Verdict::Approve, remark),
        Verdict::Decline { reason } => (proto::Verdict::Decline, reason),
        Verdict::Withdraw { reason } => (proto::Verdict::Withdraw, reason),
    };
    proto::SignOffStatement {
        index: at.0,
        organisation: signer.organisation.to_string(),
        member: signer.member.to_string(),
        key_id: convert::bytes(signer.key.as_bytes()),
        capacity: capacity.number(),
        verdict: verdict.into(),
        reason: reason.to_string(),
    }
}

fn word_message(word: &AuthorityWord) -> proto::AuthorityWord {
    let AuthorityWord { organisation, concern, word } = word;
    let (verdict, index) = match word {
        Word::Awaited => (proto::Verdict::Unspecified, 0),
        Word::Approved { at } => (proto::Verdict::Approve, at.0),
        Word::Declined { at } => (proto::Verdict::Decline, at.0),
    };
    proto::AuthorityWord {
        organisation: organisation.to_string(),
        concern: concern.to_string(),
        verdict: verdict.into(),
        index,
    }
}

fn event_line(event: &Event) -> proto::EventLine {
    proto::EventLine {
        kind: event.kind().name().into(),
        subject: event.subject.to_string(),
        date: event.date().map(ToString::to_string).unwrap_or_default(),
        event_id: event.id.to_string(),
        changes: Vec::new(),
    }
}

fn open_message((signer, capacities): &(Signer, Vec<Capacity>)) -> proto::OpenCapacity {
    proto::OpenCapacity {
        organisation: signer.organisation.to_string(),
        member: signer.member.to_string(),
        capacities: capacities.iter().map(|capacity| capacity.number()).collect(),
    }
}
