//! From recorded acts to a table in the depositary's form, with the mapping that reads it
//! back.
//!
//! Promises: whatever is written reads back as the same acts, or is refused; what has no
//! place in the form, an act that is not dated to the day or a withdrawal that was revoked,
//! is told apart and never left out in silence. Who would stand as something else without
//! such an act has no row, and where anything is left out the table is no whole one. A predecessor whose participation has passed
//! to successors stands in their footnotes, and counts beside them neither here nor where the
//! table is read back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Columns, FootnoteSources, Mapping, TableSource,
    cell::{self, DateForm, Entry, Suffix},
    compare::{in_words, opens},
    footnotes::{FOOTNOTE_COLUMNS, FootnoteLine},
};
use crate::domain::{
    CivilDate, ConsentMode, EventReference, ParticipantId, Revoked, SignatureType, SourceClass, SuccessionNotified,
    SuccessionTo, TreatyBody, TreatyEffect, TreatyId, WithdrawalStyle,
};

/// One participant with what is recorded of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub participant: ParticipantId,
    pub name: String,
    /// It has signed, consented or succeeded by the day, under this treaty or with its parent.
    pub takes_part: bool,
    /// It had left by the day of the table.
    pub withdrawn: bool,
    /// Its participation has passed to successors by the day of the table.
    pub passed: bool,
    /// How it stands rests on what no table tells: read back it would stand as something else.
    pub rests_on_untabled: bool,
    /// What is followed.
    pub acts: Vec<RecordedAct>,
    /// What is stated beside, and not followed.
    pub rivals: Vec<RecordedAct>,
}

/// A statement of an act.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedAct {
    /// The name that statements about one act share.
    pub act: Option<Box<str>>,
    /// How others name the statement.
    pub event: EventReference,
    pub body: TreatyBody,
    /// Of a withdrawal: how a revocation that names it stands to it.
    pub revoked: Option<Revoked>,
}

/// A table as files.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The table, with its footnotes below.
    pub table: String,
    pub mapping: Mapping,
    pub left_out: Vec<LeftOut>,
}

/// An act that has no place in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub participant: ParticipantId,
    pub act: String,
    pub why: &'static str,
}

const PARTICIPANT: &str = "Participant";
const SIGNATURE: &str = "Signature, Succession to signature(d), Definitive signature(s)";
const PROVISIONAL: &str = "Provisional application(n)";
const DEPOSIT: &str = "Ratification, Acceptance(A), Approval(AA), Accession(a), Succession(d), Consent to be bound(P), \
                       Formal confirmation(c), Definitive signature(s)";
const IN_FORCE: &str = "Stated in force from";
const SECTION: &str = "Footnotes";
const HEADER: [&str; 5] = [PARTICIPANT, SIGNATURE, PROVISIONAL, DEPOSIT, IN_FORCE];

/// Writes the table of a treaty as at a day: acts that had come by then, names in their
/// alphabetical order. `names_all`: the lines name everybody whom a whole table names.
///
/// Only a whole table says that a predecessor which it does not name takes part no more.
/// Where anything is left out, or the lines cannot be read as one, a predecessor's own acts
/// are therefore left out, too.
pub fn write(treaty: &TreatyId, lines: &[Line], as_at: CivilDate, names_all: bool) -> Written {
    let written = attempt(treaty, lines, as_at, names_all);
    let is_less = written.mapping.whole_table && !written.left_out.is_empty();
    if is_less { attempt(treaty, lines, as_at, false) } else { written }
}

