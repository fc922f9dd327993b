-- A user's history is read from this index alone; it still serves what asks for all of a user's interactions.
drop index interaction_user;
create index interaction_user on interaction (user_id, at, arrival, item_id, type, stars);
