"""Staff lists that were uploaded, and what became of them; and the views of lists that people keep."""

from typing import Self

from django.contrib.auth.models import Group
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.triggers import audited
from centre.functions import SortKey
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


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def of_list(self, owner: Employee, path: str) -> Self:
        return self.filter(owner=owner, path=path)


class SavedView(models.Model):
    """A list with its filters, order and columns, under a name that its owner gave it; nobody else sees it.

    `path` is the list's address and `query` what stands behind its question mark: who opens the view has no
    other rights than anybody who types that address.
    """

    owner = models.ForeignKey(
        Employee, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    path = models.CharField(_("list"), max_length=200)
    query = models.CharField(_("filters, order and columns"), max_length=1000, blank=True)
    name = models.CharField(_("name"), max_length=60)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = [SortKey("name")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "name"], name="saved_view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path