/// The same, a whole table whatever is left out of its rows.
fn attempt(treaty: &TreatyId, lines: &[Line], as_at: CivilDate, names_all: bool) -> Written {
    let mut printed: Vec<(String, &Line)> = lines.iter().map(|line| (printed_name(line, lines), line)).collect();
    printed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let names = printed.iter().map(|(name, line)| (&line.participant, name.as_str())).collect();
    let mut writing = Writing {
        as_at,
        names,
        footnotes: Vec::new(),
        left_out: Vec::new(),
        named: BTreeMap::new(),
        succeeded: BTreeMap::new(),
    };
    let told: Vec<(&str, &Line, Cells)> =
        printed.iter().map(|(name, line)| (name.as_str(), *line, writing.cells(line))).collect();
    let (bygone, told): (Vec<_>, Vec<_>) =
        told.iter().cloned().partition(|(_, line, _)| stands_in_footnote(line, &told));
    let refused = told.iter().any(|(_, line, cells)| line.withdrawn && cells.withdrawals.is_empty());
    let unnamed = told.iter().any(|(_, line, cells)| line.takes_part && !cells.has_row());
    let whole_table = !bygone.is_empty() && names_all && !refused && !unnamed;
    for (_, line, cells) in bygone {
        writing.succeeded(line, cells, whole_table);
    }
    let rows: Vec<[String; 5]> =
        told.into_iter().filter_map(|(name, line, cells)| writing.row(name, line, cells)).collect();
    let Writing { footnotes, left_out, named: participants, .. } = writing;
    let mapping = Mapping {
        treaty: treaty.to_string(),
        as_at,
        whole_table,
        delimiter: ",".to_owned(),
        dates: DateForm::DayMonthYear,
        deposit_without_code: ConsentMode::Ratification,
        withdrawals_are_styled: WithdrawalStyle::Withdrawal,
        columns: Columns {
            participant: PARTICIPANT.to_owned(),
            signature: Some(SIGNATURE.to_owned()),
            deposit: Some(DEPOSIT.to_owned()),
            provisional: Some(PROVISIONAL.to_owned()),
            in_force: Some(IN_FORCE.to_owned()),
            ..Columns::default()
        },
        footnotes: FootnoteSources { section: Some(SECTION.to_owned()), file: None },
        source: TableSource {
            class: SourceClass::Other,
            name: format!("table of {treaty}, exported from a ledger as at {as_at}"),
            locator: String::new(),
            transcribed: true,
            retrieved: None,
            document: None,
        },
        participants,
        own_footnotes: Vec::new(),
    };
    Written { table: text(&rows, &footnotes), mapping, left_out }
}

/// Whether the line is that of a predecessor whose participation has passed to one that has
/// a row which names it.
fn stands_in_footnote(line: &Line, all: &[(&str, &Line, Cells)]) -> bool {
    let names = |cells: &Cells| cells.predecessors.iter().any(|(predecessor, _)| *predecessor == line.participant);
    line.passed && all.iter().any(|(_, other, cells)| !other.passed && names(cells))
}

/// The name to print: the participant's own, unless another has the same or it would not
/// read back.
fn printed_name(line: &Line, lines: &[Line]) -> String {
    let name = cell::squeezed(&line.name);
    let alone = lines.iter().filter(|other| cell::squeezed(&other.name) == name).count() == 1;
    let known = |name: &str| lines.iter().any(|other| cell::squeezed(&other.name) == name);
    let read = cell::name(&name, &[&known]);
    let reads_back = read.is_ok_and(|read| read.name == name && !read.bracketed && read.marks.is_empty());
    match (reads_back && !name.is_empty(), alone) {
        (true, true) => name,
        (true, false) => format!("{name} ({})", line.participant),
        (false, _) => format!("participant {}.", line.participant),
    }
}

struct Writing<'l> {
    as_at: CivilDate,
    /// The names that are printed.
    names: BTreeMap<&'l ParticipantId, &'l str>,
    /// Those that stand in the table, with their ids.
    named: BTreeMap<String, String>,
    footnotes: Vec<FootnoteLine>,
    left_out: Vec<LeftOut>,
    /// Own acts of predecessors that stand in footnotes alone: signatures, and deposits with
    /// provisional application.
    succeeded: BTreeMap<ParticipantId, [Vec<Entry>; 2]>,
}

/// The cells of a row while its acts are gone through.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cells {
    signatures: Vec<Entry>,
    provisional: Vec<Entry>,
    deposits: Vec<Entry>,
    in_force: Vec<Entry>,
    withdrawals: Vec<(Date, WithdrawalStyle)>,
    effects: Vec<Date>,
    predecessors: Vec<(ParticipantId, Option<Date>)>,
    untold: Untold,
}

