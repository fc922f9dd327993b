package dev.palate.agent.llm.hosted;

import dev.palate.agent.llm.ModelRole;
import dev.palate.agent.llm.TokenLedger;
import dev.palate.agent.llm.TokenLedger.Entry;
import dev.palate.agent.llm.TokenLedger.Purpose;
import dev.palate.agent.llm.Usage;
import dev.palate.memory.MemoryException;
import dev.palate.memory.spending.ModelSpending;
import dev.palate.memory.spending.Spending;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The hosted models of the roles that have one. Thread-safe.
public final class HostedModels implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostedModels.class);

    private final Map<ModelRole, HostedModel> models;

    private HostedModels(Map<ModelRole, HostedModel> models) {
        this.models = models;
    }

    /// Opens them; their self-tests run behind.
    ///
    /// @param spending keeps what they take
    public static HostedModels start(List<HostedSettings> settings, ModelSpending spending, InstantSource clock) {
        Map<ModelRole, HostedModel> models = new EnumMap<>(ModelRole.class);
        for (HostedSettings one : settings) {
            var ledger = new TokenLedger(
                    one.budget(),
                    one.prices(),
                    clock,
                    book(one.role().key(), one.model().value(), spending));
            models.put(one.role(), HostedModel.start(one, ledger, clock));
        }
        return new HostedModels(models);
    }

    /// The model of a role.
    public Optional<HostedModel> of(ModelRole role) {
        return Optional.ofNullable(models.get(role));
    }

    /// What they do now, in the order of the roles.
    public List<HostedStatus> statuses() {
        return models.values().stream().map(HostedModel::status).toList();
    }

    @Override
    public void close() {
        models.values().forEach(HostedModel::close);
    }

    /// The role's book: another model under the same role goes on with the day's budget.
    static TokenLedger.Book book(String role, String model, ModelSpending spending) {
        return new TokenLedger.Book() {
            @Override
            public Map<Purpose, Entry> load(LocalDate day) {
                Map<Purpose, Entry> entries = new EnumMap<>(Purpose.class);
                for (Spending row : spending.of(day)) {
                    if (row.role().equals(role)) {
                        entries.merge(Purpose.valueOf(row.purpose()), entry(row), Entry::plus);
                    }
                }
                return entries;
            }

            @Override
            public void add(LocalDate day, Purpose purpose, Entry more) {
                try {
                    spending.add(new Spending(
                            day,
                            role,
                            model,
                            purpose.name(),
                            more.calls(),
                            more.refused(),
                            more.usage().promptTokens(),
                            more.usage().cachedTokens(),
                            more.usage().completionTokens(),
                            more.micros()));
                } catch (MemoryException e) {
                    // The answer was paid for and is there: the day's sum in the heap still bounds what follows.
                    LOG.warn("what the {} model took was not stored: {}", role, e.getMessage());
                }
            }
        };
    }

    private static Entry entry(Spending row) {
        return new Entry(
                row.calls(),
                row.refused(),
                new Usage(row.promptTokens(), row.cachedTokens(), row.completionTokens()),
                row.micros());
    }
}
