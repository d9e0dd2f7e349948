"""SCRAM: what PostgreSQL keeps of a password, made here so that it never sees the password.

In      a password
Out     the secret for CREATE ROLE … PASSWORD, as PostgreSQL itself would keep it
Why     the password of a role then stands in no statement, and so in no log of the server
Not     here: whose password it is (postgres.py, database_roles.py)
"""

import base64
import hashlib
import hmac
import re
import secrets

ROUNDS = 4096  # PostgreSQL's scram_iterations; ours are 48 random bytes, not words to guess
SALT_BYTES = 16


def secret(password: str) -> str:
    """Return the SCRAM-SHA-256 secret of a password of printable ASCII.

    Source:
        RFC 5802 chapter 3; the form is in PostgreSQL's documentation of pg_authid.
    """
    return _secret(password, secrets.token_bytes(SALT_BYTES), ROUNDS)


def fits(password: str, kept: str | None) -> bool:
    """Tell whether a secret that PostgreSQL keeps is that of a password."""
    found = re.fullmatch(r"SCRAM-SHA-256\$(\d+):([^$]+)\$.+", kept or "")
    if kept is None or found is None:
        return False
    return hmac.compare_digest(kept, _secret(password, base64.b64decode(found[2]), int(found[1])))


def _secret(password: str, salt: bytes, rounds: int) -> str:
    """Return the secret made with a salt."""
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, rounds)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (
        base64.b64encode(part).decode("ascii") for part in (salt, stored_key, server_key)
    )
    return f"SCRAM-SHA-256${rounds}:{salt64}${stored64}:{server64}"
