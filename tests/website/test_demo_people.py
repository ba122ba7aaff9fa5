"""The demo's fictional people: the same number is the same people."""

import pytest

from website.demo.files import FOLDER
from website.demo.people import shares, staff_list


def test_three_hundred_people_are_the_sample():
    assert staff_list(300) == (FOLDER / "employees_sample_utf8.csv").read_bytes()


@pytest.mark.parametrize("count", [6, 60, 199, 1000])
def test_a_list_has_as_many_people_as_asked_each_with_a_number_and_an_address_of_their_own(count):
    rows = [line.split(",") for line in staff_list(count).decode().splitlines()[1:]]

    assert len(rows) == count
    assert len({row[0] for row in rows}) == count
    assert len({row[-1] for row in rows}) == count


def test_too_few_people_are_no_centre():
    with pytest.raises(ValueError, match="6"):
        staff_list(5)


def test_shares_add_up_and_nobody_has_less_than_six():
    assert shares(100, [1, 1, 8]) == [14, 14, 72]
    assert sum(shares(1000, [3, 7, 11, 13])) == 1000
