from importlib import import_module

from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingCenterConfig(AppConfig):
    """The installation itself: its system checks."""

    name = "trainingcenter"
    default = True  # of the three configurations that this file knows; without the word Django takes none

    def ready(self) -> None:
        import_module("trainingcenter.checks")


class SignInAttemptsConfig(AxesConfig):
    """django-axes under a name that administrators understand."""

    verbose_name = _("Attempts to sign in")
