//! A ledger that grows: treaty acts, records of mined areas and the signatures on
//! their releases, drawn from a seed in proportions like those of a ledger in use.
//!
//! Promises: the same seed draws the same acts, places and dates; everything enters,
//! when a wave is sent after the one before has. Leaves to others: sending (`drive`),
//! what is asked of the ledger (`ask`).

pub mod acts;
pub mod fields;

use rayon::prelude::*;

use super::seeded::Seeded;
use crate::{
    authoring::{
        EventDraft, Freshness, Post, SignOffDraft, SignedSubmission, fresh_event, later_sign_off, sign_events,
    },
    client::submission_digest,
    domain::*,
    wire::proto::SubmitRequest,
};

/// Treaties that the growth adds to those that are there.
const TREATIES: u64 = 35;
/// Participants that it adds.
const PARTICIPANTS: u64 = 200;

/// Whose ledger grows, and who signs.
#[derive(Clone, Debug)]
pub struct Hands {
    pub ledger: LedgerId,
    /// May grant mandates.
    pub operator: Post,
    /// Transcribes treaty acts.
    pub transcriber: Post,
    /// Records mined areas in the country XX.
    pub recorder: Post,
    /// Another post of the recorder's organisation.
    pub verifier: Post,
    /// The national authority for XX.
    pub authority: Post,
    /// Treaties that are registered already.
    pub treaties: Vec<TreatyId>,
}

/// The growth, wave by wave.
#[derive(Debug)]
pub struct Growth {
    hands: Hands,
    now: RecordingTime,
    seeded: Seeded,
    treaties: Vec<TreatyId>,
    participants: Vec<ParticipantId>,
    /// Records with a parcel that nothing waits for.
    opened: Vec<RecordId>,
    cleared: Vec<(RecordId, EventReference)>,
    released: Vec<SubmissionDigest>,
    verified: Vec<SubmissionDigest>,
}

/// What is signed by whom, drawn but not yet signed.
enum Step {
    Events(Post, Vec<Event>),
    SignOff(Post, SubmissionDigest, Capacity),
}

impl Growth {
    /// `now` is when everything is signed.
    pub fn new(hands: Hands, now: RecordingTime, seed: u64) -> Self {
        let treaties = hands.treaties.iter().cloned().chain((0..TREATIES).map(acts::treaty)).collect();
        let participants = (0..PARTICIPANTS).map(acts::participant).collect();
        let (opened, cleared, released, verified) = Default::default();
        let seeded = Seeded(seed);
        Self { hands, now, seeded, treaties, participants, opened, cleared, released, verified }
    }

    /// Treaties under which acts are drawn, those that were there first.
    pub fn treaties(&self) -> &[TreatyId] {
        &self.treaties
    }

    /// Participants whose acts are drawn.
    pub fn participants(&self) -> &[ParticipantId] {
        &self.participants
    }

    /// What everything else needs, each to be sent after the one before entered: the
    /// mandate of the transcriber, treaties and participants.
    pub fn opening(&mut self) -> Vec<SubmitRequest> {
        let mandate = Mandate {
            mandate_type: MandateType::Transcribe,
            treaties: Scope::All,
            countries: Scope::Listed(Vec::new()),
            since: None,
            until: None,
            basis: "A measurement".into(),
        };
        let desk = Subject::Organisation(self.hands.transcriber.organisation.clone());
        let granted = Body::Registry(RegistryBody::MandateGranted(MandateGranted { mandate }));
        let granted = Step::Events(self.hands.operator.clone(), vec![self.event(desk, granted, Vec::new())]);
        let mut bodies = Vec::new();
        for treaty in (0..TREATIES).map(acts::treaty) {
            let subject = Subject::Treaty(treaty);
            bodies.extend([(subject.clone(), acts::registered()), (subject, acts::effect("1999-03-01"))]);
        }
        for number in 0..PARTICIPANTS {
            bodies.push((Subject::Participant(acts::participant(number)), acts::registered_participant(number)));
        }
        let events = bodies.into_iter().map(|(subject, body)| self.event(subject, Body::Treaty(body), Vec::new()));
        let events = events.collect();
        let registered = Step::Events(self.hands.transcriber.clone(), events);
        self.sign(vec![granted, registered]).into_iter().map(request).collect()
    }

