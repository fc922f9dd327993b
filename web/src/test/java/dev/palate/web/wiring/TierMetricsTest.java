package dev.palate.web.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.index.VectorFormat;
import dev.palate.memory.tier.TierReport;
import dev.palate.memory.tier.TierStats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class TierMetricsTest {
    @Test
    void metersShowWhatTheTiersCountNow() {
        long[] hits = {3};
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new TierMetrics(
                        () -> new TierReport(
                                new TierStats(hits[0], 1, 0, 2, 640, 1_000, 1.5, 4),
                                new TierStats(7, 0, 0, 9, 99, 0, 0, 0),
                                new TierStats(0, 0, 0, 5, 240, 0, 0, 0),
                                VectorFormat.INT8,
                                new TierReport.Recalled(100, 1, 9, 1)),
                        () -> new IndexStatus(
                                new ChangeNumber(4),
                                new ChangeNumber(9),
                                false,
                                1,
                                10,
                                5,
                                0,
                                0,
                                "x",
                                VectorFormat.INT8,
                                0.25,
                                false,
                                false,
                                null))
                .bindTo(registry);
        hits[0] = 11;
        assertThat(registry.get("palate.tier.hits")
                        .tag("tier", "hot")
                        .functionCounter()
                        .count())
                .isEqualTo(11);
        assertThat(registry.get("palate.tier.bytes").tag("tier", "cold").gauge().value())
                .isEqualTo(240);
        assertThat(registry.get("palate.index.recall").gauge().value()).isCloseTo(0.9, within(1e-9));
        assertThat(registry.get("palate.index.encoded").gauge().value()).isCloseTo(0.5, within(1e-9));
        assertThat(registry.get("palate.index.rewritten").gauge().value()).isEqualTo(0.25);
        assertThat(registry.get("palate.index.lag").gauge().value()).isEqualTo(5);
    }
}
