"""The seal: what it keeps, what it finds, and who may have wrapped its key."""

import base64
import io
import os
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haven.workbench.cases import sealing, wrapping
from haven.workbench.cases.sealing import CaseKey, SealBroken
from haven.workbench.cases.wrapping import KeyWrapper, WrapperTrouble

CASE, KEY_ID, KEY = uuid.UUID(int=7), uuid.UUID(int=9), bytes(range(32))
SMALL = 64  # bytes of a chunk in these tests, so that many chunks are cheap


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    # A patch, because the size of a chunk is part of the format and no option.
    monkeypatch.setattr(sealing, "CHUNK_BYTES", SMALL)


def case_key(case=CASE, key_id=KEY_ID, key=KEY):
    return CaseKey(case, key_id, key)


def opened(blob, *, kind="upload", name="a", key=None):
    return (key or case_key()).open(blob, kind=kind, name=name)


contents = st.binary(max_size=5 * SMALL)
around_chunks = st.sampled_from([0, 1, SMALL - 1, SMALL, SMALL + 1, 2 * SMALL, 3 * SMALL]).map(
    os.urandom
)


class TestASeal:
    @given(contents | around_chunks, st.integers(1, 2 * SMALL))
    def test_gives_back_what_was_sealed_in_pieces_of_any_size(self, content, piece):
        pieces = [content[at : at + piece] for at in range(0, len(content), piece)]

        blob = b"".join(case_key().sealed(pieces, kind="upload", name="a"))

        assert opened(blob) == content

    @given(contents | around_chunks, st.data())
    def test_finds_every_changed_bit(self, content, data):
        blob = bytearray(case_key().seal(content, kind="upload", name="a"))
        at = data.draw(st.integers(0, len(blob) - 1))
        blob[at] ^= 1 << data.draw(st.integers(0, 7))

        with pytest.raises(SealBroken):
            opened(bytes(blob))

    @given(contents | around_chunks, st.data())
    def test_finds_every_cut(self, content, data):
        blob = case_key().seal(content, kind="upload", name="a")

        with pytest.raises(SealBroken):
            opened(blob[: data.draw(st.integers(0, len(blob) - 1))])

    @given(contents, st.binary(min_size=1, max_size=2 * SMALL))
    def test_finds_what_was_put_behind_it(self, content, more):
        blob = case_key().seal(content, kind="upload", name="a")

        with pytest.raises(SealBroken):
            opened(blob + more)

    @given(st.permutations(range(4)).filter(lambda order: list(order) != [0, 1, 2, 3]))
    def test_finds_chunks_in_another_order_or_twice(self, order):
        blob = case_key().seal(os.urandom(4 * SMALL), kind="upload", name="a")
        start, step = sealing.HEADER_BYTES, SMALL + sealing.TAG_BYTES
        chunks = [blob[start + n * step : start + (n + 1) * step] for n in range(4)]

        for changed in (order, [0, 0, 2, 3], [0, 1, 3]):
            with pytest.raises(SealBroken):
                opened(blob[:start] + b"".join(chunks[n] for n in changed))

    @given(contents, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 200)), max_size=8))
    def test_can_be_read_from_any_place(self, content, places):
        blob = case_key().seal(content, kind="upload", name="a")
        reader = case_key().reader(io.BytesIO(blob), kind="upload", name="a")
        plain = io.BytesIO(content)

        for place, size in places:
            assert reader.seek(place) == plain.seek(place)
            assert reader.read(size) == plain.read(size)
        assert reader.seek(0, io.SEEK_END) == len(content)

    @settings(max_examples=20)
    @given(contents)
    def test_never_gives_the_same_blob_twice_and_shows_nothing_of_the_content(self, content):
        content = content + b"\xff\xd8\xff\xe0 known words"

        one, other = (case_key().seal(content, kind="upload", name="a") for _ in range(2))

        assert one != other
        assert b"\xff\xd8\xff" not in one
        assert b"known words" not in one

    def test_opens_for_nothing_but_what_it_was_made_for(self):
        blob = case_key().seal(b"content", kind="upload", name="a")

        for wrong in (
            {"name": "b"},
            {"kind": "probe"},
            {"kind": "uploa", "name": "da"},  # the same letters, cut elsewhere
            {"key": case_key(case=uuid.UUID(int=8))},
            {"key": case_key(key_id=uuid.UUID(int=8))},
            {"key": case_key(key=bytes(32))},
        ):
            with pytest.raises(SealBroken):
                opened(blob, **wrong)

    def test_refuses_what_is_no_blob(self):
        for blob in (b"", b"\xff\xd8\xff\xe0" + bytes(200), sealing.MAGIC):
            with pytest.raises(SealBroken):
                opened(blob)


class TestACaseKey:
    def test_is_wiped_when_its_block_ends(self):
        with case_key() as key:
            blob = key.seal(b"content", kind="upload", name="a")

        assert key._key == bytes(32)
        with pytest.raises(SealBroken):
            key.open(blob, kind="upload", name="a")

    def test_names_the_same_content_alike_and_tells_nothing_of_it(self):
        digest = "ab" * 32

        name = case_key().name("derivative", digest)

        assert name == case_key().name("derivative", digest)
        assert name != case_key().name("upload", digest)
        assert name != case_key(key=bytes(32)).name("derivative", digest)
        assert digest not in name


