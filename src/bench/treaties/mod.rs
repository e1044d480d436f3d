//! A record of treaties to measure with: as many treaties, participations and acts as the
//! depositary's tables hold, drawn from a seed.
//!
//! Promises: the same seed gives the same events, and all of them are accepted in the order
//! of the stages. Invented treaties and participants; no real ones. Leaves to others:
//! signing, submitting and measuring.

mod acts;
pub mod open;
mod story;

pub use super::seeded::Seeded;
use crate::{
    authoring::{Freshness, fresh_event},
    domain::*,
};

/// How much is to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub treaties: u64,
    pub participants: u64,
    /// How many treaties have nearly all participants under them.
    pub large: u64,
    /// Participations under one of those, and under all treaties together.
    pub under_large: u64,
    pub participations: u64,
    /// When the entries are signed.
    pub now: RecordingTime,
}

impl Extent {
    /// As much as the whole of the depositary's tables: 320 treaties, 24,000
    /// participations; the acts come to some 32,000.
    pub const WHOLE: Self = Self {
        treaties: 320,
        participants: 200,
        large: 12,
        under_large: 190,
        participations: 24_000,
        now: RecordingTime(1_780_000_000_000_000),
    };

    /// How many participants a treaty has.
    fn under(&self, treaty: u64) -> u64 {
        if treaty < self.large {
            return self.under_large;
        }
        let (rest, treaties) = (self.participations - self.large * self.under_large, self.treaties - self.large);
        let at = treaty - self.large;
        // From half of the mean to one and a half of it, rounded, so that the sum stays.
        let last = (treaties - 1).max(1);
        let share = (rest * (last + 2 * at) + treaties * last) / (2 * treaties * last);
        share.clamp(1, self.participants)
    }
}

/// The id of a treaty by its number.
pub fn treaty(number: u64) -> String {
    format!("untc:G-{number}")
}

/// The id of a participant by its number.
pub fn participant(number: u64) -> String {
    format!("P-{number:03}")
}

/// The symbol of the document that a treaty's deposits and tables cite, where they cite one:
/// under one treaty of four.
pub fn document(treaty: u64) -> String {
    format!("C.N.{treaty}.2018.TREATIES")
}

/// The record in submissions, in three stages; each may name events of the stages before,
/// so a stage is to be recorded before the next begins. Of a half of the treaties the
/// participations come as an import brings them, in one submission; of the others one by one.
#[derive(Debug)]
pub struct Stages {
    /// Treaties and participants.
    pub registered: Vec<Vec<Event>>,
    /// Signatures, deposits, what goes with them, tables.
    pub joined: Vec<Vec<Event>>,
    /// Withdrawals, suspensions, objections, corrections, rival statements.
    pub later: Vec<Vec<Event>>,
}

impl Stages {
    /// Draws a record.
    pub fn draw(extent: &Extent, organisation: &OrganisationId, seeded: &mut Seeded) -> Self {
        let mut stages = Self { registered: Vec::new(), joined: Vec::new(), later: Vec::new() };
        let participants = (0..extent.participants).map(|number| {
            let subject = format!("participant/{}", participant(number));
            drawn(&subject, acts::registered_participant(number), extent, seeded)
        });
        stages.registered.push(participants.collect());
        for number in 0..extent.treaties {
            let mut story = story::Story::new(number, extent, organisation, seeded);
            story.open(&mut stages);
            story.join(&mut stages);
            story.go_on(&mut stages);
        }
        stages
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        let stages = [&self.registered, &self.joined, &self.later];
        stages.into_iter().flatten().map(Vec::len).sum()
    }
}

/// A transcription of an act.
fn drawn(subject: &str, body: TreatyBody, extent: &Extent, seeded: &mut Seeded) -> Event {
    whole(subject, Body::Treaty(body), extent, seeded)
}

fn whole(subject: &str, body: Body, extent: &Extent, seeded: &mut Seeded) -> Event {
    let mut randomness = |bytes: &mut [u8]| seeded.fill(bytes);
    let mut fresh = Freshness { now: extent.now, randomness: &mut randomness };
    let mut event = fresh_event(subject.parse().expect("a subject"), body, &mut fresh);
    event.source = Some(Source {
        class: SourceClass::Government,
        transcribed: true,
        name: "A register".into(),
        locator: "".into(),
        retrieved: None,
    });
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_record_has_the_size_that_is_promised() {
        let extent = Extent::WHOLE;
        let participations: u64 = (0..extent.treaties).map(|treaty| extent.under(treaty)).sum();
        assert!((23_700..24_300).contains(&participations), "{participations}");
        let stages = Stages::draw(&extent, &"desk".parse().expect("an id"), &mut Seeded(7));
        let acts = stages.events() - usize::try_from(extent.participants + extent.treaties).expect("few");
        assert!((31_000..33_500).contains(&acts), "{acts}");
    }

    #[test]
    fn the_same_seed_draws_the_same_record() {
        let extent =
            Extent { treaties: 6, participants: 12, large: 1, under_large: 10, participations: 40, ..Extent::WHOLE };
        let draw = |seed| Stages::draw(&extent, &"desk".parse().expect("an id"), &mut Seeded(seed));
        assert_eq!(draw(7).later, draw(7).later);
        assert_ne!(draw(7).later, draw(8).later);
    }
}
