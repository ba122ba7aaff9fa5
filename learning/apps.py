from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LearningConfig(AppConfig):
    name = "learning"
    verbose_name = _("Self-paced courses")
    default_auto_field = "django.db.models.BigAutoField"
