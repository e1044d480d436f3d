//! What the ledger holds of one participation in the columns of the depositary's table,
//! and how it runs through time: for lists of participants and for comparing with a table.
//!
//! Promises: the statements that the view follows, corrected; where it follows several,
//! all of them. Leaves to others: the status on a day ([`super::status`]).

use jiff::civil::Date;

use super::{
    Dossier, Span, TreatyStatus, ViewName, Weighed, followed, in_force,
    record::{Around, Record},
    rivals::Act,
    statements::Statement,
};
use crate::domain::{Body, ConsentMode, Index, ParticipantId, Subject, SuccessionTo, TreatyBody, WorldDate};

/// A participation as it is held.
#[derive(Clone, Debug, PartialEq)]
pub struct Participation {
    /// Intervals of every reading, the first reading's first.
    pub spans: Vec<Vec<Span>>,
    /// Acts of signature and of succession to it.
    signatures: Vec<Entered>,
    /// Instruments of consent and successions to it, those first that were given under the
    /// parent treaty and name this one.
    deposits: Vec<Entered>,
    /// So many of the deposits were given under the parent treaty.
    with_parent: usize,
    /// The name that it is registered by; its id where it is not registered.
    pub name: Box<str>,
    /// Whom it names as its predecessors, under this treaty or as a participant.
    pub predecessors: Vec<ParticipantId>,
    /// From when on it has passed to successors, under every reading.
    passed: Option<Date>,
}

/// One act in a column: a cell for each statement that is followed, never empty.
#[derive(Clone, Debug, PartialEq)]
struct Entered {
    cells: Vec<Cell>,
}

/// What one statement puts into a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub date: Option<WorldDate>,
    /// `None` for a signature that does not bind, and for a succession.
    pub mode: Option<ConsentMode>,
    pub succession: bool,
    pub depositary_sequence: Option<u32>,
    /// The entry that states it.
    pub index: Index,
}

/// A withdrawal as the depositary's table marks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Withdrawn {
    No,
    /// It runs, or took effect under some readings only: a table may mark it or not.
    Maybe,
    Yes,
}

impl Participation {
    /// What the signature says that can have been given by a day: the first one.
    pub fn signature(&self, by: Date) -> &[Cell] {
        let come = self.signatures.iter().filter(|entered| entered.may_have_come(by));
        come.min_by_key(|entered| entered.day()).map(|entered| entered.cells.as_slice()).unwrap_or_default()
    }

    /// What the deposit says that can have been made by a day: the last one.
    pub fn deposit(&self, by: Date) -> &[Cell] {
        let come = self.deposits.iter().filter(|entered| entered.may_have_come(by));
        come.max_by_key(|entered| entered.day()).map(|entered| entered.cells.as_slice()).unwrap_or_default()
    }

    /// Whether a table of a day has to name it: it has signed, consented or succeeded, or may
    /// have, by a date that is open.
    pub fn is_in_table(&self, by: Date) -> bool {
        !self.signature(by).is_empty() || !self.deposit(by).is_empty()
    }

    /// Whether it has under every reading: the last day of some date is no later.
    pub fn is_surely_in_table(&self, by: Date) -> bool {
        self.signatures.iter().chain(&self.deposits).any(|entered| entered.has_come(by))
    }

    /// Whether it takes part on a day under some reading: signed or consented, and neither
    /// left nor passed to successors.
    pub fn may_take_part(&self, on: Date) -> bool {
        let held = self.spans.iter().filter_map(|spans| spans.iter().find(|span| span.holds_on(on)));
        held.into_iter().any(|span| match span.status {
            TreatyStatus::NonParticipant | TreatyStatus::FormerSignatory { .. } | TreatyStatus::FormerParty { .. } => {
                false
            }
            TreatyStatus::Signatory
            | TreatyStatus::Contracting
            | TreatyStatus::Party
            | TreatyStatus::WithdrawalPending { .. }
            | TreatyStatus::WithdrawalDeferred { .. } => true,
        })
    }

    /// Whether it takes part by an instrument under the parent treaty and by no act of its own
    /// in a column.
    pub fn is_with_parent_alone(&self, by: Date) -> bool {
        let (with_parent, own) = self.deposits.split_at(self.with_parent);
        let mut own = own.iter().chain(&self.signatures);
        with_parent.iter().any(|entered| entered.may_have_come(by)) && !own.any(|entered| entered.may_have_come(by))
    }

    /// Whether it has passed to successors by a day, under every reading.
    pub fn has_passed(&self, by: Date) -> bool {
        self.passed.is_some_and(|since| since <= by)
    }

    /// How a table of a day would mark it.
    pub fn withdrawn(&self, on: Date) -> Withdrawn {
        if self.has_passed(on) {
            return Withdrawn::No;
        }
        let held = self.spans.iter().filter_map(|spans| spans.iter().find(|span| span.holds_on(on)));
        let marks: Vec<Withdrawn> = held.map(|span| mark(span.status)).collect();
        match (marks.iter().min(), marks.iter().max()) {
            (Some(least), Some(most)) if least == most => *least,
            _ => Withdrawn::Maybe,
        }
    }
}

impl Entered {
    /// The day that orders it in its column; an undated act comes last.
    fn day(&self) -> Date {
        let days = self.cells.iter().filter_map(|cell| cell.date.as_ref());
        days.filter_map(|date| date.earliest().or(date.latest())).min().unwrap_or(Date::MAX)
    }

