//! Successions, declarations, retractions, contests, protocols, depositaries, objections: each rule by itself.

use super::*;
use crate::treaties::{Days, DecidedBy, Stance, StatusRule, WindowStart};

pub const CONVENTION: &str = "untc:XXVI-2";

pub fn succession(predecessor: &str, to: SuccessionTo, succeeded: &str, received: &str) -> TreatyBody {
    TreatyBody::SuccessionNotified(SuccessionNotified {
        predecessor: predecessor.parse().unwrap(),
        succeeds_to: to,
        succeeded: world(succeeded),
        received_by_depositary: world(received),
    })
}

pub fn declaration(declaration_type: DeclarationType, made: &str) -> DeclarationMade {
    DeclarationMade {
        declaration_type,
        made: world(made),
        article: "".into(),
        text: "a text".into(),
        made_with: None,
        changes: None,
        territory: None,
        effective: None,
    }
}

pub fn declared(body: DeclarationMade) -> TreatyBody {
    TreatyBody::DeclarationMade(Box::new(body))
}

fn shared(body: SharedBody) -> Body {
    Body::Shared(body)
}

pub fn retraction(target: EventReference) -> Body {
    shared(SharedBody::EventRetracted(EventRetracted { target, reason: "of another State".into() }))
}

pub fn contest(target: EventReference, by: &str, on: &str) -> Body {
    let body = EventContested { target, grounds: "not so".into(), contested_by: by.into(), contested: world(on) };
    shared(SharedBody::EventContested(body))
}

pub fn resolution(statements: &[&EventReference], accepted: Option<&EventReference>) -> Body {
    let statements = statements.iter().map(|statement| (*statement).clone()).collect();
    let (accepted, reasons) = (accepted.cloned(), "the official record".into());
    shared(SharedBody::ContestResolved(ContestResolved {
        statements,
        accepted,
        reasons,
        resolved: world("2025-11-04"),
    }))
}

pub fn notification(covers: Vec<EventReference>, issued: &str) -> TreatyBody {
    TreatyBody::DepositaryNotificationIssued(Box::new(DepositaryNotificationIssued {
        reference: "C.N.1".into(),
        issued: world(issued),
        circulated: None,
        covers,
        summary: "".into(),
    }))
}

/// Another protocol of the convention.
const OTHER_PROTOCOL: &str = "untc:XXVI-2-a";

/// A convention like the CCW: its denunciation takes the protocol along.
pub fn convention_with_protocol() -> Book {
    let mut book = Book::default();
    let convention = Clauses {
        cascade_to: vec![PROTOCOL.parse().unwrap()],
        consent: Some(ConsentClause { minimum_protocols: 2, article: "4(3)".into() }),
        ..protocol_clauses()
    };
    book.record("2025-03-17", &format!("treaty/{CONVENTION}"), registered(Some(convention), "1980-10-10"));
    let effect = |on| effect(TreatyEffect::EntryIntoForce, on);
    book.record("2025-03-17", &format!("treaty/{CONVENTION}"), effect("1983-12-02"));
    let TreatyBody::TreatyRegistered(mut protocol) = registered(Some(protocol_clauses()), "1996-05-03") else {
        unreachable!("it registers a treaty")
    };
    protocol.parent = Some(CONVENTION.parse().unwrap());
    for id in [PROTOCOL, OTHER_PROTOCOL] {
        book.record("2025-03-17", &format!("treaty/{id}"), TreatyBody::TreatyRegistered(protocol.clone()));
    }
    book.record("2025-03-17", &format!("treaty/{PROTOCOL}"), effect("1998-12-03"));
    book
}

fn with_protocols(on: &str, protocols: &[&str]) -> TreatyBody {
    let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Accession, on) else { unreachable!("a deposit") };
    let protocols = protocols.iter().map(|protocol| protocol.parse().unwrap()).collect();
    TreatyBody::InstrumentDeposited(InstrumentDeposited { protocols, ..body })
}

fn depositary(book: &mut Book, mandate_type: MandateType) {
    let treaties = Scope::All;
    let mandate = Mandate { mandate_type, treaties, countries: Scope::All, since: None, until: None, basis: "".into() };
    let organisation = "authority".parse().unwrap();
    book.mandates.push(GrantedMandate { organisation, granted: Index(0), mandate });
}

