"""The WSGI application that gunicorn serves."""

import logging
import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from config.starting import hide_invitations, refuse_to_start_unguarded  # noqa: E402 - needs the applications to be loaded

try:
    refuse_to_start_unguarded()
except SystemExit as refusal:
    # To gunicorn an exception means that no worker can start, and it ends; SystemExit would be tried again for ever.
    raise ImproperlyConfigured(str(refusal)) from None

logging.getLogger("gunicorn.access").addFilter(hide_invitations)