/// Acts that a status rests on, and that have no place in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Untold {
    consent: bool,
    withdrawal: bool,
    /// Whether a withdrawal was revoked is open.
    revoked: bool,
}

/// A withdrawal: receipt, style, and from when it is said to be in effect.
type Left = (Date, WithdrawalStyle, Option<Date>);

impl Cells {
    /// Whether they hold what a row needs.
    fn has_row(&self) -> bool {
        !self.signatures.is_empty() || !self.deposits.is_empty()
    }

    /// Why the row would say something else than is held of the participant.
    fn misleads(&self, line: &Line) -> Option<&'static str> {
        let Untold { consent, withdrawal, revoked } = self.untold;
        // Between brackets without a notice the row is refused, and misleads nobody.
        let in_brackets = line.withdrawn && self.withdrawals.is_empty();
        if consent && (self.last_consent().is_none() || !self.withdrawals.is_empty()) {
            Some("without the consent that has no place it would stand as somebody who has not consented")
        } else if withdrawal && !in_brackets {
            Some("without the withdrawal that has no place it would stand as somebody who does not leave")
        } else if revoked {
            Some("whether its withdrawal was revoked in time is open: it would stand as settled")
        } else if line.withdrawn && !in_brackets && self.last_notice() < self.last_consent() {
            Some("its withdrawal was received before its last consent: the row would be refused")
        } else if line.rests_on_untabled && !in_brackets {
            Some(
                "it rests on a conflict, a declaration or more of a notice than a table tells: it would stand otherwise",
            )
        } else {
            None
        }
    }

    fn last_notice(&self) -> Option<Date> {
        self.withdrawals.iter().map(|(received, _)| *received).max()
    }

    /// The day of the last consent that they tell.
    fn last_consent(&self) -> Option<Date> {
        let definitive = self.signatures.iter().filter(|entry| entry.suffix == Some(Suffix::Definitive));
        definitive.chain(&self.deposits).map(|entry| entry.date).max()
    }

    /// Withdrawals in order of their receipt, each with the effect that is stated for it: the
    /// last one received by then has it; and effects without a withdrawal.
    fn withdrawals(&mut self) -> (Vec<Left>, Vec<Date>) {
        self.withdrawals.sort_unstable();
        let mut told: Vec<_> = self.withdrawals.iter().map(|(received, styled)| (*received, *styled, None)).collect();
        let mut alone = Vec::new();
        for effect in std::mem::take(&mut self.effects) {
            let open = |told: &&mut Left| told.0 <= effect && told.2.is_none();
            match told.iter_mut().rev().find(open) {
                Some(withdrawal) => withdrawal.2 = Some(effect),
                None => alone.push(effect),
            }
        }
        (told, alone)
    }

    /// What a footnote about a predecessor has no place for.
    fn outside_footnote(&self) -> Vec<String> {
        let succeeds = |entry: &&Entry| entry.suffix == Some(Suffix::Succession);
        let successions = self.signatures.iter().chain(&self.deposits).filter(succeeds);
        let successions = successions.map(|entry| format!("succession {}", entry.date));
        let alone = Self { provisional: Vec::new(), ..self.clone() };
        successions.chain(alone.without_row()).collect()
    }

    /// All that was entered.
    fn entered(&self) -> Vec<String> {
        let signatures = self.signatures.iter().map(|entry| format!("signature {}", entry.date));
        let deposits = self.deposits.iter().map(|entry| format!("deposit {}", entry.date));
        signatures.chain(deposits).chain(self.without_row()).collect()
    }

    /// What was entered and has no row.
    fn without_row(&self) -> Vec<String> {
        let withdrawals = self.withdrawals.iter().map(|(received, styled)| format!("{styled} received {received}"));
        let provisional = self.provisional.iter().map(|entry| format!("provisional application {}", entry.date));
        let in_force = self.in_force.iter().map(|entry| format!("stated in force from {}", entry.date));
        let effects = self.effects.iter().map(|effect| format!("stated out from {effect}"));
        withdrawals.chain(provisional).chain(in_force).chain(effects).collect()
    }
}

