//! What happens under one treaty, drawn from a seed.

use super::{
    Extent, Seeded, Stages,
    acts::{self, days_after, world},
    document, drawn, participant, treaty, whole,
};
use crate::domain::*;

/// Years in which participants join.
const JOINING: std::ops::Range<u64> = 1998..2018;

/// A treaty and who takes part.
pub(super) struct Story<'s> {
    number: u64,
    extent: &'s Extent,
    organisation: &'s OrganisationId,
    seeded: &'s mut Seeded,
    joined: Vec<Joined>,
}

/// A participation as it was drawn.
struct Joined {
    participant: String,
    signed: Option<String>,
    deposited: Option<String>,
    mode: ConsentMode,
    deposit: Option<Event>,
}

impl<'s> Story<'s> {
    pub fn new(number: u64, extent: &'s Extent, organisation: &'s OrganisationId, seeded: &'s mut Seeded) -> Self {
        Self { number, extent, organisation, seeded, joined: Vec::new() }
    }

    /// The registration; for most also when the treaty entered into force.
    pub fn open(&mut self, stages: &mut Stages) {
        let subject = format!("treaty/{}", treaty(self.number));
        let registered = self.event(&subject, acts::registered_treaty(self.number));
        let mut events = vec![registered];
        if !self.number.is_multiple_of(8) {
            events.push(self.event(&subject, acts::effect("1999-03-01")));
        }
        stages.registered.push(events);
    }

    /// Signatures and deposits, a third with both; tables for one treaty of four.
    pub fn join(&mut self, stages: &mut Stages) {
        let first = self.seeded.below(self.extent.participants);
        let mut events = Vec::new();
        for at in 0..self.extent.under(self.number) {
            let joined = self.draw_joined((first + at) % self.extent.participants);
            let subject = self.under(&joined.participant);
            if let Some(signed) = &joined.signed {
                events.push(self.event(&subject, acts::signature(signed)));
            }
            events.extend(joined.deposit.clone());
            self.joined.push(joined);
        }
        if self.number.is_multiple_of(2) {
            stages.joined.push(events);
        } else {
            stages.joined.extend(events.into_iter().map(|event| vec![event]));
        }
        if self.number.is_multiple_of(4) {
            for as_at in ["2018-01-01", "2026-01-01"] {
                let table = self.table(as_at);
                let stated = self.event(&format!("treaty/{}", treaty(self.number)), table);
                stages.joined.push(vec![self.citing(stated)]);
            }
        }
    }

    /// What comes after joining, in its proportion.
    pub fn go_on(&mut self, stages: &mut Stages) {
        for at in 0..self.joined.len() {
            let subject = self.under(&self.joined[at].participant);
            let mut events = Vec::new();
            if self.joined[at].deposited.is_some() && self.seeded.happens(20) {
                let received = self.seeded.day(2019..2026);
                events.push(self.event(&subject, acts::notice(&received)));
                self.conflict(at, stages);
            }
            if self.seeded.happens(8) {
                events.extend(self.correction(at));
            }
            if self.seeded.happens(8) {
                events.extend(self.rival(at));
            }
            if self.seeded.happens(20) {
                let taken = self.seeded.day(2019..2026);
                events.push(self.event(&subject, acts::step(&taken)));
            }
            stages.later.extend(events.into_iter().map(|event| vec![event]));
        }
        if self.number.is_multiple_of(5) || self.number < self.extent.large {
            self.suspension(stages);
        }
    }

    fn draw_joined(&mut self, number: u64) -> Joined {
        let participant = participant(number);
        let signs = self.seeded.happens(320);
        let signed = signs.then(|| self.seeded.day(1997..1999));
        let deposits = !signs || self.seeded.happens(850);
        let deposited = deposits.then(|| self.seeded.day(JOINING));
        let mode = if signs { ConsentMode::Ratification } else { ConsentMode::Accession };
        let subject = self.under(&participant);
        let deposit = deposited.as_ref().map(|day| self.event(&subject, acts::deposit(mode, day)));
        let deposit = deposit.map(|deposit| self.citing(deposit));
        Joined { participant, signed, deposited, mode, deposit }
    }

