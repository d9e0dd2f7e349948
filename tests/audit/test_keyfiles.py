"""Files of keys: made once, for one user alone; refused where they cannot be used."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from haven.audit import keyfiles


def load(path):
    return keyfiles.load(path, whose="the hub").public_key().public_bytes_raw()


def written(path, key, *, password=None):
    how = BestAvailableEncryption(password) if password else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
    path.chmod(0o600)
    return path


def test_a_key_is_made_once_for_its_user_alone(tmp_path):
    path = tmp_path / "hub" / "key.pem"

    assert load(path) == load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["key.pem"]


def test_all_who_ask_for_the_first_time_at_once_get_one_key(tmp_path):
    path = tmp_path / "key.pem"

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(load, [path] * 32))

    assert len(keys) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA\n"),
        lambda path: written(path, ec.generate_private_key(ec.SECP256R1())),
        lambda path: written(path, Ed25519PrivateKey.generate(), password=b"word"),
    ],
    ids=["empty", "broken", "of another kind", "with a password"],
)
def test_what_is_no_key_is_refused_and_left_alone(tmp_path, make):
    path = tmp_path / "key.pem"
    make(path)
    path.chmod(0o600)
    before = path.read_bytes()

    with pytest.raises(keyfiles.KeyTrouble):
        load(path)
    assert path.read_bytes() == before