impl Writing<'_> {
    /// The acts of a participant where they belong; what has no place is told.
    fn cells(&mut self, line: &Line) -> Cells {
        let mut cells = Cells::default();
        for (at, act) in line.acts.iter().enumerate() {
            let entered = match (act.revoked, self.standing(act, &line.acts[..at])) {
                (Some(Revoked::InTime), _) => Err("it was revoked"),
                (Some(Revoked::Open), _) => Err("whether it was revoked in time is open"),
                (_, Some(first)) if self.shown(&first.body).0 == self.shown(&act.body).0 => self.shown(&act.body).1,
                (_, Some(_)) => Err("another statement about the same act stands in the table"),
                (_, None) => self.enter(&act.body, &mut cells),
            };
            if let Err(why) = entered {
                self.leave_out(line, in_words(&act.body), why);
                self.note_untold(act, line, &mut cells.untold);
            }
        }
        for rival in &line.rivals {
            if let Some(why) = self.left_of_rival(rival, line) {
                self.leave_out(line, in_words(&rival.body), why);
            }
        }
        cells
    }

    /// Notes an act that was left out, if a status rests on it and no other statement of it is told.
    fn note_untold(&self, act: &RecordedAct, line: &Line, untold: &mut Untold) {
        let is_told = |other: &RecordedAct| self.shown(&other.body).0 != Cells::default();
        if act.revoked.is_some() {
            untold.revoked |= act.revoked == Some(Revoked::Open);
        } else if !is_told(act) && !line.acts.iter().any(|other| rivals(other, act) && is_told(other)) {
            untold.consent |= opens(&act.body);
            untold.withdrawal |= matches!(act.body, TreatyBody::WithdrawalNotified(_));
        }
    }

    /// Takes a predecessor's acts into the footnotes of its successors, as far as these have
    /// a place for them and the table can be read as a whole one.
    fn succeeded(&mut self, line: &Line, cells: Cells, whole_table: bool) {
        for what in cells.outside_footnote() {
            self.leave_out(line, what, "its participation has passed; a predecessor's footnote has no place for it");
        }
        let own = |entry: &Entry| entry.suffix != Some(Suffix::Succession);
        let Cells { signatures, provisional, deposits, .. } = cells;
        let signatures = signatures.into_iter().filter(own).collect();
        let deposits = deposits.into_iter().filter(own).chain(provisional).collect();
        if whole_table {
            self.succeeded.insert(line.participant.clone(), [signatures, deposits]);
            return;
        }
        for (column, entries) in [("signature", signatures), ("deposit", deposits)] {
            for entry in entries {
                let why =
                    "its participation has passed; without a whole table it would count again beside its successors";
                self.leave_out(line, format!("{column} {}", entry.date), why);
            }
        }
    }

    /// The row of a participant, if it has signed or consented by the day.
    fn row(&mut self, name: &str, line: &Line, mut cells: Cells) -> Option<[String; 5]> {
        if !cells.has_row() {
            let why = match line.takes_part {
                true => "the participant has no row: no signature or consent of its own has a place in the table",
                false => "the participant has neither signed nor consented by then",
            };
            for what in cells.without_row() {
                self.leave_out(line, what, why);
            }
            return None;
        }
        if let Some(why) = cells.misleads(line) {
            for what in cells.entered() {
                self.leave_out(line, what, why);
            }
            return None;
        }
        if line.withdrawn && cells.withdrawals.is_empty() {
            self.leave_out(
                line,
                "the withdrawal behind the brackets".to_owned(),
                "its own notice has no place in the table, or it left with another treaty; an import refuses the row",
            );
        }
        let mark = self.note(line, &mut cells);
        self.named.insert(name.to_owned(), line.participant.to_string());
        let name = if line.withdrawn { format!("[{name}]") } else { name.to_owned() };
        let name = mark.map_or_else(|| name.clone(), |mark| format!("{name} {mark}"));
        let Cells { signatures, provisional, deposits, in_force, .. } = cells;
        Some([name, joined(signatures), joined(provisional), joined(deposits), joined(in_force)])
    }

    /// An earlier statement about the same act that has a place in the table.
    fn standing<'a>(&self, act: &RecordedAct, before: &'a [RecordedAct]) -> Option<&'a RecordedAct> {
        before.iter().find(|other| rivals(other, act) && self.shown(&other.body).0 != Cells::default())
    }

    /// Why a statement that is not followed is told, unless the table says what it says, or
    /// it speaks of a day to come.
    fn left_of_rival(&self, rival: &RecordedAct, line: &Line) -> Option<&'static str> {
        let shown = self.shown(&rival.body);
        let is_to_come = shown == (Cells::default(), Ok(()));
        let is_said = || line.acts.iter().any(|act| rivals(act, rival) && self.shown(&act.body) == shown);
        (!is_to_come && !is_said()).then_some("another statement about the same act is followed")
    }

    /// What the table shows of an act by itself, and why that is not all of it.
    fn shown(&self, act: &TreatyBody) -> (Cells, Result<(), &'static str>) {
        let mut cells = Cells::default();
        let entered = self.enter(act, &mut cells);
        (cells, entered)
    }

    fn leave_out(&mut self, line: &Line, act: String, why: &'static str) {
        self.left_out.push(LeftOut { participant: line.participant.clone(), act, why });
    }

    /// Puts an act where it belongs; `Err` says why it has no place.
    fn enter(&self, act: &TreatyBody, cells: &mut Cells) -> Result<(), &'static str> {
        if matches!(act, TreatyBody::WithdrawalRevoked(_)) {
            return Err("a table does not show revocations");
        }
        let Some(date) = act.principal_date() else { return Err("it is without a date") };
        let is_to_come = date.earliest().is_some_and(|first| first > self.as_at.0);
        if is_to_come && !matches!(act, TreatyBody::EffectStated(_)) {
            return Ok(());
        }
        let Some(day) = date.day() else { return Err("it is not dated to the day") };
        let entry = |suffix| Entry { date: day, suffix };
        match act {
            TreatyBody::SignatureAffixed(body) => cells.signatures.push(entry(match body.signature_type {
                SignatureType::Simple => None,
                SignatureType::Definitive => Some(Suffix::Definitive),
                SignatureType::AdReferendum => {
                    cells.signatures.push(entry(None));
                    return Err("it stands in the table as a simple signature");
                }
            })),
            TreatyBody::InstrumentDeposited(body) => {
                cells.deposits.push(entry(code(body.mode)));
                if body.provisional_application {
                    cells.provisional.push(entry(Some(Suffix::Provisional)));
                }
            }
            TreatyBody::SuccessionNotified(body) => succession(body, day, cells)?,
            TreatyBody::DeclarationMade(_) => cells.provisional.push(entry(Some(Suffix::Provisional))),
            TreatyBody::WithdrawalNotified(body) => once(&mut cells.withdrawals, (day, body.styled)),
            TreatyBody::EffectStated(body) => match body.effect {
                TreatyEffect::EntryIntoForce if cells.in_force.iter().all(|stated| stated.date == day) => {
                    once(&mut cells.in_force, entry(None));
                }
                TreatyEffect::EntryIntoForce => return Err("another day is stated, too"),
                TreatyEffect::Withdrawal => once(&mut cells.effects, day),
            },
            _ => return Err("a table has no column for it"),
        }
        Ok(())
    }

    /// Writes the footnotes of a row under one mark.
    fn note(&mut self, line: &Line, cells: &mut Cells) -> Option<String> {
        let day = |day: Date| cell::written(day, DateForm::DayMonthYear);
        let (withdrawals, alone) = cells.withdrawals();
        for effect in alone {
            self.leave_out(line, format!("stated out from {effect}"), "no withdrawal stands before it");
        }
        let withdrawals: Vec<FootnoteLine> = withdrawals
            .into_iter()
            .map(|(received, styled, effective)| FootnoteLine {
                meaning: styled.name().to_owned(),
                date: day(received),
                effective: effective.map(day).unwrap_or_default(),
                ..FootnoteLine::default()
            })
            .collect();
        let (names, named, own) = (&self.names, &mut self.named, &self.succeeded);
        let predecessors = cells.predecessors.iter().map(|(predecessor, succeeded)| {
            // An id stands for itself, unless somebody else has it as its name.
            let id = predecessor.to_string();
            let unnamed =
                || if names.values().any(|name| *name == id) { format!("participant {id}.") } else { id.clone() };
            let name = names.get(predecessor).map_or_else(unnamed, ToString::to_string);
            named.insert(name.clone(), predecessor.to_string());
            let date = succeeded.map(day).unwrap_or_default();
            let [signature, deposit] = own.get(predecessor).cloned().unwrap_or_default().map(joined);
            FootnoteLine {
                meaning: "predecessor".to_owned(),
                date,
                name,
                signature,
                deposit,
                ..FootnoteLine::default()
            }
        });
        let notes: Vec<FootnoteLine> = withdrawals.into_iter().chain(predecessors).collect();
        if notes.is_empty() {
            return None;
        }
        let taken: BTreeSet<&str> = self.footnotes.iter().map(|note| note.mark.as_str()).collect();
        let mark = (taken.len() + 1).to_string();
        self.footnotes.extend(notes.into_iter().map(|note| FootnoteLine { mark: mark.clone(), ..note }));
        Some(mark)
    }
}

