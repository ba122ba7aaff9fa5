# Read by the scripts of this folder: the installation's own settings say where its database and its uploads are.
# ENV_FILE names the environment's file where the environment does not hold it; PYTHON another Python than .venv's.

app=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-$app/.venv/bin/python}
backups=${BACKUP_DIR:-/var/backups/trainingcenter}

manage() {
    (cd "$app" && "$python" manage.py "$@")
}

# The password travels in the environment, where other people's `ps` does not show it.
eval "$(cd "$app" && DJANGO_SETTINGS_MODULE=trainingcenter.settings "$python" - <<'PYTHON'
import shlex

from django.conf import settings

database = settings.DATABASES["default"]
options = database["OPTIONS"]
found = {
    "PGHOST": database["HOST"],
    "PGPORT": database["PORT"],
    "PGUSER": database["USER"],
    "PGPASSWORD": database["PASSWORD"],
    "PGDATABASE": database["NAME"],
    "PGSSLMODE": options.get("sslmode"),
    "PGSSLROOTCERT": options.get("sslrootcert"),
    "MEDIA_ROOT": settings.MEDIA_ROOT,
}
for name, value in found.items():
    if value:
        print(f"export {name}={shlex.quote(str(value))}")
PYTHON
)"
export PGOPTIONS=--client-min-messages=warning
: "${PGDATABASE:?the settings name no database}"

# What is told on the page of the state when a script ends before its last line.
tell_failure() {
    local code=$?
    if [ "$code" -ne 0 ]; then
        manage heard "$1" --failed "${trouble:-${BASH_SOURCE[1]##*/} ended with code $code}" || true
    fi
}

say() {
    printf '%s %s\n' "$(date '+%H:%M:%S')" "$*"
}
