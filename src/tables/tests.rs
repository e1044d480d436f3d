//! Whole tables: from text to plan, and from acts to text and back.

mod brackets;
mod left_out;
mod names;
mod predecessors;

use std::collections::BTreeMap;

use super::{
    testing::{MAPPING, known, mapping},
    *,
};
use crate::domain::{
    ConsentMode, DeclarationMade, DeclarationType, EffectStated, EventId, EventReference, InstrumentDeposited, Revoked,
    SignatureAffixed, SignatureType, SuccessionNotified, SuccessionTo, TreatyEffect, WithdrawalNotified,
    WithdrawalRevoked, WithdrawalStyle, WorldDate,
};

fn world(text: &str) -> Option<WorldDate> {
    Some(text.parse().unwrap())
}

fn planned(table: &str, mapping: &Mapping, held: &HeldTable) -> Plan {
    let sheet = read(table.as_bytes(), None, mapping).unwrap_or_else(|refused| panic!("{refused:?}"));
    plan(&sheet, &Names::new(&known(), mapping), held, &|_, _| None, mapping)
}

/// A table of these rows, and of footnotes below.
fn table(rows: &str, footnotes: &str) -> String {
    let below = if footnotes.is_empty() { String::new() } else { format!("Footnotes,,\n{FOOTNOTES}{footnotes}") };
    format!("Participant,Signature,Deposit\n{rows}{below}")
}

const FOOTNOTES: &str = "mark,meaning,date,effective,name,signature,deposit,text\n";

fn plan_of(rows: &str, footnotes: &str) -> Plan {
    planned(&table(rows, footnotes), &mapping(), &HeldTable::default())
}

/// What is planned, in words, with who does it.
fn words(plan: &Plan) -> Vec<String> {
    let acts = plan.rows.iter().flat_map(|row| &row.acts);
    acts.map(|act| format!("{} {}", act.participant, act.in_words())).collect()
}

fn codes(plan: &Plan) -> Vec<(u64, &'static str)> {
    plan.refusals().map(|refusal| (refusal.line, refusal.rule.code())).collect()
}

#[test]
fn each_code_becomes_the_act_that_it_stands_for() {
    let rows = "Eastland,4 Dec 1997,1 Mar 1999\nWestland,5 Dec 1997 s,1 Mar 1999 A\nNorthland,,2 Mar 1999 AA\n\
                Southland,,3 Mar 1999 a; 3 Mar 1999 n\nOldland,,4 Mar 1999 P\nMidland,,5 Mar 1999 c\nMidland North,,6 Mar 1999 s\n";
    let plan = plan_of(rows, "");
    let expected = [
        "XAA signature 1997-12-04",
        "XAA ratification 1999-03-01",
        "XAB definitive signature 1997-12-05",
        "XAB acceptance 1999-03-01",
        "XAC approval 1999-03-02",
        "XAD accession 1999-03-03",
        "XAD provisional application 1999-03-03",
        "XAE consent to be bound 1999-03-04",
        "XAF formal confirmation 1999-03-05",
        "XAG definitive signature 1999-03-06",
    ];
    assert_eq!((words(&plan), codes(&plan)), (expected.map(str::to_owned).to_vec(), vec![]));
    assert!(
        matches!(&plan.rows[6].acts[0].body, TreatyBody::InstrumentDeposited(body)
        if body.mode == ConsentMode::DefinitiveSignature),
        "in the column of deposits it is one"
    );
}

#[test]
fn a_name_between_brackets_is_never_a_plain_party() {
    let refused = plan_of("[Eastland],4 Dec 1997,1 Mar 1999\n", "");
    assert_eq!((codes(&refused), words(&refused)), (vec![(2, "BracketsNeedWithdrawal")], vec![]));
    let refused = plan_of("[Eastland] 1,4 Dec 1997,1 Mar 1999\n", "1,note,,,,,,It left.\n");
    assert_eq!((codes(&refused), words(&refused)), (vec![(2, "BracketsNeedWithdrawal")], vec![]));
    let left = plan_of("[Eastland] 1,4 Dec 1997,1 Mar 1999\n", "1,withdrawal,27 Jun 2025,27 Dec 2025,,,,\n");
    let expected = [
        "XAA signature 1997-12-04",
        "XAA ratification 1999-03-01",
        "XAA withdrawal received 2025-06-27",
        "XAA stated out from 2025-12-27",
    ];
    assert_eq!((words(&left), codes(&left)), (expected.map(str::to_owned).to_vec(), vec![]));
    let TablePlan::Record(TreatyBody::ParticipationTableStated(stated)) = &left.table else { panic!("{left:?}") };
    assert!(stated.rows[0].withdrawn && *stated.rows[0].name == *"Eastland");
}