fn by_authority(recorded: &mut Recorded) {
    recorded.author.organisation = "authority".parse().unwrap();
}

#[test]
fn a_successor_is_bound_from_the_succession_although_it_notified_later() {
    let mut book = two_treaties();
    let before = format!("participation/{OTTAWA}/SDN");
    book.deposited(&before, ConsentMode::Accession, "2003-10-13");
    let successor = format!("participation/{OTTAWA}/SSD");
    book.record("2025-04-01", &successor, succession("SDN", SuccessionTo::Consent, "2011-07-09", "2011-11-11"));
    let on = |at| certain(&book.now(OTTAWA, "SSD", at));
    assert_eq!((on("2011-07-08"), on("2011-07-09")), (TreatyStatus::NonParticipant, TreatyStatus::Party));
    let earlier = book.known_on("2025-03-31", OTTAWA, "SSD", "2012-01-01");
    assert_eq!(certain(&earlier), TreatyStatus::NonParticipant, "before it was recorded nothing was known of it");
    let answer = book.now(OTTAWA, "SSD", "2012-01-01");
    assert!(answer.overlays.iter().any(|overlay| matches!(overlay, Overlay::RetroactiveSuccession { .. })));
    assert_eq!(codes(&answer), Vec::<&str>::new());
}

#[test]
fn a_succession_to_who_never_took_part_is_remarked_and_stands() {
    let mut book = two_treaties();
    let successor = format!("participation/{OTTAWA}/SSD");
    book.record("2025-04-01", &successor, succession("SDN", SuccessionTo::Consent, "2011-07-09", "2011-11-11"));
    let answer = book.now(OTTAWA, "SSD", "2012-01-01");
    assert_eq!((certain(&answer), codes(&answer)), (TreatyStatus::Party, vec!["predecessor_not_bound"]));
}

#[test]
fn a_succession_to_a_signature_makes_a_signatory() {
    let mut book = two_treaties();
    book.signed(&format!("participation/{OTTAWA}/AAA"), "1998-01-01");
    let x = format!("participation/{OTTAWA}/XXX");
    book.record("2025-04-01", &x, succession("AAA", SuccessionTo::Signature, "1998-06-01", "1998-07-01"));
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "1998-06-01")), TreatyStatus::Signatory);
}

#[test]
fn two_that_name_each_other_as_predecessor_end_the_search() {
    let mut book = two_treaties();
    for (who, of) in [("XXX", "YYY"), ("YYY", "XXX")] {
        let body = succession(of, SuccessionTo::Consent, "2011-07-09", "2011-11-11");
        book.record("2025-04-01", &format!("participation/{OTTAWA}/{who}"), body);
    }
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2012-01-01")), TreatyStatus::Party);
}

#[test]
fn who_declares_not_to_become_a_party_is_a_former_signatory_until_it_consents() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/XXX");
    book.signed(&x, "1998-01-01");
    let intention = declaration(DeclarationType::IntentionNotToBecomeParty, "2002-05-06");
    book.record("2025-03-18", &x, declared(intention));
    let former = TreatyStatus::FormerSignatory { since: day("2002-05-06") };
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2002-05-05")), TreatyStatus::Signatory);
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2003-01-01")), former);
    book.deposited(&x, ConsentMode::Ratification, "2004-01-10");
    assert_eq!(certain(&book.now(OTTAWA, "XXX", "2004-08-01")), TreatyStatus::Party);
}

#[test]
fn leaving_the_convention_leaves_its_protocol_on_the_same_day() {
    let mut book = convention_with_protocol();
    let (above, below) = (format!("participation/{CONVENTION}/XXX"), format!("participation/{PROTOCOL}/XXX"));
    book.deposited(&above, ConsentMode::Accession, "2000-01-15");
    book.deposited(&below, ConsentMode::ConsentToBeBound, "2001-02-20");
    book.withdrew("2025-04-01", &above, "2025-03-20");
    let pending = TreatyStatus::WithdrawalPending { effective: Some(day("2026-03-20")) };
    assert_eq!(certain(&book.now(PROTOCOL, "XXX", "2025-03-20")), pending);
    let answer = book.now(PROTOCOL, "XXX", "2026-03-20");
    assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-03-20") });
    let step = answer.outcomes[0].steps.iter().find(|step| step.rule == StatusRule::Cascade).unwrap();
    assert!(step.sentence.contains(CONVENTION), "{}", step.sentence);
    let again = book.deposited(&below, ConsentMode::ConsentToBeBound, "2026-04-01");
    assert_eq!(certain(&book.now(PROTOCOL, "XXX", "2026-10-01")), TreatyStatus::Party, "{again:?}");
}

