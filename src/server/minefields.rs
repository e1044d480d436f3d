//! The service `Minefields`: records of mined areas, at any date and as known at any time.
//!
//! Promises: an answer is the picture that the events of a record make, as of one size
//! and for one date, which it names; every answer says what no record does not mean.
//! Nothing is shown but what is open or was disclosed (I13).
//! Leaves to others: the rules (`minefields`), where areas lie (`projections`).

use std::{collections::BTreeSet, sync::Arc};

use jiff::civil::Date;
use prost::Message;
use tonic::{Request, Response, Status};

use super::{
    Node, convert,
    errors::Refused,
    fitting,
    land::{Authors, totals},
    page,
};
use crate::{
    domain::{
        Bounds, CivilDate, CountryCode, Finding, Index, LandStatus, Position, RecordId, Recorded, Subject, WgsPosition,
    },
    limits::{PAGE_BYTES, RECORDS_PER_PAGE},
    minefields::{self, HistoryItem, RecordPicture, area_covers, caution},
    projections::{Page, PageRequest, QueryError, View},
    wire::proto,
};

/// The service over a node.
#[derive(Clone, Debug)]
pub struct MinefieldsService(pub Arc<Node>);

#[tonic::async_trait]
impl proto::minefields_server::Minefields for MinefieldsService {
    async fn get(
        &self,
        request: Request<proto::GetRecordRequest>,
    ) -> Result<Response<proto::GetRecordResponse>, Status> {
        let proto::GetRecordRequest { record, at, read_at } = request.into_inner();
        self.0
            .answered(read_at, move |node, view| {
                let read = node.read_land(view, &at, read_at)?;
                let (events, picture) = read.record(&record)?;
                Ok(proto::GetRecordResponse {
                    record: Some(Authors(&events).picture(&picture)),
                    at: read.at.to_string(),
                    holds_at: Some(read.holds_at()?),
                    caution: read.caution()?,
                })
            })
            .await
    }

