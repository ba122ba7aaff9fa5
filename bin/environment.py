"""Makes the project's Python environment; needs nothing but the standard library.

Any Python 3.6 can read this file, so that an old one says what is missing or hands over to a newer one.

    VENV                 where it lies, .venv by default; a link to another folder is followed
    .venv/installed/     one file per lock, with the fingerprint of what was installed

The locks (requirements*.lock) name every file that may be installed by its hash: see tools/lock.py.
"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NoReturn, Optional

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV", ROOT / ".venv")).absolute()
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
NEEDED_BYTES = 1_000_000_000
# uv installs the packages four times faster than pip and is not needed otherwise.
INSTALLER = "requirements-installer.lock"
NETWORK_WORDS = (
    "Could not fetch",
    "Connection refused",
    "ConnectTimeout",
    "Could not connect",
    "Failed to establish a new connection",
    "Max retries exceeded",
    "Name or service not known",
    "NewConnectionError",
    "Network is unreachable",
    "Read timed out",
    "Temporary failure in name resolution",
    "dns error",
    "error sending request",
)


def say(text: str) -> None:
    print(text, flush=True)


def give_up(text: str) -> NoReturn:
    sys.exit(f"{Path(sys.argv[0]).name}: {text}")


def prepare(*locks: str) -> Path:
    """The environment's Python, after everything in these locks was installed.

    Only what changed since the last time is installed again. Ends the program with one sentence when it cannot.
    """
    need_python()
    try:
        with only_one_at_a_time():
            make_environment()
            for name in locks:
                install(name)
    except KeyboardInterrupt:
        give_up("interrupted; the next start goes on from here.")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            give_up_for_space()
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR):
            give_up(f"{error.filename} cannot be written. Start as its owner, or set VENV and VAR_DIR.")
        raise
    return PYTHON


def need_python() -> None:
    """Go on with a newer Python of this machine when this one is too old."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(15, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    version = ".".join(map(str, sys.version_info[:2]))
    give_up(f"Python 3.11 or newer is needed, this is {version}. Install python3.11 and start again.")


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with open(VENV.with_name(VENV.name + ".lock"), "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command prepares the environment; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_environment() -> None:
    """Make the environment unless it works; one left half made, or by a Python that is gone, is made anew."""
    if works(PYTHON) and ((VENV / "installed").exists() or shutil.which("uv") or has_pip()):
        return
    if VENV.is_symlink() and not VENV.exists():
        give_up(f"{VENV} is a link to nothing. Remove it and start again.")
    if shutil.disk_usage(VENV.parent).free < NEEDED_BYTES:
        give_up_for_space()
    VENV.mkdir(exist_ok=True)
    if any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        give_up(f"{VENV} is not an environment of Python. Move it away, or set VENV, and start again.")
    ways = []
    if importlib.util.find_spec("ensurepip"):
        ways.append([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if shutil.which("uv"):
        ways.append(["uv", "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)])
    if importlib.util.find_spec("virtualenv"):
        ways.append([sys.executable, "-m", "virtualenv", "--quiet", "--clear", str(VENV)])
    if importlib.util.find_spec("pip"):
        ways.append([sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)])
    if not ways:
        give_up(
            "this Python has neither ensurepip nor pip to make an environment with. "
            "Install them (Debian, Ubuntu: apt-get install python3-venv) or uv, and start again."
        )
    for way in ways:
        failed = run(way)
        if not failed and works(PYTHON):
            return
    explain(failed, "The environment could not be made")


def install(name: str) -> None:
    """Install what a lock names, and no other file, unless exactly this was installed the last time."""
    stamp = VENV / "installed" / name
    wanted = fingerprint(name)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing the packages of {name}; the first time takes about a minute.")
    file = str(ROOT / name)
    uv = find_uv()
    failed = (
        run(
            [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", file],
            uv_settings(),
        )
        if uv
        else "-"
    )
    if failed and has_pip():  # for example a package index that only pip is configured for
        failed = run([*pip(), "install", "--quiet", "--require-hashes", "-r", file])
    if failed:
        explain(failed, f"The packages of {name} could not be installed")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def fingerprint(name: str) -> str:
    """Changes when the lock or the environment's Python changes."""
    text = (ROOT / name).read_text("utf-8")
    return hashlib.sha256(f"{text}\n{PYTHON.resolve()}".encode()).hexdigest()


def pip() -> List[str]:
    """The environment's own pip, or that of the Python which runs this."""
    if works(PYTHON, "-m", "pip"):
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def has_pip() -> bool:
    return works(Path(pip()[0]), *pip()[1:])


def find_uv() -> Optional[str]:
    """uv of this machine, else one installed into the environment; None when there is none to be had."""
    own = VENV / "bin" / "uv"
    if not works(own) and not shutil.which("uv"):
        # An installation that was interrupted may have left half of it, which pip would take for the whole.
        words = ["install", "--quiet", "--retries", "1", "--force-reinstall", "--require-hashes", "-r"]
        failed = run([*pip(), *words, str(ROOT / INSTALLER)])
        if is_about_network(failed) or is_about_space(failed):
            explain(failed, "The packages could not be installed")
    return str(own) if works(own) else shutil.which("uv")


def uv_settings() -> Dict[str, str]:
    """Where pip is told to find packages and whom it trusts, in the words of uv."""
    words = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    listed = subprocess.run(
        [*pip(), "config", "list"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    settings = {} if "UV_SYSTEM_CERTS" in os.environ else {"UV_SYSTEM_CERTS": "true"}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        word = words.get(key.rpartition(".")[2])
        if word and word not in os.environ:
            settings[word] = value.strip("'\"")
    # As pip looks: all places are equal, for the hashes say which file is the right one.
    settings.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return settings


def works(program: Path, *arguments: str) -> bool:
    try:
        return subprocess.run([str(program), *arguments, "--version"], capture_output=True).returncode == 0
    except OSError:  # it is not there, or half of it
        return False


def run(command: List[str], variables: Optional[Dict[str, str]] = None) -> str:
    """What the command said when it failed; nothing when it worked."""
    environment = {**os.environ, **(variables or {})}
    environment.pop("PYTHONPATH", None)
    result = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    )
    return (result.stdout.strip() or f"{command[0]} failed") if result.returncode else ""


def is_about_network(text: str) -> bool:
    return any(word in text for word in NETWORK_WORDS)


def is_about_space(text: str) -> bool:
    return "No space left on device" in text or "Disk quota exceeded" in text


def explain(failed: str, what: str) -> NoReturn:
    if is_about_space(failed):
        give_up_for_space()
    if is_about_network(failed):
        give_up(
            f"{what[0].lower()}{what[1:]}, for the package index does not answer. "
            "Connect to the network, or name a reachable index in PIP_INDEX_URL, and start again."
        )
    last_lines = "\n".join(failed.splitlines()[-15:])
    give_up(f"{what[0].lower()}{what[1:]}:\n{last_lines}")


def give_up_for_space() -> NoReturn:
    free = shutil.disk_usage(VENV.parent).free // 1_000_000
    give_up(
        f"the disk of {VENV.parent} is full: {free} MB are free, about 1000 are needed. Free some and start again."
    )
