//! What became of a run: a summary, and each submission that needs a look.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use super::{
    gather::Parcel,
    send::{Accepted, Outcome},
};
use crate::{
    cli::{
        Exit, Failure,
        block::table,
        check::{changed_finding, legal_finding},
        exit::exit_of,
        output::{Format, Output, instant, to_stderr},
        sign_off::{left_out_in_words, state_in_words, state_json},
    },
    client::{
        ClientError, KnownCheckpoint, Refused,
        reply::{CheckResponse, FindingUnderTreaty, SubmissionState, SubmissionStatus},
        to_json,
    },
    telemetry::chain,
};

/// Rows that a person reads through; beyond them only those that need a look.
const ROWS: usize = 25;

/// How many of what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary<'a> {
    accepted: usize,
    already_there: usize,
    /// Of both: recorded, and not in effect yet.
    waiting: usize,
    /// By rule.
    rejected: BTreeMap<&'a str, usize>,
    failed: usize,
    not_sent: usize,
}

/// Shows the run; `newest` is the checkpoint up to which it was verified.
pub fn report(parcels: &[Parcel], newest: Option<&KnownCheckpoint>, output: &Output) -> Result<(), Failure> {
    let summary = summary(parcels);
    let results: Vec<Value> = each(parcels).map(|(parcel, at)| result(parcel, at)).collect();
    let all = results.len() <= ROWS;
    let json = json!({
        "results": results,
        "summary": summary.to_json(),
        "checkpoint": newest.map(|newest| newest.note.as_str()),
    });
    output.show_list(&json, "results", || {
        let rows: Vec<_> = each(parcels).filter(|(parcel, at)| all || needs_a_look(&parcel.outcomes[*at])).collect();
        if rows.is_empty() { Vec::new() } else { vec![table(HEADER, rows.iter().map(|(parcel, at)| row(parcel, *at)))] }
    })?;
    match output.format {
        Format::Table => output.line(&summary.sentence()),
        Format::Json => Ok(()),
        Format::Ndjson => {
            to_stderr(&summary.sentence());
            Ok(())
        }
    }
}

/// The code of the run: what nobody may overlook comes first, then what another
/// run may mend, then what the author must mend.
pub fn exit_of_all(parcels: &[Parcel]) -> Exit {
    let exits: Vec<Exit> = parcels.iter().flat_map(|parcel| &parcel.outcomes).filter_map(exit).collect();
    let order = [Exit::VerificationFailed, Exit::UnreachableOrBusy, Exit::Rejected, Exit::Usage, Exit::Failed];
    order.into_iter().find(|exit| exits.contains(exit)).or(exits.first().copied()).unwrap_or(Exit::Done)
}

/// What to do about files that were rejected, and would be sent again as they were signed.
pub fn to_sign_anew(parcels: &[Parcel]) -> Option<String> {
    let rejected = |parcel: &&Parcel| {
        let rejected =
            |outcome: &Outcome| matches!(outcome, Outcome::Refused(error) if exit_of(error) == Exit::Rejected);
        let whole = parcel.outcomes.iter().all(rejected);
        whole && !parcel.outcomes.is_empty() && parcel.file != parcel.envelope
    };
    let files: Vec<_> = parcels.iter().filter(rejected).map(|parcel| name(&parcel.envelope)).collect();
    let first = files.first()?;
    let others = if files.len() > 1 { format!(" and {} others", files.len() - 1) } else { String::new() };
    Some(format!(
        "what was rejected is kept as it was signed, in {first}{others}, and sent again as it is; to sign it anew, \
         corrected or with another key, remove that first"
    ))
}

fn exit(outcome: &Outcome) -> Option<Exit> {
    match outcome {
        Outcome::Accepted(accepted) => (!accepted.response.left_out.is_empty()).then_some(Exit::Rejected),
        Outcome::Refused(error) => Some(exit_of(error)),
        Outcome::Failed(failure) => Some(failure.exit),
        Outcome::NotSent => Some(Exit::UnreachableOrBusy),
    }
}

fn each(parcels: &[Parcel]) -> impl Iterator<Item = (&Parcel, usize)> {
    parcels.iter().flat_map(|parcel| (0..parcel.outcomes.len()).map(move |at| (parcel, at)))
}

