-- How far imports have come that are not done, one row a source; holds nothing of what is imported.
create table import_position (
    source text primary key,
    fingerprint text not null,
    job_id text not null references job (id),
    phase text not null,
    rows_done bigint not null,
    updated_at bigint not null
);
