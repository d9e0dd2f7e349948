from django.urls import path

from haven.hub.portal import views

app_name = "portal"
urlpatterns = [
    path("hub/makers/", views.home, name="home"),
    path("hub/makers/submit/", views.submit, name="submit"),
    path("hub/submissions/<uuid:submission_id>/", views.submission, name="submission"),
    path("hub/submissions/<uuid:submission_id>/withdraw/", views.withdraw, name="withdraw"),
    path("hub/submissions/<uuid:submission_id>/object/", views.object_to, name="object"),
    path("hub/submissions/<uuid:submission_id>/check/", views.check, name="check"),
    path("hub/submissions/<uuid:submission_id>/publish/", views.publish, name="publish"),
]
