from django.urls import include, path

from haven.workbench.review import search_views, views

app_name = "review"
_case = [
    path("", views.overview, name="overview"),
    path("items/", views.items, name="items"),
    path("items/<int:item_id>/", views.item, name="item"),
    path("items/<int:item_id>/alike/", views.alike, name="alike"),
    path("items/<int:item_id>/background/", views.background, name="background"),
    path("failures/", views.failures, name="failures"),
    path("failures/retry/", views.retry, name="retry"),
    path("find/", search_views.find, name="find"),
    path("find/across/", search_views.find_across, name="find_across"),
    path("find/face/<int:face_id>/", search_views.find_face, name="find_face"),
    path(
        "find/face/<int:face_id>/across/",
        search_views.find_face_across,
        name="find_face_across",
    ),
    path("searches/<uuid:search_id>/", search_views.search, name="search"),
    path("searches/<uuid:search_id>/face/", search_views.search_face, name="search_face"),
    path("searches/<uuid:search_id>/close/", search_views.close_search, name="close_search"),
    path(
        "searches/<uuid:search_id>/authority/",
        search_views.authorise_search,
        name="authorise_search",
    ),
    path("searches/<uuid:search_id>/refused/", search_views.refuse_search, name="refuse_search"),
]
urlpatterns = [path("cases/<uuid:case_id>/", include(_case))]
