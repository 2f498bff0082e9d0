"""Settings, all from the environment and the data folder; the same for SQLite and PostgreSQL.

STEWARD_DATA (default ./var) holds everything a practice owns. DATABASE_URL chooses PostgreSQL. STEWARD_PRODUCTION=1 turns
on what a public server needs (TLS cookies, HSTS) and refuses a demo folder.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

import steward  # the pysqlite3 swap must come first

BASE = Path(steward.__file__).resolve().parent
DATA = Path(os.environ.get("STEWARD_DATA") or "var").resolve()
PRODUCTION = os.environ.get("STEWARD_PRODUCTION") == "1"
DEMO = (DATA / "DEMO").exists()
if PRODUCTION and DEMO:
    raise ImproperlyConfigured(f"{DATA} is a demo folder: its personas sign in by link. Production needs a folder of its own.")


def private_folder(path: Path) -> Path:
    """A folder only its owner can enter (mode 0700), made when absent."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def kept_secret(name: str) -> str:
    """A random secret kept in the data folder's keys (0600), made once."""
    path = private_folder(private_folder(DATA) / "keys") / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text().strip()


SECRET_KEY = os.environ.get("STEWARD_SECRET_KEY") or kept_secret("django.key")
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("STEWARD_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("STEWARD_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "steward.core",
    "steward.registry",
    "steward.ledger",
    "steward.banking",
    "steward.budget",
    "steward.people",
    "steward.insurance",
    "steward.frontdesk",
    "steward.billing",
    "steward.findings",
    "steward.desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "steward.core.web.middleware.ErrorPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "steward.core.access.middleware.Session",
    "steward.core.access.middleware.DefaultDeny",
]

ROOT_URLCONF = "steward.urls"
CSRF_FAILURE_VIEW = "steward.core.web.errors.forged"
WSGI_APPLICATION = "steward.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "core" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "steward.core.web.context.shell",
            ],
        },
    }
]


def database(url: str | None) -> dict[str, object]:
    """Django's description of the database behind ``url``; None is SQLite in the data folder."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATA / "steward.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # IMMEDIATE: a read that later writes would otherwise fail at once under concurrency (lock upgrade).
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # The driver's statement cache evicts by use count: at its 128 a new hot one never gets in (measured).
                "cached_statements": 2000,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                "PRAGMA recursive_triggers=ON;PRAGMA busy_timeout=20000;PRAGMA cache_size=-32000;",
            },
            "TEST": {"NAME": str(DATA / "test.sqlite3")},
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ImproperlyConfigured(f"DATABASE_URL begins with {parts.scheme}://; Steward knows postgresql:// (or none, for SQLite).")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or dict(parse_qsl(parts.query)).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {k: v for k, v in parse_qsl(parts.query) if k != "host"},
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL"))}
# PostgreSQL: who migrates owns the tables and the guards; the application is a role that owns nothing (core.schema).
if os.environ.get("DATABASE_URL") and os.environ.get("DATABASE_OWNER_URL"):
    DATABASES["owner"] = {**database(os.environ["DATABASE_OWNER_URL"]), "TEST": {"MIRROR": "default"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "steward.core.signin.passphrase.PassphraseValidator"}]
LOGIN_URL = "/sign-in/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "steward.core.signin.adapters.AccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False  # the cookie goes with the browser
ACCOUNT_FORMS = {
    "login": "steward.core.signin.forms.LoginForm",
    "set_password": "steward.core.signin.forms.SetPasswordForm",
    "change_password": "steward.core.signin.forms.ChangePasswordForm",
}
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key", "login": "30/m/ip", "reauthenticate": "10/m/user"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Steward"
MFA_ADAPTER = "steward.core.signin.adapters.MfaAdapter"
MFA_TOTP_TOLERANCE = 1  # phones' clocks drift: one step of 30 s either way
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {"authenticate": "steward.core.signin.forms.AuthenticateForm"}
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey alone signs in: it must itself be two factors (device, and finger or PIN)
# The origin is always checked: https, or http://localhost, which browsers count as secure.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
USERSESSIONS_TRACK_ACTIVITY = False

CACHES = {
    "default": {
        "BACKEND": "steward.core.signin.counters.Counters",
        "LOCATION": str(private_folder(DATA / "run") / "counters.sqlite3"),
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "steward"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # absolute; the idle limit is kept by core.access.middleware
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
STEWARD_IDLE_SECONDS = 15 * 60
STEWARD_IDLE_SECONDS_FRONTDESK = 10 * 60
STEWARD_STEP_UP_SECONDS = 5 * 60

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("STEWARD_BEHIND_PROXY") == "1" else None
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
STEWARD_API_PER_MINUTE = 600  # requests of one person through the API
STEWARD_API_PATIENT_ROWS_PER_HOUR = 500  # beyond it, the capability for bulk export, as lists that leave as files

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "steward.core.web.static.Storage"},
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_MAX_AGE = 31_536_000

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]  # compiled by core.catalogue, checked in
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("STEWARD_ZONE", "America/New_York")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"], "ENQUEUE_ON_COMMIT": True}}
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("STEWARD_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("STEWARD_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("STEWARD_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("STEWARD_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("STEWARD_SMTP_TLS", "1") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("STEWARD_MAIL_FROM", "office@localhost")

# Logs carry a closed list of fields: never a URL's query, a body, a name or a value (facts: canary test in tests/core).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "steward.core.logs.Line"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {"steward": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
