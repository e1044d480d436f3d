//! What a table is told of a revocation: before the effect, after it, or open.

use super::*;
use crate::{domain::Revoked, treaties::columns};

fn of_withdrawals(book: &Book, participant: &str) -> Vec<Option<Revoked>> {
    let events: Vec<&Recorded> = book.events.iter().collect();
    let (treaty, participant) = (OTTAWA.parse().unwrap(), participant.parse().unwrap());
    let dossier = Dossier {
        treaty: &treaty,
        participant: &participant,
        events: &events,
        deposits: &[],
        mandates: &book.mandates,
        known: Known { size: book.size(), recorded_at: None },
    };
    let told = columns(&dossier, ViewName::Default).into_iter();
    let (withdrawals, others): (Vec<_>, Vec<_>) =
        told.partition(|told| matches!(told.body, TreatyBody::WithdrawalNotified(_)));
    assert!(others.iter().all(|told| told.revoked.is_none()), "{others:?}");
    withdrawals.into_iter().map(|told| told.revoked).collect()
}

#[test]
fn a_revocation_is_in_time_before_the_effect_alone() {
    // The notice of 22 June is over on 22 December.
    for (received, expected) in [
        ("2018-12-21", Revoked::InTime),
        ("2018-12-22", Revoked::TooLate),
        ("2019-06-05", Revoked::TooLate),
        ("2018-12", Revoked::Open),
        ("2018-07/2018-11", Revoked::InTime),
    ] {
        let (mut book, x) = with_party("XXX");
        let withdrawal = book.withdrew("2018-07-01", &x, "2018-06-22");
        book.record("2019-07-01", &x, revoked(withdrawal, received));
        assert_eq!(of_withdrawals(&book, "XXX"), [Some(expected)], "{received}");
    }
}

#[test]
fn each_withdrawal_has_its_own_revocation_and_one_without_has_none() {
    let (mut book, x) = with_party("XXX");
    let first = book.withdrew("2018-07-01", &x, "2018-06-22");
    book.record("2018-08-01", &x, revoked(first, "2018-07-22"));
    book.withdrew("2020-07-01", &x, "2020-06-22");
    assert_eq!(of_withdrawals(&book, "XXX"), [Some(Revoked::InTime), None]);
}
