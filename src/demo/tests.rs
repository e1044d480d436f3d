//! The demonstration as its users see it: a whole run.

use super::*;
use crate::cli::demo::CommandTables;

async fn demonstrated(options: &Options) -> (Told, String) {
    let mut randomness = |bytes: &mut [u8]| rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    let mut out = Vec::new();
    let world = World { randomness: &mut randomness, tables: &CommandTables, out: &mut out };
    let told = run(options, world, std::future::pending()).await;
    (told, String::from_utf8(out).expect("UTF-8"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_shows_every_step_and_ends() {
    let (told, text) = demonstrated(&Options { exit: true, ..Options::default() }).await;
    told.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    println!("{text}");
    for expected in [
        "the same receipt, nothing doubled",
        "RoleMustAllowKind",
        "no difference",
        "damaged journal",
        "Stopped cleanly",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
    let long: Vec<_> = text.lines().filter(|line| line.chars().count() > 80 && !line.contains('/')).collect();
    assert_eq!(long, [] as [&str; 0], "lines keep within 80 columns");
    assert!(text.is_ascii() && !text.contains('\u{1b}'), "readable on a dumb terminal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_in_a_named_directory_stays_and_is_not_founded_twice() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let options = Options { dir: Some(dir.path().join("ledger")), exit: true, ..Options::default() };
    let (told, text) = demonstrated(&options).await;
    told.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    assert!(dir.path().join("ledger/journal").is_dir());
    let (again, _) = demonstrated(&options).await;
    assert!(matches!(again, Err(DemoError::Step { doing: "found the ledger", .. })));
}
