from django.urls import path

from haven.workbench.wellbeing import views

app_name = "wellbeing"
urlpatterns = [
    path("care/", views.mine, name="own"),
    path("care/prompt/", views.prompt, name="prompt"),
    path("care/later/", views.later, name="later"),
    path("care/policy/", views.policy, name="policy"),
    path("care/group/", views.group, name="group"),
    path("care/evidence/", views.evidence, name="evidence"),
]
