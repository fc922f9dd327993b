insert into theme_plan (interaction_id, user_id, deltas, undone, applied_at)
  values ('i1', 'ann', '[{"type":"item","id":"alien","theme":"category:horror","weight":500000}]', 0, 1772359200123456);
insert into theme_user (user_id, revision) values ('ann', 1);
insert into theme_share (subject_type, subject_id, theme, contributor, weight, parts)
  values ('item', 'alien', 'category:horror', 'ann', 500000, 1);
insert into theme_weight (subject_type, subject_id, theme, own, others, contributors, changed)
  values ('item', 'alien', 'category:horror', 0, 500000, 1, 2);
