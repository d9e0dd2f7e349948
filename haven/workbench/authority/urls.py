from django.urls import path

from haven.workbench.authority import views

app_name = "authority"
urlpatterns = [
    path("cases/<uuid:case_id>/authority/", views.listing, name="list"),
    path("cases/<uuid:case_id>/authority/new/", views.enter, name="enter"),
    path(
        "cases/<uuid:case_id>/authority/<uuid:authority_id>/withdraw/",
        views.withdraw,
        name="withdraw",
    ),
    path("agency/lists/", views.lists, name="lists"),
    path("agency/lists/<int:word_id>/retire/", views.retire, name="retire"),
]
