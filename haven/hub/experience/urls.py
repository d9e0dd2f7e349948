from django.urls import path

from haven.hub.experience import views

app_name = "experience"
urlpatterns = [
    path("hub/tools/<slug:slug>/experience/", views.of_tool, name="of_tool"),
    path("hub/tools/<slug:slug>/experience/write/", views.write, name="write"),
    path("hub/tools/<slug:slug>/ask/", views.ask, name="ask"),
    path("hub/experience/", views.listing, name="list"),
    path("hub/experience/<uuid:report_id>/", views.report, name="report"),
    path("hub/experience/<uuid:report_id>/withdraw/", views.withdraw, name="withdraw"),
    path("hub/experience/<uuid:report_id>/object/", views.object_to, name="object"),
    path("hub/experience/<uuid:report_id>/decide/", views.decide, name="decide"),
    path("hub/experience/<uuid:report_id>/decide-again/", views.decide_again, name="decide_again"),
    path("hub/experience/<uuid:report_id>/reply/", views.reply, name="reply"),
    path("hub/experience/<uuid:report_id>/flag/", views.flag_report, name="flag_report"),
    path("hub/experience/<uuid:report_id>/settle/", views.settle_report, name="settle_report"),
    path("hub/questions/<uuid:question_id>/", views.question, name="question"),
    path(
        "hub/questions/<uuid:question_id>/withdraw/",
        views.withdraw_question,
        name="withdraw_question",
    ),
    path(
        "hub/questions/<uuid:question_id>/decide/", views.decide_question, name="decide_question"
    ),
    path("hub/questions/<uuid:question_id>/answer/", views.answer, name="answer"),
    path("hub/sayings/<uuid:saying_id>/flag/", views.flag_saying, name="flag_saying"),
    path("hub/sayings/<uuid:saying_id>/settle/", views.settle_saying, name="settle_saying"),
]
