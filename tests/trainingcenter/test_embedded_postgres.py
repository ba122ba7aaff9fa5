"""The private PostgreSQL keeps what was committed through every rough end, and harms nobody."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dj_database_url
import psutil
import psycopg2
import pytest

from trainingcenter.embedded_postgres import Cluster, ClusterError, private_database_url

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys
from pathlib import Path
from trainingcenter.embedded_postgres import Cluster

cluster = Cluster(Path(sys.argv[1])).hold()
cluster.create_database("centre")
print("held", flush=True)
sys.stdin.read()
cluster.release()
"""


@pytest.fixture
def folder():
    """Short, so that the socket lies in the data folder; with what makes paths difficult."""
    base = Path(tempfile.mkdtemp(prefix="centre's база ", dir="/tmp"))
    yield base
    shutil.rmtree(base)


@pytest.fixture
def cluster(folder):
    cluster = Cluster(folder / "postgres")
    yield cluster
    if cluster.data.exists():
        cluster.stop()


def connect(cluster, name="postgres"):
    settings = dj_database_url.parse(cluster.url(name))
    return psycopg2.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"]
    )


def run(cluster, sql):
    connection = connect(cluster)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def postmaster(cluster):
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def holder(cluster):
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(cluster.data)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_the_cluster_knows_russian_letters(cluster):
    cluster.start()

    [row] = run(cluster, "SELECT lower('ЁЖ'), to_tsvector('обучения') @@ to_tsquery('обучение'), version()")

    assert row[:2] == ("ёж", True)


def test_committed_rows_survive_kill_9_and_uncommitted_do_not(cluster):
    cluster.start()
    run(cluster, "CREATE TABLE seat (id int)")
    run(cluster, "INSERT INTO seat VALUES (1)")
    unfinished = connect(cluster)
    unfinished.cursor().execute("INSERT INTO seat VALUES (2)")

    os.kill(postmaster(cluster), signal.SIGKILL)
    cluster.start()

    assert run(cluster, "SELECT id FROM seat") == [(1,)]
    unfinished.close()


def test_a_stale_pid_file_with_a_living_stranger_does_not_stop_the_start(cluster):
    cluster.start()
    run(cluster, "CREATE TABLE seat (id int)")
    kept = (cluster.data / "postmaster.pid").read_text()
    cluster.stop()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (cluster.data / "postmaster.pid").write_text(kept.replace(kept.split()[0], str(stranger.pid), 1))

        cluster.start()

        assert run(cluster, "SELECT count(*) FROM seat") == [(0,)]
        cluster.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_processes_that_start_at_once_share_one_server_and_the_last_stops_it(cluster):
    holders = [holder(cluster) for _ in range(3)]
    assert [process.stdout.readline() for process in holders] == [b"held\n"] * 3
    server = postmaster(cluster)

    holders[0].communicate(b"")
    holders[1].kill()
    holders[1].communicate()
    assert (cluster.answers(), postmaster(cluster)) == (True, server)
    holders[2].communicate(b"")

    assert not cluster.answers()


def test_a_holder_killed_with_9_leaves_the_server_to_the_next(cluster):
    killed = holder(cluster)
    killed.stdout.readline()
    server = postmaster(cluster)
    killed.kill()
    killed.communicate()
    assert cluster.answers()

    cluster.hold()
    assert postmaster(cluster) == server
    cluster.release()

    assert not cluster.answers()


def test_a_long_path_gets_a_private_socket_folder(folder):
    cluster = Cluster(folder / ("long " * 20) / "postgres").start()
    try:
        mode = cluster.socket_folder.stat().st_mode & 0o777

        assert (cluster.socket_folder.parent, oct(mode)) == (Path("/tmp"), "0o700")
        assert run(cluster, "SELECT 1") == [(1,)]
    finally:
        cluster.stop()
        cluster.socket_folder.rmdir()


def test_a_folder_moved_after_a_crash_starts_at_its_new_place(folder, cluster):
    cluster.start()
    run(cluster, "CREATE TABLE seat (id int)")
    os.kill(postmaster(cluster), signal.SIGKILL)
    time.sleep(0.5)
    cluster.data.rename(folder / "moved")
    moved = Cluster(folder / "moved").start()

    assert run(moved, "SELECT count(*) FROM seat") == [(0,)]
    moved.stop()


def test_a_folder_removed_under_its_server_is_made_anew_at_once(cluster):
    cluster.start()
    orphan = psutil.Process(postmaster(cluster))
    shutil.rmtree(cluster.data)

    began = time.monotonic()
    cluster.start()

    assert run(cluster, "SELECT 1") == [(1,)]
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
    assert time.monotonic() - began < 30  # PostgreSQL itself looks after its folder once a minute


def test_an_interrupted_initdb_is_begun_anew(cluster):
    cluster.data.mkdir(mode=0o700)
    (cluster.data / "half").write_text("written")

    cluster.start()

    assert run(cluster, "SELECT 1") == [(1,)]


def test_a_throw_away_cluster_is_made_anew_after_a_crash(folder):
    cluster = Cluster(folder / "test", throwaway=True).start()
    run(cluster, "CREATE TABLE seat (id int)")
    os.kill(postmaster(cluster), signal.SIGKILL)
    time.sleep(0.5)

    cluster.start()

    assert run(cluster, "SELECT to_regclass('seat')") == [(None,)]
    cluster.stop()


def test_data_of_another_version_are_refused_in_a_sentence(cluster):
    cluster.data.mkdir(mode=0o700)
    (cluster.data / "PG_VERSION").write_text("15\n")

    with pytest.raises(ClusterError, match="was made by PostgreSQL 15, here is 18"):
        cluster.start()


@pytest.mark.root
def test_root_without_namespaces_uses_an_account_and_changes_no_mode(folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))  # no unshare here
    cluster = Cluster(folder / "var" / "postgres").start()
    try:
        assert run(cluster, "SELECT 1") == [(1,)]
        assert oct(folder.stat().st_mode & 0o777) == "0o700"
        assert cluster.data.is_symlink()
    finally:
        cluster.stop()
        shutil.rmtree(cluster.data.resolve().parent)


def test_the_private_address_needs_no_running_server(folder):
    settings = dj_database_url.parse(private_database_url(folder))

    assert (settings["HOST"], settings["NAME"]) == (str(folder / "postgres"), "trainingcenter")
    assert not (folder / "postgres").exists()
