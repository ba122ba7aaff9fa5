from django.apps import AppConfig


class CentreConfig(AppConfig):
    name = "centre"
    default_auto_field = "django.db.models.BigAutoField"
