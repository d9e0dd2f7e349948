from django.urls import path

from haven.workbench.notes import views

app_name = "notes"
urlpatterns = [
    path("cases/<uuid:case_id>/notes/", views.listing, name="list"),
    path("cases/<uuid:case_id>/notes/<uuid:thread>/", views.one, name="one"),
    path(
        "cases/<uuid:case_id>/notes/about/<slug:kind>/<str:thing_id>/",
        views.about,
        name="about",
    ),
]
