insert into erasure_part (erasure_id, type, part_id) values ('j2', 'memory', 'm9');
