package dev.palate.web.metrics;

import dev.palate.memory.change.WriterReport;
import dev.palate.memory.derived.FollowerStatus;
import dev.palate.memory.erase.ErasureCounts;
import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.index.VectorFormat;
import dev.palate.memory.tier.TierReport;
import dev.palate.memory.tier.TierStats;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// Meters of the store: counts, writer, tiers, index, consumers, erasures. Thread-safe.
public final class StoreMeters implements MeterBinder {
    /// The consumers that there are.
    public static final List<String> CONSUMERS = List.of("derived-memories");

    private static final double MICROS = 1e6;

    private final StoreReports reports;
    private final Supplier<WriterReport> writer;
    private final InstantSource clock;

    /// Over the shared reports and what is cheap enough to be asked each time.
    public StoreMeters(StoreReports reports, Supplier<WriterReport> writer, InstantSource clock) {
        this.reports = reports;
        this.writer = writer;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters meters = new Meters(registry, this);
        counts(meters);
        writer(meters);
        tiers(meters);
        index(meters);
        erasures(meters);
        for (String consumer : CONSUMERS) {
            meters.gauge(
                    "palate.consumer.lag",
                    "Notes of the outbox that the consumer has not acted on",
                    () -> reports.consumers().stream()
                            .filter(status -> status.name().equals(consumer))
                            .mapToDouble(FollowerStatus::lag)
                            .sum(),
                    "consumer",
                    consumer);
        }
    }

    private void counts(Meters meters) {
        Map<String, Function<StoreReports.Counts, Long>> kinds = Map.of(
                "items", StoreReports.Counts::items,
                "users", StoreReports.Counts::users,
                "interactions", StoreReports.Counts::interactions,
                "memories", StoreReports.Counts::memories);
        kinds.forEach((what, count) -> meters.gauge(
                "palate.truth.entries", "What there is", () -> count.apply(reports.counts()), "what", what));
    }

    private void writer(Meters meters) {
        meters.timer(
                "palate.writer.commits",
                "Commits of the one writer, the sync of the disk included",
                () -> writer.get().commits(),
                () -> writer.get().commitSeconds());
        meters.percentiles(
                "palate.writer.commit.latency",
                "What a commit takes at most, since the start",
                () -> writer.get().commitP50Micros(),
                () -> writer.get().commitP99Micros());
        meters.counter(
                "palate.writer.writes",
                "Writes that were committed; by the commits it is the size of a group",
                () -> writer.get().writes());
        meters.counter(
                "palate.writer.failures",
                "Groups of writes rolled back",
                () -> writer.get().failed());
        meters.gauge(
                "palate.writer.waiting", "Writes that wait", () -> writer.get().waiting());
    }

    private void tiers(Meters meters) {
        tier(meters, "hot", TierReport::hot);
        tier(meters, "warm", TierReport::warm);
        tier(meters, "cold", TierReport::cold);
        meters.gauge(
                "palate.index.recall",
                "recall@10 of the graph as probed, 1 before the first probe",
                () -> reports.tiers().recall().recall());
        for (VectorFormat format : VectorFormat.values()) {
            meters.gauge(
                    "palate.index.format.recall",
                    "recall@10 of the segments of a vector format as probed, 1 before the first probe",
                    () -> reports.tiers().recall().recall(format),
                    "format",
                    format.name());
        }
        meters.counter(
                "palate.index.probes",
                "Searches repeated to see the recall",
                () -> reports.tiers().recall().probes());
    }

    private void tier(Meters meters, String name, Function<TierReport, TierStats> tier) {
        Supplier<TierStats> stats = () -> tier.apply(reports.tiers());
        meters.counter(
                "palate.tier.hits", "Found in the tier", () -> stats.get().hits(), "tier", name);
        meters.counter(
                "palate.tier.misses",
                "Asked for and not found so",
                () -> stats.get().misses(),
                "tier",
                name);
        meters.counter(
                "palate.tier.evictions", "Left the tier", () -> stats.get().evictions(), "tier", name);
        meters.gauge(
                "palate.tier.entries",
                "Packs (hot) or memories",
                () -> stats.get().entries(),
                "tier",
                name);
        meters.gaugeOf(
                "palate.tier.size", "bytes", "What they take", () -> stats.get().bytes(), "tier", name);
        meters.gaugeOf(
                "palate.tier.budget",
                "bytes",
                "What they may take, 0 where nothing bounds them",
                () -> stats.get().budgetBytes(),
                "tier",
                name);
        meters.percentiles(
                "palate.tier.latency",
                "What a hit takes at most, since the start",
                () -> stats.get().p50Micros(),
                () -> stats.get().p99Micros(),
                "tier",
                name);
    }

    private void index(Meters meters) {
        index(meters, "palate.index.lag", "Changes that searches do not see yet", IndexStatus::lag);
        index(
                meters,
                "palate.index.encoded",
                "Share of items and memories with a vector",
                IndexStatus::encodingProgress);
        index(meters, "palate.index.rewritten", "Share in the vector format in force", IndexStatus::rewriteProgress);
        index(meters, "palate.index.rebuilding", "1 while built anew", status -> status.rebuilding() ? 1 : 0);
        index(
                meters,
                "palate.index.rebuilt",
                "How far a rebuild is, 1 when there is none",
                IndexStatus::rebuildProgress);
        index(
                meters,
                "palate.index.degraded",
                "1 while meaning sees less than all",
                status -> status.degraded() ? 1 : 0);
        index(meters, "palate.index.failed", "1 while it cannot go on", status -> status.failure() == null ? 0 : 1);
        waiting(meters, "items", IndexStatus::itemsPending);
        waiting(meters, "memories", IndexStatus::memoriesPending);
    }

    private void index(Meters meters, String name, String description, ToDoubleFunction<IndexStatus> value) {
        meters.gauge(name, description, () -> value.applyAsDouble(reports.index()));
    }

    private void waiting(Meters meters, String what, ToDoubleFunction<IndexStatus> value) {
        meters.gauge(
                "palate.encoding.waiting",
                "Texts that wait for their vector",
                () -> value.applyAsDouble(reports.index()),
                "what",
                what);
    }

    private void erasures(Meters meters) {
        meters.gauge(
                "palate.erasure.open",
                "Erasures under way",
                () -> reports.erasures().open());
        meters.gaugeOf(
                "palate.erasure.oldest",
                "seconds",
                "How long ago the oldest open one began, 0 when there is none",
                () -> age(reports.erasures()));
        meters.timer(
                "palate.erasure.ended",
                "Erasures that ended, from the request to the last place",
                () -> reports.erasures().ended(),
                () -> reports.erasures().seconds());
        meters.percentiles(
                "palate.erasure.latency",
                "What an erasure takes at most, since the start",
                () -> reports.erasures().p50Seconds() * MICROS,
                () -> reports.erasures().p99Seconds() * MICROS);
    }

    private double age(ErasureCounts counts) {
        Instant oldest = counts.oldest();
        return oldest == null
                ? 0
                : Math.max(0, Duration.between(oldest, clock.instant()).toMillis() / 1e3);
    }
}
