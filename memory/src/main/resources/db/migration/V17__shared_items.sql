-- Who else had an item lately is read from this index alone; it still serves what asks for an item's interactions.
drop index interaction_item;
create index interaction_item on interaction (item_id, arrival, user_id, at, type, stars);
