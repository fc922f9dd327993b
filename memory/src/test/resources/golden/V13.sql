insert into turn_trace (turn_id, conversation_id, user_id, message_id, at, intent, level, finish, micros, model,
    model_version, change_number, slate_id, tokens, written, redacted, steps)
  values ('t1', 'c1', 'ann', 'msg1', 1772359200123456, 'recommend', 'T0', 'stop', 41000, '', 'v1', 2, 's1',
    '{"prompt":0,"cached":0,"completion":0,"calls":0}', '["m1"]', 0,
    '[{"name":"recall","startMicros":10,"micros":200,"input":"{}","output":"{\"memories\":[\"m1@1\"]}","cut":false}]');
