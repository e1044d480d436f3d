//! Which names are like a text that nobody has as a name: for a reader who mistyped, or who
//! uses another name of the same State.
//!
//! Promises: pure; of equally like names the first in the order given. Words are compared,
//! not letters in a row: their order, case and punctuation make no difference. A word that many
//! names share counts for little. Leaves to others: reading the names (`queries`).

use std::collections::BTreeMap;

use strsim::normalized_damerau_levenshtein;

use crate::limits::LIKE_NAME_BYTES;

/// Words that say nothing of whose name it is.
const FILLING: [&str; 7] = ["the", "of", "and", "a", "la", "de", "du"];
/// Words that tell one of several from another, or its form: they count for half.
const QUALIFYING: [&str; 12] = [
    "republic",
    "democratic",
    "people",
    "kingdom",
    "state",
    "states",
    "islamic",
    "federal",
    "north",
    "south",
    "east",
    "west",
];
/// From this likeness on two words are spellings of one: a letter in four may differ.
const SAME_WORD: f64 = 0.75;
/// So much of what is looked for a name has to have, by the weight of its words.
const LIKE: f64 = 0.4;

/// The ids whose names are most like the text, the best first, as many as asked for at the
/// most. `names` may have several names of one id; all are in small letters.
pub fn most_like<I: Ord + Clone>(text: &str, names: &[(String, I)], most: usize) -> Vec<I> {
    // Nobody has so long a name, and nobody is to wait for it.
    if text.len() > LIKE_NAME_BYTES {
        return Vec::new();
    }
    let wanted = text.trim().to_lowercase();
    let words = words(&wanted);
    let names: Vec<(&str, Vec<&str>, &I)> =
        names.iter().map(|(name, id)| (name.as_str(), self::words(name), id)).collect();
    let weights: Vec<f64> = words.iter().map(|word| weight(word, &names)).collect();
    let all: f64 = weights.iter().sum();
    let mut best: BTreeMap<&I, (f64, usize)> = BTreeMap::new();
    for (at, (name, its, id)) in names.iter().enumerate() {
        let contained = !wanted.is_empty() && (name.contains(&wanted) || wanted.contains(name));
        let shared: f64 = words.iter().zip(&weights).map(|(word, weight)| weight * likest(word, its)).sum();
        let likeness = if contained { 1.0 } else { shared / all.max(f64::MIN_POSITIVE) };
        if likeness >= LIKE && best.get(id).is_none_or(|(before, _)| *before < likeness) {
            best.insert(id, (likeness, at));
        }
    }
    let mut found: Vec<(&I, (f64, usize))> = best.into_iter().collect();
    found.sort_by(|(_, (one, first)), (_, (other, second))| other.total_cmp(one).then(first.cmp(second)));
    found.into_iter().take(most).map(|(id, _)| id.clone()).collect()
}

fn words(name: &str) -> Vec<&str> {
    let all = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    all.filter(|word| !FILLING.contains(word)).collect()
}

/// What a word of the text counts: the less, the more participants have it in their names. One that nobody
/// has counts in full, against all names.
fn weight<I: Ord>(word: &str, names: &[(&str, Vec<&str>, &I)]) -> f64 {
    let mut having: Vec<&I> =
        names.iter().filter(|(_, its, _)| likest(word, its) > 0.0).map(|(_, _, id)| *id).collect();
    having.sort();
    having.dedup();
    let of_its_sort = if QUALIFYING.contains(&word) { 0.5 } else { 1.0 };
    of_its_sort / having.len().max(1) as f64
}

/// How like the likest of some words is; 0 where none is a spelling of it.
fn likest(word: &str, others: &[&str]) -> f64 {
    let like = others.iter().map(|other| normalized_damerau_levenshtein(word, other));
    like.filter(|like| *like >= SAME_WORD).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_longer_than_any_name_is_like_none() {
        assert!(like(&"gambia ".repeat(1_000)).is_empty());
    }

    const NAMES: [(&str, &str); 11] = [
        ("democratic people's republic of korea", "PRK"),
        ("republic of korea", "KOR"),
        ("south africa", "ZAF"),
        ("south sudan", "SSD"),
        ("gambia", "GMB"),
        ("zambia", "ZMB"),
        ("germany", "DEU"),
        ("federal republic of germany", "DEU"),
        ("czech republic", "CZE"),
        ("dominican republic", "DOM"),
        ("islamic republic of iran", "IRN"),
    ];

    fn like(text: &str) -> Vec<&'static str> {
        let names: Vec<(String, &str)> = NAMES.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect();
        most_like(text, &names, 5)
    }

    #[test]
    fn another_name_of_a_state_finds_it_by_the_word_that_few_share() {
        assert_eq!(like("South Korea"), ["PRK", "KOR"]);
        assert_eq!(like("Korea, Republic of")[..2], ["PRK", "KOR"]);
        assert_eq!(like("Iran (Islamic Republic of)"), ["IRN"]);
    }

    #[test]
    fn a_slip_of_the_pen_and_another_order_of_words_find_the_name() {
        assert_eq!(like("Germny"), ["DEU"]);
        assert_eq!(like("Gemrany"), ["DEU"], "two letters that changed places");
        assert_eq!(like("Gambia, The"), ["GMB", "ZMB"]);
        assert_eq!(like("SUDAN (SOUTH)"), ["SSD"]);
    }

    #[test]
    fn a_word_that_many_share_makes_no_name_alike() {
        assert_eq!(like("Republic of Atlantis"), Vec::<&str>::new());
        assert_eq!(like("Nowhere"), Vec::<&str>::new());
        assert_eq!(like(""), Vec::<&str>::new());
    }

    #[test]
    fn a_part_of_a_name_finds_it_and_no_more_are_told_than_are_asked_for() {
        assert_eq!(like("zam"), ["ZMB"]);
        assert_eq!(like("republic").len(), 5);
    }
}