#[test]
fn leaving_a_protocol_does_not_leave_its_convention() {
    let mut book = convention_with_protocol();
    let (above, below) = (format!("participation/{CONVENTION}/XXX"), format!("participation/{PROTOCOL}/XXX"));
    book.deposited(&above, ConsentMode::Accession, "2000-01-15");
    book.deposited(&below, ConsentMode::ConsentToBeBound, "2001-02-20");
    book.withdrew("2025-04-01", &below, "2025-03-20");
    assert_eq!(certain(&book.now(CONVENTION, "XXX", "2026-03-20")), TreatyStatus::Party);
    assert_eq!(
        certain(&book.now(PROTOCOL, "XXX", "2026-03-20")),
        TreatyStatus::FormerParty { since: day("2026-03-20") }
    );
}

#[test]
fn treaties_that_are_each_others_parent_end_the_search() {
    let mut book = Book::default();
    for (treaty, parent) in [("a:1", "a:2"), ("a:2", "a:1")] {
        let clauses = Clauses { cascade_to: vec![parent.parse().unwrap()], ..ottawa_clauses() };
        let TreatyBody::TreatyRegistered(mut body) = registered(Some(clauses), "1990") else { unreachable!() };
        body.parent = Some(parent.parse().unwrap());
        book.record("2025-03-17", &format!("treaty/{treaty}"), TreatyBody::TreatyRegistered(body));
        book.deposited(&format!("participation/{treaty}/XXX"), ConsentMode::Accession, "2000-01-15");
    }
    book.withdrew("2025-04-01", "participation/a:1/XXX", "2025-03-20");
    assert_eq!(certain(&book.now("a:2", "XXX", "2025-09-20")), TreatyStatus::FormerParty { since: day("2025-09-20") });
}

#[test]
fn an_instrument_that_names_protocols_consents_to_them() {
    let mut book = convention_with_protocol();
    let above = format!("participation/{CONVENTION}/XXX");
    book.record("2025-03-18", &above, with_protocols("2000-01-15", &[PROTOCOL, OTHER_PROTOCOL]));
    assert_eq!(certain(&book.now(PROTOCOL, "XXX", "2000-07-15")), TreatyStatus::Party);
    book.deposited(&format!("participation/{PROTOCOL}/XXX"), ConsentMode::ConsentToBeBound, "2000-01-15");
    assert_eq!(codes(&book.now(PROTOCOL, "XXX", "2000-07-15")), Vec::<&str>::new(), "told twice is told once");
    assert_eq!(codes(&book.now(CONVENTION, "XXX", "2000-07-15")), Vec::<&str>::new());
}

#[test]
fn a_first_consent_to_one_protocol_where_two_are_asked_for_is_remarked() {
    let mut book = convention_with_protocol();
    book.record("2025-03-18", &format!("participation/{CONVENTION}/XXX"), with_protocols("2000-01-15", &[PROTOCOL]));
    let answer = book.now(CONVENTION, "XXX", "2000-07-15");
    assert_eq!((certain(&answer), codes(&answer)), (TreatyStatus::Party, vec!["needs_two_protocols"]));
}

#[test]
fn consents_to_protocols_in_acts_of_their_own_count_up_to_the_day_of_the_first_instrument() {
    let consented = |deposits: &[(&str, &str)]| {
        let mut book = convention_with_protocol();
        for (treaty, on) in deposits {
            book.deposited(&format!("participation/{treaty}/XXX"), ConsentMode::ConsentToBeBound, on);
        }
        codes(&book.now(CONVENTION, "XXX", "2005-01-01"))
    };
    let (day, after) = ("2000-01-15", "2000-01-16");
    let remarked = vec!["needs_two_protocols"];
    assert_eq!(consented(&[(CONVENTION, day), (PROTOCOL, day), (OTHER_PROTOCOL, day)]), Vec::<&str>::new());
    assert_eq!(consented(&[(CONVENTION, day), (PROTOCOL, day), (OTHER_PROTOCOL, after)]), remarked);
    assert_eq!(consented(&[(CONVENTION, day), (PROTOCOL, day)]), remarked);
    assert_eq!(consented(&[(CONVENTION, day), (PROTOCOL, day), (OTTAWA, day)]), remarked, "that is no protocol of it");
}

