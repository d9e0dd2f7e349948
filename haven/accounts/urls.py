from django.urls import path

from haven.accounts import factor_views, reset_views, views
from haven.accounts.members import views as members
from haven.accounts.terms import views as terms

app_name = "accounts"

urlpatterns = [
    path("sign-in/", factor_views.SignIn.as_view(), name="sign-in"),
    path("sign-in/again/", views.start_over, name="start-over"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("first/<uidb64>/<token>/", views.First.as_view(), name="first"),
    path("enrol/", views.enrol, name="enrol"),
    path("password/", views.password, name="password"),
    path("sessions/<int:session_id>/end/", views.end_session, name="end-session"),
    path("resets/", reset_views.resets, name="resets"),
    path("resets/<int:reset_id>/confirm/", reset_views.confirm, name="confirm-reset"),
    path("resets/<int:reset_id>/withdraw/", reset_views.withdraw, name="withdraw-reset"),
    path("profile/", members.profile, name="profile"),
    path("leave/", members.leave, name="leave"),
    path("terms/", terms.terms, name="terms"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
]
