"""All settings of the portal, read from PORTAL_* variables (docs/running.md lists every name)."""

import hashlib
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent

MODE = environment.choice("MODE", ("local", "demo", "production"), "local")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
DEBUG = environment.yes("DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("生产环境不能打开 PORTAL_DEBUG。")

VAR = Path(environment.text("VAR", str(BASE_DIR / "var")))


def _local_secret() -> str:
    """A key of this machine's own, made once; production must bring its own."""
    path = VAR / "secret-key"
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass  # another process was first: use its key
    return path.read_text()


SECRET_KEY = (
    environment.text("SECRET_KEY") if PRODUCTION else environment.text("SECRET_KEY", "") or _local_secret()
)
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10):
    raise ImproperlyConfigured("PORTAL_SECRET_KEY 太弱：至少 50 个字符，且不能重复单一字符。")
_HOSTS = (
    environment.text("ALLOWED_HOSTS")
    if PRODUCTION
    else environment.text("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
)
ALLOWED_HOSTS = [host.strip() for host in _HOSTS.split(",") if host.strip()]
if PRODUCTION and (not ALLOWED_HOSTS or any("*" in host or host.startswith(".") for host in ALLOWED_HOSTS)):
    raise ImproperlyConfigured(
        "生产环境的 PORTAL_ALLOWED_HOSTS 不能为空，也不能有通配的域名，请写出网站域名。"
    )

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "import_export",
    "regions",
    "accounts",
    "scoring",
    "accreditation",
    "subsidies",
    "demonstration",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # before the static files: their answers carry the policy too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.ActingPostMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.language.LanguageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# Ours come first: a select without a template for each of its options takes a quarter of the time.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ]
            if not DEBUG
            else [
                "django.template.loaders.filesystem.Loader",
                "django.template.loaders.app_directories.Loader",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.chrome.chrome",
            ],
        },
    }
]


# Protections that a race test may switch off to show that the race is real; refused outside tests.
TEST_SWITCH = environment.text("TEST_SWITCH", "")
if TEST_SWITCH and PRODUCTION:
    raise ImproperlyConfigured("PORTAL_TEST_SWITCH 只用于测试。")


def _database(address: str) -> dict:
    """Django's settings for sqlite:///path or postgres://user:password@host:port/name (host may be a folder)."""
    parts = urlsplit(address)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path or str(VAR / "portal.sqlite3"),
            "OPTIONS": {
                "timeout": 30,
                # The IMMEDIATE transaction is the lock of SQLite; a control shows what happens without.
                "transaction_mode": "DEFERRED" if TEST_SWITCH == "no_lock" else "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA recursive_triggers=1;",
            },
        }
    if parts.scheme == "postgres":
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if unknown := set(query) - {"host", "port", "sslmode", "sslrootcert"}:
            raise ImproperlyConfigured(f"PORTAL_DATABASE 里有不认识的参数：{'、'.join(sorted(unknown))}。")
        host = query.get("host", unquote(parts.hostname or ""))
        near = host in ("", "localhost", "127.0.0.1", "::1") or host.startswith("/")
        if PRODUCTION and not near and query.get("sslmode") not in ("verify-ca", "verify-full"):
            raise ImproperlyConfigured(
                "数据库在另一台机器上，请在 PORTAL_DATABASE 后面加上 sslmode=verify-full 和 sslrootcert=证书文件。"
            )
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or query.get("port", "")),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "options": "-c lock_timeout=15s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s",
                **{name: query[name] for name in ("sslmode", "sslrootcert") if name in query},
            },
        }
    raise ImproperlyConfigured(
        f"PORTAL_DATABASE 应以 sqlite:/// 或 postgres:// 开头，不能是“{parts.scheme}”。"
    )


# A single office may keep its records in one SQLite file; for many offices it must not happen by omission.
SQLITE_IN_PRODUCTION = environment.yes("SQLITE_IN_PRODUCTION", False)
_DEFAULT_DATABASE = f"sqlite://{VAR / ('demo.sqlite3' if DEMO else 'portal.sqlite3')}"
DATABASES = {"default": _database(environment.text("DATABASE", _DEFAULT_DATABASE))}
if PRODUCTION and "sqlite" in DATABASES["default"]["ENGINE"] and not SQLITE_IN_PRODUCTION:
    raise ImproperlyConfigured(
        "生产环境请用 PORTAL_DATABASE 设置 PostgreSQL；确实只供一个单位单机使用时，设置 PORTAL_SQLITE_IN_PRODUCTION=true。"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.password_words.HouseWordsValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "public_home"

# Idle half an hour, eight hours at the most (MLPS; kept by accounts.middleware).
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_IDLE_SECONDS = 60 * environment.number("IDLE_MINUTES", 30)
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
# Of the cookies that hold letter size, contrast and language (config/views.py).
DISPLAY_COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []

SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of our own stand before the server; 0 takes the connection's address.
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0)
if PRODUCTION and not TRUSTED_PROXIES:
    raise ImproperlyConfigured(
        "生产环境前面必须有一层代理终止 TLS，请设置 PORTAL_TRUSTED_PROXIES（通常是 1）。"
    )
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
# Private files: under no web root, served by views that ask who is looking.
MEDIA_ROOT = Path(environment.text("FILES", str(VAR / "files")))
FILE_UPLOAD_PERMISSIONS = 0o640
if MEDIA_ROOT.resolve().is_relative_to(STATIC_ROOT.resolve()):
    raise ImproperlyConfigured("PORTAL_FILES 在公开的静态文件夹里面，私有文件会被公开，请换一个文件夹。")
