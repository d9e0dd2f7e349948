from django.urls import path

from haven.hub.learning import views

app_name = "learning"
urlpatterns = [
    path("hub/courses/", views.listing, name="courses"),
    path("hub/reading/", views.depth, name="depth"),
    path("hub/courses/<slug:slug>/", views.course, name="course"),
    path("hub/courses/<slug:slug>/quiz/", views.quiz, name="quiz"),
    path("hub/courses/<slug:slug>/quiz/again/", views.begin_again, name="begin_again"),
    path("hub/courses/<slug:slug>/certificate/", views.give, name="give"),
    path("hub/courses/<slug:slug>/<slug:lesson>/", views.lesson, name="lesson"),
    path("hub/courses/<slug:slug>/<slug:lesson>/read/", views.read, name="read"),
    path("hub/certificates/", views.certificates, name="certificates"),
    path("hub/certificates/<slug:code>/", views.certificate, name="certificate"),
    path("hub/glossary/", views.glossary_page, name="glossary"),
]