#[test]
fn a_withdrawal_that_runs_stands_in_a_footnote_without_brackets() {
    let plan = plan_of("Eastland¹,,1 Mar 1999 a\n", "1,withdrawal,27 Jan 2026,,,,,\n");
    assert_eq!(words(&plan)[1], "XAA withdrawal received 2026-01-27");
    let TablePlan::Record(TreatyBody::ParticipationTableStated(stated)) = &plan.table else { panic!("{plan:?}") };
    assert!(!stated.rows[0].withdrawn);
}

#[test]
fn a_succession_names_its_predecessor_whose_own_acts_are_in_the_footnote() {
    let footnote = "1,predecessor,1 Jan 1993,,Oldland,4 Dec 1990,1 Mar 1991 a,\n";
    let plan = plan_of("Eastland 1,,1 Mar 1999 d\n", footnote);
    let expected = ["XAE signature 1990-12-04", "XAE accession 1991-03-01", "XAA succession, of XAE 1999-03-01"];
    assert_eq!((words(&plan), codes(&plan)), (expected.map(str::to_owned).to_vec(), vec![]));
    assert!(
        matches!(&plan.rows[0].acts[2].body, TreatyBody::SuccessionNotified(body) if body.succeeded == world("1993-01-01"))
    );
    let both = plan_of("Eastland 1,,1 Mar 1999 d\nNorthland 1,2 Mar 1999 d,\n", footnote);
    let fates: Vec<_> = both.rows[1].acts.iter().map(|act| act.fate).collect();
    assert_eq!(fates, [Fate::Before(2), Fate::Before(2), Fate::Record], "two successors, one predecessor's acts");
    assert_eq!(words(&plan_of("Westland,,1 Mar 1999 d\n", "")), ["XAB succession, of XAE 1999-03-01"], "as registered");
    assert_eq!(codes(&plan_of("Eastland,,1 Mar 1999 d\n", "")), [(2, "SuccessionMustNamePredecessor")]);
}

#[test]
fn a_former_name_in_a_footnote_finds_who_is_registered_by_it_and_nobody_else() {
    let plan = plan_of("New Eastland 1,,1 Mar 1999\n", "1,formerly,,,Eastland,,,\n");
    assert_eq!(words(&plan), ["XAA ratification 1999-03-01"]);
    assert!(plan.rows[0].remarks[0].contains("Eastland"), "{:?}", plan.rows[0]);
    let other = plan_of("Northland 1,,1 Mar 1999\n", "1,formerly,,,Eastland,,,\n");
    assert_eq!(codes(&other), [(2, "ParticipantMustBeOne")]);
    let nobody = plan_of("New Eastland 1,,1 Mar 1999\n", "1,formerly,,,Old Eastland,,,\n");
    assert_eq!(codes(&nobody), [(2, "ParticipantMustBeKnown")]);
}

#[test]
fn names_are_matched_exactly_and_the_mapping_goes_first() {
    assert_eq!(codes(&plan_of("eastland,,1 Mar 1999\n", "")), [(2, "ParticipantMustBeKnown")]);
    assert_eq!(codes(&plan_of("Eastlnd,,1 Mar 1999\n", "")), [(2, "ParticipantMustBeKnown")]);
    assert_eq!(codes(&plan_of("The Midlands,,1 Mar 1999\n", "")), [(2, "ParticipantMustBeOne")]);
    assert_eq!(words(&plan_of("Southern\u{a0} Isles,,1 Mar 1999\n", "")), ["XAD ratification 1999-03-01"]);
    let given = Mapping::parse(
        &format!("{MAPPING}\n[participants]\n\"The Midlands\" = \"XAG\"\nElse = \"XZZ\"\n"),
        "2026-03-01".parse().unwrap(),
    )
    .unwrap();
    let table = table("The Midlands,,1 Mar 1999\nElse,,1 Mar 1999\n", "");
    let plan = planned(&table, &given, &HeldTable::default());
    assert_eq!(words(&plan), ["XAG ratification 1999-03-01"]);
    assert_eq!(codes(&plan), [(3, "ParticipantMustBeKnown")]);
}

