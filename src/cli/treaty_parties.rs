//! `treaty parties`: everybody with an act under a treaty, how many stand how, and
//! whether these numbers are totals.
//!
//! Promises: a number is called a total only where the coverage is complete; otherwise it
//! is the number of those that are recorded.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    DayArguments, Failure,
    block::{Block, sentences, table},
    output::{Output, day_known},
    treaty_status::{NOT_ALL_FOLLOWED, a_day, held_lines, on_day, suspended, with_open_days},
};
use crate::client::{
    Client, KnownAt,
    reply::{ConsentMode, Coverage, HoldsAt, ListPartiesResponse, Party, PartyCount, StatusHeld},
    to_json,
};

/// Asks and shows; returns what the answer holds for.
pub async fn show(
    client: &Client,
    treaty: &str,
    statuses: &[String],
    day: &DayArguments,
    output: &Output,
) -> Result<Option<HoldsAt>, Failure> {
    let at = day.at.map(|at| at.to_string()).unwrap_or_default();
    let answer = client.parties(treaty, statuses, &on_day(day, &at)).await?;
    let json = with_zeros(to_json("ListPartiesResponse", &answer));
    output.show_list_and_rest(&json, "parties", || {
        nobody(&answer, statuses).into_iter().chain(shown(&answer, day.read.known_at)).collect()
    })?;
    Ok(answer.holds_at)
}

/// A count of nobody is a number too, which the mapping leaves out.
fn with_zeros(mut json: Value) -> Value {
    let counts = json.get_mut("counts").and_then(Value::as_array_mut).into_iter().flatten();
    for count in counts.filter_map(Value::as_object_mut) {
        // In the order of the contract, wherever the mapping left one out.
        let written = std::mem::take(count);
        for field in ["definition", "words", "certain", "possible", "total"] {
            let zero = || matches!(field, "certain" | "possible").then(|| 0.into());
            count.extend(written.get(field).cloned().or_else(zero).map(|value| (field.to_owned(), value)));
        }
    }
    json
}

/// That nobody has any of the statuses asked for, where that is so.
fn nobody(answer: &ListPartiesResponse, statuses: &[String]) -> Option<Block> {
    let asked = statuses.iter().map(|status| status.replace('_', " ")).collect::<Vec<_>>().join(" or ");
    let told = || sentences(None, [format!("Nobody is recorded as {asked}.")]);
    (answer.parties.is_empty() && !statuses.is_empty()).then(told)
}

