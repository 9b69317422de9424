"""Roots and proofs of the entries that come in as JSON, as pymerkle has them."""
import json
import sys

from pymerkle import InmemoryTree, verify_consistency

asked = json.load(sys.stdin)
tree = InmemoryTree(algorithm="sha256")
for entry in asked["entries"]:
    tree.append_entry(entry.encode())


def agrees(old, size, roots):
    """Whether its own proof of consistency holds between these two roots."""
    try:
        proof = tree.prove_consistency(old, size)
        verify_consistency(*(bytes.fromhex(root) for root in roots), proof)
        return True
    except Exception:
        return False


json.dump({
    "leaves": [tree.get_leaf(index).hex() for index in range(1, tree.get_size() + 1)],
    "roots": [tree.get_root(size).hex() for size in range(1, tree.get_size() + 1)],
    # The first hash of its path is the leaf itself; indexes count from one.
    "inclusion": [tree.prove_inclusion(index + 1, size).serialize()["path"][1:] for index, size in asked["inclusion"]],
    "consistency": [agrees(*question) for question in asked["consistency"]],
}, sys.stdout)
