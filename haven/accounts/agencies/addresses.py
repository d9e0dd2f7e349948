"""E-mail addresses and domains: which are official, and how they are written.

In      what somebody typed
Out     an address or a domain in the one form in which it is stored and compared
Fails   WrongAddress, with words for the form
Why     an address is the proof that an agency knows a person: a look-alike must not be one
Not     here: whose a domain is (queries.py)

Only plain ASCII counts. A domain with other letters is refused and not turned into its
"xn--" form: a Cyrillic letter in "police" can look the same, and is somebody else's. A "+"
part is refused: it would make a second account of one mailbox.
"""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

# Anyone can have an address there, so it proves no duty. A short list of the best known:
# what keeps others out is that a domain must be verified for an agency, not this list.
PUBLIC_PROVIDERS = frozenset(
    """126.com 163.com aol.com fastmail.com free.fr gmail.com gmx.com gmx.de gmx.net
    googlemail.com hey.com hotmail.com hotmail.fr icloud.com laposte.net libero.it live.com
    mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com outlook.fr pm.me
    proton.me protonmail.com qq.com rediffmail.com t-online.de tuta.com tutanota.com uol.com.br
    web.de yahoo.co.jp yahoo.co.uk yahoo.com yahoo.fr yandex.com yandex.ru ymail.com
    zoho.com""".split()  # noqa: SIM905  # a list of 40 quoted words is not easier to read
)
# Under these, names are given to everyone; nobody's agency is the whole of them.
SHARED_ENDINGS = frozenset(
    """ac.uk co.jp co.nz co.uk co.za com.ar com.au com.br com.mx com.tr edu.au gob.ar gob.mx
    gouv.fr gov.au gov.br gov.in gov.uk gov.za go.jp go.ke org.uk org.za""".split()  # noqa: SIM905
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class WrongAddress(ValidationError):
    """Not an address, or not a domain, that can be used; its message says why."""


def domain(untrusted: str) -> str:
    """Return a domain in lower case.

    Raises:
        WrongAddress: No domain, a public provider, or a whole ending such as "co.uk".
    """
    name = untrusted.strip().lower().rstrip(".")
    if not _is_domain(name):
        raise WrongAddress(_("Write the domain in plain letters, such as police.example."))
    if is_public(name):
        raise WrongAddress(_("Everyone can have an address there, so it belongs to no agency."))
    if name in SHARED_ENDINGS:
        raise WrongAddress(_("Many organisations share this ending. Name the agency's own."))
    return name


def is_public(name: str) -> bool:
    """Tell whether everyone can have an address at a domain."""
    return any(name == one or name.endswith(f".{one}") for one in PUBLIC_PROVIDERS)


def address(untrusted: str) -> str:
    """Return an official address in lower case.

    Raises:
        WrongAddress: No address, letters beyond ASCII, a "+" part, or a public provider.
    """
    typed = untrusted.strip().lower()
    try:
        validate_email(typed)
    except ValidationError as error:
        raise WrongAddress(_("This is not an e-mail address.")) from error
    local, _at, name = typed.rpartition("@")
    if not _is_domain(name) or not re.fullmatch(r"[\w.'-]+", local, re.ASCII):
        raise WrongAddress(
            _("Write your official address in plain letters, without a part after a +.")
        )
    if is_public(name):
        raise WrongAddress(
            _("Use the address that your agency gave you, not one of a public provider.")
        )
    return typed


def domain_of(official: str) -> str:
    """Return the domain of an address."""
    return official.rpartition("@")[2]


def _is_domain(name: str) -> bool:
    """Tell whether a name is a domain in plain letters: ASCII, with a dot, no number."""
    labels = name.split(".")
    is_plain = name.isascii() and len(labels) >= 2 and len(name) <= 253
    return is_plain and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
