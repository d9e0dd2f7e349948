"""Questionnaires in other languages: whole, with the same sources, and English where they lag."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import translation

from haven.hub.assessment import translating, versions
from haven.hub.base import sources

SLUGS = ("readiness", "use-case-risk", "tool-check")
LANGUAGES = ("ar", "es", "fr", "ru", "zh-hans")
both = pytest.mark.parametrize(
    ("slug", "language"), [(slug, language) for slug in SLUGS for language in LANGUAGES]
)


def read(slug: str, language: str = "") -> Any:
    name = f"{slug}.{language}.yaml" if language else f"{slug}.yaml"
    return yaml.safe_load((versions.CONTENT / name).read_text(encoding="utf-8"))


def said(words: Any) -> Iterator[str]:
    if isinstance(words, str):
        yield words
    else:
        for one in words.values() if isinstance(words, dict) else words:
            yield from said(one)


@both
def test_says_everything_and_cites_what_the_english_cites(slug: str, language: str) -> None:
    english = translating.texts(read(slug))
    texts = read(slug, language)["texts"]

    with translation.override(language):
        asked = versions.newest(slug)

    assert (asked.language, asked.n_missing) == (language, 0)
    for key, fields in english.items():
        for name, words in fields.items():
            cited = [list(sources.cited(one)) for one in said(words)]
            assert [list(sources.cited(one)) for one in said(texts[key][name])] == cited, key


@both
def test_asks_the_same_with_the_same_ids(slug: str, language: str) -> None:
    english = versions.newest(slug)

    with translation.override(language):
        asked = versions.newest(slug)

    assert (asked.digest, asked.version) == (english.digest, english.version)
    assert [one.id for part in asked.parts for one in part.items] == [
        one.id for part in english.parts for one in part.items
    ]
    assert [one.value for one in asked.choices] == [one.value for one in english.choices]
    assert asked.close_rule.must_include == english.close_rule.must_include


def test_a_text_that_changed_in_english_is_english_until_it_is_translated_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = tmp_path / "content"
    shutil.copytree(versions.CONTENT, content)
    was = (content / "tool-check.yaml").read_text(encoding="utf-8")
    (content / "tool-check-1.0.yaml").write_text(was, encoding="utf-8")
    new = was.replace("title: Tool check\n", "title: Check of a tool\n")
    new = re.sub(r'version: "1.0"', 'version: "1.1"', new)
    (content / "tool-check.yaml").write_text(new, encoding="utf-8")
    monkeypatch.setattr(versions, "CONTENT", content)

    with translation.override("fr"):
        asked, before = versions.newest("tool-check"), versions.get("tool-check", "1.0")

    assert (asked.title, asked.n_missing) == ("Check of a tool", 1)
    assert asked.summary == before.summary
    assert before.n_missing == 0 and before.title != "Check of a tool"


@pytest.mark.django_db
def test_a_page_asks_in_the_language_of_the_member_and_says_who_checked_the_words(
    north_lead: Any, client_of: Any
) -> None:
    north_lead.language = "ar"
    north_lead.save()
    with translation.override("ar"):
        asked = versions.newest("tool-check")

    page = client_of(north_lead).get(
        "/hub/assessments/begin/tool-check/", headers={"accept-language": "ar"}
    )

    html = page.content.decode()
    assert f'<span lang="ar">{asked.title}</span>' in html
    assert not asked.is_checked
    assert html.count("notice--info") == 1
