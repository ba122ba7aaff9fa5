from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EnrolmentConfig(AppConfig):
    name = "enrolment"
    verbose_name = _("Enrolment")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("enrolment.receivers")  # what enrolment does with the news of scheduling
        import_module("enrolment.queue.receivers")
        import_module("enrolment.interest.receivers")
        import_module("enrolment.movers.receivers")
        import_module("enrolment.letters").register_kinds()  # what its messages say
        import_module("enrolment.approvals.letters").register_kinds()
        import_module("enrolment.doors.letters").register_kinds()
        import_module("enrolment.approvals.tasks")
        import_module("enrolment.doors.tasks")
        import_module("enrolment.offers.letters").register_kinds()
        import_module("enrolment.offers.tasks")
        import_module("enrolment.interest.letters").register_kinds()
        import_module("enrolment.interest.tasks")
        import_module("enrolment.movers.letters").register_kinds()
        import_module("enrolment.reservations.receivers")
        import_module("enrolment.reservations.letters").register_kinds()
        import_module("enrolment.reservations.tasks")
        import_module("enrolment.nominating.letters").register_kinds()
        import_module("enrolment.weekly.letters").register_kinds()
        import_module("enrolment.bulk.letters").register_kinds()
        import_module("enrolment.bulk.tasks")
