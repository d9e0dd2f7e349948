from django.urls import include, path

from haven.workbench.comparison import views

app_name = "comparison"
_PAIR = "searches/<uuid:search_id>/pairs/<int:candidate_id>/"
_case = [
    path("searches/<uuid:search_id>/candidates/", views.candidates, name="candidates"),
    path("searches/<uuid:search_id>/more/", views.more, name="more"),
    path(_PAIR, views.pair, name="pair"),
    path(f"{_PAIR}look/", views.look, name="look"),
    path(f"{_PAIR}sought/", views.sought, name="sought"),
    path("second/", views.second, name="second"),
]
urlpatterns = [
    path("cases/<uuid:case_id>/", include(_case)),
    path("calibration/", views.calibration, name="calibration"),
]
