"""What was noticed about a row, in a sentence that names what was found and what to do."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.staff_import.rows import FIELD_LABELS, Finding

Params = Mapping[str, Any]


def sentence(finding: Finding) -> str:
    """The finding in the reader's language."""
    return SENTENCES[finding.code](finding.column, finding.params)


def is_name(column: str) -> bool:
    return column in ("full_name", "last_name", "first_name", "middle_name")


def label(column: str) -> str:
    return str(FIELD_LABELS[column])


def accepted(column: str, params: Params) -> str:
    notes = {
        "no_middle_name": _("Taken. There need not be a middle name."),
        "middle_name_of_two_words": _("Taken. The middle name has two words."),
        "double_and_short": _("Taken. A double last name and a short first name."),
        "double": _("Taken. A double last name."),
        "short": _("Taken. A short first name."),
        "no_last_break": _("Taken. The last line has no line break."),
    }
    return notes.get(params.get("note", ""), _("Taken."))


def spaces(column: str, params: Params) -> str:
    if params.get("no_break"):
        return _("Superfluous and no-break spaces were removed.")
    return _("Superfluous spaces were removed.")


def same_but_for_case(column: str, params: Params) -> str:
    if column == "office":
        return _("The office was found without regard to case.")
    if column == "position":
        return _("The position was found without regard to case.")
    return _("Position and office were found without regard to case.")


def without_yo(column: str, params: Params) -> str:
    if column == "office":
        return _("The office “%(name)s” was found without regard to ё.") % params
    return _("The position “%(name)s” was found without regard to ё.") % params


def latin_letters(column: str, params: Params) -> str:
    letters = params["letters"]
    values = {
        "letters": ", ".join(_("“%(title)s”") % {"title": one} for one in letters),
        "value": params["value"],
    }
    one = len(letters) == 1
    if is_name(column):
        if one:
            return (
                _("The Latin %(letters)s in the name was replaced by a Russian letter: “%(value)s”.") % values
            )
        return (
            _("Latin letters in the name were replaced by Russian ones (%(letters)s): “%(value)s”.") % values
        )
    if column == "office":
        if one:
            return (
                _(
                    "The Latin %(letters)s in the name of the office was replaced by a Russian letter: “%(value)s”."
                )
                % values
            )
        return (
            _(
                "Latin letters in the name of the office were replaced by Russian ones (%(letters)s): “%(value)s”."
            )
            % values
        )
    if one:
        return (
            _("The Latin %(letters)s in the position was replaced by a Russian letter: “%(value)s”.") % values
        )
    return (
        _("Latin letters in the position were replaced by Russian ones (%(letters)s): “%(value)s”.") % values
    )


def number_letter(column: str, params: Params) -> str:
    digits = {
        "0": _("The personnel number has the letter “%(letter)s” instead of a zero."),
        "1": _("The personnel number has the letter “%(letter)s” instead of a one."),
        "3": _("The personnel number has the letter “%(letter)s” instead of a three."),
    }
    found = digits[params["digit"]] % params
    if "line" in params:
        maybe = _("Perhaps %(number)s; this number already stands in line %(line)s. Check it.") % params
    else:
        maybe = _("Perhaps %(number)s. Check it.") % params
    return f"{found} {maybe}"


def date_serial(column: str, params: Params) -> str:
    return _("%(column)s “%(value)s” looks like Excel's inner number of a date: %(date)s. Confirm it.") % {
        **params,
        "column": label(column),
    }


def date_ambiguous(column: str, params: Params) -> str:
    first, second = (date_format(date.fromisoformat(one), "j E") for one in params["dates"])
    return _("The date “%(value)s” may mean %(first)s or %(second)s. Choose.") % {
        "value": params["value"],
        "first": first,
        "second": second,
    }


def date_future(column: str, params: Params) -> str:
    return _("%(column)s %(date)s is more than a year after the day of the list. Check the year.") % {
        **params,
        "column": label(column),
    }


def place_similar(column: str, params: Params) -> str:
    if column == "office":
        return (
            _(
                "The office “%(value)s” was not found. Similar: “%(name)s”. Confirm it, and it will be remembered."
            )
            % params
        )
    return _("The position “%(value)s” was not found. Similar: “%(name)s”. Confirm it.") % params


