"""The reader's own views of the list on the page: ``{% load saved_views %}``."""

from django import template

from accounts.models import SavedView

register = template.Library()


@register.simple_tag(takes_context=True)
def saved_views(context: template.RequestContext) -> list[tuple[SavedView, bool]]:
    """Each view of the page's list, and whether it is what the page shows; one query."""
    request = context["request"]
    views = SavedView.objects.of_list(request.user, request.path)
    return [(view, view.query == request.GET.urlencode()) for view in views]