#[test]
fn every_fault_is_told_with_its_row_and_its_column() {
    for (rows, footnotes, expected) in [
        ("Eastland,04/12/1997,\n", "", (2, "DateMustNameItsMonth", "Signature")),
        ("Eastland,,31 Jun 1999\n", "", (2, "DateMustExist", "Deposit")),
        ("Eastland,,1 Mar 2026\n", "", (2, "DateMustHaveCome", "Deposit")),
        ("Eastland,,soon\n", "", (2, "DateMustBeReadable", "Deposit")),
        ("Eastland,,1 Mar 1999 x\n", "", (2, "SuffixMustBeKnown", "Deposit")),
        ("Eastland,1 Mar 1999 a,\n", "", (2, "SuffixMustFitColumn", "Signature")),
        ("Eastland 7,,1 Mar 1999\n", "", (2, "MarkMustHaveFootnote", "Participant")),
        ("Eastland,,1 Mar 1999\n", "7,note,,,,,,words\n", (5, "FootnoteMustHaveMark", "footnotes")),
        ("[Eastland,,1 Mar 1999\n", "", (2, "BracketsMustClose", "Participant")),
        (",4 Dec 1997,1 Mar 1999\n", "", (2, "ParticipantMustBeNamed", "Participant")),
        ("Eastland,,\n", "", (2, "RowMustStateAnAct", "")),
        ("Eastland,,1 Mar 1999; 1 Mar 1999\n", "", (2, "ActMustStandOnce", "Deposit")),
        ("Eastland,,1 Mar 1999,\n", "", (2, "RowMustFitHeader", "")),
    ] {
        let plan = plan_of(rows, footnotes);
        let refused: Vec<_> = plan.refusals().map(|no| (no.line, no.rule.code(), &*no.column)).collect();
        assert_eq!(refused, [expected], "{rows}");
    }
    let twice = plan_of("Eastland,,1 Mar 1999\nNorthland,,1 Mar 1999\nRepublic of Eastland,,1 Mar 1999\n", "");
    assert_eq!(codes(&twice), [(2, "ParticipantMustStandOnce"), (4, "ParticipantMustStandOnce")]);
    assert_eq!(words(&twice), ["XAC ratification 1999-03-01"], "and no other row suffers");
}

#[test]
fn a_footnote_that_lost_its_row_makes_every_row_unclear() {
    let sound = "Eastland,,1 Mar 1999\n";
    assert!(!plan_of(sound, "7,note,,,,,,words\n").unclear, "words alone change nothing");
    assert!(plan_of(sound, "7,withdrawal,27 Jun 2025,,,,,\n").unclear);
    let unread = format!("{sound}[Northland 7,,1 Mar 1999\n");
    assert!(!plan_of(&unread, "7,withdrawal,27 Jun 2025,,,,,\n").unclear, "it is that of the row that cannot be read");
}

#[test]
fn a_footnote_is_whole_or_the_file_is_refused() {
    for (footnote, code) in [
        ("1,withdrawal,,,,,,\n", "FootnoteMustBeWhole"),
        ("1,withdrawal,27/06/2025,,,,,\n", "DateMustNameItsMonth"),
        ("1,withdrawal,31 Jun 2025,,,,,\n", "DateMustExist"),
        ("1,withdrawal,27 Jun 2026,,,,,\n", "DateMustHaveCome"),
        ("1,withdrawal,27 Jun 2025 a,,,,,\n", "SuffixMustFitColumn"),
        ("1,withdrawal,27 Jun 2025,,Eastland,,,\n", "FootnoteMustBeWhole"),
        ("1,denounced,27 Jun 2025,,,,,\n", "FootnoteMustBeWhole"),
        ("1,predecessor,,,,,,\n", "FootnoteMustBeWhole"),
        ("1,note,,,,,,\n", "FootnoteMustBeWhole"),
        (",note,,,,,,words\n", "FootnoteMustHaveMark"),
    ] {
        let table = table("[Eastland] 1,,1 Mar 1999\n", footnote);
        let refused = read(table.as_bytes(), None, &mapping()).unwrap_err();
        assert_eq!((refused[0].rule.code(), refused[0].line), (code, 5), "{footnote}");
    }
}

