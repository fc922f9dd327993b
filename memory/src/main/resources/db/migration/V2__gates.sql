-- What gates refused, and what users agreed to have remembered.
create table rejection (
    id text primary key,
    subject_type text not null,
    subject_id text not null,
    kind text not null,
    text text not null,
    polarity double precision not null,
    trust text not null,
    slot text,
    quote text not null,
    source text not null,
    source_id text not null,
    speaker text not null,
    reason text not null,
    policy text not null,
    at bigint not null
);
create index rejection_subject on rejection (subject_type, subject_id, at, id);
create index rejection_at on rejection (at, id);

create table consent (
    user_id text not null references users (id),
    class text not null,
    granted_at bigint not null,
    primary key (user_id, class)
);
