-- Whose thing was erased, as the keyed hash of the user, so that people find their receipts.
alter table erasure add column owner_hash text;
create index erasure_owner on erasure (owner_hash, id);

-- What an erasure asks for again at its end: type `memory` or `message`. Gone with the receipt.
create table erasure_part (
    erasure_id text not null references erasure (id),
    type text not null,
    part_id text not null,
    primary key (erasure_id, type, part_id)
);

-- What retention looks through.
create index slate_at on slate (at);
create index conversation_updated on conversation (updated_at, id);
create index job_updated on job (updated_at);
create index memory_age on memory (status, kind, updated_at);