#[test]
fn all_faults_of_a_row_are_told_at_once_and_it_states_nothing() {
    let plan = plan_of("[Nowhere] 8,4 Dec 97,31 Jun 1999 z\nEastland,,1 Mar 1999\n", "");
    let told: Vec<_> = codes(&plan).into_iter().map(|(_, code)| code).collect();
    let expected = ["DateMustBeReadable", "DateMustExist", "MarkMustHaveFootnote", "ParticipantMustBeKnown"];
    assert_eq!(told, expected);
    assert_eq!((words(&plan).len(), &plan.table), (1, &TablePlan::NotWhole), "what is left is not the whole table");
}

fn held(acts: &[(&str, TreatyBody)]) -> HeldTable {
    let acts = acts.iter().enumerate().map(|(at, (participant, body))| HeldAct {
        participant: participant.parse().unwrap(),
        body: body.clone(),
        index: Index(at as u64 + 10),
    });
    HeldTable { acts: acts.collect(), ..HeldTable::default() }
}

fn deposit(mode: ConsentMode, deposited: &str) -> TreatyBody {
    TreatyBody::InstrumentDeposited(InstrumentDeposited {
        mode,
        deposited: world(deposited),
        instrument_dated: world("1998-01-01"),
        depositary_sequence: Some(1),
        protocols: Vec::new(),
        provisional_application: true,
        depositary: "".into(),
    })
}

fn withdrawal(received: &str) -> TreatyBody {
    TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled: WithdrawalStyle::Denunciation,
        received_by_depositary: world(received),
        other_parties_notified: world(received),
        security_council_notified: None,
        reasons: None,
        later_effect: None,
    })
}

fn fates(rows: &str, footnotes: &str, held: &HeldTable) -> (Vec<Fate>, Vec<&'static str>) {
    let plan = planned(&table(rows, footnotes), &mapping(), held);
    let fates = plan.rows.iter().flat_map(|row| &row.acts).map(|act| act.fate).collect();
    (fates, plan.refusals().map(|refusal| refusal.rule.code()).collect())
}

#[test]
fn what_the_ledger_holds_is_not_recorded_again_whoever_said_it_and_with_what_else() {
    let held = held(&[("XAA", deposit(ConsentMode::Ratification, "1999-03-01")), ("XAA", withdrawal("2025-06-27"))]);
    let rows = "[Eastland] 1,4 Dec 1997,1 Mar 1999; 1 Mar 1999 n\n";
    let (fates, refused) = fates(rows, "1,withdrawal,27 Jun 2025,,,,,\n", &held);
    let there = [Fate::Record, Fate::Held(Index(10)), Fate::Held(Index(10)), Fate::Held(Index(11))];
    assert_eq!((fates, refused), (there.to_vec(), vec![]));
}

#[test]
fn another_account_of_an_act_is_refused_and_never_a_second_act() {
    let held = held(&[("XAA", deposit(ConsentMode::Ratification, "1999-03-01")), ("XAA", withdrawal("2025-06-27"))]);
    let differs = (vec![], vec!["RowMustAgreeWithLedger"]);
    assert_eq!(fates("Eastland,,2 Mar 1999\n", "", &held), differs, "another day");
    assert_eq!(fates("Eastland,,1 Mar 1999 a\n", "", &held), differs, "another mode");
    assert_eq!(fates("[Eastland] 1,,1 Mar 1999\n", "1,withdrawal,28 Jun 2025,,,,,\n", &held), differs);
    let plan = planned(&table("Eastland,,2 Mar 1999\n", ""), &mapping(), &held);
    let said = plan.refusals().next().unwrap().to_string();
    assert!(said.contains("ratification 1999-03-02") && said.contains("entry 10"), "{said}");
    assert!(matches!(plan.table, TablePlan::Record(_)), "the whole table shows the difference");
}

