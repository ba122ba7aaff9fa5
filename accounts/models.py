"""Who may do what since when, who is signed in where, staff lists that were uploaded, and views of lists."""

from datetime import datetime
from typing import ClassVar, Self

import pgtrigger
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.devices import device_in_words
from accounts.roles import Role
from accounts.staff_import.models import StaffImport, StaffImportRow, Synonym
from audit.triggers import Refused, audited
from centre.functions import SortKey
from people.models import Employee

__all__ = [
    "AccessEntry",
    "BrowserSession",
    "PasswordRequest",
    "RoleRight",
    "SavedView",
    "StaffImport",
    "StaffImportRow",
    "Synonym",
]


class RoleRight(Group.permissions.through):  # type: ignore[name-defined]
    """A right that a role got or lost (rule 29)."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("right of a role")
        verbose_name_plural = _("rights of roles")
        triggers = audited()


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


class AccessEntryQuerySet(models.QuerySet["AccessEntry"]):
    def latest_grants(self) -> Self:
        """The last time that each role was given to each person."""
        given = self.filter(what=AccessEntry.What.ROLE_GIVEN).select_related("by")
        return given.order_by("person_id", "role", "-at", "-pk").distinct("person_id", "role")


class AccessEntry(models.Model):
    """What people read of somebody's access: a role given or taken, an account closed, a second factor reset.

    Rows are added with the change itself and never changed afterwards: a trigger of the database refuses it.
    What a person may do now stands in their groups and their account, not here.
    """

    class What(models.TextChoices):
        ROLE_GIVEN = "role_given", pgettext_lazy("access", "role given")
        ROLE_TAKEN = "role_taken", pgettext_lazy("access", "role taken away")
        INVITED = "invited", pgettext_lazy("access", "invited to choose a password")
        CLOSED = "closed", pgettext_lazy("access", "account closed")
        OPENED = "opened", pgettext_lazy("access", "account opened again")
        SIGNED_OUT = "signed_out", pgettext_lazy("access", "signed out everywhere")
        FACTOR_SET_UP = "factor_set_up", pgettext_lazy("access", "second factor set up")
        FACTOR_REMOVED = "factor_removed", pgettext_lazy("access", "second factor switched off")
        FACTOR_RESET = "factor_reset", pgettext_lazy("access", "second factor reset")
        VIEWED_AS = "viewed_as", pgettext_lazy("access", "site seen through this person's eyes")

    person = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="access_entries", verbose_name=_("person")
    )
    what = models.CharField(_("what"), max_length=16, choices=What.choices)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)

    objects = AccessEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a person's access")
        verbose_name_plural = _("entries of people's access")
        ordering = ["-at", "-pk"]
        permissions = [
            ("give_role", "Can give and take roles, close accounts and reset second factors"),
            ("invite_people", "Can invite people to choose a password"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["role_given", "role_taken"], role__gt="")
                | Q(
                    what__in=[
                        "invited",
                        "closed",
                        "opened",
                        "signed_out",
                        "factor_set_up",
                        "factor_removed",
                        "factor_reset",
                        "viewed_as",
                    ],
                    role="",
                ),
                name="access_entry_names_its_role",
            ),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="access_entry_by_person")]
        triggers = [Refused(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.what} {self.role}".strip()


class BrowserSessionQuerySet(models.QuerySet["BrowserSession"]):
    def live(self) -> Self:
        return self.filter(expire_date__gt=timezone.now())


class BrowserSessionManager(BaseSessionManager.from_queryset(BrowserSessionQuerySet)):  # type: ignore[misc]
    pass


class BrowserSession(AbstractBaseSession):
    """A browser that visits the site and, once somebody signed in, whose it is: people see and end their own.

    The row decides how long it lasts; the store in sessions.py writes it.
    """

    person = models.ForeignKey(
        Employee, null=True, on_delete=models.CASCADE, related_name="sign_ins", verbose_name=_("person")
    )
    started_at = models.DateTimeField(_("signed in"), null=True)
    seen_at = models.DateTimeField(_("last seen"), null=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    device = models.CharField(_("device"), max_length=300, blank=True)

    objects: ClassVar[BrowserSessionManager] = BrowserSessionManager()

    class Meta:
        verbose_name = _("browser session")
        verbose_name_plural = _("browser sessions")
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.started_at}"  # never the key, which opens the session

    @property
    def handle(self) -> str:
        """What pages call it instead of its key."""
        return salted_hmac("accounts.browser_session", self.session_key).hexdigest()[:20]

    @property
    def device_in_words(self) -> str:
        return device_in_words(self.device)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from accounts.sessions import SessionStore  # which knows this model

        return SessionStore


class PasswordRequestQuerySet(models.QuerySet["PasswordRequest"]):
    def waiting(self) -> Self:
        return self.filter(answered_at__isnull=True)

    def since(self, moment: datetime) -> Self:
        return self.filter(asked_at__gte=moment)


class PasswordRequest(models.Model):
    """Somebody asked for a new password under this name, which may be nobody's.

    The page writes the row and no more; who is meant is looked up in the background, so that neither the answer
    nor its time tells who exists (promise S8).
    """

    name = models.CharField(_("name"), max_length=254)
    address = models.GenericIPAddressField(_("address"), null=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    person = models.ForeignKey(
        Employee, null=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )

    objects = PasswordRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a new password")
        verbose_name_plural = _("requests for new passwords")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["asked_at"], name="password_request_by_time"),
            models.Index(
                fields=["id"], condition=Q(answered_at__isnull=True), name="password_request_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%d.%m.%Y %H:%M}"
