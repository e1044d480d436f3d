//! Sign-offs in the read models: what somebody said about a submission, and what
//! it waits for, at any size.
//!
//! Promises: a row holds the state of one submission after an entry whole, so what
//! it was at any size is one seek. Leaves to others: making the state (`policy`),
//! showing it.

use prost::Message;

use super::ReadModelError;
use super::encoding::Unreadable;
use super::keys::{Key, Table};
use super::queries::View;
use super::seek::newest_before;
use crate::domain::{
    AuthorityWord, Capacity, Concern, Index, KeyId, MissingSignOff, RecordingTime, SignOffClass, SignOffState, Signer,
    Statement, SubmissionDigest, SubmissionStatus, Threshold, Verdict, Word,
};

impl View<'_> {
    /// The sign-offs on the submission in an entry; `None` for one that acted at once and
    /// that nobody else signed, and for one that the view does not hold.
    pub fn sign_offs(&self, recorded: Index) -> Result<Option<SignOffState>, ReadModelError> {
        let row = newest_before(self.models().tree(), &sign_offs_key(recorded), self.size())?;
        row.map(|(key, value)| read_state(recorded, &value).map_err(|unreadable| unreadable.at(&key))).transpose()
    }
}

/// The key of the sign-offs on the submission in an entry, without the index of the row.
pub(super) fn sign_offs_key(recorded: Index) -> Key {
    Key::new(Table::SignOffs).index(recorded)
}

