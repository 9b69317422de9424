//! The tree against the definitions of RFC 6962, word by word, and against two other implementations.

use std::convert::Infallible;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use ward_ledger::tree::{
    Frontier, Hash, Nodes, consistency_proof, empty_root, inclusion_proof, leaf_hash, node_hash,
    verify_consistency, verify_inclusion,
};

use crate::fixture::entry;

/// MTH(D[n]) of RFC 6962 2.1.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let k = k(leaves.len());
            node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
        }
    }
}

/// The largest power of two smaller than n.
fn k(n: usize) -> usize {
    (0..).map(|bit| 1 << bit).take_while(|power| *power < n).last().unwrap()
}

/// PATH(m, D[n]) of RFC 6962 2.1.1.
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return vec![];
    }
    let k = k(leaves.len());
    let (mut path, sibling) = if m < k {
        (path(m, &leaves[..k]), mth(&leaves[k..]))
    } else {
        (path(m - k, &leaves[k..]), mth(&leaves[..k]))
    };
    path.push(sibling);
    path
}

/// SUBPROOF(m, D[n], b) of RFC 6962 2.1.2.
fn subproof(m: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if known { vec![] } else { vec![mth(leaves)] };
    }
    let k = k(leaves.len());
    let (mut proof, sibling) = if m <= k {
        (subproof(m, &leaves[..k], known), mth(&leaves[k..]))
    } else {
        (subproof(m - k, &leaves[k..], false), mth(&leaves[..k]))
    };
    proof.push(sibling);
    proof
}

struct Naive<'a>(&'a [Hash]);

impl Nodes for Naive<'_> {
    type Error = Infallible;

    fn node(&self, height: u32, index: u64) -> Result<Hash, Infallible> {
        let (from, to) = ((index << height) as usize, ((index + 1) << height) as usize);
        Ok(mth(&self.0[from..to]))
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|index| leaf_hash(&entry(index))).collect()
}

#[test]
fn the_known_roots_of_rfc_6962_come_out() {
    let hex = |hash: Hash| hash.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(hex(leaf_hash(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

#[test]
fn roots_and_proofs_are_those_of_the_definitions_at_every_size() {
    let all = leaves(600);
    let mut frontier = Frontier::new();
    for size in 0..=all.len() {
        let tree = &all[..size];
        assert_eq!(frontier.root(), mth(tree), "size {size}");
        if let Some(next) = all.get(size) {
            frontier.push(*next, |height, hash| {
                assert_eq!(hash, mth(&all[size + 1 - (1 << height)..=size]));
            });
        }
    }
    for size in (1..=130).chain([255, 256, 257, 511, 512, 600]) {
        let tree = &all[..size];
        let root = mth(tree);
        let step = if size > 130 { 17 } else { 1 };
        for index in (0..size).step_by(step) {
            let proof = inclusion_proof(&Naive(tree), index as u64, size as u64).unwrap().unwrap();
            assert_eq!(proof, path(index, tree), "leaf {index} of {size}");
            verify_inclusion(&tree[index], index as u64, size as u64, &root, &proof).unwrap();
            let other = (index + 1) % size;
            let wrong = verify_inclusion(&tree[index], other as u64, size as u64, &root, &proof);
            assert!(size == 1 || wrong.is_err());
        }
        for old in (0..=size).step_by(step) {
            let proof = consistency_proof(&Naive(tree), old as u64, size as u64).unwrap().unwrap();
            let expected = if old == 0 { vec![] } else { subproof(old, tree, true) };
            assert_eq!(proof, expected, "{old} in {size}");
            verify_consistency(old as u64, &mth(&tree[..old]), size as u64, &root, &proof).unwrap();
        }
    }
}

#[test]
fn other_implementations_agree() {
    let mut theirs = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    let all = leaves(300);
    for size in 1..=300usize {
        theirs.push(entry(size as u64 - 1));
        let tree = &all[..size];
        let root = mth(tree);
        assert_eq!(theirs.root().as_bytes().as_slice(), root.0);
        let index = size * 7 % size.max(1) + size / 3;
        let ours = inclusion_proof(&Naive(tree), index as u64, size as u64).unwrap().unwrap();
        assert_eq!(theirs.prove_inclusion(index).as_bytes(), flat(&ours));
        let go: Vec<_> = ours.iter().map(|hash| tlog_tiles::Hash(hash.0)).collect();
        let (root, leaf) = (tlog_tiles::Hash(root.0), tlog_tiles::Hash(tree[index].0));
        tlog_tiles::check_record(&go, size as u64, root, index as u64, leaf).unwrap();
        let old = size / 2 + 1;
        if old < size {
            let ours = consistency_proof(&Naive(tree), old as u64, size as u64).unwrap().unwrap();
            assert_eq!(theirs.prove_consistency(size - old).as_bytes(), flat(&ours));
            let go: Vec<_> = ours.iter().map(|hash| tlog_tiles::Hash(hash.0)).collect();
            let old_root = tlog_tiles::Hash(mth(&tree[..old]).0);
            tlog_tiles::check_tree(&go, size as u64, root, old as u64, old_root).unwrap();
        }
    }
}

fn flat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

proptest! {
    #[test]
    fn a_changed_proof_never_verifies(
        size in 2usize..200, at in any::<prop::sample::Index>(), which in any::<prop::sample::Index>(),
        bit in 0usize..256,
    ) {
        let all = leaves(size as u64);
        let root = mth(&all);
        let index = at.index(size);
        let mut proof = path(index, &all);
        let hash = which.index(proof.len());
        proof[hash].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(&all[index], index as u64, size as u64, &root, &proof).is_err());
        let old = index.max(1);
        let mut proof = subproof(old, &all, true);
        let old_root = mth(&all[..old]);
        let hash = which.index(proof.len());
        proof[hash].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_consistency(old as u64, &old_root, size as u64, &root, &proof).is_err());
        proof.pop();
        prop_assert!(verify_consistency(old as u64, &old_root, size as u64, &root, &proof).is_err());
    }

    #[test]
    fn checking_a_proof_never_panics(
        index: u64, size: u64, old: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let hashes: Vec<Hash> = hashes.into_iter().map(Hash).collect();
        let root = empty_root();
        let _ = verify_inclusion(&root, index, size, &root, &hashes);
        let _ = verify_consistency(old, &root, size, &root, &hashes);
    }
}
