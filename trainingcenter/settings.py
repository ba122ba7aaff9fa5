"""Settings of the training centre, one file: what differs between machines comes from the environment.

Without any variable the development installation runs: private PostgreSQL under ``var/``, a folder as
Celery's broker, e-mails as files. ``.env.example`` lists every variable with its meaning. With
``ENVIRONMENT=production`` unsafe settings stop the start (see ``trainingcenter/checks.py``).
"""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvError

from centre.connection import Connection, Cursor
from trainingcenter.embedded_postgres import private_database_url

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env_file = Path(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
if "ENV_FILE" in os.environ and not env_file.exists():
    raise EnvError(f"ENV_FILE names {env_file}, which does not exist.")
env.read_env(env_file, recurse=False)

VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var").absolute()

ENVIRONMENT = env.str("ENVIRONMENT", "development")
if ENVIRONMENT not in ("development", "production"):
    # A slip of the pen must not open the development installation to the world.
    raise EnvError("ENVIRONMENT is neither development nor production.")
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", False)
# The development key is public on purpose; production refuses to start with it.
DEVELOPMENT_KEY = "development-only-key-that-protects-nothing-and-is-known-to-everybody"
SECRET_KEY = env.str("SECRET_KEY", "" if IS_PRODUCTION else DEVELOPMENT_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if IS_PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
# The address that letters name; never taken from a request.
PORT = env.int("PORT", 8000)
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
# X-Forwarded-For counts only behind as many proxies as the installation names.
PROXY_COUNT = env.int("PROXY_COUNT", 0)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [SITE_URL] if SITE_URL.startswith("https://") else [])

INSTALLED_APPS = [
    # Before accounts, whose admin.py takes their administration pages away.
    "django.contrib.auth",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "trainingcenter",
    "audit",
    "centre",
    "people",
    "notifications",
    "accounts",
    "courses",
    "trainers",
    "scheduling",
    "records",
    "enrolment",
    "learning",
    "website",
    "django.contrib.admin",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "trainingcenter.apps.SignInAttemptsConfig",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "pgtrigger",
]

MIDDLEWARE = [
    # Pages, and the static files that no collectstatic has compressed; random padding keeps their secrets (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    # Outside of whatever may fail, and then what writes headers, so that refusals and errors get them too.
    "trainingcenter.middleware.CalmMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "trainingcenter.middleware.RefusalMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "audit.middleware.AuditMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
    "centre.middleware.LimitMiddleware",
    "people.middleware.ReaderZoneMiddleware",
]

ROOT_URLCONF = "trainingcenter.urls"
WSGI_APPLICATION = "trainingcenter.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "website.context_processors.look",
            ],
        },
    },
]

# Whether bin/start fills an empty database with the demo centre.
LOAD_DEMO = env.bool("LOAD_DEMO", True)

# --- data -----------------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", "")
USES_PRIVATE_CLUSTER = not DATABASE_URL
try:
    database = dj_database_url.parse(
        DATABASE_URL or private_database_url(VAR_DIR), conn_max_age=60, conn_health_checks=True
    )
except ValueError:
    database = {}
if database.get("ENGINE") != "django.db.backends.postgresql":
    raise EnvError(
        "DATABASE_URL is not like postgres://user:password@host/name, the address of a PostgreSQL."
    )
