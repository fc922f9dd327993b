insert into import_position (source, fingerprint, job_id, phase, rows_done, updated_at)
  values ('ratings', 'f1', 'j1', 'interactions', 2048, 1772359200123456);