def place_unknown(column: str, params: Params) -> str:
    if column == "office":
        return _("The office “%(value)s” is not in the directory.") % params
    return _("The position “%(value)s” is not in the directory, nor is a similar one.") % params


def place_missing(column: str, params: Params) -> str:
    return _("The office is not filled in.") if column == "office" else _("The position is not filled in.")


def synonym(column: str, params: Params) -> str:
    return _("“%(value)s” was read as “%(name)s”, as was answered before.") % params


def status_unknown(column: str, params: Params) -> str:
    if params["name"]:
        return (
            _(
                "The state “%(value)s” was not found. Similar in meaning: “%(name)s”. "
                "Confirm it, and it will be remembered."
            )
            % params
        )
    return _("The state “%(value)s” was not found. Choose one, and it will be remembered.") % params


def number_conflict(column: str, params: Params) -> str:
    lines = params["lines"]
    if len(lines) == 2:
        return _(
            "The personnel number %(number)s belongs to two different people (lines %(first)s and %(second)s). "
            "Neither of them is loaded."
        ) % {"number": params["number"], "first": lines[0], "second": lines[1]}
    return _(
        "The personnel number %(number)s belongs to different people (lines %(lines)s). None is loaded."
    ) % {
        "number": params["number"],
        "lines": listed(lines),
    }


def number_repeated(column: str, params: Params) -> str:
    return _(
        "The personnel number %(number)s stands in several lines that say different things (%(lines)s). "
        "None of them is loaded."
    ) % {"number": params["number"], "lines": listed(params["lines"])}


def person_double(column: str, params: Params) -> str:
    values = {"numbers": listed(params["numbers"]), "lines": listed(params["lines"])}
    if len(params["lines"]) > 2:
        return (
            _(
                "The same name, position, office and hiring date under the numbers %(numbers)s (lines %(lines)s). "
                "Are they one person or several?"
            )
            % values
        )
    return (
        _(
            "The same name, position, office and hiring date under the numbers %(numbers)s (lines %(lines)s). "
            "Is it one person or two?"
        )
        % values
    )


def listed(values: list[Any]) -> str:
    """1, 2 and 3; a long list is cut."""
    texts = [str(value) for value in values[:10]]
    if len(values) > len(texts):
        return ", ".join(texts) + "…"
    if len(texts) < 2:
        return "".join(texts)
    return _("%(first)s and %(last)s") % {"first": ", ".join(texts[:-1]), "last": texts[-1]}


def columns_few(column: str, params: Params) -> str:
    return (
        ngettext(
            "The row has %(count)s column instead of %(width)s.",
            "The row has %(count)s columns instead of %(width)s.",
            params["count"],
        )
        % params
    )


def columns_many(column: str, params: Params) -> str:
    found = columns_few(column, params)
    if not params.get("split") or not params.get("delimiter"):
        return found
    split = params["split"]
    inside = _("the full name") if is_name(split) else _("the column “%(column)s”") % {"column": label(split)}
    maybe = _("Probably there is a superfluous %(delimiter)s inside %(inside)s.") % {
        "delimiter": delimiter_name(params["delimiter"]),
        "inside": inside,
    }
    return f"{found} {maybe}"


def delimiter_name(delimiter: str) -> str:
    names = {
        ";": pgettext("delimiter", "semicolon"),
        ",": pgettext("delimiter", "comma"),
        "\t": pgettext("delimiter", "tab"),
        "|": pgettext("delimiter", "vertical bar"),
    }
    return names[delimiter]


def by_delimiter(delimiter: str) -> str:
    names = {
        ";": pgettext("divided by", "a semicolon"),
        ",": pgettext("divided by", "a comma"),
        "\t": pgettext("divided by", "a tab"),
        "|": pgettext("divided by", "a vertical bar"),
    }
    return names[delimiter]


def other_delimiter(column: str, params: Params) -> str:
    return _("The columns are divided by %(found)s, in the rest of the file by %(usual)s.") % {
        "found": by_delimiter(params["delimiter"]),
        "usual": by_delimiter(params["usual"]),
    }


