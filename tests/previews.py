"""Changes in two clicks: first the preview, then what it sends back."""

from django.http import HttpResponse
from django.test import Client


def seen(asked: HttpResponse, form: dict[str, object]) -> dict[str, object]:
    """The form as the page of its preview sends it."""
    return form | {"shown": asked.context["trial"].fingerprint}


def confirmed(client: Client, address: str, form: dict[str, object], **options: bool) -> HttpResponse:
    """Both clicks."""
    return client.post(address, seen(client.post(address, form), form), **options)


def appearing(asked: HttpResponse) -> list[tuple[str, str]]:
    """By session, as the course's title, the codes of problems that would appear."""
    return [
        (one.session.course.title, problem.finding.code)
        for one in asked.context["trial"].consequences.sessions
        for problem in one.fresh
    ]
