-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "DirectoryState" AS ENUM ('CLAIMED', 'CONFIRMED');

-- CreateEnum
CREATE TYPE "ProductStatus" AS ENUM ('ACTIVE', 'WITHDRAWN');

-- CreateEnum
CREATE TYPE "ReservationState" AS ENUM ('RESERVED', 'REJECTED', 'RELEASED');

-- CreateTable
CREATE TABLE "user_directory" (
    "email" TEXT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "state" "DirectoryState" NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_directory_pkey" PRIMARY KEY ("email")
);

-- CreateTable
CREATE TABLE "log_in_attempts" (
    "bucket" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failures_until" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failures_until_before" TIMESTAMPTZ(3)[] DEFAULT ARRAY[]::TIMESTAMPTZ(3)[],
    "blocked_until" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "known_until" TIMESTAMPTZ(3),
    "forget_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "log_in_attempts_pkey" PRIMARY KEY ("bucket")
);

-- CreateTable
CREATE TABLE "categories" (
    "id" BIGINT NOT NULL,
    "parent_id" BIGINT,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "categories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "products" (
    "id" BIGINT NOT NULL,
    "merchant_id" BIGINT NOT NULL,
    "category_id" BIGINT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "price_minor" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "weight_grams" INTEGER NOT NULL,
    "status" "ProductStatus" NOT NULL DEFAULT 'ACTIVE',
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "products_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stock" (
    "product_id" BIGINT NOT NULL,
    "merchant_id" BIGINT NOT NULL,
    "available" INTEGER NOT NULL,
    "reserved" INTEGER NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stock_pkey" PRIMARY KEY ("product_id")
);

-- CreateTable
CREATE TABLE "stock_reservations" (
    "order_id" BIGINT NOT NULL,
    "state" "ReservationState" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stock_reservations_pkey" PRIMARY KEY ("order_id")
);

-- CreateTable
CREATE TABLE "stock_reservation_lines" (
    "order_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "stock_reservation_lines_pkey" PRIMARY KEY ("order_id","product_id")
);

-- CreateTable
CREATE TABLE "review_index" (
    "review_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "author_id" BIGINT NOT NULL,
    "rating" SMALLINT NOT NULL,

    CONSTRAINT "review_index_pkey" PRIMARY KEY ("review_id")
);

-- CreateTable
CREATE TABLE "product_ratings" (
    "product_id" BIGINT NOT NULL,
    "merchant_id" BIGINT NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 0,
    "sum" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "product_ratings_pkey" PRIMARY KEY ("product_id")
);

-- CreateTable
CREATE TABLE "product_views" (
    "product_id" BIGINT NOT NULL,
    "count" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "product_views_pkey" PRIMARY KEY ("product_id")
);

-- CreateTable
CREATE TABLE "applied_batches" (
    "id" UUID NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "applied_batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "owner_id" BIGINT NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "response" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("owner_id","operation","key")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGINT NOT NULL,
    "producer" TEXT NOT NULL,
    "aggregate_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "traceparent" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox" (
    "consumer" TEXT NOT NULL,
    "event_id" BIGINT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("consumer","event_id")
);

-- CreateTable
CREATE TABLE "past_events" (
    "id" BIGINT NOT NULL,
    "producer" TEXT NOT NULL,
    "aggregate_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "past_events_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "audit_log" (
    "event_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "actor" TEXT,
    "subject" TEXT,
    "details" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("event_id")
) PARTITION BY RANGE ("event_id");

-- CreateTable
CREATE TABLE "queue_bindings" (
    "queue" TEXT NOT NULL,
    "event_name" TEXT NOT NULL,

    CONSTRAINT "queue_bindings_pkey" PRIMARY KEY ("event_name","queue")
);

-- CreateTable
CREATE TABLE "queue_messages" (
    "id" BIGSERIAL NOT NULL,
    "queue" TEXT NOT NULL,
    "event_id" BIGINT NOT NULL,
    "aggregate_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "traceparent" TEXT,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "dead_at" TIMESTAMPTZ(3),

    CONSTRAINT "queue_messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "shard_map" (
    "version" INTEGER NOT NULL,
    "ranges" JSONB NOT NULL,
    "note" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shard_map_pkey" PRIMARY KEY ("version")
);

-- CreateTable
CREATE TABLE "shard_map_followers" (
    "process_id" TEXT NOT NULL,
    "service" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shard_map_followers_pkey" PRIMARY KEY ("process_id")
);

-- CreateTable
CREATE TABLE "known_timelines" (
    "database" TEXT NOT NULL,
    "timeline" INTEGER NOT NULL,

    CONSTRAINT "known_timelines_pkey" PRIMARY KEY ("database")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_directory_user_id_key" ON "user_directory"("user_id");

-- CreateIndex
CREATE INDEX "log_in_attempts_forget_at_idx" ON "log_in_attempts"("forget_at");

-- CreateIndex
CREATE UNIQUE INDEX "categories_slug_key" ON "categories"("slug");

-- CreateIndex
CREATE INDEX "categories_parent_id_position_idx" ON "categories"("parent_id", "position");

-- CreateIndex
CREATE INDEX "products_status_id_idx" ON "products"("status", "id" DESC);

-- CreateIndex
CREATE INDEX "products_status_price_minor_id_idx" ON "products"("status", "price_minor", "id");

-- CreateIndex
CREATE INDEX "products_category_id_status_id_idx" ON "products"("category_id", "status", "id" DESC);

-- CreateIndex
CREATE INDEX "products_category_id_status_price_minor_id_idx" ON "products"("category_id", "status", "price_minor", "id");

-- CreateIndex
CREATE INDEX "products_merchant_id_id_idx" ON "products"("merchant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "review_index_product_id_review_id_idx" ON "review_index"("product_id", "review_id" DESC);

-- CreateIndex
CREATE INDEX "applied_batches_applied_at_idx" ON "applied_batches"("applied_at");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "outbox_producer_id_idx" ON "outbox"("producer", "id");

-- CreateIndex
CREATE INDEX "inbox_received_at_idx" ON "inbox"("received_at");

-- CreateIndex
CREATE INDEX "audit_log_actor_event_id_idx" ON "audit_log"("actor", "event_id" DESC);

-- CreateIndex
CREATE INDEX "audit_log_subject_event_id_idx" ON "audit_log"("subject", "event_id" DESC);

-- CreateIndex
CREATE INDEX "queue_messages_queue_aggregate_id_id_idx" ON "queue_messages"("queue", "aggregate_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "queue_messages_queue_event_id_key" ON "queue_messages"("queue", "event_id");

-- Ids: 41 bits of milliseconds since 2026-01-01, 10 bits of logical shard, 12 bits of sequence.
-- The sequence id_clock holds (milliseconds << 12 | sequence) of the newest id. It only moves forward, so ids stay unique when
-- the clock steps back or more than 4,096 ids fall into one millisecond: time in ids then runs ahead of the clock for a while.
CREATE SEQUENCE id_clock AS bigint MINVALUE 0 START 0;

CREATE FUNCTION first_id_at(moment timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((extract(epoch FROM moment) * 1000)::bigint - 1767225600000) << 22;

CREATE FUNCTION logical_shard_of(id bigint) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((id >> 12) & 1023)::integer;

-- Reserves how_many consecutive ticks of id_clock. Sequences ignore rollback and locks taken in a subtransaction are released by
-- it, so the inner block ends in an exception on purpose: the lock is held for microseconds, and no cancelled statement can leak it.
CREATE FUNCTION next_ids(logical_shard integer, how_many integer) RETURNS SETOF bigint
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  first_tick bigint;
BEGIN
  IF logical_shard NOT BETWEEN 0 AND 1023 THEN
    RAISE EXCEPTION 'logical shard % is not within 0 and 1023', logical_shard USING ERRCODE = '22023';
  END IF;
  IF how_many NOT BETWEEN 1 AND 100000 THEN
    RAISE EXCEPTION 'how_many % is not within 1 and 100000', how_many USING ERRCODE = '22023';
  END IF;
  BEGIN
    PERFORM pg_advisory_xact_lock(7701);
    SELECT greatest(last_value + 1, ((extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1767225600000) << 12)
      INTO first_tick FROM id_clock;
    PERFORM setval('id_clock', first_tick + how_many - 1);
    RAISE EXCEPTION 'release the lock' USING ERRCODE = 'TB000';
  EXCEPTION WHEN SQLSTATE 'TB000' THEN
    NULL;
  END;
  RETURN QUERY
    SELECT ((tick >> 12) << 22) | (logical_shard::bigint << 12) | (tick & 4095)
    FROM generate_series(first_tick, first_tick + how_many - 1) AS tick;
END $$;

-- Moves id_clock forward, never back: before a logical shard arrives from a database whose ids ran ahead.
CREATE FUNCTION advance_id_clock(tick bigint) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  BEGIN
    PERFORM pg_advisory_xact_lock(7701);
    PERFORM setval('id_clock', greatest(last_value, tick)) FROM id_clock;
    RAISE EXCEPTION 'release the lock' USING ERRCODE = 'TB000';
  EXCEPTION WHEN SQLSTATE 'TB000' THEN
    NULL;
  END;
END $$;

-- Tables that are partitioned by ids into steps of time, which are named after their first day. The default partition catches what
-- no step covers.
CREATE TABLE "past_events_default" PARTITION OF "past_events" DEFAULT;

-- Makes `steps` partitions from the one of `from_day` on that are missing. ATTACH instead of PARTITION OF: it does not stop the
-- parent's readers and writers. A step of which rows are in the default partition already keeps them there.
CREATE FUNCTION ensure_id_partitions(parent text, from_day date, step interval, steps integer) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  partition text;
  first_day timestamp;
BEGIN
  FOR first_day IN SELECT from_day::timestamp + n * step FROM generate_series(0, steps - 1) AS n LOOP
    partition := format('%s_%s', parent, to_char(first_day, 'YYYY_MM_DD'));
    CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
    BEGIN
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, parent);
      EXECUTE format(
        'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', parent, partition,
        first_id_at(first_day AT TIME ZONE 'UTC'), first_id_at((first_day + step) AT TIME ZONE 'UTC'));
    EXCEPTION WHEN check_violation THEN
      NULL;
    END;
  END LOOP;
END $$;

-- Drops the partitions that begin before a day, and returns their names.
CREATE FUNCTION drop_id_partitions(parent text, before_day date) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  partition text;
BEGIN
  FOR partition IN
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = to_regclass(quote_ident(parent)) AND relname ~ '_\d{4}_\d{2}_\d{2}$'
      AND to_date(right(relname, 10), 'YYYY_MM_DD') < before_day
  LOOP
    EXECUTE format('DROP TABLE %I', partition);
    RETURN NEXT partition;
  END LOOP;
END $$;

SELECT ensure_id_partitions('past_events', (now() AT TIME ZONE 'UTC')::date - 7, interval '1 day', 10);

-- The audit log is only ever added to, whoever asks; the months of which nothing is kept any more are dropped as tables.
CREATE TABLE "audit_log_default" PARTITION OF "audit_log" DEFAULT;

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are neither changed nor deleted', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON "audit_log"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON "audit_log"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON "audit_log_default"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Makes missing months. Partitions inherit triggers for rows, not those for statements.
CREATE FUNCTION ensure_audit_partitions(from_day date, months integer) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  partition regclass;
BEGIN
  PERFORM ensure_id_partitions('audit_log', from_day, interval '1 month', months);
  FOR partition IN
    SELECT inhrelid FROM pg_inherits
    WHERE inhparent = 'audit_log'::regclass
      AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = inhrelid AND tgname = 'audit_log_no_truncate')
  LOOP
    EXECUTE format(
      'CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
      partition);
  END LOOP;
END $$;

SELECT ensure_audit_partitions(date_trunc('month', now() AT TIME ZONE 'UTC')::date, 4);

-- Wakes the listeners of the channel named by the trigger's argument.
CREATE FUNCTION notify_channel() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify(TG_ARGV[0], '');
  RETURN NULL;
END $$;

CREATE TRIGGER outbox_notify AFTER INSERT ON "outbox"
  FOR EACH STATEMENT EXECUTE FUNCTION notify_channel('outbox');

CREATE TRIGGER queue_messages_notify AFTER INSERT ON "queue_messages"
  FOR EACH STATEMENT EXECUTE FUNCTION notify_channel('queue');

CREATE TRIGGER shard_map_notify AFTER INSERT ON "shard_map"
  FOR EACH STATEMENT EXECUTE FUNCTION notify_channel('shard_map');

-- Full-text search over products.
CREATE INDEX "products_search_idx" ON "products"
  USING gin (to_tsvector('english', "title" || ' ' || "description"));

-- Counts change all the time and have no index: with room in the page an update touches nothing else (HOT).
ALTER TABLE "product_views" SET (fillfactor = 70);

-- The few claims of addresses that are not confirmed: a crash may have left them behind.
CREATE INDEX "user_directory_claimed_idx" ON "user_directory" ("email") WHERE "state" = 'CLAIMED';

-- The messages that wait, without those that were given up: an incident leaves many behind, older than all others.
CREATE INDEX "queue_messages_waiting_idx" ON "queue_messages" ("queue", "event_id") WHERE "dead_at" IS NULL;

-- What must hold whatever the code does.
ALTER TABLE "products"
  ADD CONSTRAINT "products_price_minor_check" CHECK ("price_minor" >= 0),
  ADD CONSTRAINT "products_weight_grams_check" CHECK ("weight_grams" > 0);
ALTER TABLE "stock"
  ADD CONSTRAINT "stock_available_check" CHECK ("available" >= 0),
  ADD CONSTRAINT "stock_reserved_check" CHECK ("reserved" >= 0);
ALTER TABLE "stock_reservation_lines"
  ADD CONSTRAINT "stock_reservation_lines_quantity_check" CHECK ("quantity" > 0);
ALTER TABLE "review_index"
  ADD CONSTRAINT "review_index_rating_check" CHECK ("rating" BETWEEN 1 AND 5);
ALTER TABLE "user_directory"
  ADD CONSTRAINT "user_directory_email_check" CHECK ("email" = lower("email"));
