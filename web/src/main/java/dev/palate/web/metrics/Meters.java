package dev.palate.web.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// Makes meters that ask when they are read. Tags are pairs of name and value, out of sets that are closed when the
/// server starts: never an id, never words of a person.
///
/// @param owner of what is asked: as long as it is there the meters have a value
record Meters(MeterRegistry registry, Object owner) {
    private static final String PERCENTILE = "percentile";

    /// A number that goes up and down.
    void gauge(String name, String description, DoubleSupplier value, String... tags) {
        gaugeOf(name, "", description, value, tags);
    }

    /// A number with a unit, such as `bytes`.
    void gaugeOf(String name, String unit, String description, DoubleSupplier value, String... tags) {
        Gauge.builder(name, value::getAsDouble)
                .description(description)
                .baseUnit(unit.isEmpty() ? null : unit)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    /// A number that only goes up.
    void counter(String name, String description, DoubleSupplier value, String... tags) {
        FunctionCounter.builder(name, owner, _ -> value.getAsDouble())
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /// How often and how long in all.
    void timer(String name, String description, LongSupplier count, DoubleSupplier seconds, String... tags) {
        FunctionTimer.builder(name, owner, _ -> count.getAsLong(), _ -> seconds.getAsDouble(), TimeUnit.SECONDS)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /// How long half and 99 of 100 take at most.
    void percentiles(
            String name, String description, DoubleSupplier p50Micros, DoubleSupplier p99Micros, String... tags) {
        gaugeOf(name, "seconds", description, () -> p50Micros.getAsDouble() / 1e6, with(tags, "50"));
        gaugeOf(name, "seconds", description, () -> p99Micros.getAsDouble() / 1e6, with(tags, "99"));
    }

    private static String[] with(String[] tags, String percentile) {
        return Stream.concat(Stream.of(tags), Stream.of(PERCENTILE, percentile)).toArray(String[]::new);
    }
}
