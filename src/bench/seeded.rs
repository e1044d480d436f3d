//! Numbers that look random and are the same in every run (splitmix64), so that a
//! measurement can be made again of the same events.

use std::ops::Range;

use crate::domain::WgsPosition;

/// Where the numbers stand; two with the same start give the same numbers.
#[derive(Clone, Debug)]
pub struct Seeded(pub u64);

impl Seeded {
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number under the bound, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound
    }

    /// One of a list that is not empty.
    pub fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.place_in(list.len())]
    }

    /// Takes one out of a list; the last one takes its place.
    pub fn take<T>(&mut self, list: &mut Vec<T>) -> Option<T> {
        if list.is_empty() { None } else { Some(list.swap_remove(self.place_in(list.len()))) }
    }

    fn place_in(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("under the length of a list")
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.draw().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }

    /// A day of these years, as it is written.
    pub fn day(&mut self, years: Range<u64>) -> String {
        let year = years.start + self.below(years.end - years.start);
        format!("{year}-{:02}-{:02}", 1 + self.below(12), 1 + self.below(28))
    }

    /// Whether something happens that does in so many of a thousand cases.
    pub fn happens(&mut self, in_thousand: u64) -> bool {
        self.below(1_000) < in_thousand
    }

    /// A place in open ocean, 48-50 S and 122-125 W; every tenth lies in one square of
    /// some ten kilometres, as crowded as a region with many reports.
    pub fn place(&mut self) -> WgsPosition {
        let spread = if self.below(10) == 0 { 1_000_000 } else { 19_000_000 };
        let mut within = |start: i32| start + i32::try_from(self.below(spread)).expect("under two degrees");
        let (south, west) = (within(-499_500_000), within(-1_249_000_000));
        WgsPosition::new(south, west).expect("open ocean")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_every_place_is_open_ocean() {
        let (mut one, mut other) = (Seeded(7), Seeded(7));
        for _ in 0..1_000 {
            let place = one.place();
            assert_eq!(place, other.place());
            assert!((-500_000_000..=-480_000_000).contains(&place.latitude()));
            assert!((-1_250_000_000..=-1_220_000_000).contains(&place.longitude()));
        }
    }
}
