from importlib import import_module

from django.apps import AppConfig


class TrainingCenterConfig(AppConfig):
    """The installation itself: its system checks."""

    name = "trainingcenter"

    def ready(self) -> None:
        import_module("trainingcenter.checks")
