//! Questions about single acts under treaties: which are contested, of which no
//! notification is held, to which others object, which cite a document.
//!
//! Promises: all pages of an answer hold for the day and the state of knowledge of the
//! first.

use super::{Answer, Client, OnDay, PAGE, further, page_of, reply::NamedDocument};
use crate::wire::proto;

impl Client {
    /// Contested acts under one treaty or under all, of all pages.
    pub async fn contested(
        &self,
        treaty: Option<&str>,
        participant: Option<&str>,
        on: &OnDay<'_>,
    ) -> Answer<proto::ContestedResponse> {
        let mut all = proto::ContestedResponse { at: on.at.to_owned(), ..proto::ContestedResponse::default() };
        loop {
            let request = proto::ContestedRequest {
                treaty: treaty.unwrap_or_default().to_owned(),
                participant: participant.unwrap_or_default().to_owned(),
                // Later pages are for the day of the first.
                at: all.at,
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                view: on.view.to_owned(),
                page_size: PAGE,
                page_token: all.next_page_token,
            };
            let mut page = self.treaty_reads().contested(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            all.acts.append(&mut page.acts);
            all = proto::ContestedResponse { acts: all.acts, ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Acts without a notification of the depositary, of all pages; `kinds` empty for all
    /// that count.
    pub async fn unnotified(
        &self,
        treaty: Option<&str>,
        participant: Option<&str>,
        kinds: &[String],
        on: &OnDay<'_>,
    ) -> Answer<proto::UnnotifiedResponse> {
        let mut all = proto::UnnotifiedResponse { at: on.at.to_owned(), ..proto::UnnotifiedResponse::default() };
        loop {
            let request = proto::UnnotifiedRequest {
                treaty: treaty.unwrap_or_default().to_owned(),
                participant: participant.unwrap_or_default().to_owned(),
                at: all.at,
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                view: on.view.to_owned(),
                kinds: kinds.to_vec(),
                page_size: PAGE,
                page_token: all.next_page_token,
            };
            let mut page = self.treaty_reads().unnotified(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            all.acts.append(&mut page.acts);
            all = proto::UnnotifiedResponse { acts: all.acts, ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Objections to acts under a treaty, of all pages.
    pub async fn objections(
        &self,
        treaty: &str,
        participant: Option<&str>,
        on: &OnDay<'_>,
    ) -> Answer<proto::ObjectionsResponse> {
        let mut all = proto::ObjectionsResponse { at: on.at.to_owned(), ..proto::ObjectionsResponse::default() };
        loop {
            let request = proto::ObjectionsRequest {
                treaty: treaty.to_owned(),
                participant: participant.unwrap_or_default().to_owned(),
                at: all.at,
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                view: on.view.to_owned(),
                page_size: PAGE,
                page_token: all.next_page_token,
            };
            let mut page = self.treaty_reads().objections(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            all.acts.append(&mut page.acts);
            all = proto::ObjectionsResponse { acts: all.acts, ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Events that cite a document, of all pages; up to the day, if one is named.
    pub async fn citing(&self, document: &NamedDocument, on: &OnDay<'_>) -> Answer<proto::CitingResponse> {
        let mut all = proto::CitingResponse::default();
        loop {
            let request = proto::CitingRequest {
                document: Some(document.clone()),
                at: on.at.to_owned(),
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                page_size: PAGE,
                page_token: all.next_page_token,
            };
            let mut page = self.treaty_reads().citing(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            all.events.append(&mut page.events);
            all = proto::CitingResponse { events: all.events, ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }
}
