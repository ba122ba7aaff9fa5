"""Rows of prepared querysets are those that Django reads itself, whatever the shape of the query."""

import importlib
import pathlib
import pkgutil
import sys
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Value
from django.db.models.functions import JSONObject, Lower
from django.db.models.signals import post_init
from django.utils import timezone

import accounts.sessions
from centre.prepared import Given, Prepared, Slot
from centre.reading import refuse_unusual
from enrolment.actions import enrol
from enrolment.interest.models import Interest
from enrolment.models import Ending, Enrolment, Seat
from people.models import Employee, Employment, Office
from scheduling.models import Booking, Meeting, Session
from scheduling.publication.models import PreparedChange
from tests.factories import (
    EmployeeFactory,
    EmploymentFactory,
    MandatorySessionFactory,
    MaterialFactory,
    OfficeFactory,
    PolicyFactory,
    SelfPacedCourseFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    in_days,
)
from trainers.models import Trainer
from website.catalogue import keys_asked, nearest_asked

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[True, False], ids=["plans kept", "nothing kept"], autouse=True)
def keeping(request, settings):
    settings.PREPARED_STATEMENTS = request.param


def as_django_reads(prepared, **given):
    """The same rows by Django's own iterables: its compiler with the values filled in."""
    queryset = prepared.build()
    compiler = queryset.query.get_compiler(using=queryset.db)
    sql, params = compiler.as_sql()
    filled = tuple(given[one.name] if isinstance(one, Slot) else one for one in params)
    vars(compiler)["as_sql"] = lambda *args, **kwargs: (sql, filled)
    vars(queryset.query)["get_compiler"] = lambda *args, **kwargs: compiler
    return list(queryset)


def contents(value, seen=()):
    """Everything that an object knows, the objects around it included."""
    if not isinstance(value, models.Model):
        return type(value), value
    if id(value) in seen:
        return "again", seen.index(id(value))
    seen = (*seen, id(value))
    state = value._state
    own = {name: contents(one, seen) for name, one in vars(value).items() if name != "_state"}
    around = {name: contents(one, seen) for name, one in state.fields_cache.items()}
    others = {name for name in vars(state) if name not in {"db", "adding", "fields_cache"}}
    return type(value), own, state.db, state.adding, around, others


def assert_the_same(prepared, **given):
    ours, theirs = prepared(**given), as_django_reads(prepared, **given)
    ours_again = prepared(**given)
    assert [contents(row) for row in ours] == [contents(row) for row in theirs]
    assert [contents(row) for row in ours_again] == [contents(row) for row in theirs]
    return ours


@pytest.fixture
def people():
    """A head, who teaches, with an office; somebody without one; three jobs."""
    head = EmployeeFactory(time_zone="Asia/Vladivostok")
    office = OfficeFactory(head=head, opens_at="09:00")
    TrainerFactory(employee=head)
    EmploymentFactory(employee=head, office=office)
    EmploymentFactory(office=office, work_pattern="2/2", pattern_starts_on=date(2026, 1, 1))
    EmploymentFactory(ended_on=date(2025, 5, 5))
    return head


A_JOB = Employment.objects.filter(employee=OuterRef("pk")).order_by()

