"""Merkle tree of RFC 9162: roots, and proofs that a leaf is in it and that it only grew.

In      sizes, positions, and a way to get a node: (level, index) to 32 bytes
Out     roots and proofs; their verification is that of the one-file verifier
Fails   KeyError: a node that the proof needs is not there
Why     a proof for one of a million entries is twenty hashes, not the million
Not     here: where nodes are stored (tree.py)

A node (level, index) stands over the leaves from index * 2**level on, 2**level of them; it
is stored once all of them are there. Level 0 are the leaves.
"""

from collections.abc import Callable, Mapping, Sequence

from haven.cli.verify_record import Frontier, extends, includes, leaf_hash, node_hash

__all__ = [
    "Frontier",
    "complete",
    "consistency",
    "extends",
    "gathered",
    "includes",
    "inclusion",
    "leaf_hash",
    "node_hash",
    "plain_root",
    "root",
]

Node = tuple[int, int]  # level, index
Get = Callable[[Node], bytes]


def complete(size: int) -> list[Node]:
    """Return the complete subtrees of a tree, largest first: its frontier."""
    nodes, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            nodes.append((level, start >> level))
            start += 1 << level
    return nodes


def root(size: int, get: Get) -> bytes:
    """Return the root over the first `size` leaves."""
    return Frontier(size, [get(node) for node in complete(size)]).root()


def inclusion(index: int, size: int, get: Get) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of `size` leaves.

    Source: RFC 9162, section 2.1.3.1, PATH.
    """
    return _path(index, 0, size, get)


def consistency(first: int, second: int, get: Get) -> list[bytes]:
    """Return the proof that the tree of `second` leaves begins with that of `first`.

    Source: RFC 9162, section 2.1.4.1, PROOF.
    """
    if first in (0, second):
        return []
    return _grown(first, 0, second, get, is_whole=True)


def gathered(
    make: Callable[[Get], object], fetch: Callable[[set[Node]], Mapping[Node, bytes]]
) -> Get:
    """Return a way to get all nodes that a root or proof needs, fetched in one go.

    Args:
        make: The root or proof, given a way to get nodes; it is made once with empty ones.
        fetch: Reads a set of nodes.
    """
    needed: set[Node] = set()

    def note(node: Node) -> bytes:
        needed.add(node)
        return b""

    make(note)
    return dict(fetch(needed)).__getitem__


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of hashed leaves as the RFC defines it: the slow version, for tests."""
    if not leaves:
        return Frontier().root()
    if len(leaves) == 1:
        return leaves[0]
    middle = _split(len(leaves))
    return node_hash(plain_root(leaves[:middle]), plain_root(leaves[middle:]))


def _split(size: int) -> int:
    """Return the largest power of two smaller than a size above 1."""
    return 1 << (size - 1).bit_length() - 1


def _over(start: int, end: int, get: Get) -> bytes:
    """Return the hash over the leaves from `start` to before `end`."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return get((level, start >> level))
    middle = start + _split(size)
    return node_hash(_over(start, middle, get), _over(middle, end, get))


def _path(index: int, start: int, end: int, get: Get) -> list[bytes]:
    """Return PATH(index - start, D[start:end])."""
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, get), _over(middle, end, get)]
    return [*_path(index, middle, end, get), _over(start, middle, get)]


def _grown(first: int, start: int, end: int, get: Get, *, is_whole: bool) -> list[bytes]:
    """Return SUBPROOF(first - start, D[start:end], is_whole)."""
    if first == end:
        return [] if is_whole else [_over(start, end, get)]
    middle = start + _split(end - start)
    if first <= middle:
        inner = _grown(first, start, middle, get, is_whole=is_whole)
        return [*inner, _over(middle, end, get)]
    return [*_grown(first, middle, end, get, is_whole=False), _over(start, middle, get)]
