//! Drawings as people see them.

use super::*;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Stretches that follow each other; the last one is open.
fn lane(stretches: &[(&str, Look, &str)]) -> Lane {
    let ends = stretches.iter().skip(1).map(|(from, _, _)| Some(day(from))).chain([None]);
    let stretches = stretches.iter().zip(ends).map(|((from, look, label), to)| Stretch {
        look: *look,
        from: (*from != "-").then(|| day(from)),
        to,
        label: (*label).into(),
    });
    Lane { assuming: Vec::new(), stretches: stretches.collect() }
}

fn marks(marks: &str) -> Vec<Mark> {
    let marks = marks.split_whitespace().map(|mark| {
        let (key, on) = mark.split_once(':').unwrap();
        Mark { key: key.chars().next().unwrap(), day: day(on), text: Vec::new() }
    });
    marks.collect()
}

fn pin(on: &str, label: &str) -> Pin {
    Pin { day: day(on), label: label.into() }
}

fn left(received: &str, out: &str) -> Lane {
    lane(&[
        ("-", Look::Blank, ""),
        ("1997-12-04", Look::Signatory, "signatory"),
        ("2012-12-27", Look::Contracting, "contracting"),
        ("2013-06-01", Look::Party, "party"),
        (received, Look::Leaving, "party, leaving"),
        (out, Look::Former, "former party"),
    ])
}

/// As the public record tells of Poland under the Ottawa Convention.
fn poland(known_to: &str) -> Chart {
    Chart {
        acts: marks(
            "a:1997-12-04 b:2012-12-14 c:2012-12-27 d:2025-03-18 e:2025-06-25 f:2025-07-17 g:2025-08-05 h:2025-08-05 \
             i:2025-08-20 j:2026-02-20",
        ),
        courses: vec![left("2025-08-20", "2026-02-20")],
        pins: vec![pin(known_to, "newest entry")],
        known_to: Some(day(known_to)),
        ..Chart::default()
    }
}

fn ukraine() -> Chart {
    Chart {
        acts: marks(
            "a:1999-02-24 b:2005-05-18 c:2005-12-27 d:2025-06-29 e:2025-07-11 f:2025-07-15 g:2025-07-15 h:2025-07-18",
        ),
        reactions: marks("i:2025-10-17 j:2025-12-02 k:2025-12-02 l:2025-12-02 m:2025-12-05 n:2025-12-05 o:2025-12-05"),
        courses: vec![lane(&[
            ("-", Look::Blank, ""),
            ("1999-02-24", Look::Signatory, "signatory"),
            ("2005-12-27", Look::Contracting, "contracting"),
            ("2006-06-01", Look::Party, "party"),
        ])],
        overlays: vec![lane(&[
            ("2025-07-18", Look::Claimed, "suspension asserted"),
            ("2025-10-17", Look::Contested, "contested by 7 since"),
        ])],
        pins: vec![pin("2026-03-01", "newest entry")],
        known_to: Some(day("2026-03-01")),
        ..Chart::default()
    }
}

const UNICODE: Style = Style { glyphs: canvas::Glyphs::Unicode, colour: false };

fn drawn(chart: &Chart, width: usize, style: Style) -> String {
    format!("\n{}\n", chart.text(width, style))
}

/// Two statements about one notice, known before either takes effect.
fn rivals() -> Chart {
    let mut chart = poland("2025-11-05");
    chart.acts.pop();
    chart.courses = vec![left("2025-08-20", "2026-02-20"), left("2025-08-05", "2026-02-05")];
    chart.courses[0].assuming = vec!["withdrawal notified on 2025-08-20, as desk-pl states in entry 88".into()];
    chart.courses[1].assuming = vec!["withdrawal notified on 2025-08-05, as desk-press states in entry 91".into()];
    chart
}

#[test]
fn poland_at_80_columns() {
    let expected = r"
         1997    2012-2013        2025       Jul       Oct       2026
                                                newest entry 2026-03-01 v
         +---//--+------------//--+----------+---------+---------+------------->
 acts    a       bc               d          e f g i                   j
                                                 h
 status  ---------========#########################%%%%%%%%%%%%%%%%%%%%xxx x x x
         |        |       party 2013-06-01         |                   |
         |        |      party, leaving 2025-08-20 |                   |
         |        contracting 2012-12-27       former party 2026-02-20 |
         signatory 1997-12-04
";
    assert_eq!(drawn(&poland("2026-03-01"), 80, Style::PLAIN), expected);
}

#[test]
fn the_document_shows_what_is_drawn() {
    let mut chart = poland("2025-11-05");
    chart.acts.pop();
    let document = include_str!("../../../docs/status.md");
    let drawn = drawn(&chart, 80, Style::PLAIN);
    assert!(document.contains(&format!("```text{drawn}```")), "{drawn}");
    for look in [Look::Signatory, Look::Contracting, Look::Party, Look::Leaving, Look::Deferred, Look::Former] {
        let [plain, unicode] = [canvas::Glyphs::Ascii, canvas::Glyphs::Unicode].map(|glyphs| look.glyph(glyphs));
        assert!(document.contains(&format!(" `{plain}` | `{unicode}` |")), "{look:?}");
    }
}

#[test]
fn ukraine_at_80_columns() {
    let expected = r"
         1999    2005   2006         2025 Aug Sep Oct Nov Dec  2026 Feb Mar
                                                newest entry 2026-03-01 v
         +---//--+------+--------//--+----+---+---+---+---+----+----+---+------>
 acts    a       b      c            d efh
                                        g
 others                                              i     jm
                                                           kn
                                                           lo
 status  ---------------=====############################################# # # #
         |              |    party 2006-06-01
         |              contracting 2005-12-27
         signatory 1999-02-24
 beside                                  ~~~~~~~~~~~~????????????????????? ? ? ?
          suspension asserted 2025-07-18 |           |
                     contested by 7 since 2025-10-17 |
";
    assert_eq!(drawn(&ukraine(), 80, Style::PLAIN), expected);
}

