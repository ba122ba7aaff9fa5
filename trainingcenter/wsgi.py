"""The door for web servers; it stays shut on settings or a database that would harm a real installation."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application


def make_application() -> WSGIHandler:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingcenter.settings")
    handler = get_wsgi_application()

    from trainingcenter.checks import refuse_unsafe_start  # it needs the applications, which are loaded now

    refuse_unsafe_start()
    return handler


application = make_application()
