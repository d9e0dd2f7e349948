from django.urls import path

from haven.hub.assessment import views

app_name = "assessment"
_ONE = "hub/assessments/<uuid:public_id>/"
urlpatterns = [
    path("hub/assessments/", views.listing, name="list"),
    path("hub/assessments/begin/<slug:slug>/", views.begin, name="begin"),
    path(_ONE, views.one, name="one"),
    path(f"{_ONE}role/", views.role, name="role"),
    path(f"{_ONE}work/<slug:part>/", views.work, name="work"),
    path(f"{_ONE}dissent/", views.dissent, name="dissent"),
    path(f"{_ONE}dissent/<int:dissent_id>/reply/", views.reply, name="reply"),
    path(f"{_ONE}result/", views.result, name="result"),
    path(f"{_ONE}propose/", views.propose, name="propose"),
    path(f"{_ONE}confirm/", views.confirm, name="confirm"),
    path(f"{_ONE}refuse/", views.refuse, name="refuse"),
    path(f"{_ONE}anew/", views.anew, name="anew"),
    path(f"{_ONE}compare/", views.compare, name="compare"),
    path(f"{_ONE}document/", views.document, name="document"),
    path(f"{_ONE}assessment.json", views.export, name="export"),
]
