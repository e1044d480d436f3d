//! A growing tree with proofs for every size it ever had.

use std::sync::OnceLock;

use tlog_tiles::{
    Error, Hash, HashReader, check_record, check_tree, prove_record, prove_tree, stored_hash_count, stored_hash_index,
    stored_hashes_for_record_hash, tree_hash,
};

use super::{HashFile, HashStoreError, TreeHash, checked::peaks_of};

/// An RFC 6962 tree over stored hashes. Its root and all that it grows from, the
/// peaks, are in memory: a stored hash that rots spoils neither a root nor a leaf.
#[derive(Debug)]
pub struct Tree {
    size: u64,
    hashes: HashFile,
    peaks: Peaks,
    /// Computed when it is first asked for.
    root: OnceLock<TreeHash>,
}

/// The roots of the largest whole subtrees, from left to right, each with the
/// place where it is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Peaks(pub Vec<(u64, Hash)>);

impl Peaks {
    fn find(&self, index: u64) -> Option<Hash> {
        self.0.iter().find(|(at, _)| *at == index).map(|(_, hash)| *hash)
    }
}

impl HashReader for Peaks {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.find(*index).ok_or(Error::IndexesNotInTree)).collect()
    }
}

impl HashReader for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        indexes.iter().map(|index| self.peaks.find(*index).map_or_else(|| self.hashes.read(*index), Ok)).collect()
    }
}

/// Why there is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotProved {
    /// The question is at fault.
    #[error("the tree is not that large")]
    Beyond,
    /// The store is at fault.
    #[error("a stored hash is not what was stored, or cannot be read")]
    Stored,
}

/// A proof does not lead from the leaf or the older root to the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not lead to the root")]
pub struct ProofInvalid;

impl Tree {
    /// The empty tree over a store; whatever the store held is dropped.
    pub fn empty(mut hashes: HashFile) -> Result<Self, HashStoreError> {
        hashes.truncate(0)?;
        Ok(Self { size: 0, hashes, peaks: Peaks::default(), root: OnceLock::new() })
    }

    /// The tree of the first `size` leaves of a store, whose inner hashes are all
    /// computed again from its leaf hashes; the rest is dropped. `None` when one is
    /// missing or differs. The caller compares [`Tree::root`] with a checkpoint,
    /// and knows then that every stored hash is right.
    pub fn checked(size: u64, mut hashes: HashFile) -> Result<Option<Self>, HashStoreError> {
        if hashes.len() < stored_hash_count(size) {
            return Ok(None);
        }
        hashes.truncate(stored_hash_count(size))?;
        let peaks = peaks_of(&hashes, size);
        Ok(peaks.map(|peaks| Self { size, hashes, peaks, root: OnceLock::new() }))
    }

    /// An empty tree that can take the place of this one.
    pub fn beside(&self) -> Result<Self, HashStoreError> {
        Self::empty(self.hashes.beside()?)
    }

    /// Takes the place of the tree that it was made beside.
    pub fn take_place_of(self, old: &mut Self) -> Result<(), HashStoreError> {
        let Self { size, hashes, peaks, root } = self;
        hashes.take_place_of(&mut old.hashes)?;
        (old.size, old.peaks, old.root) = (size, peaks, root);
        Ok(())
    }

    /// Count of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf hash.
    pub fn append(&mut self, leaf: TreeHash) -> Result<(), HashStoreError> {
        let hashes = stored_hashes_for_record_hash(self.size, leaf.into(), &self.peaks)
            .expect("a new leaf is joined with peaks only");
        self.hashes.append(&hashes)?;
        // The last of them is the new peak; each of the others took one in.
        let joined = hashes.len() - 1;
        let at = stored_hash_index(0, self.size) + joined as u64;
        self.peaks.0.truncate(self.peaks.0.len() - joined);
        self.peaks.0.push((at, hashes[joined]));
        self.root = OnceLock::new();
        self.size += 1;
        Ok(())
    }

    /// The root of the whole tree.
    pub fn root(&self) -> TreeHash {
        let compute = || tree_hash(self.size, &self.peaks).expect("a root is made of the peaks").into();
        *self.root.get_or_init(compute)
    }

    /// The root at an earlier size, proved to be a prefix of this tree.
    pub fn root_at(&self, size: u64) -> Result<TreeHash, NotProved> {
        if size > self.size {
            return Err(NotProved::Beyond);
        }
        if size == self.size {
            return Ok(self.root());
        }
        let root = tree_hash(size, self).map_err(|_| NotProved::Stored)?.into();
        self.consistency(size, root, self.size, self.root())?;
        Ok(root)
    }

    /// Inclusion proof of `leaf` at `index` in the tree of `size`, from the leaf's
    /// sibling up, verified.
    pub fn prove_inclusion(&self, index: u64, leaf: TreeHash, size: u64) -> Result<Vec<TreeHash>, NotProved> {
        if index >= size || size > self.size {
            return Err(NotProved::Beyond);
        }
        let root = self.root_at(size)?;
        let proof = prove_record(size, index, self).map_err(|_| NotProved::Stored)?;
        let proof: Vec<_> = proof.into_iter().map(TreeHash::from).collect();
        verify_inclusion(&proof, index, leaf, size, root).map_err(|_| NotProved::Stored)?;
        Ok(proof)
    }

    /// Consistency proof between two sizes, verified; empty when they are equal or
    /// the first is 0.
    pub fn prove_consistency(&self, from: u64, to: u64) -> Result<Vec<TreeHash>, NotProved> {
        if from > to || to > self.size {
            return Err(NotProved::Beyond);
        }
        self.consistency(from, self.root_at(from)?, to, self.root_at(to)?)
    }