#[test]
fn only_protocols_that_are_registered_count_and_others_are_remarked() {
    let mut book = convention_with_protocol();
    let above = format!("participation/{CONVENTION}/XXX");
    book.record("2025-03-18", &above, with_protocols("2000-01-15", &[PROTOCOL, "untc:unknown", OTTAWA]));
    let answer = book.now(CONVENTION, "XXX", "2000-07-15");
    assert_eq!(codes(&answer), vec!["needs_two_protocols", "protocol_not_registered"]);
    let found = answer.findings.iter().find(|it| it.finding.code == LegalRemark::ProtocolNotRegistered).unwrap();
    assert!(found.finding.message.ends_with(&format!("untc:unknown, {OTTAWA}")), "{}", found.finding.message);
}

#[test]
fn provisional_application_that_no_clause_provides_for_is_remarked_however_it_is_declared() {
    let provided = |permission: Option<Permission>| {
        let mut book = Book::default();
        let clause = |permission| ProvisionalApplicationClause { permission, scope: "".into(), article: "18".into() };
        let clauses = Clauses { provisional_application: permission.map(clause), ..protocol_clauses() };
        book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "1990-01-01"));
        book.record("2025-03-17", "treaty/a:1", effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
        let body = |on| {
            let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Accession, on) else { unreachable!() };
            body
        };
        let with = InstrumentDeposited { provisional_application: true, ..body("2005-01-10") };
        book.record("2025-03-18", "participation/a:1/XXX", TreatyBody::InstrumentDeposited(with));
        book.record("2025-03-18", "participation/a:1/YYY", TreatyBody::InstrumentDeposited(body("2005-01-10")));
        let declared_apart = declaration(DeclarationType::ProvisionalApplication, "2005-01-10");
        book.record("2025-03-18", "participation/a:1/YYY", declared(declared_apart));
        ["XXX", "YYY"].map(|who| {
            let answer = book.now("a:1", who, "2005-02-01");
            let applied = answer.overlays.iter().any(|it| matches!(it, Overlay::ProvisionalApplication { .. }));
            (codes(&answer), applied)
        })
    };
    let remarked = (vec!["provisional_application_not_provided"], false);
    assert_eq!(provided(None), [remarked.clone(), remarked.clone()]);
    assert_eq!(provided(Some(Permission::Prohibited)), [remarked.clone(), remarked]);
    assert_eq!(provided(Some(Permission::Permitted)), [(Vec::new(), true), (Vec::new(), true)]);
}

#[test]
fn of_deposits_with_several_depositaries_the_earliest_counts() {
    let mut book = Book::default();
    let depositaries = ["London", "Moscow", "Washington"].map(Into::into).to_vec();
    let clauses = Clauses { depositaries, ..protocol_clauses() };
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "1968-07-01"));
    book.record("2025-03-17", "treaty/a:1", effect(TreatyEffect::EntryIntoForce, "1970-03-05"));
    for (on, with) in [("1975-05-02", "London"), ("1975-04-28", "Moscow"), ("1975-05-02", "Washington")] {
        let TreatyBody::InstrumentDeposited(body) = deposit(ConsentMode::Accession, on) else { unreachable!() };
        let body = InstrumentDeposited { depositary: with.into(), ..body };
        book.record("2025-03-18", "participation/a:1/XXX", TreatyBody::InstrumentDeposited(body));
    }
    let answer = book.now("a:1", "XXX", "1975-10-28");
    assert_eq!((certain(&answer), codes(&answer)), (TreatyStatus::Party, Vec::new()));
    assert_eq!(certain(&book.now("a:1", "XXX", "1975-10-27")), TreatyStatus::Contracting);
}

