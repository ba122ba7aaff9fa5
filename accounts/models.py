"""Staff lists that were uploaded, and what became of them."""

from django.contrib.auth.models import Group
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from people.models import Employee


class RoleRight(Group.permissions.through):  # type: ignore[name-defined]
    """A right that a role got or lost (rule 29)."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("right of a role")
        verbose_name_plural = _("rights of roles")
        triggers = audited()


class StaffImport(models.Model):
    """A staff list between upload and application, and after it (rule 28).

    `rows` and `refused` are the file as it was read; the comparison is made anew each time it is shown and
    when it is applied, for the staff may have changed meanwhile. `counts` says what the application did.
    """

    file_name = models.CharField(_("file"), max_length=200)
    uploaded_by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="staff_imports",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), default=timezone.now)
    rows = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    applied_by = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("applied by"),
    )
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("staff import")
        verbose_name_plural = _("staff imports")
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({timezone.localtime(self.uploaded_at):%d.%m.%Y %H:%M})"

    def get_absolute_url(self) -> str:
        return reverse("accounts:staff_import_preview", args=[self.pk])
