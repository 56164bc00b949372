-- A channel's version is its credentials, its origins and its settings together: an attempt is polled and collected as it
-- was made. Several gateways with channels of their own: each says which it has, and what nobody says is drained.
alter table credentials add column origins jsonb not null default '{}', add column settings jsonb not null default '{}';
update credentials set origins = c.origins, settings = c.settings from channels c where c.id = channel_id;
alter table channels drop column origins, drop column settings;

create table announcements (
  -- A running gateway: an id of its process.
  gateway uuid not null,
  channel_id bigint not null references channels,
  -- In the time of the machine, not of the clock that tests move: it says whether a process lives.
  until timestamptz not null,
  primary key (gateway, channel_id)
);
create index on announcements (channel_id);
