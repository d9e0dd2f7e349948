from django.urls import path

from haven.hub.curation import views

app_name = "curation"
urlpatterns = [
    path("hub/curation/", views.desk, name="desk"),
    path("hub/curation/makers/", views.makers, name="makers"),
    path("hub/curation/makers/<int:voice_id>/untie/", views.untie, name="untie"),
]
