from django.apps import AppConfig
from django.db.backends.signals import connection_created


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit.context import tell_each_connection

        connection_created.connect(tell_each_connection, dispatch_uid="audit.context")
