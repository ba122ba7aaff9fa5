"""How each thing is: functions from what was read and the moment to lines of the page."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centre.heartbeats import BACKUP, RESTORE_TEST, WORKER
from centre.models import Heartbeat
from centre.templatetags.centre_text import percent, thin, when
from website.health import BEAT_IS_LATE, MESSAGES_ARE_LATE
from website.state.facts import Fact, Standing, Words
from website.state.reading import DatabaseSize, Disk, Queue
from website.state.schedule import PeriodicTask, periodic_tasks

# From here on something is broken and not only late.
MESSAGES_ARE_STUCK = timedelta(hours=2)
BEAT_IS_SILENT = timedelta(minutes=15)
TASK_IS_LATE, TASK_IS_MISSED = timedelta(minutes=5), timedelta(hours=2)
LISTS_ARE_LATE, LISTS_ARE_STUCK = timedelta(minutes=30), timedelta(hours=3)
# A nightly backup and a restore test every week, each with some patience.
BACKUP_IS_LATE, BACKUP_IS_MISSED = timedelta(hours=26), timedelta(days=3)
RESTORE_TEST_IS_LATE, RESTORE_TEST_IS_MISSED = timedelta(days=8), timedelta(days=35)
DISK_IS_SHORT, DISK_IS_FULL = 15, 5
MIGRATIONS_NAMED = 5


def by_age(age: timedelta, late: timedelta, too_late: timedelta) -> Standing:
    if age > too_late:
        return Standing.BROKEN
    return Standing.LOOK if age > late else Standing.GOOD


def number_of_messages(count: int) -> str:
    return ngettext("%(count)s message", "%(count)s messages", count) % {"count": thin(count)}


def due(queue: Queue, now: datetime) -> list[Fact]:
    title = _("Messages that are due")
    if queue.oldest is None:
        return [Fact(title, Standing.GOOD, _("Nothing waits."))]
    return [
        Fact(
            title,
            standing := by_age(now - queue.oldest, MESSAGES_ARE_LATE, MESSAGES_ARE_STUCK),
            number_of_messages(queue.count),
            _("The oldest is due since"),
            queue.oldest,
            ""
            if standing == Standing.GOOD
            else _(
                "See below whether the worker lives; if it does, open a message: its last error stands there."
            ),
            f"{reverse('notifications:message_list')}?tab=planned",
            _("Messages that wait"),
        )
    ]


def given_up(queue: Queue, now: datetime) -> list[Fact]:
    title = _("Messages given up")
    if not queue.count:
        return [Fact(title, Standing.GOOD, _("None."))]
    return [
        Fact(
            title,
            Standing.LOOK,
            number_of_messages(queue.count),
            _("The oldest was due"),
            queue.oldest,
            _("Correct the address of the person, then send the message again from its page."),
            f"{reverse('notifications:message_list')}?tab=failed",
            _("Messages that were not delivered"),
        )
    ]


def worker(beats: Mapping[str, Heartbeat], now: datetime) -> list[Fact]:
    title = _("Beat and worker")
    heard = beats.get(WORKER)
    advice = _(
        "Look at both services: systemctl status trainingcenter-worker trainingcenter-beat; then whether Redis answers."
    )
    if heard is None or heard.at is None:
        return [Fact(title, Standing.NEVER, advice=advice)]
    standing = by_age(now - heard.at, BEAT_IS_LATE, BEAT_IS_SILENT)
    is_good = standing == Standing.GOOD
    words = _("They do their work.") if is_good else _("Nothing is heard of them.")
    return [Fact(title, standing, words, _("Last heard"), heard.at, "" if is_good else advice)]


def tasks(beats: Mapping[str, Heartbeat], now: datetime) -> list[Fact]:
    return [task_fact(task, beats.get(task.name), now) for task in periodic_tasks()]


def task_fact(task: PeriodicTask, beat: Heartbeat | None, now: datetime) -> Fact:
    return last_run(
        task.title,
        beat,
        lambda ended_at: by_age(task.late_by(ended_at, now), TASK_IS_LATE, TASK_IS_MISSED),
        never=(
            Standing.NOT_YET,
            _("It is noted at its first run. Still nothing after a day? Restart the worker."),
        ),
        failed=_("Search the log of the worker for this error: journalctl -u trainingcenter-worker."),
        late=_("It is late. Restart the worker and the beat."),
    )


def last_run(
    title: Words,
    beat: Heartbeat | None,
    judge: Callable[[datetime], Standing],
    *,
    never: tuple[Standing, str],
    failed: str,
    late: str,
) -> Fact:
    """What ends again and again; what to do when it never did, when it failed, and when it is late."""
    if beat is None:
        return Fact(title, never[0], advice=never[1])
    if (ended_at := beat.went_well_at) is None:
        words = _("The last run failed: %(error)s") % {"error": beat.error}
        return Fact(title, Standing.BROKEN, words, _("Failed"), beat.failed_at, failed)
    words = ""
    if beat.failed_at:
        words = _("Before, %(when)s, it failed: %(error)s.") % {
            "when": when(beat.failed_at),
            "error": beat.error,
        }
    standing = judge(ended_at)
    advice = "" if standing == Standing.GOOD else late
    return Fact(title, standing, words, _("Last ended well"), ended_at, advice)


def staff_lists(queue: Queue, now: datetime) -> list[Fact]:
    title = _("Staff lists in the background")
    if queue.oldest is None:
        return [Fact(title, Standing.GOOD, _("None is being worked on."))]
    standing = by_age(now - queue.oldest, LISTS_ARE_LATE, LISTS_ARE_STUCK)
    words = ngettext(
        "%(count)s is being read or applied.", "%(count)s are being read or applied.", queue.count
    )
    advice = _("Restart the worker: the list begins anew by itself, nothing is half done.")
    return [
        Fact(
            title,
            standing,
            words % {"count": queue.count},
            _("The oldest was uploaded"),
            queue.oldest,
            "" if standing == Standing.GOOD else advice,
        )
    ]


def migrations(missing: list[str], now: datetime) -> list[Fact]:
    title = _("Migrations")
    if not missing:
        return [Fact(title, Standing.GOOD, _("The database fits this version."))]
    words = _("Missing: %(names)s") % {"names": ", ".join(missing[:MIGRATIONS_NAMED])}
    if len(missing) > MIGRATIONS_NAMED:
        words = f"{words}, … ({len(missing)})"
    advice = _("Run manage.py migrate, then restart web, worker and beat.")
    return [Fact(title, Standing.BROKEN, words, advice=advice)]


def size(read: DatabaseSize, now: datetime) -> list[Fact]:
    largest = ", ".join(f"{name} {filesizeformat(count)}" for name, count in read.largest)
    words = _("%(size)s. The largest tables: %(largest)s.") % {
        "size": filesizeformat(read.whole),
        "largest": largest,
    }
    return [Fact(_("Size of the database"), Standing.GOOD, words)]


def disks(read: list[Disk], now: datetime) -> list[Fact]:
    return [disk_fact(disk) for disk in read]


def disk_fact(disk: Disk) -> Fact:
    share = disk.free_percent
    standing = Standing.GOOD
    if share < DISK_IS_SHORT:
        standing = Standing.BROKEN if share < DISK_IS_FULL else Standing.LOOK
    words = _("%(free)s of %(total)s are free, %(share)s") % {
        "free": filesizeformat(disk.free),
        "total": filesizeformat(disk.total),
        "share": percent(share),
    }
    advice = _("Make room or enlarge the disk: without space neither uploads nor letters are kept.")
    title = _("Disk of %(folder)s") % {"folder": disk.folder}
    return Fact(title, standing, words, advice="" if standing == Standing.GOOD else advice)


def backup(beats: Mapping[str, Heartbeat], now: datetime) -> list[Fact]:
    advice = _(
        "Run deploy/backup.sh and read its last words; deploy/README.md shows the timer for every night."
    )
    return [copy_fact(_("Backup"), beats.get(BACKUP), now, BACKUP_IS_LATE, BACKUP_IS_MISSED, advice)]


def restore_test(beats: Mapping[str, Heartbeat], now: datetime) -> list[Fact]:
    advice = _("A copy that nobody has restored is a hope. Run deploy/restore-test.sh; it says what differs.")
    late, missed = RESTORE_TEST_IS_LATE, RESTORE_TEST_IS_MISSED
    return [copy_fact(_("Restore test"), beats.get(RESTORE_TEST), now, late, missed, advice)]


def copy_fact(
    title: Words, beat: Heartbeat | None, now: datetime, late: timedelta, missed: timedelta, advice: str
) -> Fact:
    return last_run(
        title,
        beat,
        lambda ended_at: by_age(now - ended_at, late, missed),
        never=(Standing.NEVER, advice),
        failed=advice,
        late=advice,
    )
