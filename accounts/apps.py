from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.roles import ensure_roles

        import_module("accounts.receivers")  # what a sign-in begins, and the log of security
        post_migrate.connect(ensure_roles, dispatch_uid="accounts.roles")
        import_module("accounts.letters").register_kinds()  # what its messages say
