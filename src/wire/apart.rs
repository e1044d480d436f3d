//! Long texts that differ, cut to the place where they begin to.
//!
//! Promises: no text is told longer than asked, but for the ellipses; texts that differ are
//! told differently. Leaves to others: what the texts are.

const ELLIPSIS: &str = "…";

/// The texts cut to so many characters: whole where all fit, else each from a little before
/// the place on at which it differs from every other.
pub fn cut_apart(texts: &[&str], most: usize) -> Vec<String> {
    let fits = texts.iter().all(|text| text.chars().count() <= most);
    let begin = |text| if fits { 0 } else { begin(text, texts, most) };
    texts.iter().map(|text| cut(text, begin(text), most)).collect()
}

/// A single text, cut at its end.
pub fn cut_short(text: &str, most: usize) -> String {
    cut(text, 0, most)
}

/// How many characters of a text to leave out; the first word that is told is whole where
/// that can be helped.
fn begin(text: &str, among: &[&str], most: usize) -> usize {
    let others = among.iter().filter(|other| **other != text);
    let shared = others.map(|other| shared(text, other)).max().unwrap_or_default();
    if shared <= most / 2 {
        return 0;
    }
    let from = shared - most / 4;
    let space = text.chars().skip(from).take(most / 4).position(char::is_whitespace);
    space.map_or(from, |space| from + space + 1)
}

/// Characters with which both begin.
fn shared(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count()
}

fn cut(text: &str, begin: usize, most: usize) -> String {
    let mut rest = text.chars().skip(begin);
    let told: String = rest.by_ref().take(most).collect();
    let before = if begin > 0 { ELLIPSIS } else { "" };
    let after = if rest.next().is_some() { ELLIPSIS } else { "" };
    format!("{before}{told}{after}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_fits_is_told_whole_and_a_long_text_around_the_first_difference() {
        assert_eq!(cut_apart(&["one", "other"], 8), ["one", "other"]);
        let same = "the same words again and again ".repeat(9);
        let (six, twelve) = (format!("{same}months 6, and more of it"), format!("{same}months 12, and more of it"));
        let told = cut_apart(&[&six, &twelve], 40);
        assert_eq!(told, ["…months 6, and more of it", "…months 12, and more of it"]);
        let told = cut_apart(&[&six, &twelve], 24);
        assert_eq!(told, ["…6, and more of it", "…12, and more of it"], "the bound is kept");
        assert_eq!(cut_apart(&[&six], 8), ["the same…"], "from its beginning where there is nothing to compare");
        let among = cut_apart(&[&six, "not stated", &twelve], 40);
        assert_eq!(among, ["…months 6, and more of it", "not stated", "…months 12, and more of it"]);
        assert_eq!(cut_short("a long reason", 6), "a long…");
    }

    proptest! {
        #[test]
        fn texts_that_differ_are_told_differently_and_no_longer_than_asked(
            same in "[a-z ä]{0,90}", one in "[a-z ]{0,40}", other in "[a-z ]{0,40}", most in 8_usize..40,
        ) {
            let (one, other) = (format!("{same}{one}"), format!("{same}{other}"));
            let told = cut_apart(&[&one, &other], most);
            prop_assert_eq!(told[0] == told[1], one == other, "{:?}", told);
            prop_assert!(told.iter().all(|told| told.chars().count() <= most + 2));
        }
    }
}
