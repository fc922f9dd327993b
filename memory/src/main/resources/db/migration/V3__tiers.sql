-- Codes and centroids are base64 of bytes. A cold memory is active all the same; its row here says that no index holds
-- its vector.
create table codebook (
    version bigint primary key,
    encoder text not null,
    dimension integer not null,
    centroids integer not null,
    sample integer not null,
    centroid_values text not null,
    checksum bigint not null
);

create table cold_memory (
    memory_id text primary key references memory (id) on delete cascade,
    subject_type text not null,
    subject_id text not null,
    revision bigint not null,
    codebook bigint not null references codebook (version),
    codes text not null
);
create index cold_memory_subject on cold_memory (subject_type, subject_id);
create index cold_memory_codebook on cold_memory (codebook, memory_id);

-- memory_id is empty for the subject as a whole.
create table tier_access (
    subject_type text not null,
    subject_id text not null,
    memory_id text not null,
    last_at bigint not null,
    weight double precision not null,
    primary key (subject_type, subject_id, memory_id)
);
create index tier_access_memory on tier_access (memory_id);