class Promise:
    """What every keeper of master keys promises."""

    def keeper(self) -> KeyWrapper:
        raise NotImplementedError

    def rotated(self) -> KeyWrapper:
        """Return the keeper of the same keys after a new master key was made."""
        raise NotImplementedError

    def without_keys(self) -> KeyWrapper:
        """Return a keeper that has other master keys."""
        raise NotImplementedError

    def test_gives_back_the_key_that_it_wrapped(self):
        keeper = self.keeper()

        wrapped = keeper.wrap(KEY, bound_to=b"case 1")

        assert keeper.unwrap(wrapped, master=keeper.current(), bound_to=b"case 1") == KEY
        assert KEY not in wrapped

    def test_wraps_the_same_key_differently_each_time(self):
        keeper = self.keeper()

        assert keeper.wrap(KEY, bound_to=b"") != keeper.wrap(KEY, bound_to=b"")

    def test_unwraps_for_nothing_else(self):
        keeper = self.keeper()
        wrapped = keeper.wrap(KEY, bound_to=b"case 1")

        with pytest.raises(WrapperTrouble):
            keeper.unwrap(wrapped, master=keeper.current(), bound_to=b"case 2")

    def test_finds_a_changed_wrapped_key(self):
        keeper = self.keeper()
        wrapped = bytearray(keeper.wrap(KEY, bound_to=b"case 1"))
        wrapped[-1] ^= 1

        for changed in (bytes(wrapped), bytes(wrapped[:5]), b""):
            with pytest.raises(WrapperTrouble):
                keeper.unwrap(changed, master=keeper.current(), bound_to=b"case 1")

    def test_opens_after_a_rotation_what_was_wrapped_before(self):
        before = self.keeper()
        wrapped, master = before.wrap(KEY, bound_to=b""), before.current()

        after = self.rotated()

        assert after.current() != master
        assert after.unwrap(wrapped, master=master, bound_to=b"") == KEY

    def test_opens_nothing_of_another_keeper(self):
        ours = self.keeper()
        wrapped = ours.wrap(KEY, bound_to=b"")

        with pytest.raises(WrapperTrouble):
            self.without_keys().unwrap(wrapped, master=ours.current(), bound_to=b"")

    def test_names_its_master_key_in_few_letters(self):
        assert 0 < len(self.keeper().current()) <= 64


class TestFileOfMasterKeys(Promise):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path):
        self.place = tmp_path / "master-key"
        wrapping.make_master_key(self.place)

    def keeper(self):
        return wrapping.FileWrapper(self.place)

    def rotated(self):
        keys = wrapping.read_master_keys(self.place)
        wrapping.write_master_keys(self.place, [os.urandom(32), *keys])
        return self.keeper()

    def without_keys(self):
        other = self.place.with_name("other")
        wrapping.make_master_key(other)
        return wrapping.FileWrapper(other)

    def test_can_be_read_by_its_owner_alone(self):
        assert self.place.stat().st_mode & 0o777 == 0o600
        self.place.chmod(0o640)

        with pytest.raises(WrapperTrouble, match="0600"):
            self.keeper()

    def test_is_never_written_over(self):
        before = self.place.read_bytes()

        with pytest.raises(FileExistsError):
            wrapping.make_master_key(self.place)

        assert self.place.read_bytes() == before
        assert list(self.place.parent.iterdir()) == [self.place]

    @pytest.mark.parametrize("content", [b"", b"not base64!", base64.b64encode(b"short"), b"\xff"])
    def test_that_holds_something_else_is_refused(self, content):
        self.place.write_bytes(content)

        with pytest.raises(WrapperTrouble):
            self.keeper()


class ExampleKeeper(KeyWrapper):
    """A keeper elsewhere, as an HSM or a key service would be joined: it never gives its key."""

    def __init__(self, boxes=None):
        self._boxes = boxes if boxes is not None else {}
        if not self._boxes:
            self.new_master()

    def new_master(self):
        self._current = f"arn:example:key/{len(self._boxes)}-{os.urandom(4).hex()}"
        self._boxes[self._current] = os.urandom(32)

    def current(self):
        return self._current

    def wrap(self, key, *, bound_to):
        return case_key(key=self._boxes[self._current]).seal(key, kind="", name=bound_to.hex())

    def unwrap(self, wrapped, *, master, bound_to):
        if master not in self._boxes:
            raise WrapperTrouble("no such key")
        try:
            box = case_key(key=self._boxes[master])
            return box.open(wrapped, kind="", name=bound_to.hex())
        except SealBroken as error:
            raise WrapperTrouble("refused") from error


class TestKeeperElsewhere(Promise):
    @pytest.fixture(autouse=True)
    def _service(self):
        self.service = ExampleKeeper()

    def keeper(self):
        return self.service

    def rotated(self):
        self.service.new_master()
        return self.service

    def without_keys(self):
        return ExampleKeeper()
