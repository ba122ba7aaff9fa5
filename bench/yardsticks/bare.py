"""A bare Django page: 30 rows of one indexed query for somebody signed in, three statements.

Run: gunicorn bench.yardsticks.bare:application. YARDSTICK_HOST is the folder of PostgreSQL's socket.
"""

import os
from pathlib import Path

import django
from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="bench-only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="bench.yardsticks.bare",
    USE_TZ=True,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "yardstick",
            "USER": "postgres",
            "HOST": os.environ["YARDSTICK_HOST"],
            "CONN_MAX_AGE": 600,
        }
    },
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent],
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
)
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.timezone import now  # noqa: E402


class Course(models.Model):
    title = models.TextField()
    summary = models.TextField()

    class Meta:
        app_label = "bare"
        db_table = "course"
        managed = False


class Session(models.Model):
    course = models.ForeignKey(Course, models.DO_NOTHING)
    starts = models.DateTimeField()
    room = models.TextField()
    capacity = models.IntegerField()
    seats_taken = models.IntegerField()

    class Meta:
        app_label = "bare"
        db_table = "session"
        managed = False


def listing(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponse("sign in", status=403)
    rows = Session.objects.select_related("course").filter(starts__gte=now()).order_by("starts", "id")[:30]
    return render(request, "list.html", {"rows": rows, "u": request.user})


urlpatterns = [path("list", listing)]
application = get_wsgi_application()


def cookies(count: int) -> list[str]:
    """So many people, signed in: the values of their session cookies."""
    call_command("migrate", verbosity=0)
    found = []
    for number in range(count):
        user, _created = get_user_model().objects.get_or_create(
            username=f"u{number}", defaults={"password": "!"}
        )
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        found.append(f"sessionid={session.session_key}")
    return found


if __name__ == "__main__":
    print("\n".join(cookies(300)))
