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

-- Rows that change with every create stay on their page.
alter table accounts set (fillfactor = 50);
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

-- Written by one statement together with what they refer to, or by triggers' rules append-only; `ledger verify` looks at
-- them. A check for each row would cost admission a quarter of its speed.
alter table events drop constraint events_generation_id_fkey;
alter table queue drop constraint queue_generation_id_fkey;
alter table ledger_entries drop constraint ledger_entries_transaction_id_fkey, drop constraint ledger_entries_account_id_fkey;

-- Decides about a group of creates and writes those that are accepted, in one statement. The rows that count are locked
-- first, in order of the projects and keys; what is read afterwards is what others committed meanwhile.
create function admit(items jsonb) returns table (ordinal integer, outcome text, created double precision, detail jsonb)
language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz;
  today date;
  this_minute timestamptz;
  taken integer[];
  accepted integer[] := '{}';
  item record;
  book bigint;
  key bigint;
  balance bigint;
  committed bigint;
  day_used bigint;
  flying integer;
  in_minute integer;
begin
  perform 1 from accounts a
    where a.kind = 'available' and (a.project_id, a.livemode) in
      (select i.project_id, i.livemode from jsonb_to_recordset(items) as i (project_id bigint, livemode boolean))
    order by a.project_id, a.livemode for update;
  perform 1 from key_use u
    where u.key_id in (select i.key_id from jsonb_to_recordset(items) as i (key_id bigint)) order by u.key_id for update;
  -- Read once, and under the locks: whoever waited for them over midnight must not count on the day before.
  at := now_at();
  today := (at at time zone 'UTC')::date;
  this_minute := date_trunc('minute', at);
  taken := take_idempotency_keys(items, at);

  for item in
    select i.ordinal, i.key_id, i.held_micros as held, a.id as book, a.balance_micros as balance, a.floor_micros as floor,
      k.revoked_at is not null as revoked, coalesce(k.expires_at <= at, false) as expired, k.budget_micros as budget,
      k.daily_budget_micros as daily_budget, k.in_flight_limit,
      -- Larger rates are handed out in slices.
      case when k.per_minute < 600 then k.per_minute end as per_minute,
      u.committed_micros as committed, case when u.day = today then u.day_micros else 0 end as day_used, u.in_flight,
      case when u.minute = this_minute then u.in_minute else 0 end as in_minute
    from jsonb_to_recordset(items) as i (ordinal integer, project_id bigint, livemode boolean, key_id bigint, held_micros bigint)
    join accounts a on a.project_id = i.project_id and a.livemode = i.livemode and a.kind = 'available'
    join api_keys k on k.id = i.key_id
    join key_use u on u.key_id = i.key_id
    where i.ordinal <> all (taken)
    order by i.project_id, i.livemode, i.key_id, i.ordinal
  loop
    if book is distinct from item.book then
      book := item.book;
      balance := item.balance;
    end if;
    if key is distinct from item.key_id then
      key := item.key_id;
      committed := item.committed;
      day_used := item.day_used;
      flying := item.in_flight;
      in_minute := item.in_minute;
    end if;
    ordinal := item.ordinal;
    created := null;
    detail := case
      when item.revoked then '{"outcome": "revoked"}'
      when item.expired then '{"outcome": "expired"}'
      when balance - item.held < item.floor then
        jsonb_build_object('outcome', 'balance', 'left', balance - item.floor)
      when committed + item.held > item.budget then
        jsonb_build_object('outcome', 'budget', 'limit', item.budget, 'left', item.budget - committed)
      when day_used + item.held > item.daily_budget then
        jsonb_build_object('outcome', 'daily_budget', 'limit', item.daily_budget, 'left', item.daily_budget - day_used,
          'seconds', extract(epoch from (today + 1)::timestamp at time zone 'UTC' - at))
      when flying >= item.in_flight_limit then jsonb_build_object('outcome', 'in_flight', 'limit', item.in_flight_limit)
      when in_minute >= item.per_minute then
        jsonb_build_object('outcome', 'rate', 'limit', item.per_minute,
          'seconds', extract(epoch from this_minute + interval '1 minute' - at))
    end;
    if detail is not null then
      outcome := detail ->> 'outcome';
    else
      balance := balance - item.held;
      committed := committed + item.held;
      day_used := day_used + item.held;
      flying := flying + 1;
      in_minute := in_minute + 1;
      accepted := accepted || item.ordinal;
      outcome := 'accepted';
      created := extract(epoch from at);
    end if;
    return next;
  end loop;
  created := null;
  detail := null;
  outcome := 'taken';
  foreach ordinal in array taken loop
    return next;
  end loop;

  if cardinality(accepted) < jsonb_array_length(items) then
    -- Refusals are not kept under a key.
    delete from idempotency_keys k using jsonb_to_recordset(items) as i (ordinal integer, id bigint, project_id bigint,
        livemode boolean, idempotency_key text)
      where i.idempotency_key is not null and i.ordinal <> all (accepted) and k.project_id = i.project_id
        and k.livemode = i.livemode and k.key = i.idempotency_key and k.generation_id = i.id;
  end if;
  if cardinality(accepted) > 0 then
    perform write_admitted(items, accepted, at);
    -- Once for the group: engines look for work.
    perform pg_notify('onereel_work', items -> accepted[1] ->> 'id');
  end if;