fn summary(parcels: &[Parcel]) -> Summary<'_> {
    let mut summary = Summary::default();
    for outcome in parcels.iter().flat_map(|parcel| &parcel.outcomes) {
        summary.waiting += usize::from(status(outcome) == Some(SubmissionStatus::Waiting));
        match outcome {
            Outcome::Accepted(accepted) if accepted.response.repeated => summary.already_there += 1,
            Outcome::Accepted(_) => summary.accepted += 1,
            Outcome::Refused(ClientError::Refused(refused)) if exit(outcome) == Some(Exit::Rejected) => {
                *summary.rejected.entry(&refused.reason).or_default() += 1;
            }
            Outcome::Refused(_) | Outcome::Failed(_) => summary.failed += 1,
            Outcome::NotSent => summary.not_sent += 1,
        }
    }
    summary
}

impl Summary<'_> {
    fn to_json(&self) -> Value {
        let Self { accepted, already_there, waiting, rejected, failed, not_sent } = self;
        json!({
            "accepted": accepted, "already_there": already_there, "waiting": waiting, "rejected": rejected.values().sum::<usize>(),
            "rejected_by_rule": rejected, "failed": failed, "not_sent": not_sent,
        })
    }

    fn sentence(&self) -> String {
        let Self { accepted, already_there, waiting, rejected, failed, not_sent } = self;
        let mut sentence = format!("{accepted} accepted, {already_there} already there");
        match waiting {
            0 => {}
            1 => sentence.push_str(" (1 waits for sign-offs)"),
            more => sentence.push_str(&format!(" ({more} wait for sign-offs)")),
        }
        sentence.push_str(&format!(", {} rejected", rejected.values().sum::<usize>()));
        if !rejected.is_empty() {
            let rules: Vec<_> = rejected.iter().map(|(rule, count)| format!("{count} by {rule}")).collect();
            sentence.push_str(&format!(" ({})", rules.join(", ")));
        }
        sentence.push_str(&format!(", {failed} failed"));
        if *not_sent > 0 {
            sentence.push_str(&format!(", {not_sent} not sent: submit the same files again"));
        }
        sentence
    }
}

const HEADER: [&str; 3] = ["file", "index", "outcome"];

fn needs_a_look(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Accepted(accepted) => {
            let response = &accepted.response;
            let told = !response.findings.is_empty() || !response.left_out.is_empty();
            told || not_in_effect(accepted).is_some() || !remarked(accepted).is_empty()
        }
        Outcome::Refused(_) | Outcome::Failed(_) => true,
        // The summary says how many, and they have nothing else to tell.
        Outcome::NotSent => false,
    }
}

fn status(outcome: &Outcome) -> Option<SubmissionStatus> {
    match outcome {
        Outcome::Accepted(accepted) => accepted.state.as_ref().map(SubmissionState::status),
        Outcome::NotSent | Outcome::Refused(_) | Outcome::Failed(_) => None,
    }
}

/// In words, what keeps something that was recorded from being in effect.
fn not_in_effect(accepted: &Accepted) -> Option<String> {
    let state = accepted.state.as_ref()?;
    let until = match state.waits_until.as_ref() {
        Some(until) if state.status() == SubmissionStatus::Waiting => format!(", until {}", instant(Some(until))),
        _ => String::new(),
    };
    match state.status() {
        SubmissionStatus::Effective | SubmissionStatus::Unspecified => None,
        SubmissionStatus::Waiting
        | SubmissionStatus::Lapsed
        | SubmissionStatus::Expired
        | SubmissionStatus::Declined
        | SubmissionStatus::Withdrawn => Some(format!("{}{until}", state_in_words(state))),
    }
}

fn row(parcel: &Parcel, at: usize) -> [String; 3] {
    let (index, outcome) = match &parcel.outcomes[at] {
        Outcome::Accepted(accepted) => {
            let response = &accepted.response;
            let index = response.receipt.as_ref().map(|receipt| receipt.index.to_string()).unwrap_or_default();
            let mut outcome = if response.repeated { "already there" } else { "accepted" }.to_owned();
            outcome.extend(not_in_effect(accepted).map(|told| format!(", {told}")));
            response.findings.iter().for_each(|finding| outcome.push_str(&format!("\nfinding: {}", finding.code)));
            response
                .left_out
                .iter()
                .for_each(|left_out| outcome.push_str(&format!("\n{}", left_out_in_words(left_out))));
            remarked(accepted).iter().for_each(|told| outcome.push_str(&format!("\n{told}")));
            (index, outcome)
        }
        Outcome::Refused(error) => (String::new(), chain(error)),
        Outcome::Failed(failure) => (String::new(), chain(failure.cause.as_ref())),
        Outcome::NotSent => (String::new(), "not sent".to_owned()),
    };
    let number = if parcel.outcomes.len() > 1 { format!(" ({})", at + 1) } else { String::new() };
    [format!("{}{number}", name(&parcel.file)), index, outcome]
}

