from django.urls import include, path, register_converter

from haven.workbench.packages import views


class Digest:
    """A SHA-256 in an address: 64 lower-case hexadecimal digits."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


register_converter(Digest, "sha256")
app_name = "packages"
_case = [
    path("", views.hand_overs, name="list"),
    path("new/", views.ask, name="ask"),
    path("<uuid:hand_over_id>/", views.one, name="one"),
    path("<uuid:hand_over_id>/confirm/", views.confirm, name="confirm"),
    path("<uuid:hand_over_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:hand_over_id>/file/", views.fetch, name="fetch"),
]
_received = [
    path("", views.received, name="received"),
    path("origin/", views.origin, name="origin"),
    path("progress/", views.progress, name="progress"),
    path("items/<sha256:sha256>/", views.item, name="item"),
    path("items/<sha256:sha256>/view/", views.view, name="view"),
    path("about/<int:item_id>/", views.about_item, name="about_item"),
    path("<slug:table>/", views.table, name="table"),
]
urlpatterns = [
    path("cases/<uuid:case_id>/hand-over/", include(_case)),
    path("cases/<uuid:case_id>/received/", include(_received)),
    path("receive/", views.receive, name="receive"),
    path("agency/hand-over/", views.keys, name="keys"),
    path("agency/hand-over/make/", views.make_keys, name="make_keys"),
    path("agency/hand-over/identity/", views.own_text, name="own_text"),
    path("agency/hand-over/<uuid:partner_id>/end/", views.end, name="end"),
]
