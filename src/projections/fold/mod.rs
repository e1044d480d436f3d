//! The fold: which rows an entry makes.
//!
//! Promises: a function of the entry, its findings and the rows before it, nothing
//! else (I4); every key holds the entry's index, so no row is ever overwritten; total:
//! an entry that was accepted always folds.
//! Leaves to others: whether the entry may be there (`policy`), storing (`store`).

mod registry;

use std::collections::{BTreeMap, BTreeSet};

use super::documents::CitedDocument;
use super::encoding::{entry_row, finding_row, push_number, push_subject_event};
use super::keys::{Key, Table};
use super::places::place_rows;
use super::sign_offs::{sign_off_row, sign_offs_key};
use super::waiting::Waiting;
use super::{FoldedEntry, ReadModelError};
use crate::domain::{
    Body, EnvelopeContent, Event, Finding, Index, Kind, OrganisationId, PolicyNumber, Position, RecordingTime,
    SharedBody, SharedKind, SignOffState, SignatureType, Subject, SubmissionStatus, TreatyBody, TreatyId, TreatyKind,
};

/// The rows before the entry.
pub(super) trait Before {
    /// Value of the newest row whose key is `prefix` and an index.
    fn newest(&self, prefix: &Key) -> Result<Option<Vec<u8>>, ReadModelError>;
}

/// What one entry makes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Folded {
    /// In ascending order of their keys: the order of the digest.
    pub(super) rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The policy number in force after the entry, when it sets one.
    pub(super) policy: Option<PolicyNumber>,
}

/// Folds one entry.
pub(super) fn fold_entry(folded: &FoldedEntry<'_>, before: &dyn Before) -> Result<Folded, ReadModelError> {
    let FoldedEntry { entry, findings, sign_offs } = folded;
    let mut fold =
        EntryFold { index: entry.index, recorded_at: entry.recorded_at, before, rows: BTreeMap::new(), policy: None };
    fold.put(Key::new(Table::Entry), entry_row(entry.recorded_at));
    match &entry.envelope.content {
        EnvelopeContent::Submission(submitted) => {
            fold.organisation_history(&submitted.submission.author.organisation);
            for (ordinal, event) in (0..).zip(&submitted.events) {
                fold.event(ordinal, event)?;
            }
        }
        EnvelopeContent::SignOffs { submission: _, sign_offs } => {
            for sign_off in sign_offs {
                fold.organisation_history(&sign_off.signer.organisation);
            }
        }
    }
    fold.findings(findings);
    if let Some(state) = sign_offs {
        fold.put(sign_offs_key(state.recorded), sign_off_row(state));
        fold.waiting(state)?;
    }
    Ok(Folded { rows: fold.rows, policy: fold.policy })
}

struct EntryFold<'a> {
    index: Index,
    recorded_at: RecordingTime,
    before: &'a dyn Before,
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    policy: Option<PolicyNumber>,
}

