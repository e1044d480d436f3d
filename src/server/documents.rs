//! The timeline of a document: what cites it, under whatever treaty.
//!
//! Leaves to others: which events those are (`projections`), names (`registered`).

use super::{Node, errors::Refused, fitting, timeline::Telling};
use crate::{
    domain::{CivilDate, DocumentDigest, Subject},
    projections::{CitedDocument, PageRequest, View},
    treaties::ViewName,
    wire::proto::{self, citing_request::Document},
};

/// The document that a request names.
pub(super) fn parse_document(named: Option<Document>) -> Result<CitedDocument, Refused> {
    match named {
        Some(Document::Sha256(digest)) => {
            let digest = DocumentDigest::from_slice(&digest);
            digest.map(CitedDocument::Digest).ok_or_else(|| Refused::invalid("sha256", "a SHA-256 digest has 32 bytes"))
        }
        Some(Document::Symbol(symbol)) if !symbol.is_empty() => Ok(CitedDocument::Symbol(symbol.into())),
        Some(Document::Symbol(_)) | None => {
            Err(Refused::invalid("document", "name the SHA-256 of a document or its symbol"))
        }
    }
}

impl Node {
    /// A page of the events that cite a document, up to a day.
    pub(super) fn citing(
        &self,
        view: View<'_>,
        document: &CitedDocument,
        until: Option<CivilDate>,
        page: PageRequest<'_>,
    ) -> Result<proto::CitingResponse, Refused> {
        let telling = Telling::of(self, view, ViewName::Default);
        let dates = telling.dates_at(view.all_citing(document)?)?;
        let find = |page: PageRequest<'_>| view.citing(document, until.map(|day| day.0), &dates, page);
        let (events, next_page_token) = fitting(page, find, |act| self.citing_event(view, telling.act(act)?))?;
        Ok(proto::CitingResponse { events, next_page_token, holds_at: Some(self.holds_at(view)?) })
    }

    fn citing_event(&self, view: View<'_>, act: proto::Act) -> Result<proto::CitingEvent, Refused> {
        let mut told = proto::CitingEvent { act: Some(act), ..proto::CitingEvent::default() };
        let subject = told.act.iter().flat_map(|act| &act.event).find_map(|event| event.subject.parse().ok());
        let (treaty, participant) = match &subject {
            Some(Subject::Participation(treaty, participant)) => (Some(treaty), Some(participant)),
            Some(Subject::Treaty(treaty)) => (Some(treaty), None),
            Some(Subject::Participant(participant)) => (None, Some(participant)),
            Some(Subject::Ledger | Subject::Organisation(_) | Subject::Record(_)) | None => (None, None),
        };
        if let Some(treaty) = treaty {
            let entry = self.treaty_entry(view, &self.find_treaty(view, treaty.as_str())?)?;
            let short = entry.registered.and_then(|registered| registered.short_names.into_iter().next());
            (told.treaty, told.treaty_name) = (treaty.to_string(), short.unwrap_or_else(|| treaty.to_string()));
        }
        if let (Some(participant), Some(act)) = (participant, &mut told.act) {
            act.participant = participant.to_string();
            told.participant_name = self.participant_name(view, &self.find_participant(view, participant.as_str())?)?;
        }
        Ok(told)
    }
}
