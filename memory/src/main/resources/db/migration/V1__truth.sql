-- Portable SQL: text, bigint, integer, double precision. Times are microseconds since 1970, flags 0 or 1.
create table meta (
    name text primary key,
    value text not null
);

-- One row; taking it for update is the lock of a group commit.
create table counter (
    name text primary key,
    change_number bigint not null,
    arrival bigint not null
);
insert into counter (name, change_number, arrival) values ('counter', 0, 0);

create table change_log (
    number bigint primary key,
    type text not null,
    id text not null,
    revision bigint not null
);
create index change_log_id on change_log (id);

create table outbox (
    number bigint primary key,
    topic text not null,
    subject_type text not null,
    subject_id text not null,
    payload_id text not null,
    created_at bigint not null
);
create index outbox_subject on outbox (subject_type, subject_id);

create table item (
    id text primary key,
    title text not null,
    year integer,
    categories text not null,
    tags text not null,
    description text not null,
    attributes text not null,
    hidden integer not null,
    available_from bigint,
    available_to bigint,
    revision bigint not null
);

create table users (
    id text primary key,
    name text not null,
    created_at bigint not null,
    imported integer not null
);

create table interaction (
    id text primary key,
    user_id text not null references users (id),
    item_id text not null,
    type text not null,
    stars double precision not null,
    at bigint not null,
    slate_id text,
    arrival bigint not null
);
create index interaction_user on interaction (user_id, at, arrival);
create index interaction_at on interaction (at, item_id);

create table memory (
    id text primary key,
    subject_type text not null,
    subject_id text not null,
    kind text not null,
    text text not null,
    polarity double precision not null,
    strength double precision not null,
    confidence double precision not null,
    trust text not null,
    slot text,
    evidence text not null,
    words text not null,
    valid_from bigint not null,
    valid_to bigint,
    superseded_by text,
    status text not null,
    muted integer not null,
    locked integer not null,
    language text not null,
    created_at bigint not null,
    updated_at bigint not null,
    revision bigint not null
);
create index memory_subject on memory (subject_type, subject_id, status, created_at);
create index memory_updated on memory (updated_at, id);

create table memory_revision (
    memory_id text not null references memory (id),
    revision bigint not null,
    subject_type text not null,
    subject_id text not null,
    state text not null,
    actor text not null,
    cause text not null,
    recorded_at bigint not null,
    primary key (memory_id, revision)
);
create index memory_revision_subject on memory_revision (subject_type, subject_id);

create table conversation (
    id text primary key,
    user_id text not null references users (id),
    title text not null,
    state text not null,
    created_at bigint not null,
    updated_at bigint not null,
    last_sequence bigint not null
);
create index conversation_user on conversation (user_id, updated_at, id);

create table message (
    id text primary key,
    conversation_id text not null references conversation (id),
    turn_id text not null,
    sequence bigint not null,
    role text not null,
    text text not null,
    slate_id text,
    level text,
    at bigint not null
);
create unique index message_sequence on message (conversation_id, sequence);

create table slate (
    id text primary key,
    user_id text,
    conversation_id text,
    at bigint not null,
    model_version text not null,
    level text not null,
    entries text not null,
    degraded text not null
);
create index slate_user on slate (user_id);
create index slate_conversation on slate (conversation_id, at);

create table job (
    id text primary key,
    kind text not null,
    status text not null,
    progress double precision not null,
    detail text not null,
    created_at bigint not null,
    updated_at bigint not null,
    owner text not null
);

create table api_key (
    id text primary key,
    role text not null,
    user_id text references users (id),
    name text not null,
    secret_hash text not null unique,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint
);
create index api_key_user on api_key (user_id);
