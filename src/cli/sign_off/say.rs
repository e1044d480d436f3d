//! Approving, declining, withdrawing what the ledger holds.

use std::time::Duration;

use serde_json::json;

use super::{
    SayArguments, Word, confirm,
    inbox::{proved, proved_blocks},
    told::{capacity_name, missing_in_words, state_blocks, state_in_words, state_json},
};
use crate::{
    authoring::{Post, SignOffDraft, later_sign_off},
    checkpoint::Receipt,
    cli::{
        Exit, Failure, Global,
        block::{Block, fields},
        fresh_seed, now,
        output::{Output, to_stderr},
    },
    client::{
        Client, Founded, Patience, Proved, ReceiptFor,
        reply::{
            GetSignOffsResponse, SubmissionClass, SubmissionState, SubmissionStatus, SubmitResponse, Verdict as Said,
        },
        to_json,
    },
    crypto::sha256,
    domain::{Capacity, TreeHead, Verdict},
    limits::STATEMENTS_PER_POST,
};

/// How long a sign-off is sent again to a ledger that is busy or away.
const PATIENCE: Duration = Duration::from_secs(30);

pub async fn run(
    word: Word,
    of: &ReceiptFor,
    arguments: &SayArguments,
    global: &Global,
    output: &Output,
) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    let founded = arguments.signer.founded(&client).await?;
    let seen = arguments.signer.seen_folder(global);
    let newest = seen.renew(&client, &founded).await?.head;
    let post = arguments.signer.post(global, &client).await?;
    let own = (post.organisation.to_string(), post.member.to_string());
    let answer = client.sign_offs(of, Some((&own.0, &own.1)), None).await?;
    let GetSignOffsResponse { state, .. } = &answer;
    let state = state.clone().unwrap_or_default();
    let proved = proved(&client, &founded, of, &state).await?;
    on_one_history(&client, proved.head, newest).await.map_err(|error| seen_error(&seen, &founded, error))?;
    let capacity = match arguments.capacity {
        Some(capacity) => capacity,
        None => derived(word, &state, &own)?,
    };
    let findings = accepted(word, arguments, &state)?;
    let draft = SignOffDraft {
        ledger: founded.ledger,
        submission: proved.content.digest,
        capacity,
        verdict: verdict(word, &arguments.reason),
        accepted_findings: findings,
    };
    confirm(&before(&proved, &state), &question(word, capacity, &post, &proved), arguments.yes)?;
    let (response, receipt, head) = send(&client, &founded, &draft, &post).await?;
    let newest = seen.renew(&client, &founded).await?.head;
    on_one_history(&client, head, newest).await.map_err(|error| seen_error(&seen, &founded, error))?;
    let after = client.sign_offs_after(of, receipt.index.0).await?.state.unwrap_or_default();
    report(word, (&response, &receipt), &after, output)
}

fn before(proved: &Proved, state: &SubmissionState) -> Vec<Block> {
    let mut blocks = proved_blocks(proved);
    blocks.extend(state_blocks(state));
    blocks
}

fn question(word: Word, capacity: Capacity, post: &Post, proved: &Proved) -> String {
    let Post { organisation, member, key: _ } = post;
    let capacity = capacity_name(capacity.number());
    let mut word = word.name().to_owned();
    word[..1].make_ascii_uppercase();
    format!(
        "{word} submission {} of entry {} as {capacity}, for {organisation}/{member}?",
        proved.content.digest, proved.index
    )
}

fn verdict(word: Word, reason: &str) -> Verdict {
    match word {
        Word::Approve => Verdict::Approve { remark: reason.into() },
        Word::Decline => Verdict::Decline { reason: reason.into() },
        Word::Withdraw => Verdict::Withdraw { reason: reason.into() },
    }
}

/// The one capacity that fits, or why none does.
fn derived(word: Word, state: &SubmissionState, own: &(String, String)) -> Result<Capacity, Failure> {
    let open: Vec<Capacity> = match word {
        Word::Approve | Word::Decline => {
            let open = state.open_to.iter().flat_map(|open| &open.capacities);
            open.filter_map(|number| Capacity::from_number(*number)).collect()
        }
        Word::Withdraw => to_withdraw(state, own).into_iter().collect(),
    };
    match open.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::new(Exit::Rejected, why_not(word, state, own))),
        several => {
            let names: Vec<_> = several.iter().map(|capacity| capacity.name()).collect();
            Err(Failure::usage(format!("say with --as in which capacity: {}", names.join(" or "))))
        }
    }
}

/// As author the whole submission; otherwise the post's own approval.
fn to_withdraw(state: &SubmissionState, own: &(String, String)) -> Option<Capacity> {
    if state.status() != SubmissionStatus::Waiting {
        return None;
    }
    if is_author(state, own) {
        return Some(Capacity::Author);
    }
    let last = state.statements.iter().rfind(|said| (&said.organisation, &said.member) == (&own.0, &own.1));
    last.filter(|said| said.verdict() == Said::Approve).and_then(|said| Capacity::from_number(said.capacity))
}

