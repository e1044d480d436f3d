//! The demonstration as its users see it: a whole run.

use super::*;
use crate::cli::demo::CommandTables;

async fn demonstrated(options: &Options) -> (Told, String) {
    let mut randomness = |bytes: &mut [u8]| rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    let mut out = Vec::new();
    let world = World { randomness: &mut randomness, tables: &CommandTables, out: &mut out };
    let told = run(options, world, std::future::pending()).await;
    (told.map(drop), String::from_utf8(out).expect("UTF-8"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_shows_every_step_and_ends() {
    let (told, text) = demonstrated(&Options { exit: true, ..Options::default() }).await;
    told.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    // Where a line ends depends on addresses and digests.
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "56 of the 60 rows of a public timeline",
        "both sides of 22 contradictions",
        "Lithuania is a party to APMBC on 2025-12-26, as known on 2026-03-01: leaving on 2025-12-27.",
        "Lithuania is a former party to APMBC on 2025-12-27, as known on 2026-03-01: out since 2025-12-27.",
        "Poland is projected to be a party to APMBC on 2026-03-01, as known on 2025-08-06.",
        "as known on 2025-11-05: out since 2026-02-20.",
        "Contested by AUT, BEL, CHE, COL, NOR, NZL, 22MSP.",
        "Tonga, accession to the APMBC (instrument deposited): stated 2 times, the source decides",
        "Ukraine, decree 441/2025 (domestic step taken): stated 2 times, nothing decides between them",
        "Ukraine on 2016-06-02: 2 overdue.",
        "in force for 45 in all; the depositary's table as at a day from 2012-12-27 to 2014-08-19 names the same.",
        "in force for 164 recorded; no complete table at this date",
        "deposited 166 recorded",
        "Poland party 2025-08-20 2026-02-20",
        "still shown as mined",
        "8000 m2 released",
        "DisclosureMustMatch",
        "the same receipt, nothing doubled",
        "RoleMustAllowKind",
        "no difference",
        "damaged journal",
        "Stopped cleanly",
    ] {
        assert!(flat.contains(expected), "{expected} is missing in\n{text}");
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
