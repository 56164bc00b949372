-- Money, keys and tenants: what admission counts, on rows that it locks; books that every project has.

alter table projects
  -- Price = cost of the vendor x this.
  add column markup numeric not null default 1 check (markup >= 0 and markup <= 1000),
  add column closed_at timestamptz;

alter table api_keys
  -- The last characters, to tell keys apart.
  add column hint text not null default '',
  -- Names of models, * for any characters; null: all.
  add column models text[],
  add column expires_at timestamptz,
  add column budget_micros bigint check (budget_micros >= 0),
  add column daily_budget_micros bigint check (daily_budget_micros >= 0),
  add column per_minute integer check (per_minute > 0),
  add column in_flight_limit integer check (in_flight_limit > 0),
  -- Networks that callers may come from; null: all.
  add column sources text[];

-- Of `available`: it never falls below this; null: no limit.
alter table accounts
  add column floor_micros bigint,
  add constraint floor_of_available check (floor_micros is null or (kind = 'available' and floor_micros <= 0)),
  add constraint not_below_floor check (balance_micros >= floor_micros);

-- Every project has its books, and every key its counters: admission locks them.
create function open_books() returns trigger language plpgsql as $$
begin
  insert into accounts (project_id, livemode, kind)
    select new.id, l.livemode, k.kind from (values (true), (false)) as l (livemode)
    cross join (values ('grants'), ('available'), ('held'), ('spent')) as k (kind)
    on conflict do nothing;
  return null;
end $$;
create trigger open_books after insert on projects for each row execute function open_books();
insert into accounts (project_id, livemode, kind)
  select p.id, l.livemode, k.kind from projects p cross join (values (true), (false)) as l (livemode)
  cross join (values ('grants'), ('available'), ('held'), ('spent')) as k (kind)
  on conflict do nothing;

create table key_use (
  key_id bigint primary key references api_keys,
  -- Settled, and held by what is open.
  committed_micros bigint not null default 0,
  -- The same of one day (UTC), by the day of the hold.
  day date not null default '2000-01-01',
  day_micros bigint not null default 0,
  in_flight integer not null default 0 check (in_flight >= 0),
  -- Accepted (below 600 a minute) or handed out in slices in this minute.
  minute timestamptz not null default '2000-01-01Z',
  in_minute integer not null default 0
) with (fillfactor = 50);
create function open_key_use() returns trigger language plpgsql as $$
begin
  insert into key_use (key_id) values (new.id);
  return null;
end $$;
create trigger open_key_use after insert on api_keys for each row execute function open_key_use();
insert into key_use (key_id, committed_micros, in_flight)
  select k.id,
    coalesce((select sum(case when g.ended_at is null then g.held_micros else coalesce(g.settled_micros, 0) end)
      from generations g where g.key_id = k.id), 0),
    (select count(*) from generations g where g.key_id = k.id and g.ended_at is null)
  from api_keys k;
create index on generations (key_id, created_at);

-- One check for a whole group of transactions, instead of one for each entry. Entries of a transaction come together.
drop trigger ledger_balances on ledger_entries;
drop function ledger_balances();
create function ledger_balances() returns trigger language plpgsql as $$
declare
  odd bigint;
begin
  select transaction_id into odd from written group by transaction_id having sum(amount_micros) <> 0 limit 1;
  if odd is not null then
    raise exception 'ledger transaction % does not balance', odd;
  end if;
  return null;
end $$;
create trigger ledger_balances after insert on ledger_entries referencing new table as written
  for each statement execute function ledger_balances();

alter table ledger_transactions
  drop constraint ledger_transactions_kind_check,
  drop constraint ledger_transactions_check,
  add constraint ledger_transactions_kind_check check (kind in ('grant', 'hold', 'settle', 'release', 'refund', 'loss')),
  add constraint ledger_transactions_check check ((kind = 'grant') = (generation_id is null));
create unique index one_refund on ledger_transactions (generation_id) where kind = 'refund';

-- Accepted, and the answer may not have reached a client that repeats by itself and without a key.
create table unanswered_creates (
  generation_id bigint primary key references generations,
  key_id bigint not null references api_keys,
  request_hash text not null,
  -- The last of the client's own counts: a repetition matches what it was not matched with before.
  retries integer not null default 0,
  created_at timestamptz not null default now_at()
);
create index on unanswered_creates (key_id, request_hash);

-- Checked when the group commits: the key is taken before its generation is written.
alter table idempotency_keys alter constraint idempotency_keys_generation_id_fkey deferrable initially deferred;

