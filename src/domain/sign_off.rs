//! What became of a submission by the sign-offs on it: plain values.
//!
//! Promises: a state holds everything that a reader asks about the sign-offs of
//! one submission, as of one entry; whether it lapsed since is a comparison of
//! recording times. Leaves to others: making a state (`policy`).

use std::fmt;

use super::{
    Capacity, CountryCode, Index, OrganisationId, RecordingTime, SignOffClass, Signer, Standing, SubmissionDigest,
    TreatyId, Verdict,
};

/// The sign-offs on a submission and what they did, after some entry.
#[derive(Clone, Debug, PartialEq)]
pub struct SignOffState {
    pub submission: SubmissionDigest,
    /// The entry of the submission: p.
    pub recorded: Index,
    pub author: Signer,
    pub class: SignOffClass,
    /// As of the entry; [`Self::status_at`] knows of the time that passed since.
    pub status: SubmissionStatus,
    /// The first entry in which a verifier or a national authority approved.
    pub verified: Option<Index>,
    /// In the order in which they were recorded.
    pub statements: Vec<Statement>,
    /// What it waits for; empty when it does not wait.
    pub missing: Vec<MissingSignOff>,
    /// The national authorities for what it concerns, each with its own word.
    pub authorities: Vec<AuthorityWord>,
    /// It lapses with the first entry that is recorded later.
    pub waits_until: Option<RecordingTime>,
}

/// Whether a submission is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmissionStatus {
    Waiting,
    /// From this entry on: q.
    Effective {
        at: Index,
    },
    /// All had signed, and a rule failed at this entry.
    Lapsed {
        at: Index,
        /// Pinned code of the rule.
        rule: Box<str>,
    },
    /// It waited too long. Never stored: see [`SignOffState::status_at`].
    Expired,
    Declined {
        at: Index,
    },
    /// By its author.
    Withdrawn {
        at: Index,
    },
}

/// Who said what, in which capacity, in which entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub at: Index,
    pub signer: Signer,
    pub capacity: Capacity,
    pub verdict: Verdict,
}

/// Sign-offs that a submission waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSignOff {
    pub capacity: Capacity,
    /// How many more.
    pub count: u32,
    /// What the signer must be the authority for.
    pub concern: Option<Concern>,
    /// Who can sign, or why nobody can yet: a sentence for a person.
    pub message: Box<str>,
}

/// What one national authority says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityWord {
    pub organisation: OrganisationId,
    pub concern: Concern,
    pub word: Word,
}

/// The newest word of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Awaited,
    Approved { at: Index },
    Declined { at: Index },
}

/// Whose mandate an event needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concern {
    /// The registry and the charter: nobody's mandate.
    Ledger,
    Treaty(TreatyId),
    AnyTreaty,
    Country(CountryCode),
    /// The country is not stated: only a mandate over all countries covers it.
    AnyCountry,
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger => f.write_str("the ledger"),
            Self::Treaty(treaty) => write!(f, "the treaty {treaty}"),
            Self::AnyTreaty => f.write_str("any treaty"),
            Self::Country(country) => write!(f, "the country {country}"),
            Self::AnyCountry => f.write_str("a country that is not stated"),
        }
    }
}

impl SignOffState {
    /// The status for a reader whose newest entry was recorded at `newest`.
    pub fn status_at(&self, newest: RecordingTime) -> SubmissionStatus {
        let late = self.waits_until.is_some_and(|until| newest > until);
        if late && self.status == SubmissionStatus::Waiting {
            return SubmissionStatus::Expired;
        }
        self.status.clone()
    }

    /// How the events of the submission stand for a reader whose newest entry was
    /// recorded at `newest`.
    pub fn standing(&self, newest: RecordingTime) -> Standing {
        match self.status_at(newest) {
            SubmissionStatus::Effective { at } => Standing::Effective { since: at, verified: self.verified.is_some() },
            SubmissionStatus::Waiting => Standing::Waiting,
            SubmissionStatus::Lapsed { .. }
            | SubmissionStatus::Expired
            | SubmissionStatus::Declined { .. }
            | SubmissionStatus::Withdrawn { .. } => Standing::Ended,
        }
    }

    /// The entry from which on the submission is in effect, if it is.
    pub fn effective_at(&self) -> Option<Index> {
        match self.status {
            SubmissionStatus::Effective { at } => Some(at),
            SubmissionStatus::Waiting
            | SubmissionStatus::Lapsed { .. }
            | SubmissionStatus::Expired
            | SubmissionStatus::Declined { .. }
            | SubmissionStatus::Withdrawn { .. } => None,
        }
    }
}

impl Signer {
    /// Whether it is the same post, perhaps with another key.
    pub fn is_same_post(&self, other: &Self) -> bool {
        (&self.organisation, &self.member) == (&other.organisation, &other.member)
    }
}

/// The newest word of each post, in the order of their statements.
pub fn newest_of_each_post(statements: &[Statement]) -> impl Iterator<Item = &Statement> {
    statements.iter().enumerate().filter_map(|(at, statement)| {
        let again = |later: &Statement| later.signer.is_same_post(&statement.signer);
        (!statements[at + 1..].iter().any(again)).then_some(statement)
    })
}
