-- The sandbox: what the emulated vendors remember, so that any process can answer for any task.
create schema if not exists sandbox;
create table sandbox.tasks (
  vendor text not null,
  id text not null,
  account text not null,
  created_at timestamptz not null,
  version integer not null default 1,
  doc jsonb not null,
  counts jsonb not null default '{}',
  primary key (vendor, id)
);
create index on sandbox.tasks (vendor, account, created_at);
