"""Settings, read from the environment and safe by default: no key, no start; https unless told otherwise."""

import os
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("PARLEY_VAR") or BASE_DIR / "var")

SECRET_KEY = environment.required("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "desk",
    "intake",
    "reports",
    "exchanges",
    "negotiations",
    "sources",
    "intermediaries",
    "records",
    "access",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "csp",
]

MIDDLEWARE = [
    # What answers carry comes first: static files and refusals that reach no view carry it as well.
    "access.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.health.HealthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "access.middleware.ReadingDoorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = None

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "access.context_processors.reader",
                "django.contrib.messages.context_processors.messages",
                "desk.context_processors.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The application connects as a role that owns nothing; the owner's address is there only for
# migrations and preparation and is absent from the web and worker processes.
DATABASES = {
    "default": environment.postgresql(environment.required("DATABASE_URL"))
    | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "ATOMIC_REQUESTS": False},
}
PARLEY_APP_ROLE = os.environ.get("PARLEY_APP_ROLE") or DATABASES["default"]["USER"]
if os.environ.get("DATABASE_OWNER_URL"):
    DATABASES["owner"] = environment.postgresql(os.environ["DATABASE_OWNER_URL"])
    DATABASES["default"]["TEST"] = {"MIRROR": "owner"}  # tests: the owner makes the database, the app role uses it
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Signs the reader's name for the database. Derived, so that one secret is enough to keep.
PARLEY_CONTEXT_KEY = salted_hmac("parley.access.context", "reader", secret=SECRET_KEY, algorithm="sha256").digest()

REDIS_URL = environment.required("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 5},
    }
}

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username",)},
    },
    {"NAME": "access.passwords.KnownPasswordValidator"},
]
# Records marked public may be read by anyone who reaches the address, unless the house is closed to visitors.
SIGN_IN_REQUIRED = environment.flag("SIGN_IN_REQUIRED")
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "reports:overview"
LOGOUT_REDIRECT_URL = "account_login"
SESSION_ENGINE = "access.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # from signing in, whatever one does
SESSION_IDLE_MINUTES = environment.number("SESSION_IDLE_MINUTES", 60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "access.accounts.signed_out.csrf_failure"
# Roles, and "confidential" for whoever is cleared for it, that must have a second factor. Empty: nobody.
SECOND_FACTOR_REQUIRED_FOR = environment.choices(
    "SECOND_FACTOR_REQUIRED_FOR",
    "reviewer,administrator,confidential",
    {"analyst", "recorder", "reviewer", "administrator", "confidential"},
)
# allauth: accounts by name and password, without e-mail addresses; see docs/decisions/0050-accounts.md.
ACCOUNT_ADAPTER = "access.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # there is no sign-up; allauth wants to know
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "9/15m/ip,9/15m/key",
    "reauthenticate": "9/15m/user",
    "change_password": "9/15m/user",
    "invitation": "20/15m/ip",
}
MFA_ADAPTER = "access.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "access.accounts.forms.CodeForm",
    "reauthenticate": "access.accounts.forms.ConfirmByCodeForm",
    "activate_totp": "access.accounts.forms.ActivateAppForm",
    "add_webauthn": "access.accounts.forms.AddPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # there are no addresses to verify
