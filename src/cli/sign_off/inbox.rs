//! `sign-off list|show`: the inbox, and one submission in full.

use clap::Args;
use serde_json::{Value, json};

use super::{
    ShowArguments, parse_capacity,
    told::{content_blocks, missing_in_words, state_blocks, state_json},
};
use crate::{
    cli::{
        Exit, Failure, Global, ReadArguments,
        author::{SignerArguments, find_post_of, read_key},
        block::{Block, fields, table},
        output::{Output, instant},
    },
    client::{Client, Founded, Inbox, Proved, ReceiptFor, reply::SubmissionState, to_json},
    domain::{Capacity, Index},
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Everything that waits, not only what the post of --key can sign.
    #[arg(long)]
    all: bool,
    /// Only what the posts of this organisation can sign.
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    organisation: Option<String>,
    /// With --organisation: only what this post can sign.
    #[arg(long, value_name = "ID", requires = "organisation")]
    member: Option<String>,
    /// Only what can be signed in this capacity.
    #[arg(long = "as", value_name = "CAPACITY", value_parser = parse_capacity)]
    capacity: Option<Capacity>,
    /// Only what this organisation submitted.
    #[arg(long, value_name = "ID")]
    author: Option<String>,
    #[command(flatten)]
    read: ReadArguments,
}

pub async fn list(arguments: &Arguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let client = global.connect().await?;
    let inbox = inbox(arguments, global, &client).await?;
    let answer = client.inbox(&inbox, arguments.read.known_at).await?;
    let json = to_json("ListSignOffsResponse", &answer);
    output.show_list(&json, "waiting", || {
        if answer.waiting.is_empty() { Vec::new() } else { vec![rows(&answer.waiting)] }
    })?;
    output.note(&summary(&inbox, answer.waiting.len()));
    output.note_what_it_holds_for(answer.holds_at.as_ref());
    Ok(Exit::Done)
}

async fn inbox(arguments: &Arguments, global: &Global, client: &Client) -> Result<Inbox, Failure> {
    let Arguments { all, organisation, member, capacity, author, read: _ } = arguments;
    let (organisation, member) = match organisation {
        Some(organisation) => (organisation.clone(), member.clone().unwrap_or_default()),
        None if *all || global.key.is_none() => (String::new(), String::new()),
        None => {
            let (organisation, member) = find_post_of(client, &read_key(global)?).await?;
            (organisation.to_string(), member.to_string())
        }
    };
    let capacity = capacity.map_or(0, Capacity::number);
    Ok(Inbox { organisation, member, capacity, author: author.clone().unwrap_or_default() })
}

fn summary(inbox: &Inbox, count: usize) -> String {
    let who = match (inbox.organisation.as_str(), inbox.member.as_str()) {
        ("", _) => "somebody's signature".to_owned(),
        (organisation, "") => format!("a signature that {organisation} can give"),
        (organisation, member) => format!("a signature that {organisation}/{member} can give"),
    };
    match count {
        0 => format!("nothing waits for {who}"),
        1 => format!("1 submission waits for {who}"),
        count => format!("{count} submissions wait for {who}"),
    }
}

fn rows(waiting: &[SubmissionState]) -> Block {
    table(["index", "since", "by", "states", "waits for", "until"], waiting.iter().map(row))
}

fn row(state: &SubmissionState) -> [String; 6] {
    let told = state.events.iter().flat_map(|event| {
        let line = format!("{} on {}", event.kind.replace('_', " "), event.subject);
        std::iter::once(line).chain(event.changes.iter().cloned())
    });
    let mut states: Vec<String> = told.collect();
    let more = usize::try_from(state.event_count).unwrap_or_default().saturating_sub(state.events.len());
    if more > 0 {
        states.push(format!("and {more} more"));
    }
    states.extend(state.findings.iter().map(|finding| format!("finding: {}", finding.code)));
    [
        state.index.to_string(),
        instant(state.recorded_at.as_ref()),
        format!("{}/{}", state.organisation, state.member),
        states.join("\n"),
        missing_in_words(state),
        instant(state.waits_until.as_ref()),
    ]
}

pub async fn show(arguments: &ShowArguments, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let ShowArguments { submission, signer, read } = arguments;
    let client = global.connect().await?;
    let founded = signer.founded(&client).await?;
    let post = post_of(signer, global, &client).await?;
    let post = post.as_ref().map(|(organisation, member)| (organisation.as_str(), member.as_str()));
    let answer = client.sign_offs(submission, post, read.known_at).await?;
    let state = answer.state.clone().unwrap_or_default();
    let proved = proved(&client, &founded, submission, &state).await?;
    output.show(&shown_json(&proved, &state), || {
        let mut blocks = proved_blocks(&proved);
        blocks.extend(state_blocks(&state));
        blocks
    })?;
    output.note_what_it_holds_for(answer.holds_at.as_ref());
    Ok(Exit::Done)
}

async fn post_of(
    signer: &SignerArguments,
    global: &Global,
    client: &Client,
) -> Result<Option<(String, String)>, Failure> {
    if global.key.is_none() {
        return Ok(None);
    }
    let post = signer.post(global, client).await?;
    Ok(Some((post.organisation.to_string(), post.member.to_string())))
}

/// The submission from its own bytes. The service only says at which entry it is.
pub async fn proved(
    client: &Client,
    founded: &Founded,
    asked: &ReceiptFor,
    state: &SubmissionState,
) -> Result<Proved, Failure> {
    let proved = client.proved(founded, Index(state.index)).await?;
    let asked_for = match asked {
        ReceiptFor::Submission(digest) => proved.is(digest),
        ReceiptFor::Index(_) => true,
    };
    if asked_for && proved.is(&state.submission_digest) {
        return Ok(proved);
    }
    let sentence = format!(
        "entry {} holds the submission {}, and the service named another: sign nothing, and tell the operator",
        proved.index, proved.content.digest
    );
    Err(Failure::new(Exit::VerificationFailed, sentence))
}

/// What was proved, in full.
pub fn proved_blocks(proved: &Proved) -> Vec<Block> {
    let place = fields([
        ("entry", proved.index.to_string()),
        ("recorded at", proved.recorded_at.to_string()),
        ("proved", format!("included in the signed checkpoint of {} entries", proved.head.size)),
    ]);
    std::iter::once(place).chain(content_blocks(&proved.content, &proved.readable)).collect()
}

/// What was proved and what the service says, apart.
pub fn shown_json(proved: &Proved, state: &SubmissionState) -> Value {
    let readable: Value = serde_json::from_str(&proved.readable).unwrap_or_default();
    json!({
        "proved": {
            "index": proved.index.to_string(), "recorded_at": proved.recorded_at.to_string(),
            "submission_digest": proved.content.digest.to_string(), "size": proved.head.size.to_string(),
            "submission": readable["submission"], "events": readable["events"],
        },
        "state": state_json(state),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::reply::{EventLine, MissingSignOff};

    #[test]
    fn an_inbox_fits_80_columns_and_says_what_is_missing() {
        let line =
            EventLine { kind: "land_released".into(), subject: "record/XX-D3-0007".into(), ..EventLine::default() };
        let missing = MissingSignOff { capacity: 3, count: 1, concern: "the country XX".into(), message: "".into() };
        let state = SubmissionState {
            index: 12,
            organisation: "desk".into(),
            member: "recorder-1".into(),
            events: vec![line],
            event_count: 22,
            missing: vec![missing],
            ..SubmissionState::default()
        };
        let text = rows(&[state]).text(80);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        for told in ["record/XX-D3-0007", "and 21 more", "XX"] {
            assert!(text.contains(told), "{text}");
        }
    }
}
