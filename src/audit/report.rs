//! What an audit found.

use crate::{
    checkpoint::CheckpointInvalid,
    domain::{Index, LedgerId, Size, TreeHash, TreeHead},
    policy::{Rejection, Unverified},
    wire::Malformed,
};

/// An audit that found no difference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub ledger: Option<LedgerId>,
    pub origin: Option<Box<str>>,
    pub head: Option<TreeHead>,
    /// The newest checkpoint, as the ledger signed it over the head.
    pub checkpoint: String,
    pub entries: u64,
    pub events: u64,
    pub signatures: u64,
    pub checkpoints: u64,
    /// Checkpoints known from before that it continues.
    pub continued: u64,
    pub findings: u64,
    /// Committed parts whose content the ledger does not hold.
    pub content_not_held: u64,
    pub read_models: ReadModelsChecked,
}

/// How the read models were checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadModelsChecked {
    /// The ledger showed none; folding them did not fail.
    #[default]
    FoldedOnly,
    RowByRow {
        size: Size,
    },
    ByDigest {
        size: Size,
    },
}

/// The first difference between the ledger and what it should be.
#[derive(Debug, thiserror::Error)]
pub enum Difference {
    #[error("entry {index}: its bytes are not of the form of docs/format.md, or do not match their digests")]
    Malformed { index: Index, source: Malformed },
    #[error("entry {index}: a signature is not valid under the registry at its index")]
    Signature { index: Index, source: Unverified },
    #[error("entry {index}: the policy in force would not have let it in")]
    Decision { index: Index, source: Rejection },
    #[error("there is no founding: the first entry of a ledger is one, and names who signs its checkpoints")]
    NoFounding,
    #[error("entry {index}: {detail}")]
    Order { index: Index, detail: &'static str },
    #[error("the checkpoint of size {size} is not valid")]
    Checkpoint { size: Size, source: CheckpointInvalid },
    #[error("the ledger shows size {} with root {}, the entries give size {} with root {}", shown.size, shown.root, own.size, own.root)]
    Head { shown: TreeHead, own: TreeHead },
    #[error("the ledger shows {} entries, and signed {} before", own.size, known.size)]
    Shortened { known: TreeHead, own: TreeHead },
    #[error("the ledger signed root {} at size {} before, the entries give root {own}", known.root, known.size)]
    OtherHistory { known: TreeHead, own: TreeHash },
    #[error(
        "the ledger signed a checkpoint at size {} before, and shows none there any more: the entries are the same, but \
         batches were put together and signatures of the ledger taken out", known.size
    )]
    CheckpointGone { known: TreeHead },
    #[error("this is the ledger {shown}, not the trusted {trusted}")]
    OtherLedger { trusted: LedgerId, shown: LedgerId },
    #[error("the read models at size {size} are not what the entries fold to")]
    ReadModelDigest { size: Size },
    #[error("the read models differ from what the entries fold to, first in {row}")]
    ReadModelRow { row: String },
}
