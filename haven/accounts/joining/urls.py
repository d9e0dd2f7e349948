from django.urls import path

from haven.accounts.joining import views

app_name = "joining"

urlpatterns = [
    path("join/", views.apply, name="apply"),
    path("join/address/<str:code>/", views.address, name="address"),
    path("join/terms/<str:code>/", views.terms, name="terms"),
    path("join/still/<str:code>/", views.still, name="still"),
    path("applications/", views.queue, name="queue"),
    path("applications/<uuid:application_id>/", views.one, name="one"),
    path("applications/<uuid:application_id>/approve/", views.approve, name="approve"),
    path("applications/<uuid:application_id>/refuse/", views.refuse, name="refuse"),
]
