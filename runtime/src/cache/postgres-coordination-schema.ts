// Tables without a write-ahead log: a crash empties them, and the clock that is born after it tells that there was one. The
// sequence of versions is logged and begins at the time in microseconds, so that no version comes twice.

/** What {@link createPostgresCoordination} keeps, made where it is missing. Run in one transaction. */
export const COORDINATION_SCHEMA = `
select pg_advisory_xact_lock(hashtext('tributary_cache'));
create schema if not exists tributary_cache;
create unlogged table if not exists tributary_cache.clock (
  is_only boolean primary key default true check (is_only),
  born_at timestamptz not null
);
create unlogged table if not exists tributary_cache.tags (
  tag text primary key,
  version bigint not null,
  positions jsonb not null default '{}',
  expires_at timestamptz not null
);
create index if not exists tags_expires_at on tributary_cache.tags (expires_at);
create unlogged table if not exists tributary_cache.leases (
  key text primary key,
  token text not null,
  expires_at timestamptz not null
);
create index if not exists leases_expires_at on tributary_cache.leases (expires_at);
do $$ begin
  if to_regclass('tributary_cache.versions') is null then
    execute format('create sequence tributary_cache.versions start %s', (extract(epoch from clock_timestamp()) * 1e6)::bigint);
    perform nextval('tributary_cache.versions');
  end if;
end $$;

create or replace function tributary_cache.clock_born_at() returns timestamptz language plpgsql as $$
declare born timestamptz := (select born_at from tributary_cache.clock);
begin
  if born is null then
    insert into tributary_cache.clock (born_at) values (clock_timestamp()) on conflict do nothing;
    select born_at into born from tributary_cache.clock;
  end if;
  return born;
end $$;

create or replace function tributary_cache.furthest(one jsonb, other jsonb) returns jsonb language sql immutable as $$
  select coalesce(jsonb_object_agg(key, position), '{}') from (
    select key, max(value::bigint) as position
    from (select * from jsonb_each_text(one) union all select * from jsonb_each_text(other)) both_of_them
    group by key
  ) furthest
$$;

-- Takes the rows of tags, in one order for all who do, and holds them to the end. A tag without a version gets the one at which the
-- caller began.
create or replace function tributary_cache.hold_tags(held text[], lifetimes_ms bigint[], began bigint)
returns void language sql as $$
  insert into tributary_cache.tags as kept (tag, version, expires_at)
  select tag, began, clock_timestamp() + lifetime_ms * interval '1 ms'
  from unnest(held, lifetimes_ms) as held_tags (tag, lifetime_ms) order by tag
  on conflict (tag) do update set
    version = case when kept.expires_at < clock_timestamp() then excluded.version else kept.version end,
    positions = case when kept.expires_at < clock_timestamp() then '{}' else kept.positions end,
    expires_at = greatest(kept.expires_at, excluded.expires_at)
$$;

-- The verdict on a fill: 'overtaken', the positions that it was not told of, or its versions and how long they may be kept.
create or replace function tributary_cache.finish_fill(borne text[], lifetime_ms bigint, began bigint, began_born_at timestamptz,
  known jsonb, lag_limit_ms bigint) returns jsonb language plpgsql as $$
declare
  born timestamptz := tributary_cache.clock_born_at();
  behind jsonb;
  versions bigint[];
begin
  if born <> began_born_at then return '"overtaken"'; end if;
  perform tributary_cache.hold_tags(borne, array_fill(lifetime_ms, array[cardinality(borne)]), began);
  select jsonb_object_agg(key, value) into behind
  from tributary_cache.tags, jsonb_each(positions)
  where tag = any(borne) and value::bigint > coalesce((known ->> key)::bigint, 0);
  if behind is not null then
    return jsonb_build_object('behind', (
      select jsonb_object_agg(key, position) from (
        select key, max(value::bigint) as position from tributary_cache.tags, jsonb_each_text(positions)
        where tag = any(borne) and behind ? key group by key
      ) furthest
    ));
  end if;
  select array_agg(version order by place) into versions
  from unnest(borne) with ordinality as asked (tag, place) join tributary_cache.tags using (tag);
  if (select max(version) from unnest(versions) version) > began then return '"overtaken"'; end if;
  return jsonb_build_object('versions', versions, 'lifetimeMs', case
    when clock_timestamp() < born + lag_limit_ms * interval '1 ms'
    then least(lifetime_ms, extract(epoch from born + lag_limit_ms * interval '1 ms' - clock_timestamp()) * 1000)
    else lifetime_ms end);
end $$;

-- Invalidates tags, and returns the new version of each that is invalidated or borne, or null where somebody else had invalidated
-- it since the caller began. The rows are held before the version is drawn: a fill that began at it finds the row changed.
create or replace function tributary_cache.change_tags(changed text[], are_invalidated boolean[], lifetimes_ms bigint[],
  invalidated_positions jsonb, began bigint, began_born_at timestamptz, channel text, payloads text[])
returns bigint[] language plpgsql as $$
declare
  is_lost boolean := began_born_at is distinct from tributary_cache.clock_born_at();
  next_version bigint;
  versions bigint[];
begin
  perform tributary_cache.hold_tags(changed, lifetimes_ms, coalesce(began, 0));
  next_version := nextval('tributary_cache.versions');
  select array_agg(case when is_lost or version > began then null when is_invalidated then next_version else version end
    order by place) into versions
  from unnest(changed, are_invalidated) with ordinality as asked (tag, is_invalidated, place)
  join tributary_cache.tags using (tag);
  update tributary_cache.tags
  set version = next_version, positions = tributary_cache.furthest(positions, invalidated_positions)
  from unnest(changed, are_invalidated) as asked (changed_tag, is_invalidated)
  where tag = changed_tag and is_invalidated;
  perform pg_notify(channel, payload) from unnest(payloads) payload;
  return versions;
end $$;
`;

/** Deletes what has expired. */
export const SWEEP = `
delete from tributary_cache.tags where expires_at < clock_timestamp();
delete from tributary_cache.leases where expires_at < clock_timestamp();
`;
