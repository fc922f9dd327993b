insert into memory_evidence (type, id, memory_id) values ('interaction', 'i1', 'm1');
insert into consumer (name, epoch, number, applied_at) values ('opinions', 1, 2, 1772359200123456);
