-- A vendor that has no room (429, no connection) pauses its channel: what waits must not run against it one by one.
alter table channels add column paused_until timestamptz not null default '-infinity';
