from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Record of changes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit.context import tell_each_connection

        connection_created.connect(tell_each_connection, dispatch_uid="audit.context")
