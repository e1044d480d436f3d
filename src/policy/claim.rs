//! What a submission claims, as far as sign-offs on it ask: who wrote it, and
//! whom its events concern.
//!
//! A function of the signed open bytes, so it can be made again from the journal
//! at any time.

use std::collections::BTreeSet;

use crate::domain::{
    Authority, Body, Concern, CountryCode, Event, MinefieldBody, Signer, Subject, SubmittedEvents, TreatyId,
};

/// Author and concerns of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    pub author: Signer,
    /// One for each event, without duplicates.
    pub concerns: BTreeSet<Concern>,
}

impl Claim {
    /// What a submission claims.
    pub fn of(submitted: &SubmittedEvents) -> Self {
        let concerns = submitted.events.iter().map(concern_of).collect();
        Self { author: submitted.submission.author.clone(), concerns }
    }
}

/// Whose mandate an event needs: what the kinds table and the event say.
pub(super) fn concern_of(event: &Event) -> Concern {
    match event.kind().row().authority {
        Authority::Role => Concern::Ledger,
        Authority::AnyTreaty => Concern::AnyTreaty,
        Authority::Treaty => treaty_of(&event.subject).cloned().map_or(Concern::AnyTreaty, Concern::Treaty),
        Authority::Country => country_of(event).map_or(Concern::AnyCountry, Concern::Country),
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
