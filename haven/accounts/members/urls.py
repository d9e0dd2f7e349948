from django.urls import path

from haven.accounts.members import views

app_name = "members"

urlpatterns = [
    path("members/", views.listing, name="list"),
    path("members/<int:member_id>/", views.one, name="one"),
    path("members/<int:member_id>/roles/", views.roles, name="roles"),
    path("members/<int:member_id>/suspend/", views.suspend, name="suspend"),
    path("members/<int:member_id>/reactivate/", views.reactivate, name="reactivate"),
    path("members/<int:member_id>/left/", views.left, name="left"),
    path("members/<int:member_id>/confirm/", views.confirm, name="confirm"),
]
