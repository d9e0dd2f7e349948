"""Guidance, as stored: kinds of pages that editors write at the desk, and who has read what.

In      rows written at the editors' desk, by loading.py and actions.py
Out     Shelf; GuideStep, Principle, LibraryDocument, CarePage; Loaded, Translated, Acknowledgement
Fails   IntegrityError: a constraint below is broken; ValidationError: a page does not fit
Why     drafts, history and publishing are Wagtail's; what may stand on a page is ours
Not     here: what may be typed (blocks.py), what a page says (showing.py), who may edit (desk)

No field takes a file, a picture or HTML.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, Panel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField

from haven.hub.guidance import blocks, showing

_SHORT = 600


class Shelf(Page):
    """Where pages of one kind stand; made by loading, not by hand."""

    is_creatable = False
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    content_panels: ClassVar[list[Panel]] = Page.content_panels
    promote_panels: ClassVar[list[Panel]] = []
    settings_panels: ClassVar[list[Panel]] = []

    class Meta:
        verbose_name = _("shelf")
        verbose_name_plural = _("shelves")

    def get_url_parts(self, request: Any = None) -> None:
        """Return no address: lists of pages are made by the views."""
        del request


class HubPage(Page):
    """What all pages of guidance have: who has checked it, an address of ours."""

    reviewed_by = models.CharField(_("checked by"), max_length=200, blank=True)
    reviewed_on = models.DateField(_("checked on"), null=True, blank=True)

    kind = ""  # the first part of the key in the files
    address = ""  # name of the address that shows it
    override_translatable_fields: ClassVar[
        list[SynchronizedField]
    ] = [  # the same in each language
        SynchronizedField(name, overridable=False)
        for name in ("slug", "seo_title", "search_description", "reviewed_by", "reviewed_on")
    ]
    parent_page_types: ClassVar[list[str]] = ["guidance.Shelf"]
    subpage_types: ClassVar[list[str]] = []
    promote_panels: ClassVar[list[Panel]] = [FieldPanel("slug")]
    settings_panels: ClassVar[list[Panel]] = []
    checked_panel = MultiFieldPanel(
        [FieldPanel("reviewed_by"), FieldPanel("reviewed_on")], heading=_("Checked")
    )

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(reviewed_by="", reviewed_on__isnull=True)
                | (~models.Q(reviewed_by="") & models.Q(reviewed_on__isnull=False)),
                name="%(class)s_is_checked_by_somebody_on_a_day",
            ),
        ]

    def get_url_parts(self, request: Any = None) -> tuple[int, str, str]:
        """Return no site, its address and the page's own address in it."""
        del request
        path = reverse(self.address, kwargs={"slug": self.slug})
        return (0, settings.HAVEN_ADDRESS, path)

    def text_fields(self) -> list[str]:
        """Return the names of the fields that hold blocks."""
        return [one.name for one in self._meta.get_fields() if isinstance(one, StreamField)]

    def check_words(self) -> None:
        """Return if all that the page says may stand on it.

        Raises:
            ValidationError: It does not fit.
        """
        self.clean_fields(exclude=["path", "depth", "url_path", "content_type", "locale"])
        for name in self.text_fields():
            stream = getattr(self, name)
            stream.stream_block.clean(stream)

    def serve_preview(self, request: Any, mode_name: str) -> Any:
        """Return the page as it would be, for the desk."""
        del mode_name
        return showing.page_of(request, self)


class GuideStep(HubPage):
    """One of the eight steps of the work."""

    number = models.PositiveSmallIntegerField(_("number"))
    in_one_line = models.TextField(_("in one line"), max_length=_SHORT)
    aim = models.TextField(_("aim"), max_length=_SHORT, validators=[blocks.checked])
    guard = models.TextField(
        _("what must not be left out"), max_length=_SHORT, validators=[blocks.checked]
    )
    what_happens = blocks.body(_("what happens"))
    how_ai_helps = blocks.lines(_("how AI helps"))
    law_and_ethics = blocks.lines(_("law and ethics"))
    wellbeing = blocks.lines(_("care for those who look"))
    common_mistakes = blocks.mistakes(_("common mistakes"))
    questions_to_ask = blocks.lines(_("questions to ask"))
    workbench_now = blocks.lines(_("what Haven's Workbench does today"))
    workbench_not_yet = blocks.lines(_("what it does not do"))
    techniques = ArrayField(
        models.SlugField(max_length=60), verbose_name=_("techniques"), default=list, blank=True
    )

    kind, address, template = "step", "guidance:step", "guidance/step.html"
    content_panels: ClassVar[list[Panel]] = [
        *Page.content_panels,
        *(
            FieldPanel(name)
            for name in (
                "number", "in_one_line", "aim", "what_happens", "how_ai_helps", "guard",
                "law_and_ethics", "wellbeing", "common_mistakes", "questions_to_ask",
                "workbench_now", "workbench_not_yet", "techniques",
            )
        ),
        HubPage.checked_panel,
    ]  # fmt: skip

    class Meta(HubPage.Meta):
        verbose_name = _("step of the work")
        verbose_name_plural = _("steps of the work")
        ordering: ClassVar[list[str]] = ["number"]


