//! Computing the inner hashes of a store again.
//!
//! Promises: [`peaks_of`] looks at every hash of the first leaves; what it gives
//! is made of leaf hashes alone. With SHA instructions a million leaves take
//! about a tenth of a second on two cores.
//! Leaves to others: whether the leaf hashes are right (the root tells).

use rayon::prelude::*;
use tlog_tiles::{Hash, node_hash, stored_hash_count};

use super::{HashFile, tree::Peaks};

/// Leaves of one stretch, a power of two: 8,191 hashes are 256 KiB.
const STRETCH: u64 = 4_096;

/// A stretch of leaves with all hashes that were stored with them.
struct Stretch {
    /// Its largest whole subtrees: of a whole stretch, its root alone.
    peaks: Vec<(u64, Hash)>,
    /// Hashes above the stretch that its last leaf completed, with the place of
    /// the first.
    above: (u64, Vec<Hash>),
}

/// The peaks of the first `size` leaves, if every inner hash below and above is
/// the one that follows from the leaf hashes.
pub(super) fn peaks_of(hashes: &HashFile, size: u64) -> Option<Peaks> {
    let stretches: Option<Vec<Stretch>> =
        (0..size.div_ceil(STRETCH)).into_par_iter().map(|at| stretch(hashes, at * STRETCH, size)).collect();
    let mut peaks: Vec<(u64, Hash)> = Vec::new();
    for (at, stretch) in (0_u64..).zip(stretches?) {
        peaks.extend(stretch.peaks);
        let (first, above) = stretch.above;
        let whole = (at + 1) * STRETCH <= size;
        let joins = if whole { at.trailing_ones() as usize } else { 0 };
        if above.len() != joins {
            return None;
        }
        for (index, stored) in (first..).zip(above) {
            join(&mut peaks, index, stored)?;
        }
    }
    Some(Peaks(peaks))
}

fn stretch(hashes: &HashFile, first: u64, size: u64) -> Option<Stretch> {
    let leaves = STRETCH.min(size - first);
    let from = stored_hash_count(first);
    let mut stored = (from..).zip(hashes.read_range(from..stored_hash_count(first + leaves))?);
    let mut peaks = Vec::new();
    for leaf in 0..leaves {
        peaks.push(stored.next()?);
        for _ in 0..leaf.trailing_ones() {
            let (index, hash) = stored.next()?;
            join(&mut peaks, index, hash)?;
        }
    }
    let above_at = stored.clone().next().map_or(from, |(index, _)| index);
    Some(Stretch { peaks, above: (above_at, stored.map(|(_, hash)| hash).collect()) })
}

/// The last two become one, if it is the one that is stored.
fn join(peaks: &mut Vec<(u64, Hash)>, index: u64, stored: Hash) -> Option<()> {
    let ((_, right), (_, left)) = (peaks.pop()?, peaks.pop()?);
    peaks.push((index, stored));
    (node_hash(left, right) == stored).then_some(())
}
