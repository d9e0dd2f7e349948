from django.urls import include, path

from haven.workbench.decisions import views

app_name = "decisions"
_case = [
    path("", views.decisions, name="list"),
    path("new/<slug:decision_kind>/", views.new, name="new"),
    path("<uuid:decision_id>/", views.decision, name="one"),
    path("<uuid:decision_id>/confirm/", views.confirm, name="confirm"),
    path("<uuid:decision_id>/refuse/", views.refuse, name="refuse"),
]
urlpatterns = [
    path("cases/<uuid:case_id>/decisions/", include(_case)),
    path("agency/two-people/", views.two_people, name="two_people"),
]