SHAPES = {
    "whole models": lambda: Employment.objects.all(),
    "in the order of a relation": lambda: Employment.objects.order_by("office__name", "-pk"),
    "related": lambda: Employment.objects.select_related("office", "employee", "position"),
    "related of related": lambda: Employment.objects.select_related("office__head", "office__deputy"),
    "reverse one-to-one, mostly missing": lambda: Employee.objects.select_related("trainer"),
    "there and back": lambda: Employee.objects.select_related("trainer__employee__trainer"),
    "one-to-one": lambda: Trainer.objects.select_related("employee"),
    "nullable, missing": lambda: Office.objects.select_related("head__trainer", "deputy"),
    "only some": lambda: Employment.objects.only("started_on", "office"),
    "only the key": lambda: Employment.objects.only("pk"),
    "only the key, with an annotation": lambda: Employment.objects.only("pk").annotate(more=Value(1)),
    "only the key, annotated by text": lambda: Office.objects.only("pk").annotate(lower=Lower("name")),
    "only the key of a related": lambda: Employment.objects.select_related("office").only(
        "started_on", "office__id"
    ),
    "only the key of a nullable related": lambda: Office.objects.select_related("head").only(
        "name", "head__id"
    ),
    "without some": lambda: Employment.objects.defer("started_on", "leave"),
    "without some of a related": lambda: Employment.objects.select_related("office").defer(
        "office__name", "leave"
    ),
    "annotated": lambda: Employee.objects.annotate(
        jobs=Count("employments"), works=Exists(A_JOB), offices=ArraySubquery(A_JOB.values("office"))
    ),
    "annotated by JSON, with related": lambda: Office.objects.select_related("head").annotate(
        json=JSONObject(name="name", days=Value([1, None], models.JSONField()))
    ),
    "alias": lambda: Employee.objects.alias(jobs=Count("employments")).filter(jobs__gt=0),
    "distinct by an order outside": lambda: Employment.objects.distinct().order_by("office__code", "pk"),
    "distinct values by an order outside": lambda: (
        Employment.objects.order_by("office__code", "pk").values("leave").distinct()
    ),
    "distinct list by an order outside": lambda: (
        Employment.objects.order_by("office__code", "pk").values_list("leave", "started_on").distinct()
    ),
    "distinct flat by an order outside": lambda: (
        Employment.objects.order_by("office__code").values_list("leave", flat=True).distinct()
    ),
    "values": lambda: Employment.objects.values(),
    "values by name": lambda: Employment.objects.values("pk", "office__name", "office_id", "employee"),
    "values after an annotation": lambda: Employment.objects.annotate(a=F("leave")).values("a", "pk"),
    "values before an annotation": lambda: Employment.objects.values("pk").annotate(a=F("leave")),
    "values around annotations": lambda: Employment.objects.annotate(a=F("leave"), b=Value(2)).values(
        "b", "pk", "a", c=F("office__name")
    ),
    "values in groups": lambda: Employment.objects.order_by().values("office").annotate(n=Count("pk")),
    "values of expressions": lambda: Employee.objects.values("pk", low=Lower("last_name")),
    "values with extra": lambda: Employee.objects.extra(select={"one": "1"}).values(),
    "list": lambda: Employment.objects.values_list(),
    "list by name": lambda: Employment.objects.values_list("office__name", "pk"),
    "list around annotations": lambda: Employment.objects.annotate(a=F("leave"), b=Value(2)).values_list(
        "b", "pk", "a"
    ),
    "list before an annotation": lambda: Employment.objects.values_list("pk").annotate(a=F("leave")),
    "list of expressions": lambda: Employee.objects.values_list(Lower("last_name"), "pk", Exists(A_JOB)),
    "flat": lambda: Employment.objects.values_list("started_on", flat=True),
    "flat of an annotation": lambda: Employment.objects.annotate(
        a=Value([1], models.JSONField())
    ).values_list("a", flat=True),
    "flat of a relation": lambda: Office.objects.values_list("head__trainer", flat=True),
    "per cent": lambda: Office.objects.annotate(share=Value("100 % %s %(a)s %%")),
    "sliced": lambda: Employment.objects.order_by("-pk")[1:2],
    "two joined": lambda: (
        Office.objects.order_by().values("pk").union(Employee.objects.order_by().values("pk"))
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_are_those_of_the_plain_queryset(people, shape):
    found = assert_the_same(Prepared(SHAPES[shape]))

    assert found or shape == "nothing"
    # The plain queryset itself, which has nothing of ours. Where it gives no order, both read the table.
    assert [contents(row) for row in found] == [contents(row) for row in SHAPES[shape]()]


@pytest.mark.parametrize(
    "build",
    [
        lambda office: office.employments.all(),
        lambda office: Office.objects.prefetch_related("employments"),
        lambda office: Office.objects.values_list("pk", "name", named=True),
    ],
    ids=["of one object", "with prefetching", "named"],
)
def test_what_would_be_read_otherwise_is_refused(build):
    office = OfficeFactory()

    with pytest.raises(TypeError, match="is not read"):
        Prepared(lambda: build(office))()


class OwnInit(models.Model):
    class Meta:
        abstract = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)


class OwnFromDb(models.Model):
    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args):
        return super().from_db(*args)


@pytest.mark.parametrize("parent", [OwnInit, OwnFromDb])
def test_a_model_that_inherits_a_way_of_its_own_to_be_made_is_refused(parent):
    class Child(parent):
        class Meta:
            abstract = True
            app_label = "centre"

    refuse_unusual(Office)
    with pytest.raises(TypeError, match="Child is made in a way of its own"):
        refuse_unusual(Child)


def test_a_model_to_whose_making_somebody_listens_is_refused():
    def listen(**kwargs):
        pass

    post_init.connect(listen, sender=Office)
    try:
        with pytest.raises(TypeError, match="Office is made in a way of its own"):
            Prepared(lambda: Office.objects.all())()
    finally:
        post_init.disconnect(listen, sender=Office)
    assert Prepared(lambda: Office.objects.all())() == []


def test_a_model_lives_on_as_any_other(people, django_assert_num_queries):
    jobs = Prepared(
        lambda: (
            Employment.objects.filter(pk=Given("pk")).select_related("office").defer("leave", "office__name")
        )
    )
    other, name = OfficeFactory(name="Новый"), Office.objects.get(head=people).name
    [job] = jobs(pk=people.employments.get().pk)

    with django_assert_num_queries(2):  # each is loaded when it is asked for
        assert (job.leave, job.office.name) == ("", name)
    job.office_id = other.pk  # the related object of before is forgotten
    assert job.office.name == "Новый"
    job.leave = "sick"
    with django_assert_num_queries(1):
        job.save()
    assert Employment.objects.count() == 3
    Employment.objects.filter(pk=job.pk).update(leave="vacation")
    job.refresh_from_db()
    assert (job.leave, job.office) == ("vacation", other)
    job.full_clean()
    key = job.pk
    job.delete()
    assert not Employment.objects.filter(pk=key).exists()


