//! From an instrument of consent to what ends its effect: one membership, and how it is left.
//!
//! Promises: a status for every day on or after the deposit. Who consented and whose
//! participation passed before the treaty was in force for it was never bound; it has passed
//! all the same. Leaves to others: the acts that make a membership (`course`).

use jiff::civil::Date;

use super::{Span, TreatyStatus};
use crate::domain::CitedEvent;

/// From an instrument to what ends its effect.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The instrument, signature or succession that opens it.
    pub opened: CitedEvent,
    pub deposited: Date,
    /// `None`: cannot be computed, or it passed to successors before.
    pub in_force: Option<Date>,
    pub leave: Option<Leave>,
}

/// A withdrawal that runs or ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Leave {
    /// The notice.
    pub event: CitedEvent,
    /// When the notice began.
    pub began: Date,
    /// When it is over.
    pub expiry: Date,
    /// When the participant is out; `None`: a conflict goes on.
    pub effective: Option<Date>,
    /// Nobody gave notice: the participation passed to successors.
    pub passed: bool,
    /// A conflict defers it, and what has to have ended besides.
    pub deferral: Option<Deferral>,
}

/// Why a withdrawal does not take effect when its notice is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Deferral {
    /// Whether the last of the conflicts ended.
    pub conflict_over: bool,
    /// The article by which those protected must have been released, repatriated or
    /// re-established, too; `None` where nothing asks for that.
    pub repatriation: Option<Box<str>>,
}

impl Leave {
    /// A withdrawal that takes effect when its notice is over.
    pub fn plain(event: CitedEvent, began: Date, expiry: Date) -> Self {
        Self { event, began, expiry, effective: Some(expiry), passed: false, deferral: None }
    }
}

impl Membership {
    /// First day on which it is over, if that is known.
    pub fn end(&self) -> Option<Date> {
        self.leave.as_ref()?.effective
    }

    pub fn is_over_by(&self, day: Date) -> bool {
        self.end().is_some_and(|end| end <= day)
    }

    /// First day on which it is the successors' alone.
    fn passed(&self) -> Option<Date> {
        self.leave.as_ref().filter(|leave| leave.passed)?.effective
    }

    /// The status that it gives on a day on or after its deposit.
    pub fn status_on(&self, day: Date, otherwise: TreatyStatus) -> TreatyStatus {
        let Some(in_force) = self.in_force else { return self.without_effect(day, otherwise) };
        let Some(leave) = &self.leave else {
            return if in_force <= day { TreatyStatus::Party } else { TreatyStatus::Contracting };
        };
        match leave.effective {
            Some(effective) if effective <= day && effective <= in_force => otherwise,
            Some(effective) if effective <= day => TreatyStatus::FormerParty { since: effective },
            _ if day < in_force => TreatyStatus::Contracting,
            _ if day < leave.began => TreatyStatus::Party,
            effective if day < leave.expiry => TreatyStatus::WithdrawalPending { effective },
            _ => TreatyStatus::WithdrawalDeferred { expired: leave.expiry },
        }
    }

    fn without_effect(&self, day: Date, otherwise: TreatyStatus) -> TreatyStatus {
        match self.passed().filter(|passed| *passed <= day) {
            Some(since) => TreatyStatus::FormerParty { since },
            None if self.is_over_by(day) => otherwise,
            None => TreatyStatus::Contracting,
        }
    }

    pub fn boundaries(&self) -> impl Iterator<Item = Date> {
        let leave = self.leave.iter().flat_map(|leave| [Some(leave.began), Some(leave.expiry), leave.effective]);
        [Some(self.deposited), self.in_force].into_iter().chain(leave).flatten()
    }
}

/// How a participant stands that has not consented.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before {
    pub signed: Option<Date>,
    /// When it declared that it does not intend to become a party, or its signature
    /// passed to successors.
    pub declined: Option<Date>,
}

impl Before {
    fn status_on(self, day: Date) -> TreatyStatus {
        match (self.signed.filter(|signed| *signed <= day), self.declined.filter(|declined| *declined <= day)) {
            (None, _) => TreatyStatus::NonParticipant,
            (Some(signed), Some(since)) if signed <= since => TreatyStatus::FormerSignatory { since },
            (Some(_), _) => TreatyStatus::Signatory,
        }
    }
}

/// The intervals of the days on which the status changes.
pub fn spans(before: Before, memberships: &[Membership]) -> Vec<Span> {
    let own = memberships.iter().flat_map(Membership::boundaries);
    let mut days: Vec<Date> = before.signed.into_iter().chain(before.declined).chain(own).collect();
    days.sort_unstable();
    days.dedup();
    let mut spans = vec![Span { from: None, to: None, status: TreatyStatus::NonParticipant }];
    for day in days {
        let status = status_on(day, before, memberships);
        let last = spans.last_mut().expect("it began with one");
        if status != last.status {
            last.to = Some(day);
            spans.push(Span { from: Some(day), to: None, status });
        }
    }
    spans
}

fn status_on(day: Date, before: Before, memberships: &[Membership]) -> TreatyStatus {
    let otherwise = before.status_on(day);
    let current = memberships.iter().rev().find(|membership| membership.deposited <= day);
    current.map_or(otherwise, |membership| membership.status_on(day, otherwise))
}
