-- Counts by item since a time, up to an arrival, are read from an index alone: SQLite takes the one in the order of
-- items, PostgreSQL the one in the order of times.
drop index interaction_at;
drop index interaction_item;
create index interaction_at on interaction (at, item_id, arrival);
create index interaction_item on interaction (item_id, at, arrival);
