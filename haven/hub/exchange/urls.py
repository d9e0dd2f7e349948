from django.urls import path

from haven.hub.exchange import views

app_name = "exchange"
urlpatterns = [
    path("hub/others/", views.listing, name="list"),
    path("hub/others/<uuid:other_id>/", views.other, name="other"),
    path("hub/others/<uuid:other_id>/<slug:kind>/<slug:slug>/", views.record, name="record"),
]
