-- What every memory rests or ever rested on, over all its revisions; filled for older rows by the next migration.
create table memory_evidence (
    type text not null,
    id text not null,
    memory_id text not null references memory (id) on delete cascade,
    primary key (type, id, memory_id)
);
create index memory_evidence_memory on memory_evidence (memory_id);

-- Up to which note of the outbox each consumer has done its work.
create table consumer (
    name text primary key,
    epoch bigint not null,
    number bigint not null,
    applied_at bigint not null
);
insert into meta (name, value) values ('note_horizon', '0');

create index interaction_item on interaction (item_id);
create index memory_slot on memory (slot) where slot is not null;
