//! The bytes of a segment file, exactly as `docs/journal-format.md` tells them.
//!
//! Promises: pure functions; what they write they read back; what they read
//! back is what was written, by CRC-32C, at this place, under this index.
//! Leaves to others: files and offsets (`scan`, `window`), what a gap or a
//! mismatch between batches means (`scan`, `recover`).

use prost::bytes::Bytes;

use crate::{
    domain::{Index, LedgerId, RecordingTime, TreeHead},
    journal::{Batch, Record},
    merkle::TreeHash,
};

/// Bytes of a segment's header; its first batch follows.
pub(super) const SEGMENT_HEADER: u64 = 104;
/// Bytes of a batch's header; its directory follows.
pub(super) const BATCH_HEADER: u64 = 72;
/// The format that this program writes and reads.
const FORMAT: u32 = 1;

const SEGMENT_MAGIC: [u8; 8] = *b"MERESEG\n";
pub(super) const BATCH_MAGIC: [u8; 8] = *b"MEREBAT\n";

/// The first bytes of a segment file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// Bytes of the file.
    pub length: u64,
    pub ledger: LedgerId,
    /// First index of the segment before; 0 in the first segment.
    pub previous: Index,
    /// Index of the first entry here.
    pub first: Index,
    /// Root of the tree of all entries before `first`.
    pub root: TreeHash,
}

/// Why bytes are no segment header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoSegmentHeader {
    /// Magic or checksum is wrong.
    NotWhole,
    /// Whole, but of a format that this program does not know.
    Format(u32),
}

impl SegmentHeader {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SEGMENT_HEADER as usize);
        bytes.extend(SEGMENT_MAGIC);
        bytes.extend(FORMAT.to_be_bytes());
        bytes.extend(self.length.to_be_bytes());
        bytes.extend(self.ledger.as_bytes());
        bytes.extend(self.previous.0.to_be_bytes());
        bytes.extend(self.first.0.to_be_bytes());
        bytes.extend(self.root.as_bytes());
        let crc = crc32c::crc32c(&bytes);
        bytes.extend(crc.to_be_bytes());
        bytes
    }

    pub fn parse(bytes: &[u8]) -> Result<Self, NoSegmentHeader> {
        let mut fields = Fields(bytes);
        let header = Self::fields(&mut fields).ok_or(NoSegmentHeader::NotWhole)?;
        let crc = fields.u32().ok_or(NoSegmentHeader::NotWhole)?;
        let (magic, format, header) = header;
        if magic != SEGMENT_MAGIC || crc != crc32c::crc32c(&bytes[..SEGMENT_HEADER as usize - 4]) {
            return Err(NoSegmentHeader::NotWhole);
        }
        if format == FORMAT { Ok(header) } else { Err(NoSegmentHeader::Format(format)) }
    }

    fn fields(fields: &mut Fields<'_>) -> Option<([u8; 8], u32, Self)> {
        let (magic, format) = (fields.array()?, fields.u32()?);
        let header = Self {
            length: fields.u64()?,
            ledger: LedgerId(fields.array()?),
            previous: Index(fields.u64()?),
            first: Index(fields.u64()?),
            root: TreeHash(fields.array()?),
        };
        Some((magic, format, header))
    }
}

/// The first bytes of a batch. It names its own offset, so that bytes copied
/// elsewhere, or sent by a client inside an event, do not pass for a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BatchHeader {
    pub offset: u64,
    pub first: Index,
    /// Count of entries, at least one.
    pub count: u32,
    /// Bytes of all records together.
    records: u32,
    pub root_before: TreeHash,
    /// Bytes of the signed note.
    note: u32,
    /// The header's checksum, which seeds those of directory and commit mark.
    crc: u32,
}

impl BatchHeader {
    /// Reads a header that says that it stands at `offset`.
    pub fn parse(bytes: &[u8], offset: u64) -> Option<Self> {
        let mut fields = Fields(bytes);
        let magic: [u8; 8] = fields.array()?;
        let header = Self {
            offset: fields.u64()?,
            first: Index(fields.u64()?),
            count: fields.u32()?,
            records: fields.u32()?,
            root_before: TreeHash(fields.array()?),
            note: fields.u32()?,
            crc: fields.u32()?,
        };
        let crc = crc32c::crc32c(&bytes[..BATCH_HEADER as usize - 4]);
        (magic == BATCH_MAGIC && crc == header.crc && offset == header.offset && header.count > 0).then_some(header)
    }

