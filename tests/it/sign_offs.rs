//! Sign-offs through the whole write path: who may sign what in which capacity,
//! each audited at its end.

use merestone::{
    authoring::{Post, SignedSubmission},
    domain::*,
    sequencer::Outcome,
};

use crate::{
    governance::{admitted, changed, enrolled, on},
    support::*,
};

/// A mandate of a type over countries.
pub fn mandate(organisation: &str, mandate_type: MandateType, countries: &[&str]) -> Event {
    let countries = countries.iter().map(|country| country.parse().unwrap()).collect();
    let mandate = Mandate {
        mandate_type,
        treaties: Scope::Listed(Vec::new()),
        countries: Scope::Listed(countries),
        since: None,
        until: None,
        basis: "decree 1".into(),
    };
    on(organisation, RegistryBody::MandateGranted(MandateGranted { mandate }))
}

/// Admits an organisation with one post and mandates.
pub async fn admit(ledger: &TestLedger, post: &Post, role: Role, mandates: Vec<Event>) {
    let mut events = vec![admitted(post.organisation.as_str())];
    events.extend(enrolled(ledger, post, vec![role]));
    events.extend(mandates);
    ledger.submit(&ledger.sign(&ledger.registrar, events)).await.unwrap();
}

async fn recorded(ledger: &TestLedger) -> SignedSubmission {
    let signed = ledger.sign(&ledger.recorder, vec![record_opened()]);
    ledger.submit(&signed).await.unwrap();
    signed
}

#[tokio::test(flavor = "multi_thread")]
async fn a_national_authority_signs_for_its_own_country_only() {
    let ledger = TestLedger::new().await;
    let (own, other, none) = (post("authority-xx", "head"), post("authority-yy", "head"), post("board", "head"));
    let kind = MandateType::NationalAuthority;
    admit(&ledger, &own, Role::NationalAuthority, vec![mandate("authority-xx", kind, &["XX"])]).await;
    admit(&ledger, &other, Role::NationalAuthority, vec![mandate("authority-yy", kind, &["YY"])]).await;
    let recording = mandate("board", MandateType::RecordMinefields, &["XX"]);
    admit(&ledger, &none, Role::NationalAuthority, vec![recording]).await;
    let signed = recorded(&ledger).await;
    let by = |post: &Post| later_sign_off(ledger.id, &signed, post, Capacity::NationalAuthority, approve());
    assert_eq!(ledger.refusal(&by(&other)).await, "AuthorityMustCoverSubmission");
    assert_eq!(ledger.refusal(&by(&none)).await, "AuthorityMustCoverSubmission", "another type of mandate");
    ledger.submit(&by(&own)).await.unwrap();
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_is_a_colleague_or_of_an_organisation_that_the_author_named() {
    let ledger = TestLedger::new().await;
    let inspector = post("inspectors", "inspector-1");
    admit(&ledger, &inspector, Role::Verifier, Vec::new()).await;
    let signed = recorded(&ledger).await;
    let by = |post: &Post| later_sign_off(ledger.id, &signed, post, Capacity::Verifier, approve());
    assert_eq!(ledger.refusal(&by(&inspector)).await, "VerifierMustBeNamed");
    let named = OrganisationChange::VerifiersNamed(vec!["inspectors".parse().unwrap()]);
    ledger.submit(&ledger.sign(&ledger.registrar, vec![changed("desk", named)])).await.unwrap();
    ledger.submit(&by(&inspector)).await.unwrap();
    ledger.submit(&by(&ledger.verifier)).await.unwrap();
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_signs_off_once_whatever_key_it_uses() {
    let ledger = TestLedger::new().await;
    let second_key = post("desk", "verifier-1");
    let enrolment = on("desk", RegistryBody::KeyEnrolled(ledger.enrolment(&second_key)));
    ledger.submit(&ledger.sign(&ledger.registrar, vec![enrolment])).await.unwrap();
    let both = [(&ledger.verifier, Capacity::Verifier), (&second_key, Capacity::Verifier)];
    let twice = ledger.sign_with(&ledger.recorder, vec![record_opened()], &both);
    assert_eq!(ledger.refusal(&twice).await, "SignOffMustBeNew");
    let signed = recorded(&ledger).await;
    let by = |post: &Post| later_sign_off(ledger.id, &signed, post, Capacity::Verifier, approve());
    ledger.submit(&by(&ledger.verifier)).await.unwrap();
    assert_eq!(ledger.refusal(&by(&second_key)).await, "SignOffMustBeNew");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sign_offs_on_bytes_that_are_on_record_those_enter_that_may_and_the_others_are_named() {
    let ledger = TestLedger::new().await;
    let (authority, inspector) = (post("authority-xx", "head"), post("inspectors", "inspector-1"));
    let over = mandate("authority-xx", MandateType::NationalAuthority, &["XX"]);
    admit(&ledger, &authority, Role::NationalAuthority, vec![over]).await;
    admit(&ledger, &inspector, Role::Verifier, Vec::new()).await;
    let with = [
        (&ledger.verifier, Capacity::Verifier),
        (&inspector, Capacity::Verifier),
        (&authority, Capacity::NationalAuthority),
    ];
    let whole = ledger.sign_with(&ledger.recorder, vec![record_opened()], &with);
    assert_eq!(ledger.refusal(&whole).await, "VerifierMustBeNamed", "what is not on record enters whole or not at all");
    let first = receipt(ledger.submit(&bare(&whole)).await.unwrap());

    let size = || ledger.node.sequencer().published().head.tree.size;
    for entries in [1, 0] {
        let before = size();
        let Outcome::Repeated { receipt, left_out, .. } = ledger.submit(&whole).await.unwrap() else {
            panic!("these bytes are on record")
        };
        assert_eq!(receipt.index, first.index);
        let [left_out] = left_out.as_slice() else { panic!("one may not enter: {left_out:?}") };
        let told = (&left_out.signer, left_out.capacity, left_out.rejection.rule.code());
        assert_eq!(told, (&inspector.signer(), Capacity::Verifier, "VerifierMustBeNamed"));
        assert_eq!(size().0 - before.0, entries, "the others enter once, in one entry");
    }
    let named = OrganisationChange::VerifiersNamed(vec!["inspectors".parse().unwrap()]);
    ledger.submit(&ledger.sign(&ledger.registrar, vec![changed("desk", named)])).await.unwrap();
    let again = ledger.submit(&whole).await.unwrap();
    assert!(matches!(&again, Outcome::Repeated { left_out, .. } if left_out.is_empty()), "{again:?}");
    ledger.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_signs_off_nothing_of_its_own_in_any_capacity_or_with_another_key() {
    let ledger = TestLedger::new().await;
    let second_key = post("desk", "recorder-1");
    let enrolment = on("desk", RegistryBody::KeyEnrolled(ledger.enrolment(&second_key)));
    ledger.submit(&ledger.sign(&ledger.registrar, vec![enrolment])).await.unwrap();
    let signed = recorded(&ledger).await;
    for author in [&ledger.recorder, &second_key] {
        for capacity in [Capacity::Verifier, Capacity::Counterparty, Capacity::NationalAuthority, Capacity::Vouching] {
            let own = later_sign_off(ledger.id, &signed, author, capacity, approve());
            assert_eq!(ledger.refusal(&own).await, "SignOffMustBeByAnother", "{capacity}");
        }
    }
    ledger.audited().await;
}
