//! A thin client over the gRPC services of a ledger.
//!
//! Promises: a submission is sent again only with the same bytes; every error
//! says who must act. Leaves to others: authoring and signing (`authoring`),
//! showing answers (`cli`).

mod audit;
mod entry;
mod error;
mod land;
mod over_time;
mod part_proof;
mod receipt;
mod retry;
mod sign_offs;
mod treaty_acts;
mod trust;

use std::{fs, path::Path, time::Duration};

use prost::bytes::Bytes;
use prost_types::Timestamp;
use serde_json::Value;
use tonic::{
    Streaming,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint},
};

use crate::{
    authoring::SignedSubmission,
    limits::{PAGE_ITEMS_MAX, messages_bounded},
    wire::{
        self,
        proto::{
            self, CheckRequest, GetReceiptRequest, ReadAt, SubmitRequest, audit_client::AuditClient,
            get_receipt_request, ledger_client::LedgerClient, organisations_client::OrganisationsClient, read_at,
            sign_offs_client::SignOffsClient, treaties_client::TreatiesClient,
        },
    },
};

pub use audit::ServiceAuditError;
pub use entry::{EntrySummary, ledger_of, stored_record, submission_digest, summary_of};
pub use error::{ClientError, MustAct, Refused, must_act};
pub use land::{LandAt, LandSearch};
pub use over_time::{About, LookAhead};
pub use part_proof::{
    OpenedPart, PartProof, PartProofError, ProvedPart, author_of, committed_in, disclosed_in, kept_part,
};
pub use receipt::{ReceiptError, parse_receipt, parse_vkey};
pub use retry::Patience;
pub use sign_offs::{Inbox, Proved, Unproved};
pub use trust::{Founded, KnownCheckpoint, Untrusted};

/// The answers of the services, as the command line shows them.
pub mod reply {
    pub use crate::wire::proto::{
        AboutAct, Act, ChangedField, CharterProfile, CheckResponse, Circle, CitedEvent, Claims, ConsentMode,
        CourseSpan, Coverage, DangerArea, DangerAreaInForce, Duty, DutyExtension, EarlierRegistration, Entry, Event,
        EventLine, EventPosition, Finding, GetOrganisationResponse, GetReceiptResponse, GetRecordResponse,
        GetSignOffsResponse, GetTreatyResponse, HoldsAt, Key, LandAccount, LandEvent, LandFinding, LandSignature,
        LandWaiting, LeftOutSignOff, LegalFinding, ListOrganisationsResponse, ListParticipantsResponse,
        ListPartiesResponse, ListSignOffsResponse, ListTreatiesResponse, Member, MissingSignOff, ObjectionWindow,
        ObligationsResponse, OpenCapacity, Organisation, OrganisationStanding, OverdueParticipation, OverdueResponse,
        ParcelPicture, PartErasure, PartShown, ParticipantEntry, Party, PartyCount, ProvisionalApplication, Reaction,
        Receipt, RecordAccountsResponse, RecordHistoryItem, RecordPicture, RecordSummary, RecordTotals,
        RecordsAtResponse, Refusal, ReplayRequest, ReplayResponse, RetroactiveSuccession, ServiceState, ShortenedList,
        SignOffStatement, Source, Standing, StandingResponse, StatusChange, StatusCourse, StatusHeld, StatusInterval,
        StatusOutcome, StatusOverlay, StatusResponse, StatusStep, SubmissionClass, SubmissionState, SubmissionStatus,
        SubmitResponse, SuspensionAsserted, TableAct, TableDifference, TableLine, TableResponse, TimelineResponse,
        Timeliness, TreatyDuties, TreatyEntry, TreatyStatusResponse, Verdict, WithdrawalNotified, danger_area::Outline,
        event::Body as EventBody, part_content::Content as OpenContent, status_overlay::Overlay,
    };
    // Questions over time about treaties.
    pub use crate::wire::proto::{
        ChangedFinding, ChangesResponse, DaysKnownDifferently, FindingUnderTreaty, FindingsResponse, KnownChange,
        KnownDifference, KnownStatus, UpcomingChange, UpcomingResponse, known_change::Change,
    };
    // Questions about single acts under treaties.
    pub use crate::wire::proto::citing_request::Document as NamedDocument;
    pub use crate::wire::proto::{
        ActObjection, ActResolution, ActResponse, ActUnderTreaty, Because, CitingEvent, CitingResponse, Claim,
        ContestedAct, ContestedResponse, Document, NamedParticipant, ObjectedAct, ObjectionTime, ObjectionsResponse,
        SaidField, SourceClass, UnnotifiedAct, UnnotifiedResponse,
    };
    pub use crate::wire::proto::{Declared, OpenChange, ReplacedUnit};
    pub use prost_types::Timestamp;

