from django.urls import path

from haven.accounts.agencies import views

app_name = "agencies"

urlpatterns = [
    path("agencies/", views.listing, name="list"),
    path("agencies/add/", views.add, name="add"),
    path("agencies/<int:agency_id>/", views.one, name="one"),
    path("agencies/<int:agency_id>/domains/", views.add_domain, name="add_domain"),
    path(
        "agencies/<int:agency_id>/domains/<int:domain_id>/remove/",
        views.remove_domain,
        name="remove_domain",
    ),
    path("agencies/<int:agency_id>/contact/", views.contact, name="contact"),
    path("agencies/<int:agency_id>/status/", views.status, name="status"),
]