fn is_author(state: &SubmissionState, own: &(String, String)) -> bool {
    (&state.organisation, &state.member) == (&own.0, &own.1)
}

/// Why a post cannot sign, for the person at the keyboard. The ledger itself says
/// it when a capacity is given.
fn why_not(word: Word, state: &SubmissionState, own: &(String, String)) -> String {
    let who = format!("{}/{}", own.0, own.1);
    let said = state.statements.iter().rfind(|said| (&said.organisation, &said.member) == (&own.0, &own.1));
    let takes = matches!(state.status(), SubmissionStatus::Waiting | SubmissionStatus::Effective);
    match (word, said) {
        (Word::Approve | Word::Decline, _) if !takes => format!("nothing waits: it is {}", state_in_words(state)),
        (Word::Approve | Word::Decline, _) if is_author(state, own) => {
            format!("{who} is its author: another post signs it off; an author may only withdraw it")
        }
        (Word::Approve | Word::Decline, Some(said)) => {
            format!(
                "{who} signed it at entry {} as {}: a post signs once, and speaks {STATEMENTS_PER_POST} times at most \
                 where it took its word back",
                said.index,
                capacity_name(said.capacity)
            )
        }
        _ if state.status() == SubmissionStatus::Waiting && word == Word::Withdraw => {
            format!("no approval by {who} stands, and it is not its author")
        }
        _ if state.status() == SubmissionStatus::Waiting => {
            let missing = missing_in_words(state);
            format!(
                "it waits for {missing}, and {who} has no role, mandate or naming for that; --as CAPACITY asks the \
                 ledger for the rule"
            )
        }
        (Word::Withdraw, _) => format!("nothing waits: it is {}", state_in_words(state)),
        (Word::Approve | Word::Decline, _) if state.class() == SubmissionClass::Governs => {
            let stands = state_in_words(state);
            format!(
                "nothing waits: it is {stands}; what governs brings all its signatures in its envelope and takes none later"
            )
        }
        (Word::Approve | Word::Decline, _) if state.class() == SubmissionClass::States => {
            let stands = state_in_words(state);
            format!(
                "nothing waits: it is {stands}; a verifier or a national authority may still sign it, and {who} has no \
                 role, mandate or naming for that; --as CAPACITY asks the ledger for the rule"
            )
        }
        (Word::Approve | Word::Decline, _) => {
            let stands = state_in_words(state);
            format!(
                "nothing waits: it is {stands}; only a national authority that has not spoken may still give its word"
            )
        }
    }
}

/// An approval names every finding that it was given in spite of.
fn accepted(word: Word, arguments: &SayArguments, state: &SubmissionState) -> Result<Vec<Box<str>>, Failure> {
    let open = state.findings.iter().filter(|finding| !arguments.accept.contains(&finding.code));
    let mut open: Vec<String> = open.map(|finding| format!("--accept-finding {}", finding.code)).collect();
    open.sort_unstable();
    open.dedup();
    if word == Word::Approve && !open.is_empty() {
        let sentence =
            format!("the ledger remarks on it; read the findings, and name those that you accept: {}", open.join(" "));
        return Err(Failure::usage(sentence));
    }
    Ok(arguments.accept.iter().map(|code| code.as_str().into()).collect())
}

/// Sends the sign-off, and verifies that the receipt is for these very bytes.
async fn send(
    client: &Client,
    founded: &Founded,
    draft: &SignOffDraft,
    post: &Post,
) -> Result<(SubmitResponse, Receipt, TreeHead), Failure> {
    let signed = later_sign_off(draft, post, now()?);
    let patience = Patience::new(PATIENCE, fresh_seed());
    let response = patience.ask(|| client.submit(&signed), |error, _| to_stderr(&format!("waiting: {error}"))).await?;
    let unproved = |why: &str| Failure::new(Exit::VerificationFailed, format!("its receipt proves nothing: {why}"));
    let receipt = response.receipt.clone().ok_or_else(|| unproved("there is none"))?;
    let receipt = Receipt::try_from(receipt).map_err(|error| Failure::new(Exit::VerificationFailed, error))?;
    let head = receipt.verify(&founded.verifier).map_err(|error| Failure::new(Exit::VerificationFailed, error))?;
    if *receipt.envelope.as_bytes() != sha256(&signed.envelope) {
        return Err(unproved("it is for another envelope"));
    }
    Ok((response, receipt, head))
}

async fn on_one_history(client: &Client, one: TreeHead, other: TreeHead) -> Result<(), crate::client::Untrusted> {
    let (older, newer) = if one.size <= other.size { (one, other) } else { (other, one) };
    client.one_history(older, newer).await
}

