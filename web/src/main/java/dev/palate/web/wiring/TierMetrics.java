package dev.palate.web.wiring;

import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.tier.TierReport;
import dev.palate.memory.tier.TierStats;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/// What the tiers count, as meters that ask when they are read. Thread-safe.
final class TierMetrics implements MeterBinder {
    private final Supplier<TierReport> report;
    private final Supplier<IndexStatus> index;

    TierMetrics(Supplier<TierReport> report, Supplier<IndexStatus> index) {
        this.report = report;
        this.index = index;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        tier(registry, "hot", TierReport::hot);
        tier(registry, "warm", TierReport::warm);
        tier(registry, "cold", TierReport::cold);
        Gauge.builder(
                        "palate.index.recall",
                        report,
                        source -> source.get().recall().recall())
                .register(registry);
        Gauge.builder("palate.index.encoded", index, source -> source.get().encodingProgress())
                .register(registry);
        Gauge.builder("palate.index.rewritten", index, source -> source.get().rewriteProgress())
                .register(registry);
        Gauge.builder("palate.index.lag", index, source -> source.get().lag()).register(registry);
    }

    private void tier(MeterRegistry registry, String name, Function<TierReport, TierStats> tier) {
        counter(registry, name, "hits", stats -> tier.apply(stats).hits());
        counter(registry, name, "misses", stats -> tier.apply(stats).misses());
        counter(registry, name, "evictions", stats -> tier.apply(stats).evictions());
        gauge(registry, name, "entries", stats -> tier.apply(stats).entries());
        gauge(registry, name, "bytes", stats -> tier.apply(stats).bytes());
        gauge(registry, name, "latency.mean.micros", stats -> tier.apply(stats).meanMicros());
        gauge(registry, name, "latency.p99.micros", stats -> tier.apply(stats).p99Micros());
    }

    private void counter(MeterRegistry registry, String tier, String what, ToDoubleFunction<TierReport> value) {
        FunctionCounter.builder("palate.tier." + what, report, source -> value.applyAsDouble(source.get()))
                .tag("tier", tier)
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String tier, String what, ToDoubleFunction<TierReport> value) {
        Gauge.builder("palate.tier." + what, report, source -> value.applyAsDouble(source.get()))
                .tag("tier", tier)
                .register(registry);
    }
}
