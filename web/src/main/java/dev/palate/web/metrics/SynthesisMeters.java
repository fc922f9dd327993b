package dev.palate.web.metrics;

import dev.palate.agent.collaborative.CollaborativeReader;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.DoubleSupplier;

/// Meters of what is read of others, while that is switched on. Thread-safe.
public final class SynthesisMeters implements MeterBinder {
    private final CollaborativeReader reader;

    /// Over what reads.
    public SynthesisMeters(CollaborativeReader reader) {
        this.reader = reader;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters meters = new Meters(registry, this);
        requests(meters, "answered", reader::answered);
        requests(meters, "failed", () -> reader.counts().failed());
        meters.gauge(
                "palate.synthesis.waiting",
                "Users who wait until they are quiet and a model is asked",
                reader::waiting);
        meters.timer(
                "palate.synthesis.readings",
                "Readings of like users and items, without a model, and how long they took",
                () -> reader.readings().count(),
                () -> reader.readings().totalSeconds());
    }

    private static void requests(Meters meters, String outcome, DoubleSupplier value) {
        meters.counter(
                "palate.synthesis.requests",
                "Requests for facets in a model's words, by what became of them",
                value,
                "outcome",
                outcome);
    }
}
