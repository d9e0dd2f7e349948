"""The tree is that of RFC 6962 and 9162: published roots and proofs, and a plain version."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haven.audit import merkle
from haven.audit.merkle import Frontier, Node, extends, includes, leaf_hash, node_hash

# The test vectors of Certificate Transparency (RFC 6962 reference implementation,
# merkletree/merkle_tree_test.cc): leaves, and the root over the first 0 to 8 of them.
LEAVES = [
    bytes.fromhex(written)
    for written in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(written)
    for written in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
# The same source: leaf, size, proof.
INCLUSIONS = [
    (0, 1, ()),
    (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (
        1,
        5,
        (
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
]
CONSISTENCIES = [
    (1, 1, ()),
    (
        1,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        6,
        8,
        (
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (
        2,
        5,
        (
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
]


def stored(leaves: Sequence[bytes]) -> dict[Node, bytes]:
    """Return the nodes that a tree of these leaves stores."""
    frontier, nodes = Frontier(), {}
    for index, leaf in enumerate(leaves):
        made: list[tuple[int, int, bytes]] = []
        frontier.add(leaf, made)
        nodes[0, index] = leaf
        nodes.update({(level, place): node for level, place, node in made})
    return nodes


def hashes(written: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in written]


HASHED = [leaf_hash(leaf) for leaf in LEAVES]
NODES = stored(HASHED)


class TestPublished:
    @pytest.mark.parametrize("size", range(9))
    def test_roots(self, size: int) -> None:
        assert merkle.root(size, NODES.__getitem__) == ROOTS[size]
        assert merkle.plain_root(HASHED[:size]) == ROOTS[size]

    @pytest.mark.parametrize(("index", "size", "proof"), INCLUSIONS)
    def test_inclusion(self, index: int, size: int, proof: Sequence[str]) -> None:
        assert merkle.inclusion(index, size, NODES.__getitem__) == hashes(proof)
        assert includes(index, size, HASHED[index], hashes(proof), ROOTS[size])

    @pytest.mark.parametrize(("first", "second", "proof"), CONSISTENCIES)
    def test_consistency(self, first: int, second: int, proof: Sequence[str]) -> None:
        assert merkle.consistency(first, second, NODES.__getitem__) == hashes(proof)
        assert extends(first, second, ROOTS[first], ROOTS[second], hashes(proof))


SIZES = st.integers(1, 130)


@given(SIZES)
def test_a_tree_that_grew_leaf_by_leaf_is_the_plain_one(size: int) -> None:
    leaves = [leaf_hash(b"%d" % index) for index in range(size)]
    nodes = stored(leaves)

    assert merkle.root(size, nodes.__getitem__) == merkle.plain_root(leaves)
    assert len(nodes) < 2 * size


@given(SIZES, st.data())
def test_every_leaf_is_proved_and_no_other(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % index) for index in range(size)]
    nodes, root = stored(leaves), merkle.plain_root(leaves)
    index = data.draw(st.integers(0, size - 1))

    proof = merkle.inclusion(index, size, nodes.__getitem__)

    assert includes(index, size, leaves[index], proof, root)
    assert not includes(index, size, leaf_hash(b"another"), proof, root)
    assert not includes(index, size, leaves[index], [*proof, root], root)
    if size > 1:
        assert not includes((index + 1) % size, size, leaves[index], proof, root)
        assert not includes(index, size, leaves[index], proof[:-1], root)


@given(SIZES, st.data())
def test_growth_is_proved_and_rewriting_is_not(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(b"%d" % index) for index in range(size)]
    nodes, new = stored(leaves), merkle.plain_root(leaves)
    first = data.draw(st.integers(1, size))
    old = merkle.plain_root(leaves[:first])

    proof = merkle.consistency(first, size, nodes.__getitem__)

    assert extends(first, size, old, new, proof)
    rewritten = merkle.plain_root([leaf_hash(b"another"), *leaves[1:first]])
    assert not extends(first, size, rewritten, new, proof)


def test_nodes_for_a_proof_are_fetched_in_one_go() -> None:
    asked: list[set[Node]] = []

    def fetch(needed: set[Node]) -> dict[Node, bytes]:
        asked.append(needed)
        return {node: NODES[node] for node in needed}

    get = merkle.gathered(lambda get: merkle.inclusion(4, 7, get), fetch)

    assert merkle.inclusion(4, 7, get) == merkle.inclusion(4, 7, NODES.__getitem__)
    assert len(asked) == 1


def test_leaves_and_nodes_are_never_taken_for_each_other() -> None:
    left, right = HASHED[:2]

    assert node_hash(left, right) != leaf_hash(left + right)
