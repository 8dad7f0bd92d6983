#!/bin/sh
# Runs once, in an empty cluster: the roles of the application and of replicas, and the databases.
set -eu
application=$(cat /run/secrets/application-password)
replication=$(cat /run/secrets/replication-password)
psql --set ON_ERROR_STOP=1 --username postgres --dbname template1 \
  --set application="$application" --set replication="$replication" <<'SQL'
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE ROLE tributary LOGIN PASSWORD :'application';
CREATE ROLE tributary_replication LOGIN REPLICATION PASSWORD :'replication';
GRANT pg_monitor, pg_read_all_stats TO tributary;
SELECT pg_create_physical_replication_slot('replica', true);
SQL
for database in catalog shard_0 shard_1 shard_2; do
  createdb --username postgres --owner tributary "$database"
done
echo 'host replication tributary_replication all scram-sha-256' >>"$PGDATA/pg_hba.conf"
