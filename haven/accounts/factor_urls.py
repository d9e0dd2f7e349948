"""Factor addresses: those of django-allauth's names that Haven uses, and no other.

Why     allauth asks for its pages by these names; its sign-up, its e-mail pages and its
        password reset have no address here
"""

from django.urls import path

from haven.accounts import agency_views
from haven.accounts import factor_views as views
from haven.accounts.agency_sign_in import PROVIDER

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/passkey/", views.SignInByPasskey.as_view(), name="mfa_login_webauthn"),
    path("sign-in/code/", views.GiveCode.as_view(), name="mfa_authenticate"),
    path(
        "sign-in/agency/",
        agency_views.begin,
        kwargs={"provider_id": PROVIDER},
        name="openid_connect_login",
    ),
    path(
        "sign-in/agency/callback/",
        agency_views.callback,
        kwargs={"provider_id": PROVIDER},
        name="openid_connect_callback",
    ),
    path("confirm/code/", views.ConfirmByCode.as_view(), name="mfa_reauthenticate"),
    path(
        "confirm/passkey/",
        views.ConfirmByPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("factors/", views.Factors.as_view(), name="mfa_index"),
    path("factors/passkeys/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/", views.NamePasskey.as_view(), name="mfa_edit_webauthn"),
    path(
        "factors/passkeys/<int:pk>/remove/",
        views.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("factors/code-app/add/", views.AddCodeApp.as_view(), name="mfa_activate_totp"),
    path("factors/code-app/remove/", views.RemoveCodeApp.as_view(), name="mfa_deactivate_totp"),
    path("factors/recovery-codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path(
        "factors/recovery-codes/new/",
        views.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("sessions/", views.Sessions.as_view(), name="usersessions_list"),
]