#[test]
fn an_instrument_after_a_withdrawal_is_a_new_one() {
    let held = held(&[("XAA", deposit(ConsentMode::Ratification, "1999-03-01")), ("XAA", withdrawal("2001-06-27"))]);
    assert_eq!(fates("Eastland,,1 Mar 2005 a\n", "", &held), (vec![Fate::Record], vec![]));
    let again = "1,withdrawal,28 Jun 2010,,,,,\n";
    assert_eq!(fates("[Eastland] 1,,1 Mar 2005 a\n", again, &held), (vec![Fate::Record; 2], vec![]));
    assert_eq!(fates("Eastland,,1 Mar 2000 a\n", "", &held).1, ["RowMustAgreeWithLedger"], "before it left");
}

#[test]
fn a_revoked_withdrawal_does_not_stand_against_a_later_one() {
    let revoked = TreatyBody::WithdrawalRevoked(WithdrawalRevoked {
        withdrawal: named(1),
        received_by_depositary: world("2001-08-01"),
    });
    let held = held(&[("XAA", withdrawal("2001-06-27")), ("XAA", revoked)]);
    let (fates, refused) = fates("[Eastland] 1,,1 Mar 1999\n", "1,withdrawal,28 Jun 2010,,,,,\n", &held);
    assert_eq!((fates, refused), (vec![Fate::Record; 2], vec![]));
}

#[test]
fn a_stated_effect_is_a_claim_beside_others() {
    let columns = MAPPING.replace("deposit = \"Deposit\"", "deposit = \"Deposit\"\nin_force = \"In force\"");
    let mapping = Mapping::parse(&columns, "2026-03-01".parse().unwrap()).unwrap();
    let effective = EffectStated { effect: TreatyEffect::EntryIntoForce, effective: world("2007-06-07") };
    let held = held(&[("XAA", TreatyBody::EffectStated(effective))]);
    for (date, fate) in [("1 Jan 1976", Fate::Record), ("7 Jun 2007", Fate::Held(Index(10)))] {
        let table = format!("Participant,Signature,Deposit,In force\nEastland,,7 Dec 2006 P,{date}\n");
        assert_eq!(planned(&table, &mapping, &held).rows[0].acts[1].fate, fate, "{date}");
    }
}

#[test]
fn a_table_that_is_stated_already_is_not_stated_again() {
    let rows = "Eastland,,1 Mar 1999\n";
    let TablePlan::Record(body) = plan_of(rows, "").table else { panic!("to be stated") };
    let held = HeldTable { tables: vec![(body, Index(7))], ..HeldTable::default() };
    assert_eq!(planned(&table(rows, ""), &mapping(), &held).table, TablePlan::Held(Index(7)));
    let other = planned(&table("Eastland,,2 Mar 1999\n", ""), &mapping(), &held).table;
    assert!(matches!(other, TablePlan::Record(_)), "{other:?}");
    let part = Mapping { whole_table: false, ..mapping() };
    assert_eq!(planned(&table(rows, ""), &part, &held).table, TablePlan::NotAsked);
}

fn named(number: u128) -> EventReference {
    EventReference { organisation: "desk".parse().unwrap(), event: EventId(uuid::Uuid::from_u128(number)) }
}

fn act(body: TreatyBody) -> RecordedAct {
    RecordedAct { act: None, event: named(1), body, revoked: None }
}

fn line(participant: &str, name: &str, withdrawn: bool, acts: Vec<RecordedAct>) -> Line {
    let participant = participant.parse().unwrap();
    let (name, rivals) = (name.into(), Vec::new());
    let (takes_part, passed, rests_on_untabled) = (false, false, false);
    Line { participant, name, takes_part, withdrawn, passed, rests_on_untabled, acts, rivals }
}

fn signed(signature_type: SignatureType, on: &str) -> RecordedAct {
    act(TreatyBody::SignatureAffixed(SignatureAffixed { signed: world(on), place: "".into(), signature_type }))
}

fn bare(mode: ConsentMode, on: &str) -> RecordedAct {
    let TreatyBody::InstrumentDeposited(body) = deposit(mode, on) else { unreachable!() };
    act(TreatyBody::InstrumentDeposited(InstrumentDeposited {
        instrument_dated: None,
        depositary_sequence: None,
        provisional_application: false,
        ..body
    }))
}

fn succeeded(succeeds_to: SuccessionTo, on: &str) -> RecordedAct {
    act(TreatyBody::SuccessionNotified(SuccessionNotified {
        predecessor: "XAE".parse().unwrap(),
        succeeds_to,
        succeeded: world("1993-01-01"),
        received_by_depositary: world(on),
    }))
}