    pub fn directory_at(&self) -> u64 {
        self.offset + BATCH_HEADER
    }

    pub fn directory_len(&self) -> u64 {
        8 * u64::from(self.count) + 4
    }

    pub fn records_at(&self) -> u64 {
        self.directory_at() + self.directory_len()
    }

    pub fn commit_at(&self) -> u64 {
        self.records_at() + u64::from(self.records)
    }

    pub fn commit_len(&self) -> u64 {
        32 + u64::from(self.note) + 4
    }

    /// The offset behind the batch.
    pub fn end(&self) -> u64 {
        self.commit_at() + self.commit_len()
    }

    /// The index behind the batch; `None` for one that no tree can have.
    pub fn next(&self) -> Option<Index> {
        self.first.0.checked_add(u64::from(self.count)).map(Index)
    }

    /// Length and checksum of each record; `None` unless whole.
    pub fn parse_directory(&self, bytes: &[u8]) -> Option<Vec<Slot>> {
        let (slots, crc) = bytes.split_last_chunk::<4>()?;
        if u32::from_be_bytes(*crc) != crc32c::crc32c_append(self.crc, slots) {
            return None;
        }
        let slots: Vec<Slot> = slots.chunks_exact(8).filter_map(Slot::parse).collect();
        let sum: u64 = slots.iter().map(|slot| u64::from(slot.length)).sum();
        (slots.len() as u64 == u64::from(self.count) && sum == u64::from(self.records)).then_some(slots)
    }

    /// Root after the batch and the signed note; `None` unless whole.
    pub fn parse_commit(&self, bytes: &[u8]) -> Option<(TreeHash, String)> {
        let (commit, crc) = bytes.split_last_chunk::<4>()?;
        if u32::from_be_bytes(*crc) != crc32c::crc32c_append(self.crc, commit) {
            return None;
        }
        let (root, note) = commit.split_at_checked(32)?;
        Some((TreeHash::from_slice(root)?, String::from_utf8(note.to_vec()).ok()?))
    }
}

/// Where the directory says how long a record is and what its checksum is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub length: u32,
    crc: u32,
}

impl Slot {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        Some(Self { length: fields.u32()?, crc: fields.u32()? })
    }

    /// Reads the record; its pieces share the memory of `bytes`.
    pub fn parse_record(&self, index: Index, bytes: &Bytes) -> Option<Record> {
        if self.crc != record_crc(index, bytes) {
            return None;
        }
        let mut fields = Fields(bytes);
        let recorded_at = RecordingTime(fields.u64()?);
        let (envelope, events) = (fields.u32()?, fields.u32()?);
        let lengths: Vec<u32> = (0..events).map_while(|_| fields.u32()).collect();
        let mut rest = bytes.slice(bytes.len() - fields.0.len()..);
        let mut piece = |length: u32| (length as usize <= rest.len()).then(|| rest.split_to(length as usize));
        let envelope = piece(envelope)?;
        let events: Vec<Bytes> = lengths.iter().map_while(|length| piece(*length)).collect();
        (events.len() == lengths.len() && rest.is_empty()).then_some(Record { recorded_at, envelope, events })
    }
}

/// Bytes that a batch takes in a segment.
pub(super) fn batch_len(batch: &Batch) -> u64 {
    let records: usize = batch.records.iter().map(|record| 8 + record_len(record)).sum();
    BATCH_HEADER + (records + 4 + 32 + batch.checkpoint.len() + 4) as u64
}

/// A whole batch for `offset`, behind `before`.
pub(super) fn encode_batch(offset: u64, before: TreeHead, batch: &Batch) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(usize::try_from(batch_len(batch)).expect("a batch fits into memory"));
    let records: usize = batch.records.iter().map(record_len).sum();
    bytes.extend(BATCH_MAGIC);
    bytes.extend(offset.to_be_bytes());
    bytes.extend(before.size.0.to_be_bytes());
    bytes.extend(narrow(batch.records.len()));
    bytes.extend(narrow(records));
    bytes.extend(before.root.as_bytes());
    bytes.extend(narrow(batch.checkpoint.len()));
    let seed = crc32c::crc32c(&bytes);
    bytes.extend(seed.to_be_bytes());

    let directory_at = bytes.len();
    let directory_end = directory_at + 8 * batch.records.len();
    bytes.resize(directory_end + 4, 0);
    let mut directory = Vec::with_capacity(8 * batch.records.len());
    for (index, record) in (before.size.0..).map(Index).zip(&batch.records) {
        let start = bytes.len();
        put_record(&mut bytes, record);
        directory.extend(narrow(bytes.len() - start));
        directory.extend(record_crc(index, &bytes[start..]).to_be_bytes());
    }
    let crc = crc32c::crc32c_append(seed, &directory);
    bytes[directory_at..directory_end].copy_from_slice(&directory);
    bytes[directory_end..directory_end + 4].copy_from_slice(&crc.to_be_bytes());

    let commit_at = bytes.len();
    bytes.extend(batch.head.root.as_bytes());
    bytes.extend(batch.checkpoint.as_bytes());
    let crc = crc32c::crc32c_append(seed, &bytes[commit_at..]);
    bytes.extend(crc.to_be_bytes());
    bytes
}

