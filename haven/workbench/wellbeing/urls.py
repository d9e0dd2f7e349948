from django.urls import path

from haven.workbench.wellbeing import (
    check_in_views,
    closing_views,
    handing_views,
    help_views,
    views,
)

app_name = "wellbeing"
urlpatterns = [
    path("care/", views.mine, name="own"),
    path("care/prompt/", views.prompt, name="prompt"),
    path("care/later/", views.later, name="later"),
    path("care/policy/", views.policy, name="policy"),
    path("care/group/", views.group, name="group"),
    path("cases/<uuid:case_id>/handed-over/", handing_views.listing, name="handed_over"),
    path("cases/<uuid:case_id>/not-me/", handing_views.pass_case, name="pass_case"),
    path(
        "cases/<uuid:case_id>/items/<int:item_id>/not-me/",
        handing_views.pass_item,
        name="pass_item",
    ),
    path(
        "cases/<uuid:case_id>/handed-over/<uuid:handed_id>/back/",
        handing_views.take_back,
        name="take_back",
    ),
    path("cases/<uuid:case_id>/handed-over/<uuid:handed_id>/", handing_views.take, name="take"),
    path("cases/<uuid:case_id>/closing/", closing_views.closing, name="closing"),
    path("care/outcomes/", closing_views.notices, name="notices"),
    path("care/outcomes/<uuid:outcome_id>/", closing_views.put_away, name="put_away"),
    path("care/help/", help_views.listing, name="help"),
    path("care/help/add/", help_views.add, name="add_help"),
    path("care/help/<int:place_id>/remove/", help_views.remove, name="remove_help"),
    path("care/check-in/", check_in_views.check_in, name="check_in"),
    path("care/check-in/share/", check_in_views.share, name="share"),
    path("care/check-in/<uuid:shared_id>/erase/", check_in_views.unshare, name="unshare"),
    path("care/evidence/", views.evidence, name="evidence"),
]