/// All that is shown of an answer, in order.
pub fn shown(answer: &ListPartiesResponse, known_at: Option<KnownAt>) -> Vec<Block> {
    let coverage = answer.coverage.clone().unwrap_or_default();
    let mut blocks = vec![sentences(None, [headline(answer, &coverage, known_at)])];
    if !answer.parties.is_empty() {
        let header = ["participant", "status", "since", "status until", "signed", "deposited"];
        blocks.extend(with_open_days(header, answer.parties.iter().flat_map(rows)));
        blocks.push(sentences(None, codes_told(&answer.parties)));
    }
    blocks.push(table(["count", "number", "who is counted"], answer.counts.iter().map(count_row)));
    let differences = coverage.differences.iter().map(|difference| format!("- {}", difference.sentence));
    if !coverage.differences.is_empty() {
        let as_at = a_day(&coverage.as_at, &coverage.as_at_latest);
        let heading = format!("where the depositary's table as at {as_at} differs");
        blocks.push(sentences(Some(&heading), differences));
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// How many are bound, and what that number is worth.
fn headline(answer: &ListPartiesResponse, coverage: &Coverage, known_at: Option<KnownAt>) -> String {
    let ListPartiesResponse { treaty_name, at, projected, .. } = answer;
    let known = day_known(known_at, answer.holds_at.as_ref());
    let ahead = if *projected { " (a projection)" } else { "" };
    let in_force = answer.counts.iter().find(|count| count.definition == "in_force").cloned().unwrap_or_default();
    let as_at = a_day(&coverage.as_at, &coverage.as_at_latest);
    let complete_until = a_day(&coverage.complete_until, &coverage.complete_until_latest);
    let worth = match coverage.word.as_str() {
        "complete" => format!("in all; the depositary's table as at {as_at} names the same"),
        "complete_until" => {
            format!(
                "recorded; no complete table at this date: the newest is as at {complete_until}, and names the same"
            )
        }
        "partial" => format!("recorded; no complete table at this date: the one as at {as_at} differs"),
        _ => "recorded; no complete table at this date".to_owned(),
    };
    format!("{treaty_name} on {at}{ahead}, as known on {known}: in force for {} {worth}.", number(&in_force))
}

fn number(count: &PartyCount) -> String {
    let PartyCount { certain, possible, .. } = count;
    if certain == possible { certain.to_string() } else { format!("{certain} to {possible}") }
}

fn count_row(count: &PartyCount) -> [String; 3] {
    let number = if count.total { number(count) } else { format!("{} recorded", number(count)) };
    [count.definition.replace('_', " "), number, count.words.clone()]
}

/// The code of a depositary's table for how the deposit expresses consent, with what it means;
/// none for a ratification.
fn code(party: &Party) -> Option<(&'static str, &'static str)> {
    if party.succession {
        return Some(("d", "succession"));
    }
    match party.mode() {
        ConsentMode::Unspecified | ConsentMode::Ratification => None,
        ConsentMode::Acceptance => Some(("A", "acceptance")),
        ConsentMode::Approval => Some(("AA", "approval")),
        ConsentMode::Accession => Some(("a", "accession")),
        ConsentMode::FormalConfirmation => Some(("c", "formal confirmation")),
        ConsentMode::ConsentToBeBound => Some(("P", "consent to be bound")),
        ConsentMode::DefinitiveSignature => Some(("s", "definitive signature")),
    }
}

/// What the codes behind the deposits and the signatures mean, in sentences.
fn codes_told(parties: &[Party]) -> Vec<String> {
    let (signed, deposited): (Vec<&Party>, Vec<&Party>) = parties.iter().partition(|party| party.deposited.is_empty());
    let codes = |of: &[&Party]| -> Vec<String> {
        let codes: BTreeSet<_> = of.iter().copied().filter_map(code).collect();
        codes.into_iter().map(|(code, words)| format!("{code} {words}")).collect()
    };
    let (signed, deposited) = (codes(&signed), codes(&deposited));
    let deposits = || format!("Behind a deposit: {}; without a code it is a ratification.", deposited.join(", "));
    let signatures = || format!("Behind a signature: {}, which is consent by itself.", signed.join(", "));
    let told = [(!deposited.is_empty()).then(deposits), (!signed.is_empty()).then(signatures)];
    told.into_iter().flatten().collect()
}

/// Whether a treaty can be applied provisionally while this status holds.
fn is_before_entry_into_force(held: &StatusHeld) -> bool {
    matches!(held.status.as_str(), "signatory" | "contracting")
}

/// A line for each status that the participant may have.
fn rows(party: &Party) -> Vec<[String; 6]> {
    let Party { participant_name, signed, deposited, provisional_application, held, .. } = party;
    let code = code(party).map(|(code, _)| format!(" {code}")).unwrap_or_default();
    let (signed, deposited) = match (signed.as_str(), deposited.as_str()) {
        ("", "") => (String::new(), String::new()),
        (signed, "") => (format!("{signed}{code}"), String::new()),
        (signed, deposited) => (signed.to_owned(), format!("{deposited}{code}")),
    };
    let applied = match party.provisional_application_uncertain {
        false => "applied provisionally",
        true => "may be applied provisionally",
    };
    let told_at_length = party.statuses.len() == 1 && party.complete;
    // Each beside the statuses that it goes with; where there is none of these, beside the last.
    let applied = provisional_application.then_some(applied);
    let suspended = suspended(party.suspension_asserted, party.suspension_uncertain);
    let with = |what: Option<&'static str>, goes: fn(&StatusHeld) -> bool, nth: usize| {
        let last = nth + 1 == held.len();
        what.filter(|_| if held.iter().any(goes) { goes(&held[nth]) } else { last })
    };
    let beside = [
        party.succession.then_some("by succession"),
        (!party.settled && told_at_length).then_some("dates not settled"),
        (!party.complete).then_some(NOT_ALL_FOLLOWED),
    ];
    let lines = held_lines(held, []).enumerate().map(|(nth, [told, since, ends])| {
        let own = [with(suspended, |it| it.bound, nth), with(applied, is_before_entry_into_force, nth)];
        let beside = beside.into_iter().filter(|_| nth + 1 == held.len());
        let beside: String = own.into_iter().chain(beside).flatten().map(|what| format!(", {what}")).collect();
        // Named in each of them: on a narrow page a row stands by itself.
        let (signed, deposited) = if nth == 0 { (signed.clone(), deposited.clone()) } else { Default::default() };
        [participant_name.clone(), format!("{told}{beside}"), since, ends, signed, deposited]
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::TableDifference;

    fn answer(coverage: Coverage) -> ListPartiesResponse {
        let total = coverage.word == "complete";
        let count = |definition: &str, certain, possible| PartyCount {
            definition: definition.into(),
            words: "they are counted".into(),
            certain,
            possible,
            total,
        };
        ListPartiesResponse {
            treaty_name: "APMBC".into(),
            at: "2025-06-29".into(),
            parties: vec![Party {
                participant: "LTU".into(),
                participant_name: "Lithuania".into(),
                statuses: vec!["party_withdrawal_pending".into()],
                held: vec![StatusHeld {
                    status: "party_withdrawal_pending".into(),
                    since: "2025-06-27".into(),
                    until: "2025-12-27".into(),
                    ..StatusHeld::default()
                }],
                settled: true,
                complete: true,
                signed: "1999-02-26".into(),
                deposited: "2003-05-12".into(),
                ..Party::default()
            }],
            counts: vec![count("in_force", 14, 14), count("contracting", 0, 1), count("former", 0, 0)],
            coverage: Some(coverage),
            ..ListPartiesResponse::default()
        }
    }

    fn text(coverage: Coverage) -> String {
        shown(&answer(coverage), None).iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn without_a_complete_table_a_number_is_of_what_is_recorded() {
        let none = text(Coverage { word: "none".into(), ..Coverage::default() });
        let one_line = none.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(one_line.contains("14 recorded; no complete table at this date."), "{none}");
        assert!(!one_line.contains("14 parties") && !one_line.contains("in all"), "{none}");
        assert!(one_line.contains("0 to 1 recorded"), "{none}");
        assert!(one_line.contains("former 0 recorded"), "nobody is a number too\n{none}");
        assert!(none.lines().all(|line| line.chars().count() <= 80), "{none}");
    }

    #[test]
    fn that_nobody_has_a_status_is_said() {
        let asked = ["party_withdrawal_pending".to_owned(), "signatory".to_owned()];
        let mut found = answer(Coverage::default());
        assert_eq!(nobody(&found, &asked), None);
        found.parties.clear();
        let told = nobody(&found, &asked).map(|block| block.text(80));
        assert_eq!(told.as_deref(), Some("Nobody is recorded as party withdrawal pending or signatory."));
        assert_eq!(nobody(&found, &[]), None, "nobody has an act under it");
    }

    #[test]
    fn a_count_of_nobody_is_a_number_in_json() {
        let json = with_zeros(to_json("ListPartiesResponse", &answer(Coverage::default())));
        assert_eq!((&json["counts"][2]["certain"], &json["counts"][2]["possible"]), (&0.into(), &0.into()));
        assert_eq!(json["counts"][0]["certain"], 14);
        let complete = Coverage { word: "complete".into(), ..Coverage::default() };
        let json = with_zeros(to_json("ListPartiesResponse", &answer(complete)));
        let keys: Vec<&String> = json["counts"][1].as_object().expect("a count").keys().collect();
        assert_eq!(keys, ["definition", "words", "certain", "possible", "total"], "in the order of the contract");
    }

    #[test]
    fn a_deposit_is_told_with_the_code_of_its_mode_as_a_table_has_it() {
        let mut found = answer(Coverage::default());
        let ratified = found.parties[0].clone();
        let with = |mode: ConsentMode| Party { mode: mode.into(), ..ratified.clone() };
        let succeeded = Party { succession: true, ..ratified.clone() };
        let signed = Party { deposited: String::new(), ..with(ConsentMode::Unspecified) };
        found.parties = vec![with(ConsentMode::Ratification), with(ConsentMode::Approval), succeeded, signed];
        let told = shown(&found, None).iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n");
        let cells: Vec<_> = told.lines().filter(|line| line.starts_with(" Lithuania")).collect();
        let ends: Vec<_> = cells.iter().map(|line| line.trim_end().rsplit("  ").next().unwrap_or_default()).collect();
        assert_eq!(ends, ["2003-05-12", "2003-05-12 AA", "2003-05-12 d", "1999-02-26"], "{told}");
        assert!(told.contains("Behind a deposit: AA approval, d succession; without a code"), "{told}");
        assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    }

    #[test]
    fn what_lies_beside_a_status_stands_behind_the_one_that_it_goes_with() {
        let held = |status: &str, bound| StatusHeld { status: status.into(), bound, ..StatusHeld::default() };
        let party = Party {
            participant_name: "Palau".into(),
            held: vec![held("contracting", false), held("non_participant", false)],
            statuses: vec!["contracting".into(), "non_participant".into()],
            provisional_application: true,
            provisional_application_uncertain: true,
            complete: false,
            ..Party::default()
        };
        let told = |party: &Party| -> Vec<[String; 2]> {
            rows(party).into_iter().map(|[who, status, ..]| [who, status]).collect()
        };
        let [first, second] =
            ["contracting, may be applied provisionally".to_owned(), format!("or non participant, {NOT_ALL_FOLLOWED}")];
        assert_eq!(told(&party), [["Palau".to_owned(), first], ["Palau".to_owned(), second]]);
        let suspends = Party {
            held: vec![held("party", true), held("former_party", false)],
            suspension_asserted: true,
            provisional_application: false,
            complete: true,
            ..party
        };
        let statuses: Vec<String> = told(&suspends).into_iter().map(|[_, status]| status).collect();
        assert_eq!(statuses, ["party, suspension asserted", "or former party"]);
    }

    #[test]
    fn a_signature_that_is_consent_by_itself_has_the_code_of_one() {
        let mut found = answer(Coverage::default());
        let mode = ConsentMode::DefinitiveSignature.into();
        let [party] = found.parties.as_mut_slice() else { panic!("one party") };
        (party.deposited, party.mode) = (String::new(), mode);
        let told = shown(&found, None).iter().map(|block| block.text(80)).collect::<Vec<_>>().join("\n");
        assert!(told.contains("1999-02-26 s"), "{told}");
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("Behind a signature: s definitive signature, which is consent by itself."), "{told}");
        assert!(!words.contains("Behind a deposit"), "{told}");
    }

    #[test]
    fn a_table_of_a_day_that_is_open_is_told_with_both_ends() {
        let coverage = Coverage {
            word: "complete_until".into(),
            as_at: "2012-12-27".into(),
            complete_until: "2012-12-27".into(),
            as_at_latest: "2014-08-19".into(),
            complete_until_latest: "2014-08-19".into(),
            ..Coverage::default()
        };
        let told = text(coverage).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("the newest is as at a day from 2012-12-27 to 2014-08-19, and names"), "{told}");
    }

    #[test]
    fn a_complete_table_makes_a_total() {
        let complete = text(Coverage { word: "complete".into(), as_at: "2025-12-31".into(), ..Coverage::default() });
        let complete = complete.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(complete.contains("in force for 14 in all; the depositary's table as at 2025-12-31"), "{complete}");
        assert!(!complete.contains("recorded"), "{complete}");
    }

    #[test]
    fn what_a_table_says_differently_is_told_one_by_one() {
        let sentence = "Tonga deposited: 2025-06-26 in the table, 2025-06-25 here";
        let differences = vec![TableDifference { sentence: sentence.into(), ..TableDifference::default() }];
        let as_at = "2025-12-31".into();
        let partial = text(Coverage { word: "partial".into(), as_at, differences, ..Coverage::default() });
        assert!(partial.contains(&format!("- {sentence}")), "{partial}");
    }
}
