from importlib import import_module

from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "enrolment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("enrolment.receivers")  # what enrolment does with the news of scheduling
        import_module("enrolment.letters").register_kinds()  # what its messages say
