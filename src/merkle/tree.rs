//! A growing tree with proofs for every size it ever had.

use tlog_tiles::{
    check_record, check_tree, prove_record, prove_tree, stored_hash_count, stored_hashes_for_record_hash, tree_hash,
};

use super::{HashFile, HashStoreError, TreeHash};

/// An RFC 6962 tree over stored hashes.
#[derive(Debug)]
pub struct Tree {
    size: u64,
    hashes: HashFile,
}

/// A proof does not lead from the leaf or the older root to the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the root")]
pub struct ProofInvalid;

impl Tree {
    /// The empty tree over a store; whatever the store held is dropped.
    pub fn empty(hashes: HashFile) -> Result<Self, HashStoreError> {
        Self::of_size(0, hashes)
    }

    /// The tree of the first `size` leaves of a store that holds at least those;
    /// the rest is dropped. The caller compares [`Tree::root`] with a checkpoint.
    pub fn of_size(size: u64, mut hashes: HashFile) -> Result<Self, HashStoreError> {
        hashes.truncate(stored_hash_count(size))?;
        Ok(Self { size, hashes })
    }

    /// How many leaves a store holds hashes for.
    pub fn leaves_in(hashes: &HashFile) -> u64 {
        // stored_hash_count(n) lies between n and 2n, so this search is short.
        let (mut low, mut high) = (0, hashes.len());
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if stored_hash_count(middle) <= hashes.len() { low = middle } else { high = middle - 1 }
        }
        low
    }

    /// Count of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf hash.
    pub fn append(&mut self, leaf: TreeHash) -> Result<(), HashStoreError> {
        let hashes = stored_hashes_for_record_hash(self.size, leaf.into(), &self.hashes)
            .expect("the hashes of all earlier leaves are stored");
        self.hashes.append(&hashes)?;
        self.size += 1;
        Ok(())
    }

    /// Forgets every leaf from `size` on.
    pub fn truncate(&mut self, size: u64) -> Result<(), HashStoreError> {
        self.hashes.truncate(stored_hash_count(size))?;
        self.size = self.size.min(size);
        Ok(())
    }

    /// The root of the whole tree; `None` when a stored hash cannot be read.
    pub fn root(&self) -> Option<TreeHash> {
        self.root_at(self.size)
    }

    /// The root at an earlier size; `None` beyond this size or when a stored
    /// hash cannot be read.
    pub fn root_at(&self, size: u64) -> Option<TreeHash> {
        if size > self.size {
            return None;
        }
        tree_hash(size, &self.hashes).ok().map(TreeHash::from)
    }

    /// Inclusion proof of leaf `index` in the tree of `size`, from the leaf's
    /// sibling up; `None` unless `index < size <= self.size()`.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Option<Vec<TreeHash>> {
        if index >= size || size > self.size {
            return None;
        }
        let proof = prove_record(size, index, &self.hashes).ok()?;
        Some(proof.into_iter().map(TreeHash::from).collect())
    }

    /// Consistency proof between two sizes; empty when they are equal or the
    /// first is 0; `None` unless `from <= to <= self.size()`.
    pub fn prove_consistency(&self, from: u64, to: u64) -> Option<Vec<TreeHash>> {
        if from > to || to > self.size {
            return None;
        }
        if from == 0 || from == to {
            return Some(Vec::new());
        }
        let proof = prove_tree(to, from, &self.hashes).ok()?;
        Some(proof.into_iter().map(TreeHash::from).collect())
    }

    /// Writes and syncs the stored hashes.
    pub fn sync(&mut self) -> Result<(), HashStoreError> {
        self.hashes.sync()
    }
}

/// Checks that `leaf` is leaf `index` of the tree of `size` with `root`.
pub fn verify_inclusion(
    proof: &[TreeHash],
    index: u64,
    leaf: TreeHash,
    size: u64,
    root: TreeHash,
) -> Result<(), ProofInvalid> {
    if index >= size {
        return Err(ProofInvalid);
    }
    let proof = proof.iter().map(|hash| (*hash).into()).collect();
    check_record(&proof, size, root.into(), index, leaf.into()).map_err(|_| ProofInvalid)
}

/// Checks that the tree of `from` with `from_root` is a prefix of the tree of
/// `to` with `to_root`.
pub fn verify_consistency(
    proof: &[TreeHash],
    (from, from_root): (u64, TreeHash),
    (to, to_root): (u64, TreeHash),
) -> Result<(), ProofInvalid> {
    let equal = from == to && from_root == to_root;
    let from_nothing = from == 0 && from_root == TreeHash::EMPTY;
    if equal || from_nothing {
        return if proof.is_empty() && from <= to { Ok(()) } else { Err(ProofInvalid) };
    }
    if from == 0 || from >= to {
        return Err(ProofInvalid);
    }
    let proof = proof.iter().map(|hash| (*hash).into()).collect();
    check_tree(&proof, to, to_root.into(), from, from_root.into()).map_err(|_| ProofInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(n: u64) -> TreeHash {
        TreeHash::of_leaf(&n.to_be_bytes())
    }

    fn grown(size: u64, hashes: HashFile) -> Tree {
        let mut tree = Tree::empty(hashes).expect("empty");
        (0..size).for_each(|n| tree.append(leaf(n)).expect("appended"));
        tree
    }

    #[test]
    fn every_proof_of_every_size_leads_to_its_root() {
        let tree = grown(33, HashFile::in_memory());
        for size in 1..=33 {
            let root = tree.root_at(size).expect("in the tree");
            for index in 0..size {
                let proof = tree.prove_inclusion(index, size).expect("in the tree");
                assert_eq!(verify_inclusion(&proof, index, leaf(index), size, root), Ok(()));
                assert!(verify_inclusion(&proof, index, leaf(index + 1), size, root).is_err());
            }
            for from in 0..=size {
                let proof = tree.prove_consistency(from, size).expect("in the tree");
                let older = tree.root_at(from).expect("in the tree");
                assert_eq!(verify_consistency(&proof, (from, older), (size, root)), Ok(()));
                assert!(verify_consistency(&proof, (from, leaf(99)), (size, root)).is_err());
            }
        }
    }

    #[test]
    fn a_tree_opens_again_at_any_smaller_size_with_the_same_root() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("hashes");
        let mut tree = grown(5_000, HashFile::open(&path).expect("opened"));
        let root = tree.root_at(4_321);
        tree.sync().expect("synced");
        drop(tree);
        let file = HashFile::open(&path).expect("opened");
        assert_eq!(Tree::leaves_in(&file), 5_000);
        let tree = Tree::of_size(4_321, file).expect("truncated");
        assert_eq!(tree.root(), root);
    }

    #[test]
    fn the_empty_tree_has_the_hash_of_nothing() {
        assert_eq!(grown(0, HashFile::in_memory()).root(), Some(TreeHash::EMPTY));
    }
}
