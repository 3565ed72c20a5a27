"""Django settings of Loggia; ``docs/configuration.md`` explains each variable read here."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.env import Environment

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent

# ── Folders ──────────────────────────────────────────────────────────────────
LOGGIA_DATA = env.path("LOGGIA_DATA", BASE_DIR / "data")
LOGGIA_PHOTOS = env.path("LOGGIA_PHOTOS", LOGGIA_DATA / "photos")
LOGGIA_PHOTOS_IS_OURS = not env.text("LOGGIA_PHOTOS")
LOGGIA_INCOMING = env.path("LOGGIA_INCOMING", LOGGIA_DATA / "incoming")
RENDITIONS_DIR = LOGGIA_DATA / "renditions"
SPOOL_DIR = LOGGIA_DATA / "spool"
STAGING_DIR = LOGGIA_DATA / "staging"


def _make_data_folder(folder: Path) -> None:
    if not LOGGIA_PHOTOS_IS_OURS and folder.resolve().is_relative_to(LOGGIA_PHOTOS.resolve()):
        raise ImproperlyConfigured(
            f"LOGGIA_DATA lies inside LOGGIA_PHOTOS ({folder}): choose another folder."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise ImproperlyConfigured(f"LOGGIA_DATA: cannot use {folder} ({exc.strerror}).") from exc
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"LOGGIA_DATA: {folder} cannot be written by this user.")


def _read_or_make_secret(path: Path) -> str:
    """Read the key; the first start makes it, whole or not at all, whoever else is starting."""
    try:
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".key-") as file:
                file.write(secrets.token_urlsafe(50))
                file.flush()
                with contextlib.suppress(FileExistsError):
                    os.link(file.name, path)
        secret = path.read_text().strip()
    except OSError as exc:
        raise ImproperlyConfigured(f"Cannot use {path} ({exc.strerror}).") from exc
    if len(secret) < 50:
        raise ImproperlyConfigured(f"{path} is damaged: delete it to have a new key made.")
    return secret


_make_data_folder(LOGGIA_DATA)
SECRET_KEY = env.text("LOGGIA_SECRET_KEY") or _read_or_make_secret(LOGGIA_DATA / "secret_key")

# ── An Immich server, instead of the photo folder ────────────────────────────
LOGGIA_IMMICH_URL = env.immich_address("LOGGIA_IMMICH_URL")
LOGGIA_IMMICH_API_KEY = env.immich_key("LOGGIA_IMMICH_API_KEY")
if bool(LOGGIA_IMMICH_URL) != bool(LOGGIA_IMMICH_API_KEY):
    raise ImproperlyConfigured("Set both LOGGIA_IMMICH_URL and LOGGIA_IMMICH_API_KEY, or neither.")
LOGGIA_IMMICH_REQUESTS = env.integer("LOGGIA_IMMICH_REQUESTS", 8, least=1)

# ── Addresses ────────────────────────────────────────────────────────────────
LOGGIA_BIND = env.address("LOGGIA_BIND", "127.0.0.1:8000")
_public = env.web_address("LOGGIA_PUBLIC_URL")
LOGGIA_PUBLIC_URL = _public.geturl()
LOGGIA_TRUSTED_PROXIES = env.networks("LOGGIA_TRUSTED_PROXIES")
# Without a public address Loggia answers to any name: on a home network it is reached by several.
ALLOWED_HOSTS = [_public.hostname, "localhost", "127.0.0.1", "[::1]"] if _public.hostname else ["*"]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public.hostname else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"

# ── Django ───────────────────────────────────────────────────────────────────
DEBUG = False
ROOT_URLCONF = "portal.urls"
APPEND_SLASH = False
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "portal.static.StaticFiles",
    "csp",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "django_q",
    "portal.leases",
    "portal.library.folder",
    "portal.library.immich",
    "portal.accounts",
    "portal.media",
    "sharing",
    "sharing.contributions",
    "downloads",
    "portal",
]
MIDDLEWARE = [
    "portal.api_lean.lean_api",
    "portal.secure_cookies.secure_cookies",
    "django.middleware.security.SecurityMiddleware",
    "portal.privacy.private_by_default",
    # Against BREACH it pads each page at random; CSRF tokens are masked anew on each page, too.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Closed by default: a guest view says @login_not_required, and asks sharing.access instead.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": LOGGIA_DATA / "loggia.sqlite3",
        "OPTIONS": {
            # IMMEDIATE: a transaction that will write waits for its turn instead of failing later.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000;"
                "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728;"
            ),
        },
    }
}
Q_CLUSTER = {
    "name": "short",
    "orm": "default",
    "workers": 2,  # so that a guest's download need not wait for a slice of renditions
    # Our rows are the truth and the sweep re-queues; a task django-q2 repeats must be finished or
    # lost before that, so timeout < retry, and slices (30 s) end long before the timeout.
    "timeout": 120,
    "retry": 180,
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "poll": 0.2,
    "bulk": 1,
    "queue_limit": 2,
    "save_limit": -1,
    "scheduler": False,
    "guard_cycle": 1,
    # One file can be a video of 50 GB, which is read in one go.
    "ALT_CLUSTERS": {"long": {"workers": 2, "timeout": 1800, "retry": 2400}},
}

# ── People ───────────────────────────────────────────────────────────────────
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "sharing:links"
SESSION_COOKIE_NAME = "loggia_session"
CSRF_COOKIE_NAME = "loggia_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
LOGGIA_ADMIN_USER = env.text("LOGGIA_ADMIN_USER", "admin")
LOGGIA_ADMIN_PASSWORD = env.text("LOGGIA_ADMIN_PASSWORD")

# ── News for owners ──────────────────────────────────────────────────────────
LOGGIA_NOTIFY_URLS = env.service_addresses("LOGGIA_NOTIFY_URLS")
LOGGIA_NOTIFY_EVERY = env.duration("LOGGIA_NOTIFY_EVERY", "15m")
LOGGIA_NOTIFY_LANGUAGE = env.choice("LOGGIA_NOTIFY_LANGUAGE", "en", ("en", "de"))
LOGGIA_EMAIL_URL = env.mail_server("LOGGIA_EMAIL_URL")
LOGGIA_EMAIL_TO = env.text("LOGGIA_EMAIL_TO")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("LOGGIA_EMAIL_FROM", "loggia@localhost")
EMAIL_TIMEOUT = 20
if LOGGIA_EMAIL_URL:
    EMAIL_HOST, EMAIL_PORT = LOGGIA_EMAIL_URL.host, LOGGIA_EMAIL_URL.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = LOGGIA_EMAIL_URL.user, LOGGIA_EMAIL_URL.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = LOGGIA_EMAIL_URL.has_tls, LOGGIA_EMAIL_URL.starts_tls

# ── Language and time ────────────────────────────────────────────────────────
USE_TZ = True
TIME_ZONE = env.time_zone("LOGGIA_TIME_ZONE", "UTC")
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.formats"

# ── Static files ─────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = env.path("LOGGIA_STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("photoswipe", BASE_DIR / "node_modules/photoswipe/dist"),
    ("thumbhash", BASE_DIR / "node_modules/thumbhash"),
    ("tus", BASE_DIR / "node_modules/tus-js-client/dist"),
    ("noble", BASE_DIR / "node_modules/@noble/hashes"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.static.HashedStaticFiles"},
}

# ── What browsers may do ─────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# HSTS and the way from HTTP to HTTPS are the proxy's: Loggia itself speaks plain HTTP.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]

# ── Limits and habits ────────────────────────────────────────────────────────
LOGGIA_SCAN_INTERVAL = env.duration("LOGGIA_SCAN_INTERVAL", "30s" if LOGGIA_IMMICH_URL else "5m")
LOGGIA_WEB_PROCESSES = env.integer("LOGGIA_WEB_PROCESSES", os.cpu_count() or 1, least=1)
LOGGIA_DOWNLOAD_LIFETIME = env.duration("LOGGIA_DOWNLOAD_LIFETIME", "24h")
LOGGIA_ARCHIVE_WAIT = env.duration("LOGGIA_ARCHIVE_WAIT", "50s")
LOGGIA_DOWNLOADS_PER_LINK = env.integer("LOGGIA_DOWNLOADS_PER_LINK", 200, least=1)
LOGGIA_DOWNLOADS_PER_VISITOR = env.integer("LOGGIA_DOWNLOADS_PER_VISITOR", 10, least=1)
LOGGIA_DOWNLOADS_PER_ADDRESS = env.integer("LOGGIA_DOWNLOADS_PER_ADDRESS", 40, least=1)
LOGGIA_STREAMS_PER_ADDRESS = env.integer("LOGGIA_STREAMS_PER_ADDRESS", 200, least=1)
LOGGIA_IMMICH_STREAMS = env.integer("LOGGIA_IMMICH_STREAMS", 32, least=1)
LOGGIA_ACTIVITY_DAYS = env.integer("LOGGIA_ACTIVITY_DAYS", 30, least=1)
LOGGIA_ACTIVITY_ROWS = env.integer("LOGGIA_ACTIVITY_ROWS", 100_000, least=1)
LOGGIA_CACHE_SIZE = env.size("LOGGIA_CACHE_SIZE", "20G")
LOGGIA_SPOOL_SIZE = env.size("LOGGIA_SPOOL_SIZE", "20G")
LOGGIA_SPOOL_AGE = env.duration("LOGGIA_SPOOL_AGE", "7d")
LOGGIA_DOWNLOADS_AT_ONCE = env.integer("LOGGIA_DOWNLOADS_AT_ONCE", 6, least=1)
LOGGIA_DOWNLOADS_PER_GROUP = env.integer("LOGGIA_DOWNLOADS_PER_GROUP", 3, least=1)
LOGGIA_DISK_RESERVE = env.size("LOGGIA_DISK_RESERVE", "1G")
LOGGIA_MEMORY_CACHE_SIZE = env.size("LOGGIA_MEMORY_CACHE_SIZE", "32M")
LOGGIA_UPLOAD_MAX_SIZE = env.size("LOGGIA_UPLOAD_MAX_SIZE", "20G")
LOGGIA_UPLOAD_CHUNK = env.size("LOGGIA_UPLOAD_CHUNK", "32M")
LOGGIA_UPLOAD_EXPIRES = env.duration("LOGGIA_UPLOAD_EXPIRES", "7d")
LOGGIA_STAGING_SIZE = env.size("LOGGIA_STAGING_SIZE", "100G")
# Clients of Immich 3 read durations as milliseconds, those of Immich 2 as words: "0:00:05.00000"
LOGGIA_API_DURATION = env.choice("LOGGIA_API_DURATION", "3", ("2", "3"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# What `serve` calls every five seconds: each re-queues its expired leases and clears what is old.
LOGGIA_SWEEPS = [
    "sharing.tasks.sweep",
    "sharing.contributions.arriving.sweep",
    "sharing.contributions.tasks.sweep",
    "downloads.tasks.sweep",
]

_log_format = env.choice("LOGGIA_LOG_FORMAT", "text", ("text", "json"))
_log_level = env.choice("LOGGIA_LOG_LEVEL", "info", ("debug", "info", "warning", "error"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"},
        "json": {"()": "portal.json_lines.JsonLines"},
    },
    "filters": {
        "ended_by_us": {"()": "portal.serving.quiet.EndedByUs"},
        "short_of_strangers": {"()": "portal.redaction.ShortOfStrangers"},
        "hide_keys": {"()": "portal.redaction.HideKeys"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": _log_format,
            "filters": ["short_of_strangers", "hide_keys"],
        }
    },
    "root": {"handlers": ["stderr"], "level": _log_level.upper()},
    "loggers": {
        "django-q": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # guests with an old link are no news
        "uvicorn.error": {"filters": ["ended_by_us"]},
        "httpx": {"level": "WARNING"},
        "PIL": {"level": "WARNING"},
        "pyvips": {"level": "ERROR"},
        "libav": {"level": "CRITICAL"},
        "asyncio": {"level": "WARNING"},
        # What they say holds addresses with keys in them
        "apprise": {"level": "CRITICAL"},
        "urllib3": {"level": "ERROR"},
    },
}
