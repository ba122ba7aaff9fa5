"""Quotes of a title that stands within quotes (rule 30: Russian first)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone

from centre.errors import Refusal
from centre.quotes import with_inner_quotes
from enrolment.actions import enrol
from notifications.tasks import send_due_messages
from tests.enrolment.approvals import hr_admin
from tests.factories import CourseFactory, EmployeeFactory, OfficeFactory, SessionFactory

ROUND_TABLE = "Круглый стол «Новое за квартал»"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Курс «Звание «Ветеран труда»» пройден.", "Курс «Звание „Ветеран труда“» пройден."),
        ("«Офис «Мои документы» ЦАО» и «Митино»", "«Офис „Мои документы“ ЦАО» и «Митино»"),
        ("«От «а» до «я»»", "«От „а“ до „я“»"),
        ("Звание «Ветеран труда»", "Звание «Ветеран труда»"),
        ("«Первый» и «второй»", "«Первый» и «второй»"),
        ("“Звание «Ветеран труда»” is completed", "“Звание «Ветеран труда»” is completed"),
        ("Оборвано: «Звание «Ветеран труда»", "Оборвано: «Звание «Ветеран труда»"),
        ("без кавычек", "без кавычек"),
    ],
)
def test_rule_30_quotes_within_quotes_are_inner_ones(text, printed):
    assert with_inner_quotes(text) == printed


def test_s14_the_filter_leaves_the_escaping_as_it_is():
    page = Template("{% load centre_text %}{{ text|inner_quotes }}")

    assert page.render(Context({"text": "«<b> «а»»"})) == "«&lt;b&gt; „а“»"


def test_rule_30_a_refusal_has_inner_quotes():
    assert str(Refusal("Занято: «Звание «Ветеран труда»».")) == "Занято: «Звание „Ветеран труда“»."


@pytest.mark.django_db
def test_rule_30_what_is_said_after_a_cancellation_has_inner_quotes(client):
    person = EmployeeFactory()
    session = SessionFactory(course__title=ROUND_TABLE)
    enrolment = enrol(person, session, by=person)
    client.force_login(person)

    cancel = reverse("enrolment:cancel", args=[enrolment.pk])
    done = client.post(cancel, follow=True, headers={"Accept-Language": "ru"})

    assert "запись на курс «Круглый стол „Новое за квартал“» отменена" in done.content.decode()


@pytest.mark.django_db
def test_rule_30_a_letter_has_inner_quotes(time_machine):
    time_machine.move_to("2026-11-25 12:00+03:00", tick=False)
    person = EmployeeFactory()
    session = SessionFactory(course__title=ROUND_TABLE, starts_at=timezone.now() + timedelta(days=9))
    enrol(person, session, by=person)

    time_machine.move_to("2026-11-25 12:30+03:00", tick=False)
    send_due_messages()

    [letter] = mail.outbox
    assert letter.subject.startswith("Вы записаны: «Круглый стол „Новое за квартал“»")
    assert "Вы записаны на курс «Круглый стол „Новое за квартал“»." in letter.body


@pytest.mark.django_db
def test_rule_11_the_course_that_comes_first_is_named_with_inner_quotes(client):
    person = EmployeeFactory()
    session = SessionFactory()
    session.course.prerequisites.add(CourseFactory(title=ROUND_TABLE))
    client.force_login(person)

    page = client.get(session.course.get_absolute_url(), headers={"Accept-Language": "ru"})

    text = page.content.decode()
    assert "«Круглый стол „Новое за квартал“»" in text
    assert "квартал»»" not in text


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ru", "en"])
def test_rule_30_the_name_of_an_office_has_inner_quotes_in_a_sentence(client, language):
    office = OfficeFactory(name="Флагманский офис «Главный» ЦАО")
    client.force_login(hr_admin())

    page = client.get(
        reverse("website:office_leaders", args=[office.pk]), headers={"Accept-Language": language}
    )

    shown = {"ru": "«Флагманский офис „Главный“ ЦАО»", "en": "“Флагманский офис «Главный» ЦАО”"}[language]
    assert shown in page.content.decode()
