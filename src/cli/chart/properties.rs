//! What holds for every drawing.

use proptest::prelude::*;

use super::{canvas::Glyphs, *};

const LOOKS: &[Look] = &[
    Look::Blank,
    Look::Signatory,
    Look::Contracting,
    Look::Party,
    Look::Leaving,
    Look::Deferred,
    Look::Former,
    Look::Open,
    Look::Other,
];

/// Most days stand close to others, as in the record.
fn days() -> impl Strategy<Value = Date> {
    let clustered = (2024i16..2027, 1i8..=12, 1i8..=28);
    let any = (1990i16..2060, 1i8..=12, 1i8..=28);
    prop_oneof![3 => clustered, 1 => any].prop_map(|(year, month, day)| jiff::civil::date(year, month, day))
}

fn text() -> impl Strategy<Value = String> {
    "[a-zé中]{1,12}( [a-zç]{1,9}){0,6}( [a-z]{40})?"
}

fn lane() -> impl Strategy<Value = Lane> {
    let stretches = prop::collection::vec((days(), prop::sample::select(LOOKS)), 0..9);
    (stretches, prop::collection::vec(text(), 0..2), text()).prop_map(|(mut stretches, assuming, label)| {
        stretches.sort_by_key(|(day, _)| *day);
        stretches.dedup_by_key(|(day, _)| *day);
        let ends: Vec<_> = stretches.iter().skip(1).map(|(day, _)| Some(*day)).chain([None]).collect();
        let made = stretches.into_iter().zip(ends);
        let stretch = |((from, look), to)| Stretch { look, from: Some(from), to, label: label.clone() };
        Lane { assuming, stretches: made.map(stretch).collect() }
    })
}

fn acts(most: usize) -> impl Strategy<Value = Vec<Mark>> {
    let texts = prop::collection::vec(text(), 0..3);
    prop::collection::vec((days(), texts), 0..most).prop_map(|mut acts| {
        acts.sort_by_key(|(day, _)| *day);
        let letters = ('a'..='z').chain('A'..='Z').cycle();
        acts.into_iter().zip(letters).map(|((day, text), key)| Mark { key, day, text }).collect()
    })
}

prop_compose! {
    fn chart()(
        acts in acts(50),
        reactions in acts(9),
        courses in prop::collection::vec(lane(), 0..5),
        overlays in prop::collection::vec(lane(), 0..3),
        asked in days(),
        known_to in days(),
    ) -> Chart {
        let pin = |day, label: &str| Pin { day, label: label.into() };
        let mut pins = vec![pin(asked, "asked"), pin(known_to, "newest entry")];
        pins.sort_by_key(|pin| pin.day);
        Chart { acts, reactions, undated: Vec::new(), courses, not_drawn: 0, overlays, pins, known_to: Some(known_to) }
    }
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn every_line_keeps_within_the_width(chart in chart(), width in 40usize..200) {
        for glyphs in [Glyphs::Ascii, Glyphs::Unicode] {
            let text = chart.text(width, Style { glyphs, colour: false });
            prop_assert!(widest(&text) <= width, "{}", text);
        }
    }

    #[test]
    fn plain_glyphs_are_ascii_and_colour_changes_no_glyph(chart in chart(), width in 40usize..200) {
        let plain = chart.text(width, Style::PLAIN);
        prop_assert!(plain.is_ascii(), "{}", plain);
        let coloured = chart.text(width, Style { glyphs: Glyphs::Ascii, colour: true });
        let mut parts = coloured.split('\u{1b}');
        let first = parts.next().unwrap_or_default().to_owned();
        let rest: String = parts.map(|part| part.split_once('m').map_or("", |(_, text)| text)).collect();
        prop_assert_eq!(first + &rest, plain);
    }

    #[test]
    fn a_later_day_never_stands_before_an_earlier_one(chart in chart(), width in 72usize..200, between in days()) {
        let Some(axis) = strip::axis(&chart, width) else { return Ok(()) };
        let mut days = chart.days();
        days.push(between);
        days.sort();
        for pair in days.windows(2) {
            prop_assert!(axis.column(pair[0]) <= axis.column(pair[1]), "{:?}", pair);
        }
        prop_assert!(axis.column(Date::MAX) < axis.cells);
    }

    #[test]
    fn every_stretch_has_a_cell_that_shows_it(chart in chart(), width in 72usize..200) {
        let Some(axis) = strip::axis(&chart, width) else { return Ok(()) };
        let lines = strip::lines(&chart, &axis, width, Glyphs::Ascii);
        let lines: Vec<String> = lines.iter().map(|line: &Line| line.text(Style::PLAIN)).collect();
        let names = [" status", " beside"];
        let drawn: Vec<_> = lines.iter().filter(|line| names.iter().any(|name| line.starts_with(name))).collect();
        let lanes = chart.courses.iter().chain(&chart.overlays);
        for (lane, line) in lanes.zip(drawn) {
            for stretch in lane.stretches.iter().filter(|stretch| stretch.look != Look::Blank) {
                let column = axis.column(stretch.from.expect("every stretch here begins on a day"));
                prop_assert!(stretch.to.is_none_or(|to| column < axis.column(to)), "{:?}", stretch);
                let glyph = line.chars().nth(9 + column);
                prop_assert_eq!(glyph, Some(stretch.look.glyph(Glyphs::Ascii)), "{}", lines.join("\n"));
            }
        }
    }

    #[test]
    fn dates_stand_in_order_from_top_to_bottom(chart in chart(), width in 40usize..72) {
        let text = chart.text(width, Style::PLAIN);
        let dates = text.lines().filter_map(|line| line.get(1..11));
        let dates: Vec<&str> = dates.filter(|date| date.parse::<Date>().is_ok()).collect();
        prop_assert!(dates.windows(2).all(|pair| pair[0] < pair[1]), "{}", text);
    }

    #[test]
    fn bars_of_years_keep_within_the_width(
        acts in prop::collection::vec((1990i16..2030, text()), 0..80),
        width in 40usize..200,
    ) {
        let text = Years::of(acts).text(width, Style::PLAIN);
        prop_assert!(widest(&text) <= width && text.is_ascii(), "{}", text);
    }
}
