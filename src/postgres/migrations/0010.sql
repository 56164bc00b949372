-- The admin API: channels that it made, channels that an operator closed, and money that is granted once.

alter table channels
  -- Made by the admin API: it stays without any gateway that names it.
  add column managed boolean not null default false,
  -- Closed by an operator: neither a configuration nor a restart opens it.
  add column closed boolean not null default false,
  add column created_at timestamptz not null default now_at();

-- Grants that were made under an Idempotency-Key.
create table grant_keys (
  project_id bigint not null references projects,
  livemode boolean not null,
  key text not null,
  request_hash text not null,
  transaction_id bigint not null references ledger_transactions,
  created_at timestamptz not null default now_at(),
  primary key (project_id, livemode, key)
);

create index on audit_log (subject, number);
