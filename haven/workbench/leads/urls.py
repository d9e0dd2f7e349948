from django.urls import include, path

from haven.workbench.leads import views

app_name = "leads"
_case = [
    path("", views.leads, name="list"),
    path("new/", views.new, name="new"),
    path("offers/", views.offered, name="offers"),
    path("offers/take/", views.take_up, name="take_up"),
    path("of/<int:candidate_id>/", views.from_comparison, name="from_comparison"),
    path("item/<int:item_id>/", views.about_item, name="about_item"),
    path("group/<str:group_id>/", views.about_group, name="about_group"),
    path("<uuid:lead_id>/", views.lead, name="lead"),
    path("<uuid:lead_id>/change/", views.change, name="change"),
]
urlpatterns = [path("cases/<uuid:case_id>/leads/", include(_case))]