#[test]
fn a_reservation_that_the_treaty_forbids_is_on_record_with_a_finding() {
    let (mut book, x) = with_party("XXX");
    book.record("2025-03-18", &x, declared(declaration(DeclarationType::Reservation, "2012-12-27")));
    let answer = book.now(OTTAWA, "XXX", "2026-01-01");
    assert_eq!((certain(&answer), codes(&answer)), (TreatyStatus::Party, vec!["impermissible_reservation"]));
    assert!(answer.overlays.iter().any(|overlay| matches!(overlay, Overlay::Declaration(_))));
}

#[test]
fn a_reservation_made_when_signing_must_be_confirmed_with_the_consent() {
    let mut book = Book::default();
    let clauses = Clauses { reservations: Some(Permission::Permitted), ..ottawa_clauses() };
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", "treaty/a:1", effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    let x = "participation/a:1/XXX";
    book.signed(x, "1997-12-04");
    book.record("2025-03-18", x, declared(declaration(DeclarationType::Reservation, "1997-12-04")));
    book.deposited(x, ConsentMode::Ratification, "2012-12-27");
    assert_eq!(codes(&book.now("a:1", "XXX", "2026-01-01")), ["reservation_not_confirmed"]);
    book.record("2025-03-19", x, declared(declaration(DeclarationType::Reservation, "2012-12-27")));
    assert_eq!(codes(&book.now("a:1", "XXX", "2026-01-01")), Vec::<&str>::new());
}

#[test]
fn a_declaration_stands_until_it_is_withdrawn_and_a_modified_one_until_then() {
    let (mut book, x) = with_party("XXX");
    let first = book.record("2025-03-18", &x, declared(declaration(DeclarationType::Interpretative, "2012-12-27")));
    let changes = |declaration, change| Some(ChangedDeclaration { declaration, change });
    let modified = DeclarationMade {
        changes: changes(first, DeclarationChange::Modifies),
        ..declaration(DeclarationType::Interpretative, "2015-01-10")
    };
    let second = book.record("2025-03-18", &x, declared(modified));
    let withdrawn = DeclarationMade {
        changes: changes(second, DeclarationChange::Withdraws),
        ..declaration(DeclarationType::Interpretative, "2020-01-10")
    };
    book.record("2025-03-18", &x, declared(withdrawn));
    let standing = |at| {
        let overlays = book.now(OTTAWA, "XXX", at).overlays;
        let found = overlays.into_iter().filter_map(|overlay| match overlay {
            Overlay::Declaration(declared) => Some(declared.made.unwrap().to_string()),
            _ => None,
        });
        found.collect::<Vec<_>>()
    };
    assert_eq!(standing("2012-12-26"), Vec::<String>::new());
    assert_eq!(standing("2013-01-01"), ["2012-12-27"]);
    assert_eq!(standing("2015-01-10"), ["2015-01-10"]);
    assert_eq!(standing("2020-01-10"), Vec::<String>::new());
}

#[test]
fn territory_is_told_beside_the_status() {
    let (mut book, x) = with_party("XXX");
    let territory = Some(Territory { units: vec!["An island".into()], effect: TerritorialEffect::Extends });
    let scope = DeclarationMade { territory, ..declaration(DeclarationType::TerritorialScope, "2014-02-21") };
    book.record("2025-03-18", &x, declared(scope));
    let scoped = |at| {
        let overlays = book.now(OTTAWA, "XXX", at).overlays;
        overlays
            .iter()
            .any(|overlay| matches!(overlay, Overlay::TerritorialScope(found) if &*found.units[0] == "An island"))
    };
    assert!(!scoped("2014-02-20") && scoped("2014-02-21"));
}

