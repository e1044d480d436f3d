//! The rules on small records, written as the acts were.

mod accounts;
mod acts;
mod acts_of_all;
mod columns;
mod consent_ends;
mod contested_since;
mod counted;
mod difference;
mod expected;
mod notices;
mod objected;
mod obligations;
mod open_beside;
mod open_days;
mod open_deadlines;
mod open_remarks;
mod over_time;
mod parent_dates;
mod parties;
mod properties;
mod remarked_days;
mod rules;
mod successions;
mod upcoming;

use jiff::civil::Date;
use uuid::Uuid;

use super::{Answer, Dossier, GrantedMandate, Known, Overlay, TreatyStatus, ViewName, status};
use crate::domain::*;

pub const OTTAWA: &str = "untc:XXVI-5";
pub const PROTOCOL: &str = "untc:XXVI-2-b";

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A date that was stated; `-` for one that was not.
pub fn world(text: &str) -> Option<WorldDate> {
    (text != "-").then(|| text.parse().unwrap())
}

/// A ledger of treaty acts, one entry each.
#[derive(Clone, Debug, Default)]
pub struct Book {
    pub events: Vec<Recorded>,
    pub mandates: Vec<GrantedMandate>,
}

impl Book {
    /// Records an act at noon of a day.
    pub fn record(&mut self, on: &str, subject: &str, body: TreatyBody) -> EventReference {
        self.entry(on, subject, Body::Treaty(body), |_| {})
    }

    /// The same with changes to what is around the body.
    pub fn entry(&mut self, on: &str, subject: &str, body: Body, change: impl FnOnce(&mut Recorded)) -> EventReference {
        let index = self.events.len() as u64;
        let event = Event {
            id: EventId(Uuid::from_u128(u128::from(index) + 1)),
            nonce: [0; 16],
            subject: subject.parse().unwrap(),
            based_on: Vec::new(),
            act: None,
            occurred: None,
            source: Some(source(SourceClass::Government, true)),
            parts: Vec::new(),
            not_stated: Vec::new(),
            documents: Vec::new(),
            body,
        };
        let author =
            Signer { organisation: "desk".parse().unwrap(), member: "post".parse().unwrap(), key: KeyId([0; 32]) };
        let standing = Standing::Effective { since: Index(index), verified: false };
        let position = Position { index: Index(index), ordinal: 0 };
        let mut recorded = Recorded {
            position,
            recorded_at: noon(on),
            author,
            event,
            standing,
            sign_offs: Vec::new(),
            missing: Vec::new(),
        };
        change(&mut recorded);
        let reference = recorded.reference();
        self.events.push(recorded);
        reference
    }

    pub fn signed(&mut self, participation: &str, on: &str) {
        let body = SignatureAffixed { signed: world(on), place: "".into(), signature_type: SignatureType::Simple };
        self.record("2025-03-17", participation, TreatyBody::SignatureAffixed(body));
    }

    pub fn deposited(&mut self, participation: &str, mode: ConsentMode, on: &str) -> EventReference {
        self.record("2025-03-17", participation, deposit(mode, on))
    }

    pub fn withdrew(&mut self, recorded: &str, participation: &str, received: &str) -> EventReference {
        self.record(recorded, participation, notice(received))
    }

    pub fn size(&self) -> Size {
        Size(self.events.len() as u64)
    }

    /// How many entries there were at the end of a day.
    pub fn size_on(&self, on: &str) -> Size {
        Size(self.events.iter().filter(|recorded| recorded.recorded_at.utc_date() <= Some(day(on))).count() as u64)
    }

    pub fn asked(&self, treaty: &str, participant: &str, at: &str, size: Size, view: ViewName) -> Answer {
        let (treaty, participant) = (treaty.parse().unwrap(), participant.parse().unwrap());
        let recorded_at = size.last_index().map(|last| self.events[last.0 as usize].recorded_at);
        let known = Known { size, recorded_at };
        let events: Vec<&Recorded> = self.events.iter().collect();
        let dossier = Dossier {
            treaty: &treaty,
            participant: &participant,
            events: &events,
            deposits: &[],
            mandates: &self.mandates,
            known,
        };
        status(&dossier, day(at), view)
    }

    pub fn now(&self, treaty: &str, participant: &str, at: &str) -> Answer {
        self.asked(treaty, participant, at, self.size(), ViewName::Default)
    }

