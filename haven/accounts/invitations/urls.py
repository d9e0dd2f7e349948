from django.urls import path

from haven.accounts.invitations import views

app_name = "invitations"

urlpatterns = [
    path("members/invitations/", views.listing, name="list"),
    path("members/invitations/<int:invitation_id>/renew/", views.renew, name="renew"),
    path("members/invitations/<int:invitation_id>/revoke/", views.revoke, name="revoke"),
    path("members/letters/", views.letters, name="letters"),
    path("agencies/<int:agency_id>/invite/", views.for_agency, name="for_agency"),
    path("join/invitation/<str:code>/", views.accept, name="accept"),
]
