"""Attestation: which makes of passkey an agency allows, proved by the maker's signature.

In      what the browser returned when a passkey was made
Out     nothing: the make is allowed
Fails   closed: with a list, a passkey without a maker's proof is refused; words in the form
Why     some agencies must know that a key cannot leave its device (NIST SP 800-63B AAL3)
Not     here: the ceremony (django-allauth); looking makers up: the agency brings their
        root certificates in a file, so that it works without a network

The list is empty by default, and then every make is allowed and none is asked to prove
itself. A passkey that phones and computers keep in step proves nothing about its device.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from fido2.attestation.base import (
    AttestationResult,
    AttestationType,
    AttestationVerifier,
    InvalidAttestation,
)
from fido2.webauthn import AuthenticatorData, RegistrationResponse


class MakersRoots(AttestationVerifier):
    """Looks a maker's root certificate up in the file that the agency brought."""

    def ca_lookup(self, result: AttestationResult, auth_data: AuthenticatorData) -> bytes | None:
        """Return the root that issued the last certificate of the proof."""
        del auth_data
        if result.attestation_type != AttestationType.BASIC or not result.trust_path:
            return None  # a key that vouches for itself proves nothing of its make
        last = x509.load_der_x509_certificate(result.trust_path[-1])
        for root in _roots(settings.HAVEN_PASSKEY_ROOTS):
            if root.subject == last.issuer:
                return root.public_bytes(Encoding.DER)
        return None


def is_asked_for() -> bool:
    """Return whether a new passkey must prove its make."""
    return bool(settings.HAVEN_PASSKEY_MODELS)


def require_allowed(credential: dict[str, Any]) -> None:
    """Return if the make of a new passkey is allowed.

    Args:
        credential: What the browser returned; its challenge was checked by the caller.

    Raises:
        ValidationError: Another make, or no proof of it.
    """
    if not is_asked_for():
        return
    response = RegistrationResponse.from_dict(credential).response
    made = response.attestation_object
    data = made.auth_data.credential_data
    try:
        MakersRoots().verify_attestation(made, response.client_data.hash)
    except InvalidAttestation as error:
        raise _refusal() from error
    if data is None or str(data.aaguid) not in settings.HAVEN_PASSKEY_MODELS:
        raise _refusal()


def _refusal() -> ValidationError:
    return ValidationError(
        _("Your agency allows certain makes of passkey alone, and this is not one of them."),
        code="passkey_not_allowed",
    )


@lru_cache(maxsize=1)
def _roots(file: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM file, read once."""
    return x509.load_pem_x509_certificates(Path(file).read_bytes())