    async fn history(
        &self,
        request: Request<proto::RecordHistoryRequest>,
    ) -> Result<Response<proto::RecordHistoryResponse>, Status> {
        let (proto::RecordHistoryRequest { record, at, read_at, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        self.0
            .answered(read_at, move |node, view| {
                let read = node.read_land(view, &at, read_at)?;
                let (events, picture) = read.record(&record)?;
                let find = |page: PageRequest<'_>| page_of(&picture.history, page);
                let tell = |item: &&HistoryItem| {
                    let (event, position) = node.event_at(item.position)?;
                    let findings = read.findings(item)?.iter().map(convert::finding).collect();
                    let shown = Authors(&events).history_item(item, &picture.parts);
                    Ok(proto::RecordHistoryItem { event: Some(event), position: Some(position), findings, ..shown })
                };
                let (items, next_page_token) = fitting(page(page_size, &page_token), find, tell)?;
                Ok(question.bound(proto::RecordHistoryResponse {
                    items,
                    at: read.at.to_string(),
                    next_page_token,
                    holds_at: Some(read.holds_at()?),
                    caution: read.caution()?,
                }))
            })
            .await
    }

    async fn at(
        &self,
        request: Request<proto::RecordsAtRequest>,
    ) -> Result<Response<proto::RecordsAtResponse>, Status> {
        let (proto::RecordsAtRequest { point, at, read_at, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        let point = position(point, "point")?;
        let bounds = Bounds::between(point, point).expect("a point is a box");
        self.0
            .answered(read_at, move |node, view| {
                let read = node.read_land(view, &at, read_at)?;
                let holds =
                    |picture: &RecordPicture| picture.danger_areas.iter().any(|shown| area_covers(&shown.area, point));
                let candidates = |after: Option<&RecordId>, items| Ok(read.view.records_near(&bounds, after, items)?);
                let (records, next_page_token) = read.summaries(page(page_size, &page_token), holds, candidates)?;
                Ok(question.bound(proto::RecordsAtResponse {
                    records,
                    at: read.at.to_string(),
                    next_page_token,
                    holds_at: Some(read.holds_at()?),
                    caution: read.caution()?,
                }))
            })
            .await
    }

    async fn search(
        &self,
        request: Request<proto::SearchRecordsRequest>,
    ) -> Result<Response<proto::SearchRecordsResponse>, Status> {
        let (proto::SearchRecordsRequest { r#box, country, statuses, at, read_at, page_size, page_token }, question) =
            self.0.opened(request.into_inner()).await?;
        let bounds = r#box.map(bounds).transpose()?;
        let country = country_code(&country)?;
        let statuses = land_statuses(&statuses)?;
        self.0
            .answered(read_at, move |node, view| {
                let read = node.read_land(view, &at, read_at)?;
                let wanted = |picture: &RecordPicture| {
                    (statuses.is_empty() || statuses.contains(&picture.status))
                        && country.is_none_or(|country| picture.identity.country == Some(country))
                        && bounds.is_none_or(|bounds| {
                            picture.danger_areas.iter().any(|shown| shown.area.bounds().meets(&bounds))
                        })
                };
                let candidates = |after: Option<&RecordId>, items| match &bounds {
                    Some(bounds) => Ok(read.view.records_near(bounds, after, items)?),
                    None => Ok(read.view.records(after, items)?),
                };
                let (records, next_page_token) = read.summaries(page(page_size, &page_token), wanted, candidates)?;
                Ok(question.bound(proto::SearchRecordsResponse {
                    records,
                    at: read.at.to_string(),
                    next_page_token,
                    holds_at: Some(read.holds_at()?),
                    caution: read.caution()?,
                }))
            })
            .await
    }

    async fn accounts(
        &self,
        request: Request<proto::RecordAccountsRequest>,
    ) -> Result<Response<proto::RecordAccountsResponse>, Status> {
        let proto::RecordAccountsRequest { record, at, read_at } = request.into_inner();
        self.0
            .answered(read_at, move |node, view| {
                let read = node.read_land(view, &at, read_at)?;
                let (events, picture) = read.record(&record)?;
                let authors = Authors(&events);
                Ok(proto::RecordAccountsResponse {
                    parcels: authors.parcels(&picture),
                    totals: Some(totals(&picture.totals)),
                    findings: authors.findings(&picture.findings),
                    at: read.at.to_string(),
                    holds_at: Some(read.holds_at()?),
                    caution: read.caution()?,
                })
            })
            .await
    }
}

/// A read at one state of knowledge and for one date in the world.
struct LandRead<'a> {
    node: &'a Node,
    view: View<'a>,
    at: Date,
}

impl Node {
    /// Without a day it is the one until which the state of knowledge reaches.
    fn read_land<'v>(
        &'v self,
        view: View<'v>,
        at: &str,
        read_at: Option<proto::ReadAt>,
    ) -> Result<LandRead<'v>, Refused> {
        let known_then = read_at.is_some_and(|read_at| read_at.known_at.is_some());
        let at = match at {
            "" if known_then => view.holds_at()?.recorded_at.and_then(|time| time.utc_date()),
            "" => self.clock.now().utc_date(),
            day => {
                let day: CivilDate =
                    day.parse().map_err(|_| Refused::invalid("at", "write a day that exists, as YYYY-MM-DD"))?;
                Some(day.0)
            }
        };
        Ok(LandRead { node: self, view, at: at.unwrap_or(Date::MAX) })
    }
}

impl LandRead<'_> {
    fn holds_at(&self) -> Result<proto::HoldsAt, Refused> {
        self.node.holds_at(self.view)
    }

    /// Remarks on an event, and on what was said about it later.
    fn findings(&self, item: &HistoryItem) -> Result<Vec<Finding>, Refused> {
        let said: BTreeSet<Index> = item.signatures.iter().filter_map(|it| Some(it.said.as_ref()?.2)).collect();
        let mut findings = self.view.findings(item.position)?;
        for index in said.into_iter().filter(|index| *index != item.position.index) {
            findings.extend(self.view.findings(Position { index, ..item.position })?);
        }
        Ok(findings)
    }

    fn caution(&self) -> Result<String, Refused> {
        Ok(caution(self.view.holds_at()?.profile).to_owned())
    }

    /// A record that exists and speaks of the date, with its events.
    fn record(&self, id: &str) -> Result<(Vec<Recorded>, RecordPicture), Refused> {
        let record: RecordId = id.parse().map_err(|_| Refused::invalid("record", "it is the id of a record"))?;
        let events = self.events(&record)?;
        match minefields::picture(&record, &events, self.at) {
            Some(picture) => Ok((events, picture)),
            None => Err(self.silent(&record, events.is_empty())),
        }
    }

    fn silent(&self, record: &RecordId, unknown: bool) -> Refused {
        let size = self.view.size();
        let known = match unknown {
            true => format!("the first {size} entries hold no record {record}"),
            false => format!("the record {record} says nothing of {} yet: ask for a later date", self.at),
        };
        let caution = self.caution().unwrap_or_default();
        Refused::not_found("record", format!("{known}. {caution}"))
    }

    fn events(&self, record: &RecordId) -> Result<Vec<Recorded>, Refused> {
        self.node.history(self.view, &Subject::Record(record.clone()))
    }

    fn picture(&self, record: &RecordId) -> Result<Option<(Vec<Recorded>, RecordPicture)>, Refused> {
        let events = self.events(record)?;
        Ok(minefields::picture(record, &events, self.at).map(|picture| (events, picture)))
    }

    /// A page of the records that are wanted, out of those that `candidates` gives. It ends
    /// early when many were looked at: a picture costs reads of the journal.
    fn summaries(
        &self,
        page: PageRequest<'_>,
        wanted: impl Fn(&RecordPicture) -> bool,
        candidates: impl Fn(Option<&RecordId>, usize) -> Result<Page<RecordId>, Refused>,
    ) -> Result<(Vec<proto::RecordSummary>, String), Refused> {
        let after: Option<RecordId> = page
            .after
            .map(str::parse)
            .transpose()
            .map_err(|_| Refused::invalid("page_token", "it is of a page before"))?;
        let Page { items, next } = candidates(after.as_ref(), RECORDS_PER_PAGE)?;
        let (mut found, mut bytes, mut items) = (Vec::new(), 0, items.into_iter().peekable());
        while let Some(record) = items.next() {
            if let Some((events, picture)) = self.picture(&record)?.filter(|(_, picture)| wanted(picture)) {
                let told = Authors(&events).summary(&picture);
                bytes += told.encoded_len();
                found.push(told);
            }
            if (found.len() == page.limit() || bytes >= PAGE_BYTES) && items.peek().is_some() {
                return Ok((found, record.to_string()));
            }
        }
        Ok((found, next.unwrap_or_default()))
    }
}

/// A token is the position of the last event on the page before.
fn page_of<'h>(history: &'h [HistoryItem], page: PageRequest<'_>) -> Result<Page<&'h HistoryItem>, QueryError> {
    let after = page.after.map(position_of).transpose()?;
    let wanted = history.iter().filter(|item| after.is_none_or(|after| item.position > after));
    Ok(Page::of(wanted.take(page.limit() + 1).collect(), page.limit(), |item| token(item.position)))
}

fn token(position: Position) -> String {
    format!("{}/{}", position.index, position.ordinal)
}

fn position_of(token: &str) -> Result<Position, QueryError> {
    let parse = || {
        let (index, ordinal) = token.split_once('/')?;
        Some(Position { index: Index(index.parse().ok()?), ordinal: ordinal.parse().ok()? })
    };
    parse().ok_or_else(|| QueryError::BadPageToken { token: token.to_owned() })
}

fn position(position: Option<proto::Position>, field: &'static str) -> Result<WgsPosition, Refused> {
    let position = position.ok_or_else(|| Refused::invalid(field, "give latitude and longitude"))?;
    WgsPosition::new(position.latitude, position.longitude).ok_or_else(|| {
        Refused::invalid(
            field,
            "write degrees times 10,000,000: 90 degrees north or south, 180 east or west at the most",
        )
    })
}

fn bounds(of: proto::MapBox) -> Result<Bounds, Refused> {
    let proto::MapBox { south_west, north_east } = of;
    let corners = (position(south_west, "box.south_west")?, position(north_east, "box.north_east")?);
    Bounds::between(corners.0, corners.1)
        .ok_or_else(|| Refused::invalid("box", "the first corner is the south-western one"))
}

fn country_code(country: &str) -> Result<Option<CountryCode>, Refused> {
    let code = Some(country).filter(|country| !country.is_empty());
    code.map(str::parse)
        .transpose()
        .map_err(|_| Refused::invalid("country", "write two capital letters, e.g. XX (ISO 3166-1 alpha-2)"))
}

fn land_statuses(statuses: &[i32]) -> Result<Vec<LandStatus>, Refused> {
    let status = |number: &i32| {
        LandStatus::from_number(*number).ok_or_else(|| Refused::invalid("statuses", "open, released or reopened"))
    };
    statuses.iter().map(status).collect()
}