-- Prices, rates and models as the operator wants them, each from a moment on. What was quoted stays as it was quoted.
create table overrides (
  id bigint primary key default next_id(),
  kind text not null check (kind in ('price', 'rate', 'model')),
  name text not null,
  -- Null: from then on as shipped.
  value jsonb,
  effective_at timestamptz not null,
  created_at timestamptz not null default now_at()
);
create index on overrides (kind, name, effective_at);

-- Who changed what, with what it was before. Never changed itself.
create table audit_log (
  number bigint generated always as identity primary key,
  at timestamptz not null default now_at(),
  actor text not null,
  action text not null,
  subject text not null,
  before jsonb,
  after jsonb,
  request_id text
);
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end $$;
create trigger append_only before update or delete on audit_log for each row execute function audit_is_append_only();

-- Decides about a group of creates and writes those that are accepted, in one statement. The rows that count are locked
-- first, in order of the projects; what is read afterwards is what others committed meanwhile.
create function admit(items jsonb) returns table (ordinal integer, outcome text, created double precision, detail jsonb)
language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz := now_at();
  today date := (now_at() at time zone 'UTC')::date;
  this_minute timestamptz := date_trunc('minute', now_at());
  replay_since timestamptz := now_at() - interval '24 hours';
  taken integer[];
  item record;
  book accounts%rowtype;
  key api_keys%rowtype;
  use key_use%rowtype;
  refused jsonb;
  accepted integer[] := '{}';
begin
  perform 1 from accounts a
    where a.kind = 'available' and (a.project_id, a.livemode) in
      (select (i ->> 'project_id')::bigint, (i ->> 'livemode')::boolean from jsonb_array_elements(items) i)
    order by a.project_id, a.livemode for update;

  with wanted as (
    select * from jsonb_to_recordset(items) as i (ordinal integer, id bigint, project_id bigint, livemode boolean,
      idempotency_key text, request_hash text) where i.idempotency_key is not null
  ), won as (
    insert into idempotency_keys as k (project_id, livemode, key, request_hash, generation_id, created_at)
    select w.project_id, w.livemode, w.idempotency_key, w.request_hash, w.id, at from wanted w
    on conflict (project_id, livemode, key) do update
      set request_hash = excluded.request_hash, generation_id = excluded.generation_id, created_at = excluded.created_at
      where k.created_at < replay_since
    returning k.generation_id
  )
  select coalesce(array_agg(w.ordinal), '{}') into taken from wanted w where w.id not in (select generation_id from won);

  for item in
    select * from jsonb_to_recordset(items) as i (ordinal integer, project_id bigint, livemode boolean, key_id bigint,
      held_micros bigint)
    order by i.project_id, i.livemode, i.key_id, i.ordinal
  loop
    if item.ordinal = any (taken) then
      return query select item.ordinal, 'taken', null::double precision, null::jsonb;
      continue;
    end if;
    if book.id is null or book.project_id <> item.project_id or book.livemode <> item.livemode then
      if book.id is not null then
        update accounts a set balance_micros = book.balance_micros where a.id = book.id;
      end if;
      select * into strict book from accounts a
        where a.project_id = item.project_id and a.livemode = item.livemode and a.kind = 'available';
    end if;
    if key.id is null or key.id <> item.key_id then
      if use.key_id is not null then
        update key_use u set committed_micros = use.committed_micros, day = use.day, day_micros = use.day_micros,
          in_flight = use.in_flight, minute = use.minute, in_minute = use.in_minute where u.key_id = use.key_id;
      end if;
      select * into strict key from api_keys k where k.id = item.key_id;
      select * into strict use from key_use u where u.key_id = item.key_id for update;
      if use.day <> today then
        use.day := today;
        use.day_micros := 0;
      end if;
      if use.minute <> this_minute and key.per_minute < 600 then
        use.minute := this_minute;
        use.in_minute := 0;
      end if;
    end if;
    refused := case
      when key.revoked_at is not null then '{"outcome": "revoked"}'
      when key.expires_at <= at then '{"outcome": "expired"}'
      when book.floor_micros is not null and book.balance_micros - item.held_micros < book.floor_micros then
        jsonb_build_object('outcome', 'balance', 'left', book.balance_micros - book.floor_micros)
      when use.committed_micros + item.held_micros > key.budget_micros then
        jsonb_build_object('outcome', 'budget', 'limit', key.budget_micros, 'left', key.budget_micros - use.committed_micros)
      when use.day_micros + item.held_micros > key.daily_budget_micros then
        jsonb_build_object('outcome', 'daily_budget', 'limit', key.daily_budget_micros,
          'left', key.daily_budget_micros - use.day_micros,
          'seconds', extract(epoch from (today + 1)::timestamp at time zone 'UTC' - at))
      when use.in_flight >= key.in_flight_limit then
        jsonb_build_object('outcome', 'in_flight', 'limit', key.in_flight_limit)
      when key.per_minute < 600 and use.in_minute >= key.per_minute then
        jsonb_build_object('outcome', 'rate', 'limit', key.per_minute,
          'seconds', extract(epoch from this_minute + interval '1 minute' - at))
    end;
    if refused is not null then
      return query select item.ordinal, refused ->> 'outcome', null::double precision, refused;
      continue;
    end if;
    book.balance_micros := book.balance_micros - item.held_micros;
    use.committed_micros := use.committed_micros + item.held_micros;
    use.day_micros := use.day_micros + item.held_micros;
    use.in_flight := use.in_flight + 1;
    if key.per_minute < 600 then
      use.in_minute := use.in_minute + 1;
    end if;
    accepted := accepted || item.ordinal;
    return query select item.ordinal, 'accepted', extract(epoch from at)::double precision, null::jsonb;
  end loop;
  if book.id is not null then
    update accounts a set balance_micros = book.balance_micros where a.id = book.id;
    update key_use u set committed_micros = use.committed_micros, day = use.day, day_micros = use.day_micros,
      in_flight = use.in_flight, minute = use.minute, in_minute = use.in_minute where u.key_id = use.key_id;
  end if;

  -- Refusals are not kept under a key.
  delete from idempotency_keys k using jsonb_to_recordset(items) as i (ordinal integer, id bigint, project_id bigint,
      livemode boolean, idempotency_key text)
    where i.idempotency_key is not null and i.ordinal <> all (accepted) and k.project_id = i.project_id
      and k.livemode = i.livemode and k.key = i.idempotency_key and k.generation_id = i.id;
  if cardinality(accepted) = 0 then
    return;
  end if;
  perform write_admitted(items, accepted, at);
  -- Once for the group: engines look for work.
  perform pg_notify('onereel_work', i ->> 'id') from jsonb_array_elements(items) i where (i ->> 'ordinal')::integer = accepted[1];
