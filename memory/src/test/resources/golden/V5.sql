insert into job (id, kind, status, progress, detail, created_at, updated_at, owner)
  values ('j2', 'erase', 'succeeded', 1, 'erased', 1772359200123456, 1772359200123456, 'erasure');
insert into erasure (id, subject_type, subject_id, about, subject_hash, steps, receipt, created_at, ended_at)
  values ('j2', 'user', null, null, 'beef', '[{"name":"table users","removed":1,"notes":[]}]',
    '{"id":"j2","subjectType":"user","at":"2026-03-01T10:00:00Z","places":[{"name":"table users","removed":1,"remaining":0}],"notes":[]}',
    1772359200123456, 1772359200223456);
