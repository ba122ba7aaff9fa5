"""Which models are recorded: a new one begins with a decision (rule 29)."""

from django.apps import apps

from tests.test_structure import ORDER
from website.audit.objects import NAMINGS, UNNAMED, audited_models

# What is not recorded, and why.
NOT_RECORDED = {
    "audit.change": "is the record",
    "audit.accessrecord": "is the record",
    "accounts.accessentry": "is only added to",
    "accounts.browsersession": "is where somebody is signed in",
    "accounts.passwordrequest": "is gone after a day",
    "accounts.savedview": "is a bookmark of its owner",
    "accounts.staffimport": "is its own record: who uploaded and applied what",
    "accounts.staffimportrow": "is a row of a file; what it did is recorded where it did it",
    "scheduling.sessionstep": "is only added to",
    "enrolment.bulkrow": "is a row of a list; what it did is recorded where it did it",
    "enrolment.enrolmententry": "is only added to",
    "notifications.message": "keeps every text, its state and its attempts",
    "notifications.calendarentry": "is what a sent message said",
    "centre.heartbeat": "is written every half minute",
    "centre.use": "counts, and is gone after a day",
    "people.position": "a word of the directories",
    "courses.qualification": "a word of the directories",
    "courses.equipment": "a word of the directories",
    "courses.material": "content",
    "learning.question": "content",
    "learning.choice": "content",
    "learning.attempt": "is only added to",
    "learning.readmaterial": "is only added to",
}


def test_rule_29_each_model_is_recorded_or_says_why_not():
    own = {
        model._meta.label_lower
        for model in apps.get_models()
        if model._meta.app_label in ORDER and not model._meta.proxy
    }

    assert own - set(audited_models()) == set(NOT_RECORDED)


def test_rule_29_tables_between_two_others_are_recorded_too():
    """Rights, roles, equipment, audiences: given or taken away without a change of either side."""
    between = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.auto_created and model._meta.app_label in {*ORDER, "auth"}
    }
    recorded = {model._meta.db_table for model in audited_models().values()}

    assert between - recorded == {"people_employee_user_permissions"}  # rights come from roles alone


def test_every_name_of_an_object_belongs_to_a_model():
    models = {model._meta.label_lower for model in apps.get_models()}

    assert {*NAMINGS, *UNNAMED} <= models