fn put_record(bytes: &mut Vec<u8>, record: &Record) {
    let Record { recorded_at, envelope, events } = record;
    bytes.extend(recorded_at.0.to_be_bytes());
    bytes.extend(narrow(envelope.len()));
    bytes.extend(narrow(events.len()));
    events.iter().for_each(|event| bytes.extend(narrow(event.len())));
    bytes.extend_from_slice(envelope);
    events.iter().for_each(|event| bytes.extend_from_slice(event));
}

fn record_len(record: &Record) -> usize {
    16 + record.envelope.len() + record.events.iter().map(|event| 4 + event.len()).sum::<usize>()
}

/// The index is under the checksum, so that no record passes for another.
fn record_crc(index: Index, bytes: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&index.0.to_be_bytes()), bytes)
}

fn narrow(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("limits::BATCH_BYTES is far below 4 GiB").to_be_bytes()
}

/// Big-endian fields from the front of a slice.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl Fields<'_> {
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*array)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Size, journal::EMPTY};

    fn batch() -> Batch {
        let record = |n: u8| Record {
            recorded_at: RecordingTime(u64::from(n)),
            envelope: Bytes::from(vec![n; 5]),
            events: vec![Bytes::from(vec![n; 3]), Bytes::new()],
        };
        let head = TreeHead { size: Size(2), root: TreeHash([7; 32]) };
        Batch { records: vec![record(1), record(2)], head, checkpoint: "a note\n".into() }
    }

    #[test]
    fn a_batch_reads_back_as_it_was_written() {
        let bytes = Bytes::from(encode_batch(104, EMPTY, &batch()));
        assert_eq!(bytes.len() as u64, batch_len(&batch()));
        let header = BatchHeader::parse(&bytes, 104).expect("whole");
        assert_eq!(header.end(), 104 + bytes.len() as u64);
        let cut = |at: u64, len: u64| bytes.slice((at - 104) as usize..(at - 104 + len) as usize);
        let slots = header.parse_directory(&cut(header.directory_at(), header.directory_len())).expect("whole");
        let mut at = header.records_at();
        for (index, slot) in slots.iter().enumerate() {
            let bytes = cut(at, u64::from(slot.length));
            assert_eq!(slot.parse_record(Index(index as u64), &bytes).as_ref(), batch().records.get(index));
            assert_eq!(slot.parse_record(Index(9), &bytes), None);
            at += u64::from(slot.length);
        }
        let commit = header.parse_commit(&cut(header.commit_at(), header.commit_len()));
        assert_eq!(commit, Some((TreeHash([7; 32]), "a note\n".into())));
    }

    #[test]
    fn a_batch_copied_elsewhere_is_no_batch() {
        let bytes = encode_batch(104, EMPTY, &batch());
        assert_eq!(BatchHeader::parse(&bytes, 105), None);
        assert_eq!(BatchHeader::parse(&bytes[..71], 104), None);
    }

    #[test]
    fn a_segment_of_a_later_format_is_told_from_a_damaged_one() {
        let header = SegmentHeader {
            length: 4_096,
            ledger: LedgerId([1; 32]),
            previous: Index(0),
            first: Index(5),
            root: TreeHash([2; 32]),
        };
        let mut bytes = header.encode();
        assert_eq!(SegmentHeader::parse(&bytes), Ok(header));
        bytes[11] = 2;
        assert_eq!(SegmentHeader::parse(&bytes), Err(NoSegmentHeader::NotWhole));
        let crc = crc32c::crc32c(&bytes[..100]);
        bytes[100..].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(SegmentHeader::parse(&bytes), Err(NoSegmentHeader::Format(2)));
    }
}
