-- Cancelling: the wish of the caller, and what the vendor said to it.
alter table generations add column cancel_requested boolean not null default false;
alter table attempts add column cancel_accepted boolean not null default false;

-- Callbacks of callers: where to tell of state changes. The key that signs is sealed, and erased after the last delivery.
create table callbacks (
  generation_id bigint primary key references generations,
  url text not null,
  -- Scheme, host and port: deliveries to one host are bounded.
  host text not null,
  -- Scheme and host as the caller reached us, for links.
  base text not null,
  sealed_key bytea
);

-- What is to be told, in order: the state as it was then. A row is gone once it was delivered or given up.
create table deliveries (
  generation_id bigint not null references callbacks,
  -- Of the event.
  number integer not null,
  host text not null,
  state text not null,
  progress smallint not null,
  vendor_state text,
  at timestamptz not null default now_at(),
  failures smallint not null default 0,
  -- The lease is run_at: what a dead process held is due again by itself.
  run_at timestamptz not null default now_at(),
  claim bigint not null default 0,
  primary key (generation_id, number)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index on deliveries (host, run_at);
