-- Files that callers uploaded: names for kept inputs, until they expire or are deleted.
create table files (
  id bigint primary key default next_id(),
  project_id bigint not null references projects,
  livemode boolean not null,
  key_id bigint not null references api_keys,
  input_id bigint not null references inputs,
  name text not null,
  purpose text not null,
  bytes bigint not null,
  created_at timestamptz not null default now_at(),
  expires_at timestamptz not null
);
create index on files (project_id, livemode, id desc);
create index on files (expires_at);
create index on files (input_id);
create index on generation_inputs (input_id);

-- When to look whether something still refers to an input; null: something does. What was just put or found is not
-- looked at before the create that wants it has been written.
alter table inputs add column check_at timestamptz;
update inputs set check_at = now_at() + interval '15 minutes';
create index on inputs (check_at) where check_at is not null;
