//! Reading as a client does: one call at a time over the network, each timed from the
//! question to its answer.

use std::time::Instant;

use hdrhistogram::Histogram;
use tonic::transport::Channel;

use super::{
    BenchError, Growth,
    raw::{new_histogram, record},
    seeded::Seeded,
};
use crate::{
    domain::{ParticipantId, TreatyId},
    limits::messages_bounded,
    wire::proto::{
        Position, ReadAt, RecordsAtRequest, StandingRequest, TreatyStatusRequest, minefields_client::MinefieldsClient,
        read_at::KnownAt, treaties_client::TreatiesClient,
    },
};

/// What is asked as known when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Now,
    /// When the ledger held any number of entries from the first to the second.
    Between(u64, u64),
}

impl Known {
    fn draw(self, seeded: &mut Seeded) -> Option<ReadAt> {
        match self {
            Self::Now => None,
            Self::Between(first, last) => {
                let size = first + seeded.below(last - first + 1);
                Some(ReadAt { minimum_size: 0, known_at: Some(KnownAt::Size(size)) })
            }
        }
    }
}

/// What is asked about, and by whom.
#[derive(Debug)]
pub struct Asked {
    treaties: Vec<TreatyId>,
    participants: Vec<ParticipantId>,
    seeded: Seeded,
    status: TreatiesClient<Channel>,
    land: MinefieldsClient<Channel>,
}

impl Asked {
    /// About what grew, and about participants that were there before.
    pub fn of(growth: &Growth, before: &[&str], channel: &Channel, seed: u64) -> Self {
        let before = before.iter().map(|id| id.parse().expect("an identifier"));
        let land = messages_bounded!(MinefieldsClient::new(channel.clone()));
        Self {
            treaties: growth.treaties().to_vec(),
            participants: growth.participants().iter().cloned().chain(before).collect(),
            seeded: Seeded(seed),
            status: messages_bounded!(TreatiesClient::new(channel.clone())),
            land,
        }
    }

    /// Statuses of any participant under any treaty on any day.
    pub async fn statuses(&mut self, calls: u64, known: Known) -> Result<Histogram<u64>, BenchError> {
        let mut took = new_histogram();
        for _ in 0..calls {
            let request = TreatyStatusRequest {
                treaty: self.seeded.one_of(&self.treaties).to_string(),
                participant: self.seeded.one_of(&self.participants).to_string(),
                at: self.seeded.day(1998..2030),
                read_at: known.draw(&mut self.seeded),
                ..TreatyStatusRequest::default()
            };
            let begun = Instant::now();
            self.status.status(request).await.map_err(Box::new)?;
            record(&mut took, begun.elapsed());
        }
        Ok(took)
    }

    /// How any participant stands under all treaties on any day.
    pub async fn standings(&mut self, calls: u64, known: Known) -> Result<Histogram<u64>, BenchError> {
        let mut took = new_histogram();
        for _ in 0..calls {
            let request = StandingRequest {
                participant: self.seeded.one_of(&self.participants).to_string(),
                at: self.seeded.day(1998..2030),
                read_at: known.draw(&mut self.seeded),
                ..StandingRequest::default()
            };
            let begun = Instant::now();
            self.status.standing(request).await.map_err(Box::new)?;
            record(&mut took, begun.elapsed());
        }
        Ok(took)
    }

    /// What about any plot, on any day: the times, and how many records were shown.
    pub async fn plots(&mut self, calls: u64, known: Known) -> Result<(Histogram<u64>, u64), BenchError> {
        let (mut took, mut shown) = (new_histogram(), 0);
        for _ in 0..calls {
            let place = self.seeded.place();
            let request = RecordsAtRequest {
                point: Some(Position { latitude: place.latitude(), longitude: place.longitude() }),
                at: self.seeded.day(2024..2027),
                read_at: known.draw(&mut self.seeded),
                ..RecordsAtRequest::default()
            };
            let begun = Instant::now();
            let answer = self.land.at(request).await.map_err(Box::new)?.into_inner();
            record(&mut took, begun.elapsed());
            shown += answer.records.len() as u64;
        }
        Ok((took, shown))
    }
}
