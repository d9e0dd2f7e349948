from django.urls import path

from haven.hub.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("hub/catalogue/words/", views.words, name="words"),
    path("hub/tools/", views.listing, name="list"),
    path("hub/tools/compare/", views.compare, name="compare"),
    path("hub/tools/gaps/", views.gaps, name="gaps"),
    path("hub/tools/rules/", views.rules, name="rules"),
    path("hub/tools/<slug:slug>/", views.tool, name="tool"),
    path("hub/tools/<slug:slug>/readers/", views.restrict, name="restrict"),
    path("hub/tools/<slug:slug>/propose/", views.propose, name="propose"),
    path("hub/tools/<slug:slug>/facts/<int:fact_id>/confirm/", views.confirm, name="confirm"),
    path("hub/proposals/", views.proposals, name="proposals"),
    path("hub/proposals/<uuid:proposal_id>/", views.proposal, name="proposal"),
    path("hub/proposals/<uuid:proposal_id>/withdraw/", views.withdraw, name="withdraw"),
    path("hub/proposals/<uuid:proposal_id>/decide/", views.decide, name="decide"),
    path("hub/changes/", views.changes, name="changes"),
    path("hub/bodies/", views.bodies, name="bodies"),
]
