"""Settings: every value the site runs with, read once from the environment.

In      the environment, through env.py
Out     Django's settings, and Haven's own, which all begin with HAVEN_
Fails   WrongSetting: a wrong value stops the start with a sentence
Why     one file for trial and service; what differs hangs on HAVEN_MODE alone
Not     here: whether the settings make sense together (checks.py)
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from haven.site import databases, env, postgres

# Where things lie ------------------------------------------------------------------------
HAVEN_MODE = env.choice("HAVEN_MODE", "trial", choices=("trial", "service"))
HAVEN_DATA_DIR = env.folder("HAVEN_DATA_DIR", env.user_share() / "haven")
HAVEN_ASSETS_DIR = env.folder("HAVEN_CACHE", env.user_cache() / "haven" / "assets")
HAVEN_EVIDENCE_ROOTS = env.folders("HAVEN_EVIDENCE_ROOTS", [HAVEN_DATA_DIR / "demo"])
# Master key of the keys of cases: in service on another disk than what it protects (checks.py)
HAVEN_MASTER_KEY_FILE = env.folder("HAVEN_MASTER_KEY_FILE", HAVEN_DATA_DIR / "master-key")
HAVEN_KEY_WRAPPER = env.text("HAVEN_KEY_WRAPPER", "haven.workbench.cases.wrapping.FileWrapper")
HAVEN_RETENTION_DAYS = env.number(  # no law names one number; an agency sets its own
    "HAVEN_RETENTION_DAYS", 1826, least=1, most=36525
)
HAVEN_DEMO = env.flag("HAVEN_DEMO", default=False)
# Ask the addresses of the catalogue's sources once a week: requests to other hosts, so off.
HAVEN_SOURCE_CHECKS = env.flag("HAVEN_SOURCE_CHECKS", default=False)
# Messages of two colleagues end so long after the last one; the database keeps a month at least.
HAVEN_MESSAGE_DAYS = env.number("HAVEN_MESSAGE_DAYS", 365, least=31, most=3650)
HAVEN_PACKAGE_DAYS = env.number("HAVEN_PACKAGE_DAYS", 7, least=1, most=90)  # until it is erased
HAVEN_PROFILE = env.choice("HAVEN_PROFILE", "balanced", choices=("fast", "balanced", "thorough"))
HAVEN_RUNNER = env.choice("HAVEN_RUNNER", "processes", choices=("processes", "serial"))
HAVEN_WORKERS = env.number(  # worker processes of one analysis; one per core we may use
    "HAVEN_WORKERS", len(os.sched_getaffinity(0)), least=1, most=256
)
HAVEN_SANDBOX_WAIVER = env.reason("HAVEN_SANDBOX_WAIVER")
HAVEN_SANDBOX = (  # what must stand around decoders: "required" reads nothing without it
    "required" if HAVEN_MODE == "service" and not HAVEN_SANDBOX_WAIVER else "best"
)

# Django ----------------------------------------------------------------------------------
_IN_SERVICE = HAVEN_MODE == "service"
DEBUG = env.flag("HAVEN_DEBUG", default=False)
if _IN_SERVICE and (DEBUG or HAVEN_DEMO):  # here: a web server in service runs no checks
    raise env.WrongSetting("HAVEN_DEMO or HAVEN_DEBUG is on in service; switch both off")
SECRET_KEY = env.secret("HAVEN_SECRET_KEY") or (
    env.text("HAVEN_SECRET_KEY") if _IN_SERVICE else env.kept_secret(HAVEN_DATA_DIR / "secret-key")
)
ALLOWED_HOSTS = env.names(
    "HAVEN_HOSTS", () if _IN_SERVICE else ("localhost", "127.0.0.1", "[::1]")
)
CSRF_TRUSTED_ORIGINS = env.names("HAVEN_ORIGINS", ())
ROOT_URLCONF = "haven.site.urls"
WSGI_APPLICATION = "haven.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Member"

INSTALLED_APPS = [
    "haven.site.apps.SiteConfig",
    "haven.web",
    "haven.audit",
    "haven.accounts",
    "haven.workbench.cases",
    "haven.workbench.tokens",
    "haven.workbench.evidence",
    "haven.workbench.authority",
    "haven.workbench.analysis",
    "haven.workbench.search",
    "haven.workbench.notes",
    "haven.workbench.categories",
    "haven.workbench.known",
    "haven.workbench.wellbeing",
    "haven.workbench.reveals",
    "haven.workbench.onboarding",
    "haven.workbench.people",
    "haven.workbench.review",
    "haven.workbench.queue",
    "haven.workbench.facets",
    "haven.workbench.comparison",
    "haven.workbench.leads",
    "haven.workbench.decisions",
    "haven.workbench.crops",
    "haven.workbench.reports",
    "haven.workbench.packages",
    "haven.hub.base",
    "haven.hub.desk",
    "haven.hub.catalogue",
    "haven.hub.guidance",
    "haven.hub.desk.localize.SentencesAlone",
    "wagtail.users",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "taggit",
    "haven.hub.learning",
    "haven.hub.assessment",
    "haven.hub.community",
    "haven.hub.finding",
    "haven.hub.experience",
    "haven.hub.portal",
    "haven.hub.curation",
    "haven.hub.exchange",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "haven.workbench.retention",
    "procrastinate.contrib.django",
    "django_htmx",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "haven.web.middleware.never_stored",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "haven.site.token_door.TokenSignsIn",
    "haven.site.walls.DatabaseKnowsMember",
    "haven.audit.middleware.told_to_the_record",
    "allauth.account.middleware.AccountMiddleware",
    "haven.accounts.middleware.SessionEnds",
    "haven.accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "haven.web.middleware.PlainWords",
    "haven.hub.base.middleware.HubTakesText",
    "haven.accounts.middleware.SecondFactorRequired",
    "haven.accounts.middleware.RolesAllow",
    "haven.site.token_door.TokenOpens",
    "haven.accounts.agencies.middleware.AgencyTakesPart",
    "haven.accounts.terms.middleware.TermsAccepted",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "haven.web.context.appearance",
                "haven.site.context.place",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "haven.web.templatetags.haven",
            ],
        },
    },
]

# Database and jobs: PostgreSQL everywhere --------------------------------------------------
HAVEN_DATABASE_ROLE = env.choice("HAVEN_DATABASE_ROLE", "web", choices=postgres.KINDS)
DATABASES = {
    "default": databases.entry(
        HAVEN_DATABASE_ROLE,
        embedded=postgres.Embedded(HAVEN_DATA_DIR / "postgres"),
        in_service=_IN_SERVICE,
    )
}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

# What several processes must know of each other: tries to sign in, codes that were used
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",  # made by a migration of accounts
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},  # the oldest are given up beyond
    }
}

# Sign-in -----------------------------------------------------------------------------------
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
CSRF_FAILURE_VIEW = "haven.site.views.csrf_failed"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds a one-time link for a first member lives
PASSWORD_HASHERS = [  # the first makes new ones; an older hash is made anew at the sign-in
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTHENTICATION_BACKENDS = [
    "haven.accounts.backends.PasswordBackend",
    "haven.hub.desk.permissions.RolesOpenDesk",  # signs nobody in; lets curators to the desk
]
HAVEN_PASSKEY_DOMAIN = env.text(  # passkeys are bound to it: never change it later
    "HAVEN_PASSKEY_DOMAIN", ALLOWED_HOSTS[0].lstrip(".") if ALLOWED_HOSTS else "localhost"
)
HAVEN_PASSKEY_MODELS = env.names("HAVEN_PASSKEY_MODELS", ())  # AAGUIDs; none: every make
HAVEN_PASSKEY_ROOTS = env.text("HAVEN_PASSKEY_ROOTS", "")  # their makers' certificates, PEM
if HAVEN_PASSKEY_MODELS and not HAVEN_PASSKEY_ROOTS:
    raise env.WrongSetting("HAVEN_PASSKEY_MODELS is set, but not HAVEN_PASSKEY_ROOTS")
HAVEN_HUB_PREFIX = "/hub/"
HAVEN_IDLE_WORKBENCH_S = env.number("HAVEN_IDLE_WORKBENCH_S", 15 * 60, least=60, most=30 * 60)
HAVEN_IDLE_HUB_S = env.number("HAVEN_IDLE_HUB_S", 30 * 60, least=60, most=60 * 60)
HAVEN_SESSION_S = env.number("HAVEN_SESSION_S", 12 * 3600, least=600, most=24 * 3600)
HAVEN_FRESH_FACTOR_S = env.number("HAVEN_FRESH_FACTOR_S", 5 * 60, least=30, most=15 * 60)
# CJIS Security Policy AC-7: five tries, then ten minutes. Beyond them the waits grow.
HAVEN_SIGN_IN_TRIES = env.number("HAVEN_SIGN_IN_TRIES", 5, least=3, most=20)
HAVEN_SIGN_IN_WAIT_S = env.number("HAVEN_SIGN_IN_WAIT_S", 10 * 60, least=60, most=24 * 3600)
_TRIES, _WAIT_S = HAVEN_SIGN_IN_TRIES, HAVEN_SIGN_IN_WAIT_S

# django-allauth does the ceremonies; haven/accounts/adapter.py says what they mean here
ACCOUNT_ADAPTER = "haven.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser
ACCOUNT_LOGIN_TIMEOUT = 5 * 60  # from the password to the second factor
ACCOUNT_REAUTHENTICATION_TIMEOUT = HAVEN_FRESH_FACTOR_S
ACCOUNT_LOGOUT_REDIRECT_URL = "accounts:sign-in"
ACCOUNT_FORMS = {"login": "haven.accounts.forms.SignIn"}
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": f"20/m/ip,100/h/ip,{_TRIES}/{_WAIT_S}s/key,{4 * _TRIES}/{24 * _WAIT_S}s/key",
    "passwords_of_all": "2000/h/key",  # wrong ones, of the whole site
    "reauthenticate": "20/m/user",
}
# An agency's own identity provider (OpenID Connect); accounts/agency_sign_in.py
HAVEN_OIDC_ISSUER = env.text("HAVEN_OIDC_ISSUER", "").rstrip("/")
HAVEN_OIDC_AGENCY = env.text("HAVEN_OIDC_AGENCY", None if HAVEN_OIDC_ISSUER else "")
HAVEN_OIDC_EMAIL = env.text("HAVEN_OIDC_EMAIL", "email")
HAVEN_OIDC_EMAIL_TRUSTED = env.flag("HAVEN_OIDC_EMAIL_TRUSTED", default=False)
if HAVEN_OIDC_EMAIL != "email" and not HAVEN_OIDC_EMAIL_TRUSTED:
    raise env.WrongSetting(
        "HAVEN_OIDC_EMAIL names a claim of which `email_verified` says nothing: set "
        "HAVEN_OIDC_EMAIL_TRUSTED if nobody there can change their own"
    )
HAVEN_OIDC_FACTORS = env.names("HAVEN_OIDC_FACTORS", ("mfa",))
if _IN_SERVICE and HAVEN_OIDC_ISSUER and not HAVEN_OIDC_ISSUER.startswith("https://"):
    raise env.WrongSetting("HAVEN_OIDC_ISSUER does not begin with https://")
_OIDC_ORIGINS = env.names("HAVEN_OIDC_ORIGINS", (HAVEN_OIDC_ISSUER,) if HAVEN_OIDC_ISSUER else ())
SOCIALACCOUNT_ADAPTER = "haven.accounts.agency_sign_in.AgencyAccounts"
SOCIALACCOUNT_STORE_TOKENS = SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_PROVIDERS = {}
if HAVEN_OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS = env.identity_provider(
        HAVEN_OIDC_ISSUER,
        client_id=env.text("HAVEN_OIDC_CLIENT_ID"),
        secret=env.secret("HAVEN_OIDC_SECRET") or "",
        subject=env.text("HAVEN_OIDC_SUBJECT", "sub"),
    )
MFA_ADAPTER = "haven.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # e-mail is no part of signing in
MFA_TOTP_TOLERANCE = 1  # 30 seconds before and after: clocks differ, people type
MFA_RECOVERY_CODE_DIGITS = 12
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_FORMS = {
    "authenticate": "haven.accounts.factor_forms.GiveCode",
    "authenticate_webauthn": "haven.accounts.factor_forms.GivePasskey",
    "reauthenticate": "haven.accounts.factor_forms.GiveCodeAgain",
    "reauthenticate_webauthn": "haven.accounts.factor_forms.GivePasskeyAgain",
    "login_webauthn": "haven.accounts.factor_forms.SignInByPasskey",
    "add_webauthn": "haven.accounts.factor_forms.AddPasskey",
    "edit_webauthn": "haven.accounts.factor_forms.NamePasskey",
    "activate_totp": "haven.accounts.factor_forms.AddCodeApp",
}

# Members and letters -------------------------------------------------------------------------
HAVEN_ADDRESS = env.address(  # in letters; never taken from a request
    "HAVEN_ADDRESS",
    f"https://{ALLOWED_HOSTS[0]}" if _IN_SERVICE and ALLOWED_HOSTS else "http://localhost:8400",
)
HAVEN_TERMS = env.flag("HAVEN_TERMS", default=True)  # ask members to accept the terms
HAVEN_JOINING = env.flag("HAVEN_JOINING", default=not _IN_SERVICE)  # the public application
HAVEN_INVITATION_HOURS = env.number("HAVEN_INVITATION_HOURS", 72, least=1, most=24 * 30)
HAVEN_JOIN_CONFIRM_HOURS = env.number("HAVEN_JOIN_CONFIRM_HOURS", 48, least=1, most=24 * 14)
HAVEN_JOIN_DECIDE_DAYS = env.number("HAVEN_JOIN_DECIDE_DAYS", 14, least=1, most=90)
HAVEN_JOIN_ERASE_DAYS = env.number("HAVEN_JOIN_ERASE_DAYS", 30, least=1, most=365)
_MAIL = env.mail(
    "HAVEN_MAIL",
    "console" if _IN_SERVICE else "folder",
    password=env.secret("HAVEN_MAIL_PASSWORD") or "",
)
HAVEN_MAIL_KIND, EMAIL_BACKEND = _MAIL.kind, _MAIL.backend
EMAIL_FILE_PATH = str(HAVEN_DATA_DIR / "mail")
EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.is_tls_from_start, _MAIL.is_starttls
EMAIL_TIMEOUT = 20  # seconds; the worker tries again
DEFAULT_FROM_EMAIL = env.text("HAVEN_MAIL_FROM", "Haven <haven@localhost>")

# Safety of pages -----------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _IN_SERVICE
SESSION_COOKIE_NAME = "__Host-haven" if _IN_SERVICE else "haven_session"
CSRF_COOKIE_NAME = "__Host-haven-csrf" if _IN_SERVICE else "haven_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Strict"
# An agency's provider sends people back from another site, and the session knows what was asked.
SESSION_COOKIE_SAMESITE = "Lax" if HAVEN_OIDC_ISSUER else "Strict"
SESSION_COOKIE_AGE = HAVEN_SESSION_S
SECURE_SSL_REDIRECT = _IN_SERVICE and env.flag("HAVEN_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _IN_SERVICE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _IN_SERVICE
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # preload lists are for public sites
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.flag("HAVEN_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose X-Forwarded-For says where a try came from
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *map(env.origin, _OIDC_ORIGINS)],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Pages of the Hub, and the desk where editors write them: Wagtail, without files, mail, searches
# outside the database, or any request to another host ------------------------------------------
WAGTAIL_SITE_NAME = "Haven"
WAGTAILADMIN_BASE_URL = HAVEN_ADDRESS
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_WORKFLOW_ENABLED = WAGTAILADMIN_COMMENTS_ENABLED = False  # both write to people
WAGTAIL_AUTOSAVE_INTERVAL = 0  # what is saved stands on the record, and a person saves it
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False, "GROUPS": False, "LOGIN": False}
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# Uploads: the request as a whole is limited here, what is inside it by the evidence app -----
HAVEN_UPLOAD_BYTES = env.number("HAVEN_UPLOAD_BYTES", 2 << 30, least=1 << 20, most=64 << 30)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 << 20  # form fields without files, bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20  # larger ones go to a file
if HAVEN_DATA_DIR.is_dir():  # on the disk where uploads are kept; made by apps.py
    FILE_UPLOAD_TEMP_DIR = HAVEN_DATA_DIR / "incoming"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "haven.workbench.evidence.incoming.SealedOnDisk",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# The record: who signs it, how often, and where checkpoints are kept outside the database -----
HAVEN_RECORD_ORIGIN = env.text("HAVEN_RECORD_ORIGIN", "haven.localhost/record")
HAVEN_RECORD_KEY_FILE = env.folder("HAVEN_RECORD_KEY_FILE", HAVEN_DATA_DIR / "record" / "key.pem")
HAVEN_RECORD_CHECKPOINTS = env.folder(
    "HAVEN_RECORD_CHECKPOINTS", HAVEN_DATA_DIR / "record" / "checkpoints.jsonl"
)
HAVEN_RECORD_ENTRIES = env.number("HAVEN_RECORD_ENTRIES", 1_000, least=1, most=1_000_000)
HAVEN_RECORD_MINUTES = env.number("HAVEN_RECORD_MINUTES", 5, least=1, most=1_440)
HAVEN_STAMP_ROOTS = env.folder("HAVEN_STAMP_ROOTS", HAVEN_DATA_DIR / "record" / "stamp-roots.pem")

# The Hub at other places: its name and key in bundles, and where bundles may be fetched from
HAVEN_HUB_NAME = env.hub_name("HAVEN_HUB_NAME", f"{urlsplit(HAVEN_ADDRESS).hostname}/hub")
HAVEN_HUB_KEY_FILE = env.folder("HAVEN_HUB_KEY_FILE", HAVEN_DATA_DIR / "hub" / "key.pem")
HAVEN_HUB_SOURCES = env.secure_addresses("HAVEN_HUB_SOURCES")  # none: nothing is ever fetched

# Programs: how often one may come with a token, in a minute ----------------------------------
HAVEN_TOKEN_A_MINUTE = env.number("HAVEN_TOKEN_A_MINUTE", 120, least=1, most=6_000)

# Static files --------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = HAVEN_DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# Languages: the six of the United Nations ------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh-hans", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]
WAGTAIL_I18N_ENABLED = True  # pages of the Hub are in the same six
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LANGUAGE_COOKIE_NAME = "haven_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]  # one catalogue for all parts
FORMAT_MODULE_PATH = ["haven.site.formats"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# Log: to the console, without queries, paths of files or persons --------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("HAVEN_LOG_LEVEL", "WARNING")},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
