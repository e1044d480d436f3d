//! A sorted run of ids, in a file.
//!
//! Promises: a run that opens was written by this ledger, as a whole (its seal);
//! what a look-up says rests on bytes that were checked when they were read.
//! Leaves to others: whether the run is of this history (`restore`).

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use xorf::{BinaryFuse8, Filter};

use super::ids::{IdIndexError, IdKey, RunSpan};
use crate::{
    crypto::Seal,
    domain::{Index, Size, TreeHash, TreeHead},
};

/// Header, keys with values in ascending order, governing indexes, seal.
#[derive(Debug)]
pub(super) struct Run {
    pub path: PathBuf,
    file: File,
    pub span: RunSpan,
    count: usize,
    blocks: Vec<Block>,
    filter: BinaryFuse8,
    /// A look-up failed: "absent" can no longer be believed.
    unreadable: AtomicBool,
}

/// Rows that are read at once: 20 bytes in memory for 4 KiB in the file.
#[derive(Debug)]
struct Block {
    first: IdKey,
    crc: u32,
}

const MAGIC: &[u8; 16] = b"merestone ids 3\n";
const HEADER: usize = 16 + 8 + 8 + 32 + 8 + 8;
const ROW: usize = 24;
const ROWS_PER_BLOCK: usize = 170;

/// The file name of the run that begins at a size.
pub(super) fn name(from: Size) -> String {
    format!("{:020}.ids", from.0)
}

impl Run {
    pub fn write(dir: &Path, span: RunSpan, keys: &HashMap<IdKey, u64>, seal: &Seal) -> Result<Self, IdIndexError> {
        let path = dir.join(name(span.from));
        let failed = |action| {
            let path = path.clone();
            move |source| IdIndexError::Io { action, path, source }
        };
        // Copies sort several times faster than references into the map.
        let mut rows: Vec<(IdKey, u64)> = keys.iter().map(|(key, value)| (*key, *value)).collect();
        rows.sort_unstable();
        let bytes = encode(&span, &rows, seal);
        let unfinished = path.with_extension("tmp");
        let open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished);
        let mut file = open.map_err(failed("create"))?;
        file.write_all(&bytes).map_err(failed("write"))?;
        file.sync_all().map_err(failed("sync"))?;
        fs::rename(&unfinished, &path).map_err(failed("rename"))?;
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed("sync"))?;
        Self::open(&path, seal)
    }

    pub fn open(path: &Path, seal: &Seal) -> Result<Self, IdIndexError> {
        let failed = |source| IdIndexError::Io { action: "read", path: path.to_owned(), source };
        let damaged = |detail| IdIndexError::Damaged { path: path.to_owned(), detail };
        let bytes = fs::read(path).map_err(failed)?;
        let (span, rows) = decode(&bytes, seal).map_err(damaged)?;
        let mut filtered: Vec<u64> = rows.chunks_exact(ROW).map(prefix).collect();
        filtered.dedup();
        let filter = BinaryFuse8::try_from(&filtered).map_err(|_| damaged("its keys make no filter"))?;
        Ok(Self {
            path: path.to_owned(),
            file: File::open(path).map_err(failed)?,
            span,
            count: rows.len() / ROW,
            blocks: rows.chunks(ROWS_PER_BLOCK * ROW).map(Block::of).collect(),
            filter,
            unreadable: AtomicBool::new(false),
        })
    }

    /// Whether every look-up so far could be answered.
    pub fn is_sound(&self) -> bool {
        !self.unreadable.load(Ordering::Relaxed)
    }

    pub fn get(&self, key: &IdKey) -> Option<u64> {
        if !self.filter.contains(&prefix(key)) {
            return None;
        }
        let at = self.blocks.partition_point(|block| block.first <= *key).checked_sub(1)?;
        let Some(rows) = self.read_block(at) else {
            tracing::error!(run = %self.path.display(), block = at, "an id run cannot be read or is not what was written");
            self.unreadable.store(true, Ordering::Relaxed);
            return None;
        };
        let (rows, _) = rows.as_chunks::<ROW>();
        let found = rows.binary_search_by(|row| row[..16].cmp(key.as_slice())).ok()?;
        Some(number(&rows[found][16..]))
    }

    fn read_block(&self, at: usize) -> Option<Vec<u8>> {
        let first = at * ROWS_PER_BLOCK;
        let mut rows = vec![0; (self.count - first).min(ROWS_PER_BLOCK) * ROW];
        self.file.read_exact_at(&mut rows, (HEADER + first * ROW) as u64).ok()?;
        (crc32c::crc32c(&rows) == self.blocks[at].crc).then_some(rows)
    }
}

impl Block {
    fn of(rows: &[u8]) -> Self {
        Self { first: rows[..16].try_into().expect("a row begins with its key"), crc: crc32c::crc32c(rows) }
    }
}

fn prefix(key: &[u8]) -> u64 {
    number(&key[..8])
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes[..8].try_into().expect("at least 8 bytes"))
}

fn encode(span: &RunSpan, rows: &[(IdKey, u64)], seal: &Seal) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + rows.len() * ROW + span.governing.len() * 8 + 32);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&span.from.0.to_be_bytes());
    bytes.extend_from_slice(&span.to.size.0.to_be_bytes());
    bytes.extend_from_slice(span.to.root.as_bytes());
    bytes.extend_from_slice(&(rows.len() as u64).to_be_bytes());
    bytes.extend_from_slice(&(span.governing.len() as u64).to_be_bytes());
    for (key, value) in rows {
        bytes.extend_from_slice(key);
        bytes.extend_from_slice(&value.to_be_bytes());
    }
    span.governing.iter().for_each(|index| bytes.extend_from_slice(&index.0.to_be_bytes()));
    let seal = seal.over(&bytes);
    bytes.extend_from_slice(&seal);
    bytes
}

fn decode<'a>(bytes: &'a [u8], seal: &Seal) -> Result<(RunSpan, &'a [u8]), &'static str> {
    let Some((body, sealed)) = bytes.split_last_chunk::<32>() else { return Err("it is too short") };
    if seal.over(body) != *sealed {
        return Err("it is not sealed by this ledger");
    }
    if body.len() < HEADER || &body[..16] != MAGIC {
        return Err("it is of another format");
    }
    let count = usize::try_from(number(&body[64..])).map_err(|_| "it is too large")?;
    let (rows, governing) = body[HEADER..].split_at_checked(count * ROW).ok_or("it is cut short")?;
    let root = TreeHash::from_slice(&body[32..64]).expect("32 bytes");
    let span = RunSpan {
        from: Size(number(&body[16..])),
        to: TreeHead { size: Size(number(&body[24..])), root },
        governing: governing.chunks_exact(8).map(|index| Index(number(index))).collect(),
    };
    Ok((span, rows))
}
