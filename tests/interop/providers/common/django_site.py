"""What both providers on Django have in common: a site with users, sessions, Django's protection of forms, and CORS."""

import tempfile
import uuid
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from providers.common import deployment

FOLDER = tempfile.TemporaryDirectory(prefix="riser-provider-")


def open_site(app, **more):
    """Makes the database and the customers' users. The addresses are in `pages`."""
    settings.configure(
        SECRET_KEY=uuid.uuid4().hex,
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF="pages",
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{FOLDER.name}/db.sqlite3"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        # It is thrown away with the test: a slow hash protects nobody.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "corsheaders",
            app,
        ],
        MIDDLEWARE=[
            "corsheaders.middleware.CorsMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        CORS_ALLOWED_ORIGINS=[deployment.APP],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth"]},
            }
        ],
        LOGIN_URL="/log-in",
        **more,
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.contrib.auth import get_user_model

    for customer in deployment.CUSTOMERS:
        get_user_model().objects.create_user(customer["email"], password=customer["password"])


def subject_of(user):
    return deployment.customer_of(user.get_username())["sub"]
