#!/bin/sh
# Copies the primary at the first start, and follows it.
set -eu
password=$(cat /run/secrets/replication-password)
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  PGPASSWORD=$password pg_basebackup --host postgres --username tributary_replication --pgdata "$PGDATA.unfinished" \
    --slot replica --wal-method stream --checkpoint fast --write-recovery-conf
  mv "$PGDATA.unfinished" "$PGDATA"
fi
exec postgres -c config_file=/etc/postgresql/tributary.conf
