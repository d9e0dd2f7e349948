"""Environment: typed readers for the settings, so that a wrong value stops the start.

In      environment variables; a secret `NAME` may come from the file named by `NAME_FILE`
Out     plain values: text, whole numbers, yes/no, folders, a database entry for Django
Fails   WrongSetting: a sentence with the variable's name and what it may hold, never its value
Why     a setting is read once and checked before the first request (docs/architecture)
Not     here: which settings there are (settings.py), what they mean together (checks.py)
"""

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
SECRET_LENGTH_BYTES = 48  # Django asks for 50 characters; 48 random bytes are 64 of base64
LONGEST_HUB_NAME = 100  # characters
HUB_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9._-]*)*")
REASON_LENGTH = 20  # characters; "yes" and "test" are no reasons


class WrongSetting(ImproperlyConfigured):
    """A variable of the environment is missing or holds what it must not."""


def text(name: str, default: str | None = None) -> str:
    """Return the value of a variable, or the default.

    Raises:
        WrongSetting: Not set, and no default.
    """
    value = os.environ.get(name, "")
    if value:
        return value
    if default is None:
        raise WrongSetting(f"{name} is not set")
    return default


def secret(name: str) -> str | None:
    """Return a secret from `NAME`, or from the file that `NAME_FILE` names; None if neither.

    Raises:
        WrongSetting: Both are set, or the file cannot be read or is empty.
    """
    value, file_name = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and file_name:
        raise WrongSetting(f"{name} and {name}_FILE are both set; keep one of them")
    if not file_name:
        return value or None
    try:
        value = Path(file_name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(f"{name}_FILE names a file that cannot be read") from error
    if not value:
        raise WrongSetting(f"{name}_FILE names a file that is empty")
    return value


def kept_secret(kept_in: Path) -> str:
    """Return the secret kept in a file; make it first if it is not there.

    The file is made with mode 0600. Where its folder does not exist (a check or a build
    that has no data folder) the secret lives as long as this process.
    """
    try:
        return kept_in.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        made = secrets.token_urlsafe(SECRET_LENGTH_BYTES)
    if kept_in.parent.is_dir():
        try:
            descriptor = os.open(kept_in, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process of the same start was quicker
            return kept_in.read_text(encoding="ascii").strip()
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(made + "\n")
    return made


def number(name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number between `least` and `most`, both included.

    Raises:
        WrongSetting: Not a whole number, or outside the range.
    """
    written = os.environ.get(name, "")
    if not written:
        return default
    try:
        value = int(written)
    except ValueError:
        raise WrongSetting(f"{name} is not a whole number") from None
    if not least <= value <= most:
        raise WrongSetting(f"{name} is not between {least} and {most}")
    return value


def flag(name: str, default: bool) -> bool:
    """Return a yes or no.

    Raises:
        WrongSetting: None of the known words.
    """
    written = os.environ.get(name, "").lower()
    if not written:
        return default
    if written in TRUE_WORDS:
        return True
    if written in FALSE_WORDS:
        return False
    raise WrongSetting(f"{name} is not one of yes, no, true, false, on, off, 1, 0")


def choice(name: str, default: str, *, choices: Sequence[str]) -> str:
    """Return one of the given words.

    Raises:
        WrongSetting: Another word.
    """
    value = os.environ.get(name, "") or default
    if value not in choices:
        raise WrongSetting(f"{name} is not one of {', '.join(choices)}")
    return value


def reason(name: str) -> str:
    """Return a reason in words; empty when none is given.

    Raises:
        WrongSetting: Too short to be one.
    """
    written = " ".join(os.environ.get(name, "").split())
    if written and len(written) < REASON_LENGTH:
        raise WrongSetting(f"{name} is to be a reason in words; write it out")
    return written


def names(name: str, default: Sequence[str]) -> list[str]:
    """Return the words of a comma-separated list."""
    written = os.environ.get(name, "")
    return [word.strip() for word in written.split(",") if word.strip()] or list(default)


def folder(name: str, default: Path) -> Path:
    """Return an absolute path with links and dots resolved; it need not exist."""
    return Path(os.environ.get(name, "") or default).expanduser().resolve()


def folders(name: str, default: Sequence[Path]) -> list[Path]:
    """Return absolute paths from a list separated as PATH is on this system.

    Raises:
        WrongSetting: One of them is relative, or is the root of the file system.
    """
    written = os.environ.get(name, "")
    if not written:
        return [path.resolve() for path in default]
    found = [Path(part).expanduser() for part in written.split(os.pathsep) if part]
    if not all(path.is_absolute() for path in found):
        raise WrongSetting(f"{name} holds a folder without its full path")
    resolved = [path.resolve() for path in found]
    if any(path == Path(path.anchor) for path in resolved):
        raise WrongSetting(f"{name} holds the root of the file system; name the folders")
    return resolved


def database(url: str) -> dict[str, object]:
    """Return Django's entry for a PostgreSQL address.

    Args:
        url: postgresql://user:password@host:port/name?option=value; a socket folder may
            be given as ?host=/folder.

    Raises:
        WrongSetting: Another scheme, no database name, or a port that is no number.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise WrongSetting("DATABASE_URL does not begin with postgresql://")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise WrongSetting("DATABASE_URL names no database")
    options = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:
        raise WrongSetting("DATABASE_URL has a port that is not a number") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or options.pop("port", "")),
        "OPTIONS": options,
    }


def origin(address: str) -> str:
    """Return scheme, host and port of an address, as a content policy names them.

    Raises:
        WrongSetting: No such address.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongSetting("HAVEN_OIDC_ISSUER or HAVEN_OIDC_ORIGINS holds no address of a site")
    return f"{parts.scheme}://{parts.netloc}"


def identity_provider(
    issuer: str, *, client_id: str, secret: str, subject: str
) -> dict[str, dict[str, list[dict[str, object]]]]:
    """Return django-allauth's entry for an agency's identity provider (OpenID Connect).

    Args:
        issuer: Its address, as its tokens name it.
        client_id: Haven's name there.
        secret: What Haven proves itself with there.
        subject: The claim that tells one person from another for ever.
    """
    more: dict[str, object] = {
        "server_url": issuer,
        "uid_field": subject,
        "fetch_userinfo": False,  # the signed token alone is believed
        "oauth_pkce_enabled": True,
        "scope": ["openid", "email"],
    }
    one: dict[str, object] = {
        "provider_id": "agency",
        "name": "agency",
        "client_id": client_id,
        "secret": secret,
        "settings": more,
    }
    return {"openid_connect": {"APPS": [one]}}


@dataclass(frozen=True, slots=True)
class Mail:
    """How letters are sent."""

    kind: str  # console, folder or smtp
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    is_tls_from_start: bool = False
    is_starttls: bool = False

    @property
    def backend(self) -> str:
        """Return Django's backend."""
        name = "filebased" if self.kind == "folder" else self.kind
        return f"django.core.mail.backends.{name}.EmailBackend"


def mail(name: str, default: str, *, password: str = "") -> Mail:
    """Return how letters are sent.

    Args:
        name: The variable. It holds "console", "folder", or the address of a mail server:
            smtp://user@host:587 (STARTTLS) or smtps://user@host:465 (TLS from the start).
        default: What is taken where the variable is not set.
        password: For the server; a secret of its own, never in the address.

    Raises:
        WrongSetting: Another word, a server without a name, a password in the address, or
            ?tls=no for another machine than this one.
    """
    value = os.environ.get(name, "") or default
    if value in ("console", "folder"):
        return Mail(kind=value)
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise WrongSetting(f"{name} is not console, folder, smtp://host or smtps://host")
    if parts.password:
        raise WrongSetting(f"{name} holds a password; give it in {name}_PASSWORD")
    is_plain = dict(parse_qsl(parts.query)).get("tls") == "no"
    if is_plain and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise WrongSetting(f"{name} may do without TLS on this machine alone")
    try:
        port = parts.port
    except ValueError:
        raise WrongSetting(f"{name} has a port that is not a number") from None
    return Mail(
        kind="smtp",
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 587),
        user=unquote(parts.username or ""),
        password=password,
        is_tls_from_start=parts.scheme == "smtps",
        is_starttls=parts.scheme == "smtp" and not is_plain,
    )


