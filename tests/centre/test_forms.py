from crispy_forms.utils import render_crispy_form
from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import translation

from centre.forms import CentreForm
from centre.models import Site


class RoomForm(CentreForm, forms.Form):
    name = forms.CharField(label="Название")
    seats = forms.IntegerField(label="Мест", max_value=20)
    note = forms.CharField(label="Примечание", required=False)
    button_label = "Сохранить аудиторию"
    cancel_url = "/rooms/?a=1&b=2"


class ShelfForm(CentreForm, forms.Form):
    kind = forms.ChoiceField(label="Вид", choices=[*BLANK_CHOICE_DASH, ("open", "Открытый")])
    site = forms.ModelChoiceField(Site.objects.none(), label="Площадка")


class WishedForm(CentreForm, forms.Form):
    site = forms.ModelChoiceField(Site.objects.none(), label="Площадка", required=False, empty_label="любая")


def test_a_form_explains_required_marks_and_its_button_says_what_it_does():
    with translation.override("ru"):
        html = render_crispy_form(RoomForm())

    assert "Поля со звёздочкой * нужно заполнить." in html
    assert html.count('<span class="asteriskField">*</span>') == 2
    assert "Сохранить аудиторию</button>" in html
    assert '<a class="button button--quiet" href="/rooms/?a=1&amp;b=2">Отмена</a>' in html
    assert "error-summary" not in html


def test_a_form_with_errors_sums_them_up_on_top_and_leads_to_each_field():
    with translation.override("ru"):
        html = render_crispy_form(RoomForm({"name": "", "seats": "21"}))

    assert html.index("error-summary") < html.index("<input")
    assert '<a href="#id_name">Заполните поле «Название».</a>' in html
    assert '<a href="#id_seats">Мест: Убедитесь, что это значение меньше либо равно 20.</a>' in html
    assert html.count("Заполните поле «Название».") == 2  # on top and beside the field


class VersionedForm(CentreForm, forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label="Название")


def test_expectation_32_what_is_wrong_with_a_hidden_field_is_a_sentence_and_no_link_to_it():
    form = VersionedForm({"name": "Зал"})

    with translation.override("ru"):
        html = render_crispy_form(form)

    assert "<li>Страница отправлена не целиком. Откройте её снова и ещё раз внесите изменения.</li>" in html
    assert "#id_version" not in html


def test_a_hidden_field_keeps_its_own_words():
    form = VersionedForm({"name": "Зал", "version": "1"})
    form.add_error("version", "Список устарел. Загрузите файл ещё раз.")

    html = render_crispy_form(form)

    assert "<li>Список устарел. Загрузите файл ещё раз.</li>" in html


def test_an_empty_choice_says_what_to_do(db):
    with translation.override("ru"):
        html = render_crispy_form(ShelfForm())

    assert (html.count(">Выберите</option>"), html.count("---")) == (2, 0)


def test_a_forms_own_word_for_nothing_chosen_stays():
    with translation.override("ru"):
        html = render_crispy_form(WishedForm())

    assert '<option value="" selected>любая</option>' in html
    assert "Выберите" not in html