/// Notes what several statements say alike once.
fn once<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// Whether two statements are about one act.
fn rivals(one: &RecordedAct, other: &RecordedAct) -> bool {
    let same_kind = std::mem::discriminant(&one.body) == std::mem::discriminant(&other.body);
    one.act.is_some() && one.act == other.act && same_kind
}

fn succession(body: &SuccessionNotified, day: Date, cells: &mut Cells) -> Result<(), &'static str> {
    let succeeded = match &body.succeeded {
        Some(date) => Some(date.day().ok_or("the succession of States is not dated to the day")?),
        None => None,
    };
    let predecessor = (body.predecessor.clone(), succeeded);
    if cells.predecessors.iter().any(|known| *known != predecessor) {
        return Err("another succession names another predecessor");
    }
    if cells.predecessors.is_empty() {
        cells.predecessors.push(predecessor);
    }
    let column = match body.succeeds_to {
        SuccessionTo::Signature => &mut cells.signatures,
        SuccessionTo::Consent => &mut cells.deposits,
    };
    column.push(Entry { date: day, suffix: Some(Suffix::Succession) });
    Ok(())
}

fn code(mode: ConsentMode) -> Option<Suffix> {
    match mode {
        ConsentMode::Ratification => None,
        ConsentMode::DefinitiveSignature => Some(Suffix::Definitive),
        ConsentMode::Acceptance
        | ConsentMode::Approval
        | ConsentMode::Accession
        | ConsentMode::FormalConfirmation
        | ConsentMode::ConsentToBeBound => Some(Suffix::Mode(mode)),
    }
}

fn joined(mut entries: Vec<Entry>) -> String {
    entries.sort_by_key(|entry| (entry.date, entry.suffix.and_then(Suffix::code)));
    entries.dedup();
    let written = entries.iter().map(|Entry { date, suffix }| {
        let date = cell::written(*date, DateForm::DayMonthYear);
        suffix.and_then(Suffix::code).map_or_else(|| date.clone(), |code| format!("{date} {code}"))
    });
    written.collect::<Vec<_>>().join("; ")
}

fn text(rows: &[[String; 5]], footnotes: &[FootnoteLine]) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut record = |cells: &[&str]| writer.write_record(cells).expect("memory takes every record");
    record(&HEADER);
    for row in rows {
        record(&row.each_ref().map(String::as_str));
    }
    if !footnotes.is_empty() {
        record(&[SECTION, "", "", "", ""]);
        record(&FOOTNOTE_COLUMNS);
        footnotes.iter().for_each(|footnote| record(&footnote.cells()));
    }
    let bytes = writer.into_inner().expect("memory takes every record");
    String::from_utf8(bytes).expect("texts and commas are UTF-8")
}
