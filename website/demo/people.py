"""Makes any number of fictional employees: a staff list, always the same for the same number."""

import csv
import io
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from website.demo.files import table, words

# The lists are made as of this day, so that the same number of people is the same people on any day.
LISTED_ON = date(2026, 11, 23)
SEED = 2026
FIRST_CENTRE_OPENED_ON = date(2011, 8, 22)
FEWEST = 6
# From so many people on the training centre and headquarters are part of the list, or every office is used.
WITH_INNER_UNITS, LARGE_HEADQUARTERS, ALL_OFFICES = 200, 5000, 3000
PEOPLE_OF_AN_OFFICE = 22
KNOWN_OFFICES = ("D-SZAO-STROGINO", "P-VDNH", "F-CAO")
FIVE_DAYS_A_WEEK = {"OFFICE_HEAD", "DEP_HEAD", "DOC_SPEC", "ARCH_SPEC", "QUALITY_SPEC"}
EXPERIENCED = {"OFFICE_HEAD", "DEP_HEAD", "SECTOR_HEAD", "CHIEF_SPEC"}
NEVER_LEAVE = {"OFFICE_HEAD", "SPEC_TRAINEE"}
HEADINGS = [
    "personnel_number",
    "last_name",
    "first_name",
    "middle_name",
    "position_title",
    "office_name",
    "hire_date",
    "status",
    "dismissal_date",
    "work_schedule",
    "email",
]

Name = tuple[str, str, str]


@dataclass
class Post:
    """A place in the staff list before somebody holds it."""

    position: str
    office: str
    pattern: str
    name: Name | None = None
    number: str = ""


@dataclass
class Person:
    post: Post
    name: Name
    hired_on: date
    status: str
    dismissed_on: date | None
    schedule: str
    number: str = ""
    email: str = ""
    hiring_order: tuple[str, str, str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.hiring_order = (self.hired_on.isoformat(), self.post.office, *self.name[:2])


def staff_list(count: int) -> bytes:
    """A staff list of `count` people as UTF-8 CSV.

    Raises:
        ValueError: a centre has at least six people.
    """
    if count < FEWEST:
        raise ValueError(f"{FEWEST} people at least")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADINGS)
    titles = {row["code"]: row["title"] for row in table("positions.csv")}
    for person in People(random.Random(SEED)).make(count):
        writer.writerow(
            [
                person.number,
                *person.name,
                titles[person.post.position],
                person.post.office,
                person.hired_on.isoformat(),
                person.status,
                person.dismissed_on.isoformat() if person.dismissed_on else "",
                person.schedule,
                person.email,
            ]
        )
    return out.getvalue().encode()


