from django.urls import include, path

from haven.workbench.people import views

app_name = "people"
_case = [
    path("people/", views.people, name="list"),
    path("people/merge/", views.merge, name="merge"),
    path("people/<str:group_id>/", views.group, name="group"),
    path("people/<str:group_id>/name/", views.name, name="name"),
    path("people/<str:group_id>/split/", views.split, name="split"),
    path("changes/", views.changes, name="changes"),
    path("changes/<int:change_id>/undo/", views.undo, name="undo"),
]
urlpatterns = [path("cases/<uuid:case_id>/", include(_case))]
