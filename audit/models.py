"""What was changed, and who looked at whom. Rows are added by triggers and by looking, and never change.

People and objects are named by key alone: the record outlives them, and this is the leftmost app, which knows nobody.
"""

import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from audit.triggers import EVERY_CHANGE, Refused

# How long it is kept who looked at whom: as long as a claim may follow from it.
LOOKS_KEPT_YEARS = 3


class Change(models.Model):
    """A row of the centre was created, changed or deleted: who, when, what, before, after, for whom, why (rule 29).

    Written by the triggers of `audit.triggers` and kept for ever. `at` is the database's clock of the moment of
    writing, later than whatever was locked, so that the order is the one in which things happened. `before` and `after`
    hold the columns that differ; of a new row all that have a value, of a deleted one what it was.
    """

    class Verb(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")
        DELETED = "deleted", _("deleted")

    at = models.DateTimeField(_("when"))
    verb = models.CharField(_("what"), max_length=7, choices=Verb.choices)
    # The model, as "scheduling.session".
    kind = models.CharField(_("kind of object"), max_length=60)
    object_id = models.BigIntegerField(_("object"))
    person_id = models.BigIntegerField(_("for whom"), null=True)
    session_id = models.BigIntegerField(_("session"), null=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    by_id = models.BigIntegerField(_("who"), null=True)
    # The request, task or command in which it happened.
    source = models.CharField(_("where"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True)
    reason = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        default_permissions = ("view",)
        permissions = [("view_training_changes", "Can view the changes of training objects")]
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index("at", "id", name="audit_by_time"),
            models.Index("kind", "at", "id", name="audit_by_kind"),
            models.Index("object_id", "kind", name="audit_by_object"),
            models.Index("by_id", "at", "id", name="audit_by_who", condition=models.Q(by_id__isnull=False)),
            models.Index(
                "person_id", "at", "id", name="audit_by_whom", condition=models.Q(person_id__isnull=False)
            ),
            models.Index(
                "session_id",
                "at",
                "id",
                name="audit_by_session",
                condition=models.Q(session_id__isnull=False),
            ),
        ]
        triggers = [Refused(name="append_only", operation=EVERY_CHANGE)]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.verb}"


class AccessRecord(models.Model):
    """Somebody looked at another person's record, or took a list away in a file or on paper.

    One row per reader, page, person or session, and hour. Kept for three years, then forgotten by a task; younger
    rows cannot be deleted.
    """

    class Kind(models.TextChoices):
        RECORD = "record", _("record of a person")
        PEOPLE = "people", _("people of a session")
        EXPORT = "export", _("list in a file or on paper")

    at = models.DateTimeField(_("when"), db_default=Now())
    hour = models.DateTimeField(_("hour"))
    by_id = models.BigIntegerField(_("who"))
    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    # The named route, as "enrolment:enrolment".
    page = models.CharField(_("page"), max_length=100)
    person_id = models.BigIntegerField(_("whose"), null=True)
    session_id = models.BigIntegerField(_("session"), null=True)
    # What the list or the file is called, by which words it was narrowed, and how many rows left.
    title = models.CharField(_("title"), max_length=200, blank=True)
    filters = models.CharField(_("filters"), max_length=500, blank=True)
    rows = models.PositiveIntegerField(_("rows"), null=True)
    address = models.GenericIPAddressField(_("network address"), null=True)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        default_permissions = ("view",)
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["by_id", "page", "person_id", "session_id", "hour"],
                condition=models.Q(kind__in=["record", "people"]),
                nulls_distinct=False,
                name="access_record_once_an_hour",
            ),
        ]
        indexes = [
            models.Index("at", "id", name="access_by_time"),
            models.Index(
                "person_id", "at", "id", name="access_by_person", condition=models.Q(person_id__isnull=False)
            ),
        ]
        triggers = [
            Refused(name="append_only", operation=pgtrigger.Update | pgtrigger.Truncate),
            pgtrigger.Protect(
                name="kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition(f"OLD.at > now() - interval '{LOOKS_KEPT_YEARS} years'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by_id}: {self.page}"