def encoding_mixed(column: str, params: Params) -> str:
    if params.get("encoding") == "utf-8":
        return _("The line was in UTF-8, the rest of the file in Windows-1251. It was read correctly.")
    return _("The line was in Windows-1251, the rest of the file in UTF-8. It was read correctly.")


def mojibake(column: str, params: Params) -> str:
    if is_name(column):
        return _("The name was spoiled by a double conversion. Perhaps “%(value)s”. Confirm it.") % params
    return _(
        "The column “%(column)s” was spoiled by a double conversion. Perhaps “%(value)s”. Confirm it."
    ) % {
        **params,
        "column": label(column),
    }


def letters_lost(column: str, params: Params) -> str:
    if is_name(column):
        return _("Question marks stand for the letters of the name; they cannot be restored.")
    return _("Question marks stand for the letters in the column “%(column)s”; they cannot be restored.") % {
        "column": label(column)
    }


def too_long(column: str, params: Params) -> str:
    return (
        ngettext(
            "The value is too long (more than %(count)s character).",
            "The value is too long (more than %(count)s characters).",
            params["count"],
        )
        % params
    )


def name_digit(column: str, params: Params) -> str:
    parts = {
        "last_name": _("A digit in the last name: “%(value)s”. Correct it."),
        "first_name": _("A digit in the first name: “%(value)s”. Correct it."),
        "middle_name": _("A digit in the middle name: “%(value)s”. Correct it."),
    }
    return parts[params["part"]] % params


def name_part_missing(column: str, params: Params) -> str:
    if params["part"] == "last_name":
        return _("The last name is not filled in.")
    return _("The first name is not filled in.")


def email_taken(column: str, params: Params) -> str:
    if "line" in params:
        return _("The address %(email)s already belongs to employee %(number)s (line %(line)s).") % params
    if params.get("number"):
        return _("The address %(email)s already belongs to employee %(number)s.") % params
    return _("The address %(email)s already belongs to another employee.") % params


def plain(text: Callable[[], str]) -> Callable[[str, Params], str]:
    """A sentence that only has its values filled in; said when it is read, in the reader's language."""
    return lambda column, params: text() % params


