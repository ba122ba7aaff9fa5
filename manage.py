#!/usr/bin/env python
"""Django's command line; it starts the private PostgreSQL first when DATABASE_URL names no server."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingcenter.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError
    from environs import EnvError

    from trainingcenter.embedded_postgres import ClusterError, ensure_database

    try:
        ensure_database()
    except (ClusterError, EnvError) as error:
        sys.exit(str(error))
    from audit.context import acting

    try:
        with acting(source=" ".join(["command", *sys.argv[1:2]])):
            execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "connection to server" not in str(error):
            raise
        sys.exit(f"The database cannot be reached; look at DATABASE_URL.\n{error}")


if __name__ == "__main__":
    main()
