from django.urls import include, path

from haven.workbench.facets import views

app_name = "facets"
_case = [
    path("timeline/", views.time, name="timeline"),
    path("map/", views.earth, name="map"),
    path("cameras/", views.cameras, name="cameras"),
    path("exhibits/", views.exhibits, name="exhibits"),
    path("connections/", views.graph, name="connections"),
    path("filters/", views.saved, name="saved"),
    path("filters/menu/", views.saved_menu, name="saved_menu"),
    path("filters/<uuid:filter_id>/share/", views.share, name="share"),
    path("filters/<uuid:filter_id>/remove/", views.remove, name="remove"),
]
urlpatterns = [path("cases/<uuid:case_id>/", include(_case))]
