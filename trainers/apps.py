from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainersConfig(AppConfig):
    name = "trainers"
    verbose_name = _("Trainers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("trainers.letters").register_kinds()  # what its messages say