MFA_TOTP_ISSUER = "Parley"
MFA_TOTP_TOLERANCE = 1
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Mail is sent only where a server is named, and says only that something waits; see docs/review.md.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "").strip()
EMAIL_PORT = environment.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = environment.flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL") or "parley@localhost"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Uploaded files lie outside the web root and are read by nobody but Parley itself.
FILE_UPLOAD_HANDLERS = [
    "records.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# Attachments and copies of sources: the largest file, what a packed document may hold, and after how many days an
# uploaded file that no record has taken up is deleted (unfinished forms, which may name it, are kept for 90).
LARGEST_FILE = environment.number("LARGEST_FILE_MEGABYTES", 25) * 2**20
LARGEST_UNPACKED = 200 * 2**20
UPLOAD_KEEP_DAYS = 120
# Sources are fetched for their archived copies unless that is switched off; each within so many seconds, and of the
# text read out of it so many characters are kept.
SOURCE_FETCHING = not environment.flag("NO_SOURCE_FETCHING")
FETCH_SECONDS = 60
MOST_TEXT = 500_000
# For tests alone: the port of one server on 127.0.0.1 that may be fetched from. With https Parley refuses to start.
FETCH_LOOPBACK_PORT = (
    environment.number("PARLEY_FETCH_LOOPBACK_PORT", 0) if os.environ.get("PARLEY_FETCH_LOOPBACK_PORT") else None
)
# Imports: the largest file, what a workbook may hold, and after how many days the file is deleted.
IMPORT_LARGEST_FILE = environment.number("IMPORT_LARGEST_MEGABYTES", 32) * 2**20
IMPORT_LARGEST_UNPACKED = 300 * 2**20
IMPORT_MOST_CELLS = 5_000_000
IMPORT_KEEP_DAYS = environment.number("IMPORT_KEEP_DAYS", 14)
PUBLIC_RECORD_DIR = BASE_DIR / "data" / "public-record"

# Plain http is for loopback only; the launcher says so aloud by setting PARLEY_HTTP.
HTTPS = not environment.flag("PARLEY_HTTP")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# How people reach Parley: what a mail names.
PARLEY_ADDRESS = (os.environ.get("PARLEY_ADDRESS") or f"http{'s' if HTTPS else ''}://{ALLOWED_HOSTS[0]}").rstrip("/")
BEHIND_PROXY = environment.flag("PARLEY_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["access.authentication.ReaderAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["access.permissions.RolePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["records.api.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "records.api.pagination.RecordPagination",
    "DEFAULT_SCHEMA_CLASS": "records.api.schema.RecordSchema",
    "EXCEPTION_HANDLER": "records.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NON_FIELD_ERRORS_KEY": "record",
    # There is one format, JSON; ``?format=`` filters meetings.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Parley",
    "DESCRIPTION": "Who negotiated with whom, what was promised, what was delivered, and how sure we are.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "records.api.schema.add_refusals",
    ],
    # Closed lists that share a field's name; the others are named after their field.
    "ENUM_NAME_OVERRIDES": {
        "FigureStage": "exchanges.vocabulary.Stage",
        "AgreementStage": "negotiations.vocabulary.AgreementStage",
        "MandateRole": "intermediaries.models.MandateRole",
        "ActorRole": "exchanges.vocabulary.ActorRole",
        "ParticipantRole": "negotiations.vocabulary.ParticipantRole",
        "ClaimState": "sources.models.ClaimState",
        "LevelEnum": "access.levels.Level",
        "EmbargoState": "records.models.EmbargoState",
        "CandidateState": "intake.models.CandidateState",
        "DifferenceReason": "exchanges.vocabulary.DifferenceReason",
        "EstimateMethod": "exchanges.vocabulary.EstimateMethod",
    },
}

CELERY_BROKER_URL = environment.redis_for_celery(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # A page that finds Redis down goes on at once: the request is in the database, and the sweeper finds it.
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.2,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    # Aloud: the sweeper acts as the system. What no worker took up in time is not done twice when one comes back.
    "sweep-report-runs": {
        "task": "reports.tasks.sweep_report_runs",
        "schedule": 15.0,
        "args": ["system"],
        "options": {"expires": 15},
    },
    "sweep-import-runs": {
        "task": "intake.tasks.sweep_import_runs",
        "schedule": 15.0,
        "args": ["system"],
        "options": {"expires": 15},
    },
    "sweep-archive-runs": {
        "task": "sources.tasks.sweep_archive_runs",
        "schedule": 15.0,
        "args": ["system"],
        "options": {"expires": 15},
    },
    "delete-imported-files": {
        "task": "intake.tasks.delete_old_files",
        "schedule": crontab(minute=30),
        "args": ["system"],
        "options": {"expires": 3000},
    },
    "seal-history": {
        "task": "records.tasks.seal_history",
        "schedule": crontab(minute=0),
        "args": ["system"],
        "options": {"expires": 3000},
    },
    # To the minute; it too acts as the system, aloud.
    "apply-embargoes": {
        "task": "records.tasks.apply_embargoes",
        "schedule": 60.0,
        "args": ["system"],
        "options": {"expires": 60},
    },
    "delete-old-uploads": {
        "task": "records.tasks.delete_old_uploads",
        "schedule": crontab(hour=3, minute=37),
        "args": ["system"],
        "options": {"expires": 3600},
    },
    "purge-kept-forms": {
        "task": "desk.tasks.purge_kept_forms",
        "schedule": crontab(hour=3, minute=17),
        "args": ["system"],
        "options": {"expires": 3600},
    },
    # Everybody is reminded once of each thing and day it is due, whenever this runs.
    "send-reminders": {
        "task": "desk.tasks.send_reminders",
        "schedule": crontab(hour=6, minute=5),
        "args": ["system"],
        "options": {"expires": 3600},
    },
    "worker-heartbeat": {"task": "reports.tasks.heartbeat", "schedule": 20.0, "options": {"expires": 20}},
}
# Only for showing and testing: each step of a report, and each batch of an import, then takes at least this long.
PARLEY_REPORT_STEP_SECONDS = float(os.environ.get("PARLEY_REPORT_STEP_SECONDS") or 0)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Values in failed SQL statements would otherwise reach the log.
        "django.db.backends": {"level": "ERROR", "propagate": False, "handlers": []},
        # The seals of the history are told even where the worker is quiet.
        "records.tasks": {"level": "INFO"},
    },
}