#[test]
fn what_was_taken_back_counts_no_more_and_is_told() {
    let (mut book, x) = with_party("XXX");
    let notice = book.withdrew("2025-07-18", &x, "2025-07-18");
    book.entry("2025-08-01", &x, retraction(notice), |_| {});
    let before = book.known_on("2025-07-31", OTTAWA, "XXX", "2026-02-01");
    assert_eq!(certain(&before), TreatyStatus::FormerParty { since: day("2026-01-18") });
    let answer = book.now(OTTAWA, "XXX", "2026-02-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    assert!(answer.outcomes[0].steps.iter().any(|step| step.rule == StatusRule::Retraction));
}

#[test]
fn a_correction_of_what_had_been_taken_back_is_remarked_and_changes_nothing() {
    let remarked = |answer: &Answer| -> Vec<(LegalRemark, u64)> {
        let findings = answer.findings.iter().map(|it| &it.finding);
        let on = findings.filter_map(|it| Some((it.code, it.event.as_ref()?.position.index.0)));
        on.filter(|(code, _)| *code == LegalRemark::CorrectionOfRetracted).collect()
    };
    let (mut book, x) = with_party("XXX");
    let withdrawn = book.withdrew("2025-07-18", &x, "2025-07-18");
    book.entry("2025-07-25", &x, correction(withdrawn.clone(), notice("2025-07-19")), |_| {});
    book.entry("2025-08-01", &x, retraction(withdrawn.clone()), |_| {});
    let before = book.now(OTTAWA, "XXX", "2026-02-01");
    assert_eq!(remarked(&before), [], "what was corrected first was taken back as it stood");
    let last = book.size().0;
    book.entry("2025-08-05", &x, correction(withdrawn, notice("2025-07-20")), |_| {});
    let answer = book.now(OTTAWA, "XXX", "2026-02-01");
    assert_eq!(remarked(&answer), [(LegalRemark::CorrectionOfRetracted, last)]);
    assert_eq!(certain(&answer), TreatyStatus::Party);
    let other = book.now(OTTAWA, "YYY", "2026-02-01");
    assert_eq!(remarked(&other), [], "it is about one participation");
}

#[test]
fn a_resolution_by_the_authority_for_the_act_goes_before_every_weight() {
    for (accepted_first, expected) in [(true, "2026-02-05"), (false, "2026-02-20")] {
        let (mut book, x) = with_party("XXX");
        depositary(&mut book, MandateType::Depositary);
        let rival = |recorded: &mut Recorded| recorded.event.act = Some("withdrawal".into());
        let first = book.entry("2025-08-06", &x, Body::Treaty(notice("2025-08-05")), rival);
        let second = book.entry("2025-08-21", &x, Body::Treaty(notice("2025-08-20")), rival);
        let accepted = if accepted_first { &first } else { &second };
        book.entry("2025-11-05", &x, resolution(&[&first, &second], Some(accepted)), by_authority);
        let answer = book.now(OTTAWA, "XXX", "2026-03-01");
        assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day(expected) });
        assert_eq!(answer.claims[0].decided_by, DecidedBy::Resolution);
        assert_eq!(answer.claims[0].statements.len(), 2, "what was not accepted stays beside it");
    }
}

#[test]
fn a_resolution_without_the_mandate_for_the_act_decides_nothing() {
    let (mut book, x) = with_party("XXX");
    let rival = |recorded: &mut Recorded| recorded.event.act = Some("withdrawal".into());
    let first = book.entry("2025-08-06", &x, Body::Treaty(notice("2025-08-05")), rival);
    let second = book.entry("2025-08-21", &x, Body::Treaty(notice("2025-08-20")), rival);
    book.entry("2025-11-05", &x, resolution(&[&first, &second], Some(&first)), |_| {});
    let claims = book.now(OTTAWA, "XXX", "2026-03-01").claims;
    assert_eq!((claims[0].decided_by, claims[0].resolution.is_none()), (DecidedBy::Nothing, true));
}

#[test]
fn where_no_statement_is_accepted_the_act_does_nothing() {
    let (mut book, x) = with_party("XXX");
    depositary(&mut book, MandateType::Depositary);
    let only = book.withdrew("2025-08-06", &x, "2025-08-05");
    book.entry("2025-11-05", &x, resolution(&[&only], None), by_authority);
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    assert_eq!(certain(&answer), TreatyStatus::Party);
    assert!(!answer.claims[0].statements[0].followed);
}

