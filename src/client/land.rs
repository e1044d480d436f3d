//! Reads of records of mined areas.

use tonic::transport::Channel;

use super::{Answer, Client, KnownAt, PAGE, further, page_of, read_at};
use crate::{
    domain::{LandStatus, WgsPosition},
    limits::messages_bounded,
    wire::proto::{self, minefields_client::MinefieldsClient},
};

/// For which date in the world and from which state of knowledge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LandAt {
    /// A civil date; the service's own when absent.
    pub at: Option<String>,
    pub known_at: Option<KnownAt>,
}

/// Which records are searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LandSearch {
    /// South-western and north-eastern corner.
    pub corners: Option<(WgsPosition, WgsPosition)>,
    pub country: Option<String>,
    pub statuses: Vec<LandStatus>,
}

impl Client {
    /// One record.
    pub async fn record(&self, record: &str, when: &LandAt) -> Answer<proto::GetRecordResponse> {
        let (at, read_at) = when.fields();
        let request = proto::GetRecordRequest { record: record.to_owned(), at, read_at };
        Ok(self.land().get(request).await?.into_inner())
    }

    /// The square metres of one record.
    pub async fn record_accounts(&self, record: &str, when: &LandAt) -> Answer<proto::RecordAccountsResponse> {
        let (at, read_at) = when.fields();
        let request = proto::RecordAccountsRequest { record: record.to_owned(), at, read_at };
        Ok(self.land().accounts(request).await?.into_inner())
    }

    /// The events on one record, of all pages.
    pub async fn record_history(&self, record: &str, when: &LandAt) -> Answer<proto::RecordHistoryResponse> {
        let mut all = proto::RecordHistoryResponse::default();
        loop {
            let request = proto::RecordHistoryRequest {
                record: record.to_owned(),
                at: when.at_of(&all.at),
                read_at: page_of(when.known_at, all.holds_at.as_ref()),
                page_size: PAGE,
                page_token: std::mem::take(&mut all.next_page_token),
            };
            let mut page = self.land().history(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            let items = std::mem::take(&mut all.items);
            all = proto::RecordHistoryResponse { items: [items, page.items].concat(), ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// What about this plot, of all pages.
    pub async fn records_at(&self, point: WgsPosition, when: &LandAt) -> Answer<proto::RecordsAtResponse> {
        let mut all = proto::RecordsAtResponse::default();
        loop {
            let request = proto::RecordsAtRequest {
                point: Some(position(point)),
                at: when.at_of(&all.at),
                read_at: page_of(when.known_at, all.holds_at.as_ref()),
                page_size: PAGE,
                page_token: std::mem::take(&mut all.next_page_token),
            };
            let mut page = self.land().at(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            let records = std::mem::take(&mut all.records);
            all = proto::RecordsAtResponse { records: [records, page.records].concat(), ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Records that a search wants, of all pages.
    pub async fn search_records(&self, search: &LandSearch, when: &LandAt) -> Answer<proto::SearchRecordsResponse> {
        let corners = |(south_west, north_east)| proto::MapBox {
            south_west: Some(position(south_west)),
            north_east: Some(position(north_east)),
        };
        let mut all = proto::SearchRecordsResponse::default();
        loop {
            let request = proto::SearchRecordsRequest {
                r#box: search.corners.map(corners),
                country: search.country.clone().unwrap_or_default(),
                statuses: search.statuses.iter().map(|status| status.number()).collect(),
                at: when.at_of(&all.at),
                read_at: page_of(when.known_at, all.holds_at.as_ref()),
                page_size: PAGE,
                page_token: std::mem::take(&mut all.next_page_token),
            };
            let mut page = self.land().search(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            let records = std::mem::take(&mut all.records);
            all = proto::SearchRecordsResponse { records: [records, page.records].concat(), ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    fn land(&self) -> MinefieldsClient<Channel> {
        messages_bounded!(MinefieldsClient::new(self.channel.clone()))
    }
}

impl LandAt {
    fn fields(&self) -> (String, Option<proto::ReadAt>) {
        (self.at.clone().unwrap_or_default(), read_at(self.known_at))
    }

    /// Later pages are for the date that the first one was for.
    fn at_of(&self, first: &str) -> String {
        if first.is_empty() { self.at.clone().unwrap_or_default() } else { first.to_owned() }
    }
}

fn position(position: WgsPosition) -> proto::Position {
    proto::Position { latitude: position.latitude(), longitude: position.longitude() }
}
