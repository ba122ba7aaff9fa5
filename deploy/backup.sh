#!/usr/bin/env bash
# Copies the database and the uploads into a folder of their own under BACKUP_DIR (/var/backups/trainingcenter), with
# a list of what they hold, and says so on the page of the state. KEEP_DAYS (14) older ones are deleted.
set -euo pipefail
umask 077
source "$(dirname "${BASH_SOURCE[0]}")/installation.sh"
trap 'tell_failure backup' EXIT

begun=$SECONDS
name=$(date -u '+%Y-%m-%dT%H%M%SZ')
unfinished=$backups/.unfinished-$name
mkdir -p "$unfinished"

# Rows are counted and dumped in one snapshot, so that the list is true while people work.
trouble="the database could not be copied"
coproc HOLDER { psql -X -At -q -v ON_ERROR_STOP=1; }
holder=$HOLDER_PID
printf '%s\n' 'BEGIN ISOLATION LEVEL REPEATABLE READ;' 'SELECT pg_export_snapshot();' >&"${HOLDER[1]}"
read -r -t 60 snapshot <&"${HOLDER[0]}"
printf '%s\n' "\\o '$unfinished/contents'" "\\i '$app/deploy/contents.sql'" '\o' "SELECT 'listed';" >&"${HOLDER[1]}"
read -r listed <&"${HOLDER[0]}"
[ "$listed" = listed ]
say "Listed what the database $PGDATABASE holds."
pg_dump --format=custom --snapshot="$snapshot" --file="$unfinished/database.dump"
printf '%s\n' 'COMMIT;' '\q' >&"${HOLDER[1]}"
wait "$holder"
say "Copied the database: $(du -h "$unfinished/database.dump" | cut -f1)."

trouble="the uploads could not be copied"
mkdir -p "$MEDIA_ROOT"
(cd "$MEDIA_ROOT" && find . -type f -print0 | sort -z | xargs -0 -r sha256sum) >"$unfinished/uploads"
tar --create --gzip --file="$unfinished/uploads.tar.gz" --directory="$MEDIA_ROOT" .
say "Copied the uploads: $(du -h "$unfinished/uploads.tar.gz" | cut -f1)."

trouble="the copy could not be put in its place"
(cd "$unfinished" && sha256sum contents uploads database.dump uploads.tar.gz >SHA256SUMS)
mv "$unfinished" "$backups/$name"
find "$backups" -mindepth 1 -maxdepth 1 -type d -name '*T*Z' -mtime "+${KEEP_DAYS:-14}" -exec rm -r {} +

trouble=
manage heard backup
say "The backup $backups/$name is complete, in $((SECONDS - begun)) s."
