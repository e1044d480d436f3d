//! Whether a participation stands the same where a table of it is read back.
//!
//! Promises: what a table does not tell is taken away, conflicts, declarations not to become
//! party, what changes a declaration, notifications of the depositary, and what a notice says beside its receipt; then the
//! rules are asked again. Alike is what stands alike up to the day, and is applied
//! provisionally on the same days.
//! Leaves to others: dates and acts that have no cell (`tables`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Dossier, Overlay, Span, TreatyStatus, ViewName, Weighed,
    days::Days,
    followed, overlays,
    record::{Around, Record},
    statements,
};
use crate::domain::{
    Body, DeclarationMade, DeclarationType, Event, EventReference, Recorded, SharedBody, Subject, TreatyBody,
    WithdrawalNotified,
};

/// Whether a table as at a day, read back, tells how the participant stands then.
pub fn reads_back(dossier: &Dossier<'_>, view: ViewName, at: Date) -> bool {
    let (untold, notices) = beside_the_table(dossier);
    if untold.is_empty() && notices.is_empty() {
        return true;
    }
    let corrects_notice = |recorded: &Recorded| match &recorded.event.body {
        Body::Shared(SharedBody::EventCorrected(body)) => notices.contains_key(&body.target),
        _ => false,
    };
    let kept = dossier.events.iter().filter(|recorded| !untold.contains(&recorded.reference()));
    let kept: Vec<&Recorded> = kept.filter(|recorded| !corrects_notice(recorded)).copied().collect();
    let told = kept.iter().filter_map(|recorded| {
        let body = Body::Treaty(notices.get(&recorded.reference())?.clone());
        Some(Recorded { event: Event { body, ..recorded.event.clone() }, ..(*recorded).clone() })
    });
    let told: Vec<Recorded> = told.collect();
    let others = kept.into_iter().filter(|recorded| !notices.contains_key(&recorded.reference()));
    let events: Vec<&Recorded> = others.chain(&told).collect();
    let read = Dossier { events: &events, ..*dossier };
    stands(dossier, view, at) == stands(&read, view, at)
}

/// Acts that no table tells, and notices as a table tells them where they say more.
fn beside_the_table(dossier: &Dossier<'_>) -> (BTreeSet<EventReference>, BTreeMap<EventReference, TreatyBody>) {
    let (mut untold, mut notices) = (BTreeSet::new(), BTreeMap::new());
    for statement in statements::in_effect(dossier).statements {
        let (own, about) = match statement.subject() {
            Subject::Participation(treaty, who) => (treaty == dossier.treaty && who == dossier.participant, false),
            Subject::Participant(who) => (false, who == dossier.participant),
            _ => (false, false),
        };
        match statement.body {
            TreatyBody::ConflictStatusAsserted(_) if about => {
                untold.insert(statement.reference());
            }
            TreatyBody::DeclarationMade(body) if own && is_untold(body) => {
                untold.insert(statement.reference());
            }
            TreatyBody::DepositaryNotificationIssued(_) => {
                untold.insert(statement.reference());
            }
            TreatyBody::WithdrawalNotified(body) if own => {
                let told = as_told(body);
                if told != *body {
                    notices.insert(statement.reference(), TreatyBody::WithdrawalNotified(told));
                }
            }
            _ => {}
        }
    }
    (untold, notices)
}

/// What changes a declaration, and who does not mean to become a party, stands in no table.
fn is_untold(body: &DeclarationMade) -> bool {
    body.changes.is_some() || body.declaration_type == DeclarationType::IntentionNotToBecomeParty
}

/// A notice as a table tells it: when it was received, and how it is styled.
fn as_told(notice: &WithdrawalNotified) -> WithdrawalNotified {
    WithdrawalNotified {
        other_parties_notified: None,
        security_council_notified: None,
        reasons: None,
        later_effect: None,
        ..notice.clone()
    }
}

/// How it stands up to a day, and what is applied provisionally from when on, and until when if
/// that has come by then.
type Stands = (Vec<Vec<(Option<Date>, TreatyStatus)>>, Vec<(Days, Option<Days>)>);

fn stands(dossier: &Dossier<'_>, view: ViewName, at: Date) -> Stands {
    let weighed = Weighed::of(dossier, view);
    let record = Record::of(dossier, &weighed.acts, Around::default());
    let followed = followed::all(&record).0;
    let applied = overlays::applied(&record, &followed, None).filter_map(|overlay| match overlay {
        Overlay::ProvisionalApplication { since, until, .. } if since.first <= at => {
            Some((since, until.filter(|until| until.first <= at)))
        }
        _ => None,
    });
    (until(followed::spans(&followed), at), applied.collect())
}

/// How it stands from when on, up to a day, in every way in which that can be read.
fn until(spans: Vec<Vec<Span>>, at: Date) -> Vec<Vec<(Option<Date>, TreatyStatus)>> {
    let come = |span: &Span| span.from.is_none_or(|from| from <= at);
    let told = |spans: Vec<Span>| spans.into_iter().filter(come).map(|span| (span.from, span.status)).collect();
    let mut all: Vec<Vec<_>> = spans.into_iter().map(told).collect();
    all.dedup();
    all
}
