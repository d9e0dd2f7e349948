from django.urls import include, path

from haven.workbench.review import people_views, views

app_name = "review"
_case = [
    path("", views.overview, name="overview"),
    path("items/", views.items, name="items"),
    path("items/<int:item_id>/", views.item, name="item"),
    path("items/<int:item_id>/background/", views.background, name="background"),
    path("failures/", views.failures, name="failures"),
    path("failures/retry/", views.retry, name="retry"),
    path("people/", people_views.people, name="people"),
    path("people/merge/", people_views.merge, name="merge"),
    path("people/<str:group_id>/", people_views.group, name="group"),
    path("people/<str:group_id>/name/", people_views.name, name="name"),
    path("people/<str:group_id>/split/", people_views.split, name="split"),
    path("changes/", people_views.changes, name="changes"),
    path("changes/<int:change_id>/undo/", people_views.undo, name="undo"),
    path("find/", people_views.find, name="find"),
    path("find/face/<int:face_id>/", people_views.find_face, name="find_face"),
    path("find/picture/<uuid:probe_id>/", people_views.probe, name="probe"),
    path("find/picture/<uuid:probe_id>/erase/", people_views.erase_probe, name="erase_probe"),
]
urlpatterns = [path("cases/<uuid:case_id>/", include(_case))]