# A server that does not answer, or a network that swallows what is sent, is noticed before people lose patience.
patience = {"connect_timeout": 3, "tcp_user_timeout": 4000}
# Whether hot queries are planned once for each connection (centre/prepared.py), and then for any values: for one
# reader's values it would be done anew, and cost more than running them.
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", True)
planning = {"options": "-c plan_cache_mode=force_generic_plan"} if PREPARED_STATEMENTS else {}
travelling: dict[str, object] = {"connection_factory": Connection, "cursor_factory": Cursor}
DATABASES = {
    "default": {**database, "OPTIONS": {**patience, **planning, **travelling, **database.get("OPTIONS", {})}}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- people and sign-in ---------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Employee"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.EmployeeBackend",
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "website:home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
# The first hasher makes new passwords, scrypt with Django's memory-hard parameters.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "accounts.password_rules.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.password_rules.ContextWordsValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.sign_in.locked"
AXES_USERNAME_CALLABLE = "accounts.backends.account_tried"
AXES_CLIENT_IP_CALLABLE = "people.requests.client_address"
# Rows that know whose they are (accounts/sessions.py). Nobody stays signed in for longer than this; how long idle
# people stay is in the policy.
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "trainingcenter.messages.MessageStorage"
OTP_TOTP_ISSUER = "Учебный центр"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# --- language and time ----------------------------------------------------------------------------

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Moscow"
FORMAT_MODULE_PATH = ["trainingcenter.formats"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

# --- files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles") if IS_PRODUCTION else None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "trainingcenter.static_files.HashedStaticFiles"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Development serves files straight from static/, so that no collectstatic stands before the first page.
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = env.path("MEDIA_ROOT", VAR_DIR / "media")
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
# The largest file with its form; what is announced as longer is not read at all. deploy/nginx.conf says the same.
MAX_REQUEST_BYTES = 25 * 1024 * 1024
# The attendance sheet of a large hall has five fields a person; Django's thousand would lose it from 200 people on.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- e-mail and background work -------------------------------------------------------------------

EMAIL_FILE_PATH = VAR_DIR / "mail"
if EMAIL_URL := env.str("EMAIL_URL", ""):
    email = env.dj_email_url("EMAIL_URL")
    if "EMAIL_BACKEND" not in email:
        raise EnvError(
            "EMAIL_URL is not like submission://user:password@host:587, the address of a mail server."
        )
    EMAIL_BACKEND = email["EMAIL_BACKEND"]
    EMAIL_HOST = email["EMAIL_HOST"]
    EMAIL_PORT = email["EMAIL_PORT"]
    EMAIL_HOST_USER = email["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = email["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = email["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = email["EMAIL_USE_SSL"]
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_TIMEOUT = 10
# Whom people ask; stands at the foot of every page.
HELP_EMAIL = env.str("HELP_EMAIL", "training@centre.example")
HELP_PHONE = env.str("HELP_PHONE", "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Учебный центр <training@centre.example>")

# The facts are rows of the database and the beat looks for what is due: a lost message costs half a minute.
CELERY_BROKER_URL = REDIS_URL or "safefs://localhost"
# With Redis down a nudge must not hold up the request that has news: one try, a second and a half at most.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 300, "max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1.5}
    if REDIS_URL
    else {"folder": str(VAR_DIR / "broker")}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long it is down
# A request does not wait for a broker that is down.
CELERY_TASK_PUBLISH_RETRY = False
# Remote control needs broadcasts, which the folder does not know.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
# Every task asks the database what is due, so the beat remembers nothing and has no file to corrupt.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "send-due-messages": {"task": "notifications.tasks.send_due_messages", "schedule": 30.0},
    "close-accounts-of-leavers": {"task": "accounts.tasks.close_accounts_of_leavers", "schedule": 600.0},
    "end-clashes": {"task": "enrolment.tasks.end_clashes", "schedule": 300.0},
    "end-enrolments-of-leavers": {"task": "enrolment.tasks.end_enrolments_of_leavers", "schedule": 300.0},
    "answer-password-requests": {"task": "accounts.tasks.answer_password_requests", "schedule": 30.0},
    "work-on-staff-lists": {"task": "accounts.tasks.work_on_staff_lists", "schedule": 30.0},
    "clear-accounts": {"task": "accounts.tasks.clear_accounts", "schedule": 3600.0},
    "note-heartbeat": {"task": "centre.tasks.note_heartbeat", "schedule": 30.0},
    "forget-uses": {"task": "centre.tasks.forget_uses", "schedule": 3600.0},
    # Once a day each HR admin hears of it, see the task; asked more often, so that a lost run costs an hour.
    "tell-of-too-few": {"task": "scheduling.tasks.tell_of_too_few", "schedule": 3600.0},
    "refresh-due-days": {"task": "enrolment.tasks.refresh_due_days", "schedule": crontab(hour=0, minute=10)},
    "give-free-seats": {"task": "enrolment.tasks.give_free_seats", "schedule": 300.0},
    "lapse-due-offers": {"task": "enrolment.offers.tasks.lapse_due_offers", "schedule": 60.0},
    "keep-wishes": {"task": "enrolment.interest.tasks.keep_wishes", "schedule": 60.0},
    "keep-reservations": {"task": "enrolment.reservations.tasks.keep_reservations", "schedule": 300.0},
    "keep-terms-of-requests": {
        "task": "enrolment.approvals.tasks.keep_terms_of_requests",
        "schedule": 300.0,
    },
    "note-unanswered-clashes": {"task": "enrolment.doors.tasks.note_unanswered_clashes", "schedule": 300.0},
    # One letter a person and day, on the week's first day one about the week, see the task; asked more often, so that
    # a lost run costs ten minutes.
    "tell-of-waiting-requests": {
        "task": "enrolment.approvals.tasks.tell_of_waiting_requests",
        "schedule": 600.0,
    },
    "tell-of-silent-trainers": {"task": "scheduling.tasks.tell_of_silent_trainers", "schedule": 600.0},
    "work-on-bulk-runs": {"task": "enrolment.bulk.tasks.work_on_bulk_runs", "schedule": 30.0},
    "forget-bulk-runs": {
        "task": "enrolment.bulk.tasks.forget_bulk_runs",
        "schedule": crontab(hour=3, minute=40),
    },
    "forget-old-looks": {"task": "audit.tasks.forget_old_looks", "schedule": crontab(hour=3, minute=20)},
}

# --- safety ---------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
if IS_PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_NAME = "__Host-language"
    LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
    # A monitor on the machine asks without TLS; nothing secret is told there.
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS: list[str] = []

# What one person may do how often, in seconds; sign-in and passwords have limits of their own. A fast reader searches
# every few seconds; whoever copies the directory of people by a program would need thousands of searches or exports. A
# press that invites a whole office is one letter here, so an hour's work of a person fits.
RATE_LIMITS = {
    "search": (env.int("SEARCHES_A_MINUTE", 60), 60),
    "export": (env.int("EXPORTS_AN_HOUR", 60), 3600),
    "letter": (env.int("LETTERS_AN_HOUR", 120), 3600),
}

# --- forms ----------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- logs -----------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "trainingcenter.logs.OneLineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "trainingcenter.logs.JsonFormatter"},
    },
    "filters": {
        "told_elsewhere": {"()": "trainingcenter.logs.ToldElsewhere"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "security": {"class": "logging.StreamHandler", "formatter": "json"},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR", "filters": ["told_elsewhere"]},
        # Sign-ins, refused access and exports: one JSON object a line, for a machine to collect.
        "security": {"handlers": ["security"], "level": "INFO", "propagate": False},
    },
}
