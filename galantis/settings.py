"""All settings, read from the environment. Each variable is a row of docs/settings.md (a test compares the two)."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from galantis.logs import configure_structlog

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# The program -------------------------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
DEMO = env.bool("DEMO", default=False)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")
SANDBOX_URL = env.str("SANDBOX_URL", default="").rstrip("/")

ROOT_URLCONF = "galantis.urls"
WSGI_APPLICATION = "galantis.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "workspaces.apps.GalantisAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "csp",
    "django_htmx",
    "workspaces",
    "meta_integration",
    "templates_app",
    "catalog",
    "inbox",
]

MIDDLEWARE = [
    "galantis.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "workspaces.middleware.WorkspaceMiddleware",
    "workspaces.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "galantis" / "templates"],  # Before the admin's own.
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workspaces.context_processors.workspace",
                "meta_integration.context_processors.trouble",
            ]
        },
    }
]

# Stores ------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL")}
# Beside the options in the URL, such as sslmode. A server that is away is said so soon, not in the pool's 30 seconds.
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 0,
    "max_size": env.int("DATABASE_POOL_SIZE", default=24),
    "timeout": 3,
    "reconnect_timeout": 2,
}
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 2)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
REDIS_URL = env.str("REDIS_URL")
# What each open page asks once a second, answered before Django (`inbox/door.py`).
LIVE_PATH = "/inbox/live/"

# Celery ------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 5}
CELERY_TASK_IGNORE_RESULT = True
# A wake-up that cannot be published is dropped at once: the sweepers find what it would have announced.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "default"
SENDING_QUEUE = "sending"
CELERY_TASK_ROUTES = {
    "meta_integration.tasks.process_webhooks": {"queue": "webhooks"},
    "inbox.tasks.pump": {"queue": SENDING_QUEUE},
    "inbox.tasks.help_pump": {"queue": SENDING_QUEUE},
    "inbox.tasks.fetch_media": {"queue": "sync"},
    "meta_integration.tasks.refresh_account": {"queue": "sync"},
    "meta_integration.tasks.refresh_health": {"queue": "sync"},
    "meta_integration.tasks.look_for_silence": {"queue": "sync"},
    "templates_app.tasks.ask_about_templates": {"queue": "sync"},
    "templates_app.tasks.sync_templates": {"queue": "sync"},
    "templates_app.tasks.submit_template": {"queue": "sync"},
    "templates_app.tasks.delete_template": {"queue": "sync"},
    "catalog.tasks.push_catalog": {"queue": "sync"},
    "catalog.tasks.poll_batches": {"queue": "sync"},
    "catalog.tasks.look_up_batches": {"queue": "long"},
    "catalog.tasks.read_catalog": {"queue": "long"},
    "catalog.tasks.read_reviews": {"queue": "sync"},
    "catalog.tasks.look_at_images": {"queue": "long"},
    "catalog.tasks.run_import": {"queue": "long"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# What waits stays in the queue, where a pump sees that other numbers wait for its worker.
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    **{
        f"heartbeat-{queue}": {
            "task": "galantis.tasks.heartbeat",
            "args": [queue],
            "schedule": 10,
            "options": {"queue": queue, "expires": 30},
        }
        for queue in ("webhooks", "default", "sending", "sync", "long")
    },
    "sweep-webhooks": {"task": "meta_integration.tasks.sweep_webhooks", "schedule": 10, "options": {"expires": 10}},
    "check-connections": {
        "task": "meta_integration.tasks.check_connections",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "sweep-outbox": {"task": "inbox.tasks.sweep_outbox", "schedule": 5, "options": {"expires": 5}},
    "sweep-media": {"task": "inbox.tasks.sweep_media", "schedule": 30, "options": {"expires": 30}},
    "wake-snoozed": {"task": "inbox.tasks.wake_snoozed", "schedule": 20, "options": {"expires": 20}},
    "resolve-silent": {"task": "inbox.tasks.resolve_silent", "schedule": 60, "options": {"expires": 60}},
    "settle-blocks": {"task": "inbox.tasks.settle_blocks", "schedule": 300, "options": {"expires": 300}},
    "fail-too-old": {"task": "inbox.tasks.fail_what_is_too_old", "schedule": 600, "options": {"expires": 600}},
    "adopt-orphans": {"task": "inbox.tasks.adopt_orphan_statuses", "schedule": 30, "options": {"expires": 30}},
    "trim-webhooks": {"task": "meta_integration.tasks.trim_webhooks", "schedule": 3600},
    "refresh-health": {
        "task": "meta_integration.tasks.refresh_health",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "look-for-silence": {
        "task": "meta_integration.tasks.look_for_silence",
        "schedule": 900,
        "options": {"expires": 900},
    },
    "delete-data": {"task": "meta_integration.tasks.delete_data", "schedule": 60, "options": {"expires": 60}},
    "trim-calls": {"task": "meta_integration.tasks.trim_graph_calls", "schedule": 3600},
    "expire-orphans": {"task": "inbox.tasks.expire_orphan_statuses", "schedule": 3600},
    "sweep-templates": {
        "task": "templates_app.tasks.sweep_templates",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "sweep-template-work": {
        "task": "templates_app.tasks.sweep_template_work",
        "schedule": 10,
        "options": {"expires": 10},
    },
    "ask-about-templates": {
        "task": "templates_app.tasks.ask_about_templates",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "sweep-catalogs": {"task": "catalog.tasks.sweep_catalogs", "schedule": 5, "options": {"expires": 5}},
    "poll-batches": {"task": "catalog.tasks.poll_batches", "schedule": 2, "options": {"expires": 2}},
    "look-up-batches": {"task": "catalog.tasks.look_up_batches", "schedule": 5, "options": {"expires": 5}},
    "sweep-readings": {"task": "catalog.tasks.sweep_readings", "schedule": 10, "options": {"expires": 10}},
    "look-at-images": {"task": "catalog.tasks.look_at_images", "schedule": 20, "options": {"expires": 20}},
    "sweep-imports": {"task": "catalog.tasks.sweep_imports", "schedule": 10, "options": {"expires": 10}},
    "process-shopify": {"task": "catalog.tasks.process_shopify", "schedule": 10, "options": {"expires": 10}},
    "trim-catalog": {"task": "catalog.tasks.trim_catalog", "schedule": 3600},
    "forget-connects": {"task": "meta_integration.tasks.forget_old_connect_attempts", "schedule": 300},
}

# Secrets at rest ---------------------------------------------------------------------------------------------------
# First encrypts, all decrypt. Each workspace's key is derived from them.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS")

# Meta --------------------------------------------------------------------------------------------------------------
META_APP_ID = env.str("META_APP_ID")
META_APP_SECRET = env.str("META_APP_SECRET")
META_VERIFY_TOKEN = env.str("META_VERIFY_TOKEN")
META_LOGIN_CONFIG_ID = env.str("META_LOGIN_CONFIG_ID", default="")
GRAPH_VERSION = env.str("GRAPH_VERSION", default="v23.0")
GRAPH_BASE_URL = env.str("GRAPH_BASE_URL", default="https://graph.facebook.com").rstrip("/")
DIALOG_BASE_URL = env.str("DIALOG_BASE_URL", default="https://www.facebook.com").rstrip("/")
SDK_BASE_URL = env.str("SDK_BASE_URL", default="https://connect.facebook.net").rstrip("/")
GRAPH_CONNECT_TIMEOUT = env.float("GRAPH_CONNECT_TIMEOUT", default=5.0)
GRAPH_READ_TIMEOUT = env.float("GRAPH_READ_TIMEOUT", default=30.0)
GRAPH_PAGE_TIMEOUT = env.float("GRAPH_PAGE_TIMEOUT", default=10.0)
# Of the calls to Meta all that fail are kept, all that take longer than this, and a sample of the others.
GRAPH_SLOW_MS = env.int("GRAPH_SLOW_MS", default=3000)
GRAPH_CALL_SAMPLE = env.float("GRAPH_CALL_SAMPLE", default=0.01)
GRAPH_CALL_RETENTION_DAYS = env.int("GRAPH_CALL_RETENTION_DAYS", default=14)

META_WEBHOOK_PATH = "/webhooks/meta/"
# Each field of Meta's webhooks to the function that takes its items. A field whose value holds lists has one row for
# each list. What is not named here is kept in its delivery, counted, and never an error.
META_WEBHOOK_HANDLERS = {
    "messages.messages": "inbox.webhooks.handle_message",
    "messages.statuses": "inbox.webhooks.handle_statuses",
    "messages.errors": "meta_integration.webhooks.handle_errors",
    "smb_message_echoes.message_echoes": "inbox.webhooks.handle_echo",
    "user_preferences.user_preferences": "inbox.webhooks.handle_preference",
    "account_update": "meta_integration.webhooks_account.handle_account_update",
    "account_review_update": "meta_integration.webhooks_account.handle_review",
    "account_alerts": "meta_integration.webhooks_account.handle_alert",
    "business_capability_update": "meta_integration.webhooks_account.handle_capability",
    "phone_number_quality_update": "meta_integration.webhooks.handle_quality_update",
    "phone_number_name_update": "meta_integration.webhooks.handle_name_update",
    "security": "meta_integration.webhooks.handle_security",
    **dict.fromkeys(
        (
            "message_template_status_update",
            "message_template_quality_update",
            "message_template_components_update",
            "template_category_update",
        ),
        "templates_app.webhooks.handle_template",
    ),
}
# Who reads something, by a task, of an account that is connected; who is told, by a task, that an account has a new
# access; and who says what waits for an account.
META_CONNECTED = ["templates_app.tasks.sync_templates"]
META_RECONNECTED = [
    "inbox.tasks.account_reconnected",
    "templates_app.tasks.account_reconnected",
    "catalog.tasks.account_reconnected",
]
# Who is told, by a task, that the access to an account's catalogs was given or removed.
META_CATALOG_ACCESS = ["catalog.tasks.catalog_access_changed"]
META_WAITING = ["inbox.services.waiting.of_account"]
# Who says what uses a template; and who is told, by a task, that it can be sent again, or no longer.
TEMPLATE_USES = ["inbox.services.template_uses.uses"]
TEMPLATE_SENDABLE = ["inbox.tasks.template_sendable"]
WEBHOOK_RETENTION_DAYS = env.int("WEBHOOK_RETENTION_DAYS", default=30)

# Support and doctor ------------------------------------------------------------------------------------------------
# Why a workspace's messages do or do not flow: functions that make a section of it. The connection is the first.
SUPPORT_DESK = [
    "meta_integration.desk.connection.section",
    "meta_integration.desk.connection.subscription",
    "meta_integration.desk.numbers.section",
    "meta_integration.desk.trouble.incidents",
    "inbox.desk.queue.section",
    "meta_integration.desk.flow.deliveries",
    "meta_integration.desk.flow.traffic",
    "inbox.desk.lately.arrivals",
    "inbox.desk.lately.errors",
    "templates_app.desk.section",
    "catalog.desk.section",
    "meta_integration.desk.trouble.calls",
    "meta_integration.desk.trouble.history",
    "workspaces.desk.audit.section",
]
SUPPORT_DESK_GLANCES = [
    "meta_integration.desk.glances.connections",
    "meta_integration.desk.glances.numbers",
    "inbox.desk.queue.glances",
]
SUPPORT_BUNDLE = {name: f"meta_integration.desk.bundle.{name}" for name in ("incidents", "history", "calls", "errors")}
REDACT = "galantis.logs.redact"
# In the order in which they are asked: what others need comes first.
DOCTOR_CHECKS = [
    "galantis.doctor.configuration",
    "galantis.doctor.database",
    "galantis.doctor.migrations",
    "galantis.doctor.valkey",
    "galantis.doctor.processes",
    "galantis.doctor.queues",
    "galantis.doctor.storage",
    "galantis.doctor.clock",
    "meta_integration.doctor.ours.sealed",
    "meta_integration.doctor.ours.deliveries",
    "meta_integration.doctor.ours.signature",
    "inbox.doctor.outbox",
    "templates_app.doctor.template_work",
    "templates_app.doctor.stopped_templates",
    "catalog.doctor.products",
    "catalog.doctor.pictures",
    "catalog.doctor.imports",
    "catalog.doctor.shopify",
    "meta_integration.doctor.theirs.callback",
    "meta_integration.doctor.theirs.meta",
    "meta_integration.doctor.theirs.app",
    "meta_integration.doctor.accounts.accounts",
]

# Sending -----------------------------------------------------------------------------------------------------------
SENDING_THREADS = env.int("SENDING_THREADS", default=256)
# So long a template waits for a connection, a number or Meta; then it is not sent any more.
TEMPLATES_WAIT_HOURS = env.int("TEMPLATES_WAIT_HOURS", default=72)
# Longer than a call to Meta can take, or a slow answer would look like a dead worker.
SENDING_LEASE_SECONDS = env.int("SENDING_LEASE_SECONDS", default=60)

# People ------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "workspaces:login"
LOGIN_REDIRECT_URL = "workspaces:home"
LOGOUT_REDIRECT_URL = "workspaces:login"
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=8)
AXES_COOLOFF_TIME = env.float("LOGIN_COOLOFF_HOURS", default=0.25)
# How many of our own proxies stand before us: which of the forwarded addresses is the person's.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
AXES_CLIENT_IP_CALLABLE = "workspaces.views.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "workspaces.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Browsers ----------------------------------------------------------------------------------------------------------
SECURE_COOKIES = env.bool("SECURE_COOKIES", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# In PostgreSQL: without Valkey people still get in and read.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Meta posts up to 3 MB; Django's own default stops at 2.5 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        # The login dialog is reached by a redirect from a form.
        "form-action": [SELF, DIALOG_BASE_URL],
    }
}
# The admin's interface library evaluates expressions in attributes and sets styles from script.
ADMIN_CONTENT_SECURITY_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

# E-mail ------------------------------------------------------------------------------------------------------------
# smtp+tls://user:password@host:587; on the console where nothing is set.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="Galantis <galantis@localhost>")
EMAIL_TIMEOUT = 10

# Files that people upload and customers send. Never served from here by name: a view asks who wants them.
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False

LANGUAGE_CODE = "en"
# Each named as its own speakers name it.
LANGUAGES = [("en", "English"), ("ar", "العربية")]
# The apps whose pages are translated; all others are English for everybody.
TRANSLATED_PAGES = {"inbox", "workspaces"}
# Where their words are: `manage.py write_translations` collects them.
TRANSLATED_SOURCES = [
    "inbox",
    "workspaces",
    # What the inbox shows of the other apps.
    "meta_integration/filetypes.py",
    "meta_integration/graph/words.py",
    "meta_integration/graph/words_rare.py",
    "meta_integration/graph/words_sending.py",
    "meta_integration/models/accounts.py",
    "meta_integration/models/troubles.py",
    "meta_integration/services/inbound_media.py",
    "meta_integration/templates/meta_integration/_banner.html",
    "templates_app/languages.py",
    "templates_app/preview.py",
    "templates_app/services/gaps.py",
    "templates_app/services/parameters.py",
    "templates_app/services/shown.py",
    "templates_app/statuses.py",
    "templates_app/templates/templates_app/_preview.html",
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["galantis.formats"]
TIME_ZONE = "UTC"
USE_TZ = True

# Logs --------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "galantis.logs.RedactSecrets"}},
    "formatters": {"line": {"()": "galantis.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Their lines hold whole URLs, and some URLs of Meta must carry a token.
        **{name: {"level": "WARNING"} for name in ("urllib3", "requests", "axes")},
        # A line for each task that starts and ends says nothing that a person looks for.
        **{name: {"level": "WARNING"} for name in ("celery.worker.strategy", "celery.app.trace", "celery.beat")},
    },
}
configure_structlog()
DEFAULT_EXCEPTION_REPORTER_FILTER = "galantis.error_pages.ShowNoValues"

UNFOLD = {
    "SITE_TITLE": "Galantis",
    "SITE_HEADER": "Galantis",
    "SITE_SUBHEADER": "workspaces.sites.subheader",
    "SITE_SYMBOL": "forum",
    "SITE_URL": "/inbox/",
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "inbox.overview.overview",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "workspaces.sites.favicon"}],
    "STYLES": ["workspaces.sites.admin_stylesheet"],
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .02 165)",
            "100": "oklch(94.5% .045 165)",
            "200": "oklch(89.5% .08 165)",
            "300": "oklch(83% .12 165)",
            "400": "oklch(74% .14 165)",
            "500": "oklch(64% .13 165)",
            "600": "oklch(52% .11 165)",
            "700": "oklch(44% .09 165)",
            "800": "oklch(37% .075 165)",
            "900": "oklch(31% .06 165)",
            "950": "oklch(22% .045 165)",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Your shop"),
                "items": [
                    {"title": _("Overview"), "icon": "monitoring", "link": reverse_lazy("admin:index")},
                    {"title": _("Inbox"), "icon": "forum", "link": reverse_lazy("inbox:list"), "active": False},
                    {
                        "title": _("WhatsApp connection"),
                        "icon": "link",
                        "link": reverse_lazy("admin:meta_integration_waba_changelist"),
                    },
                    {
                        "title": _("Phone numbers"),
                        "icon": "call",
                        "link": reverse_lazy("admin:meta_integration_phonenumber_changelist"),
                    },
                    {
                        "title": _("History of connections"),
                        "icon": "timeline",
                        "link": reverse_lazy("admin:meta_integration_connectionevent_changelist"),
                    },
                    {
                        "title": _("Customers"),
                        "icon": "person",
                        "link": reverse_lazy("admin:inbox_contact_changelist"),
                    },
                    {
                        "title": _("Templates"),
                        "icon": "description",
                        "link": reverse_lazy("admin:templates_app_messagetemplate_changelist"),
                    },
                    {
                        "title": _("Products"),
                        "icon": "sell",
                        "link": reverse_lazy("admin:catalog_productitem_changelist"),
                        "active": "catalog.pages.is_about_products",
                    },
                    {
                        "title": _("Catalog"),
                        "icon": "inventory_2",
                        "link": reverse_lazy("catalog:home"),
                        "active": "catalog.pages.is_about_the_catalog",
                    },
                    {"title": _("Messages"), "icon": "chat", "link": reverse_lazy("admin:inbox_message_changelist")},
                    {
                        "title": _("Files"),
                        "icon": "attach_file",
                        "link": reverse_lazy("admin:meta_integration_mediaasset_changelist"),
                    },
                ],
            },
            {
                "title": _("Team"),
                "items": [
                    {
                        "title": _("People"),
                        "icon": "group",
                        "link": reverse_lazy("admin:workspaces_membership_changelist"),
                    },
                    {
                        "title": _("What was changed"),
                        "icon": "history",
                        "link": reverse_lazy("admin:workspaces_auditentry_changelist"),
                    },
                    {
                        "title": _("Workspace settings"),
                        "icon": "storefront",
                        "link": reverse_lazy("admin:workspaces_workspace_changelist"),
                    },
                    {
                        "title": _("Switch workspace"),
                        "icon": "swap_horiz",
                        "link": reverse_lazy("workspaces:switch"),
                        "active": False,
                    },
                ],
            },
            {
                "title": _("When something is wrong"),
                "items": [
                    {
                        "title": _("Support desk"),
                        "icon": "support_agent",
                        "link": reverse_lazy("support_desk_list"),
                        "permission": "workspaces.sites.may_see_desk",
                    },
                    {
                        "title": _("Doctor"),
                        "icon": "stethoscope",
                        "link": reverse_lazy("doctor"),
                        "permission": "workspaces.sites.is_support",
                    },
                    {
                        "title": _("Incidents"),
                        "icon": "emergency",
                        "link": reverse_lazy("admin:meta_integration_incident_changelist"),
                    },
                    {
                        "title": _("Error book"),
                        "icon": "menu_book",
                        "link": reverse_lazy("error_book"),
                    },
                    {
                        "title": _("Calls to Meta"),
                        "icon": "swap_calls",
                        "link": reverse_lazy("admin:meta_integration_graphcall_changelist"),
                    },
                    {
                        "title": _("Webhook deliveries"),
                        "icon": "webhook",
                        "link": reverse_lazy("admin:meta_integration_webhookdelivery_changelist"),
                        "permission": "workspaces.sites.is_support",
                    },
                    {
                        "title": _("Unmatched statuses"),
                        "icon": "question_mark",
                        "link": reverse_lazy("admin:inbox_orphanstatus_changelist"),
                        "permission": "workspaces.sites.is_support",
                    },
                ],
            },
        ],
    },
}
