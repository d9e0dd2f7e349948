from django.urls import path

from haven.workbench.retention import views

app_name = "retention"
urlpatterns = [
    path("cases/<uuid:case_id>/retention/", views.of_case, name="case"),
    path("cases/<uuid:case_id>/retention/extend/", views.extend, name="extend"),
    path("cases/<uuid:case_id>/retention/close/", views.close, name="close"),
    path("cases/<uuid:case_id>/retention/erase/", views.ask, name="ask"),
    path("retention/", views.listing, name="list"),
    path("retention/<uuid:erasure_id>/", views.order, name="order"),
    path("retention/<uuid:erasure_id>/confirm/", views.confirm, name="confirm"),
    path("retention/<uuid:erasure_id>/withdraw/", views.withdraw, name="withdraw"),
]
