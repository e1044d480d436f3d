//! What waits for a signature, and a submission as its own bytes prove it.
//!
//! Promises: what [`Client::proved`] returns was read from the entry's bytes, which
//! the ledger's checkpoint includes; nothing in it is the service's word.

use prost::bytes::Bytes;

use super::{Answer, Client, Founded, KnownAt, PAGE, ReceiptFor, further, page_of, read_at};
use crate::{
    checkpoint::{Receipt, ReceiptInvalid},
    client::{ClientError, ReceiptError},
    crypto::sha256,
    domain::{EnvelopeContent, Index, RecordingTime, SubmissionDigest, SubmittedEvents, TreeHead},
    wire::{
        self, Malformed,
        proto::{self, get_sign_offs_request::Submission},
    },
};

/// Which waiting submissions are asked for; empty: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbox {
    /// What this organisation can sign.
    pub organisation: String,
    /// What this post of it can sign.
    pub member: String,
    /// As what; 0: as anything.
    pub capacity: i32,
    /// Whose submissions.
    pub author: String,
}

/// A submission that the ledger was proved to hold.
#[derive(Clone, Debug)]
pub struct Proved {
    pub index: Index,
    pub recorded_at: RecordingTime,
    pub content: SubmittedEvents,
    /// Submission and events as protobuf JSON, from the bytes of the entry.
    pub readable: String,
    /// The checkpoint that includes it.
    pub head: TreeHead,
}

/// Why what a service shows is not what the ledger holds.
#[derive(Debug, thiserror::Error)]
pub enum Unproved {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("entry {0} is not of the form of docs/format.md")]
    Malformed(Index, #[source] Malformed),
    #[error("entry {0} holds no submission")]
    NoSubmission(Index),
    #[error("the receipt of entry {0} cannot be read")]
    Receipt(Index, #[source] ReceiptError),
    #[error("the receipt of entry {0} proves nothing")]
    Inclusion(Index, #[source] ReceiptInvalid),
    #[error("the service shows other bytes for entry {0} than the ledger signed")]
    OtherBytes(Index),
}

impl Client {
    /// What waits, of all pages.
    pub async fn inbox(&self, inbox: &Inbox, known_at: Option<KnownAt>) -> Answer<proto::ListSignOffsResponse> {
        let mut all = proto::ListSignOffsResponse::default();
        loop {
            let page_token = std::mem::take(&mut all.next_page_token);
            let request = proto::ListSignOffsRequest {
                organisation: inbox.organisation.clone(),
                member: inbox.member.clone(),
                capacity: inbox.capacity,
                author: inbox.author.clone(),
                read_at: page_of(known_at, all.holds_at.as_ref()),
                page_size: PAGE,
                page_token,
            };
            let page = self.sign_off_reads().list(request).await?.into_inner();
            all.waiting.extend(page.waiting);
            (all.next_page_token, all.holds_at) = (page.next_page_token, further(all.holds_at.take(), page.holds_at));
            if all.next_page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// One submission, with what a post could do about it.
    pub async fn sign_offs(
        &self,
        of: &ReceiptFor,
        post: Option<(&str, &str)>,
        known_at: Option<KnownAt>,
    ) -> Answer<proto::GetSignOffsResponse> {
        self.sign_offs_as_of(of, post, read_at(known_at)).await
    }

    /// The same, once the read models hold this entry.
    pub async fn sign_offs_after(&self, of: &ReceiptFor, index: u64) -> Answer<proto::GetSignOffsResponse> {
        let read_at = proto::ReadAt { minimum_size: index + 1, known_at: None };
        self.sign_offs_as_of(of, None, Some(read_at)).await
    }

    /// A submission from the bytes of its entry, proved to be in the ledger.
    pub async fn proved(&self, founded: &Founded, index: Index) -> Result<Proved, Unproved> {
        let entry = self.entry(index.0).await?;
        let receipt = self.receipt(ReceiptFor::Index(index.0)).await?.receipt.unwrap_or_default();
        let receipt = Receipt::try_from(receipt).map_err(|error| Unproved::Receipt(index, error))?;
        let head = receipt.verify(&founded.verifier).map_err(|error| Unproved::Inclusion(index, error))?;
        if receipt.index != index || *receipt.envelope.as_bytes() != sha256(&entry.envelope) {
            return Err(Unproved::OtherBytes(index));
        }
        let submitted = wire::parse_submitted(entry.envelope, entry.events);
        let submitted = submitted.map_err(|malformed| Unproved::Malformed(index, malformed))?;
        let readable = submitted.readable();
        let EnvelopeContent::Submission(content) = submitted.envelope.content else {
            return Err(Unproved::NoSubmission(index));
        };
        Ok(Proved { index, recorded_at: receipt.recorded_at, content: *content, readable, head })
    }

    async fn sign_offs_as_of(
        &self,
        of: &ReceiptFor,
        post: Option<(&str, &str)>,
        read_at: Option<proto::ReadAt>,
    ) -> Answer<proto::GetSignOffsResponse> {
        let submission = Some(match of {
            ReceiptFor::Index(index) => Submission::Index(*index),
            ReceiptFor::Submission(digest) => Submission::SubmissionDigest(Bytes::copy_from_slice(digest)),
        });
        let (organisation, member) = post.unwrap_or_default();
        let (organisation, member) = (organisation.to_owned(), member.to_owned());
        let request = proto::GetSignOffsRequest { submission, organisation, member, read_at };
        Ok(self.sign_off_reads().get(request).await?.into_inner())
    }
}

impl Proved {
    /// Whether it is the submission of this digest.
    pub fn is(&self, digest: &[u8]) -> bool {
        SubmissionDigest::from_slice(digest) == Some(self.content.digest)
    }
}
