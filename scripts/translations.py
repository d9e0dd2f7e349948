"""Translations: gather the words on screen, merge them into the catalogues, compile, check.

In      the Python and template files below haven/
Out     haven/locale/LANGUAGE/LC_MESSAGES/django.po and django.mo
Fails   exit code 1 and a list: missing, fuzzy or unknown messages, placeholders or words wrong
Why     Babel does what GNU gettext does, so that nobody needs its programs
Not     here: the glossary and who reviewed what (docs/translations.md)

    python scripts/translations.py update compile check

`make translations` runs exactly this. `extract` prints the English template.
"""

import argparse
import gettext
import re
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import extract as babel
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "haven"
LOCALE = SOURCES / "locale"
# Plural rules as in GNU gettext's manual and Django 5.2's own catalogues, except that Spanish
# and Russian leave out the forms for millions and for fractions, which no page counts.
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
    "(n%100<12 || n%100>14) ? 1 : 2);",
    "zh_Hans": "nplurals=1; plural=0;",
}
NOTE = """\
Haven, {language}.

First translation. It has not been reviewed by a native colleague yet: see
docs/translations.md, which also keeps the glossary. Change the msgstr lines only.
"""
# What the program may not say, as beginnings or parts of words: it does not know who somebody is.
CONCLUSIONS = {
    "en": r"\bmatch|\bidentif",
    "ar": "مطابق|تطابق|تعرّف|تعرف على|هوية",
    "es": r"\bcoincid|\bidentif|\bconcord",
    "fr": r"\bcorrespond|\bidentif|\bconcord",
    "ru": r"совпад|опозна|идентиф|тождеств",
    "zh_Hans": "匹配|吻合|命中|识别|比中|身份",
}
# Sentences that may use such a word: they name a duty or a purpose of people, or deny a finding.
ALLOWED = frozenset(
    {
        "victim identification",
        "victim identification analyst",
        "Lead, not identification",
        "identify a victim",
        "identify a suspect of an offence",
        "It was set whether an identification takes two people.",
        "Two people for an identification",
        "An identification takes",
    }
)
KEYWORDS = {
    "_": None,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|(?<!%)%[sd]|%%")
COUNTED = {"%(n)s", "%(n)d", "%(count)s", "%(count)d", "%(left)s"}
Key = tuple[str | None, str]  # context, and the English (its singular)
Texts = tuple[str, ...]


# Gather -------------------------------------------------------------------------------------


def template() -> Catalog:
    """Return every English message of the project, with the files it is used in."""
    found = Catalog(project="Haven", version="1", fuzzy=False)
    for path in sorted(SOURCES.rglob("*")):
        place = path.relative_to(ROOT).as_posix()
        for message, comments, context in _messages(path):
            found.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return found


def _messages(path: Path) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    """Yield the messages of one file: English, comments for translators, context."""
    if path.suffix == ".py":
        text = path.read_bytes()
    elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
        # As Django's makemessages does; without indentation, which is none in a template.
        python = templatize(path.read_text(encoding="utf-8"))
        text = "\n".join(line.strip() for line in python.splitlines()).encode()
    else:
        return
    found = babel.extract(
        "python",
        BytesIO(text),
        keywords=KEYWORDS,
        comment_tags=["Translators:"],
        options={"encoding": "utf-8"},
    )
    for _line, message, comments, context in found:
        yield message, comments, context


# Merge --------------------------------------------------------------------------------------


def merged(english: Catalog, old: Catalog | None, language: str) -> Catalog:
    """Return the messages of `english` with the translations of `old`.

    What is no longer used is kept as obsolete, so that a sentence that comes back still has
    its translation. Nothing is guessed: a changed sentence is missing until somebody writes it.
    """
    new = _empty(language, english if old is None else old)
    was = {} if old is None else {_key(one): one for one in old.obsolete.values()}
    was |= {} if old is None else {_key(one): one for one in _filled(old)}
    for message in _filled(english):
        before = was.pop(_key(message), None)
        kept = before is not None and before.pluralizable == message.pluralizable
        new.add(
            message.id,
            before.string if before is not None and kept else None,
            locations=message.locations,
            flags=(before.flags & {"fuzzy"}) | message.flags if before else message.flags,
            auto_comments=message.auto_comments,
            user_comments=before.user_comments if before else (),
            context=message.context,
        )
    new.obsolete = {
        (context or "", text): one
        for (context, text), one in was.items()
        if any(_texts(one.string))
    }
    return new


def _empty(language: str, dated: Catalog) -> Catalog:
    """Return a catalogue without messages; its dates are those of another."""
    text = f'msgid ""\nmsgstr ""\n"Plural-Forms: {PLURALS[language]}\\n"\n'
    new = read_po(BytesIO(text.encode()), locale=language)
    new.project, new.version, new.fuzzy = "Haven", "1", False
    new.header_comment = "\n".join(
        f"# {line}".rstrip() for line in NOTE.format(language=language).splitlines()
    )
    revised = dated.revision_date  # Babel's own default is a text without a date
    new.creation_date = dated.creation_date
    new.revision_date = dated.creation_date if isinstance(revised, str) else revised
    new.msgid_bugs_address = "see CONTRIBUTING.md"
    new.last_translator = "to be reviewed by a native colleague"
    new.language_team = "none yet"
    return new


def read(language: str) -> Catalog | None:
    """Return the catalogue of a language, or None where there is none yet."""
    path = po_of(language)
    if not path.exists():
        return None
    with path.open("rb") as stream:
        return read_po(stream, locale=language)


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as the bytes of a .po file; line numbers would only make noise."""
    stream = BytesIO()
    write_po(stream, catalog, width=98, sort_by_file=True, include_lineno=False)
    return stream.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as the bytes of a .mo file; fuzzy messages stay English."""
    stream = BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def po_of(language: str) -> Path:
    """Return where the catalogue of a language lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


# Check --------------------------------------------------------------------------------------


def faults(language: str, english: Catalog) -> Iterator[str]:
    """Yield a sentence for everything that is wrong with the catalogue of a language."""
    catalog = read(language)
    if catalog is None:
        yield "there is no catalogue: run update"
        return
    here = {_key(message): message for message in _filled(catalog)}
    for key in [_key(message) for message in _filled(english) if _key(message) not in here]:
        yield f"not in the catalogue, run update: {key[1]!r}"
    known = {_key(message) for message in _filled(english)}
    for key, message in here.items():
        if key not in known:
            yield f"no longer used, run update: {key[1]!r}"
        yield from (f"{fault}: {key[1]!r}" for fault in _faults_of(message, language))
    if not _same(catalog, po_of(language).with_suffix(".mo")):
        yield "the .mo file is not made from this .po file: run compile"


def _faults_of(message: Message, language: str) -> Iterator[str]:
    """Yield what is wrong with one message."""
    english, texts = _texts(message.id), _texts(message.string)
    if not texts or not all(texts):
        yield "missing"
        return
    if message.fuzzy:
        yield "fuzzy"
    if message.pluralizable and len(texts) != _n_plurals(language):
        yield f"{len(texts)} plural forms where there should be {_n_plurals(language)}"
    for form, text in enumerate(texts):
        if not _same_placeholders(english, text, form, language):
            yield f"placeholders differ in form {form}"
        if english[0] not in ALLOWED and re.search(CONCLUSIONS[language], text, re.IGNORECASE):
            yield f"says more than the program knows in form {form}"
        if text.strip() != text and english[0].strip() == english[0]:
            yield f"a blank at the beginning or end of form {form}"


def _same_placeholders(english: Texts, text: str, form: int, language: str) -> bool:
    """Tell whether a translation has every placeholder of the English as often as it has.

    A plural form for one number alone, such as the Arabic dual, may say it without a figure.
    """
    here = sorted(_placeholders(text))
    if len(english) == 1:
        return here == sorted(_placeholders(english[0]))
    wanted = [sorted(_placeholders(one)) for one in english]
    if _is_for_one_number(form, language):
        wanted += [[name for name in names if name not in COUNTED] for names in wanted]
    return here in wanted


def _placeholders(text: str) -> list[str]:
    return [found[0] for found in PLACEHOLDER.finditer(text) if found[0] != "%%"]


def _rule(language: str) -> Callable[[int], int]:
    expression = PLURALS[language].partition("plural=")[2].rstrip(";")
    return gettext.c2py(expression)


def _is_for_one_number(form: int, language: str) -> bool:
    rule = _rule(language)
    return sum(rule(number) == form for number in range(300)) == 1


def _n_plurals(language: str) -> int:
    return int(PLURALS[language].partition("nplurals=")[2].partition(";")[0])


def _same(catalog: Catalog, mo: Path) -> bool:
    """Tell whether a .mo file says what a catalogue says."""
    if not mo.exists():
        return False
    with mo.open("rb") as stream, BytesIO(compiled(catalog)) as fresh:
        there = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
        wanted = gettext.GNUTranslations(fresh)._catalog  # type: ignore[attr-defined]
    there.pop("", None)  # the head: dates, and the version of Babel
    wanted.pop("", None)
    return bool(there == wanted)


def _filled(catalog: Catalog) -> list[Message]:
    """Return the messages without the head."""
    return [message for message in catalog if message.id]


def _texts(value: str | list[str] | tuple[str, ...] | None) -> Texts:
    """Return one text or several as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def _key(message: Message) -> Key:
    return message.context, _texts(message.id)[0]


# Verbs --------------------------------------------------------------------------------------


def extract() -> int:
    """Print the English template."""
    sys.stdout.buffer.write(written(template()))
    return 0


def update() -> int:
    """Merge what is in the code into every catalogue; write only what changed."""
    english = template()
    for language in PLURALS:
        catalog = merged(english, read(language), language)
        _write(po_of(language), written(catalog))
        open_ones = sum(not all(_texts(one.string) or [""]) for one in _filled(catalog))
        print(f"{language}: {len(_filled(catalog))} messages, {open_ones} to translate")
    return 0


def compile_all() -> int:
    """Write the .mo file of every catalogue where it says something else."""
    for language in PLURALS:
        catalog = read(language)
        if catalog is not None and not _same(catalog, po_of(language).with_suffix(".mo")):
            _write(po_of(language).with_suffix(".mo"), compiled(catalog))
    return 0


def check() -> int:
    """Print everything that is wrong; return 1 if anything is."""
    english = template()
    wrong = [
        f"en: says more than the program knows: {key[1]!r}"
        for key in map(_key, _filled(english))
        if key[1] not in ALLOWED and re.search(CONCLUSIONS["en"], key[1], re.IGNORECASE)
    ]
    for language in PLURALS:
        wrong += [f"{language}: {fault}" for fault in faults(language, english)]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    print(f"{len(_filled(english))} messages in {len(PLURALS)} languages, {len(wrong)} faults")
    return 1 if wrong else 0


def _write(path: Path, content: bytes) -> None:
    """Write a file unless it already says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


VERBS = {"extract": extract, "update": update, "compile": compile_all, "check": check}


def main() -> int:
    """Run the verbs that were named, in their order; stop at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verbs", nargs="+", choices=VERBS, metavar="|".join(VERBS))
    return next((code for verb in parser.parse_args().verbs if (code := VERBS[verb]())), 0)


if __name__ == "__main__":
    sys.exit(main())