SENTENCES: dict[str, Callable[[str, Params], str]] = {
    "OK": accepted,
    "ANSWERED": plain(lambda: _("Taken, as was answered.")),
    "SKIPPED": plain(lambda: _("Left out, as was answered.")),
    "PREAMBLE": plain(lambda: _("The line above the headings was passed over.")),
    "EMPTY_LINE": plain(lambda: _("The empty line was passed over.")),
    "HEADER": plain(lambda: _("The headings of the table were found in line %(line)s.")),
    "HEADER_REPEATED": plain(lambda: _("The repeated headings were passed over.")),
    "TOTAL_LINE": plain(lambda: _("The line of totals was passed over.")),
    "DUPLICATE_SAME": plain(lambda: _("Line %(line)s again, with the same in every column. Passed over.")),
    "OPEN_QUOTE": plain(
        lambda: _("A quotation mark is opened in this line and never closed. Correct the line.")
    ),
    "COLUMNS_FEW": columns_few,
    "COLUMNS_MANY": columns_many,
    "DELIMITER": other_delimiter,
    "SPACES": spaces,
    "LINE_BREAK": plain(lambda: _("The line break inside the cell was replaced by a space: “%(value)s”.")),
    "INVISIBLE": plain(lambda: _("Invisible signs were removed: “%(value)s”.")),
    "CASE": same_but_for_case,
    "YO_MATCH": without_yo,
    "LATIN_LETTERS": latin_letters,
    "SYNONYM": synonym,
    "ENCODING_MIXED": encoding_mixed,
    "MOJIBAKE": mojibake,
    "LETTERS_LOST": letters_lost,
    "FORMULA": plain(lambda: _("A formula stands in the cell instead of text. Formulas are not loaded.")),
    "TOO_LONG": too_long,
    "NUMBER_MISSING": plain(lambda: _("The personnel number is not filled in.")),
    "NUMBER_SCIENTIFIC": plain(
        lambda: _(
            "A spreadsheet spoiled the personnel number “%(value)s”, it cannot be restored. "
            "Export the list again; the column must be text."
        )
    ),
    "NUMBER_UNREADABLE": plain(lambda: _("“%(value)s” is no personnel number.")),
    "NUMBER_LETTER": number_letter,
    "NUMBER_CONFLICT": number_conflict,
    "NUMBER_REPEATED": number_repeated,
    "APOSTROPHE": plain(lambda: _("The apostrophe before the personnel number was removed: %(number)s.")),
    "LEADING_ZEROS": plain(lambda: _("Zeros were added before the personnel number: %(number)s.")),
    "NAME_MISSING": plain(lambda: _("Last name, first name and middle name are not filled in.")),
    "NAME_PART_MISSING": name_part_missing,
    "NAME_ONE_WORD": plain(lambda: _("Only “%(value)s” is given. Last name and first name are needed.")),
    "NAME_INITIALS": plain(lambda: _("Initials stand for the first and middle name. Give them in full.")),
    "NAME_UPPER": plain(lambda: _("The name was written in capitals, corrected: “%(value)s”.")),
    "NAME_LOWER": plain(lambda: _("The name was written in small letters, corrected: “%(value)s”.")),
    "NAME_ORDER": plain(
        lambda: _("The words of the name are in an unusual order. Perhaps “%(value)s”. Confirm it.")
    ),
    "NAME_DIGIT": name_digit,
    "NAME_SIGN": plain(lambda: _("The sign “%(sign)s” stands in no name. Correct it.")),
    "PERSON_DOUBLE": person_double,
    "DATE_MISSING": plain(lambda: _("The hiring date is not filled in.")),
    "DATE_IMPOSSIBLE": plain(lambda: _("There is no date %(value)s.")),
    "DATE_UNREADABLE": plain(lambda: _("“%(value)s” is no date. Write it as 23.11.2026.")),
    "DATE_ISO": plain(lambda: _("The date is written in another form and was read as %(date)s.")),
    "DATE_TWO_DIGIT_YEAR": plain(
        lambda: _("The year is written with two digits. The date was read as %(date)s, confirm it.")
    ),
    "DATE_SERIAL": date_serial,
    "DATE_AMBIGUOUS": date_ambiguous,
    "DATE_FUTURE": date_future,
    "DATE_TOO_EARLY": plain(
        lambda: _("The hiring date %(date)s is before the first centre opened (%(opened)s). Confirm it.")
    ),
    "OFFICE_MISSING": place_missing,
    "OFFICE_SIMILAR": place_similar,
    "OFFICE_UNKNOWN": place_unknown,
    "POSITION_MISSING": place_missing,
    "POSITION_SIMILAR": place_similar,
    "POSITION_UNKNOWN": place_unknown,
    "STATUS_UNKNOWN": status_unknown,
    "SCHEDULE_UNKNOWN": plain(
        lambda: _("The work schedule “%(value)s” is not known. Choose one or leave it empty.")
    ),
    "KIND_UNKNOWN": plain(lambda: _("The kind of employment “%(value)s” is not known.")),
    "DISMISSAL_DATE_MISSING": plain(
        lambda: _("The person is dismissed, but the date of dismissal is not given.")
    ),
    "DISMISSAL_BEFORE_HIRE": plain(
        lambda: _("The dismissal date %(ended)s is before the hiring date %(started)s.")
    ),
    "EMAIL_INVALID": plain(
        lambda: _(
            "The address “%(value)s” is wrong and was not loaded. The employee is taken without e-mail."
        )
    ),
    "EMAIL_TAKEN": email_taken,
    "ACCOUNT_NAME_TAKEN": plain(lambda: _("The account of another person bears this number.")),
    "PERSON_KNOWN": plain(
        lambda: _(
            "%(name)s works or worked here under the number %(number)s. Is it the same person? "
            "Confirm it, or say that it is a namesake."
        )
    ),
    "SECOND_JOB": plain(lambda: _("A second job of %(name)s, number %(number)s.")),
    "SECOND_JOB_OF_WHOM": plain(
        lambda: _(
            "This is a second job, and nobody of this name has a first one. Check the kind of employment."
        )
    ),
    "SECOND_MAIN_JOB": plain(
        lambda: _(
            "%(name)s has another main job in force, number %(number)s. "
            "Let the list end that one, or name this one a second job."
        )
    ),
}