fn seen_error(seen: &crate::cli::seen::SeenFolder, founded: &Founded, error: crate::client::Untrusted) -> Failure {
    match error {
        error @ crate::client::Untrusted::Forked { .. } => seen.forked(founded.ledger, &error),
        error => error.into(),
    }
}

fn report(
    word: Word,
    (response, receipt): (&SubmitResponse, &Receipt),
    after: &SubmissionState,
    output: &Output,
) -> Result<Exit, Failure> {
    let proof = receipt.to_tlog_proof();
    let json = json!({
        "said": word.name(), "accepted": to_json("SubmitResponse", response), "state": state_json(after),
        "tlog_proof": proof,
    });
    output.show(&json, || {
        let mut done = vec![
            ("said", word.name().to_owned()),
            ("recorded as entry", receipt.index.to_string()),
            ("recorded at", receipt.recorded_at.to_string()),
            ("now", state_in_words(after)),
        ];
        let findings = response.findings.iter();
        done.extend(findings.map(|finding| ("finding", format!("{}: {}", finding.code, finding.message))));
        vec![fields(done), Block::Text(proof.trim_end().to_owned())]
    })?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::{Finding, OpenCapacity, SignOffStatement};

    fn own() -> (String, String) {
        ("desk".into(), "verifier-1".into())
    }

    fn open(capacities: &[Capacity]) -> SubmissionState {
        let capacities = capacities.iter().map(|capacity| capacity.number()).collect();
        let open = OpenCapacity { organisation: "desk".into(), member: "verifier-1".into(), capacities };
        SubmissionState { status: SubmissionStatus::Waiting.into(), open_to: vec![open], ..SubmissionState::default() }
    }

    fn said(verdict: Said) -> SubmissionState {
        let statement = SignOffStatement {
            index: 9,
            organisation: "desk".into(),
            member: "verifier-1".into(),
            capacity: Capacity::Verifier.number(),
            verdict: verdict.into(),
            ..SignOffStatement::default()
        };
        SubmissionState { statements: vec![statement], ..open(&[]) }
    }

    #[test]
    fn a_capacity_is_derived_where_only_one_fits() {
        let one = derived(Word::Approve, &open(&[Capacity::Verifier]), &own()).expect("one fits");
        assert_eq!(one, Capacity::Verifier);
        let both = open(&[Capacity::Verifier, Capacity::NationalAuthority]);
        assert_eq!(derived(Word::Approve, &both, &own()).expect_err("two").exit, Exit::Usage);
        let withdrawn = derived(Word::Withdraw, &said(Said::Approve), &own()).expect("its own approval");
        assert_eq!(withdrawn, Capacity::Verifier);
        let mine = SubmissionState { organisation: "desk".into(), member: "verifier-1".into(), ..open(&[]) };
        assert_eq!(derived(Word::Withdraw, &mine, &own()).expect("its own submission"), Capacity::Author);
    }

    #[test]
    fn a_post_that_cannot_sign_is_told_why() {
        let told = |word, state: &SubmissionState| {
            let failure = derived(word, state, &own()).expect_err("nothing fits");
            assert_eq!(failure.exit, Exit::Rejected);
            failure.cause.to_string()
        };
        let mine = SubmissionState { organisation: "desk".into(), member: "verifier-1".into(), ..open(&[]) };
        assert!(told(Word::Approve, &mine).contains("its author"));
        assert!(told(Word::Approve, &said(Said::Approve)).contains("entry 9"));
        assert!(told(Word::Withdraw, &said(Said::Decline)).contains("no approval"));
        assert!(told(Word::Approve, &open(&[])).contains("no role"));
        let effective = |class: SubmissionClass| SubmissionState {
            status: SubmissionStatus::Effective.into(),
            class: class.into(),
            ..open(&[])
        };
        assert!(told(Word::Approve, &effective(SubmissionClass::Governs)).contains("in its envelope"));
        assert!(told(Word::Approve, &effective(SubmissionClass::States)).contains("no role"));
        assert!(told(Word::Approve, &effective(SubmissionClass::Eases)).contains("has not spoken"));
    }

    #[test]
    fn an_approval_names_every_finding() {
        let finding = Finding { code: "late_work_of_retired_key".into(), ..Finding::default() };
        let state = SubmissionState { findings: vec![finding.clone(), finding], ..open(&[]) };
        let arguments = |accept: &[&str]| SayArguments {
            submission: "1".into(),
            capacity: None,
            reason: String::new(),
            accept: accept.iter().map(|code| (*code).to_owned()).collect(),
            yes: true,
            signer: crate::cli::author::SignerArguments::default(),
        };
        let open = accepted(Word::Approve, &arguments(&[]), &state).expect_err("not named");
        assert!(open.cause.to_string().ends_with("accept: --accept-finding late_work_of_retired_key"), "said once");
        assert!(accepted(Word::Decline, &arguments(&[]), &state).is_ok());
        assert!(accepted(Word::Approve, &arguments(&["late_work_of_retired_key"]), &state).is_ok());
    }
}
