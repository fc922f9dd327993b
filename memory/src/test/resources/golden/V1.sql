update counter set change_number = 2, arrival = 2 where name = 'counter';
insert into change_log (number, type, id, revision) values (1, 'ITEM', 'alien', 1);
insert into change_log (number, type, id, revision) values (2, 'MEMORY', 'm1', 1);
insert into outbox (number, topic, subject_type, subject_id, payload_id, created_at)
  values (2, 'memory', 'user', 'ann', 'm1', 1772359200123456);
insert into item (id, title, year, categories, tags, description, attributes, hidden, available_from, available_to, revision)
  values ('alien', 'Alien', 1979, '["Horror","Sci-Fi"]', '["slow burn"]', 'In space.', '{"imdb":"0078748"}', 0, null, null, 1);
insert into users (id, name, created_at, imported) values ('ann', 'Ann', 1772359200123456, 0);
insert into interaction (id, user_id, item_id, type, stars, at, slate_id, arrival)
  values ('i1', 'ann', 'alien', 'rated', 4.5, 1772359200123456, null, 1);
insert into memory (id, subject_type, subject_id, kind, text, polarity, strength, confidence, trust, slot, evidence, words,
    valid_from, valid_to, superseded_by, status, muted, locked, language, created_at, updated_at, revision)
  values ('m1', 'user', 'ann', 'preference', 'Likes horror', 1, 0.5, 0.9, 'stated', 'genre:horror',
    '[{"type":"message","id":"msg1","quote":"I love horror"}]', 'likes horror i love horror',
    1772359200123456, null, null, 'active', 0, 0, 'en', 1772359200123456, 1772359200123456, 1);
insert into memory_revision (memory_id, revision, subject_type, subject_id, state, actor, cause, recorded_at)
  values ('m1', 1, 'user', 'ann', '{"id":"m1","subjectType":"user","subjectId":"ann","kind":"preference","text":"Likes horror","polarity":1.0,"strength":0.5,"confidence":0.9,"trust":"stated","slot":"genre:horror","evidence":[{"type":"message","id":"msg1","quote":"I love horror"}],"validFrom":1772359200123456,"validTo":null,"supersededBy":null,"status":"active","muted":false,"locked":false,"language":"en","createdAt":1772359200123456,"updatedAt":1772359200123456,"revision":1}',
    'agent', 'said', 1772359200123456);
insert into conversation (id, user_id, title, state, created_at, updated_at, last_sequence)
  values ('c1', 'ann', 'Horror', '{}', 1772359200123456, 1772359200123456, 1);
insert into message (id, conversation_id, turn_id, sequence, role, text, slate_id, level, at)
  values ('msg1', 'c1', 't1', 1, 'user', 'I love horror', null, null, 1772359200123456);
insert into slate (id, user_id, conversation_id, at, model_version, level, entries, degraded)
  values ('s1', 'ann', 'c1', 1772359200123456, '', 'T0',
    '[{"item":"alien","rank":1,"score":1.0,"parts":{"popular":1.0},"reason":"often watched","memories":["m1"]}]', '[]');
insert into job (id, kind, status, progress, detail, created_at, updated_at, owner)
  values ('j1', 'train', 'succeeded', 1, 'trained', 1772359200123456, 1772359200123456, 'p1');
insert into api_key (id, role, user_id, name, secret_hash, created_at, expires_at, revoked_at)
  values ('k1', 'user', 'ann', 'phone', 'cafe', 1772359200123456, null, null);
