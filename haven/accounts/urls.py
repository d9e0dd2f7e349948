from django.urls import path

from haven.accounts import views

app_name = "accounts"

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("first/<uidb64>/<token>/", views.First.as_view(), name="first"),
    path("language/", views.language, name="language"),
    path("theme/", views.theme, name="theme"),
]