fn provisional(on: &str) -> RecordedAct {
    act(TreatyBody::DeclarationMade(Box::new(DeclarationMade {
        declaration_type: DeclarationType::ProvisionalApplication,
        made: world(on),
        article: "".into(),
        text: "".into(),
        made_with: None,
        changes: None,
        territory: None,
        effective: None,
    })))
}

fn left(styled: WithdrawalStyle, on: &str) -> RecordedAct {
    act(TreatyBody::WithdrawalNotified(WithdrawalNotified {
        styled,
        received_by_depositary: world(on),
        other_parties_notified: None,
        security_council_notified: None,
        reasons: None,
        later_effect: None,
    }))
}

fn out(effect: TreatyEffect, on: &str) -> RecordedAct {
    act(TreatyBody::EffectStated(EffectStated { effect, effective: world(on) }))
}

/// The acts of lines by participant, in any order.
fn by_participant<'a>(acts: impl Iterator<Item = (String, &'a TreatyBody)>) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (participant, body) in acts {
        found.entry(participant).or_default().push(format!("{body:?}"));
    }
    found.values_mut().for_each(|acts| acts.sort());
    found
}

fn exported(lines: &[Line]) -> Written {
    write(&"fict:XX-1".parse().unwrap(), lines, "2026-02-28".parse().unwrap(), true)
}

/// Writes lines and reads them back into the acts of an empty ledger.
fn there_and_back(lines: &[Line]) -> (Plan, Written) {
    let written = exported(lines);
    let mapping = Mapping::parse(&written.mapping.to_toml(), "2026-03-01".parse().unwrap()).unwrap();
    (planned(&written.table, &mapping, &HeldTable::default()), written)
}

#[test]
fn an_import_of_an_export_states_the_same_acts() {
    let accession = |on| bare(ConsentMode::Accession, on);
    let lines = [
        line(
            "XAA",
            "Eastland",
            true,
            vec![
                signed(SignatureType::Simple, "1997-12-04"),
                bare(ConsentMode::Ratification, "1999-03-01"),
                provisional("1999-03-01"),
                left(WithdrawalStyle::Withdrawal, "2025-06-27"),
                out(TreatyEffect::Withdrawal, "2025-12-27"),
                out(TreatyEffect::EntryIntoForce, "1999-09-01"),
            ],
        ),
        line(
            "XAB",
            "Westland",
            false,
            vec![succeeded(SuccessionTo::Signature, "1995-01-01"), succeeded(SuccessionTo::Consent, "1995-01-01")],
        ),
        line(
            "XAC",
            "Northland, Republic of",
            false,
            vec![accession("1999-03-01"), left(WithdrawalStyle::Denunciation, "2003-03-01"), accession("2010-03-01")],
        ),
        line("XAD", "Midland 2", false, vec![bare(ConsentMode::ConsentToBeBound, "1999-03-01")]),
        line("XAF", "Midland", false, vec![signed(SignatureType::Definitive, "1999-03-01")]),
        line("XAG", "Midland", false, vec![bare(ConsentMode::DefinitiveSignature, "1999-03-01")]),
        line("XAE", "Oldland", false, vec![bare(ConsentMode::Approval, "1990-03-01")]),
    ];
    let (plan, written) = there_and_back(&lines);
    assert_eq!((codes(&plan), &written.left_out), (vec![], &vec![]), "{}", written.table);
    let wanted = lines.iter().flat_map(|line| line.acts.iter().map(|act| (line.participant.to_string(), &act.body)));
    let found = plan.rows.iter().flat_map(|row| &row.acts).map(|act| (act.participant.to_string(), &act.body));
    assert_eq!(by_participant(found), by_participant(wanted), "{}", written.table);
    assert!(written.table.contains("[Eastland] 1,"), "{}", written.table);
}

