"""Every page that each role may open or reaches by links: on the smallest phone and a desktop, light and dark,
in both languages."""

from collections.abc import Iterator

import pytest
import time_machine

from people.models import Employee
from tests.access import FILES, PLANNERS, READ
from tests.addresses import address as address_of
from tests.browser.checks import (
    axe_colours,
    axe_structure,
    faults,
    small_targets,
    wider_than_the_screen,
)
from tests.browser.conftest import Open
from tests.browser.crawl import Walk
from tests.browser.skeleton import links_in, sayings, skeleton
from tests.browser.small_centre import Centre, small_centre
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROLES = ["employee", "trainer", "head", "hr_admin", "centre_admin", "methodist", "system_admin"]
# They come with a phone: all their pages are pressed by a thumb. Staff's dense lists are not.
PHONE_ROLES = {"employee", "trainer", "head"}
# The steps of planning stand in the address, and no link leads to the later ones.
TIMES = "/planning/new/?course={course}&day_1={day}&start_1=10:00&end_1=13:00&limit=5&needs_step_free=&note="
# What the finder answers: slots, dates, more groups than have a place.
FOUND = (
    "/planning/slots/?course={course}",
    "/planning/new/?course={course}&propose=1",
    "/planning/groups/?course={course}&groups=40&month=2027-03",
)
# Of fields that Django and its Select2 make: a box for words named by its title, dates in two fields, a combobox,
# and rows of a table that only their heads name.
DJANGO_S_OWN = (
    "label:",
    "label-title-only:",
    "aria-input-field-name:",
    "select-name:",
    "empty-table-header:",
)
OTHER_WIDTH = {320: 1440, 1440: 320}
PHONES = {320, 360}
# What frames and middles said that were looked at, in a language and on a screen.
looked_at: set[tuple[str, int, bool, bool, int]] = set()
# Frames and middles that axe has seen at a width, and elements whose colours it has: several roles, both languages and
# long lists share them.
axe_has_seen: set[tuple[int, int]] = set()
colours_seen: set[tuple[int, int]] = set()


@pytest.fixture
def centre(clock: time_machine.Traveller, settings, transactional_db) -> Centre:
    """The trainer has another clock, so that every time is as long as it may be. A walk reads faster than people do."""
    settings.RATE_LIMITS = {
        what: (10_000, seconds) for what, (_times, seconds) in settings.RATE_LIMITS.items()
    }
    centre = small_centre(clock)
    Employee.objects.filter(pk=centre.trainer.employee_id).update(time_zone="Asia/Vladivostok")
    return centre


@pytest.mark.parametrize("role", ROLES)
def test_pages_of(role: str, centre: Centre, visit: Open):
    own = [address_of(route, centre) for route in sorted(READ.keys() - FILES) if role in READ[route].split()]
    walk = Walk(["/", "/catalogue/?q=ыыыыыы", *own, *steps_of_planning(centre, role)])
    in_english = Walk(walk.start, of_one_route=1)

    by_thumb = role in PHONE_ROLES

    found = look_at_every_page(
        visit(employee=centre.person(role), width=320 if by_thumb else 1440), walk, by_thumb=by_thumb
    )
    found += look_at_every_page(
        visit(employee=centre.person(role), language="en", width=320),
        in_english,
        both_widths=False,
        by_thumb=by_thumb,
    )

    assert not found, "\n".join([f"{role}:", *found])


@pytest.mark.parametrize("role", ["centre_admin", "system_admin"])
def test_pages_of_the_administration(role: str, centre: Centre, visit: Open):
    """The frame, the lists and the forms of Django in the site's colours, light and dark."""
    visitor = visit(employee=centre.person(role))
    walk = Walk(["/admin/"], of_one_route=1, of_the_administration=True)

    found = []
    for address in walk.addresses():
        response = visitor.open(address)
        walk.leads_to(visitor.links())
        if response is None or not response.ok:
            found.append(f"{address}: a link leads to {response and response.status}")
            continue
        found += [
            f"{address}: {what}"
            for what in violations(visitor, response.text(), [visitor.width])
            if not any(own in what for own in DJANGO_S_OWN)
        ]

    assert not found, "\n".join([f"{role}:", *found])


def test_pages_of_somebody_who_has_not_signed_in(centre: Centre, visit: Open):
    in_english = visit(language="en")
    in_english.reads("en")

    found = look_at_every_page(visit(width=320), Walk(["/sign-in/"]), by_thumb=True)
    found += look_at_every_page(in_english, Walk(["/sign-in/"]))

    assert not found, "\n".join(found)


