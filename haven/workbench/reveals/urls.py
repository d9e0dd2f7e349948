from django.urls import path

from haven.workbench.reveals import views

app_name = "reveals"
_ITEM = "cases/<uuid:case_id>/items/<int:item_id>/reveal/"
urlpatterns = [
    path(_ITEM, views.about, name="about"),
    path(f"{_ITEM}open/", views.open_reveal, name="open"),
    path(f"{_ITEM}ask/", views.ask_second, name="ask"),
    path(f"{_ITEM}begin/", views.begin, name="begin"),
    path(f"{_ITEM}<uuid:hold_id>/picture.jpg", views.original, name="original"),
    path(f"{_ITEM}<uuid:hold_id>/beat/", views.beat, name="beat"),
    path(f"{_ITEM}<uuid:hold_id>/end/", views.end, name="end"),
    path(f"{_ITEM}<uuid:reveal_id>/close/", views.close, name="close"),
    path("cases/<uuid:case_id>/reveals/", views.waiting, name="waiting"),
    path("cases/<uuid:case_id>/reveals/<uuid:request_id>/", views.decide, name="decide"),
    path("reveals/choice/", views.choose, name="choose"),
]
