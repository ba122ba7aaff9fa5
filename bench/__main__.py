"""Measure the centre next to the yardsticks, all in one run: ``python -m bench [small] [large] [board] [--quick]``.

"board" looks at the planners' board alone, in a browser (requirements-e2e.txt, and a Chromium instead of wrk).

Makes a durable private PostgreSQL in a temporary folder, fills it, starts the centre and a bare Django page under
the same gunicorn, and prints the tables of docs/performance.md. Needs wrk (apt-get install wrk), about a
gigabyte of disk for "large", and a quiet machine.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The centre as it would run behind its proxy, but for https; nothing of this machine's .env counts.
os.environ.setdefault("ENV_FILE", os.devnull)
os.environ["DJANGO_SETTINGS_MODULE"] = "trainingcenter.settings"

PORT, BARE_PORT = 8171, 8172
BURSTS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scales", nargs="*", default=["small"], choices=["small", "large", "board"])
    parser.add_argument("--quick", action="store_true", help="short runs, to see that everything works")
    asked = parser.parse_args()
    if len(asked.scales) > 1:  # each in a process of its own: Django is set up once, for one database
        for scale in asked.scales:
            subprocess.run(
                [sys.executable, "-m", "bench", scale, *(["--quick"] if asked.quick else [])], check=True
            )
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        measure_scale(asked.scales[0], folder, quick=asked.quick)
    finally:
        shutil.rmtree(folder)


def measure_scale(name: str, folder: Path, *, quick: bool) -> None:
    from trainingcenter.embedded_postgres import Cluster
    from trainingcenter.postgres_owner import binaries

    cluster = Cluster(folder / "postgres").hold()
    try:
        for database in ("bench", "yardstick"):
            cluster.create_database(database)
        os.environ["DATABASE_URL"] = cluster.url("bench")
        os.environ["VAR_DIR"] = str(folder)
        import django

        django.setup()
        from bench.run import run, run_board

        if name == "board":
            run_board(cluster, quick=quick)
        else:
            run(name, cluster, binaries(), quick=quick)
    finally:
        cluster.release()


if __name__ == "__main__":
    main()