def test_forms_with_mistakes(centre: Centre, visit: Open):
    """The summary, the messages beside the fields, and what was typed, all on a phone."""
    someone, hr = visit(width=320), visit(width=320, employee=centre.hr_admin)
    found = []
    for visitor, address, button in [
        (someone, "/sign-in/", "Sign in"),
        (hr, "/staff/new-course/", "Save"),
        (hr, "/staff-import/", "Compare with the staff"),
        (hr, "/account/password/", "Change the password"),
        (hr, f"/planning/{centre.sessions['open'].pk}/cancellation/", "Cancel the session"),
        (hr, TIMES.format(course=centre.courses["taught"].code, day="2027-03-20"), "Save the draft"),
    ]:
        visitor.open(address)
        visitor.press(button)
        visitor.page.locator(".error-summary").wait_for()
        assert visitor.page.title().startswith(visitor.words("Error:"))
        found += [f"{address}: {what}" for what in wrong_with(visitor, visitor.page.content())]

    assert not found, "\n".join(found)


def steps_of_planning(centre: Centre, role: str) -> list[str]:
    if role not in PLANNERS.split():
        return []
    days = ["2027-03-20", "2020-01-01"]  # free, and over
    course = centre.courses["taught"].code
    return [
        *(TIMES.format(course=course, day=day) for day in days),
        *(address.format(course=course) for address in FOUND),
    ]


def look_at_every_page(
    visitor: Visitor, walk: Walk, *, both_widths: bool = True, by_thumb: bool = False
) -> list[str]:
    """Everything wrong with any page that the walk reaches, each with its address."""
    kind = (visitor.language, visitor.width, both_widths, by_thumb)
    found = []
    for address in walk.addresses():
        html = visitor.reads_ahead(address)
        said = {(*kind, hash(part)) for part in sayings(html)}
        if html and said <= looked_at:
            walk.leads_to(links_in(html, address))
            continue
        looked_at.update(said)
        response = visitor.open(address)
        walk.leads_to(visitor.links())
        if response is None or not response.ok:
            found.append(f"{address}: a link leads to {response and response.status}")
            continue
        wrong = wrong_with(visitor, response.text(), both_widths=both_widths, by_thumb=by_thumb)
        found += [f"{visitor.language}: {address}: {what}" for what in wrong]
    return found


def wrong_with(
    visitor: Visitor, html: str, *, both_widths: bool = False, by_thumb: bool = False
) -> Iterator[str]:
    """At the width at which the page was opened and, if asked, after the screen has become the other one.

    `by_thumb` asks for big targets on the phone; its visitor has been opened on one, for only then is there a thumb.
    """
    yield from faults(visitor.page, html, visitor.language)
    widths = [visitor.width]
    if both_widths:
        widths.append(OTHER_WIDTH[visitor.width])
    for width in widths:
        visitor.has_screen(width)
        yield from (f"{width} px: {what}" for what in wider_than_the_screen(visitor.page))
        small = small_targets(visitor.page, by_thumb=by_thumb and width in PHONES)
        yield from (f"{width} px: small target: {what}" for what in small)
    yield from violations(visitor, html, widths)


def violations(visitor: Visitor, html: str, widths: list[int]) -> Iterator[str]:
    """What axe finds on a page whose frame or middle is new at a width, and of colours where an element is.

    Each width is asked by all rules, of colour in both themes: axe passes over what a width hides. Colours of a frame
    whose elements have all been seen are not asked again beside a new middle. Whichever width and theme the page has
    comes first, for each turn is a layout of its own.
    """
    page = skeleton(html)
    parts = {hash(page.frame), hash(page.middle)}
    coloured: dict[int, str | None] = {}
    for width in reversed(widths):
        is_new = not {(width, part) for part in parts} <= axe_has_seen
        has_new_colours = not {(width, chain) for chain in page.chains} <= colours_seen
        if is_new or has_new_colours:
            visitor.has_screen(width)
        if is_new:
            axe_has_seen.update((width, part) for part in parts)
            yield from (f"{width} px: {what}" for what in axe_structure(visitor.page))
        if has_new_colours:
            knows_the_frame = {(width, chain) for chain in page.chains_around} <= colours_seen
            coloured[width] = "main" if page.middle and knows_the_frame else None
            colours_seen.update((width, chain) for chain in page.chains)
            yield from colours_wrong(visitor, coloured[width])
    if not coloured:
        return
    visitor.has_theme("dark" if visitor.theme == "light" else "light")
    for width in reversed(coloured):
        visitor.has_screen(width)
        yield from colours_wrong(visitor, coloured[width])


def colours_wrong(visitor: Visitor, within: str | None) -> Iterator[str]:
    found = axe_colours(visitor.page, within=within)
    yield from (f"{visitor.width} px, {visitor.theme}: {what}" for what in found)
