from django.urls import path

from haven.hub.guidance import translation_views, views

ONE = "hub/translations/<slug:language>/<slug:kind>/<slug:slug>/"
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
    path("hub/wellbeing/check-in/", views.check_in, name="check_in"),
    path("hub/wellbeing/<slug:slug>/", views.care_page, name="care_page"),
    path("hub/translations/", translation_views.table, name="translations"),
    path(f"{ONE}", translation_views.one, name="translation"),
    path(f"{ONE}correct/", translation_views.correct, name="correct"),
    path(f"{ONE}check/", translation_views.check, name="check"),
]
