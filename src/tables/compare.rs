//! What a table states beside what the ledger holds: new, there already, or another
//! account of it.
//!
//! Promises: an act that is held is never recorded again, whoever recorded it; a date that
//! differs from a held one is never taken for a further act, except an instrument after a
//! withdrawal. What is stated to take effect is somebody's claim and contradicts nothing.

use jiff::civil::Date;

use super::{HeldAct, row::StatedAct};
use crate::domain::{Index, SignatureType, SuccessionTo, TreatyBody, TreatyEffect, WorldDate};

/// How a stated act stands to what is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beside {
    New,
    Held(Index),
    /// The ledger holds another account of it.
    Differs {
        index: Index,
        ours: String,
    },
}

/// Compares one act of a row with what is held; `stated` are all acts of the row.
pub fn beside(act: &StatedAct, stated: &[StatedAct], held: &[HeldAct]) -> Beside {
    let of_participant: Vec<&HeldAct> = held.iter().filter(|held| held.participant == act.participant).collect();
    if let Some(same) = of_participant.iter().find(|held| says_the_same(&act.body, &held.body)) {
        return Beside::Held(same.index);
    }
    let Some(column) = column_of(&act.body) else { return Beside::New };
    let matched = |held: &HeldAct| {
        stated.iter().any(|other| other.participant == held.participant && says_the_same(&other.body, &held.body))
    };
    let rival = of_participant.iter().find(|held| {
        column_of(&held.body) == Some(column) && !matched(held) && !is_over(held, act, stated, &of_participant)
    });
    match rival {
        Some(held) => Beside::Differs { index: held.index, ours: in_words(&held.body) },
        None => Beside::New,
    }
}

/// Columns in which a row has one act at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Signature,
    Deposit,
    Provisional,
    Withdrawal,
}

/// Whether an act opens a membership.
pub fn opens(body: &TreatyBody) -> bool {
    let binds = |signature| signature == SignatureType::Definitive;
    column_of(body) == Some(Column::Deposit)
        || matches!(body, TreatyBody::SignatureAffixed(body) if binds(body.signature_type))
}

fn column_of(body: &TreatyBody) -> Option<Column> {
    match body {
        TreatyBody::SignatureAffixed(_) => Some(Column::Signature),
        TreatyBody::InstrumentDeposited(_) => Some(Column::Deposit),
        TreatyBody::SuccessionNotified(body) => Some(match body.succeeds_to {
            SuccessionTo::Signature => Column::Signature,
            SuccessionTo::Consent => Column::Deposit,
        }),
        TreatyBody::DeclarationMade(_) => Some(Column::Provisional),
        TreatyBody::WithdrawalNotified(_) => Some(Column::Withdrawal),
        _ => None,
    }
}

/// Whether a statement that is held says what the table says, as far as a table can say it.
fn says_the_same(stated: &TreatyBody, held: &TreatyBody) -> bool {
    let same_day = same_day(date_of(stated), date_of(held));
    same_day
        && match (stated, held) {
            (TreatyBody::SignatureAffixed(stated), TreatyBody::SignatureAffixed(held)) => {
                let definitive = |signature| signature == SignatureType::Definitive;
                definitive(stated.signature_type) == definitive(held.signature_type)
            }
            (TreatyBody::InstrumentDeposited(stated), TreatyBody::InstrumentDeposited(held)) => {
                stated.mode == held.mode
            }
            (TreatyBody::SuccessionNotified(stated), TreatyBody::SuccessionNotified(held)) => {
                stated.succeeds_to == held.succeeds_to && stated.predecessor == held.predecessor
            }
            (TreatyBody::DeclarationMade(_), TreatyBody::DeclarationMade(_))
            | (TreatyBody::WithdrawalNotified(_), TreatyBody::WithdrawalNotified(_)) => true,
            // An instrument can say itself that the treaty is applied provisionally.
            (TreatyBody::DeclarationMade(_), TreatyBody::InstrumentDeposited(held)) => held.provisional_application,
            (TreatyBody::EffectStated(stated), TreatyBody::EffectStated(held)) => stated.effect == held.effect,
            _ => false,
        }
}

/// Whether a held act belongs to a membership that a withdrawal ended before this act.
fn is_over(held: &HeldAct, act: &StatedAct, stated: &[StatedAct], all: &[&HeldAct]) -> bool {
    let (Some(before), Some(after)) = (first_day(&held.body), first_day(&act.body)) else { return false };
    if matches!(held.body, TreatyBody::WithdrawalNotified(_)) {
        // A further withdrawal needs a further instrument between the two, or a revocation of the first.
        let between = all.iter().map(|held| &held.body).chain(stated.iter().map(|act| &act.body));
        let opens = |body: &&TreatyBody| {
            column_of(body) == Some(Column::Deposit) || matches!(body, TreatyBody::WithdrawalRevoked(_))
        };
        return between.filter(opens).filter_map(first_day).any(|day| before <= day && day <= after);
    }
    let own = stated.iter().filter(|other| other.participant == act.participant).map(|act| &act.body);
    let leaves = all.iter().map(|held| &held.body).chain(own);
    let leaves = leaves.filter(|body| matches!(body, TreatyBody::WithdrawalNotified(_)));
    leaves.filter_map(first_day).any(|left| before <= left && left <= after)
}

fn first_day(body: &TreatyBody) -> Option<Date> {
    date_of(body)?.earliest()
}

/// The date in the column of the table.
fn date_of(body: &TreatyBody) -> Option<&WorldDate> {
    body.principal_date()
}

fn same_day(one: Option<&WorldDate>, other: Option<&WorldDate>) -> bool {
    let days = |date: &WorldDate| (date.earliest(), date.latest());
    match (one, other) {
        (Some(one), Some(other)) => days(one) == days(other),
        (None, _) | (_, None) => false,
    }
}

/// An act in few words, for reports.
pub fn in_words(body: &TreatyBody) -> String {
    let date = date_of(body).map_or_else(|| "without a date".to_owned(), ToString::to_string);
    let what = match body {
        TreatyBody::SignatureAffixed(body) => match body.signature_type {
            SignatureType::Simple => "signature".to_owned(),
            SignatureType::Definitive => "definitive signature".to_owned(),
            SignatureType::AdReferendum => "signature ad referendum".to_owned(),
        },
        TreatyBody::InstrumentDeposited(body) => body.mode.name().replace('_', " "),
        TreatyBody::SuccessionNotified(body) => match body.succeeds_to {
            SuccessionTo::Signature => format!("succession to signature, of {}", body.predecessor),
            SuccessionTo::Consent => format!("succession, of {}", body.predecessor),
        },
        TreatyBody::DeclarationMade(_) => "provisional application".to_owned(),
        TreatyBody::WithdrawalNotified(body) => format!("{} received", body.styled),
        TreatyBody::EffectStated(body) => match body.effect {
            TreatyEffect::EntryIntoForce => "stated in force from".to_owned(),
            TreatyEffect::Withdrawal => "stated out from".to_owned(),
        },
        TreatyBody::WithdrawalRevoked(_) => "revocation of a withdrawal".to_owned(),
        _ => "act".to_owned(),
    };
    format!("{what} {date}")
}