#[test]
fn what_a_table_cannot_say_is_told_and_what_came_later_is_not_in_it() {
    let rival = |body: RecordedAct| RecordedAct { act: Some("deposit".into()), ..body };
    let month = act(TreatyBody::SignatureAffixed(SignatureAffixed {
        signed: world("1997-12"),
        place: "".into(),
        signature_type: SignatureType::Simple,
    }));
    let lines = [
        line(
            "XAA",
            "Eastland",
            false,
            vec![
                month,
                rival(bare(ConsentMode::Ratification, "1999-03-01")),
                rival(bare(ConsentMode::Ratification, "1999-03-02")),
                left(WithdrawalStyle::Withdrawal, "2026-05-01"),
            ],
        ),
        line("XAB", "Westland", false, vec![signed(SignatureType::Simple, "2026-03-05")]),
    ];
    let (plan, written) = there_and_back(&lines);
    assert_eq!(words(&plan), ["XAA ratification 1999-03-01"], "{}", written.table);
    let why: Vec<_> = written.left_out.iter().map(|left| left.why).collect();
    assert_eq!(why, ["it is not dated to the day", "another statement about the same act stands in the table"]);
}

#[test]
fn of_rival_statements_one_stands_and_whatever_it_does_not_say_is_told() {
    let deposit = |body: RecordedAct| RecordedAct { act: Some("deposit".into()), ..body };
    let signature = |body: RecordedAct| RecordedAct { act: Some("signature".into()), ..body };
    let lines = [line(
        "XAA",
        "Eastland",
        false,
        vec![
            signature(signed(SignatureType::Simple, "2026-03-05")),
            signature(signed(SignatureType::Simple, "1998-03-05")),
            deposit(bare(ConsentMode::Ratification, "1999-03-01")),
            deposit(bare(ConsentMode::Ratification, "1999-03-01")),
            deposit(bare(ConsentMode::Acceptance, "1999-03-01")),
        ],
    )];
    let (plan, written) = there_and_back(&lines);
    let expected = ["XAA signature 1998-03-05", "XAA ratification 1999-03-01"];
    assert_eq!(words(&plan), expected, "the first signature had not come by the day: {}", written.table);
    let told: Vec<_> = written.left_out.iter().map(|left| (left.act.as_str(), left.why)).collect();
    assert_eq!(told, [("acceptance 1999-03-01", "another statement about the same act stands in the table")]);
}

#[test]
fn what_is_stated_beside_and_not_followed_is_told_unless_the_table_says_the_same() {
    let deposit = |body: RecordedAct| RecordedAct { act: Some("deposit".into()), ..body };
    let month = act(TreatyBody::InstrumentDeposited(InstrumentDeposited {
        deposited: world("1999-03"),
        ..match bare(ConsentMode::Ratification, "1999-03-01").body {
            TreatyBody::InstrumentDeposited(body) => body,
            body => panic!("{body:?}"),
        }
    }));
    let followed = vec![deposit(bare(ConsentMode::Ratification, "1999-03-01"))];
    let rivals = vec![
        deposit(bare(ConsentMode::Ratification, "1999-03-01")),
        deposit(bare(ConsentMode::Accession, "1999-03-01")),
        deposit(bare(ConsentMode::Ratification, "1999-03-02")),
        deposit(bare(ConsentMode::Ratification, "2026-03-02")),
        deposit(month),
    ];
    let (plan, written) = there_and_back(&[Line { rivals, ..line("XAA", "Eastland", false, followed) }]);
    assert_eq!(words(&plan), ["XAA ratification 1999-03-01"], "{}", written.table);
    let told: Vec<_> = written.left_out.iter().map(|left| (left.act.as_str(), left.why)).collect();
    let expected = ["accession 1999-03-01", "ratification 1999-03-02", "ratification 1999-03"];
    assert_eq!(told, expected.map(|act| (act, "another statement about the same act is followed")));
}

#[test]
fn an_act_of_a_month_to_come_is_as_little_told_as_one_of_a_day_to_come() {
    let month = |signed| {
        let (place, signature_type) = ("".into(), SignatureType::Simple);
        act(TreatyBody::SignatureAffixed(SignatureAffixed { signed: world(signed), place, signature_type }))
    };
    let written = exported(&[line("XAA", "Eastland", false, vec![month("2026-02"), month("2026-03")])]);
    let told: Vec<_> = written.left_out.iter().map(|left| left.act.as_str()).collect();
    assert_eq!(told, ["signature 2026-02"]);
}