    /// A treaty's final clauses.
    pub mod clauses {
        pub use crate::wire::proto::{
            AccessionBy, Addressee, Clauses, ConflictEnd, ConflictTest, ConsentClause, EntryIntoForceClause,
            EntryIntoForceMode, NoticeFrom, ObjectionClause, ObligationClause, ObligationKind, Permission,
            ProvisionalApplicationClause, SignatureClause, WithdrawalClause,
        };
    }

    /// Bodies of events as they are told.
    pub mod body {
        pub use crate::wire::proto::{
            ConflictStatusAsserted, EffectStated, EventCorrected, EventReference, ObjectionLodged,
            ParticipantRegistered, SuspensionNotified, TreatyBodyDecided, TreatyRegistered, WithdrawalRevoked,
        };
    }
}

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection to one ledger.
#[derive(Clone, Debug)]
pub struct Client {
    channel: Channel,
}

/// The state of knowledge that a read is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownAt {
    /// When the ledger held this many entries.
    Size(u64),
    Time(jiff::Timestamp),
}

/// The day that a status is asked for, from which state of knowledge, in which view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnDay<'a> {
    /// `YYYY-MM-DD`; empty: the newest recording day.
    pub at: &'a str,
    pub known_at: Option<KnownAt>,
    /// Empty: the default.
    pub view: &'a str,
}

/// Which entry a receipt is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptFor {
    Index(u64),
    /// SHA-256 of the submission bytes.
    Submission([u8; 32]),
}

type Answer<T> = Result<T, ClientError>;

impl Client {
    /// Connects to `http://HOST:PORT`, or with TLS to `https://HOST:PORT`; `ca`
    /// names a PEM file that is trusted instead of the system's authorities.
    pub async fn connect(server: &str, ca: Option<&Path>) -> Answer<Self> {
        let invalid = |error| ClientError::Address(server.to_owned(), Some(error));
        if !["http://", "https://"].iter().any(|scheme| server.starts_with(scheme)) {
            return Err(ClientError::Address(server.to_owned(), None));
        }
        let mut endpoint = Endpoint::from_shared(server.to_owned()).map_err(invalid)?.connect_timeout(CONNECT_TIMEOUT);
        if server.starts_with("https://") {
            endpoint = endpoint.tls_config(tls(ca)?).map_err(invalid)?;
        }
        let channel = endpoint.connect().await;
        let channel = channel.map_err(|source| ClientError::Unreachable { server: server.to_owned(), source })?;
        Ok(Self { channel })
    }

    /// Submits once; [`Patience::ask`] submits again.
    pub async fn submit(&self, signed: &SignedSubmission) -> Answer<proto::SubmitResponse> {
        let request = SubmitRequest { envelope: signed.envelope.clone(), events: signed.events.clone() };
        Ok(self.ledger().submit(request).await?.into_inner())
    }

    /// Dry run, once: what would be signed, and what the ledger would decide now.
    pub async fn check(&self, signed: &SignedSubmission) -> Answer<proto::CheckResponse> {
        self.check_after(&[], signed).await
    }

    /// The same, as if others had entered before it.
    pub async fn check_after(
        &self,
        before: &[SignedSubmission],
        signed: &SignedSubmission,
    ) -> Answer<proto::CheckResponse> {
        let before = before.iter().cloned();
        let before = before.map(|SignedSubmission { envelope, events }| proto::DraftBefore { envelope, events });
        let SignedSubmission { envelope, events } = signed.clone();
        let request = CheckRequest { envelope, events, before: before.collect() };
        Ok(self.ledger().check(request).await?.into_inner())
    }

    /// A receipt under the newest checkpoint.
    pub async fn receipt(&self, of: ReceiptFor) -> Answer<proto::GetReceiptResponse> {
        let entry = match of {
            ReceiptFor::Index(index) => get_receipt_request::Entry::Index(index),
            ReceiptFor::Submission(digest) => {
                get_receipt_request::Entry::SubmissionDigest(Bytes::copy_from_slice(&digest))
            }
        };
        Ok(self.ledger().get_receipt(GetReceiptRequest { entry: Some(entry) }).await?.into_inner())
    }

    /// Identity and state of the service.
    pub async fn status(&self) -> Answer<proto::StatusResponse> {
        Ok(self.ledger().status(proto::StatusRequest {}).await?.into_inner())
    }