    /// So many submissions in any order, of one event or one sign-off each; none needs
    /// another of the same wave.
    pub fn wave(&mut self, count: u64) -> Vec<SubmitRequest> {
        let (mut opened, mut cleared) = (Vec::new(), Vec::new());
        let steps = (0..count).map(|_| match self.seeded.below(100) {
            0..30 => self.treaty_act(),
            30..40 => self.sign_off().unwrap_or_else(|| self.record_opened(&mut opened)),
            40..46 => self.release_of_cleared().unwrap_or_else(|| self.record_opened(&mut opened)),
            46..62 => self.clearance(&mut cleared).unwrap_or_else(|| self.record_opened(&mut opened)),
            62..70 => self.survey().unwrap_or_else(|| self.record_opened(&mut opened)),
            _ => self.record_opened(&mut opened),
        });
        let steps: Vec<_> = steps.collect();
        let releases: Vec<_> = steps.iter().map(is_release).collect();
        let signed = self.sign(steps);
        self.released.extend(signed.iter().zip(releases).filter(|(_, is)| *is).map(|(signed, _)| digest_of(signed)));
        self.opened.extend(opened);
        self.cleared.extend(cleared);
        signed.into_iter().map(request).collect()
    }

    /// Surveys, which take effect at once; as many releases of records on which none waits, so many
    /// at the most; and then what completes each release: the verifier's signature and the authority's.
    pub fn releases(&mut self, count: usize) -> [Vec<SubmitRequest>; 4] {
        let drawn: Vec<_> = (0..count).map_while(|_| self.seeded.take(&mut self.opened)).collect();
        let surveys = (0..drawn.len()).map_while(|_| self.survey()).collect();
        let surveys = self.sign(surveys).into_iter().map(request).collect();
        let releases = drawn.into_iter().map(|record| self.release(record, Vec::new())).collect();
        let releases = self.sign(releases);
        let digests: Vec<_> = releases.iter().map(digest_of).collect();
        let (verifier, authority) = (self.hands.verifier.clone(), self.hands.authority.clone());
        let mut by = |post: &Post, capacity| {
            let steps = digests.iter().map(|digest| Step::SignOff(post.clone(), *digest, capacity)).collect();
            self.sign(steps).into_iter().map(request).collect()
        };
        let (verified, authorised) = (by(&verifier, Capacity::Verifier), by(&authority, Capacity::NationalAuthority));
        [surveys, releases.into_iter().map(request).collect(), verified, authorised]
    }

    fn treaty_act(&mut self) -> Step {
        let treaty = self.seeded.one_of(&self.treaties).clone();
        let participant = self.seeded.one_of(&self.participants).clone();
        let (subject, body) = acts::act(treaty, participant, &mut self.seeded);
        Step::Events(self.hands.transcriber.clone(), vec![self.event(subject, Body::Treaty(body), Vec::new())])
    }

    fn record_opened(&mut self, opened: &mut Vec<RecordId>) -> Step {
        let record = fields::record(&mut self.seeded);
        opened.push(record.clone());
        let (body, parts) = fields::opening(&mut self.seeded);
        self.on_record(record, body, parts)
    }

    fn survey(&mut self) -> Option<Step> {
        let record = self.any_opened()?;
        let body = fields::survey(&mut self.seeded);
        Some(self.on_record(record, body, Vec::new()))
    }

    fn clearance(&mut self, cleared: &mut Vec<(RecordId, EventReference)>) -> Option<Step> {
        let record = self.any_opened()?;
        let body = fields::clearance(&mut self.seeded);
        let step = self.on_record(record.clone(), body, Vec::new());
        if let Step::Events(post, events) = &step {
            let organisation = post.organisation.clone();
            cleared.extend(events.iter().map(|event| {
                let reference = EventReference { organisation: organisation.clone(), event: event.id };
                (record.clone(), reference)
            }));
        }
        Some(step)
    }

