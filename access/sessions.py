"""Database sessions whose key is kept only as a digest: neither reading nor copying a row opens anybody's session."""

import datetime as dt
import hashlib

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone

# What a signed-in session holds about itself; copied into the table's columns whenever it is saved.
SIGNED_IN_AT = "signed_in_at"
LAST_SEEN_AT = "last_seen_at"
USER_AGENT = "user_agent"
IP_ADDRESS = "ip_address"


def digest(session_key: str | None) -> str | None:
    """SHA-256 in 40 characters, the width of Django's column."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40] if session_key else None


def moment(timestamp: float | None) -> dt.datetime | None:
    return None if timestamp is None else dt.datetime.fromtimestamp(timestamp, dt.UTC)


class SessionStore(db.SessionStore):
    """Django's database sessions under the digest of their key, in ``access.models.Session``."""

    @classmethod
    def get_model_class(cls):
        from access.models import Session

        return Session

    @property
    def key_salt(self) -> str:
        # The signature covers the row's own key: a copy of somebody else's row under another key opens nothing.
        return f"{super().key_salt}.{digest(self.session_key)}"

    def _get_session_from_db(self):
        try:
            return self.model.objects.get(session_key=digest(self.session_key), expire_date__gt=timezone.now())
        except (self.model.DoesNotExist, SuspiciousOperation):
            self._session_key = None
            return None

    def exists(self, session_key):
        return super().exists(digest(session_key))

    def create_model_instance(self, data):
        instance = super().create_model_instance(data)
        instance.session_key = digest(instance.session_key)
        instance.user_id = data.get(SESSION_KEY)
        instance.created_at, instance.last_seen_at = moment(data.get(SIGNED_IN_AT)), moment(data.get(LAST_SEEN_AT))
        instance.user_agent, instance.ip_address = data.get(USER_AGENT, ""), data.get(IP_ADDRESS)
        return instance

    def delete(self, session_key=None):
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=digest(key)).delete()
