"""A kind of message for the tests of the ledger itself: its letter says what stands in the context."""

from django.db.models.expressions import RawSQL

from notifications import kinds
from notifications.kinds import Button, Letter
from notifications.models import Message


def render_note(message):
    if message.context.get("is_over"):
        return None
    if message.context.get("is_broken"):
        raise ZeroDivisionError("a bug in a letter")
    if message.context.get("has_broken_query"):
        list(Message.objects.annotate(broken=RawSQL("1 / (id - id)", [])))
    return Letter(
        title=message.context.get("title", "Новость"),
        paragraphs=("Здравствуйте!", message.context.get("text", "Текст новости.")),
        button=Button("Открыть", "/news/"),
    )


def register_note():
    kinds.register("note", render_note, "note")
