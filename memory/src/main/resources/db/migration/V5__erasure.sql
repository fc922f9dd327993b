-- One row per erasure, beside its job. What is erased stands in clear only while the work goes on.
create table erasure (
    id text primary key references job (id),
    subject_type text not null,
    subject_id text,
    about text,
    subject_hash text,
    steps text not null,
    receipt text,
    created_at bigint not null,
    ended_at bigint
);
create index erasure_open on erasure (ended_at, created_at);
create index erasure_hash on erasure (subject_hash, created_at);