    /// A leaf hash as it is stored: right when the store was checked just now.
    pub fn stored_leaf(&self, index: u64) -> Result<TreeHash, NotProved> {
        if index >= self.size {
            return Err(NotProved::Beyond);
        }
        self.hashes.read(stored_hash_index(0, index)).map(TreeHash::from).map_err(|_| NotProved::Stored)
    }

    fn consistency(
        &self,
        from: u64,
        from_root: TreeHash,
        to: u64,
        to_root: TreeHash,
    ) -> Result<Vec<TreeHash>, NotProved> {
        if from == 0 || from == to {
            return Ok(Vec::new());
        }
        let proof = prove_tree(to, from, self).map_err(|_| NotProved::Stored)?;
        let proof: Vec<_> = proof.into_iter().map(TreeHash::from).collect();
        verify_consistency(&proof, (from, from_root), (to, to_root)).map_err(|_| NotProved::Stored)?;
        Ok(proof)
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
                let proof = tree.prove_inclusion(index, leaf(index), size).expect("in the tree");
                assert_eq!(tree.prove_inclusion(index, leaf(99), size), Err(NotProved::Stored));
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
        let all = stored_hash_count(5_000);
        for size in [5_000, 4_999, 4_321, 4_097, 4_096, 4_095, 1, 0] {
            let root = tree.root_at(size).expect("in the tree");
            tree.sync().expect("synced");
            drop(tree);
            let opened = HashFile::open(&path).expect("opened");
            assert!(opened.len() <= all);
            tree = Tree::checked(size, opened).expect("read").expect("every hash is right");
            assert_eq!((tree.size(), tree.root()), (size, root));
            let grown = grown(size, HashFile::in_memory());
            assert_eq!((&tree.peaks, tree.root()), (&grown.peaks, grown.root()));
        }
        assert!(Tree::checked(9, HashFile::open(&path).expect("opened")).expect("read").is_none(), "too few");
    }

    /// A tree over a file, and the file.
    fn on_disk(size: u64) -> (tempfile::TempDir, Tree, std::fs::File) {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("hashes");
        let mut tree = grown(size, HashFile::open(&path).expect("opened"));
        tree.sync().expect("synced");
        let file = std::fs::OpenOptions::new().read(true).write(true).open(&path).expect("opened");
        (dir, tree, file)
    }

    fn flip(file: &std::fs::File, offset: u64) {
        use std::os::unix::fs::FileExt;
        let mut byte = [0];
        file.read_exact_at(&mut byte, offset).expect("read");
        file.write_all_at(&[byte[0] ^ 4], offset).expect("written");
    }

    #[test]
    fn no_stored_hash_that_is_not_right_passes_a_check() {
        let (dir, tree, file) = on_disk(70);
        let (count, root) = (stored_hash_count(70), tree.root());
        for offset in (0..count * 32).step_by(7) {
            flip(&file, offset);
            let hashes = HashFile::open(&dir.path().join("hashes")).expect("opened");
            let passed = Tree::checked(70, hashes).expect("read").is_some_and(|tree| tree.root() == root);
            assert!(!passed, "byte {offset}");
            flip(&file, offset);
        }
    }

    #[test]
    fn a_hash_at_the_border_of_two_stretches_is_checked_too() {
        let (dir, tree, file) = on_disk(3 * 4_096 + 5);
        let root = tree.root();
        let from = stored_hash_count(4_096) - 3;
        let borders = (from..from + 6).chain(stored_hash_count(2 * 4_096) - 3..stored_hash_count(2 * 4_096) + 3);
        for index in borders.chain(stored_hash_count(3 * 4_096) - 2..stored_hash_count(3 * 4_096 + 5)) {
            flip(&file, index * 32);
            let hashes = HashFile::open(&dir.path().join("hashes")).expect("opened");
            let passed = Tree::checked(tree.size(), hashes).expect("read").is_some_and(|tree| tree.root() == root);
            assert!(!passed, "hash {index}");
            flip(&file, index * 32);
        }
    }

    #[test]
    fn a_hash_that_rots_under_a_running_tree_spoils_no_root_and_no_proof() {
        let (_dir, mut tree, file) = on_disk(64);
        let (root, at_41) = (tree.root(), tree.root_at(41).expect("in the tree"));
        (0..stored_hash_count(64)).for_each(|index| flip(&file, index * 32));
        assert_eq!(tree.root(), root);
        assert_eq!(tree.root_at(41), Err(NotProved::Stored));
        assert_eq!(tree.prove_inclusion(5, leaf(5), 64), Err(NotProved::Stored));
        assert_eq!(tree.prove_consistency(41, 64), Err(NotProved::Stored));
        (64..100).for_each(|n| tree.append(leaf(n)).expect("appended"));
        assert_eq!(tree.root(), grown(100, HashFile::in_memory()).root(), "it grows from its peaks");
        let mut fresh = tree.beside().expect("begun");
        (0..100).for_each(|n| fresh.append(leaf(n)).expect("appended"));
        fresh.take_place_of(&mut tree).expect("replaced");
        assert_eq!(tree.root_at(41), Ok(at_41));
        tree.prove_inclusion(5, leaf(5), 64).expect("proved again");
    }

    #[test]
    fn the_empty_tree_has_the_hash_of_nothing() {
        assert_eq!(grown(0, HashFile::in_memory()).root(), TreeHash::EMPTY);
    }
}
