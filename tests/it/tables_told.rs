//! What an import tells beside its rows: what was taken back, counts in words, and advice
//! that helps.

use std::{collections::BTreeSet, fs, process::Command};

use merestone::{bench::treaties::Seeded, domain::*, wire::proto};

use crate::{
    tables::{Desk, codes, fates, small_mapping},
    treaty_status::{OTTAWA, drafted, notice, under, world},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_in_words_and_advises_only_what_helps() {
    let desk = Desk::with_examples().await;
    // Lines are broken by width: their words are what is stated.
    let told = |mut command: Command| {
        let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
        output.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    desk.write("small.toml", &small_mapping("FFC", "2024-12-31", ""));
    let header = "Participant,Signature,Deposit\n";
    let footnote = "Footnotes,,\nmark,meaning,date,name,signature\n1,predecessor,3 Jun 1998,Old Union,5 Dec 1997\n";
    desk.write("two.csv", &format!("{header}Gorland 1,,5 Mar 1999 d\nHestmark 1,,6 Mar 1999 d\n{footnote}"));
    let dry = told(desk.import_in("table", "two.csv", "small.toml"));
    assert!(dry.contains("3 to record, 0 already there, 1 stated in an earlier line; 0 rows refused."), "{dry}");
    assert!(dry.contains("With --key a dry run also tells the legal findings"), "{dry}");
    assert!(!dry.contains("treaty findings FFC"), "nothing is recorded that could be looked at: {dry}");

    desk.write("one.csv", &format!("{header}Arlenia,,4 Dec 1997\n"));
    let dry = told(desk.import_in("table", "one.csv", "small.toml"));
    assert!(dry.contains("1 row: 0 acts recorded now, 1 to record"), "{dry}");

    fs::write(desk.file("latin.csv"), b"Participant,Signature,Deposit\nC\xf4te,,\n").unwrap();
    for more in [&[][..], &["--skip-broken"], &["--submit", "--skip-broken"]] {
        let mut command = desk.import_in("table", "latin.csv", "small.toml");
        command.args(more).arg("--key").arg(desk.file("desk.pem"));
        let dry = told(command);
        assert!(dry.contains("No row was read; refused: 1 by TextMustBeUtf8."), "{dry}");
        assert!(dry.contains("whole file") && !dry.contains("--skip-broken") && !dry.contains("footnote"), "{dry}");
    }

    desk.write("lost.csv", &format!("{header}Gorland,,5 Mar 1999\n{footnote}"));
    let dry = told(desk.import_in("table", "lost.csv", "small.toml"));
    assert!(dry.contains("0 rows refused, and 1 fault outside of rows (1 by FootnoteMustHaveMark)."), "{dry}");
    assert!(dry.contains("--skip-broken does not help"), "{dry}");
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_refused_by_name_before_anything_is_sent() {
    let desk = Desk::begin().await;
    let mapping = format!("whole_table = true\n{}", small_mapping("APMBC", "2013-01-01", ""));
    desk.write("un.toml", &mapping);
    desk.write("un.csv", "Participant,Signature,Deposit\nSwitzerland,,24 Mar 1998\nPoland,4 Dec 1997,27 Dec 2012\n");
    desk.run(&mut desk.submit("un.csv", "un.toml"), 0);
    let table = desk.table("APMBC", "2013-01-01").await;
    let taken_back = |participant: &str| {
        let line = table.lines.iter().find(|line| line.participant == participant).unwrap();
        let position = line.acts[0].event.as_ref().unwrap().position.as_ref().unwrap();
        let (organisation, event) = (position.organisation.parse().unwrap(), position.event_id.parse().unwrap());
        let target = EventReference { organisation, event };
        let body = SharedBody::EventRetracted(EventRetracted { target, reason: "of another treaty".into() });
        (position.index, drafted(&under(OTTAWA, participant), Body::Shared(body)))
    };
    let (entry, retraction) = taken_back("CHE");
    desk.story.enter(retraction).await;
    let size = desk.story.size();
    let dry = desk.run(&mut desk.import("un.csv", "un.toml"), 2);
    assert_eq!(codes(&dry), [(2, "ActMustNotBeTakenBack".to_owned())]);
    let message = dry["rows"][0]["refused"][0]["message"].as_str().unwrap();
    assert!(message.contains(&format!("entry {entry} ")) && message.contains("retrieved"), "{message}");
    assert_eq!(codes(&desk.run(&mut desk.submit("un.csv", "un.toml"), 2)), codes(&dry));
    assert_eq!(desk.story.size(), size, "nothing is sent that the ledger must reject");

    let retrieved = mapping.replace("[source]", "[source]\nretrieved = \"2013-02-01\"");
    desk.write("un.toml", &retrieved);
    let anew = desk.run(&mut desk.submit("un.csv", "un.toml"), 0);
    assert_eq!(fates(&anew, 2), ["ratification 1998-03-24: recorded"], "the cure that it names");
    assert_eq!(fates(&anew, 3), ["signature 1997-12-04: held", "ratification 2012-12-27: held"]);
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_table_that_was_taken_back_is_not_stated_again() {
    let desk = Desk::begin().await;
    desk.write("un.toml", &format!("whole_table = true\n{}", small_mapping("APMBC", "2013-01-01", "")));
    desk.write("un.csv", "Participant,Signature,Deposit\nSwitzerland,,24 Mar 1998\n");
    desk.run(&mut desk.submit("un.csv", "un.toml"), 0);
    let stated_as_at = "2013-01-01".to_owned();
    let request = proto::TableRequest { treaty: "APMBC".into(), stated_as_at, ..proto::TableRequest::default() };
    let table = desk.story.client().table(request).await.unwrap().into_inner();
    let position = table.tables[0].event.as_ref().unwrap().position.clone().unwrap();
    let (organisation, event) = (position.organisation.parse().unwrap(), position.event_id.parse().unwrap());
    let target = EventReference { organisation, event };
    let body = SharedBody::EventRetracted(EventRetracted { target, reason: "not whole".into() });
    let subject = format!("treaty/{OTTAWA}");
    desk.story.enter(drafted(&subject, Body::Shared(body))).await;
    let size = desk.story.size();
    let report = desk.run(&mut desk.submit("un.csv", "un.toml"), 2);
    assert_eq!(report["table"], serde_json::json!({ "fate": "taken_back", "index": position.index }));
    assert_eq!(codes(&report), [(0, "ActMustNotBeTakenBack".to_owned())]);
    assert_eq!(desk.story.size(), size);
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_with_a_key_tells_the_legal_findings_that_the_rows_then_bring() {
    let desk = Desk::with_examples().await;
    let size = desk.story.size();
    let report = desk.run(desk.import("status.csv", "status.toml").arg("--key").arg(desk.file("desk.pem")), 0);
    assert_eq!(desk.story.size(), size, "a dry run records nothing");
    let of_row = |row: &serde_json::Value| -> Vec<(String, String)> {
        let found = row["legal_findings"].as_array().unwrap().iter();
        let text = |finding: &serde_json::Value, field: &str| finding[field].as_str().unwrap().to_owned();
        found.map(|finding| (text(finding, "code"), text(finding, "message"))).collect()
    };
    let foretold: BTreeSet<_> = report["rows"].as_array().unwrap().iter().flat_map(of_row).collect();
    let mut table = desk.import_in("table", "status.csv", "status.toml");
    let told = String::from_utf8(table.arg("--key").arg(desk.file("desk.pem")).output().unwrap().stdout).unwrap();
    assert!(told.contains("legal finding: ") && told.contains("which refuse nothing"), "{told}");
    desk.run(&mut desk.submit("status.csv", "status.toml"), 0);
    let request = proto::FindingsRequest {
        treaty: "FFC".into(),
        read_at: Some(proto::ReadAt { minimum_size: desk.story.size(), known_at: None }),
        page_size: 1_000,
        ..proto::FindingsRequest::default()
    };
    let found = desk.story.client().findings(request).await.unwrap().into_inner().findings.into_iter();
    let on_acts = found.filter_map(|found| found.finding).filter(|finding| finding.event.is_some());
    let found: BTreeSet<_> = on_acts.map(|finding| (finding.code, finding.message)).collect();
    assert!(!foretold.is_empty() && foretold.is_subset(&found), "{foretold:?}\n{found:?}");
    desk.story.audited().await;
}

/// What an export of the treaty writes at the end of 2025, and its mapping.
fn exported(desk: &Desk) -> (String, String, Vec<String>) {
    let told = desk.run(&mut desk.command(&["export", "table", "APMBC", "--at", "2025-12-31"]), 0);
    let text = |field: &str| told[field].as_str().unwrap().to_owned();
    let left_out = told["left_out"].as_array().unwrap().iter();
    (text("table"), text("mapping"), left_out.map(|left| left["act"].as_str().unwrap().to_owned()).collect())
}

async fn revoked(desk: &Desk, participant: &str, received: &str, revoked: &str) {
    desk.story.deposit(OTTAWA, participant, ConsentMode::Ratification, "2005-01-01").await;
    let withdrawal = desk.story.record(&under(OTTAWA, participant), notice(received)).await;
    let body = WithdrawalRevoked { withdrawal, received_by_depositary: world(revoked) };
    desk.story.record(&under(OTTAWA, participant), TreatyBody::WithdrawalRevoked(body)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_keeps_the_notice_that_was_revoked_too_late_and_it_reads_back() {
    let desk = Desk::begin().await;
    revoked(&desk, "CHE", "2018-06-22", "2019-06-05").await;
    revoked(&desk, "POL", "2018-06-22", "2018-12").await;
    let (table, mapping, left_out) = exported(&desk);
    assert!(table.contains("\n[Switzerland] 1,") && table.contains("\n1,denunciation,22 Jun 2018,"), "{table}");
    assert!(!table.contains("Poland"), "whether it left is open: {table}");
    let of_poland = ["denunciation received 2018-06-22", "revocation of a withdrawal 2018-12"];
    let expected = [&of_poland[..], &["revocation of a withdrawal 2019-06-05", "deposit 2005-01-01"]].concat();
    assert_eq!(left_out, expected);

    let empty = Desk::begin().await;
    empty.write("again.csv", &table);
    empty.write("again.toml", &mapping);
    let report = empty.run(&mut empty.submit("again.csv", "again.toml"), 0);
    assert_eq!(fates(&report, 2), ["ratification 2005-01-01: recorded", "denunciation received 2018-06-22: recorded"]);
    let status = empty.story.status(OTTAWA, "CHE", "2025-12-31", empty.story.size()).await;
    assert_eq!(status.outcomes[0].status, "former_party");
    desk.story.audited().await;
    empty.story.audited().await;
}

/// One participant's story, drawn from a seed: what a table tells, and what none does.
async fn lives_somehow(desk: &Desk, who: &str, seeded: &mut Seeded) {
    let own = under(OTTAWA, who);
    let signed =
        SignatureAffixed { signed: world("1998-01-10"), place: "".into(), signature_type: SignatureType::Simple };
    desk.story.record(&own, TreatyBody::SignatureAffixed(signed)).await;
    if seeded.below(5) == 0 {
        desk.story.record(&own, not_to_become_party(&seeded.day(1999..2024))).await;
        return;
    }
    desk.story.deposit(OTTAWA, who, ConsentMode::Ratification, &seeded.day(1999..2002)).await;
    if seeded.below(4) > 0 {
        let TreatyBody::WithdrawalNotified(notice) = notice(&seeded.day(2009..2011)) else { panic!("a notice is one") };
        let later_effect = (seeded.below(3) == 0).then(|| seeded.day(2012..2030).parse().unwrap());
        let body = WithdrawalNotified { later_effect, ..notice };
        desk.story.record(&own, TreatyBody::WithdrawalNotified(body)).await;
    }
    if seeded.below(2) == 0 {
        let until = match seeded.below(3) {
            0 => None,
            _ => world(&seeded.day(2009..2014)),
        };
        let body = ConflictStatusAsserted {
            conflict: "a conflict".into(),
            engagement: ConflictEngagement::Engaged,
            conflict_type: None,
            since: world("2008-01-01"),
            until,
            asserted_by: "a party".into(),
        };
        desk.story.record(&format!("participant/{who}"), TreatyBody::ConflictStatusAsserted(body)).await;
    }
}

fn not_to_become_party(made: &str) -> TreatyBody {
    TreatyBody::DeclarationMade(Box::new(DeclarationMade {
        declaration_type: DeclarationType::IntentionNotToBecomeParty,
        made: world(made),
        article: "".into(),
        text: "".into(),
        made_with: None,
        changes: None,
        territory: None,
        effective: None,
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_read_back_from_an_export_stands_as_before_or_was_left_out_by_name() {
    const ALL: [&str; 4] = ["CHE", "LTU", "POL", "UKR"];
    let (mut kept, mut left) = (0, 0);
    for seed in 1..=4 {
        let desk = Desk::begin().await;
        let mut seeded = Seeded(seed);
        for who in ALL {
            lives_somehow(&desk, who, &mut seeded).await;
        }
        let told = desk.run(&mut desk.command(&["export", "table", "APMBC", "--at", "2025-12-31"]), 0);
        let named =
            told["left_out"].as_array().unwrap().iter().map(|it| it["participant"].as_str().unwrap().to_owned());
        let left_out: BTreeSet<String> = named.collect();
        let empty = Desk::begin().await;
        empty.write("again.csv", told["table"].as_str().unwrap());
        empty.write("again.toml", told["mapping"].as_str().unwrap());
        if left_out.len() < ALL.len() {
            empty.run(&mut empty.submit("again.csv", "again.toml"), 0);
        }
        let stood = async |desk: &Desk, who: &str| {
            let answer = desk.story.status(OTTAWA, who, "2025-12-31", desk.story.size()).await;
            let told = answer.outcomes.into_iter().map(|it| (it.status, it.effective, it.expired));
            told.collect::<Vec<_>>()
        };
        for who in ALL.into_iter().filter(|who| !left_out.contains(*who)) {
            assert_eq!(stood(&empty, who).await, stood(&desk, who).await, "{who} of {seed}: {}", told["table"]);
        }
        (kept, left) = (kept + ALL.len() - left_out.len(), left + left_out.len());
        desk.story.audited().await;
        empty.story.audited().await;
    }
    assert!(kept > 3 && left > 3, "both come about: {kept} kept, {left} left out");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_leaves_a_party_out_is_no_whole_table() {
    let desk = Desk::begin().await;
    let succeeded = SuccessionNotified {
        predecessor: "POL".parse().unwrap(),
        succeeds_to: SuccessionTo::Consent,
        succeeded: world("2010-01-01"),
        received_by_depositary: world("2010-02-01"),
    };
    desk.story.deposit(OTTAWA, "POL", ConsentMode::Accession, "2001-01-01").await;
    desk.story.record(&under(OTTAWA, "CHE"), TreatyBody::SuccessionNotified(succeeded)).await;
    let row = ParticipationRow {
        name: "Switzerland".into(),
        participant: "CHE".parse().unwrap(),
        signed: None,
        deposited: world("2010-02-01"),
        mode: None,
        withdrawn: false,
        succession: true,
        footnotes: Vec::new(),
    };
    let stated = ParticipationTableStated { as_at: world("2025-12-31"), rows: vec![row] };
    desk.story.record(&format!("treaty/{OTTAWA}"), TreatyBody::ParticipationTableStated(stated)).await;
    let (table, mapping, _) = exported(&desk);
    assert!(mapping.contains("whole_table = true") && table.contains("1 Jan 2001 a"), "{mapping}{table}");

    let signed =
        SignatureAffixed { signed: world("1997-12-04"), place: "".into(), signature_type: SignatureType::Simple };
    desk.story.record(&under(OTTAWA, "LTU"), TreatyBody::SignatureAffixed(signed)).await;
    let (_, mapping, _) = exported(&desk);
    assert!(mapping.contains("whole_table = true"), "a signatory has its row: {mapping}");
    desk.story.deposit(OTTAWA, "LTU", ConsentMode::Ratification, "2005-06/2006-02").await;
    let (table, mapping, left_out) = exported(&desk);
    assert!(mapping.contains("whole_table = false"), "{mapping}");
    assert!(!table.contains("Lithuania") && !table.contains("4 Dec 1997"), "a party is no signatory: {table}");
    assert!(left_out.contains(&"ratification 2005-06/2006-02".to_owned()), "{left_out:?}");
    desk.story.audited().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_reading_ends_a_command_quietly() {
    let desk = Desk::begin().await;
    // As behind `2>&1 | head`, when that has gone: what is told on stderr is told to nobody.
    let closed = || std::io::pipe().unwrap().1;
    for (words, code) in [
        (&["treaty", "parties", "APMBC", "--output", "table"][..], 0),
        (&["treaty", "parties", "fict:none", "--output", "table"], 5),
    ] {
        let mut command = crate::process::merestone();
        command.args(words).env("MERESTONE_SERVER", desk.story.server());
        let told = command.stderr(closed()).output().unwrap();
        assert_eq!(told.status.code(), Some(code), "{words:?}: the answer is there, and the code is its own");
        assert_eq!(told.stdout.is_empty(), code != 0);
        let nobody = command.stdout(closed()).stderr(closed()).status().unwrap();
        assert_eq!(nobody.code(), Some(code), "{words:?}");
    }
    desk.story.audited().await;
}