#[test]
fn the_view_of_an_authority_prefers_its_word_alone() {
    let (mut book, x) = with_party("XXX");
    depositary(&mut book, MandateType::TreatyBody);
    let first_hand = |recorded: &mut Recorded| {
        by_authority(recorded);
        recorded.event.act = Some("withdrawal".into());
        recorded.event.source = Some(source(SourceClass::TreatyBody, false));
    };
    let rival = |recorded: &mut Recorded| recorded.event.act = Some("withdrawal".into());
    book.entry("2025-08-06", &x, Body::Treaty(notice("2025-08-05")), rival);
    book.entry("2025-08-21", &x, Body::Treaty(notice("2025-08-20")), first_hand);
    let since = |view| {
        let answer = book.asked(OTTAWA, "XXX", "2026-03-01", book.size(), view);
        answer.outcomes.iter().map(|outcome| outcome.status).collect::<Vec<_>>()
    };
    let former = |since| TreatyStatus::FormerParty { since: day(since) };
    assert_eq!(since(ViewName::TreatyBody), [former("2026-02-20")]);
    assert_eq!(since(ViewName::Default), [former("2026-02-05")], "there a government's record goes before");
}

#[test]
fn a_contest_stands_beside_the_statement_and_changes_nothing() {
    let (mut book, x) = with_party("XXX");
    let notice = book.withdrew("2025-08-06", &x, "2025-08-05");
    book.entry("2025-08-07", &x, contest(notice, "YYY", "2025-08-07"), |_| {});
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    assert_eq!(certain(&answer), TreatyStatus::FormerParty { since: day("2026-02-05") });
    assert_eq!(&*answer.claims[0].statements[0].contests[0].by, "YYY");
}

#[test]
fn objections_are_in_time_or_late_by_each_count_and_may_be_withdrawn() {
    let (mut book, x) = with_party("XXX");
    let objecting = Clauses {
        objection: Some(ObjectionClause { reservation_months: 12, claim_months: 3, article: "VCLT 65(2)".into() }),
        ..ottawa_clauses()
    };
    let registration = book.events[0].reference();
    let treaty = format!("treaty/{OTTAWA}");
    book.entry("2025-03-18", &treaty, correction(registration, registered(Some(objecting), "1997-09-18")), |_| {});
    let suspended = book.record("2025-07-22", &x, suspension("2025-07-18", "-"));
    book.record("2025-07-23", &treaty, notification(vec![suspended.clone()], "2025-07-21"));
    let mut objects = |who: &str, lodged: &str| {
        let y = format!("participation/{OTTAWA}/{who}");
        book.deposited(&y, ConsentMode::Accession, "2001-01-01");
        book.record("2026-01-01", &y, objection(suspended.clone(), lodged))
    };
    objects("AAA", "2025-10-17");
    objects("BBB", "2025-10-20");
    objects("CCC", "2025-10-22");
    let withdrawn = objects("DDD", "2025-10-01");
    let changes = Some(ChangedDeclaration { declaration: withdrawn, change: DeclarationChange::Withdraws });
    let body = DeclarationMade { changes, ..declaration(DeclarationType::Other, "2025-12-01") };
    book.record("2026-01-02", &format!("participation/{OTTAWA}/DDD"), declared(body));
    let answer = book.now(OTTAWA, "XXX", "2026-01-15");
    let found = suspensions(&answer)[0];
    let ends: Vec<_> = found.windows.iter().map(|window| (window.from, window.ends)).collect();
    let on = |text| Days::on(day(text));
    assert_eq!(ends, [(WindowStart::Notification, on("2025-10-18")), (WindowStart::Circulation, on("2025-10-21"))]);
    let met = |who: &str| {
        let reaction = found.reactions.iter().find(|reaction| &*reaction.by == who).unwrap();
        assert_eq!(reaction.stance, Stance::Objects);
        found.windows.iter().map(|window| window.is_met_by(reaction.date.as_ref())).collect::<Vec<_>>()
    };
    assert_eq!(met("AAA"), [Some(true), Some(true)]);
    assert_eq!(met("BBB"), [Some(false), Some(true)], "the counts differ");
    assert_eq!(met("CCC"), [Some(false), Some(false)]);
    assert_eq!(found.contested_by(), ["AAA", "BBB", "CCC"], "the withdrawn one contests no more");
    assert_eq!(codes(&answer), ["objection_late"]);
}

