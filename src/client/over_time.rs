//! Questions over time about treaties: what comes, what changed, what law remarks.
//!
//! Promises: all pages of an answer hold for the day and the state of knowledge of the
//! first; what comes is ordered by day, and findings by the entries that they are on, over
//! all treaties.

use super::{Answer, Client, KnownAt, OnDay, PAGE, further, page_of, read_at};
use crate::wire::proto::{self, upcoming_request::Horizon};

/// Which treaties and participants a question is about; empty for all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About<'a> {
    /// Id or short name.
    pub treaty: &'a str,
    /// Id or name.
    pub participant: &'a str,
}

/// How far to look ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookAhead {
    /// As far as the ledger does by itself.
    Default,
    Days(u32),
    /// `YYYY-MM-DD`, included.
    Until(String),
}

impl Client {
    /// What changes by itself after a day, of all pages, ordered by day.
    pub async fn upcoming(
        &self,
        about: About<'_>,
        ahead: &LookAhead,
        on: &OnDay<'_>,
    ) -> Answer<proto::UpcomingResponse> {
        let horizon = match ahead {
            LookAhead::Default => None,
            LookAhead::Days(days) => Some(Horizon::WithinDays(*days)),
            LookAhead::Until(day) => Some(Horizon::Until(day.clone())),
        };
        let mut all = proto::UpcomingResponse { at: on.at.to_owned(), ..proto::UpcomingResponse::default() };
        loop {
            let request = proto::UpcomingRequest {
                treaty: about.treaty.to_owned(),
                participant: about.participant.to_owned(),
                at: all.at,
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                view: on.view.to_owned(),
                horizon: horizon.clone(),
                page_size: PAGE,
                page_token: all.next_page_token,
            };
            let mut page = self.treaty_reads().upcoming(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            all.changes.append(&mut page.changes);
            all.incomplete.append(&mut page.incomplete);
            all = proto::UpcomingResponse { changes: all.changes, incomplete: all.incomplete, ..page };
            if all.next_page_token.is_empty() {
                all.incomplete.dedup();
                all.changes.sort_by(|one, other| one.day.cmp(&other.day));
                return Ok(all);
            }
        }
    }

    /// What changed since an earlier state of knowledge, of all pages.
    pub async fn changes(&self, about: About<'_>, from: KnownAt, on: &OnDay<'_>) -> Answer<proto::ChangesResponse> {
        let mut all = proto::ChangesResponse { at: on.at.to_owned(), ..proto::ChangesResponse::default() };
        loop {
            let from = all.from.as_ref().map_or(from, |from| KnownAt::Size(from.size));
            let request = proto::ChangesRequest {
                treaty: about.treaty.to_owned(),
                participant: about.participant.to_owned(),
                from: read_at(Some(from)),
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                at: all.at,
                view: on.view.to_owned(),
                page_size: PAGE,
                page_token: all.next_page_token,
            };
            let mut page = self.treaty_reads().changes(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            all.changes.append(&mut page.changes);
            all = proto::ChangesResponse { changes: all.changes, ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// What law remarks, of all pages, ordered by the entries that it is on; `codes` empty
    /// for all.
    pub async fn treaty_findings(
        &self,
        about: About<'_>,
        codes: &[String],
        on: &OnDay<'_>,
    ) -> Answer<proto::FindingsResponse> {
        let mut all = proto::FindingsResponse { at: on.at.to_owned(), ..proto::FindingsResponse::default() };
        loop {
            let request = proto::FindingsRequest {
                treaty: about.treaty.to_owned(),
                participant: about.participant.to_owned(),
                at: all.at,
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                view: on.view.to_owned(),
                codes: codes.to_vec(),
                page_size: PAGE,
                page_token: all.next_page_token,
            };
            let mut page = self.treaty_reads().findings(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            all.findings.append(&mut page.findings);
            all = proto::FindingsResponse { findings: all.findings, ..page };
            if all.next_page_token.is_empty() {
                // Stable: of one event, and of what is on none, treaties stay in their order.
                all.findings.sort_by_key(place);
                return Ok(all);
            }
        }
    }
}

/// The place of the event that a finding is on; `None`, on no event, goes first.
fn place(found: &proto::FindingUnderTreaty) -> Option<(u64, u32)> {
    let position = found.finding.as_ref()?.event.as_ref()?.position.as_ref()?;
    Some((position.index, position.ordinal))
}