end $$;

-- Inserts the keys of a group; answers the ordinals of those that another create has.
create function take_idempotency_keys(items jsonb, at timestamptz) returns integer[] language plpgsql as $$
#variable_conflict use_column
declare
  taken integer[];
begin
  if not jsonb_path_exists(items, '$[*].idempotency_key') then
    return '{}';
  end if;
  with wanted as (
    select * from jsonb_to_recordset(items) as i (ordinal integer, id bigint, project_id bigint, livemode boolean,
      idempotency_key text, request_hash text) where i.idempotency_key is not null
  ), won as (
    insert into idempotency_keys as k (project_id, livemode, key, request_hash, generation_id, created_at)
    select w.project_id, w.livemode, w.idempotency_key, w.request_hash, w.id, at from wanted w
    on conflict (project_id, livemode, key) do update
      set request_hash = excluded.request_hash, generation_id = excluded.generation_id, created_at = excluded.created_at
      where k.created_at < at - interval '24 hours'
    returning k.generation_id
  )
  select coalesce(array_agg(w.ordinal), '{}') into taken from wanted w where w.id not in (select generation_id from won);
  return taken;
end $$;

-- The rows of what was admitted: the generation, its place in the queue, its hold, what is counted.
create function write_admitted(items jsonb, accepted integer[], at timestamptz) returns void language plpgsql as $$
#variable_conflict use_column
declare
  today date := (at at time zone 'UTC')::date;
  this_minute timestamptz := date_trunc('minute', at);
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
  ), r as (
    insert into unanswered_creates (generation_id, key_id, request_hash, created_at)
    select id, key_id, unanswered, at from admitted where unanswered is not null
  ), u as (
    update key_use u set committed_micros = u.committed_micros + w.held, day = today,
      day_micros = case when u.day = today then u.day_micros else 0 end + w.held, in_flight = u.in_flight + w.count,
      minute = case when w.is_counted then this_minute else u.minute end,
      in_minute = case when not w.is_counted then u.in_minute when u.minute = this_minute then u.in_minute + w.count else w.count end
    from (select a.key_id, sum(a.held_micros) as held, count(*)::integer as count, bool_and(coalesce(k.per_minute < 600, false)) as is_counted
      from admitted a join api_keys k on k.id = a.key_id group by a.key_id) w
    where u.key_id = w.key_id
  ), b as (
    update accounts a set balance_micros = a.balance_micros + case a.kind when 'held' then w.held else - w.held end
    from (select project_id, livemode, sum(held_micros) as held from admitted group by project_id, livemode) w
    where a.project_id = w.project_id and a.livemode = w.livemode and a.kind in ('available', 'held')
  ), t as (
    insert into ledger_transactions (kind, generation_id, cause, at)
    select 'hold', id, 'generation accepted', at from admitted returning id, generation_id
  )
  insert into ledger_entries (transaction_id, account_id, amount_micros)
  select t.id, a.id, case a.kind when 'held' then w.held_micros else - w.held_micros end
  from t join admitted w on w.id = t.generation_id
  join accounts a on a.project_id = w.project_id and a.livemode = w.livemode and a.kind in ('available', 'held')
  where w.held_micros <> 0;
end $$;
