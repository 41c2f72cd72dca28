"""Addresses of pages about people and rights. Everything under /administration/ is for administrators and reviewers."""

from django.urls import path

from access.views import activity, break_glass, compartments, emergency, mail, tokens, users

app_name = "access"

urlpatterns = [
    path("account/activity/", activity.OwnActivity.as_view(), name="own-activity"),
    path("account/mail/", mail.OwnMailAddress.as_view(), name="own-mail"),
    path("account/tokens/", tokens.TokenList.as_view(), name="token-list"),
    path("account/tokens/add/", tokens.TokenAdd.as_view(), name="token-add"),
    path("account/tokens/<uuid:pk>/revoke/", tokens.TokenRevoke.as_view(), name="token-revoke"),
    path("revoke-token/", tokens.FoundToken.as_view(), name="revoke-token"),
    path("break-glass/", break_glass.BreakTheGlass.as_view(), name="break-glass"),
    path("broken-glass/", break_glass.BrokenGlassList.as_view(), name="broken-glass-list"),
    path("broken-glass/<uuid:pk>/end/", break_glass.BrokenGlassEnd.as_view(), name="broken-glass-end"),
    path("broken-glass/<uuid:pk>/seen/", break_glass.BrokenGlassSeen.as_view(), name="broken-glass-seen"),
    path("administration/users/", users.UserList.as_view(), name="user-list"),
    path("administration/users/invite/", users.UserInvite.as_view(), name="user-invite"),
    path("administration/users/<uuid:pk>/link/", users.UserReset.as_view(), name="user-reset"),
    path("administration/users/<uuid:pk>/sign-out/", users.UserSignOut.as_view(), name="user-sign-out"),
    path("administration/users/<uuid:pk>/", users.UserDetail.as_view(), name="user-detail"),
    path("administration/users/<uuid:pk>/mail/", mail.UserMailAddress.as_view(), name="user-mail"),
    path("administration/users/<uuid:pk>/rights/", users.UserRights.as_view(), name="user-rights"),
    path("administration/users/<uuid:pk>/deactivate/", users.UserActive.as_view(), name="user-deactivate"),
    path(
        "administration/users/<uuid:pk>/reactivate/",
        users.UserActive.as_view(is_active=True),
        name="user-reactivate",
    ),
    path("administration/compartments/", compartments.CompartmentList.as_view(), name="compartment-list"),
    path("administration/compartments/add/", compartments.CompartmentAdd.as_view(), name="compartment-add"),
    path("administration/compartments/<int:pk>/", compartments.CompartmentDetail.as_view(), name="compartment-detail"),
    path(
        "administration/compartments/<int:pk>/rename/",
        compartments.CompartmentRename.as_view(),
        name="compartment-rename",
    ),
    path("administration/members/<int:pk>/remove/", compartments.MemberRemove.as_view(), name="member-remove"),
    path("administration/emergency/", emergency.Emergency.as_view(), name="emergency"),
    path("administration/access-log/", activity.AccessLog.as_view(), name="access-log"),
    path("administration/access-log.csv", activity.AccessLogFile.as_view(), name="access-log-file"),
]
