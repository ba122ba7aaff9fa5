"""The message ledger: every message to a person is a row, planned with its cause and rendered when sent (rule 26);
and what these letters have put into people's calendars (rule 27)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.calendars import Event
from people.models import Employee


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> Self:
        """Planned, and their time has come."""
        return self.filter(state=Message.State.PLANNED, send_after__lte=now)

    def about(self, subject: str) -> Self:
        return self.filter(subject=subject)

    def planned(self) -> Self:
        return self.filter(state=Message.State.PLANNED)

    def told(self) -> Self:
        """What its recipient may read on the site: sent, waiting there only, or refused by their mail server."""
        return self.filter(state__in=[Message.State.SENT, Message.State.SHOWN, Message.State.FAILED]).exclude(
            body=""
        )

    def caused_by(self, *causes: str) -> Self:
        return self.filter(cause__in=causes).exclude(cause="")  # the condition of their index

    def superseding(self, message: "Message", kinds: Iterable[str], now: datetime) -> Self:
        """Messages of these kinds, due or sent by now, about the very same matter to the same person.

        Also a later one of the same kind: planned under another version, it tells the same.
        """
        return self.filter(
            Q(kind__in=list(kinds)) | Q(kind=message.kind, pk__gt=message.pk),
            recipient=message.recipient_id,
            subject=message.subject,
            context=message.context,
            send_after__lte=now,
        ).exclude(state=Message.State.WITHDRAWN)


class Message(models.Model):
    """One message to one person, of a kind, about a subject.

    `key` is made of recipient, kind, subject and version: the same news cannot be planned twice. The text
    is rendered when it is sent, from the facts of that moment, and kept for ever. `subject` is a string
    such as "enrolment:12": this app knows kinds and subjects as words only, and the app that declared the
    kind renders it.
    """

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("message", "planned")
        SENT = "sent", pgettext_lazy("message", "sent")
        # The recipient has no e-mail address; the text waits for them on the site.
        SHOWN = "shown", pgettext_lazy("message", "shown on the site only")
        WITHDRAWN = "withdrawn", pgettext_lazy("message", "withdrawn")
        FAILED = "failed", pgettext_lazy("message", "failed")

    recipient = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="notices", verbose_name=_("recipient")
    )
    address = models.CharField(_("address"), max_length=200, blank=True, help_text=_("Where it was sent to."))
    language = models.CharField(_("language"), max_length=2, blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("about"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    key = models.CharField(max_length=160)
    # Which step of an app on the right planned it ("step:12"); of most, such as the news of one person's seat, none.
    cause = models.CharField(_("planned by"), max_length=40, blank=True, default="")
    # What the renderer cannot look up later, such as the reason given for a cancellation.
    context = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    planned_at = models.DateTimeField(_("planned at"), auto_now_add=True)
    send_after = models.DateTimeField(_("to be sent after"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)
    title = models.CharField(_("subject line"), max_length=250, blank=True)
    body = models.TextField(_("text"), blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-send_after", "-pk"]
        indexes = [
            models.Index(fields=["send_after"], condition=Q(state="planned"), name="message_due"),
            # For monitors, who count them every few seconds.
            models.Index(fields=["id"], condition=Q(state="failed"), name="message_failed"),
            models.Index(fields=["subject"], name="message_by_subject"),
            models.Index(fields=["-send_after", "-id"], name="message_latest"),
            models.Index(fields=["cause"], condition=~Q(cause=""), name="message_by_cause"),
        ]
        constraints = [
            # Not `unique=True`, with which Django makes a second index for LIKE; a seat writes four of them.
            models.UniqueConstraint(fields=["key"], name="message_planned_once"),
            models.CheckConstraint(
                condition=Q(state__one_of=["planned", "sent", "shown", "withdrawn", "failed"]),
                name="message_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return reverse("notifications:message", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def can_be_resent(self) -> bool:
        """Not when it was withdrawn: its news is not true any more."""
        return self.state in {self.State.SENT, self.State.SHOWN, self.State.FAILED}

    @property
    def tone(self) -> str:
        """How its state looks: see docs/look.md."""
        return {"planned": "wait", "sent": "good", "shown": "info", "failed": "bad"}.get(
            self.state, "neutral"
        )


class CalendarEntry(models.Model):
    """An event in a person's own calendar, as our letters have put it there last (rule 27).

    Its row is never deleted: a seat taken again is the same event with a greater `sequence`.
    """

    person = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="calendar_entries", verbose_name=_("person")
    )
    key = models.CharField(_("event"), max_length=60)
    subject = models.CharField(_("about"), max_length=60)
    sequence = models.PositiveIntegerField(_("version"), default=0)
    # `calendars.Event.facts`; empty until the letter leaves.
    facts = models.JSONField(default=dict, blank=True)
    is_cancelled = models.BooleanField(_("called off"), default=False)

    class Meta:
        verbose_name = _("entry of a calendar")
        verbose_name_plural = _("entries of calendars")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="calendar_entry_once_a_person")]
        indexes = [models.Index(fields=["person", "subject"], name="calendar_entry_by_subject")]

    def __str__(self) -> str:
        return f"{self.person}: {self.key}"

    @property
    def event(self) -> Event:
        return Event.of_facts(self.key, self.subject, self.facts)

    def next_sequence(self, event: Event) -> int:
        """The present number while nothing differs; else a greater one, and not below the revision of the subject."""
        if self.facts == event.facts() and not self.is_cancelled:
            return self.sequence
        return max(self.sequence + 1, event.revision)

    def put(self, event: Event) -> None:
        self.sequence, self.facts, self.is_cancelled = self.next_sequence(event), event.facts(), False

    def call_off(self) -> None:
        self.sequence, self.is_cancelled = self.sequence + 1, True
