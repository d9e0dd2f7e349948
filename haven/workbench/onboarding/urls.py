from django.urls import path

from haven.workbench.onboarding import holding_views, views

app_name = "onboarding"
_PICTURE = "practice/pictures/<slug:picture_name>/"
urlpatterns = [
    path("practice/", views.practice, name="practice"),
    path("practice/<int:stage_no>/", views.stage, name="stage"),
    path("practice/<int:stage_no>/done/", views.done, name="done"),
    path(f"{_PICTURE}<int:step>.jpg", holding_views.view, name="view"),
    path(f"{_PICTURE}look/", holding_views.look, name="look"),
    path(f"{_PICTURE}<slug:drawing>/begin/", holding_views.begin, name="begin"),
    path(f"{_PICTURE}<slug:drawing>/<int:step>/piece.jpg", holding_views.piece, name="picture"),
    path("practice/beat/", holding_views.beat, name="beat"),
    path("practice/end/", holding_views.end, name="end"),
    path("cases/<uuid:case_id>/practice/", views.of_case, name="of_case"),
]
