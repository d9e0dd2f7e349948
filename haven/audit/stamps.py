"""Timestamps of outside authorities over checkpoints (RFC 3161), carried by hand.

In      a checkpoint; later the authority's answer, and the certificates we trust
Out     a request to carry out; the answer kept with its checkpoint
Fails   StampRefused (400): no answer to a request of ours, or not signed as it should be
        NoAuthorities (409): no certificate of an authority is trusted here
Why     whoever has our key can sign another history, but not with yesterday's date
Not     here: sending anything; Haven never does

rfc3161-client reads strict DER: it refuses an answer that holds several certificates out of
their order, as some authorities send. Ask such an authority for its own certificate alone.
"""

import datetime as dt
import hashlib
from pathlib import Path

from cryptography import x509
from django.utils.translation import gettext_lazy as _
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from haven.audit.models import Checkpoint, Stamp, StampRequest
from haven.web.errors import BadInput, Conflict

MOST_BYTES = 64 << 10  # an answer with its certificates has a few thousand


class StampRefused(BadInput):
    """The answer is none, is none to a request of ours, or is not signed as it should be."""

    code = "audit.stamp_refused"
    words = _(
        "This file is not a valid answer to a request of this record, "
        "or the authority is not one that is trusted here."
    )


class NoAuthorities(Conflict):
    """No authority is trusted here yet."""

    code = "audit.no_authorities"
    words = _(
        "No timestamp authority is trusted here yet. "
        "Your administrator puts its certificate into the file of HAVEN_STAMP_ROOTS."
    )


def make_request(checkpoint: Checkpoint, *, at: dt.datetime) -> StampRequest:
    """Return a new request over the note of a checkpoint, with a nonce."""
    builder = TimestampRequestBuilder().data(checkpoint.note.encode("utf-8"))
    built = builder.hash_algorithm(HashAlgorithm.SHA256).build()
    return StampRequest.objects.create(checkpoint=checkpoint, at=at, request=built.as_bytes())


def bring(response: bytes, *, roots: Path, at: dt.datetime) -> Stamp:
    """Keep an authority's answer with its checkpoint, after verifying it.

    Args:
        response: DER, as the authority gave it.
        roots: File of trusted certificates, PEM.
        at: Now.

    Raises:
        StampRefused: See the class.
        NoAuthorities: The file of certificates is missing or empty.
    """
    trusted = _trusted(roots)
    if len(response) > MOST_BYTES:
        raise StampRefused(f"an answer has {len(response)} bytes, limit {MOST_BYTES}")
    try:
        answer = decode_timestamp_response(response)
        imprint = bytes(answer.tst_info.message_imprint.message)
    except ValueError as error:
        raise StampRefused("the file is no answer of RFC 3161") from error
    request = _asked(answer)
    if hashlib.sha256(request.checkpoint.note.encode("utf-8")).digest() != imprint:
        raise StampRefused("the answer is over something else")
    builder = VerifierBuilder(nonce=answer.tst_info.nonce)
    for certificate in trusted:
        builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify(answer, imprint)
    except (VerificationError, ValueError) as error:
        raise StampRefused("the answer is not signed as it should be") from error
    return Stamp.objects.create(
        request=request,
        at=at,
        stamped_at=answer.tst_info.gen_time,
        authority=_authority(answer)[:300],
        response=response,
    )


def _asked(answer: TimeStampResponse) -> StampRequest:
    """Return the request that an answer is to, by its nonce.

    Raises:
        StampRefused: There is none.
    """
    nonce = answer.tst_info.nonce
    if nonce:
        spelled = nonce.to_bytes((nonce.bit_length() // 8) + 1, "big")  # as in DER, signed
        for request in StampRequest.objects.select_related("checkpoint").order_by("-pk"):
            if spelled in bytes(request.request):
                return request
    raise StampRefused("no request of ours has this nonce")


def _trusted(roots: Path) -> list[x509.Certificate]:
    """Return the certificates of the authorities that are trusted.

    Raises:
        NoAuthorities: There is none.
    """
    try:
        return x509.load_pem_x509_certificates(roots.read_bytes())
    except (OSError, ValueError) as error:
        raise NoAuthorities("the file of trusted authorities is missing or holds none") from error


def _authority(answer: TimeStampResponse) -> str:
    """Return the name of whoever signed, from the certificate in the answer."""
    for der in answer.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        for info in answer.signed_data.signer_infos:
            if certificate.serial_number == info.serial_number:
                return certificate.subject.rfc4514_string()
    return ""