# Where the proxy keeps them for itself ("/private-files/"); empty: the portal sends the bytes (accounts/private_files.py).
FILES_BY_PROXY = environment.text("FILES_BY_PROXY", "")

# What can be imported (accounts/imports/kinds.py): kind → the class that knows it, on the floor of its subject.
PORTAL_IMPORTS: dict[str, str] = {
    "communities": "accounts.imports.communities.Communities",
    "officers": "accounts.imports.officers.Officers",
    "city_titles": "accreditation.imports.titles.CityTitles",
    "former_titles": "accreditation.imports.titles.FormerTitles",
    "quotas": "accreditation.imports.quotas.Quotas",
    "figures": "accreditation.imports.figures.Figures",
}
# What is done behind the pages (accounts/jobs.py): kind → the function that does it, called with a Work.
PORTAL_JOBS: dict[str, str] = {
    "certificates": "accreditation.certificate_batches.make",
    "import": "accounts.imports.work.make",
    "packet": "accreditation.packets.make",
    "round_book": "accreditation.round_book.make",
    "list_export": "accreditation.list_exports.make",
}
# Whether the file may still be downloaded: kind → a function of (job, user), asked each time.
PORTAL_JOB_GUARDS = {
    "packet": "accreditation.packets.may_download",
    "round_book": "accreditation.round_book.may_download",
}
# Who writes a list as a workbook (accounts/listed.py): the lists of accounts stand a floor below the workbooks.
PORTAL_LIST_WORKBOOK = "accreditation.list_exports.answer"

# How many days after its last one a notice still shows whom to call and where.
NOTICE_DETAILS_DAYS = environment.number("NOTICE_DETAILS_DAYS", 30)
# Whether everyone reads which titles passed a spot check, once all its findings are in.
SPOT_CHECK_RESULTS = environment.yes("SPOT_CHECK_RESULTS", True)
# The hash of spot checks fixed from now on; sm3 where the site must use national algorithms. Each draw keeps its own.
DRAW_HASH = environment.choice("DRAW_HASH", ("sha256", "sm3"), "sha256")
if DRAW_HASH not in hashlib.algorithms_available:
    raise ImproperlyConfigured(f"这台机器的 Python 没有 {DRAW_HASH} 算法（由 OpenSSL 提供），不能用它抽查。")

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
# What one account may store in all; what it took out again counts too.
STORED_FILES_PER_PERSON = environment.number("FILES_PER_PERSON", 5_000)
STORED_BYTES_PER_PERSON = environment.number("MEGABYTES_PER_PERSON", 5_000) * 1024 * 1024

# smtp://user:password@host:port, smtps:// with TLS from the start; empty: letters go to the console.
_MAIL = urlsplit(environment.text("MAIL_SERVER", ""))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL.hostname else 'console'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "", _MAIL.port or (465 if _MAIL.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL, EMAIL_TIMEOUT = _MAIL.scheme == "smtps", 10
DEFAULT_FROM_EMAIL = environment.text("MAIL_FROM", "portal@localhost")

# The daily anchor of the event chain (accounts/anchors.py): a file outside the database, and letters to these addresses.
ANCHORS = Path(environment.text("ANCHORS", str(VAR / "anchors.txt")))
ANCHOR_KEY = environment.text("ANCHOR_KEY", "")
ANCHOR_MAIL = [part.strip() for part in environment.text("ANCHOR_MAIL", "").split(",") if part.strip()]
if ANCHOR_KEY and len(ANCHOR_KEY) < 32:
    raise ImproperlyConfigured("PORTAL_ANCHOR_KEY 太短：至少 32 个字符。")

PROGRAMME_DOCUMENTS = BASE_DIR / "fixtures" / "programmes"
REGION_DATA = BASE_DIR / "fixtures" / "regions"
WORKDAY_DATA = BASE_DIR / "fixtures" / "workdays"

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_ESCAPE_ILLEGAL_CHARS_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True
# Registry tables at /admin/ for system administrators (config/registry).
PORTAL_ADMIN = environment.yes("ADMIN", not PRODUCTION)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"portal": {"level": "INFO"}},
}

environment.refuse_unknown()
