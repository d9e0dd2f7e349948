from django.urls import path

from haven.workbench.cases import views

app_name = "cases"
urlpatterns = [
    path("cases/", views.listing, name="list"),
    path("cases/new/", views.open_case, name="open"),
    path("cases/<uuid:case_id>/members/", views.members, name="members"),
    path("cases/<uuid:case_id>/members/<int:member_id>/role/", views.role, name="role"),
    path("cases/<uuid:case_id>/members/<int:member_id>/off/", views.take_off, name="take_off"),
    path("cases/<uuid:case_id>/responsible/", views.responsible, name="responsible"),
]