#[test]
fn a_withdrawal_that_nobody_notified_is_remarked_after_thirty_days() {
    let (mut book, x) = with_party("XXX");
    let notice = book.withdrew("2025-07-18", &x, "2025-07-18");
    let silent = |answer: &Answer| answer.findings.iter().any(|remark| remark.finding.code == LegalRemark::NotNotified);
    book.record("2025-08-17", "participant/XXX", conflict(ConflictEngagement::NotEngaged, "2025", "-", "XXX"));
    assert!(!silent(&book.now(OTTAWA, "XXX", "2025-09-01")), "the thirtieth day");
    book.record("2025-08-18", "participant/XXX", conflict(ConflictEngagement::NotEngaged, "2025", "-", "XXX"));
    assert!(silent(&book.now(OTTAWA, "XXX", "2025-09-01")));
    book.record("2025-08-19", &format!("treaty/{OTTAWA}"), notification(vec![notice], "2025-07-21"));
    assert!(!silent(&book.now(OTTAWA, "XXX", "2025-09-01")));
}

#[test]
fn two_reports_within_two_days_may_be_one_act() {
    let mut book = two_treaties();
    let x = format!("participation/{OTTAWA}/TON");
    book.deposited(&x, ConsentMode::Accession, "2025-06-25");
    let other = |recorded: &mut Recorded| recorded.event.source.as_mut().unwrap().name = "another paper".into();
    book.entry("2025-06-28", &x, Body::Treaty(deposit(ConsentMode::Accession, "2025-06-26")), other);
    assert_eq!(codes(&book.now(OTTAWA, "TON", "2025-12-01")), ["consent_while_bound", "possible_duplicate"]);
    let told = |book: &Book| {
        let findings = book.now(OTTAWA, "TON", "2025-12-01").findings;
        let doubled = findings.into_iter().find(|it| it.finding.code == LegalRemark::PossibleDuplicate).unwrap();
        doubled.finding.message.to_string()
    };
    let first = book.events[book.events.len() - 2].position.index.0;
    assert!(told(&book).contains(&format!("the act of entry {first}, event 1: ")), "{}", told(&book));
    let at = book.events.len() - 2;
    book.events[at].position.ordinal = 3;
    assert!(told(&book).contains(&format!("the act of entry {first}, event 4: ")), "{}", told(&book));
}

#[test]
fn a_deferred_withdrawal_takes_effect_a_day_later_where_the_clauses_say_so() {
    let mut book = Book::default();
    let mut clauses = ottawa_clauses();
    clauses.withdrawal.as_mut().unwrap().day_after_conflict = true;
    book.record("2025-03-17", "treaty/a:1", registered(Some(clauses), "1997-09-18"));
    book.record("2025-03-17", "treaty/a:1", effect(TreatyEffect::EntryIntoForce, "1999-03-01"));
    book.deposited("participation/a:1/XXX", ConsentMode::Accession, "2005-01-01");
    book.withdrew("2025-07-18", "participation/a:1/XXX", "2025-07-18");
    let engaged = conflict(ConflictEngagement::Engaged, "2022-02-24", "2026-05-01", "XXX");
    book.record("2025-07-18", "participant/XXX", engaged);
    assert_eq!(certain(&book.now("a:1", "XXX", "2026-05-02")), TreatyStatus::FormerParty { since: day("2026-05-02") });
}

#[test]
fn every_answer_names_what_it_rests_on() {
    let (mut book, x) = with_party("XXX");
    book.withdrew("2025-07-18", &x, "2025-07-18");
    let answer = book.now(OTTAWA, "XXX", "2026-03-01");
    let indexes: Vec<u64> = answer.rests_on.iter().map(|event| event.position.index.0).collect();
    assert_eq!(indexes, [0, 1, 4, 5, 6], "registration, entry into force, signature, consent, notice");
    assert_eq!(answer.clauses.unwrap().event.position.index, Index(0));
}

#[test]
fn a_conflict_asserted_until_a_day_before_it_began_is_remarked() {
    let told = |since, until| {
        let (mut book, x) = with_party("XXX");
        book.withdrew("2025-07-18", &x, "2025-07-18");
        let engaged = conflict(ConflictEngagement::Engaged, since, until, "XXX");
        book.record("2025-07-18", "participant/XXX", engaged);
        codes(&book.now(OTTAWA, "XXX", "2026-03-01")).contains(&"period_ends_before_it_begins")
    };
    assert!(told("2025-01-01", "2024-01-01") && told("2025", "2024-12"));
    assert!(!told("2025-01-01", "2025-01-01") && !told("2025-01", "2025"), "it may be a day");
}