    fn release_of_cleared(&mut self) -> Option<Step> {
        let (record, clearance) = self.seeded.take(&mut self.cleared)?;
        Some(self.release(record, vec![clearance]))
    }

    fn release(&mut self, record: RecordId, rests_on: Vec<EventReference>) -> Step {
        let body = fields::release(rests_on, &mut self.seeded);
        self.on_record(record, body, Vec::new())
    }

    /// The verifier signs before the authority does.
    fn sign_off(&mut self) -> Option<Step> {
        if self.seeded.below(2) == 0
            && let Some(digest) = self.seeded.take(&mut self.verified)
        {
            return Some(Step::SignOff(self.hands.authority.clone(), digest, Capacity::NationalAuthority));
        }
        let digest = self.seeded.take(&mut self.released)?;
        // The authority may sign in the same wave: the order of the two makes no difference.
        self.verified.push(digest);
        Some(Step::SignOff(self.hands.verifier.clone(), digest, Capacity::Verifier))
    }

    fn any_opened(&mut self) -> Option<RecordId> {
        if self.opened.is_empty() { None } else { Some(self.seeded.one_of(&self.opened).clone()) }
    }

    fn on_record(&mut self, record: RecordId, body: MinefieldBody, parts: Vec<Part>) -> Step {
        let event = self.event(Subject::Record(record), Body::Minefield(body), parts);
        Step::Events(self.hands.recorder.clone(), vec![event])
    }

    fn event(&mut self, subject: Subject, body: Body, parts: Vec<Part>) -> Event {
        let sourced = !matches!(body, Body::Registry(_));
        let own = matches!(body, Body::Minefield(_));
        let mut fresh = Freshness { now: self.now, randomness: &mut |bytes| self.seeded.fill(bytes) };
        let mut event = fresh_event(subject, body, &mut fresh);
        event.parts = parts;
        event.source = sourced.then(|| Source {
            class: if own { SourceClass::OwnAct } else { SourceClass::Government },
            transcribed: !own,
            name: if own { "A measurement".into() } else { "A register".into() },
            locator: "".into(),
            retrieved: None,
        });
        event
    }

    /// Signs on all cores; each step has a seed of its own, so that the order of the
    /// cores makes no difference.
    fn sign(&mut self, steps: Vec<Step>) -> Vec<SignedSubmission> {
        let steps: Vec<_> = steps.into_iter().map(|step| (step, Seeded(self.seeded.draw()))).collect();
        let (ledger, now) = (self.hands.ledger, self.now);
        steps.into_par_iter().map(|(step, seeded)| step.sign(ledger, now, seeded)).collect()
    }
}

impl Step {
    fn sign(self, ledger: LedgerId, now: RecordingTime, mut seeded: Seeded) -> SignedSubmission {
        match self {
            Self::Events(post, events) => {
                let draft = EventDraft { ledger: Some(ledger), seen: None, events };
                let mut fresh = Freshness { now, randomness: &mut |bytes| seeded.fill(bytes) };
                sign_events(&draft, &post, &[], &mut fresh)
            }
            Self::SignOff(post, submission, capacity) => {
                let verdict = Verdict::Approve { remark: "".into() };
                let draft = SignOffDraft { ledger, submission, capacity, verdict, accepted_findings: Vec::new() };
                later_sign_off(&draft, &post, now)
            }
        }
    }
}

fn is_release(step: &Step) -> bool {
    let Step::Events(_, events) = step else { return false };
    events.iter().any(|event| matches!(event.body, Body::Minefield(MinefieldBody::LandReleased(_))))
}

fn digest_of(signed: &SignedSubmission) -> SubmissionDigest {
    submission_digest(&signed.envelope).expect("it holds a submission")
}

fn request(signed: SignedSubmission) -> SubmitRequest {
    SubmitRequest { envelope: signed.envelope, events: signed.events }
}
