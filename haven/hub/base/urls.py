from django.urls import path

from haven.hub.base import views

app_name = "hub"
urlpatterns = [path("hub/", views.home, name="home")]