#[derive(Clone, PartialEq, Message)]
struct SignOffRow {
    /// Digest of the submission, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    submission: Vec<u8>,
    #[prost(message, required, tag = "2")]
    author: SignerRow,
    /// 1 states, 2 eases, 3 transfers; what governs: 16 and the threshold.
    #[prost(uint32, tag = "3")]
    class: u32,
    /// 1 waiting, 2 effective, 3 lapsed, 4 declined, 5 withdrawn.
    #[prost(uint32, tag = "4")]
    status: u32,
    #[prost(uint64, tag = "5")]
    at: u64,
    #[prost(string, tag = "6")]
    rule: String,
    #[prost(uint64, optional, tag = "7")]
    verified: Option<u64>,
    #[prost(message, repeated, tag = "8")]
    statements: Vec<StatementRow>,
    #[prost(message, repeated, tag = "9")]
    missing: Vec<MissingRow>,
    #[prost(message, repeated, tag = "10")]
    authorities: Vec<WordRow>,
    #[prost(uint64, optional, tag = "11")]
    waits_until: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct SignerRow {
    #[prost(string, tag = "1")]
    organisation: String,
    #[prost(string, tag = "2")]
    member: String,
    #[prost(bytes = "vec", tag = "3")]
    key: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct StatementRow {
    #[prost(uint64, tag = "1")]
    at: u64,
    #[prost(message, required, tag = "2")]
    signer: SignerRow,
    #[prost(int32, tag = "3")]
    capacity: i32,
    /// As in the contract: 1 approve, 2 decline, 3 withdraw.
    #[prost(uint32, tag = "4")]
    verdict: u32,
    #[prost(string, tag = "5")]
    reason: String,
}

#[derive(Clone, PartialEq, Message)]
struct MissingRow {
    #[prost(int32, tag = "1")]
    capacity: i32,
    #[prost(uint32, tag = "2")]
    count: u32,
    #[prost(message, optional, tag = "3")]
    concern: Option<ConcernRow>,
    #[prost(string, tag = "4")]
    message: String,
}

#[derive(Clone, PartialEq, Message)]
struct WordRow {
    #[prost(string, tag = "1")]
    organisation: String,
    #[prost(message, required, tag = "2")]
    concern: ConcernRow,
    /// 1 awaited, 2 approved, 3 declined.
    #[prost(uint32, tag = "3")]
    word: u32,
    #[prost(uint64, tag = "4")]
    at: u64,
}

#[derive(Clone, PartialEq, Message)]
struct ConcernRow {
    /// 1 ledger, 2 treaty, 3 any treaty, 4 country, 5 any country.
    #[prost(uint32, tag = "1")]
    concern: u32,
    #[prost(string, tag = "2")]
    id: String,
}

/// The row of a state. Where its submission was recorded is in the key.
pub(super) fn sign_off_row(state: &SignOffState) -> Vec<u8> {
    let SignOffState {
        submission,
        recorded: _,
        author,
        class,
        status,
        verified,
        statements,
        missing,
        authorities,
        waits_until,
    } = state;
    let (status, at, rule) = status_row(status);
    SignOffRow {
        submission: submission.as_bytes().to_vec(),
        author: signer_row(author),
        class: class_row(*class),
        status,
        at,
        rule,
        verified: verified.map(|index| index.0),
        statements: statements.iter().map(statement_row).collect(),
        missing: missing.iter().map(missing_row).collect(),
        authorities: authorities.iter().map(word_row).collect(),
        waits_until: waits_until.map(|time| time.0),
    }
    .encode_to_vec()
}

fn read_state(recorded: Index, value: &[u8]) -> Result<SignOffState, Unreadable> {
    let row = SignOffRow::decode(value).map_err(|_| Unreadable)?;
    Ok(SignOffState {
        submission: SubmissionDigest::from_slice(&row.submission).ok_or(Unreadable)?,
        recorded,
        author: read_signer(row.author)?,
        class: read_class(row.class)?,
        status: read_status(row.status, row.at, row.rule)?,
        verified: row.verified.map(Index),
        statements: row.statements.into_iter().map(read_statement).collect::<Result<_, _>>()?,
        missing: row.missing.into_iter().map(read_missing).collect::<Result<_, _>>()?,
        authorities: row.authorities.into_iter().map(read_word).collect::<Result<_, _>>()?,
        waits_until: row.waits_until.map(RecordingTime),
    })
}

fn class_row(class: SignOffClass) -> u32 {
    match class {
        SignOffClass::States => 1,
        SignOffClass::Eases => 2,
        SignOffClass::Transfers => 3,
        SignOffClass::Governs(Threshold::Founding) => 16,
        SignOffClass::Governs(Threshold::Charter) => 17,
        SignOffClass::Governs(Threshold::Admission) => 18,
        SignOffClass::Governs(Threshold::Enrolment) => 19,
    }
}

fn read_class(number: u32) -> Result<SignOffClass, Unreadable> {
    match number {
        1 => Ok(SignOffClass::States),
        2 => Ok(SignOffClass::Eases),
        3 => Ok(SignOffClass::Transfers),
        16 => Ok(SignOffClass::Governs(Threshold::Founding)),
        17 => Ok(SignOffClass::Governs(Threshold::Charter)),
        18 => Ok(SignOffClass::Governs(Threshold::Admission)),
        19 => Ok(SignOffClass::Governs(Threshold::Enrolment)),
        _ => Err(Unreadable),
    }
}

fn status_row(status: &SubmissionStatus) -> (u32, u64, String) {
    match status {
        // Having waited too long follows from the time that is asked about.
        SubmissionStatus::Waiting | SubmissionStatus::Expired => (1, 0, String::new()),
        SubmissionStatus::Effective { at } => (2, at.0, String::new()),
        SubmissionStatus::Lapsed { at, rule } => (3, at.0, rule.to_string()),
        SubmissionStatus::Declined { at } => (4, at.0, String::new()),
        SubmissionStatus::Withdrawn { at } => (5, at.0, String::new()),
    }
}

fn read_status(number: u32, at: u64, rule: String) -> Result<SubmissionStatus, Unreadable> {
    let at = Index(at);
    match number {
        1 => Ok(SubmissionStatus::Waiting),
        2 => Ok(SubmissionStatus::Effective { at }),
        3 => Ok(SubmissionStatus::Lapsed { at, rule: rule.into() }),
        4 => Ok(SubmissionStatus::Declined { at }),
        5 => Ok(SubmissionStatus::Withdrawn { at }),
        _ => Err(Unreadable),
    }
}

fn signer_row(signer: &Signer) -> SignerRow {
    let Signer { organisation, member, key } = signer;
    SignerRow { organisation: organisation.to_string(), member: member.to_string(), key: key.as_bytes().to_vec() }
}

fn read_signer(row: SignerRow) -> Result<Signer, Unreadable> {
    Ok(Signer {
        organisation: row.organisation.parse().map_err(|_| Unreadable)?,
        member: row.member.parse().map_err(|_| Unreadable)?,
        key: KeyId::from_slice(&row.key).ok_or(Unreadable)?,
    })
}

fn statement_row(statement: &Statement) -> StatementRow {
    let Statement { at, signer, capacity, verdict } = statement;
    let (verdict, reason) = match verdict {
        Verdict::Approve { remark } => (1, remark),
        Verdict::Decline { reason } => (2, reason),
        Verdict::Withdraw { reason } => (3, reason),
    };
    StatementRow {
        at: at.0,
        signer: signer_row(signer),
        capacity: capacity.number(),
        verdict,
        reason: reason.to_string(),
    }
}

fn read_statement(row: StatementRow) -> Result<Statement, Unreadable> {
    let reason = row.reason.into();
    let verdict = match row.verdict {
        1 => Verdict::Approve { remark: reason },
        2 => Verdict::Decline { reason },
        3 => Verdict::Withdraw { reason },
        _ => return Err(Unreadable),
    };
    let capacity = Capacity::from_number(row.capacity).ok_or(Unreadable)?;
    Ok(Statement { at: Index(row.at), signer: read_signer(row.signer)?, capacity, verdict })
}

fn missing_row(missing: &MissingSignOff) -> MissingRow {
    let MissingSignOff { capacity, count, concern, message } = missing;
    MissingRow {
        capacity: capacity.number(),
        count: *count,
        concern: concern.as_ref().map(concern_row),
        message: message.to_string(),
    }
}

fn read_missing(row: MissingRow) -> Result<MissingSignOff, Unreadable> {
    Ok(MissingSignOff {
        capacity: Capacity::from_number(row.capacity).ok_or(Unreadable)?,
        count: row.count,
        concern: row.concern.map(read_concern).transpose()?,
        message: row.message.into(),
    })
}

fn word_row(word: &AuthorityWord) -> WordRow {
    let AuthorityWord { organisation, concern, word } = word;
    let (word, at) = match word {
        Word::Awaited => (1, 0),
        Word::Approved { at } => (2, at.0),
        Word::Declined { at } => (3, at.0),
    };
    WordRow { organisation: organisation.to_string(), concern: concern_row(concern), word, at }
}

fn read_word(row: WordRow) -> Result<AuthorityWord, Unreadable> {
    let at = Index(row.at);
    let word = match row.word {
        1 => Word::Awaited,
        2 => Word::Approved { at },
        3 => Word::Declined { at },
        _ => return Err(Unreadable),
    };
    let organisation = row.organisation.parse().map_err(|_| Unreadable)?;
    Ok(AuthorityWord { organisation, concern: read_concern(row.concern)?, word })
}

fn concern_row(concern: &Concern) -> ConcernRow {
    let (concern, id) = match concern {
        Concern::Ledger => (1, String::new()),
        Concern::Treaty(treaty) => (2, treaty.to_string()),
        Concern::AnyTreaty => (3, String::new()),
        Concern::Country(country) => (4, country.to_string()),
        Concern::AnyCountry => (5, String::new()),
    };
    ConcernRow { concern, id }
}

fn read_concern(row: ConcernRow) -> Result<Concern, Unreadable> {
    match row.concern {
        1 => Ok(Concern::Ledger),
        2 => Ok(Concern::Treaty(row.id.parse().map_err(|_| Unreadable)?)),
        3 => Ok(Concern::AnyTreaty),
        4 => Ok(Concern::Country(row.id.parse().map_err(|_| Unreadable)?)),
        5 => Ok(Concern::AnyCountry),
        _ => Err(Unreadable),
    }
}
