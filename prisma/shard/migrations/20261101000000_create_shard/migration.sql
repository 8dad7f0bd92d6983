-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('CUSTOMER', 'MERCHANT', 'ADMIN');

-- CreateEnum
CREATE TYPE "OrderStatus" AS ENUM ('PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "NotificationKind" AS ENUM ('ORDER_CONFIRMED', 'ORDER_REJECTED', 'ORDER_CANCELLED', 'REVIEW_RECEIVED');

-- CreateTable
CREATE TABLE "shard_ownership" (
    "logical_shard" SMALLINT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shard_ownership_pkey" PRIMARY KEY ("logical_shard")
);

-- CreateTable
CREATE TABLE "users" (
    "id" BIGINT NOT NULL,
    "email" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" "Role" NOT NULL DEFAULT 'CUSTOMER',
    "bio" TEXT,
    "avatar_url" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" BIGINT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "refresh_hash" BYTEA NOT NULL,
    "family_hash" BYTEA NOT NULL,
    "rotated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" BIGINT NOT NULL,
    "buyer_id" BIGINT NOT NULL,
    "status" "OrderStatus" NOT NULL DEFAULT 'PENDING',
    "currency" CHAR(3) NOT NULL,
    "total_minor" BIGINT NOT NULL,
    "shipping_country" CHAR(2) NOT NULL,
    "rejection" JSONB,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");

-- CreateTable
CREATE TABLE "order_items" (
    "order_id" BIGINT NOT NULL,
    "position" SMALLINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_price_minor" BIGINT NOT NULL,

    CONSTRAINT "order_items_pkey" PRIMARY KEY ("order_id","position")
) PARTITION BY RANGE ("order_id");

-- CreateTable
CREATE TABLE "reviews" (
    "id" BIGINT NOT NULL,
    "author_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "rating" SMALLINT NOT NULL,
    "title" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "reviews_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notifications" (
    "id" BIGINT NOT NULL,
    "user_id" BIGINT NOT NULL,
    "kind" "NotificationKind" NOT NULL,
    "subject_id" BIGINT NOT NULL,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "notifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_deliveries" (
    "notification_id" BIGINT NOT NULL,
    "available_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "dead_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_deliveries_pkey" PRIMARY KEY ("notification_id")
);

-- CreateTable
CREATE TABLE "recently_viewed" (
    "user_id" BIGINT NOT NULL,
    "product_id" BIGINT NOT NULL,
    "viewed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "recently_viewed_pkey" PRIMARY KEY ("user_id","product_id")
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
    "logical_shard" SMALLINT NOT NULL,
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
CREATE TABLE "known_timelines" (
    "database" TEXT NOT NULL,
    "timeline" INTEGER NOT NULL,

    CONSTRAINT "known_timelines_pkey" PRIMARY KEY ("database")
);

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE INDEX "orders_buyer_id_id_idx" ON "orders"("buyer_id", "id" DESC);

-- CreateIndex
CREATE INDEX "reviews_author_id_id_idx" ON "reviews"("author_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "reviews_author_id_product_id_key" ON "reviews"("author_id", "product_id");

-- CreateIndex
CREATE INDEX "notifications_user_id_id_idx" ON "notifications"("user_id", "id" DESC);

-- CreateIndex
CREATE INDEX "recently_viewed_user_id_viewed_at_product_id_idx" ON "recently_viewed"("user_id", "viewed_at" DESC, "product_id" DESC);

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "outbox_producer_id_idx" ON "outbox"("producer", "id");

-- CreateIndex
CREATE INDEX "inbox_logical_shard_idx" ON "inbox"("logical_shard");

-- CreateIndex
CREATE INDEX "inbox_received_at_idx" ON "inbox"("received_at");

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

-- Wakes the listeners of the channel named by the trigger's argument.
CREATE FUNCTION notify_channel() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify(TG_ARGV[0], '');
  RETURN NULL;
END $$;

CREATE TRIGGER outbox_notify AFTER INSERT ON "outbox"
  FOR EACH STATEMENT EXECUTE FUNCTION notify_channel('outbox');

-- Orders and their items are partitioned by month. The default partitions catch what no month covers, and are watched.
CREATE TABLE "orders_default" PARTITION OF "orders" DEFAULT;
CREATE TABLE "order_items_default" PARTITION OF "order_items" DEFAULT;

-- Makes the partitions of `months` months from `from_month` on that are missing, and returns their names. ATTACH instead of
-- PARTITION OF: it does not stop the parent's readers and writers.
CREATE FUNCTION ensure_order_partitions(from_month date, months integer) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  parent text;
  partition text;
  month timestamptz;
BEGIN
  FOR month IN
    SELECT (date_trunc('month', from_month::timestamp) + make_interval(months => n)) AT TIME ZONE 'UTC'
    FROM generate_series(0, months - 1) AS n
  LOOP
    FOREACH parent IN ARRAY ARRAY['orders', 'order_items'] LOOP
      partition := format('%s_%s', parent, to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'));
      CONTINUE WHEN to_regclass(quote_ident(partition)) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition, parent);
      EXECUTE format(
        'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', parent, partition,
        first_id_at(month), first_id_at((month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC'));
      RETURN NEXT partition;
    END LOOP;
  END LOOP;
END $$;

-- The months since the epoch of ids, and three ahead; the partition job goes on from there.
SELECT ensure_order_partitions(
  DATE '2026-01-01',
  (extract(year FROM age(date_trunc('month', now()), DATE '2026-01-01')) * 12
    + extract(month FROM age(date_trunc('month', now()), DATE '2026-01-01')))::integer + 4);

-- The few orders that are not settled, among the many that are: some of them wait for too long.
CREATE INDEX "orders_pending_idx" ON "orders" ("id") WHERE "status" = 'PENDING';

-- The few notifications that a user has not read, among the many that are.
CREATE INDEX "notifications_unread_idx" ON "notifications" ("user_id", "id" DESC) WHERE "read_at" IS NULL;

-- The deliveries that are to be tried, those first that wait longest.
CREATE INDEX "notification_deliveries_due_idx" ON "notification_deliveries" ("available_at") WHERE "dead_at" IS NULL;
CREATE INDEX "notification_deliveries_dead_idx" ON "notification_deliveries" ("dead_at") WHERE "dead_at" IS NOT NULL;

-- The few sessions that ended just now, among all that did not: gateways follow them.
CREATE INDEX "sessions_ended_at_idx" ON "sessions" ("ended_at") WHERE "ended_at" IS NOT NULL;

-- What must hold whatever the code does.
ALTER TABLE "orders"
  ADD CONSTRAINT "orders_total_minor_check" CHECK ("total_minor" >= 0),
  ADD CONSTRAINT "orders_rejection_check" CHECK (("status" = 'REJECTED') = ("rejection" IS NOT NULL)),
  ADD CONSTRAINT "orders_shard_check" CHECK (logical_shard_of("id") = logical_shard_of("buyer_id"));
ALTER TABLE "order_items"
  ADD CONSTRAINT "order_items_quantity_check" CHECK ("quantity" > 0),
  ADD CONSTRAINT "order_items_unit_price_minor_check" CHECK ("unit_price_minor" >= 0);
ALTER TABLE "reviews"
  ADD CONSTRAINT "reviews_rating_check" CHECK ("rating" BETWEEN 1 AND 5),
  ADD CONSTRAINT "reviews_shard_check" CHECK (logical_shard_of("id") = logical_shard_of("author_id"));
ALTER TABLE "sessions"
  ADD CONSTRAINT "sessions_shard_check" CHECK (logical_shard_of("id") = logical_shard_of("user_id"));
ALTER TABLE "notifications"
  ADD CONSTRAINT "notifications_shard_check" CHECK (logical_shard_of("id") = logical_shard_of("user_id"));

-- A write to a row of a logical shard that this database does not own is refused, whatever shard map the writer believes in.
-- Every writer holds the logical shard's advisory lock (class 7700) in shared mode until it commits; a move holds it
-- exclusively while it copies, which waits for the writers under way and turns the next ones away. Only READ COMMITTED sees an
-- ownership that changed after the transaction began, so other isolation levels are refused.
--   TB001: not owned here (the writer's map is old)    TB002: being moved (try again later)
CREATE FUNCTION assert_shard_is_writable(shard integer) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF current_setting('tributary.moving_shards', true) = 'on' THEN
    RETURN;
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'writes to a shard need READ COMMITTED' USING ERRCODE = '25001';
  END IF;
  IF NOT pg_try_advisory_xact_lock_shared(7700, shard) THEN
    RAISE EXCEPTION 'logical shard % is being moved', shard USING ERRCODE = 'TB002';
  END IF;
  IF NOT EXISTS (SELECT FROM shard_ownership WHERE logical_shard = shard) THEN
    RAISE EXCEPTION 'logical shard % is not owned by this database', shard USING ERRCODE = 'TB001';
  END IF;
END $$;

DO $$
DECLARE
  guarded record;
BEGIN
  FOR guarded IN
    SELECT * FROM (VALUES
      ('users', 'logical_shard_of(affected.id)'),
      ('sessions', 'logical_shard_of(affected.id)'),
      ('orders', 'logical_shard_of(affected.id)'),
      ('order_items', 'logical_shard_of(affected.order_id)'),
      ('reviews', 'logical_shard_of(affected.id)'),
      ('notifications', 'logical_shard_of(affected.id)'),
      ('notification_deliveries', 'logical_shard_of(affected.notification_id)'),
      ('recently_viewed', 'logical_shard_of(affected.user_id)'),
      ('idempotency_keys', 'logical_shard_of(affected.owner_id)'),
      ('outbox', 'logical_shard_of(affected.id)'),
      ('inbox', 'affected.logical_shard')
    ) AS guarded_tables (table_name, shard_expression)
  LOOP
    EXECUTE format($body$
      CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql AS $trigger$
      DECLARE
        affected %I;
      BEGIN
        IF TG_OP = 'DELETE' THEN affected := OLD; ELSE affected := NEW; END IF;
        PERFORM assert_shard_is_writable(%s);
        RETURN affected;
      END $trigger$
    $body$, guarded.table_name || '_guard', guarded.table_name, guarded.shard_expression);
    EXECUTE format('CREATE TRIGGER shard_guard BEFORE INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION %I()',
      guarded.table_name, guarded.table_name || '_guard');
  END LOOP;
END $$;
