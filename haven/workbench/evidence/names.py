"""Names that came with a file, made fit for reading.

In      the bytes of a path, exactly as a disk or an archive gave them
Out     text in which everything can be seen: nothing breaks a line, turns the reading
        direction or hides
Fails   never: any bytes have a readable form
Why     a name is evidence and may be hostile; it is shown, searched and never obeyed
Not     here: a place on our disk (storing.py gives those)
"""

import os
import unicodedata

_PICTURES_OF_CONTROLS = 0x2400  # U+2400 is the picture of NUL, U+240A of newline, ...
_PICTURE_OF_DELETE = "\u2421"
_UNSEEN = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}  # Unicode categories without a shape


def from_path(path: str) -> bytes:
    """Return the bytes of a path of this system, surrogates and all."""
    return os.fsencode(path)


def readable(untrusted_name: bytes) -> str:
    r"""Return text for reading: what is not text becomes \xNN, what is unseen is shown.

    Control characters become their pictures (a newline is U+240A), other characters
    without a shape, such as right-to-left marks, become <U+202E>.
    """
    text = untrusted_name.decode("utf-8", errors="backslashreplace")
    return "".join(map(_seen, text))


def folded(untrusted_name: bytes) -> str:
    """Return the form that searching compares: readable, without upper and lower case."""
    return readable(untrusted_name).casefold()


def _seen(character: str) -> str:
    """Return a character, or the sign that stands for it."""
    number = ord(character)
    if number < 0x20:
        return chr(_PICTURES_OF_CONTROLS + number)
    if number == 0x7F:
        return _PICTURE_OF_DELETE
    if unicodedata.category(character) in _UNSEEN:
        return f"<U+{number:04X}>"
    return character
