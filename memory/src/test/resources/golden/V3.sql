insert into codebook (version, encoder, dimension, centroids, sample, centroid_values, checksum)
  values (1, 'hashing-64-0/256', 64, 1, 1, 'AAAA', 0);
insert into cold_memory (memory_id, subject_type, subject_id, revision, codebook, codes)
  values ('m1', 'user', 'ann', 1, 1, 'AAAAAAAAAAA=');
insert into tier_access (subject_type, subject_id, memory_id, last_at, weight)
  values ('user', 'ann', 'm1', 1772359200123456, 2.5);
