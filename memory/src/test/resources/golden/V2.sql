insert into rejection (id, subject_type, subject_id, kind, text, polarity, trust, slot, quote, source, source_id, speaker,
    reason, policy, at)
  values ('r1', 'user', 'ann', 'preference', 'Likes war', 1, 'stated', 'genre:war', 'I love war', 'I love war films', 'msg1',
    'user', 'quota', 'p1', 1772359200123456);
insert into consent (user_id, class, granted_at) values ('ann', 'health', 1772359200123456);
