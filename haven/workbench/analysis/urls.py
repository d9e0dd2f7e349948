from django.urls import path

from haven.workbench.analysis import views

app_name = "analysis"
urlpatterns = [
    path("cases/<uuid:case_id>/exhibits/<uuid:exhibit_id>/run/", views.start, name="start"),
    path("cases/<uuid:case_id>/templates/", views.templates, name="templates"),
    path("cases/<uuid:case_id>/progress/", views.progress, name="progress"),
    path(
        "cases/<uuid:case_id>/items/<int:item_id>/masked.jpg",
        views.view,
        {"operation": "masked"},
        name="masked",
    ),
    path(
        "cases/<uuid:case_id>/items/<int:item_id>/background.jpg",
        views.view,
        {"operation": "background"},
        name="background",
    ),
    path("cases/<uuid:case_id>/faces/<int:face_id>.jpg", views.crop, name="crop"),
    path(
        "cases/<uuid:case_id>/probes/<uuid:probe_id>/<int:position>.jpg",
        views.probe_crop,
        name="probe_crop",
    ),
]