    /// A conflict in which somebody who leaves is asserted to be engaged.
    fn conflict(&mut self, at: usize, stages: &mut Stages) {
        if self.seeded.happens(100) {
            let since = self.seeded.day(2010..2025);
            let subject = format!("participant/{}", self.joined[at].participant);
            stages.later.push(vec![self.event(&subject, acts::conflict(&since))]);
        }
    }

    fn correction(&mut self, at: usize) -> Option<Event> {
        let Joined { participant, deposit, deposited, mode, .. } = &self.joined[at];
        let corrected = acts::deposit(*mode, &days_after(deposited.as_ref()?, 1));
        let (target, subject) = (self.named(deposit.as_ref()?), self.under(participant));
        let restated = Restated { occurred: None, not_stated: Vec::new(), body: Body::Treaty(corrected) };
        let body = EventCorrected { target, reason: "a slip".into(), restated: Some(Box::new(restated)) };
        Some(whole(&subject, Body::Shared(SharedBody::EventCorrected(body)), self.extent, self.seeded))
    }

    /// Two statements about one withdrawal that contradict each other.
    fn rival(&mut self, at: usize) -> Vec<Event> {
        let subject = self.under(&self.joined[at].participant);
        if self.joined[at].deposited.is_none() {
            return Vec::new();
        }
        let received = self.seeded.day(2019..2026);
        let days = [received.clone(), days_after(&received, 2)];
        let statements =
            days.map(|day| Event { act: Some("leaving".into()), ..self.event(&subject, acts::notice(&day)) });
        statements.into()
    }

    /// One suspends, others object.
    fn suspension(&mut self, stages: &mut Stages) {
        let Some(by) = self.joined.iter().position(|joined| joined.deposited.is_some()) else { return };
        let suspended = self.event(&self.under(&self.joined[by].participant), acts::suspension("2025-07-18"));
        let target = self.named(&suspended);
        stages.joined.push(vec![suspended]);
        for at in (0..self.joined.len()).filter(|at| *at != by).take(8) {
            let objection = acts::objection(target.clone(), "2025-10-17");
            stages.later.push(vec![self.event(&self.under(&self.joined[at].participant), objection)]);
        }
    }

    /// The depositary's table, from which one row in fifty is missing or differs.
    fn table(&mut self, as_at: &str) -> TreatyBody {
        let mut rows = Vec::new();
        for joined in &self.joined {
            let by = |day: &Option<String>| day.clone().filter(|day| day.as_str() <= as_at);
            let (signed, deposited) = (by(&joined.signed), by(&joined.deposited));
            if signed.is_none() && deposited.is_none() || self.seeded.happens(20) {
                continue;
            }
            rows.push(ParticipationRow {
                name: format!("Participant {}", joined.participant).into(),
                participant: joined.participant.parse().expect("an id"),
                signed: signed.as_deref().and_then(world),
                mode: deposited.as_ref().map(|_| joined.mode),
                deposited: deposited.as_deref().and_then(world),
                withdrawn: false,
                succession: false,
                footnotes: Vec::new(),
            });
        }
        TreatyBody::ParticipationTableStated(ParticipationTableStated { as_at: world(as_at), rows })
    }

    /// With the document of the depositary that tells it, under one treaty of four.
    fn citing(&self, event: Event) -> Event {
        let symbol = Some(document(self.number)).filter(|_| self.number.is_multiple_of(4));
        Event { documents: symbol.iter().map(|symbol| acts::document(symbol)).collect(), ..event }
    }

    fn named(&self, event: &Event) -> EventReference {
        EventReference { organisation: self.organisation.clone(), event: event.id }
    }

    fn under(&self, participant: &str) -> String {
        format!("participation/{}/{participant}", treaty(self.number))
    }

    fn event(&mut self, subject: &str, body: TreatyBody) -> Event {
        drawn(subject, body, self.extent, self.seeded)
    }
}
