//! How a participant stands to a treaty on a day, as known at a size of the ledger.
//!
//! Promises: a pure function of the events given, the day and the view: no clock, no
//! input or output, no treaty's name; what differs between treaties is in their
//! [`crate::domain::Clauses`]. Status is computed as half-open intervals of civil days
//! and looked up, never stored. Nothing here rejects: what law has to remark is a
//! finding of the answer. The order in which independent events were recorded makes
//! no difference. Rules and words are told in `docs/status.md`.
//! Leaves to others: finding the events (`server`), sign-offs (they come as
//! [`crate::domain::Standing`]), showing answers (`cli`).
//!
//! The way of an answer: events in effect, corrected (`statements`) are grouped into
//! acts, rival statements are weighed (`rivals`), every reading that remains
//! (`readings`) gives a course of memberships (`course`, `membership`, `followed`, `joining`), and the
//! courses are looked up on the day and told (`explain`); suspensions and declarations lie over them
//! (`overlays`, `provisional`, `declarations`), as long as the consent stands that they belong to (`tenure`). Questions about single acts (`contested`,
//! `unnotified`, `objected`) take the acts of everybody at once. A treaty that is left takes its protocols along (`cascade`); a
//! participation may pass to successors (`passing`). Who draws them gets them
//! whole (`over_time`).

mod answer;
mod both_ends;
mod breaks;
mod cascade;
mod columns;
mod conflict;
mod contested;
mod contested_since;
mod counts;
mod course;
mod coverage;
mod dated;
mod days;
mod deadlines;
mod declarations;
mod difference;
mod duty;
mod duty_breaks;
mod duty_outcomes;
mod duty_remarks;
mod explain;
mod findings;
mod followed;
mod in_force;
mod joining;
mod leading;
mod membership;
mod months;
mod objected;
mod objections;
mod obligations;
mod orders;
mod over_time;
mod overlays;
mod participation;
mod party;
mod passing;
mod provisional;
mod read_back;
mod readings;
mod record;
mod remarked;
mod remarks;
mod rivals;
mod shared_dates;
mod standing_acts;
mod statements;
mod suspension;
mod tenure;
#[cfg(test)]
mod tests;
mod under;
mod unnotified;
mod upcoming;

pub use answer::*;
pub use columns::{Tabled, columns, columns_taken_back, tables_as_at, tables_taken_back};
pub use contested::*;
pub use counts::{Count, Definition, counts};
pub use coverage::{
    Coverage, CoverageWord, Difference, DifferenceCode, Held, Table, coverage, names_whole_table, tables,
};
pub use days::Days;
pub use declarations::{Declared, OpenChange, Replaced};
pub use difference::{DaysThatDiffer, Since, StatusDifference, Stood, difference};
pub use findings::{ChangedUnderTreaty, Compared, FindingUnderTreaty, compared, findings, gathered};
pub use in_force::{consents, first_deposits};
pub use months::{add_days, add_months, effect_of_deposit};
pub use objected::*;
pub use objections::{Window, WindowStart, is_reservation};
pub use obligations::*;
pub use over_time::cut_after_its_day;
pub use participation::{Cell, Participation, Withdrawn, consents_with_parent, participation};
pub use party::party;
pub use read_back::reads_back;
pub use rivals::{ActNamed, act_named};
pub use standing_acts::{About, Fate, fates};
pub use suspension::{Reaction, Stance, SuspensionAsserted};
pub use under::{Because, ToldAct, ToldSource};
pub use unnotified::{TOLD_OF, UnnotifiedAct, unnotified};
pub use upcoming::{Horizon, Projected, Reason, Upcoming, UpcomingType, upcoming, upcoming_of_treaty};

use followed::Followed;
use jiff::civil::Date;
use record::{Around, Record};
use rivals::Act;
use statements::{Retracted, Stated};

use crate::domain::{
    Index, LegalFinding, LegalRemark, Mandate, OrganisationId, ParticipantId, Recorded, Subject, TreatyId, WorldDate,
};

/// Everything that the rules read about one participant under one treaty.
#[derive(Clone, Copy, Debug)]
pub struct Dossier<'a> {
    pub treaty: &'a TreatyId,
    pub participant: &'a ParticipantId,
    /// Events on the treaty, on the participation and on the participant, and other
    /// participants' objections and deposits, in any order. What does not bear on the
    /// answer is passed over.
    pub events: &'a [&'a Recorded],
    /// First deposits of other participants whose events are not given, one for each: they
    /// count towards the treaty's entry into force. The participant's own is passed over.
    pub deposits: &'a [FirstDeposit],
    /// Mandates of the organisations that recorded them.
    pub mandates: &'a [GrantedMandate],
    pub known: Known,
}

/// A participant's first deposit, on one of the days that it can mean.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstDeposit {
    pub participant: ParticipantId,
    pub days: Days,
}

