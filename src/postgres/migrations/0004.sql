-- What a dialect gives back and no vendor sees: a payload, a callback address, how pictures were called.
alter table generations add column memory jsonb;
