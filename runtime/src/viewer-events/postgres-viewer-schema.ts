/** What {@link createPostgresViewerEvents} keeps, made where it is missing. Run in one transaction. */
export const VIEWER_EVENTS_SCHEMA = `
select pg_advisory_xact_lock(hashtext('tributary_events'));
create schema if not exists tributary_events;
create table if not exists tributary_events.store (
  is_only boolean primary key default true check (is_only),
  name text not null
);
-- A position is the time in microseconds, or one more than the viewer's position before it.
create table if not exists tributary_events.events (
  viewer_id text not null,
  position bigint not null,
  before bigint,
  event_id text not null,
  event jsonb not null,
  primary key (viewer_id, position),
  unique (viewer_id, event_id)
);
create index if not exists events_position on tributary_events.events (position);

create or replace function tributary_events.store_name(candidate text) returns text language plpgsql as $$
begin
  insert into tributary_events.store (name) values (candidate) on conflict do nothing;
  return (select name from tributary_events.store);
end $$;

-- The lock keeps the events of a viewer in one order: positions become visible in the order in which they are given out.
create or replace function tributary_events.publish(viewer text, id text, told text, kept integer, channel text, candidate text)
returns void language plpgsql as $$
declare
  last bigint;
  next bigint;
begin
  perform pg_advisory_xact_lock(7720, hashtext(viewer));
  if exists (select from tributary_events.events where viewer_id = viewer and event_id = id) then return; end if;
  select max(position) into last from tributary_events.events where viewer_id = viewer;
  next := greatest(coalesce(last, 0) + 1, (extract(epoch from clock_timestamp()) * 1e6)::bigint);
  insert into tributary_events.events values (viewer, next, last, id, told::jsonb);
  delete from tributary_events.events where viewer_id = viewer and position <= (
    select position from tributary_events.events where viewer_id = viewer order by position desc offset kept limit 1);
  perform pg_notify(channel,
    viewer || ' ' || tributary_events.store_name(candidate) || '.' || next / 1000 || '-' || next % 1000 || ' ' || told);
end $$;
`;

/** The viewer, the event's id, the event, how many are kept, the channel, a name for the store. */
export const PUBLISH = 'select tributary_events.publish($1, $2, $3, $4, $5, $6)';

/** The viewer, the position to read from or null to read nothing, a name for the store. */
export const READ = `
select tributary_events.store_name($3) as store,
  floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms,
  (select max(position) from tributary_events.events where viewer_id = $1) as newest,
  (select coalesce(jsonb_agg(jsonb_build_object('at', position, 'before', before, 'event', event) order by position), '[]')
    from tributary_events.events where viewer_id = $1 and position > $2::bigint) as events
`;

/** Deletes what is older than so many milliseconds. */
export const SWEEP = `
delete from tributary_events.events
where position < ((extract(epoch from clock_timestamp()) * 1000)::bigint - $1::bigint) * 1000`;

/** The channel, what is said before the time, how many milliseconds ago it was. */
export const TELL_TIME = `
select pg_notify($1, $2 || ' ' || floor(extract(epoch from clock_timestamp()) * 1000)::bigint - $3::bigint)`;