class People:
    """Draws people from the words of ``names.toml``. The order of the draws is part of the result."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.words = words("names.toml")
        self.men = [line.split() for line in self.words["men"].strip().splitlines()]
        self.women = self.words["women"].split()
        self.surnames = self.words["surnames"].split()
        self.statuses = [
            status["word"] for status in self.words["list"]["statuses"] for _ in range(status["of_100"])
        ]
        latin = self.words["latin"]
        self.latin = dict(zip(latin["alphabet"], latin["letters"].split(), strict=True))

    def make(self, count: int) -> list[Person]:
        people = [self.person(post) for post in self.posts(count)]
        self.give_numbers(people)
        self.give_emails(people)
        return sorted(people, key=lambda person: person.number)

    def posts(self, count: int) -> list[Post]:
        offices = table("offices.csv")
        names = {office["code"]: office["name"] for office in offices}
        inner = list(self.inner_posts(count, names)) if count >= WITH_INNER_UNITS else []
        left = count - len(inner)
        desks = [office for office in offices if office["kind"] in {"district", "flagship", "palace"}]
        if count < ALL_OFFICES:
            wanted = max(1, min(len(desks), left // PEOPLE_OF_AN_OFFICE))
            known = KNOWN_OFFICES[:wanted]
            others = [office for office in desks if office["code"] not in known]
            drawn = self.rng.sample(others, wanted - len(known))
            desks = [office for office in desks if office["code"] in known] + drawn
            desks.sort(key=lambda office: office["code"])
        sizes = shares(left, [int(office["staff_demo"]) for office in desks])
        return inner + [
            Post(position, office["name"], "5/2" if position in FIVE_DAYS_A_WEEK else "2/2")
            for office, size in zip(desks, sizes, strict=True)
            for position in office_positions(size)
        ]

    def inner_posts(self, count: int, names: dict[str, str]) -> Iterator[Post]:
        centre, headquarters = names["H-TC"], names["H-HQ"]
        for trainer in table("trainers.csv"):
            name = (trainer["last_name"], trainer["first_name"], trainer["middle_name"])
            yield Post(
                trainer["position"], centre, trainer["work_pattern"], name, trainer["personnel_number"]
            )
        for position in ("TC_HEAD", "TC_ADMIN", "TC_ADMIN", "METHODIST"):
            yield Post(position, centre, "5/2")
        for _ in range(4 if count >= LARGE_HEADQUARTERS else 1):
            for position in ("HR_TRAINING", "HR_TRAINING", "HR_SPEC", "HR_SPEC", "SAFETY_SPEC"):
                yield Post(position, headquarters, "5/2")

    def person(self, post: Post) -> Person:
        name = post.name or self.draw_name(is_woman=self.rng.random() < 0.8)
        if post.position == "SPEC_TRAINEE":
            days = self.rng.randint(1, 85)
        elif post.position in EXPERIENCED or post.name:
            days = self.rng.randint(800, 5300)
        else:
            days = int(5400 * self.rng.random() ** 1.7) + 20
        hired_on = max(LISTED_ON - timedelta(days=days), FIRST_CENTRE_OPENED_ON)
        while hired_on.weekday() > 4 or (hired_on.month == 1 and hired_on.day < 10):
            hired_on -= timedelta(days=1)
        status, dismissed_on = self.words["list"]["statuses"][0]["word"], None
        if post.position not in NEVER_LEAVE and not post.name:
            if self.rng.random() < 0.015 and days > 200:
                status = self.words["list"]["dismissed"]
                dismissed_on = LISTED_ON - timedelta(days=self.rng.randint(1, 60))
            else:
                status = self.rng.choice(self.statuses)
        if post.pattern == "5/2":
            schedule = self.words["list"]["five_two"]
        else:
            schedule = self.words["list"]["two_two"] + self.rng.choice(self.words["list"]["shifts"])
        return Person(post, name, hired_on, status, dismissed_on, schedule)

    def draw_name(self, *, is_woman: bool) -> Name:
        """Last, first and middle name; a few uncommon but real shapes among them."""
        surname = self.rng.choice(self.surnames)
        parts = [surname]
        if self.rng.random() < 0.015:
            parts.append(self.rng.choice(self.surnames))
        last_name = "-".join(self.feminine(part) if is_woman else part for part in parts)
        first_name = self.rng.choice(self.women) if is_woman else self.rng.choice(self.men)[0]
        middle_name = self.rng.choice(self.men)[2 if is_woman else 1]
        shape = self.rng.random()
        if shape < 0.006:
            middle_name = ""
        elif shape < 0.010:
            turkic = self.words["turkic"]
            father = self.rng.choice(turkic["fathers"])
            middle_name = f"{father} {turkic['daughter' if is_woman else 'son']}"
        return last_name, first_name, middle_name

    def feminine(self, surname: str) -> str:
        for ending, feminine in self.words["feminine"].items():
            if surname.endswith(ending):
                return surname.removesuffix(ending) + feminine
        return surname

    def give_numbers(self, people: Sequence[Person]) -> None:
        """Personnel numbers in the order of hiring, with gaps as in life; the trainers have theirs."""
        number = 1000
        for person in people:
            person.number = person.post.number
        for person in sorted((p for p in people if not p.number), key=lambda person: person.hiring_order):
            number += self.rng.randint(1, 7)
            person.number = f"{number:08d}"

    def give_emails(self, people: Sequence[Person]) -> None:
        taken: Counter[str] = Counter()
        for person in people:
            last_name, first_name, middle_name = (self.in_latin(part) for part in person.name)
            address = f"{last_name}.{first_name[:1]}{middle_name[:1]}"
            taken[address] += 1
            suffix = str(taken[address]) if taken[address] > 1 else ""
            person.email = f"{address}{suffix}@mfc.example"

    def in_latin(self, text: str) -> str:
        letters = (self.latin.get(letter, letter if letter.isalnum() else "") for letter in text.lower())
        return "".join(letter.replace("-", "") for letter in letters)


def office_positions(size: int) -> list[str]:
    """The positions of an office of that many people, six at least."""
    hall = max(1, round(size * 0.15))
    plan = {
        "OFFICE_HEAD": 1,
        "DEP_HEAD": 1 if size < 40 else 2,
        "SECTOR_HEAD": max(1, size // 18),
        "DOC_SPEC": 1 + size // 60,
        "ARCH_SPEC": size // 50,
        "QUALITY_SPEC": size // 60,
        "IT_SPEC": size // 60,
        "MOBILE_SPEC": size // 45,
        "SPEC_TRAINEE": round(size * 0.06),
        "ADM_ASSIST": hall - hall // 3,
        "HALL_ADMIN": hall // 3,
    }
    rest = size - sum(plan.values())
    leading, chief = rest * 22 // 100, rest * 12 // 100
    plan |= {"LEAD_SPEC": leading, "CHIEF_SPEC": chief, "UNI_SPEC": rest - leading - chief}
    return [position for position, count in plan.items() for _ in range(count)]


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights, six each at least, with that sum."""
    left = total - FEWEST * len(weights)
    exact = [left * weight / sum(weights) for weight in weights]
    sizes = [FEWEST + int(part) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (int(exact[i]) - exact[i], i))
    for i in by_remainder[: total - sum(sizes)]:
        sizes[i] += 1
    return sizes
