from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CentreConfig(AppConfig):
    name = "centre"
    verbose_name = _("The centre")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from centre import receivers  # noqa: F401  its receivers listen from here on
