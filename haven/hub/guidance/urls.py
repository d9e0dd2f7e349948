from django.urls import path

from haven.hub.guidance import views

app_name = "guidance"
urlpatterns = [
    path("hub/guide/", views.steps, name="steps"),
    path("hub/guide/<slug:slug>/", views.step, name="step"),
    path("hub/principles/", views.principles, name="principles"),
    path("hub/principles/<slug:slug>/", views.principle, name="principle"),
    path("hub/library/", views.library, name="library"),
    path("hub/library/<slug:slug>/", views.document, name="document"),
    path("hub/library/<slug:slug>/read/", views.acknowledge, name="acknowledge"),
    path("hub/wellbeing/", views.care, name="care"),
    path("hub/wellbeing/<slug:slug>/", views.care_page, name="care_page"),
]