/// A deposit as far as it counts towards the treaty's entry into force.
#[derive(Clone, Debug, PartialEq)]
pub struct StatedDeposit {
    pub participant: ParticipantId,
    /// `None`: on an unknown day.
    pub deposited: Option<WorldDate>,
    /// When it was recorded, or the correction that stands: it had happened by then. `None`
    /// where that bounds nothing.
    pub recorded: Option<Date>,
}

/// A mandate with who holds it and since which entry.
#[derive(Clone, Debug, PartialEq)]
pub struct GrantedMandate {
    pub organisation: OrganisationId,
    pub granted: Index,
    pub mandate: Mandate,
}

/// What a dossier states and how it is weighed: where every question about it begins.
struct Weighed<'a> {
    stated: Stated<'a>,
    acts: Vec<Act<'a>>,
}

impl<'a> Weighed<'a> {
    fn of(dossier: &Dossier<'a>, view: ViewName) -> Self {
        let stated = statements::in_effect(dossier);
        let acts = rivals::acts(&stated, dossier.mandates, view);
        Self { stated, acts }
    }
}

/// What is told for a day of a record whose readings were followed, and whether these are all.
fn answer<'r, 'a>(
    dossier: &Dossier<'a>,
    weighed: &Weighed<'a>,
    record: &'r Record<'r, 'a>,
    (followed, complete): (Vec<Followed<'r, 'a>>, bool),
    at: Date,
) -> Answer {
    let asked = explain::Asked { dossier, at, record, retracted: &weighed.stated.retracted };
    let tenures = tenure::Tenures::of(&followed);
    let mut answer = Answer {
        at,
        known: dossier.known,
        projected: asked.lies_ahead(at),
        outcomes: explain::outcomes(&asked, &followed),
        complete,
        overlays: overlays::on(record, &followed, &tenures, at),
        claims: rivals::claims(&weighed.acts, dossier, record.clauses()),
        findings: remarked::remarks(record, &followed),
        clauses: explain::clauses_applied(record),
        rests_on: Vec::new(),
        courses: over_time::courses(&followed),
        overlays_of_all_days: over_time::overlays(record, &followed, &tenures),
    };
    answer.findings.extend(corrected_in_vain(dossier, &weighed.stated));
    answer.rests_on = explain::rests_on(&answer);
    answer
}

/// Corrections of what was taken back before they took effect, on the treaty and on the
/// participation: nothing stands that they could change.
fn corrected_in_vain(dossier: &Dossier<'_>, stated: &Stated<'_>) -> Vec<Remark> {
    let is_own = |recorded: &Recorded| match &recorded.event.subject {
        Subject::Treaty(treaty) => treaty == dossier.treaty,
        Subject::Participation(treaty, who) => treaty == dossier.treaty && who == dossier.participant,
        Subject::Ledger | Subject::Organisation(_) | Subject::Participant(_) | Subject::Record(_) => false,
    };
    let remarks = stated.retracted.iter().filter(|it| is_own(it.recorded)).flat_map(|taken_back| {
        let Retracted { recorded, retraction, .. } = *taken_back;
        let (_, in_vain) = stated.corrections_of(recorded);
        in_vain.into_iter().map(move |(by, _)| {
            let kind = recorded.event.kind().name().replace('_', " ");
            let (of, before) = (recorded.position.index, retraction.position.index);
            let message = format!(
                "it corrects {kind} of entry {of}, which entry {before} had taken back: nothing stands that it could change"
            );
            let code = LegalRemark::CorrectionOfRetracted;
            let finding =
                LegalFinding { code, event: Some(by.cited()), article: "".into(), message: message.into() };
            Remark { finding, assuming: Vec::new() }
        })
    });
    remarks.collect()
}

/// The status on a day.
pub fn status(dossier: &Dossier<'_>, at: Date, view: ViewName) -> Answer {
    let weighed = Weighed::of(dossier, view);
    let record = Record::of(dossier, &weighed.acts, Around { asked: Some(at), ..Around::default() });
    answer(dossier, &weighed, &record, followed::all(&record), at)
}

/// The intervals of every corner of every reading, the first reading's first: what
/// [`status`] looks up.
pub fn spans(dossier: &Dossier<'_>, view: ViewName) -> Vec<Vec<Span>> {
    let weighed = Weighed::of(dossier, view);
    let record = Record::of(dossier, &weighed.acts, Around::default());
    followed::spans(&followed::all(&record).0)
}

/// When the treaty itself is in force, in each reading, the first reading's first.
pub fn treaty_in_force(dossier: &Dossier<'_>, view: ViewName) -> Vec<Option<Date>> {
    let weighed = Weighed::of(dossier, view);
    let record = Record::of(dossier, &weighed.acts, Around::default());
    followed::courses(&followed::all(&record).0).into_iter().map(|course| course.treaty_in_force).collect()
}
