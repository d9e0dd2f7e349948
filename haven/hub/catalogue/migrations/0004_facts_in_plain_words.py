from django.db import migrations

from haven.hub.catalogue import finding

_BEGAN = "Set by the editor without a source read here, to be checked:"
_BEGINS = "What the entry says about:"
_CALLED = {  # names of our files: words
    "maker_country": "country of the maker",
    "access": "who can have it",
    "price_class": "price",
    "deployment": "where it runs",
    "evidence_leaves_agency": "whether evidence leaves the agency",
    "excluded_or_cautions": "what it is not meant for",
    "intended_use": "what it is meant for",
    "interoperability": "what it works together with",
}


def say_plainly(apps, schema_editor):  # type: ignore[no-untyped-def]
    """Call fields by words where a fact named them as our files do."""
    for fact in apps.get_model("catalogue", "Fact").objects.filter(claim__startswith=_BEGAN):
        names = [one.strip() for one in fact.claim.removeprefix(_BEGAN).split(",")]
        fact.claim = f"{_BEGINS} {', '.join(_CALLED.get(one, one) for one in names)}"
        fact.save(update_fields=["claim"])


def fold(apps, schema_editor):  # type: ignore[no-untyped-def]
    """Let tools be found by the words of their lists in every language."""
    for tool in apps.get_model("catalogue", "Tool").objects.select_related("maker"):
        finding.fold(tool)
        tool.save(update_fields=["folded", "folded_closed"])


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_words_of_restricted_fields")]

    operations = [
        migrations.RunPython(say_plainly, migrations.RunPython.noop),
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