end $$;

-- The rows of what was admitted: the generation, its place in the queue, its hold.
create function write_admitted(items jsonb, accepted integer[], at timestamptz) returns void language plpgsql as $$
#variable_conflict use_column
begin
  with admitted as materialized (
    select i.* from jsonb_to_recordset(items) as i (ordinal integer, id bigint, project_id bigint, key_id bigint,
      livemode boolean, dialect text, model text, metadata jsonb, memory jsonb, warnings jsonb, routes jsonb,
      quoted_micros bigint, held_micros bigint, provider text, input_ids bigint[], unanswered text, callback jsonb)
    where i.ordinal = any (accepted)
  ), g as (
    insert into generations (id, project_id, key_id, livemode, dialect, model, metadata, memory, warnings, routes,
      quoted_micros, held_micros, event_number, epoch, created_at)
    select id, project_id, key_id, livemode, dialect, model, metadata, memory, warnings, routes, quoted_micros, held_micros, 1,
      (select epoch from installation), at from admitted
  ), e as (
    insert into events (generation_id, number, type, at) select id, 1, 'generation.queued', at from admitted
  ), i as (
    insert into generation_inputs (generation_id, input_id) select id, unnest(input_ids) from admitted
  ), q as (
    insert into queue (generation_id, provider, livemode, project_id, not_before)
    select id, provider, livemode, project_id, at from admitted
  ), c as (
    insert into callbacks (generation_id, url, host, base, sealed_key)
    select id, callback ->> 'url', callback ->> 'host', callback ->> 'base', decode(callback ->> 'sealed_key', 'base64')
    from admitted where callback is not null
  ), u as (
    insert into unanswered_creates (generation_id, key_id, request_hash, created_at)
    select id, key_id, unanswered, at from admitted where unanswered is not null
  ), t as (
    insert into ledger_transactions (kind, generation_id, cause, at)
    select 'hold', id, 'generation accepted', at from admitted returning id, generation_id
  ), h as (
    update accounts a set balance_micros = a.balance_micros + w.held
    from (select project_id, livemode, sum(held_micros) as held from admitted group by project_id, livemode) w
    where a.project_id = w.project_id and a.livemode = w.livemode and a.kind = 'held'
  )
  insert into ledger_entries (transaction_id, account_id, amount_micros)
  select t.id, a.id, case a.kind when 'held' then w.held_micros else - w.held_micros end
  from t join admitted w on w.id = t.generation_id
  join accounts a on a.project_id = w.project_id and a.livemode = w.livemode and a.kind in ('available', 'held')
  where w.held_micros <> 0;
end $$;
