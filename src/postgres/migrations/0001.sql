-- The foundation: clock, ids, projects and keys, channels, generations, attempts, evidence, due rows, ledger, media.

-- The one clock. Only tests change the row: `clock_timestamp()` with an offset and a rate.
create table clock (
  single boolean primary key default true check (single),
  base timestamptz not null,
  origin timestamptz not null,
  rate double precision not null check (rate > 0)
);
insert into clock values (true, '2000-01-01Z', '2000-01-01Z', 1);

create function now_at() returns timestamptz language sql volatile parallel restricted
  return (select origin + (clock_timestamp() - base) * rate from clock);

-- Ids: 41 bits of milliseconds since 2025, 22 bits of sequence: time-ordered, 63 bits, 18 digits in 2026.
create sequence id_sequence;
create function next_id() returns bigint language sql volatile
  return ((extract(epoch from clock_timestamp()) * 1000)::bigint - 1735689600000) * 4194304
    + (nextval('id_sequence') & 4194303);

create table installation (
  single boolean primary key default true check (single),
  id uuid not null default gen_random_uuid(),
  -- Rises with every restore from a backup: what is open in an older epoch is looked for, never sent again.
  epoch integer not null default 1,
  secret_check bytea not null,
  storage_marker text not null,
  link_secret bytea not null,
  created_at timestamptz not null default now_at()
);

create table projects (
  id bigint primary key default next_id(),
  name text not null unique,
  created_at timestamptz not null default now_at()
);

create table api_keys (
  id bigint primary key default next_id(),
  project_id bigint references projects,
  kind text not null check (kind in ('admin', 'live', 'test')),
  hash bytea not null unique,
  name text not null,
  bootstrap boolean not null default false,
  created_at timestamptz not null default now_at(),
  revoked_at timestamptz,
  check (kind = 'admin' or project_id is not null)
);
create unique index on api_keys (kind) where bootstrap and revoked_at is null;

create table channels (
  id bigint primary key default next_id(),
  name text not null,
  provider text not null,
  livemode boolean not null,
  origins jsonb not null default '{}',
  settings jsonb not null default '{}',
  concurrency integer not null check (concurrency > 0),
  -- A drained channel takes nothing new; what runs on it is followed to the end.
  state text not null default 'open' check (state in ('open', 'drained')),
  unique (name, livemode)
);

create table credentials (
  version bigint primary key default next_id(),
  channel_id bigint not null references channels,
  fingerprint bytea not null,
  sealed bytea not null,
  created_at timestamptz not null default now_at(),
  unique (channel_id, fingerprint)
);

create table generations (
  id bigint primary key,
  project_id bigint not null references projects,
  key_id bigint not null references api_keys,
  livemode boolean not null,
  dialect text not null,
  model text not null,
  metadata jsonb,
  warnings jsonb not null,
  routes jsonb not null,
  route integer not null default 0,
  state text not null default 'queued'
    check (state in ('queued', 'in_progress', 'completed', 'failed', 'cancelled', 'expired')),
  progress smallint not null default 0 check (progress between 0 and 100),
  delayed boolean not null default false,
  vendor_state text,
  error_code text,
  quoted_micros bigint not null,
  held_micros bigint not null,
  settled_micros bigint,
  event_number integer not null default 0,
  epoch integer not null,
  created_at timestamptz not null default now_at(),
  ended_at timestamptz,
  check ((ended_at is null) = (state in ('queued', 'in_progress'))),
  check ((state = 'failed') <= (error_code is not null))
);
create index on generations (project_id, livemode, id desc);

-- Accepted under an Idempotency-Key: the key is the row.
create table idempotency_keys (
  project_id bigint not null references projects,
  livemode boolean not null,
  key text not null,
  request_hash text not null,
  generation_id bigint not null references generations,
  created_at timestamptz not null default now_at(),
  primary key (project_id, livemode, key)
);
create index on idempotency_keys (created_at);

-- Generations that wait for a slot. Waiting is not due: a free slot picks, not a timer.
create table queue (
  generation_id bigint primary key references generations,
  provider text not null,
  livemode boolean not null,
  project_id bigint not null,
  not_before timestamptz not null default now_at()
);
create index on queue (provider, livemode, project_id, generation_id);

