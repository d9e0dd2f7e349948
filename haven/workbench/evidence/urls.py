from django.urls import path

from haven.workbench.evidence import views

app_name = "evidence"
urlpatterns = [
    path("cases/<uuid:case_id>/exhibits/folder/", views.add_folder, name="add_folder"),
    path("cases/<uuid:case_id>/exhibits/upload/", views.add_upload, name="add_upload"),
]
