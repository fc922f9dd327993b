-- How each turn came to its answer. Memories stand in it by id and revision only; `written` are those that its message
-- made, as a JSON array of ids.
create table turn_trace (
    turn_id text primary key,
    conversation_id text not null,
    user_id text not null,
    message_id text not null,
    at bigint not null,
    intent text not null,
    level text not null,
    finish text not null,
    micros bigint not null,
    model text not null,
    model_version text not null,
    change_number bigint not null,
    slate_id text,
    tokens text not null,
    written text not null,
    redacted bigint not null,
    steps text not null
);
create index turn_trace_conversation on turn_trace (conversation_id, turn_id);
create index turn_trace_user on turn_trace (user_id, turn_id);
create index turn_trace_at on turn_trace (at, turn_id);
create index turn_trace_slate on turn_trace (slate_id);
