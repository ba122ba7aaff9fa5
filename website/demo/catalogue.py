"""Courses, their lessons and tests, and programmes of the demo centre."""

import tomllib
from typing import Any

from django.db import models

from courses.models import Course, Equipment, Material, Programme, ProgrammeStep, Qualification
from learning.models import Choice, Question
from people.models import Position
from website.demo.files import BATCH, FOLDER, add_missing, items, number, table


def load_catalogue() -> dict[str, int]:
    """Add the courses and programmes that are missing, with all that belongs to them; return the counts."""
    load_courses()
    load_programmes()
    load_lessons()
    shown = (Course, Programme, Material, Question)
    return {str(model._meta.verbose_name_plural): model._default_manager.count() for model in shown}


def load_courses() -> None:
    rows = {row["code"]: row for row in table("courses.csv")}
    courses = add_missing(Course, [course_of(row) for row in rows.values()])
    keys = {course.code: course.pk for course in Course.objects.only("code")}
    positions = {position.code: position.pk for position in Position.objects.all()}
    qualifications = {qualification.code: qualification.pk for qualification in Qualification.objects.all()}
    equipment = {thing.code: thing.pk for thing in Equipment.objects.all()}
    for relation, column, codes in (
        (Course.audience, "audience_positions", positions),
        (Course.prerequisites, "prerequisites", keys),
        (Course.qualifications, "required_qualifications", qualifications),
        (Course.equipment, "room_equipment", equipment),
    ):
        link(relation.field, {course.pk: rows[course.code][column] for course in courses}, codes)


def course_of(row: dict[str, str]) -> Course:
    return Course(
        code=row["code"],
        title=row["title"],
        description=row["description"],
        block=row["block"],
        topic=row["topic"],
        format=row["format"],
        delivery=row["delivery"],
        academic_hours=int(row["hours_academic"]),
        meetings=number(row["meetings"]),
        group_min=number(row["group_min"]),
        group_max=number(row["group_max"]),
        repeat_months=number(row["recert_months"]),
        is_mandatory=row["mandatory"] == "1",
        due_days=number(row["due_days"]),
        result_kind=row["result_kind"],
        passing_score=number(row["passing_score"]),
        document_kind=row["document_kind"],
    )


def link(field: models.ManyToManyField, cells: dict[int, str], codes: dict[str, int]) -> None:
    """Relate rows to what their cells name, by codes; "ALL" is nobody in particular, so it names nothing."""
    through: Any = field.remote_field.through
    source, target = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    through._default_manager.bulk_create(
        through(**{source: pk, target: codes[code]})
        for pk, cell in cells.items()
        for code in items(cell)
        if code != "ALL"
    )


def load_programmes() -> None:
    rows = {row["code"]: row for row in table("programmes.csv")}
    programmes = add_missing(
        Programme,
        [
            Programme(
                code=row["code"],
                title=row["title"],
                description=row["description"],
                trigger=row["trigger"],
                deadline_days=number(row["deadline_days"]),
                repeat_months=number(row["repeat_months"]),
            )
            for row in rows.values()
        ],
    )
    positions = {position.code: position.pk for position in Position.objects.all()}
    audiences = {programme.pk: rows[programme.code]["audience_positions"] for programme in programmes}
    link(Programme.audience.field, audiences, positions)
    courses = {course.code: course.pk for course in Course.objects.only("code")}
    keys = {programme.code: programme.pk for programme in programmes}
    ProgrammeStep.objects.bulk_create(
        ProgrammeStep(
            programme_id=keys[row["programme"]],
            number=int(row["step"]),
            course_id=courses[row["course"]],
            is_required=row["required"] == "1",
        )
        for row in table("programme_courses.csv")
        if row["programme"] in keys
    )


def load_lessons() -> None:
    """Materials and tests of the self-paced courses that have none yet."""
    files = {path.stem: path for path in sorted((FOLDER / "lessons").glob("*.toml"))}
    courses = Course.objects.filter(code__in=files, materials__isnull=True, questions__isnull=True)
    materials, questions, choices = [], [], []
    for course in courses.only("code").order_by("code"):
        lessons = tomllib.loads(files[course.code].read_text(encoding="utf-8"))
        for place, lesson in enumerate(lessons["lessons"], start=1):
            materials.append(
                Material(
                    course=course,
                    number=place,
                    title=lesson["title"],
                    text=lesson["text"].strip(),
                    minutes=lesson["minutes"],
                )
            )
        for place, asked in enumerate(lessons.get("questions", []), start=1):
            question = Question(course=course, number=place, text=asked["text"])
            questions.append(question)
            choices += [
                Choice(question=question, number=n, text=text, is_right=n == asked["correct"] + 1)
                for n, text in enumerate(asked["choices"], start=1)
            ]
    Material.objects.bulk_create(materials, batch_size=BATCH)
    Question.objects.bulk_create(questions, batch_size=BATCH)
    Choice.objects.bulk_create(choices, batch_size=BATCH)
