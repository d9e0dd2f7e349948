"""Take away the page and the site that Wagtail makes for a new project."""

from typing import Any

from django.db import migrations
from django.db.models import F

LAST_OF_WAGTAIL = ("wagtailcore", "0098_apitoken")


def without_welcome(apps: Any, _editor: Any) -> None:
    """Delete Wagtail's page of welcome, and with it the site whose start it is."""
    page = apps.get_model("wagtailcore", "Page")
    welcome = page.objects.filter(
        depth=2, slug="home", content_type__app_label="wagtailcore", content_type__model="page"
    )
    apps.get_model("wagtailcore", "Site").objects.filter(root_page__in=welcome).delete()
    _all, deleted = welcome.delete()
    n_pages = deleted.get("wagtailcore.Page", 0)
    page.objects.filter(depth=1).update(numchild=F("numchild") - n_pages)


class Migration(migrations.Migration):
    """Nothing else."""

    dependencies = [("guidance", "0001_initial"), LAST_OF_WAGTAIL]
    operations = [migrations.RunPython(without_welcome, migrations.RunPython.noop)]
