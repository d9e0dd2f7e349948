"""Attestation: with a list of makes, a passkey must prove whose make it is."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestedCredentialData, AuthenticatorData

from haven.accounts import attestation

MODEL, OTHER = Aaguid(b"a" * 16), Aaguid(b"b" * 16)
AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")


class Maker:
    """A maker of keys, with a root certificate and one for each batch."""

    def __init__(self, name: str = "Maker") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.root = self._signed(self.name, self.key, is_ca=True)

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        *,
        is_ca: bool,
        model: bytes | None = None,
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if model:
            value = x509.UnrecognizedExtension(AAGUID_EXTENSION, b"\x04\x10" + model)
            made = made.add_extension(value, critical=False)
        return made.sign(self.key, hashes.SHA256())

    def batch(self, model: bytes) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "NO"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Maker"),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
                x509.NameAttribute(NameOID.COMMON_NAME, "Batch 1"),
            ]
        )
        return key, self._signed(subject, key, is_ca=False, model=model)


def passkey(model: Aaguid, *, by: Maker | None, says: Aaguid | None = None) -> dict[str, Any]:
    """Return what a browser returns for a new passkey, with the proof of its maker if any."""
    own = ec.generate_private_key(ec.SECP256R1())
    credential = AttestedCredentialData.create(
        says or model, b"id", ES256.from_cryptography_key(own.public_key())
    )
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(
        hashlib.sha256(b"localhost").digest(), flags, 0, bytes(credential)
    )
    client = b'{"type":"webauthn.create","challenge":"eA","origin":"http://localhost"}'
    statement: dict[str, Any] = {}
    if by is not None:
        key, certificate = by.batch(bytes(model))
        signed = bytes(data) + hashlib.sha256(client).digest()
        statement = {
            "alg": -7,
            "sig": key.sign(signed, ec.ECDSA(hashes.SHA256())),
            "x5c": [certificate.public_bytes(serialization.Encoding.DER)],
        }
    made = {"fmt": "packed" if by else "none", "attStmt": statement, "authData": bytes(data)}
    return {
        "id": websafe_encode(b"id"),
        "rawId": websafe_encode(b"id"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(cbor.encode(made)),
        },
        "clientExtensionResults": {},
    }


@pytest.fixture
def maker(settings: Any, tmp_path: Path) -> Iterator[Maker]:
    made = Maker()
    file = tmp_path / "roots.pem"
    file.write_bytes(made.root.public_bytes(serialization.Encoding.PEM))
    settings.HAVEN_PASSKEY_MODELS = [str(MODEL)]
    settings.HAVEN_PASSKEY_ROOTS = str(file)
    attestation._roots.cache_clear()
    yield made
    attestation._roots.cache_clear()


def test_without_a_list_every_make_is_allowed(settings: Any) -> None:
    settings.HAVEN_PASSKEY_MODELS = []

    attestation.require_allowed(passkey(OTHER, by=None))


def test_a_make_of_the_list_is_allowed_with_its_makers_proof(maker: Maker) -> None:
    attestation.require_allowed(passkey(MODEL, by=maker))


def test_another_make_of_the_same_maker_is_refused(maker: Maker) -> None:
    with pytest.raises(ValidationError, match="certain makes"):
        attestation.require_allowed(passkey(OTHER, by=maker))


def test_a_passkey_without_a_proof_is_refused(maker: Maker) -> None:
    with pytest.raises(ValidationError):
        attestation.require_allowed(passkey(MODEL, by=None))


def test_a_proof_by_somebody_who_only_calls_himself_the_maker_is_refused(maker: Maker) -> None:
    with pytest.raises(ValidationError):
        attestation.require_allowed(passkey(MODEL, by=Maker()))


def test_a_make_that_says_it_is_another_is_refused(maker: Maker) -> None:
    with pytest.raises(ValidationError):
        attestation.require_allowed(passkey(OTHER, by=maker, says=MODEL))


def test_a_proof_of_another_passkey_is_refused(maker: Maker) -> None:
    one, other = passkey(MODEL, by=maker), passkey(MODEL, by=maker)
    one["response"]["clientDataJSON"] = websafe_encode(
        b'{"type":"webauthn.create","challenge":"eQ","origin":"http://localhost"}'
    )
    assert other["response"]["clientDataJSON"] != one["response"]["clientDataJSON"]

    with pytest.raises(ValidationError):
        attestation.require_allowed(one)