/// What law remarks since it entered, what no more, and what in another way.
fn remarked(accepted: &Accepted) -> Vec<String> {
    let Some(answer) = &accepted.brought else { return Vec::new() };
    let came = answer.legal_findings.iter().map(|found| format!("legal finding: {}", legal_finding(answer, found)));
    let went = answer.legal_findings_gone.iter();
    let went = went.map(|found| format!("legal finding no more: {}", legal_finding(answer, found)));
    let changed = answer.legal_findings_changed.iter();
    let changed = changed.map(|it| format!("legal finding that changed: {}", changed_finding(answer, it, "is now")));
    let cut = answer.legal_findings_cut.then(|| "legal finding: there may be more than was looked at".to_owned());
    came.chain(went).chain(changed).chain(cut).collect()
}

fn remarked_json(answer: &CheckResponse) -> Value {
    let told = |found: &[FindingUnderTreaty]| -> Vec<Value> {
        found.iter().map(|found| to_json("FindingUnderTreaty", found)).collect()
    };
    let changed = answer.legal_findings_changed.iter().map(|changed| to_json("ChangedFinding", changed));
    json!({
        "came": told(&answer.legal_findings), "went": told(&answer.legal_findings_gone),
        "changed": changed.collect::<Vec<_>>(),
        "cut": answer.legal_findings_cut,
    })
}

fn name(file: &Path) -> String {
    file.display().to_string()
}

/// The field in question, as `check` names it; empty where the server names none.
fn field(refused: &Refused) -> &str {
    refused.fields.first().map_or("", |(field, _)| field)
}