def test_rows_share_nothing_with_each_other(people):
    offices = Prepared(lambda: Employment.objects.select_related("office").order_by("pk")[:2])

    first, second = offices()
    again, _ = offices()

    assert first.office_id == second.office_id
    assert first.office is not second.office
    assert first._state is not again._state and first._state.fields_cache is not again._state.fields_cache


def every_prepared():
    """By its name each prepared queryset that a module of the product keeps."""
    for app in apps.get_app_configs():
        if pathlib.Path(app.path).parent == settings.BASE_DIR:
            for module in pkgutil.walk_packages([app.path], f"{app.name}."):
                if not {"migrations", "management", "wsgi"} & {*module.name.split(".")}:
                    importlib.import_module(module.name)
    for name, module in sorted(sys.modules.items()):
        for word, value in vars(module).items():
            if isinstance(value, Prepared) and not name.startswith("tests."):
                yield f"{name}.{word}", value


@pytest.fixture
def centre(people):
    """Rows for every prepared queryset of the product, and what each may be given."""
    PolicyFactory()
    trainee = EmploymentFactory(office=people.employments.get().office).employee
    trainer = TrainerFactory()
    mandatory = MandatorySessionFactory(trainer=trainer)
    needed = MandatorySessionFactory().course
    mandatory.course.prerequisites.add(needed)
    trainee.completions.create(course=needed, completed_on=date(2026, 1, 1), valid_until=date(2030, 1, 1))
    session = SessionFactory(seats=3, trainer=trainer, starts_at=in_days(21))
    for person in [trainee, *EmployeeFactory.create_batch(3)]:
        enrol(person, session)
    draft = SessionFactory(status=Session.Status.DRAFT)
    Booking.objects.filter(meeting__session=draft).delete()
    session.waivers.create(key="one", reason="надо", by=people)
    session.waivers.create(key="two", reason="надо")
    PreparedChange.objects.create(
        session=session, kind="move", plan={"meetings": []}, starts_at=in_days(15), session_version=1
    )
    session.assignments.update_or_create(
        trainer=trainer, defaults={"asked_at": in_days(-2), "answer_until": in_days(-1), "asked_for": [1]}
    )
    for site in (None, SiteFactory()):
        Interest.objects.create(trainee=trainee, course=SessionFactory().course, site=site)
    gone = SessionFactory()
    Enrolment.objects.create(
        trainee=trainee,
        session=gone,
        course=gone.course,
        seat=Seat.GIVEN_UP,
        ended_because=Ending.BY_CENTRE,
        ended_at=in_days(-1),
    )
    material = MaterialFactory(course=SelfPacedCourseFactory(is_mandatory=True, due_days=30))
    own = Employee.objects.get(pk=trainee.pk)
    row = accounts.sessions.BrowserSession.objects.create(
        session_key="k" * 32, session_data="x", expire_date=in_days(1), person=own
    )
    now = timezone.now()
    sessions = [session.pk, mandatory.pk, draft.pk]
    return {
        "trainee": trainee.pk,
        "person": trainee.pk,
        "pk": trainee.pk,
        "session": session.pk,
        "sessions": sessions,
        "meetings": list(Meeting.objects.values_list("pk", flat=True)),
        "course": session.course_id,
        "courses": [session.course_id, mandatory.course_id, material.course_id],
        "code": session.course.code,
        "key": row.session_key,
        "now": now,
        "today": timezone.localdate(now),
        "soon": timezone.localdate(now) + timedelta(days=60),
        "since": now - timedelta(days=30),
        "travel": timedelta(minutes=90),
        "ever": date.max,
        "days": [timezone.localdate(session.starts_at)],
        "site": None,
    }


def test_every_prepared_queryset_of_the_product_reads_as_django_does(centre):
    found = dict(every_prepared())
    found |= {f"keys {name}": keys_asked(frozenset({name})) for name in ("mine", "free")}
    found["nearest"] = nearest_asked(frozenset())

    empty = [name for name, one in found.items() if not rows_alike(one, centre)]

    assert len(found) > 20
    assert empty == []


def rows_alike(prepared, values):
    built = prepared.built = prepared.built or prepared._prepare()
    given = {slot.name: values[slot.name] for slot in built.slots}
    queryset_has_clock = {"new_key", "asked_at"} & {*built.queryset.query.annotations}
    if not queryset_has_clock:
        return assert_the_same(prepared, **given)
    ours, theirs = prepared(**given), as_django_reads(prepared, **given)
    for row in [*ours, *theirs]:  # each question has its own
        for name in queryset_has_clock:
            vars(row).pop(name)
    assert [contents(row) for row in ours] == [contents(row) for row in theirs]
    return ours
