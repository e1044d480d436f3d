//! The load: signed submissions of events of about 600 bytes each.

use rayon::prelude::*;

use super::founding::xx;
use crate::{
    authoring::{EventDraft, Freshness, Post, fresh_event, sign_events},
    domain::*,
    wire::proto::SubmitRequest,
};

/// Who submits the load.
#[derive(Clone, Debug)]
pub struct Author {
    pub ledger: LedgerId,
    pub post: Post,
}

impl Author {
    /// `count` submissions that open `events` records each, signed on all cores.
    pub fn records(
        &self,
        count: u64,
        events: usize,
        now: RecordingTime,
        randomness: &(dyn Fn(&mut [u8]) + Sync),
    ) -> Vec<SubmitRequest> {
        let one = |_| {
            let mut randomness = |bytes: &mut [u8]| randomness(bytes);
            let mut fresh = Freshness { now, randomness: &mut randomness };
            let events = (0..events).map(|_| record(&mut fresh)).collect();
            self.submission(events, &mut fresh)
        };
        (0..count).into_par_iter().map(one).collect()
    }

    /// Signs events as one submission.
    pub fn submission(&self, events: Vec<Event>, fresh: &mut Freshness<'_>) -> SubmitRequest {
        let draft = EventDraft { ledger: Some(self.ledger), seen: None, events };
        let signed = sign_events(&draft, &self.post, &[], fresh);
        SubmitRequest { envelope: signed.envelope, events: signed.events }
    }
}

fn record(fresh: &mut Freshness<'_>) -> Event {
    let mut random = [0; 16];
    (fresh.randomness)(&mut random);
    let subject = Subject::Record(format!("XX-{}", hex::encode(&random[..8])).parse().expect("an identifier"));
    let mut event = fresh_event(subject, Body::Minefield(MinefieldBody::RecordOpened(opened(&random))), fresh);
    event.occurred = Some("2025-06-01".parse().expect("a date"));
    event.source = Some(Source {
        class: SourceClass::OwnAct,
        transcribed: false,
        name: "Survey report of the measured desk".into(),
        locator: "sheet 7, row 12".into(),
        retrieved: None,
    });
    event.parts = vec![danger_area(&random), remarks()];
    event
}

fn opened(random: &[u8; 16]) -> RecordOpened {
    RecordOpened {
        country: Some(xx()),
        area_kind: Some(AreaKind::Minefield),
        classification: Some(Classification::Suspected),
        place: format!("Open ocean, square {:02x}", random[0]).into(),
        regimes: vec!["CCW-AP2-1996".into()],
        other_ids: vec![format!("M-{}", hex::encode(&random[8..12])).into()],
        parcels: Vec::new(),
    }
}

/// A polygon of six corners in the open ocean, 48-50 S and 122-125 W.
fn danger_area(random: &[u8; 16]) -> Part {
    let west = -1_240_000_000 + i32::from(random[1]) * 10_000;
    let south = -490_000_000 + i32::from(random[2]) * 10_000;
    let corners = [(0, 0), (0, 900), (300, 1_200), (800, 1_000), (900, 400), (500, -200)];
    let position = |(north, east)| WgsPosition::new(south + north, west + east).expect("open ocean");
    let area = DangerArea::Polygon(corners.into_iter().map(position).collect());
    Part { slot: 1, kind: PartKind::DangerArea, content: PartHolding::Open(PartContent::DangerArea(area)) }
}

fn remarks() -> Part {
    let text = "Found during the survey of the northern edge. The marking is damaged in two places; the fence \
                posts were counted and photographed. The report of the survey with all \
                photographs is kept in the archive of the desk, under the number of this record.";
    let remarks = PartContent::Remarks { text: text.into(), language: "en".into() };
    Part { slot: 2, kind: PartKind::Remarks, content: PartHolding::Open(remarks) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{crypto::SigningKey, wire};

    #[test]
    fn the_load_is_well_formed_and_its_events_are_about_600_bytes() {
        let post = Post {
            organisation: "measured-desk".parse().expect("an id"),
            member: "recorder-1".parse().expect("an id"),
            key: SigningKey::from_seed(&[2; 32]),
        };
        let author = Author { ledger: LedgerId([1; 32]), post };
        let fill = |bytes: &mut [u8]| rand::Rng::fill_bytes(&mut rand::rng(), bytes);
        for SubmitRequest { envelope, events } in author.records(3, 4, RecordingTime(1_780_000_000_000_000), &fill) {
            assert_eq!(events.len(), 4);
            assert!(events.iter().all(|event| (550..650).contains(&event.len())), "{}", events[0].len());
            assert!(wire::parse_submitted(envelope, events).is_ok());
        }
    }
}
