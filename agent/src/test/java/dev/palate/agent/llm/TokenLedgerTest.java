package dev.palate.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.agent.llm.TokenLedger.Purpose;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
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
                .isEqualTo(new TokenLedger.Entry(2, 0, new Usage(50, 40, 20), 0));
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

    @Test
    void whatIsReservedCannotBeReservedTwice() {
        TokenLedger.Reservation first = ledger.reserve(Purpose.RANK, new Usage(50, 0, 20));
        assertThatThrownBy(() -> ledger.reserve(Purpose.RANK, new Usage(40, 0, 0)))
                .hasMessage("the day's budget of tokens does not allow the call: of 100 are 0 spent and 70 held for"
                        + " calls under way, and this one may take 40; it begins anew at 00:00 UTC, or raise the daily"
                        + " budget");
        first.settle(new Usage(50, 0, 5));
        first.settle(new Usage(50, 0, 5));
        TokenLedger.Reservation second = ledger.reserve(Purpose.RANK, new Usage(40, 0, 5));
        second.release();
        assertThat(ledger.page().entries().get(Purpose.RANK))
                .isEqualTo(new TokenLedger.Entry(1, 1, new Usage(50, 0, 5), 0));
        assertThat(ledger.allows(45)).isTrue();
    }

    @Test
    void moneyIsRoundedUpAndKeptInTheBook() {
        Map<LocalDate, TokenLedger.Entry> kept = new HashMap<>();
        var book = new TokenLedger.Book() {
            @Override
            public Map<Purpose, TokenLedger.Entry> load(LocalDate day) {
                return kept.containsKey(day) ? Map.of(Purpose.SPEAK, kept.get(day)) : Map.of();
            }

            @Override
            public void add(LocalDate day, Purpose purpose, TokenLedger.Entry more) {
                kept.merge(day, more, TokenLedger.Entry::plus);
            }
        };
        var prices = new TokenLedger.Prices(0.15, 0.075, 0.6);
        var budget = new TokenLedger.Budget(Long.MAX_VALUE, 100);
        var paid = new TokenLedger(budget, prices, now::get, book);
        paid.book(Purpose.SPEAK, new Usage(101, 1, 50));
        assertThat(paid.page().sum().micros()).as("15 + .075 + 30, up").isEqualTo(46);
        var later = new TokenLedger(budget, prices, now::get, book);
        assertThat(later.page().sum().micros()).isEqualTo(46);
        assertThatThrownBy(() -> later.reserve(Purpose.SPEAK, new Usage(100, 0, 100)))
                .hasMessageContaining("of 0.0001 are 0.000046 spent and 0 held")
                .hasMessageContaining("may take 0.000075");
    }
}
