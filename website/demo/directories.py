"""Offices, positions, sites, rooms and the calendar of the demo centre."""

from datetime import date, time

from centre.models import CalendarDay, Site
from courses.models import Equipment, Qualification
from people.models import Office, Position
from scheduling.models import Room
from website.demo.files import add_missing, items, number, table


def load_directories() -> dict[str, int]:
    """Add what is missing; return how many rows each directory has now."""
    load_offices()
    load_calendar()
    load_rooms()
    add_missing(
        Qualification,
        [
            Qualification(code=row["code"], title=row["title"], valid_months=number(row["valid_months"]))
            for row in table("qualifications.csv")
        ],
    )
    models = (Office, Position, Site, Room, Equipment, Qualification, CalendarDay)
    return {str(model._meta.verbose_name_plural): model._default_manager.count() for model in models}


def load_offices() -> None:
    add_missing(
        Office,
        [
            Office(
                code=row["code"],
                kind=row["kind"],
                name=row["name"],
                district=row["district"],
                okrug=row["okrug"],
                opens_at=time.fromisoformat(row["open_from"]),
                closes_at=time.fromisoformat(row["open_to"]),
            )
            for row in table("offices.csv")
        ],
    )
    add_missing(
        Position,
        [
            Position(code=row["code"], title=row["title"], group=row["group"], description=row["description"])
            for row in table("positions.csv")
        ],
    )


def load_calendar() -> None:
    add_missing(
        CalendarDay,
        [
            CalendarDay(
                on=date.fromisoformat(row["date"]),
                kind=row["kind"],
                name=row["name"],
                status=row["status"],
                is_closed=row["offices_closed_assumed"] == "1",
                note=row["note"],
            )
            for row in table("public_holidays.csv")
        ],
        key=["on"],
    )


def load_rooms() -> None:
    rows = table("sites_rooms.csv")
    add_missing(
        Equipment, [Equipment(code=row["code"], title=row["title"]) for row in table("equipment.csv")]
    )
    add_missing(
        Site,
        {
            row["site_code"]: Site(
                code=row["site_code"],
                name=row["site_name"],
                opens_at=time.fromisoformat(row["open_from"]),
                closes_at=time.fromisoformat(row["open_to"]),
                is_online=row["site_code"] == "ONLINE",
            )
            for row in rows
        }.values(),
    )
    sites = {site.code: site for site in Site.objects.all()}
    rooms = add_missing(
        Room,
        [
            Room(
                site=sites[row["site_code"]],
                code=row["room_code"],
                name=row["room_name"],
                capacity=int(row["capacity"]),
                is_step_free=row["step_free"] == "1",
                note=row["note"],
            )
            for row in rows
        ],
    )
    equipment = {thing.code: thing.pk for thing in Equipment.objects.all()}
    has = {row["room_code"]: items(row["equipment"]) for row in rows}
    Room.equipment.through.objects.bulk_create(
        Room.equipment.through(room_id=room.pk, equipment_id=equipment[code])
        for room in rooms
        for code in has[room.code]
    )