    pub fn known_on(&self, on: &str, treaty: &str, participant: &str, at: &str) -> Answer {
        self.asked(treaty, participant, at, self.size_on(on), ViewName::Default)
    }
}

pub fn noon(on: &str) -> RecordingTime {
    let instant = format!("{on}T12:00:00Z").parse().unwrap();
    RecordingTime::from_timestamp(instant).unwrap()
}

pub fn source(class: SourceClass, transcribed: bool) -> Source {
    Source { class, transcribed, name: "a source".into(), locator: "".into(), retrieved: None }
}

pub fn deposit(mode: ConsentMode, on: &str) -> TreatyBody {
    TreatyBody::InstrumentDeposited(InstrumentDeposited {
        mode,
        deposited: world(on),
        instrument_dated: None,
        depositary_sequence: None,
        protocols: Vec::new(),
        provisional_application: false,
        depositary: "".into(),
    })
}

pub fn notice(received: &str) -> TreatyBody {
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled: WithdrawalStyle::Withdrawal,
        received_by_depositary: world(received),
        other_parties_notified: world(received),
        security_council_notified: world(received),
        reasons: Some(Reasons::Attached),
        later_effect: None,
    })
}

pub fn domestic(step: DomesticStep, pursues: PursuedAct, taken: &str) -> TreatyBody {
    let taken = world(taken);
    TreatyBody::DomesticStepTaken(DomesticStepTaken {
        step,
        pursues,
        taken,
        organ: "President".into(),
        reference: "".into(),
        votes: None,
    })
}

pub fn revoked(withdrawal: EventReference, received: &str) -> TreatyBody {
    TreatyBody::WithdrawalRevoked(WithdrawalRevoked { withdrawal, received_by_depositary: world(received) })
}

pub fn effect(effect: TreatyEffect, on: &str) -> TreatyBody {
    TreatyBody::EffectStated(EffectStated { effect, effective: world(on) })
}

pub fn conflict(engagement: ConflictEngagement, since: &str, until: &str, asserted_by: &str) -> TreatyBody {
    TreatyBody::ConflictStatusAsserted(ConflictStatusAsserted {
        conflict: "a conflict".into(),
        engagement,
        conflict_type: None,
        since: world(since),
        until: world(until),
        asserted_by: asserted_by.into(),
    })
}

pub fn suspension(received: &str, circulated: &str) -> TreatyBody {
    TreatyBody::SuspensionNotified(SuspensionNotified {
        received_by_depositary: world(received),
        circulated: world(circulated),
        claimed_from: None,
        claimed_until: "the end of the aggression".into(),
        grounds: vec![SuspensionGround::FundamentalChange],
        provisions: Vec::new(),
    })
}

pub fn objection(objects_to: EventReference, lodged: &str) -> TreatyBody {
    TreatyBody::ObjectionLodged(ObjectionLodged { objects_to, lodged: world(lodged), grounds: "".into() })
}

pub fn correction(target: EventReference, body: TreatyBody) -> Body {
    let restated = Restated { occurred: None, not_stated: Vec::new(), body: Body::Treaty(body) };
    let body = EventCorrected { target, reason: "a slip of the pen".into(), restated: Some(Box::new(restated)) };
    Body::Shared(SharedBody::EventCorrected(body))
}

fn in_force(mode: EntryIntoForceMode, threshold: u32, article: &str) -> EntryIntoForceClause {
    EntryIntoForceClause { mode, months: 6, days: 0, threshold, article: article.into() }
}

fn withdrawal_clause(notice_months: u32, addressees: &[Addressee], article: &str) -> WithdrawalClause {
    WithdrawalClause {
        notice_months,
        notice_from: NoticeFrom::ReceiptByDepositary,
        later_date_allowed: false,
        conflict_test: ConflictTest::AtExpiry,
        includes_occupation: false,
        conflict_ends_with: vec![ConflictEnd::ArmedConflict],
        addressees: addressees.to_vec(),
        reasons_required: true,
        article: article.into(),
        day_after_conflict: false,
        minimum_months: 0,
        continues: "".into(),
    }
}

/// The clauses of a treaty like the Ottawa Convention.
pub fn ottawa_clauses() -> Clauses {
    Clauses {
        entry_into_force: Some(in_force(EntryIntoForceMode::FirstOfMonth, 40, "17")),
        withdrawal: Some(withdrawal_clause(6, Addressee::ALL, "20")),
        signature: Some(SignatureClause {
            opens: Some(CivilDate(day("1997-12-03"))),
            closes: Some(CivilDate(day("1999-03-01"))),
            place: "".into(),
            article: "15".into(),
        }),
        accession_by: Some(AccessionBy::NonSignatories),
        reservations: Some(Permission::Prohibited),
        ..Clauses::default()
    }
}

