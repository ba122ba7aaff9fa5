from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SchedulingConfig(AppConfig):
    name = "scheduling"
    verbose_name = _("Sessions and rooms")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("scheduling.receivers")  # what scheduling answers when courses ask
        import_module("scheduling.letters").register_kinds()  # what its messages say
        import_module("scheduling.assignments.letters").register_kinds()  # what HR hears of answers
        import_module("scheduling.trouble.letters").register_kinds()  # what is heard of reported trouble