def address(name: str, default: str) -> str:
    """Return the address of this site, such as https://haven.example, without a last slash.

    Raises:
        WrongSetting: No scheme or no host.
    """
    value = (os.environ.get(name, "") or default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise WrongSetting(f"{name} is not an address such as https://haven.example")
    return value


def hub_name(name: str, default: str) -> str:
    """Return the name under which bundles of the Hub are signed, such as haven.example/hub.

    Raises:
        WrongSetting: Other signs than small letters, digits, dots, dashes, slashes; too long.
    """
    value = os.environ.get(name, "") or default
    if len(value) > LONGEST_HUB_NAME or not HUB_NAME.fullmatch(value):
        raise WrongSetting(f"{name} is not a name such as haven.example/hub")
    return value


def secure_addresses(name: str) -> list[str]:
    """Return a comma-separated list of addresses; none where nothing is set.

    Raises:
        WrongSetting: One of them does not begin with https or names no host.
    """
    found = names(name, ())
    for one in found:
        parts = urlsplit(one)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise WrongSetting(f"{name} holds what is no address such as https://haven.example/x")
    return found


def user_cache() -> Path:
    """Return the user's folder for caches (XDG Base Directory Specification 0.8)."""
    return _user_folder("XDG_CACHE_HOME", ".cache")


def user_share() -> Path:
    """Return the user's folder for what programs keep (XDG Base Directory Specification 0.8)."""
    return _user_folder("XDG_DATA_HOME", ".local/share")


def _user_folder(name: str, otherwise: str) -> Path:
    """Return the folder a variable names; a relative one is to be ignored, says XDG."""
    named = Path(os.environ.get(name, ""))
    return named if named.is_absolute() else Path.home() / otherwise
