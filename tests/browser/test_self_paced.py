"""A self-paced course from its page in the catalogue to the completion, on a phone."""

import pytest

from notifications.models import Message
from notifications.tasks import send_due_messages
from tests.browser.conftest import Open
from tests.browser.small_centre import empty_centre, self_paced_course

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_self_paced_course_is_finished_on_a_phone(language, visit: Open, clock, transactional_db):
    course = self_paced_course("Пожарная безопасность", questions=3)
    trainee = empty_centre().employee
    phone = visit(width=360, language=language, employee=trainee)

    phone.open(course.get_absolute_url())
    phone.press("Start the course")
    phone.page.locator("main a.button").first.click()  # the first material, under its own title
    phone.sees("Как пользоваться огнетушителем")
    phone.press("Read, next")
    phone.sees("Куда выходить")
    phone.press("I have read it")
    phone.follow("Take the test")
    answer(phone, "Неверный ответ")
    phone.follow("Try the test again")
    answer(phone, "Верный ответ")

    phone.sees_words("The course is finished")
    phone.open("/completions/")
    phone.sees(course.title)
    phone.sees_words("%(number)s%%", number=100)
    phone.sees_words("until %(until)s", until={"ru": "2 марта 2028", "en": "2 March 2028"}[language])
    completion = trainee.completions.get()
    assert (completion.course, completion.score) == (course, 100)
    send_due_messages()
    assert list(Message.objects.filter(state=Message.State.SENT).values_list("kind", flat=True)) == [
        "completion_recorded"
    ]


def answer(phone, choice: str) -> None:
    """The same choice for each question, once the page with the questions has come: `all` does not wait for it."""
    phone.button("Send the answers").wait_for()
    for question in phone.page.get_by_label(choice, exact=True).all():
        question.check()
    phone.press("Send the answers")
