#!/usr/bin/env bash
# Restores the newest backup, or the one named, into a scratch database and a scratch folder, compares both with the
# list that was made with it, says how long it took, and says so on the page of the state. The role of the application
# has to be allowed to create databases, or PGUSER_SCRATCH names one that is (it needs no password, or one in ~/.pgpass).
set -euo pipefail
umask 077
source "$(dirname "${BASH_SOURCE[0]}")/installation.sh"

scratch=${SCRATCH_DATABASE:-${PGDATABASE}_restore_test}
folder=$(mktemp --directory)
as_creator=()
[ -z "${PGUSER_SCRATCH:-}" ] || as_creator=(--username="$PGUSER_SCRATCH")
drop_scratch() {
    dropdb "${as_creator[@]}" --if-exists --force "$scratch"
}
clear_away() {
    tell_failure restore_test
    rm -r "$folder"
    drop_scratch || true
}
trap clear_away EXIT

begun=$SECONDS
trouble="there is no backup in $backups"
backup=${1:-$(find "$backups" -mindepth 1 -maxdepth 1 -type d -name '*T*Z' | sort | tail -n 1)}
[ -d "$backup" ]
trouble="files of the backup are damaged"
(cd "$backup" && sha256sum --check --quiet SHA256SUMS)

trouble="the database could not be restored"
[ "$scratch" != "$PGDATABASE" ]
drop_scratch
locale=$(psql -X -At -c "SELECT datcollate FROM pg_database WHERE datname = current_database()")
createdb "${as_creator[@]}" --template=template0 --encoding=UTF8 --locale="$locale" --owner="$PGUSER" "$scratch"
pg_restore --exit-on-error --no-owner --jobs=2 --dbname="$scratch" "$backup/database.dump"
say "Restored the database of $backup."

trouble="the restored database differs from the one that was copied"
PGDATABASE=$scratch psql -X -At -q -v ON_ERROR_STOP=1 --file="$app/deploy/contents.sql" >"$folder/restored"
# A sequence goes on outside of any snapshot: of work that went on meanwhile it may be further on, never back.
without_values() { sed -E '/^sequence\|/s/[^|]*$//' "$1"; }
diff <(without_values "$backup/contents") <(without_values "$folder/restored")
paste -d'|' <(grep '^sequence|' "$backup/contents") <(grep '^sequence|' "$folder/restored") |
    awk -F'|' '$6 + 0 < $3 + 0 { print "sequence " $2 " went back from " $3 " to " $6; wrong = 1 } END { exit wrong }'
counted=$(awk -F'|' '/^table / { tables += 1; rows += $2 } END { print tables " tables with " rows " rows" }' "$folder/restored")
say "The same: $counted, and all sequences, constraints, indexes and triggers."

trouble="the uploads could not be restored"
mkdir "$folder/uploads"
tar --extract --gzip --file="$backup/uploads.tar.gz" --directory="$folder/uploads"
trouble="restored uploads differ from those that were copied"
(cd "$folder/uploads" && sha256sum --check --quiet --strict) <"$backup/uploads"
say "The same: $(wc -l <"$backup/uploads") uploaded files."

trouble=
manage heard restore_test
say "The restore test of $backup took $((SECONDS - begun)) s."
