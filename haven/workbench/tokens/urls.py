from django.urls import path

from haven.workbench.tokens import views

app_name = "tokens"
urlpatterns = [
    path("cases/<uuid:case_id>/tokens/", views.listing, name="list"),
    path("cases/<uuid:case_id>/tokens/new/", views.make, name="make"),
    path("cases/<uuid:case_id>/tokens/<uuid:token_id>/revoke/", views.revoke, name="revoke"),
    path("agency/tokens/", views.of_agency, name="agency"),
    path("agency/tokens/<uuid:token_id>/revoke/", views.revoke_in_agency, name="revoke_in_agency"),
]
