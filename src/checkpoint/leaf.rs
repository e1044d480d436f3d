//! What is hashed into the tree for one entry.

use crate::domain::{EnvelopeDigest, RecordingTime, TreeHash};

/// Bytes of leaf data: version, recording time, digest.
pub const LEAF_BYTES: usize = 1 + 8 + 32;

/// The first byte of leaf data; another layout gets another number.
const LEAF_VERSION: u8 = 1;

/// `0x01 || recorded_at (u64 microseconds, big endian) || SHA-256(envelope)`.
pub fn leaf_data(recorded_at: RecordingTime, envelope: EnvelopeDigest) -> [u8; LEAF_BYTES] {
    let mut data = [LEAF_VERSION; LEAF_BYTES];
    data[1..9].copy_from_slice(&recorded_at.0.to_be_bytes());
    data[9..].copy_from_slice(envelope.as_bytes());
    data
}

/// RFC 6962 leaf hash of [`leaf_data`].
pub fn leaf_hash(recorded_at: RecordingTime, envelope: EnvelopeDigest) -> TreeHash {
    TreeHash::of_leaf(&leaf_data(recorded_at, envelope))
}

/// Takes leaf data apart; `None` unless it has this version and length.
pub fn parse_leaf_data(data: &[u8]) -> Option<(RecordingTime, EnvelopeDigest)> {
    let rest = data.strip_prefix(&[LEAF_VERSION])?;
    let (time, digest) = rest.split_first_chunk::<8>()?;
    Some((RecordingTime(u64::from_be_bytes(*time)), EnvelopeDigest::from_slice(digest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaf_data_reads_back_and_nothing_else_does() {
        let leaf = (RecordingTime(0x0102_0304_0506_0708), EnvelopeDigest([9; 32]));
        let data = leaf_data(leaf.0, leaf.1);
        assert_eq!(data[..10], [1, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(parse_leaf_data(&data), Some(leaf));
        assert_eq!(parse_leaf_data(&data[..40]), None);
        assert_eq!(parse_leaf_data(&[&data[..], &[0]].concat()), None);
        let mut other = data;
        other[0] = 2;
        assert_eq!(parse_leaf_data(&other), None);
    }
}
