//! From the cells of a row to what it states: whose row it is, and which acts.
//!
//! Promises: everything that is wrong with a row is told at once; a row without a fault
//! states each of its acts once, in the order of the columns.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Footnote, Mapping, Refusal, TableRule,
    cell::{self, Entry, Suffix, squeezed},
    compare::opens,
    footnotes::{COLUMN, Footnotes},
    read::RawRow,
};
use crate::domain::{
    ConsentMode, DeclarationMade, DeclarationType, EffectStated, InstrumentDeposited, ParticipantId, ParticipationRow,
    SignatureAffixed, SignatureType, SuccessionNotified, SuccessionTo, TreatyBody, TreatyEffect, WithdrawalNotified,
    WithdrawalStyle, WorldDate,
};

/// A participant that the ledger knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownParticipant {
    pub id: ParticipantId,
    pub names: Vec<String>,
    pub predecessors: Vec<ParticipantId>,
}

/// The names that stand for participants, exactly as they are written but for spaces.
#[derive(Clone, Debug, Default)]
pub struct Names {
    ids: BTreeMap<String, BTreeSet<ParticipantId>>,
    given: BTreeMap<String, ParticipantId>,
    predecessors: BTreeMap<ParticipantId, Vec<ParticipantId>>,
}

/// What a row states.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub line: u64,
    pub participant: ParticipantId,
    /// The participant's own acts and those of predecessors in its footnotes.
    pub acts: Vec<StatedAct>,
    /// The row as the depositary's whole table has it.
    pub tabled: ParticipationRow,
    pub remarks: Vec<String>,
}

/// An act with the cell that states it.
#[derive(Clone, Debug, PartialEq)]
pub struct StatedAct {
    pub participant: ParticipantId,
    pub body: TreatyBody,
    /// Header text, or "footnotes".
    pub column: Box<str>,
}

impl Names {
    /// The names of the ledger's participants, and those that the mapping gives.
    pub fn new(known: &[KnownParticipant], mapping: &Mapping) -> Self {
        let mut names = Self::default();
        for KnownParticipant { id, names: own, predecessors } in known {
            for name in own {
                names.ids.entry(squeezed(name)).or_default().insert(id.clone());
            }
            names.predecessors.insert(id.clone(), predecessors.clone());
        }
        for (name, id) in &mapping.participants {
            let id = id.parse().expect("the mapping was checked");
            names.given.insert(squeezed(name), id);
        }
        names
    }

    /// Whether the mapping gives the name an id.
    fn is_given(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// Whether a participant of the ledger has the name.
    fn is_registered(&self, name: &str) -> bool {
        self.ids.contains_key(name)
    }

    /// The participant of a name; `Err` says what is wrong with it.
    fn find(&self, name: &str) -> Result<ParticipantId, (TableRule, String)> {
        if let Some(id) = self.given.get(name) {
            let message = || format!("the mapping gives {name:?} the id {id}, which the ledger does not know");
            let known = self.predecessors.contains_key(id);
            return known.then(|| id.clone()).ok_or_else(|| (TableRule::ParticipantMustBeKnown, message()));
        }
        let ids: Vec<&ParticipantId> = self.ids.get(name).into_iter().flatten().collect();
        match ids[..] {
            [id] => Ok(id.clone()),
            [] => {
                let message = format!(
                    "no participant of the ledger has the name {name:?}; register it, or give its id under participants"
                );
                Err((TableRule::ParticipantMustBeKnown, message))
            }
            _ => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                let message = format!("{name:?} is the name of {}; give the id under participants", ids.join(", "));
                Err((TableRule::ParticipantMustBeOne, message))
            }
        }
    }
}

/// Reads a row. The marks that it uses go to `marked`, whatever is wrong with it.
pub fn read(
    raw: &RawRow,
    footnotes: &Footnotes,
    names: &Names,
    mapping: &Mapping,
    marked: &mut Vec<Box<str>>,
) -> Result<Row, (String, Vec<Refusal>)> {
    let mut reading = Reading { raw, names, mapping, refused: Vec::new(), remarks: Vec::new(), acts: Vec::new() };
    let row = reading.row(footnotes, marked);
    match row {
        Some(row) if reading.refused.is_empty() => Ok(row),
        _ => Err((squeezed(&raw.participant), reading.refused)),
    }
}

