package dev.palate.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.agent.llm.TokenLedger.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class TokenLedgerTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T23:00:00Z"));
    private final TokenLedger ledger = new TokenLedger(100, now::get);

    @Test
    void addsUpByPurposeAndHoldsTheBudget() {
        ledger.book(Purpose.SPEAK, new Usage(50, 40, 20));
        ledger.book(Purpose.SPEAK, Usage.NONE);
        ledger.book(Purpose.ROUTE, new Usage(10, 0, 0));
        assertThat(ledger.page().entries().get(Purpose.SPEAK))
                .isEqualTo(new TokenLedger.Entry(2, new Usage(50, 40, 20)));
        assertThat(ledger.page().tokens()).isEqualTo(80);
        assertThat(ledger.allows(20)).isTrue();
        assertThat(ledger.allows(21)).isFalse();
    }

    @Test
    void aNewDayIsANewPage() {
        ledger.book(Purpose.MEMORY, new Usage(100, 0, 0));
        assertThat(ledger.allows(1)).isFalse();
        now.updateAndGet(t -> t.plus(Duration.ofHours(2)));
        assertThat(ledger.allows(100)).isTrue();
        assertThat(ledger.page().entries()).isEmpty();
    }
}
