package dev.palate.memory.sql;

import dev.palate.memory.spending.ModelSpending;
import dev.palate.memory.spending.Spending;
import java.time.LocalDate;
import java.util.List;

/// What hosted models took, in table `model_spending`.
final class SqlModelSpending implements ModelSpending {
    private final Database database;

    SqlModelSpending(Database database) {
        this.database = database;
    }

    @Override
    public List<Spending> of(LocalDate day) {
        return database.read(handle -> handle.createQuery(
                        "select role, model, purpose, calls, refused, prompt_tokens, cached_tokens,"
                                + " completion_tokens, micros from model_spending where day = :day"
                                + " order by role, model, purpose")
                .bind("day", day.toString())
                .map((row, context) -> new Spending(
                        day,
                        row.getString("role"),
                        row.getString("model"),
                        row.getString("purpose"),
                        row.getLong("calls"),
                        row.getLong("refused"),
                        row.getLong("prompt_tokens"),
                        row.getLong("cached_tokens"),
                        row.getLong("completion_tokens"),
                        row.getLong("micros")))
                .list());
    }

    @Override
    public void add(Spending more) {
        database.write(transaction -> transaction
                .handle()
                .createUpdate("insert into model_spending (day, role, model, purpose, calls, refused, prompt_tokens,"
                        + " cached_tokens, completion_tokens, micros) values (:day, :role, :model, :purpose, :calls,"
                        + " :refused, :prompt, :cached, :completion, :micros)"
                        + " on conflict (day, role, model, purpose) do update set"
                        + " calls = model_spending.calls + excluded.calls,"
                        + " refused = model_spending.refused + excluded.refused,"
                        + " prompt_tokens = model_spending.prompt_tokens + excluded.prompt_tokens,"
                        + " cached_tokens = model_spending.cached_tokens + excluded.cached_tokens,"
                        + " completion_tokens = model_spending.completion_tokens + excluded.completion_tokens,"
                        + " micros = model_spending.micros + excluded.micros")
                .bind("day", more.day().toString())
                .bind("role", more.role())
                .bind("model", more.model())
                .bind("purpose", more.purpose())
                .bind("calls", more.calls())
                .bind("refused", more.refused())
                .bind("prompt", more.promptTokens())
                .bind("cached", more.cachedTokens())
                .bind("completion", more.completionTokens())
                .bind("micros", more.micros())
                .execute());
    }
}
