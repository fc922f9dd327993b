insert into model_spending (day, role, model, purpose, calls, refused, prompt_tokens, cached_tokens, completion_tokens,
    micros)
  values ('2026-03-01', 'ranking', 'big-model', 'SPEAK', 3, 1, 900, 100, 60, 2280);