fn result(parcel: &Parcel, at: usize) -> Value {
    let file = name(&parcel.file);
    match &parcel.outcomes[at] {
        Outcome::Accepted(accepted) => json!({
            "file": file, "accepted": to_json("SubmitResponse", &accepted.response),
            "receipt_file": name(&parcel.receipts[at]), "state": accepted.state.as_ref().map(state_json),
            "legal_findings": accepted.brought.as_ref().map(remarked_json),
        }),
        Outcome::Refused(ClientError::Refused(refused)) => json!({
            "file": file, "refused": { "reason": refused.reason, "field": field(refused), "message": refused.message },
        }),
        Outcome::Refused(error) => json!({ "file": file, "failed": { "message": chain(error) } }),
        Outcome::Failed(failure) => json!({ "file": file, "failed": { "message": chain(failure.cause.as_ref()) } }),
        Outcome::NotSent => json!({ "file": file, "not_sent": {} }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic::{Code, Status};
    use tonic_types::{ErrorDetails, StatusExt};

    use super::*;
    use crate::{
        client::reply::{LeftOutSignOff, MissingSignOff, Refusal, SubmitResponse},
        domain::{Size, TreeHash, TreeHead},
    };

    fn parcel(outcomes: Vec<Outcome>) -> Parcel {
        let receipts = vec!["a.tlog-proof".into(); outcomes.len()];
        Parcel { file: "a.json".into(), envelope: "a.envelope.json".into(), receipts, outcomes }
    }

    fn accepted(repeated: bool) -> Outcome {
        let response = SubmitResponse { repeated, ..SubmitResponse::default() };
        let head = TreeHead { size: Size(1), root: TreeHash([0; 32]) };
        Outcome::Accepted(Box::new(Accepted { response, head, state: None, brought: None }))
    }

    fn standing(repeated: bool, state: SubmissionState) -> Outcome {
        let Outcome::Accepted(accepted) = accepted(repeated) else { unreachable!("it was accepted") };
        Outcome::Accepted(Box::new(Accepted { state: Some(state), ..*accepted }))
    }

    #[test]
    fn what_was_recorded_and_is_not_in_effect_says_so() {
        let state = |status: SubmissionStatus| SubmissionState { status: status.into(), ..SubmissionState::default() };
        let missing = MissingSignOff { capacity: 1, count: 1, ..MissingSignOff::default() };
        let waits = SubmissionState { missing: vec![missing], ..state(SubmissionStatus::Waiting) };
        let declined = SubmissionState { decided_index: 12, ..state(SubmissionStatus::Declined) };
        let parcel = parcel(vec![
            standing(false, waits.clone()),
            standing(true, declined),
            standing(false, state(SubmissionStatus::Effective)),
            accepted(false),
        ]);
        let told: Vec<String> = (0..4).map(|at| row(&parcel, at)[2].clone()).collect();
        assert_eq!(told, ["accepted, waits for verifier", "already there, declined at 12", "accepted", "accepted"]);
        assert_eq!(result(&parcel, 0)["state"], state_json(&waits));
        let looked_at: Vec<bool> = parcel.outcomes.iter().map(needs_a_look).collect();
        assert_eq!(looked_at, [true, true, false, false]);
        let sentence = summary(std::slice::from_ref(&parcel)).sentence();
        assert!(sentence.starts_with("3 accepted, 1 already there (1 waits for sign-offs), 0 rejected"), "{sentence}");
    }

    #[test]
    fn a_sign_off_that_was_left_out_is_told_with_its_rule_and_ends_with_the_code_of_a_rejection() {
        let refusal = Refusal { reason: "RoleMustAllowKind".into(), message: "no role".into(), ..Refusal::default() };
        let (organisation, member, refusal) = ("desk".into(), "clerk".into(), Some(refusal));
        let left_out = vec![LeftOutSignOff { organisation, member, capacity: 1, refusal }];
        let Outcome::Accepted(there) = accepted(true) else { unreachable!("it was accepted") };
        let response = SubmitResponse { left_out, ..there.response };
        let parcel = parcel(vec![Outcome::Accepted(Box::new(Accepted { response, ..*there }))]);
        let told = "already there\nleft out: the sign-off of desk/clerk as verifier, RoleMustAllowKind: no role";
        assert_eq!(row(&parcel, 0)[2], told);
        assert!(needs_a_look(&parcel.outcomes[0]));
        assert_eq!(to_sign_anew(std::slice::from_ref(&parcel)), None, "the submission is on record");
        assert_eq!(exit_of_all(&[parcel]), Exit::Rejected);
    }

    #[test]
    fn a_refusal_names_its_field_in_json_as_in_the_table() {
        let mut details = ErrorDetails::with_error_info("DateMustNotLieInFuture", "merestone", HashMap::new());
        details.add_bad_request_violation("events[0].signature_affixed.signed", "2031-01-01 has not come yet");
        let status = Status::with_error_details(Code::FailedPrecondition, "2031-01-01 has not come yet", details);
        let parcel = parcel(vec![Outcome::Refused(status.into())]);
        let refused = &result(&parcel, 0)["refused"];
        assert_eq!(refused["reason"], "DateMustNotLieInFuture");
        assert_eq!(refused["field"], "events[0].signature_affixed.signed");
        assert!(row(&parcel, 0)[2].contains("events[0].signature_affixed.signed"));
    }

    #[test]
    fn what_nobody_may_overlook_decides_the_exit_code() {
        let rejected = || Outcome::Refused(Status::failed_precondition("").into());
        let away = || Outcome::Refused(Status::unavailable("").into());
        let lied = || Outcome::Failed(Failure::new(Exit::VerificationFailed, ""));
        let code = |outcomes| exit_of_all(&[parcel(outcomes)]);
        assert_eq!(code(vec![]), Exit::Done);
        assert_eq!(code(vec![accepted(false), accepted(true)]), Exit::Done);
        assert_eq!(code(vec![accepted(false), rejected()]), Exit::Rejected);
        assert_eq!(code(vec![rejected(), away(), Outcome::NotSent]), Exit::UnreachableOrBusy);
        assert_eq!(code(vec![lied(), away(), rejected()]), Exit::VerificationFailed);
    }

    #[test]
    fn only_what_the_ledger_holds_nothing_of_is_to_be_signed_anew() {
        let rejected = || Outcome::Refused(Status::failed_precondition("").into());
        let advice = to_sign_anew(&[parcel(vec![rejected()])]).expect("advice");
        assert!(advice.contains("a.envelope.json"), "{advice}");
        assert_eq!(to_sign_anew(&[parcel(vec![accepted(false), rejected()]), parcel(vec![])]), None);
    }

    #[test]
    fn a_summary_counts_everything_once() {
        let outcomes =
            vec![accepted(false), accepted(true), Outcome::NotSent, Outcome::Failed(Failure::usage("spoiled"))];
        let parcels = [parcel(outcomes)];
        let sentence = "1 accepted, 1 already there, 0 rejected, 1 failed, 1 not sent: submit the same files again";
        assert_eq!(summary(&parcels).sentence(), sentence);
    }
}
