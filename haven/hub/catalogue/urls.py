from django.urls import path

from haven.hub.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("hub/tools/", views.listing, name="list"),
    path("hub/tools/compare/", views.compare, name="compare"),
    path("hub/tools/gaps/", views.gaps, name="gaps"),
    path("hub/tools/rules/", views.rules, name="rules"),
    path("hub/tools/<slug:slug>/", views.tool, name="tool"),
    path("hub/bodies/", views.bodies, name="bodies"),
]