    /// All organisations, of all pages.
    pub async fn organisations(&self, known_at: Option<KnownAt>) -> Answer<proto::ListOrganisationsResponse> {
        let mut all = proto::ListOrganisationsResponse::default();
        loop {
            let page_token = std::mem::take(&mut all.next_page_token);
            let read_at = page_of(known_at, all.holds_at.as_ref());
            let request = proto::ListOrganisationsRequest { read_at, page_size: PAGE, page_token };
            let page = self.registry().list(request).await?.into_inner();
            all.organisations.extend(page.organisations);
            (all.next_page_token, all.holds_at) = (page.next_page_token, further(all.holds_at.take(), page.holds_at));
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// One organisation.
    pub async fn organisation(&self, id: &str, known_at: Option<KnownAt>) -> Answer<proto::GetOrganisationResponse> {
        let request = proto::GetOrganisationRequest { id: id.to_owned(), read_at: read_at(known_at) };
        Ok(self.registry().get(request).await?.into_inner())
    }

    /// All treaties, of all pages.
    pub async fn treaties(&self, known_at: Option<KnownAt>) -> Answer<proto::ListTreatiesResponse> {
        let mut all = proto::ListTreatiesResponse::default();
        loop {
            let page_token = std::mem::take(&mut all.next_page_token);
            let read_at = page_of(known_at, all.holds_at.as_ref());
            let request = proto::ListTreatiesRequest { read_at, page_size: PAGE, page_token };
            let page = self.treaty_reads().list(request).await?.into_inner();
            all.treaties.extend(page.treaties);
            (all.next_page_token, all.holds_at) = (page.next_page_token, further(all.holds_at.take(), page.holds_at));
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// All participants, of all pages.
    pub async fn participants(&self) -> Answer<proto::ListParticipantsResponse> {
        self.participants_as_known(None).await
    }

    /// All participants as known then, of all pages.
    pub async fn participants_as_known(&self, known_at: Option<KnownAt>) -> Answer<proto::ListParticipantsResponse> {
        let mut all = proto::ListParticipantsResponse::default();
        loop {
            let page_token = std::mem::take(&mut all.next_page_token);
            let read_at = page_of(known_at, all.holds_at.as_ref());
            let request = proto::ListParticipantsRequest { read_at, page_size: PAGE, page_token };
            let page = self.treaty_reads().list_participants(request).await?.into_inner();
            all.participants.extend(page.participants);
            (all.next_page_token, all.holds_at) = (page.next_page_token, further(all.holds_at.take(), page.holds_at));
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// One treaty by id or short name.
    pub async fn treaty(&self, treaty: &str, known_at: Option<KnownAt>) -> Answer<proto::GetTreatyResponse> {
        let request = proto::GetTreatyRequest { treaty: treaty.to_owned(), read_at: read_at(known_at) };
        Ok(self.treaty_reads().get(request).await?.into_inner())
    }

    /// The acts under a treaty, of all pages; of all days where `on` names none.
    pub async fn timeline(
        &self,
        treaty: &str,
        participant: Option<&str>,
        on: &OnDay<'_>,
    ) -> Answer<proto::TimelineResponse> {
        let participant = participant.unwrap_or_default().to_owned();
        let mut all = proto::TimelineResponse::default();
        loop {
            let page_token = std::mem::take(&mut all.next_page_token);
            let request = proto::TimelineRequest {
                treaty: treaty.to_owned(),
                participant: participant.clone(),
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                page_size: PAGE,
                page_token,
                view: on.view.to_owned(),
                at: on.at.to_owned(),
            };
            let page = self.treaty_reads().timeline(request).await?.into_inner();
            all.acts.extend(page.acts);
            all.legal_findings = page.legal_findings;
            (all.at, all.later_acts, all.later_reactions) = (page.at, page.later_acts, page.later_reactions);
            (all.courses, all.overlays_of_all_days) = (page.courses, page.overlays_of_all_days);
            all.complete = page.complete;
            (all.treaty, all.next_page_token, all.holds_at) =
                (page.treaty, page.next_page_token, further(all.holds_at.take(), page.holds_at));
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// One entry.
    pub async fn entry(&self, index: u64) -> Answer<proto::Entry> {
        let response = self.audit().get_entry(proto::GetEntryRequest { index }).await?.into_inner();
        Ok(response.entry.unwrap_or_default())
    }

    /// How a participant stands to a treaty, and what else binds it; `at` is a civil day, empty for the newest
    /// recording day; `view` empty for the default.
    pub async fn treaty_status(
        &self,
        treaty: &str,
        participant: &str,
        on: &OnDay<'_>,
    ) -> Answer<proto::TreatyStatusResponse> {
        let request = proto::TreatyStatusRequest {
            treaty: treaty.to_owned(),
            participant: participant.to_owned(),
            at: on.at.to_owned(),
            read_at: read_at(on.known_at),
            view: on.view.to_owned(),
            with_other_treaties: true,
        };
        Ok(self.treaty_reads().status(request).await?.into_inner())
    }

    /// How a participant stands to every treaty that it has an act under.
    pub async fn standing(&self, participant: &str, on: &OnDay<'_>) -> Answer<proto::StandingResponse> {
        let request = proto::StandingRequest {
            participant: participant.to_owned(),
            at: on.at.to_owned(),
            read_at: read_at(on.known_at),
            view: on.view.to_owned(),
        };
        Ok(self.treaty_reads().standing(request).await?.into_inner())
    }

    /// The duties of a participant under one treaty, or under all that it has an act under.
    pub async fn obligations(
        &self,
        participant: &str,
        treaty: Option<&str>,
        on: &OnDay<'_>,
    ) -> Answer<proto::ObligationsResponse> {
        let request = proto::ObligationsRequest {
            participant: participant.to_owned(),
            treaty: treaty.unwrap_or_default().to_owned(),
            at: on.at.to_owned(),
            read_at: read_at(on.known_at),
            view: on.view.to_owned(),
            states: Vec::new(),
        };
        Ok(self.treaty_reads().obligations(request).await?.into_inner())
    }

    /// What is overdue under one treaty or under all, of all pages.
    pub async fn overdue(&self, treaty: Option<&str>, on: &OnDay<'_>) -> Answer<proto::OverdueResponse> {
        let mut all = proto::OverdueResponse { at: on.at.to_owned(), ..proto::OverdueResponse::default() };
        loop {
            let request = proto::OverdueRequest {
                treaty: treaty.unwrap_or_default().to_owned(),
                // Later pages are for the day of the first.
                at: all.at,
                read_at: page_of(on.known_at, all.holds_at.as_ref()),
                view: on.view.to_owned(),
                page_size: PAGE,
                page_token: all.next_page_token,
            };
            let mut page = self.treaty_reads().overdue(request).await?.into_inner();
            page.holds_at = further(all.holds_at.take(), page.holds_at);
            all.participations.append(&mut page.participations);
            all = proto::OverdueResponse { participations: all.participations, ..page };
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Everybody with an act under a treaty, of all pages, with counts; `statuses` empty for
    /// whatever status.
    pub async fn parties(
        &self,
        treaty: &str,
        statuses: &[String],
        on: &OnDay<'_>,
    ) -> Answer<proto::ListPartiesResponse> {
        let mut parties = Vec::new();
        let (mut page_token, mut holds_at) = (String::new(), None);
        loop {
            let request = proto::ListPartiesRequest {
                treaty: treaty.to_owned(),
                at: on.at.to_owned(),
                read_at: page_of(on.known_at, holds_at.as_ref()),
                view: on.view.to_owned(),
                statuses: statuses.to_vec(),
                page_size: PAGE_ITEMS_MAX as u32,
                page_token,
            };
            let mut page = self.treaty_reads().parties(request).await?.into_inner();
            page.holds_at = further(holds_at.take(), page.holds_at);
            parties.extend(page.parties);
            if page.next_page_token.is_empty() {
                return Ok(proto::ListPartiesResponse { parties, next_page_token: String::new(), ..page });
            }
            (page_token, holds_at) = (page.next_page_token, page.holds_at);
        }
    }

    /// What is recorded under a treaty in the columns of the depositary's table, of all pages;
    /// with the tables that were stated as at a civil day, where one is named. Answers when at
    /// least so many entries can be read.
    pub async fn table(
        &self,
        treaty: &str,
        stated_as_at: &str,
        on: &OnDay<'_>,
        minimum_size: u64,
    ) -> Answer<proto::TableResponse> {
        let (mut lines, mut tables, mut tables_taken_back) = (Vec::new(), Vec::new(), Vec::new());
        let (mut page_token, mut holds_at, mut asked) = (String::new(), None, stated_as_at.to_owned());
        loop {
            let known = page_of(on.known_at, holds_at.as_ref()).unwrap_or_default();
            let request = proto::TableRequest {
                treaty: treaty.to_owned(),
                at: on.at.to_owned(),
                read_at: Some(ReadAt { minimum_size, ..known }),
                view: on.view.to_owned(),
                // One page tells them; the others need not.
                stated_as_at: std::mem::take(&mut asked),
                page_size: PAGE_ITEMS_MAX as u32,
                page_token,
            };
            let page = self.treaty_reads().table(request).await?.into_inner();
            lines.extend(page.lines);
            tables.extend(page.tables);
            tables_taken_back.extend(page.tables_taken_back);
            if page.next_page_token.is_empty() {
                let next_page_token = String::new();
                return Ok(proto::TableResponse { lines, tables, tables_taken_back, next_page_token, ..page });
            }
            (page_token, holds_at) = (page.next_page_token, page.holds_at);
        }
    }

    /// The log in order.
    pub async fn replay(&self, request: proto::ReplayRequest) -> Answer<Streaming<proto::ReplayResponse>> {
        Ok(self.audit().replay(request).await?.into_inner())
    }

    fn ledger(&self) -> LedgerClient<Channel> {
        messages_bounded!(LedgerClient::new(self.channel.clone()))
    }

    fn audit(&self) -> AuditClient<Channel> {
        messages_bounded!(AuditClient::new(self.channel.clone()))
    }

    fn registry(&self) -> OrganisationsClient<Channel> {
        messages_bounded!(OrganisationsClient::new(self.channel.clone()))
    }

    fn sign_off_reads(&self) -> SignOffsClient<Channel> {
        messages_bounded!(SignOffsClient::new(self.channel.clone()))
    }

    fn treaty_reads(&self) -> TreatiesClient<Channel> {
        messages_bounded!(TreatiesClient::new(self.channel.clone()))
    }
}

/// A message in the protobuf JSON mapping, with the field names of the proto
/// files. `message` is its short name.
pub fn to_json(message: &str, value: &impl prost::Message) -> Value {
    wire::to_json(message, &value.encode_to_vec()).expect("a message decodes as itself")
}

/// Items of a page. A page of large acts could outgrow one message at the
/// maximum, so lists are read in tenths of it.
const PAGE: u32 = (PAGE_ITEMS_MAX / 10) as u32;

fn tls(ca: Option<&Path>) -> Answer<ClientTlsConfig> {
    let Some(path) = ca else { return Ok(ClientTlsConfig::new().with_native_roots()) };
    let pem = fs::read(path).map_err(|source| ClientError::Certificate { path: path.to_owned(), source })?;
    Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))
}

fn read_at(known_at: Option<KnownAt>) -> Option<ReadAt> {
    let known_at = match known_at? {
        KnownAt::Size(size) => read_at::KnownAt::Size(size),
        KnownAt::Time(time) => {
            read_at::KnownAt::Time(Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() })
        }
    };
    Some(ReadAt { minimum_size: 0, known_at: Some(known_at) })
}

/// The state that a page is read at: later pages hold for what the first held for.
fn page_of(known_at: Option<KnownAt>, first: Option<&proto::HoldsAt>) -> Option<ReadAt> {
    match first {
        Some(holds_at) => read_at(Some(KnownAt::Size(holds_at.size))),
        None => read_at(known_at),
    }
}

/// What every page tells beside its items: the same lists.
const ON_EVERY_PAGE: [&str; 5] = ["courses", "overlays_of_all_days", "legal_findings", "counts", "coverage"];

/// What a page holds for, with the lists that were told in part on the pages before it.
fn further(before: Option<proto::HoldsAt>, page: Option<proto::HoldsAt>) -> Option<proto::HoldsAt> {
    let mut page = page?;
    let is_again =
        |list: &proto::ShortenedList| list.field.split('.').next().is_some_and(|own| ON_EVERY_PAGE.contains(&own));
    for list in before.into_iter().flat_map(|before| before.shortened).filter(|list| !is_again(list)) {
        match page.shortened.iter_mut().find(|found| found.field == list.field) {
            Some(found) => (found.told, found.of) = (found.told + list.told, found.of + list.of),
            None => page.shortened.push(list),
        }
    }
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_left_off_is_told_with_all_pages() {
        let list = |field: &str, told, of| proto::ShortenedList { field: field.into(), told, of };
        let page = |shortened| Some(proto::HoldsAt { size: 7, shortened, ..proto::HoldsAt::default() });
        let first = further(None, page(vec![list("acts.rivals", 8, 12), list("acts.changes", 8, 9)]));
        let second = further(first, page(vec![list("acts.rivals", 16, 40), list("courses.spans", 8, 9)]));
        let whole = further(second, page(vec![list("courses.spans", 8, 9)])).expect("a page holds for something");
        let expected = [list("courses.spans", 8, 9), list("acts.rivals", 24, 52), list("acts.changes", 8, 9)];
        assert_eq!(whole.shortened, expected);
    }
}
