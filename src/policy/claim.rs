//! What a submission claims, as far as sign-offs on it ask: who wrote it, and
//! whom its events concern.
//!
//! A function of the signed open bytes, so it can be made again from the journal
//! at any time.

use std::collections::BTreeSet;

use crate::domain::{Authority, Body, CountryCode, Event, MinefieldBody, Signer, Subject, SubmittedEvents, TreatyId};

/// Author and concerns of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    pub author: Signer,
    /// One for each event, without duplicates.
    pub concerns: BTreeSet<Concern>,
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

impl Claim {
    /// What a submission claims.
    pub fn of(submitted: &SubmittedEvents) -> Self {
        let concerns = submitted.events.iter().map(Concern::of).collect();
        Self { author: submitted.submission.author.clone(), concerns }
    }
}

impl Concern {
    /// What the kinds table and the event say.
    pub fn of(event: &Event) -> Self {
        match event.kind().row().authority {
            Authority::Role => Self::Ledger,
            Authority::AnyTreaty => Self::AnyTreaty,
            Authority::Treaty => treaty_of(&event.subject).cloned().map_or(Self::AnyTreaty, Self::Treaty),
            Authority::Country => country_of(event).map_or(Self::AnyCountry, Self::Country),
        }
    }
}

/// The treaty that a subject is about.
pub(super) fn treaty_of(subject: &Subject) -> Option<&TreatyId> {
    match subject {
        Subject::Treaty(treaty) | Subject::Participation(treaty, _) => Some(treaty),
        Subject::Ledger | Subject::Organisation(_) | Subject::Participant(_) | Subject::Record(_) => None,
    }
}

fn country_of(event: &Event) -> Option<CountryCode> {
    match &event.body {
        Body::Minefield(MinefieldBody::RecordOpened(record)) => record.country,
        Body::Registry(_) | Body::Treaty(_) => None,
    }
}