class Principle(HubPage):
    """One of our principles, with what it means here."""

    number = models.PositiveSmallIntegerField(_("number"))
    in_one_line = models.TextField(_("in one line"), max_length=_SHORT)
    body = blocks.body(_("text"))
    means = blocks.lines(_("what it means here"))
    kept_by = ArrayField(
        models.CharField(max_length=200), verbose_name=_("kept by"), default=list, blank=True
    )

    kind, address, template = "principle", "guidance:principle", "guidance/principle.html"
    content_panels: ClassVar[list[Panel]] = [
        *Page.content_panels,
        *map(FieldPanel, ("number", "in_one_line", "body", "means", "kept_by")),
        HubPage.checked_panel,
    ]

    class Meta(HubPage.Meta):
        verbose_name = _("principle")
        verbose_name_plural = _("principles")
        ordering: ClassVar[list[str]] = ["number"]


class LibraryDocument(HubPage):
    """A document with an owner, a version and a day on which it is looked at again."""

    brief = models.TextField(_("in short"), max_length=3000, validators=[blocks.checked])
    owner_name = models.CharField(_("who answers for it"), max_length=200)
    version = models.CharField(_("version"), max_length=20)
    review_by = models.DateField(_("to be looked at again by"))
    changed = models.TextField(_("what changed"), max_length=1000)
    must_acknowledge = models.BooleanField(_("members say that they have read it"), default=False)
    body = blocks.body(_("text"))

    kind, address, template = "document", "guidance:document", "guidance/document.html"
    content_panels: ClassVar[list[Panel]] = [
        *Page.content_panels,
        *(
            FieldPanel(name)
            for name in (
                "brief", "owner_name", "version", "review_by", "changed", "must_acknowledge",
                "body",
            )
        ),
        HubPage.checked_panel,
    ]  # fmt: skip

    class Meta(HubPage.Meta):
        verbose_name = _("document of the library")
        verbose_name_plural = _("documents of the library")


class CarePage(HubPage):
    """A page that helps members to look after themselves and their team."""

    brief = models.TextField(_("in short"), max_length=3000, validators=[blocks.checked])
    body = blocks.body(_("text"))

    kind, address, template = "care", "guidance:care_page", "guidance/care_page.html"
    content_panels: ClassVar[list[Panel]] = [
        *Page.content_panels,
        FieldPanel("brief"),
        FieldPanel("body"),
        HubPage.checked_panel,
    ]

    class Meta(HubPage.Meta):
        verbose_name = _("page on wellbeing")
        verbose_name_plural = _("pages on wellbeing")


class Loaded(models.Model):
    """What was loaded from a file, so that loading again leaves an editor's work alone."""

    key = models.CharField(max_length=120, unique=True)  # such as "step/receive"
    digest = models.CharField(max_length=64)  # SHA-256 of what the file said
    page = models.ForeignKey(Page, on_delete=models.SET_NULL, null=True, related_name="+")
    revision = models.BigIntegerField()  # the last one that loading wrote

    class Meta:
        verbose_name = _("loaded page")
        verbose_name_plural = _("loaded pages")

    def __str__(self) -> str:
        return self.key


class Translated(models.Model):
    """What is known of a page in another language: what it was made from, who checked it."""

    objects: ClassVar[models.Manager[Translated]]  # said, because Wagtail's Page has no types
    page_id: int

    page = models.OneToOneField(Page, on_delete=models.CASCADE, related_name="translated")
    made_from = models.CharField(max_length=64, blank=True)  # SHA-256; "": of an older English
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )  # whose account said so; nobody's where a file says so
    checked_name = models.CharField(max_length=200, blank=True)
    checked_on = models.DateField(null=True)
    checked_revision = models.BigIntegerField(null=True)  # what was written later is not checked

    class Meta:
        verbose_name = _("translated page")
        verbose_name_plural = _("translated pages")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(checked_name="", checked_on=None, checked_revision=None)
                | (
                    ~models.Q(checked_name="")
                    & models.Q(checked_on__isnull=False, checked_revision__isnull=False)
                ),
                name="translation_is_checked_by_somebody_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"translated page {self.page_id}"


class Acknowledgement(models.Model):
    """A member says that they have read one version of a document."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    document = models.ForeignKey(
        LibraryDocument, on_delete=models.CASCADE, related_name="acknowledgements"
    )
    version = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member", "document", "version"], name="document_is_read_once_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"acknowledgement {self.pk}"