create table attempts (
  id bigint primary key default next_id(),
  generation_id bigint not null references generations,
  ordinal integer not null,
  route integer not null,
  channel_id bigint not null references channels,
  credential_version bigint not null references credentials,
  state text not null default 'assigned'
    check (state in ('assigned', 'submitting', 'unconfirmed', 'running', 'collecting', 'succeeded', 'failed')),
  operation jsonb,
  progress smallint not null default 0,
  looks integer not null default 0,
  unanswered integer not null default 0,
  collect_failures integer not null default 0,
  outputs jsonb not null default '[]',
  usage jsonb,
  failure jsonb,
  absorbed bigint not null default 0,
  epoch integer not null,
  assigned_at timestamptz not null default now_at(),
  submitted_at timestamptz,
  ended_at timestamptz,
  unique (generation_id, ordinal)
);
-- One open attempt for a generation, whatever goes wrong.
create unique index on attempts (generation_id) where state not in ('succeeded', 'failed');
create index on attempts (channel_id, submitted_at);
create index on attempts (id) where state = 'unconfirmed';

create table slots (
  attempt_id bigint primary key references attempts,
  channel_id bigint not null references channels,
  project_id bigint not null
);
create index on slots (channel_id, project_id);

-- Append-only, never fenced: what was seen stays seen.
create table observations (
  number bigint generated always as identity primary key,
  attempt_id bigint not null references attempts,
  at timestamptz not null default now_at(),
  evidence jsonb not null
);
create index on observations (attempt_id, number);

-- Narrow and apart from the wide rows. The lease is run_at: what a dead worker held is due again by itself.
create sequence claim_sequence;
create table due (
  attempt_id bigint primary key references attempts,
  run_at timestamptz not null,
  claim bigint not null default 0,
  owner text not null default ''
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index on due (run_at) with (fillfactor = 80);

create table events (
  generation_id bigint not null references generations,
  number integer not null,
  type text not null,
  at timestamptz not null default now_at(),
  data jsonb not null default '{}',
  primary key (generation_id, number)
);

create table outputs (
  generation_id bigint not null references generations,
  role text not null check (role in ('video', 'last_frame', 'thumbnail')),
  storage_key text not null,
  media_type text not null,
  bytes bigint not null,
  sha256 text not null,
  facts jsonb not null,
  stored_at timestamptz not null default now_at(),
  primary key (generation_id, role)
);

create table inputs (
  id bigint primary key default next_id(),
  project_id bigint not null references projects,
  livemode boolean not null,
  sha256 text not null,
  storage_key text not null,
  facts jsonb not null,
  created_at timestamptz not null default now_at(),
  unique (project_id, livemode, sha256)
);

create table generation_inputs (
  generation_id bigint not null references generations,
  input_id bigint not null references inputs,
  primary key (generation_id, input_id)
);

-- Ledger: accounts, and entries in balanced groups. Test money is a ledger of its own.
create table accounts (
  id bigint primary key default next_id(),
  -- Null: the operator's.
  project_id bigint references projects,
  livemode boolean not null,
  kind text not null check (kind in ('grants', 'available', 'held', 'spent', 'revenue', 'variance', 'loss')),
  balance_micros bigint not null default 0,
  unique nulls not distinct (project_id, livemode, kind),
  check ((project_id is null) = (kind in ('revenue', 'variance', 'loss')))
);

create table ledger_transactions (
  id bigint primary key default next_id(),
  kind text not null check (kind in ('grant', 'hold', 'settle', 'release')),
  generation_id bigint references generations,
  cause text not null,
  at timestamptz not null default now_at(),
  check ((kind = 'grant') = (generation_id is null))
);
create unique index one_hold on ledger_transactions (generation_id) where kind = 'hold';
-- Each hold is closed exactly once.
create unique index one_close on ledger_transactions (generation_id) where kind in ('settle', 'release');

create table ledger_entries (
  id bigint primary key default next_id(),
  transaction_id bigint not null references ledger_transactions,
  account_id bigint not null references accounts,
  amount_micros bigint not null check (amount_micros <> 0)
);
create index on ledger_entries (transaction_id);
create index on ledger_entries (account_id, id);

-- Every transaction balances, or does not commit.
create function ledger_balances() returns trigger language plpgsql as $$
begin
  if (select sum(amount_micros) from ledger_entries where transaction_id = new.transaction_id) <> 0 then
    raise exception 'ledger transaction % does not balance', new.transaction_id;
  end if;
  return null;
end $$;
create constraint trigger ledger_balances after insert on ledger_entries
  deferrable initially deferred for each row execute function ledger_balances();

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only';
end $$;
create trigger append_only before update or delete on ledger_entries
  for each row execute function ledger_is_append_only();
create trigger append_only before update or delete on ledger_transactions
  for each row execute function ledger_is_append_only();

-- What the vendor billed, in the vendor's currency, with the rate that was fixed at quote.
create table vendor_costs (
  attempt_id bigint primary key references attempts,
  currency text not null,
  micros bigint not null,
  usd_per_unit numeric not null,
  reported jsonb,
  at timestamptz not null default now_at()
);