#[test]
fn a_rival_statement_of_a_withdrawal_is_told_by_its_style_and_revoked_with_it() {
    let leaving = |body: RecordedAct| RecordedAct { act: Some("leaving".into()), ..body };
    let mut acts = vec![
        bare(ConsentMode::Ratification, "1999-03-01"),
        RecordedAct { event: named(7), ..leaving(left(WithdrawalStyle::Withdrawal, "2001-12-01")) },
        RecordedAct { event: named(8), ..leaving(left(WithdrawalStyle::Denunciation, "2001-12-01")) },
    ];
    let (plan, written) = there_and_back(&[line("XAA", "Eastland", false, acts.clone())]);
    assert_eq!(words(&plan).last().unwrap(), "XAA withdrawal received 2001-12-01", "{}", written.table);
    let told: Vec<_> = written.left_out.iter().map(|left| left.act.as_str()).collect();
    assert_eq!(told, ["denunciation received 2001-12-01"]);
    acts[1..].iter_mut().for_each(|withdrawal| withdrawal.revoked = Some(Revoked::InTime));
    acts.push(act(TreatyBody::WithdrawalRevoked(WithdrawalRevoked {
        withdrawal: named(7),
        received_by_depositary: world("2002-01-01"),
    })));
    let (plan, written) = there_and_back(&[line("XAA", "Eastland", false, acts)]);
    assert_eq!(words(&plan), ["XAA ratification 1999-03-01"], "{}", written.table);
    let why: Vec<_> = written.left_out.iter().map(|left| left.why).collect();
    assert_eq!(why, ["it was revoked", "it was revoked", "a table does not show revocations"]);
}

#[test]
fn brackets_stay_where_no_notice_can_be_written_and_such_a_row_is_refused() {
    let lines = [line("XAA", "Eastland", true, vec![bare(ConsentMode::Ratification, "1999-03-01")])];
    let (plan, written) = there_and_back(&lines);
    assert_eq!(codes(&plan), [(2, "BracketsNeedWithdrawal")], "{}", written.table);
    assert_eq!(written.left_out.len(), 1);
}

#[test]
fn of_two_withdrawals_the_one_that_was_revoked_is_not_in_the_table() {
    let revoked = TreatyBody::WithdrawalRevoked(WithdrawalRevoked {
        withdrawal: named(7),
        received_by_depositary: world("2002-01-01"),
    });
    let acts = vec![
        bare(ConsentMode::Ratification, "1999-03-01"),
        RecordedAct { revoked: Some(Revoked::InTime), ..left(WithdrawalStyle::Withdrawal, "2001-12-01") },
        act(revoked),
        left(WithdrawalStyle::Withdrawal, "2010-12-01"),
        left(WithdrawalStyle::Withdrawal, "2010-12-01"),
        out(TreatyEffect::Withdrawal, "2011-06-01"),
        out(TreatyEffect::Withdrawal, "1998-01-01"),
    ];
    let (plan, written) = there_and_back(&[line("XAA", "Eastland", true, acts)]);
    let expected =
        ["XAA ratification 1999-03-01", "XAA withdrawal received 2010-12-01", "XAA stated out from 2011-06-01"];
    assert_eq!((words(&plan), codes(&plan)), (expected.map(str::to_owned).to_vec(), vec![]), "{}", written.table);
    let why: Vec<_> = written.left_out.iter().map(|left| left.why).collect();
    let expected = ["it was revoked", "a table does not show revocations", "no withdrawal stands before it"];
    assert_eq!(why, expected);
}

#[test]
fn who_has_neither_signed_nor_consented_is_not_in_the_table_and_what_is_held_of_it_is_told() {
    let (plan, written) = there_and_back(&[
        line("XAA", "Eastland", false, vec![out(TreatyEffect::EntryIntoForce, "1999-09-01")]),
        line("XAB", "Westland", false, vec![bare(ConsentMode::Ratification, "1999-03-01")]),
    ]);
    assert_eq!((words(&plan), written.left_out.len()), (vec!["XAB ratification 1999-03-01".to_owned()], 1));
    assert!(written.left_out[0].why.contains("neither signed nor consented"), "{written:?}");
    let with_parent = line("XAA", "Eastland", false, vec![provisional("1999-03-01")]);
    let written = exported(&[Line { takes_part: true, ..with_parent }]);
    assert!(written.left_out[0].why.contains("has no row"), "{written:?}");
}