struct Reading<'a> {
    raw: &'a RawRow,
    names: &'a Names,
    mapping: &'a Mapping,
    refused: Vec<Refusal>,
    remarks: Vec<String>,
    acts: Vec<StatedAct>,
}

/// The dates of a row's columns.
#[derive(Debug, Default)]
struct Dates {
    signatures: Vec<Entry>,
    deposits: Vec<Entry>,
    provisional: Vec<Entry>,
    in_force: Option<Date>,
    withdrawal: Option<Date>,
}

/// What the footnotes of a row say.
#[derive(Debug, Default)]
struct Said<'f> {
    withdrawals: Vec<(WithdrawalStyle, Date, Option<Date>)>,
    predecessors: Vec<&'f Footnote>,
    formerly: Vec<&'f str>,
}

impl Reading<'_> {
    /// `None` when it cannot be said whose row it is.
    fn row(&mut self, footnotes: &Footnotes, marked: &mut Vec<Box<str>>) -> Option<Row> {
        let columns = &self.mapping.columns;
        let known: [&dyn Fn(&str) -> bool; 2] =
            [&|name| self.names.is_given(name), &|name| self.names.is_registered(name)];
        let named = match cell::name(&self.raw.participant, &known) {
            Ok(named) => named,
            Err((rule, message)) => {
                self.refuse(rule, &columns.participant, message);
                return None;
            }
        };
        let mut marks = named.marks.clone();
        let dates = self.dates(&mut marks);
        marks.extend(cell::marks(&self.raw.marks));
        let mut seen = BTreeSet::new();
        marks.retain(|mark| seen.insert(mark.clone()));
        marked.extend(marks.iter().map(|mark| mark.as_str().into()));
        let said = self.said(&marks, footnotes);
        let participant = self.whose(&named.name, &said.formerly)?;
        self.state(&participant, &dates, &said);
        self.leave(&participant, named.bracketed, &dates, &said);
        self.check_once();
        let tabled = tabled(&named, &participant, &dates, &marks, self.mapping);
        let (acts, remarks) = (std::mem::take(&mut self.acts), std::mem::take(&mut self.remarks));
        Some(Row { line: self.raw.line, participant, acts, tabled, remarks })
    }

    fn refuse(&mut self, rule: TableRule, column: &str, message: impl Into<String>) {
        self.refused.push(Refusal::new(rule, self.raw.line, column, message));
    }

    fn dates(&mut self, marks: &mut Vec<String>) -> Dates {
        let columns = self.mapping.columns.clone();
        let raw = self.raw;
        let mut entries = |column: &Option<String>, text: &str| {
            let column = column.as_deref().unwrap_or_default();
            match cell::entries(text, self.mapping.dates, marks) {
                Ok(entries) => entries,
                Err((rule, message)) => {
                    self.refuse(rule, column, message);
                    Vec::new()
                }
            }
        };
        let signatures = entries(&columns.signature, &raw.signature);
        let deposits = entries(&columns.deposit, &raw.deposit);
        let provisional = entries(&columns.provisional, &raw.provisional);
        let in_force = entries(&columns.in_force, &raw.in_force);
        let withdrawal = entries(&columns.withdrawal, &raw.withdrawal);
        let dates = Dates {
            in_force: self.only_date(&columns.in_force, &in_force),
            withdrawal: self.only_date(&columns.withdrawal, &withdrawal),
            signatures,
            deposits,
            provisional,
        };
        for (column, entries) in [
            (&columns.signature, &dates.signatures),
            (&columns.deposit, &dates.deposits),
            (&columns.provisional, &dates.provisional),
            (&columns.withdrawal, &withdrawal),
        ] {
            for entry in entries {
                self.check_come(column, entry.date);
            }
        }
        dates
    }

    /// A column that holds one date without a code.
    fn only_date(&mut self, column: &Option<String>, entries: &[Entry]) -> Option<Date> {
        let column = column.as_deref().unwrap_or_default();
        match entries {
            [] => None,
            [Entry { date, suffix: None }] => Some(*date),
            [Entry { suffix: Some(_), .. }] => {
                self.refuse(TableRule::SuffixMustFitColumn, column, "a date alone stands here, without a code");
                None
            }
            _ => {
                self.refuse(TableRule::DateMustBeReadable, column, "one date stands here, not several");
                None
            }
        }
    }

    fn check_come(&mut self, column: &Option<String>, date: Date) {
        let as_at = self.mapping.as_at;
        if date > as_at.0 {
            let message = format!("{date} lies after the day of the table, {as_at}");
            self.refuse(TableRule::DateMustHaveCome, column.as_deref().unwrap_or_default(), message);
        }
    }

    fn said<'f>(&mut self, marks: &[String], footnotes: &'f Footnotes) -> Said<'f> {
        let mut said = Said::default();
        for mark in marks {
            let Some(notes) = footnotes.get(mark) else {
                let column = self.mapping.columns.participant.clone();
                let message = format!("no footnote has the mark {mark}");
                self.refuse(TableRule::MarkMustHaveFootnote, &column, message);
                continue;
            };
            for noted in notes {
                match &noted.footnote {
                    Footnote::Withdrawal { styled, received, effective } => {
                        said.withdrawals.push((*styled, *received, *effective));
                    }
                    footnote @ Footnote::Predecessor { .. } => said.predecessors.push(footnote),
                    Footnote::Formerly { name } => said.formerly.push(name),
                    Footnote::Note => {}
                }
            }
        }
        said
    }

    /// By its name; where nobody has that, by the former name that a footnote gives.
    fn whose(&mut self, name: &str, formerly: &[&str]) -> Option<ParticipantId> {
        let column = self.mapping.columns.participant.clone();
        if name.is_empty() {
            self.refuse(TableRule::ParticipantMustBeNamed, &column, "the row names nobody");
            return None;
        }
        let former: BTreeSet<_> = formerly.iter().filter_map(|name| self.names.find(name).ok()).collect();
        let former: Vec<_> = former.into_iter().collect();
        match (self.names.find(name), &former[..]) {
            (Ok(id), []) => Some(id),
            (Ok(id), [other]) if *other == id => Some(id),
            (Err((TableRule::ParticipantMustBeKnown, _)), [id]) => {
                self.remarks.push(format!("{name} is known here as {}, its former name", formerly.join(", ")));
                Some(id.clone())
            }
            (Ok(id), others) => {
                let others: Vec<_> = others.iter().map(ToString::to_string).collect();
                let message = format!("{name:?} is {id}, and its former name {}", others.join(", "));
                self.refuse(TableRule::ParticipantMustBeOne, &column, message);
                None
            }
            (Err((rule, message)), _) => {
                self.refuse(rule, &column, message);
                None
            }
        }
    }

    /// Signatures, deposits and what goes with them.
    fn state(&mut self, participant: &ParticipantId, dates: &Dates, said: &Said<'_>) {
        let columns = self.mapping.columns.clone();
        let title = |column: Option<String>| column.unwrap_or_default();
        let (signature, deposit) = (title(columns.signature), title(columns.deposit));
        let succeeds = |entry: &&Entry| entry.suffix == Some(Suffix::Succession);
        let succession = dates.signatures.iter().chain(&dates.deposits).any(|entry| succeeds(&entry));
        let predecessor = self.predecessors(participant, succession, said);
        for entry in &dates.signatures {
            self.signature(participant, *entry, &signature, predecessor.as_ref());
        }
        for entry in &dates.deposits {
            self.deposit(participant, *entry, &deposit, predecessor.as_ref());
        }
        for entry in &dates.provisional {
            let column = title(columns.provisional.clone());
            match entry.suffix {
                None | Some(Suffix::Provisional) => self.push(participant, provisional(entry.date), &column),
                Some(suffix) => self.misfit(suffix, &column),
            }
        }
        if let Some(date) = dates.in_force {
            let body = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world(date) };
            self.push(participant, TreatyBody::EffectStated(body), &title(columns.in_force));
        }
        if dates.signatures.is_empty() && dates.deposits.is_empty() && self.refused.is_empty() {
            self.refuse(TableRule::RowMustStateAnAct, "", "the row has neither a signature nor a deposit");
        }
    }

    /// Acts of predecessors, and whom a succession in the row succeeds.
    fn predecessors(
        &mut self,
        participant: &ParticipantId,
        succession: bool,
        said: &Said<'_>,
    ) -> Option<(ParticipantId, Option<Date>)> {
        let mut found = Vec::new();
        for footnote in &said.predecessors {
            let Footnote::Predecessor { name, succeeded, signatures, deposits } = footnote else { continue };
            match self.names.find(name) {
                Ok(id) => {
                    for entry in signatures {
                        self.signature(&id, *entry, COLUMN, None);
                    }
                    for entry in deposits {
                        self.deposit(&id, *entry, COLUMN, None);
                    }
                    found.push((id, *succeeded));
                }
                Err((rule, message)) => self.refuse(rule, COLUMN, message),
            }
        }
        if !succession {
            return None;
        }
        let registered = self.names.predecessors.get(participant).map(Vec::as_slice).unwrap_or_default();
        match (&found[..], registered) {
            ([one], _) => Some(one.clone()),
            ([], [one]) => Some((one.clone(), None)),
            (several, registered) => {
                let count = if several.is_empty() { registered.len() } else { several.len() };
                let message = format!(
                    "a succession needs one predecessor, in a footnote or in the registration of {participant}; there \
                     are {count}"
                );
                self.refuse(TableRule::SuccessionMustNamePredecessor, "", message);
                None
            }
        }
    }

    fn signature(
        &mut self,
        participant: &ParticipantId,
        entry: Entry,
        column: &str,
        predecessor: Option<&(ParticipantId, Option<Date>)>,
    ) {
        let signed = |signature_type| {
            let body = SignatureAffixed { signed: world(entry.date), place: "".into(), signature_type };
            TreatyBody::SignatureAffixed(body)
        };
        match entry.suffix {
            None => self.push(participant, signed(SignatureType::Simple), column),
            Some(Suffix::Definitive) => self.push(participant, signed(SignatureType::Definitive), column),
            Some(Suffix::Succession) => {
                self.succession(participant, SuccessionTo::Signature, entry.date, column, predecessor);
            }
            Some(Suffix::Provisional) => self.push(participant, provisional(entry.date), column),
            Some(suffix @ Suffix::Mode(_)) => self.misfit(suffix, column),
        }
    }

    fn deposit(
        &mut self,
        participant: &ParticipantId,
        entry: Entry,
        column: &str,
        predecessor: Option<&(ParticipantId, Option<Date>)>,
    ) {
        let mode = match entry.suffix {
            None => self.mapping.deposit_without_code,
            Some(Suffix::Mode(mode)) => mode,
            Some(Suffix::Definitive) => ConsentMode::DefinitiveSignature,
            Some(Suffix::Provisional) => return self.push(participant, provisional(entry.date), column),
            Some(Suffix::Succession) => {
                return self.succession(participant, SuccessionTo::Consent, entry.date, column, predecessor);
            }
        };
        let body = InstrumentDeposited {
            mode,
            deposited: world(entry.date),
            instrument_dated: None,
            depositary_sequence: None,
            protocols: Vec::new(),
            provisional_application: false,
            depositary: "".into(),
        };
        self.push(participant, TreatyBody::InstrumentDeposited(body), column);
    }

    /// Without a predecessor the row was refused already; one in a footnote about
    /// another's acts has none either.
    fn succession(
        &mut self,
        participant: &ParticipantId,
        succeeds_to: SuccessionTo,
        received: Date,
        column: &str,
        predecessor: Option<&(ParticipantId, Option<Date>)>,
    ) {
        let Some((predecessor, succeeded)) = predecessor.cloned() else {
            if column == COLUMN {
                let message = "a predecessor's own succession does not stand in a footnote; give it a row";
                self.refuse(TableRule::SuffixMustFitColumn, column, message);
            }
            return;
        };
        let body = SuccessionNotified {
            predecessor,
            succeeds_to,
            succeeded: succeeded.and_then(world),
            received_by_depositary: world(received),
        };
        self.push(participant, TreatyBody::SuccessionNotified(body), column);
    }

    /// A withdrawal, from its column or a footnote. Brackets without one are refused.
    fn leave(&mut self, participant: &ParticipantId, bracketed: bool, dates: &Dates, said: &Said<'_>) {
        let columns = self.mapping.columns.clone();
        let own = dates.withdrawal.map(|received| (self.mapping.withdrawals_are_styled, received, None));
        let own_column = columns.withdrawal.unwrap_or_default();
        let all: Vec<_> = own.into_iter().chain(said.withdrawals.iter().copied()).collect();
        if bracketed && all.is_empty() {
            let message = "the name stands between brackets, and neither a footnote nor a column says on which day the \
                           withdrawal was received";
            self.refuse(TableRule::BracketsNeedWithdrawal, &columns.participant, message);
        }
        // What takes it out comes after what brought it in.
        let left = all.iter().map(|(_, received, _)| *received).max();
        let consents = self.acts.iter().filter(|act| act.participant == *participant && opens(&act.body));
        let consented = consents.filter_map(|act| act.body.principal_date()?.day()).max();
        if let Some((left, consented)) = left.zip(consented).filter(|(left, in_since)| bracketed && left < in_since) {
            let message = format!(
                "the name stands between brackets, and its withdrawal was received on {left}, before the consent of \
                 {consented}"
            );
            self.refuse(TableRule::BracketsNeedWithdrawal, &columns.participant, message);
        }
        for (at, (styled, received, effective)) in all.iter().enumerate() {
            let column = if at == 0 && own.is_some() { own_column.as_str() } else { COLUMN };
            let body = WithdrawalNotified {
                styled: *styled,
                received_by_depositary: world(*received),
                other_parties_notified: None,
                security_council_notified: None,
                reasons: None,
                later_effect: None,
            };
            self.push(participant, TreatyBody::WithdrawalNotified(body), column);
            if let Some(effective) = effective {
                let body = EffectStated { effect: TreatyEffect::Withdrawal, effective: world(*effective) };
                self.push(participant, TreatyBody::EffectStated(body), column);
            }
        }
    }

    fn check_once(&mut self) {
        let acts = std::mem::take(&mut self.acts);
        for (at, act) in acts.iter().enumerate() {
            if acts[..at].iter().any(|other| (&other.participant, &other.body) == (&act.participant, &act.body)) {
                let day = act.body.principal_date().map(ToString::to_string).unwrap_or_default();
                let message = format!("the row states one act of {day} twice");
                self.refuse(TableRule::ActMustStandOnce, &act.column, message);
            }
        }
        self.acts = acts;
    }

    fn misfit(&mut self, suffix: Suffix, column: &str) {
        let message = format!("the code {} means nothing in this column", suffix.code().unwrap_or_default());
        self.refuse(TableRule::SuffixMustFitColumn, column, message);
    }

    fn push(&mut self, participant: &ParticipantId, body: TreatyBody, column: &str) {
        self.acts.push(StatedAct { participant: participant.clone(), body, column: column.into() });
    }
}