impl EntryFold<'_> {
    fn event(&mut self, ordinal: u16, event: &Event) -> Result<(), ReadModelError> {
        self.event_history(ordinal, event);
        for (prefix, boxes) in place_rows(event) {
            self.row(prefix).extend(boxes);
        }
        let at = Position { index: self.index, ordinal };
        match &event.body {
            Body::Registry(body) => self.registry(at, &event.subject, body),
            Body::Treaty(body) => {
                self.treaty(ordinal, &event.subject, body);
                Ok(())
            }
            Body::Shared(body) => {
                self.restated_names(&event.subject, body);
                Ok(())
            }
            // Records are read from the history of their subject.
            Body::Minefield(_) => Ok(()),
        }
    }

    /// A correction of a registration gives names by which the subject is found too; those
    /// from before stay. All else that is said about earlier events is read from the
    /// history of their subject.
    fn restated_names(&mut self, subject: &Subject, body: &SharedBody) {
        let SharedBody::EventCorrected(correction) = body else { return };
        let restated = correction.restated.as_ref().map(|restated| &restated.body);
        if let Some(Body::Treaty(body)) = restated {
            self.names(subject, body);
        }
    }

    /// The names that a registration gives its subject.
    fn names(&mut self, subject: &Subject, body: &TreatyBody) {
        match (body, subject) {
            (TreatyBody::TreatyRegistered(body), Subject::Treaty(id)) => {
                for name in &body.short_names {
                    self.put(Key::new(Table::TreatyName).name(name).id(id.as_str()), Vec::new());
                }
            }
            (TreatyBody::ParticipantRegistered(body), Subject::Participant(id)) => {
                for name in std::iter::once(&body.name).chain(&body.other_names) {
                    self.put(Key::new(Table::ParticipantName).name(name).id(id.as_str()), Vec::new());
                }
            }
            _ => {}
        }
    }

    fn organisation_history(&mut self, organisation: &OrganisationId) {
        self.put(Key::new(Table::ByOrganisation).id(organisation.as_str()), Vec::new());
    }

    fn event_history(&mut self, ordinal: u16, event: &Event) {
        let (kind, date) = (event.kind(), event.date());
        let by_subject = self.row(Key::new(Table::BySubject).subject(&event.subject));
        push_subject_event(by_subject, ordinal, kind, date);
        self.put(Key::new(Table::ByKind).kind(kind), Vec::new());
        for document in CitedDocument::of(event) {
            push_subject_event(self.row(document.key()), ordinal, kind, date);
        }
        if let (Subject::Treaty(treaty), Some(parent)) = (&event.subject, parent_of(event)) {
            self.put(Key::new(Table::ByParent).id(parent.as_str()).id(treaty.as_str()), Vec::new());
        }
        let Subject::Participation(treaty, participant) = &event.subject else { return };
        if bears_on_others(event) {
            let key = Key::new(Table::ByTreaty).id(treaty.as_str()).kind(kind).id(participant.as_str());
            push_subject_event(self.row(key), ordinal, kind, date);
        }
        for protocol in protocols_of(event) {
            let key = Key::new(Table::ByProtocol).id(protocol.as_str()).id(participant.as_str()).id(treaty.as_str());
            push_subject_event(self.row(key), ordinal, kind, date);
        }
    }

    fn treaty(&mut self, ordinal: u16, subject: &Subject, body: &TreatyBody) {
        self.names(subject, body);
        match (body, subject) {
            (TreatyBody::TreatyRegistered(_), Subject::Treaty(id)) => {
                push_number(self.row(Key::new(Table::Treaty).id(id.as_str())), u64::from(ordinal));
            }
            (TreatyBody::ParticipantRegistered(_), Subject::Participant(id)) => {
                push_number(self.row(Key::new(Table::Participant).id(id.as_str())), u64::from(ordinal));
            }
            // Acts of a participant under a treaty are on its timeline through the
            // subject's history. A registration under another type of subject is
            // refused by the kinds table and makes nothing.
            (
                TreatyBody::TreatyRegistered(_)
                | TreatyBody::ParticipantRegistered(_)
                | TreatyBody::SignatureAffixed(_)
                | TreatyBody::InstrumentDeposited(_)
                | TreatyBody::EffectStated(_)
                | TreatyBody::DomesticStepTaken(_)
                | TreatyBody::WithdrawalNotified(_)
                | TreatyBody::WithdrawalRevoked(_)
                | TreatyBody::SuspensionNotified(_)
                | TreatyBody::ObjectionLodged(_)
                | TreatyBody::ConflictStatusAsserted(_)
                | TreatyBody::TreatyBodyDecided(_)
                | TreatyBody::SuccessionNotified(_)
                | TreatyBody::DeclarationMade(_)
                | TreatyBody::DepositaryNotificationIssued(_)
                | TreatyBody::DeadlineExtended(_)
                | TreatyBody::ReportSubmitted(_)
                | TreatyBody::ParticipationTableStated(_),
                _,
            ) => {}
        }
    }

    fn findings(&mut self, findings: &[Finding]) {
        for (number, finding) in (0..).zip(findings) {
            let key = Key::new(Table::Finding).index(self.index).number(finding.ordinal).number(number);
            self.rows.insert(key.into_bytes(), finding_row(finding));
        }
    }

    /// Notes that a submission begins to wait, or that it waits no more.
    fn waiting(&mut self, state: &SignOffState) -> Result<(), ReadModelError> {
        if !state.class.waits() {
            return Ok(());
        }
        let waits = state.status == SubmissionStatus::Waiting;
        let key = Waiting::key(state.recorded);
        let before = match self.newest(&key)? {
            Some(row) => Waiting::read(&row).map_err(|unreadable| unreadable.at(key.as_ref()))?,
            None => Waiting::default(),
        };
        let after = before.with(state.recorded, waits);
        if after != before {
            self.put(key, after.row());
        }
        Ok(())
    }

    /// Sets the row of this entry at `prefix`.
    fn put(&mut self, prefix: Key, value: Vec<u8>) {
        self.rows.insert(prefix.index(self.index).into_bytes(), value);
    }

    /// The row of this entry at `prefix`, to append to.
    fn row(&mut self, prefix: Key) -> &mut Vec<u8> {
        self.rows.entry(prefix.index(self.index).into_bytes()).or_default()
    }

    /// The newest row at `prefix`: of an earlier event of this entry, or from before.
    fn newest(&self, prefix: &Key) -> Result<Option<Vec<u8>>, ReadModelError> {
        match self.rows.get(prefix.clone().index(self.index).as_ref()) {
            Some(value) => Ok(Some(value.clone())),
            None => self.before.newest(prefix),
        }
    }
}

/// Whether the act is looked for across all participants of a treaty: deposits and
/// definitive signatures count towards its entry into force, objections are to others' acts,
/// corrections, retractions and resolutions may be of either, a declaration may withdraw
/// an objection, and a succession tells what becomes of its predecessor.
pub fn bears_on_others(event: &Event) -> bool {
    match &event.body {
        Body::Treaty(TreatyBody::SignatureAffixed(body)) => body.signature_type == SignatureType::Definitive,
        body => matches!(
            body.kind(),
            Kind::Treaty(
                TreatyKind::InstrumentDeposited
                    | TreatyKind::ObjectionLodged
                    | TreatyKind::DeclarationMade
                    | TreatyKind::SuccessionNotified
            ) | Kind::Shared(SharedKind::EventCorrected | SharedKind::EventRetracted | SharedKind::ContestResolved)
        ),
    }
}

/// The treaty of which a registration, itself or as it is corrected, makes a protocol.
fn parent_of(event: &Event) -> Option<&TreatyId> {
    match event.restated_body().unwrap_or(&event.body) {
        Body::Treaty(TreatyBody::TreatyRegistered(body)) => body.parent.as_ref(),
        Body::Treaty(_) | Body::Registry(_) | Body::Shared(_) | Body::Minefield(_) => None,
    }
}

/// The protocols that an instrument consents to besides its treaty, itself or as it is
/// corrected, each once.
pub fn protocols_of(event: &Event) -> BTreeSet<&TreatyId> {
    match event.restated_body().unwrap_or(&event.body) {
        Body::Treaty(TreatyBody::InstrumentDeposited(body)) => body.protocols.iter().collect(),
        Body::Treaty(_) | Body::Registry(_) | Body::Shared(_) | Body::Minefield(_) => BTreeSet::new(),
    }
}
