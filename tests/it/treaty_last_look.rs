//! The last look at what changed, kept by the real program.

use std::{path::Path, process::Output};

use crate::{
    process::merestone,
    treaty_questions_time::four,
    treaty_status::{OTTAWA, notice, under},
};

/// The program's answer to `treaty changes`, from outside the test's runtime.
async fn looked(server: String, state: &Path, more: &[&str]) -> Output {
    let mut command = merestone();
    command.args(["treaty", "changes", "--output", "json", "--server", &server, "--state"]).arg(state).args(more);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// The size that an answer begins at, and how many lines it has.
fn begun(output: &Output) -> (u64, usize) {
    assert!(output.status.success(), "{output:?}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let size = json["from"].get("size").map_or(0, |size| size.as_str().unwrap().parse().unwrap());
    (size, json.get("changes").map_or(0, |lines| lines.as_array().unwrap().len()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_look_moves_when_an_answer_was_shown_and_only_then() {
    let story = four().await;
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let size = story.size();
    let look = |more: &'static [&'static str]| looked(story.server(), &state, more);
    let (from, lines) = begun(&look(&["APMBC", "--peek"]).await);
    assert!(from == 0 && lines > 4, "{lines} lines from the beginning");
    assert_eq!(begun(&look(&["APMBC"]).await), (0, lines), "a peek moved nothing");
    assert_eq!(begun(&look(&["untc:XXVI-5"]).await), (size, 0), "by whatever name");
    story.record(&under(OTTAWA, "POL"), notice("2025-08-20")).await;
    assert_eq!(begun(&look(&["APMBC", "--participant", "CHE"]).await).0, 0, "another question");
    assert_eq!(begun(&look(&["APMBC", "--from", "3"]).await).0, 3, "an explicit beginning");
    let mut command = merestone();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command.args(["treaty", "changes", "APMBC", "--server", &story.server(), "--state"]).arg(&state).stdout(writer);
    tokio::task::spawn_blocking(move || command.status().unwrap()).await.unwrap();
    assert_eq!(begun(&look(&["APMBC"]).await), (size, 2), "what nobody could read was no look");
    assert_eq!(begun(&look(&["APMBC"]).await), (size + 1, 0));
    let refused = look(&["APMBC", "--from", "5", "--to", "4"]).await;
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let refused = look(&["no-such"]).await;
    assert_eq!(refused.status.code(), Some(5), "{refused:?}");
    let mut command = merestone();
    command.args(["treaty", "changes", "--server", &story.server()]);
    let nowhere = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(nowhere.status.code(), Some(2), "without a folder there is no last look: {nowhere:?}");
    story.audited().await;
}
