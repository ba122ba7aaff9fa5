"""The product's Celery application, with the tests' own kind of message declared in the worker."""

from celery.signals import worker_init

from trainingcenter.celery import app

__all__ = ["app"]


@worker_init.connect
def declare_note(**kwargs):
    from tests.notifications.note import register_note

    register_note()
