#!/bin/sh
# Makes the secrets of compose.yaml in deploy/secrets, each in a file of its own. It leaves those alone that are there.
set -eu
umask 077
cd "$(dirname "$0")/.."
mkdir -p secrets
cd secrets
if [ -e gateway-keys ]; then
  echo "deploy/secrets has secrets already; delete it, and the volumes, to make new ones" >&2
  exit 1
fi

random() { openssl rand -hex 24; }
for name in postgres-password application-password replication-password redis-password grafana-password; do
  random >"$name"
done
application=$(cat application-password)
queue=$(random)
openssl genpkey -algorithm ed25519 -out token-private-key

database() { printf '{"primary":"postgres://tributary:%s@postgres:5432/%s","replicas":["postgres://tributary:%s@postgres-replica:5432/%s"]}' "$application" "$1" "$application" "$1"; }
printf '{"catalog":%s,"shards":{"shard_0":%s,"shard_1":%s,"shard_2":%s}}\n' \
  "$(database catalog)" "$(database shard_0)" "$(database shard_1)" "$(database shard_2)" >databases.json
echo "redis://:$(cat redis-password)@redis:6379" >cache-url
echo "amqp://tributary:$queue@rabbitmq:5672/" >queue-url
printf '{"users":[{"name":"tributary","password":"%s","tags":[]}],"vhosts":[{"name":"/"}],"permissions":[{"user":"tributary","vhost":"/","configure":".*","write":".*","read":".*"}]}\n' "$queue" >rabbitmq-definitions

# Containers read them as users of their own.
chmod 644 ./*
# Last, since it says that all are there.
random >gateway-keys
chmod 644 gateway-keys
