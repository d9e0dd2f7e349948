from django.urls import include, path

from haven.workbench.people import face_views, person_views, views

app_name = "people"
_case = [
    path("people/", views.people, name="list"),
    path("people/merge/", views.merge, name="merge"),
    path("people/apart/", face_views.apart_groups, name="apart_groups"),
    path("people/<str:group_id>/", views.group, name="group"),
    path("people/<str:group_id>/name/", views.name, name="name"),
    path("people/<str:group_id>/split/", views.split, name="split"),
    path("people/<str:group_id>/confirm/", face_views.confirm, name="confirm"),
    path("people/<str:group_id>/reject/", face_views.reject, name="reject"),
    path("people/<str:group_id>/move/", face_views.move, name="move"),
    path("people/<str:group_id>/apart/", face_views.apart, name="apart"),
    path("persons/<uuid:person_id>/", person_views.person, name="person"),
    path("persons/<uuid:person_id>/state/", person_views.state, name="state"),
    path(
        "persons/<uuid:person_id>/statements/<int:statement_id>/withdraw/",
        person_views.withdraw,
        name="withdraw",
    ),
    path("changes/", views.changes, name="changes"),
    path("changes/<int:change_id>/undo/", views.undo, name="undo"),
]
urlpatterns = [path("cases/<uuid:case_id>/", include(_case))]
