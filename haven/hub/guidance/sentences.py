"""Sentences: each sentence of a page in another language beside the English one, who wrote it.

In      an English page and a page in another language
Out     rows of wagtail-localize: strings, where they stand, what they say in the other language
Fails   never
Why     a curator checks a sentence and not a page; what was corrected stays beside its English,
        also when other sentences of the English change
Not     here: what members read, which is the page; who may correct (translating.py)

The tables are wagtail-localize's; its editor is not used (decision 0036).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page
from wagtail_localize.models import (
    String,
    StringSegment,
    StringTranslation,
    TranslatableObject,
    Translation,
    TranslationContext,
    TranslationSource,
    get_schema_version,
)
from wagtail_localize.segments.types import StringSegmentValue
from wagtail_localize.strings import StringValue

from haven.hub.guidance import texts

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from haven.accounts.models import Member
    from haven.hub.guidance.models import HubPage

MACHINE, PERSON = StringTranslation.TRANSLATION_TYPE_MACHINE, "manual"
Pair = tuple["HubPage", Sequence["HubPage"]]  # an English page, its other languages


@dataclass(frozen=True)
class Sentence:
    """One sentence in English and in another language."""

    place: str
    english: str
    text: str  # "": there is none
    is_older: bool  # the English of this place was changed since
    by: str = ""  # who corrected it; "": a machine wrote it
    on: dt.date | None = None

    @property
    def field(self) -> str:
        """Return the name of the field in which it stands."""
        return self.place.partition(".")[0]


def keep(pairs: Sequence[Pair], *, at: dt.datetime) -> None:
    """Keep the sentences of pages that were just loaded."""
    if not pairs:
        return
    sources = _sources([english for english, _others in pairs], at)
    said = {english.pk: list(texts.sentences(english).values()) for english, _others in pairs}
    strings = _strings(pairs[0][0].locale_id, [one for rows in said.values() for one in rows])
    places = _places([(english.translation_key, said[english.pk]) for english, _others in pairs])
    segments, translations, words = [], [], []
    for english, others in pairs:
        key, source = english.translation_key, sources[english.translation_key]
        segments += [
            StringSegment(
                source=source, string_id=strings[one.string.data], attrs="{}", order=one.order,
                context_id=places[key, one.path],
            )
            for one in said[english.pk]
        ]  # fmt: skip
        for page in others:
            translations.append(
                Translation(source=source, target_locale_id=page.locale_id, enabled=False)
            )
            there = texts.sentences(page)
            words += [
                StringTranslation(
                    translation_of_id=strings[one.string.data], locale_id=page.locale_id,
                    context_id=places[key, one.path], data=there[one.path].string.data,
                    translation_type=MACHINE, created_at=at, updated_at=at,
                )
                for one in said[english.pk] if one.path in there
            ]  # fmt: skip
    StringSegment.objects.filter(source__in=sources.values()).delete()
    StringSegment.objects.bulk_create(segments)
    Translation.objects.bulk_create(translations, ignore_conflicts=True)
    StringTranslation.objects.bulk_create(
        words,
        update_conflicts=True,
        unique_fields=["locale", "translation_of", "context"],
        update_fields=["data", "translation_type", "last_translated_by", "updated_at"],
        batch_size=2000,
    )


def pairs(english: HubPage, page: HubPage) -> list[Sentence]:
    """Return the sentences of a page in the order of the English."""
    known = _known(english, page)
    elsewhere = {one.translation_of.data: one for one in known.values()}
    there = texts.sentences(page)
    found = []
    for place, one in texts.sentences(english).items():
        row = known.get((place, one.string.data))
        moved = row or elsewhere.get(one.string.data)
        on_page = there.get(place)
        if on_page is not None and (row is not None or moved is None):
            text = on_page.render_text()
        else:
            text = StringValue(moved.data).render_text() if moved is not None else ""
        by, on = _who(moved)
        found.append(Sentence(place, one.render_text(), text, moved is None, by, on))
    return found


def say(
    english: HubPage, page: HubPage, sentence: Sentence, text: str, *, by: Member, at: dt.datetime
) -> None:
    """Keep what a person says for a sentence."""
    keep([(english, [])], at=at)
    value = texts.sentences(english)[sentence.place]
    StringTranslation.objects.update_or_create(
        translation_of=String.from_value(english.locale_id, value.string),
        locale_id=page.locale_id,
        context=TranslationContext.objects.get(
            object_id=english.translation_key, path_id=_path_id(sentence.place)
        ),
        defaults={
            "data": StringValue.from_plaintext(text).data,
            "translation_type": PERSON,
            "last_translated_by": by,
        },
    )


def as_segments(said: dict[str, str]) -> list[StringSegmentValue]:
    """Return texts by their places as what can be written into a page."""
    return [
        StringSegmentValue(place, StringValue.from_plaintext(text)).with_order(at)
        for at, (place, text) in enumerate(said.items(), start=1)
    ]


def _known(english: HubPage, page: HubPage) -> dict[tuple[str, str], StringTranslation]:
    """Return what is kept of a page, by place and English string."""
    rows = StringTranslation.objects.filter(
        context__object_id=english.translation_key, locale_id=page.locale_id
    ).select_related("translation_of", "context", "last_translated_by")
    return {(one.context.path, one.translation_of.data): one for one in rows}


def _who(row: StringTranslation | None) -> tuple[str, dt.date | None]:
    if row is None or row.translation_type == MACHINE or row.last_translated_by is None:
        return "", None
    return row.last_translated_by.display_name, row.updated_at.date()


def _sources(pages: Sequence[HubPage], at: dt.datetime) -> dict[UUID, TranslationSource]:
    """Return the source of each English page, brought up to date, by its key."""
    kind = ContentType.objects.get_for_model(Page)
    TranslatableObject.objects.bulk_create(
        [
            TranslatableObject(translation_key=one.translation_key, content_type=kind)
            for one in pages
        ],
        ignore_conflicts=True,
    )
    version = get_schema_version(pages[0]._meta.app_label)
    TranslationSource.objects.bulk_create(
        [
            TranslationSource(
                object_id=one.translation_key, locale_id=one.locale_id, object_repr=str(one)[:200],
                specific_content_type=ContentType.objects.get_for_model(type(one)),
                content_json=one.to_json(), schema_version=version, created_at=at,
                last_updated_at=at,
            )
            for one in pages
        ],
        update_conflicts=True,
        unique_fields=["object", "locale"],
        update_fields=["object_repr", "content_json", "schema_version", "last_updated_at"],
    )  # fmt: skip
    rows = TranslationSource.objects.filter(object_id__in=[one.translation_key for one in pages])
    return {one.object_id: one for one in rows}


def _strings(locale_id: int, said: Sequence[StringSegmentValue]) -> dict[str, int]:
    """Return the key of the row of each English string."""
    hashes = {one.string.data: String._get_data_hash(one.string.data) for one in said}
    String.objects.bulk_create(
        [String(locale_id=locale_id, data_hash=key, data=data) for data, key in hashes.items()],
        ignore_conflicts=True,
    )
    rows = String.objects.filter(locale_id=locale_id, data_hash__in=hashes.values())
    keys = dict(rows.values_list("data_hash", "pk"))
    return {data: keys[key] for data, key in hashes.items()}


def _places(
    said: Sequence[tuple[UUID, Sequence[StringSegmentValue]]],
) -> dict[tuple[UUID, str], int]:
    """Return the key of the row of each place."""
    TranslationContext.objects.bulk_create(
        [
            TranslationContext(object_id=key, path=one.path, path_id=_path_id(one.path))
            for key, rows in said
            for one in rows
        ],
        ignore_conflicts=True,
    )
    found = TranslationContext.objects.filter(object_id__in=[key for key, _rows in said])
    return {(one.object_id, one.path): one.pk for one in found}


def _path_id(path: str) -> UUID:
    found: UUID = TranslationContext._get_path_id(path)
    return found
