"""What every page needs beside its own data."""

from django.http import HttpRequest

from centre.theme import chosen_theme


def look(request: HttpRequest) -> dict[str, object]:
    """The theme that the reader chose."""
    return {"theme": chosen_theme(request)}
