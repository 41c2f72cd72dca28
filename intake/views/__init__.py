"""Pages of imports and of the inbox."""

from django.contrib.auth.views import redirect_to_login

from access import permissions


class WritersOnly:
    """Whoever is not signed in is asked to; whoever may not write is told so."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        permissions.demand(permissions.WRITE)
        return super().dispatch(request, *args, **kwargs)
