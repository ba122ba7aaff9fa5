"""Sending one message whose row the caller holds: render, mind the quiet hours, send, note what came of it."""

import hashlib
import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import translation

from centre.models import Policy
from notifications import kinds
from notifications.calendars import CONTENT_TYPE, FILE_NAME
from notifications.invites import Attachment, attachments
from notifications.kinds import Letter
from notifications.models import Message
from notifications.quiet_hours import outside_quiet_hours

logger = logging.getLogger(__name__)

# 1, 2, 4 … 256 minutes between the tries: about eight hours, then the message is parked for people to look at.
MAX_ATTEMPTS = 10


def deliver_or_note_failure(message: Message, now: datetime, policy: Policy) -> None:
    """Send the message, or put it off, withdraw it, or record why it failed and when it is tried again.

    Never raises for one bad message, whatever is wrong with it: the rest must go out. The row is saved in
    every case, so that it is not due any more. The quiet hours are those of the recipient's own clocks.
    """
    zone = message.recipient.own_zone or centre_zone()
    try:
        with transaction.atomic():  # a savepoint: a renderer's broken query must not lose the note of it
            letter = letter_for(message)
        if letter is None or not message.recipient.is_active:
            message.state = Message.State.WITHDRAWN
        elif (later := outside_quiet_hours(now, policy, zone, deadline=letter.deadline)) > now:
            message.send_after = later
        else:
            send(message, letter, now)
    except Exception as error:  # anything: see above
        note_failure(message, error, now)
    message.save()


def letter_for(message: Message) -> Letter | None:
    """The message's letter as it would be sent now, in its recipient's language; None: not true any more."""
    with translation.override(message.recipient.language):
        return kinds.render(message)


def preview(message: Message) -> Letter | None:
    """The letter as it would be sent now, for staff; None when it is not true any more or cannot be written."""
    try:
        with transaction.atomic():
            return letter_for(message)
    except Exception:  # a broken letter must not hide its row from those who are to mend it
        logger.exception("The letter of message %s cannot be written.", message.key)
        return None


def send(message: Message, letter: Letter, now: datetime) -> None:
    """Send the letter by e-mail and keep its text; who has no address reads it on the site only.

    Raises:
        Exception: whatever the mail server or the network answered.
    """
    message.language, message.address = letter.language, message.recipient.email
    message.title, message.body = letter.subject, letter.as_kept()
    if message.address:
        with transaction.atomic():  # a letter that does not leave tells no calendar anything
            mail_of(message, letter, now).send()
    message.state = Message.State.SENT if message.address else Message.State.SHOWN
    message.attempts += 1
    message.sent_at = now
    message.error = ""


def mail_of(message: Message, letter: Letter, now: datetime) -> EmailMultiAlternatives:
    """The letter as an e-mail. The first event is a part of it, which mail programs show; each is a file too."""
    mail = EmailMultiAlternatives(
        subject=message.title,
        body=letter.as_text(),
        to=[message.address],
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(letter.as_html(), "text/html")
    files = attachments(message.recipient, letter.agenda, now) if letter.agenda else []
    for file in files[:1]:
        mail.attach_alternative(file.text, content_type(file))
    for number, file in enumerate(files, start=1):
        mail.attach(file_name(number), file.text, content_type(file))
    return mail


def content_type(file: Attachment) -> str:
    return f"{CONTENT_TYPE}; method={file.method}"


def file_name(number: int) -> str:
    """ "invite.ics", "invite-2.ics"."""
    stem, dot, ending = FILE_NAME.partition(".")
    return FILE_NAME if number == 1 else f"{stem}-{number}{dot}{ending}"


def note_failure(message: Message, error: Exception, now: datetime) -> None:
    """Record the failure and the next try; after the last one the message is parked as failed."""
    message.attempts += 1
    message.error = f"{type(error).__name__}: {error}"[:500]
    if message.attempts >= MAX_ATTEMPTS:
        message.state = Message.State.FAILED
    else:
        message.send_after = now + timedelta(minutes=2 ** (message.attempts - 1))
    is_bug = not isinstance(error, SMTPException | OSError)
    logger.log(
        logging.ERROR if is_bug else logging.WARNING,
        "Message %s was not sent (try %s): %s",
        message.key,
        message.attempts,
        message.error,
        exc_info=error if is_bug else None,
    )


def message_id(message: Message) -> str:
    """The same for every try of the same message, so that a mail server can see an unavoidable repeat."""
    digest = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.SITE_URL).hostname}>"


def centre_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