    fn may_have_come(&self, by: Date) -> bool {
        self.cells.iter().any(|cell| cell.date.as_ref().and_then(WorldDate::earliest).is_none_or(|first| first <= by))
    }

    fn has_come(&self, by: Date) -> bool {
        self.cells.iter().all(|cell| cell.date.as_ref().and_then(WorldDate::latest).is_some_and(|last| last <= by))
    }
}

/// What is held of the participation that a dossier is about.
pub fn participation(dossier: &Dossier<'_>, view: ViewName) -> Participation {
    of_weighed(dossier, &Weighed::of(dossier, view))
}

/// The same of what was weighed already.
pub(super) fn of_weighed<'a>(dossier: &Dossier<'a>, weighed: &Weighed<'a>) -> Participation {
    let record = Record::of(dossier, &weighed.acts, Around::default());
    let spans = followed::spans(&followed::all(&record).0);
    held(dossier, weighed, &record, spans)
}

/// The same of a record whose readings have these intervals whatever day is asked about.
pub(super) fn held<'a>(
    dossier: &Dossier<'a>,
    weighed: &Weighed<'a>,
    record: &Record<'_, 'a>,
    spans: Vec<Vec<Span>>,
) -> Participation {
    let Weighed { stated, acts } = weighed;
    let entered = |act: &Act<'_>| Entered { cells: act.followed.iter().map(cell).collect() };
    // Of one day the own instrument comes last: that is the one told.
    let deposits: Vec<Entered> = record.with_parent().map(entered).collect();
    let passed = record.passed.as_ref().map(|passed| passed.days.last);
    let mut registrations =
        stated.statements.iter().filter_map(|statement| match (statement.body, statement.subject()) {
            (TreatyBody::ParticipantRegistered(body), Subject::Participant(who)) if who == dossier.participant => {
                Some(body.name.clone())
            }
            _ => None,
        });
    let name = registrations.next_back().unwrap_or_else(|| dossier.participant.as_str().into());
    let mut found = Participation {
        spans,
        signatures: Vec::new(),
        with_parent: deposits.len(),
        deposits,
        name,
        predecessors: registered(dossier),
        passed,
    };
    let own = |act: &&Act<'_>| {
        act.followed.first().is_some_and(|statement| {
            matches!(statement.subject(), Subject::Participation(treaty, participant)
                if treaty == dossier.treaty && participant == dossier.participant)
        })
    };
    for act in acts.iter().filter(own) {
        let body = act.followed[0].body;
        let Some(column) = found.column_of(body) else { continue };
        column.push(entered(act));
        if let TreatyBody::SuccessionNotified(body) = body {
            found.predecessors.push(body.predecessor.clone());
        }
    }
    found
}

/// Whether an instrument under the parent treaty makes the participant of a dossier consent
/// to the treaty: it takes part without an act under it.
pub fn consents_with_parent(dossier: &Dossier<'_>, view: ViewName) -> bool {
    let weighed = Weighed::of(dossier, view);
    Record::of(dossier, &weighed.acts, Around::default()).with_parent().next().is_some()
}

impl Participation {
    fn column_of(&mut self, body: &TreatyBody) -> Option<&mut Vec<Entered>> {
        match body {
            TreatyBody::SignatureAffixed(_) => Some(&mut self.signatures),
            TreatyBody::InstrumentDeposited(_) => Some(&mut self.deposits),
            TreatyBody::SuccessionNotified(body) => match body.succeeds_to {
                SuccessionTo::Signature => Some(&mut self.signatures),
                SuccessionTo::Consent => Some(&mut self.deposits),
            },
            _ => None,
        }
    }
}

fn cell(statement: &Statement<'_>) -> Cell {
    let index = statement.recorded.position.index;
    match statement.body {
        // A table shows when the depositary was notified, not since when the successor is bound.
        TreatyBody::SuccessionNotified(body) => {
            let date = body.received_by_depositary.clone();
            Cell { date, mode: None, succession: true, depositary_sequence: None, index }
        }
        body => Cell {
            date: statement.date().cloned(),
            mode: in_force::mode_of(statement),
            succession: false,
            depositary_sequence: match body {
                TreatyBody::InstrumentDeposited(body) => body.depositary_sequence,
                _ => None,
            },
            index,
        },
    }
}

fn registered(dossier: &Dossier<'_>) -> Vec<ParticipantId> {
    let registrations = dossier.events.iter().filter_map(|recorded| match &recorded.event.body {
        Body::Treaty(TreatyBody::ParticipantRegistered(body)) => Some((&recorded.event.subject, body)),
        _ => None,
    });
    let own = registrations.filter(
        |(subject, _)| matches!(subject, Subject::Participant(participant) if participant == dossier.participant),
    );
    own.flat_map(|(_, body)| body.predecessors.iter().cloned()).collect()
}

fn mark(status: TreatyStatus) -> Withdrawn {
    match status {
        TreatyStatus::NonParticipant
        | TreatyStatus::Signatory
        | TreatyStatus::FormerSignatory { .. }
        | TreatyStatus::Contracting
        | TreatyStatus::Party => Withdrawn::No,
        TreatyStatus::WithdrawalPending { .. } | TreatyStatus::WithdrawalDeferred { .. } => Withdrawn::Maybe,
        TreatyStatus::FormerParty { .. } => Withdrawn::Yes,
    }
}
