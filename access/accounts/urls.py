"""The addresses of signing in and of one's own account. allauth's views are mounted one by one, under its names."""

from django.urls import path

from access.accounts import factors, invitation_views, views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/second-factor/", factors.ShowFactor.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", factors.SignInByPasskey.as_view(), name="mfa_login_webauthn"),
    path("sign-in/help/", views.CannotSignIn.as_view(), name="account_help"),
    path("sign-out/", views.SignOut.as_view(), name="account_logout"),
    path("session/", views.SessionState.as_view(), name="session"),
    path("session/back/", views.SessionBack.as_view(), name="session-back"),
    path("invitations/", invitation_views.AcceptInvitation.as_view(), name="invitation"),
    path("invitations/<str:secret>/", invitation_views.InvitationLink.as_view(), name="invitation-link"),
    path("account/", views.Account.as_view(), name="mfa_index"),
    path("account/password/", views.ChangePassword.as_view(), name="account_change_password"),
    path("account/sessions/", views.Sessions.as_view(), name="account_sessions"),
    path("account/confirm/", views.Confirm.as_view(), name="account_reauthenticate"),
    path("account/confirm/code/", factors.ConfirmByCode.as_view(), name="mfa_reauthenticate"),
    path("account/confirm/passkey/", factors.ConfirmByPasskey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("account/authenticator-app/", factors.SetUpApp.as_view(), name="mfa_activate_totp"),
    path("account/authenticator-app/remove/", factors.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("account/passkeys/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", factors.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("account/recovery-codes/", factors.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", factors.MakeRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path(
        "account/recovery-codes/download/", factors.DownloadRecoveryCodes.as_view(), name="mfa_download_recovery_codes"
    ),
]