fn provisional(made: Date) -> TreatyBody {
    TreatyBody::DeclarationMade(Box::new(DeclarationMade {
        declaration_type: DeclarationType::ProvisionalApplication,
        made: world(made),
        article: "".into(),
        text: "".into(),
        made_with: None,
        changes: None,
        territory: None,
        effective: None,
    }))
}

/// The row as the whole table has it: the first signature, the last deposit.
fn tabled(
    named: &cell::NameCell,
    participant: &ParticipantId,
    dates: &Dates,
    marks: &[String],
    mapping: &Mapping,
) -> ParticipationRow {
    let acts = |entries: &[Entry]| -> Vec<Entry> {
        entries.iter().filter(|entry| entry.suffix != Some(Suffix::Provisional)).copied().collect()
    };
    let signed = acts(&dates.signatures).into_iter().min_by_key(|entry| entry.date);
    let deposited = acts(&dates.deposits).into_iter().max_by_key(|entry| entry.date);
    let mode = deposited.and_then(|entry| match entry.suffix {
        None => Some(mapping.deposit_without_code),
        Some(Suffix::Mode(mode)) => Some(mode),
        Some(Suffix::Definitive) => Some(ConsentMode::DefinitiveSignature),
        Some(Suffix::Succession | Suffix::Provisional) => None,
    });
    ParticipationRow {
        name: named.name.as_str().into(),
        participant: participant.clone(),
        signed: signed.and_then(|entry| world(entry.date)),
        deposited: deposited.and_then(|entry| world(entry.date)),
        mode,
        withdrawn: named.bracketed,
        succession: deposited.is_some_and(|entry| entry.suffix == Some(Suffix::Succession)),
        footnotes: marks.iter().map(|mark| mark.as_str().into()).collect(),
    }
}

/// A day as a date in the world.
pub fn world(day: Date) -> Option<WorldDate> {
    Some(day.to_string().parse().expect("a day from the year 1 on is a date"))
}