/// The clauses of a treaty like Amended Protocol II.
pub fn protocol_clauses() -> Clauses {
    Clauses {
        entry_into_force: Some(in_force(EntryIntoForceMode::SameDay, 20, "5")),
        withdrawal: Some(WithdrawalClause {
            includes_occupation: true,
            reasons_required: false,
            ..withdrawal_clause(12, &[Addressee::Depositary], "9")
        }),
        ..Clauses::default()
    }
}

pub fn registered(clauses: Option<Clauses>, adopted: &str) -> TreatyBody {
    TreatyBody::TreatyRegistered(Box::new(TreatyRegistered {
        title: "A treaty".into(),
        short_names: Vec::new(),
        adopted: world(adopted),
        adopted_at: "".into(),
        parent: None,
        registrations: Vec::new(),
        clauses,
    }))
}

/// The two treaties, registered and in force as the depositary states.
pub fn two_treaties() -> Book {
    let mut book = Book::default();
    for (treaty, clauses, adopted, in_force) in [
        (OTTAWA, ottawa_clauses(), "1997-09-18", "1999-03-01"),
        (PROTOCOL, protocol_clauses(), "1996-05-03", "1998-12-03"),
    ] {
        let subject = format!("treaty/{treaty}");
        book.record("2025-03-17", &subject, registered(Some(clauses), adopted));
        book.record("2025-03-17", &subject, effect(TreatyEffect::EntryIntoForce, in_force));
    }
    book
}

/// A participant that ratified the treaty like Ottawa.
pub fn with_party(participant: &str) -> (Book, String) {
    let mut book = two_treaties();
    let participation = format!("participation/{OTTAWA}/{participant}");
    book.signed(&participation, "1997-12-04");
    book.deposited(&participation, ConsentMode::Ratification, "2012-12-27");
    (book, participation)
}

/// The status of an answer with one outcome.
pub fn certain(answer: &Answer) -> TreatyStatus {
    let [outcome] = answer.outcomes.as_slice() else { panic!("not one outcome: {:#?}", answer.outcomes) };
    outcome.status
}

pub fn suspensions(answer: &Answer) -> Vec<&super::SuspensionAsserted> {
    let found = answer.overlays.iter().filter_map(|overlay| match overlay {
        Overlay::SuspensionAsserted(found) => Some(found),
        Overlay::ProvisionalApplication { .. }
        | Overlay::Declaration(_)
        | Overlay::TerritorialScope(_)
        | Overlay::RetroactiveSuccession { .. } => None,
    });
    found.collect()
}

/// The codes of the findings. That nobody notified an act is true of nearly every small
/// record here, and has tests of its own.
pub fn codes(answer: &Answer) -> Vec<&'static str> {
    let codes = answer.findings.iter().map(|remark| remark.finding.code);
    codes.filter(|code| *code != LegalRemark::NotNotified).map(LegalRemark::name).collect()
}

/// The words of the outcomes' statuses, ascending.
pub fn kinds(answer: &Answer) -> Vec<&'static str> {
    let mut kinds: Vec<&str> = answer.outcomes.iter().map(|outcome| outcome.status.name()).collect();
    kinds.sort_unstable();
    kinds
}

/// A treaty that can be applied provisionally, and a participant that deposits and does so.
pub fn applied(deposited: &str) -> Book {
    let mut book = applicable();
    let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Accession, deposited) else { unreachable!() };
    let body = InstrumentDeposited { provisional_application: true, ..body };
    book.record("2025-03-17", &format!("participation/{OTTAWA}/XXX"), TreatyBody::InstrumentDeposited(body));
    book
}

/// A treaty that can be applied provisionally.
pub fn applicable() -> Book {
    let mut book = Book::default();
    let subject = format!("treaty/{OTTAWA}");
    let provisional_application = Some(ProvisionalApplicationClause {
        permission: Permission::Permitted,
        scope: "Article 1(1)".into(),
        article: "18".into(),
    });
    let clauses = Clauses { provisional_application, ..ottawa_clauses() };
    book.record("2025-03-17", &subject, registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", &subject, effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    book
}