#[test]
fn rival_statements_have_a_band_each_with_what_it_assumes() {
    let expected = "
         1997    2012-2013       2025       Jul        Oct        2026
                                    newest entry 2025-11-05 ▼
         ┬───╱╱──┬───────────╱╱──┬──────────┬──────────┬──────────┬────────────►
 acts    a       bc              d          e  f g i
                                                 h

 if withdrawal notified on 2025-08-20, as desk-pl states in entry 88
 status  ─────────═══════██████████████████████████▓▓▓▓▓▓▓▓▓▓▓ ▓ ▓ ▓ ▓ ▓× × × ×
         │        │      party 2013-06-01          │                    │
         │        │      party, leaving 2025-08-20 │                    │
         │        contracting 2012-12-27        former party 2026-02-20 │
         signatory 1997-12-04

 if withdrawal notified on 2025-08-05, as desk-press states in entry 91
 status  ─────────═══════████████████████████████▓▓▓▓▓▓▓▓▓▓▓▓▓ ▓ ▓ ▓ ▓× × × × ×
         │        │      party 2013-06-01        │                    │
         │        │    party, leaving 2025-08-05 │                    │
         │        contracting 2012-12-27      former party 2026-02-05 │
         signatory 1997-12-04
         dotted: projected, after the newest entry
";
    assert_eq!(drawn(&rivals(), 80, UNICODE), expected);
}

#[test]
fn on_a_narrow_page_time_runs_from_top_to_bottom() {
    let mut chart = rivals();
    chart.acts[0].text = vec!["signature affixed (simple)".into(), "entry 18 by desk-pl".into()];
    let expected = "
 1: if withdrawal notified on
    2025-08-20, as desk-pl states in
    entry 88
 2: if withdrawal notified on
    2025-08-05, as desk-press states in
    entry 91

 1997-12-04 a   -- signature affixed
                -- (simple)
                --   entry 18 by desk-pl
                -- > signatory
 : 15 years     --
 2012-12-14 b   --
 2012-12-27 c   == > contracting
 2013-06-01     ## > party
 : 12 years     ##
 2025-03-18 d   ##
 2025-06-25 e   ##
 2025-07-17 f   ##
 2025-08-05 gh  #% > 2: party, leaving
 2025-08-20 i   %% > 1: party, leaving
 2025-11-05     %% newest entry
 2026-02-05     %x > 2: former party
                %x (projected)
 2026-02-20     xx > 1: former party
                xx (projected)
";
    assert_eq!(drawn(&chart, 40, Style::PLAIN), expected);
}

#[test]
fn a_wider_page_is_used() {
    let lines = |width: usize| poland("2026-03-01").text(width, Style::PLAIN);
    assert!(lines(120).lines().any(|line| line.len() > 110), "{}", lines(120));
    let named = |width: usize| lines(width).lines().next().map_or(0, |names| names.split_whitespace().count());
    assert!(named(160) > named(80), "more months are named");
}

#[test]
fn more_days_than_columns_are_told_from_top_to_bottom() {
    let signed = (0..80).map(|at| (format!("20{:02}-0{}-01", at / 2, 1 + at % 2 * 6), Look::Party, "party"));
    let stretches: Vec<_> = signed.collect();
    let stretches: Vec<_> = stretches.iter().map(|(on, look, label)| (on.as_str(), *look, *label)).collect();
    let chart = Chart { courses: vec![lane(&stretches)], ..Chart::default() };
    assert!(!chart.is_strip(80) && chart.is_strip(160));
    assert!(chart.text(80, Style::PLAIN).starts_with(" 2000-01-01"));
}

#[test]
fn what_nobody_has_acted_in_is_not_drawn() {
    let nothing = Chart { courses: vec![lane(&[("-", Look::Blank, "")])], ..poland("2026-03-01") };
    assert!(nothing.text(80, Style::PLAIN).contains("no participant, as far as this ledger knows"));
    let nothing = Chart { acts: Vec::new(), ..nothing };
    assert!(nothing.is_empty() && nothing.text(80, Style::PLAIN).is_empty());
}

#[test]
fn years_have_bars_and_name_their_kinds() {
    let acts = [
        (1997, "signature affixed"),
        (2025, "objection lodged"),
        (2025, "withdrawal notified"),
        (2025, "objection lodged"),
    ];
    let years = Years::of(acts.map(|(year, kind)| (year, kind.to_owned())));
    let expected = "
 1997    1  #    1 signature affixed
    :
 2025    3  ###  2 objection lodged, 1 withdrawal notified
";
    assert_eq!(format!("\n{}\n", years.text(80, Style::PLAIN)), expected);
}

#[test]
fn what_may_have_ended_before_is_told_by_its_name_where_it_surely_has() {
    let courses = vec![left("2025-08-20", "2026-02-20")];
    let applied = lane(&[
        ("2005-01-10", Look::Provisional, "applied provisionally"),
        ("2005-06-01", Look::Open, "none/provisional"),
        ("2005-07-01", Look::Blank, ""),
    ]);
    let text = Chart { courses, overlays: vec![applied], ..Chart::default() }.text(60, Style::PLAIN);
    assert!(text.contains("end: provisional") && !text.contains("end: none"), "{text}");
}
