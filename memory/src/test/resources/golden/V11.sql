insert into job (id, kind, status, progress, detail, created_at, updated_at, owner, state)
  values ('j11', 'train', 'succeeded', 1, 'model m1', 1772359200123456, 1772359200123456, 'o1', '{"extent":"WHOLE"}');
