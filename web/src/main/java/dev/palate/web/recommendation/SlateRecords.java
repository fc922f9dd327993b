package dev.palate.web.recommendation;

import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.recommend.Slate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Slates as they are kept. Stateless.
final class SlateRecords {
    private static final String LEVEL = "T0";

    private SlateRecords() {}

    static SlateRecord of(SlateId id, @Nullable UserId user, Instant at, Slate slate) {
        return new SlateRecord(
                id,
                user,
                null,
                at,
                slate.modelVersion(),
                LEVEL,
                slate.items().stream()
                        .map(ranked -> new SlateRecord.Entry(
                                ranked.item().id(),
                                ranked.rank(),
                                ranked.score(),
                                ranked.parts(),
                                ranked.reasons().isEmpty()
                                        ? ""
                                        : ranked.reasons().getFirst().text(),
                                ranked.memories(),
                                ranked.explored(),
                                ranked.propensity()))
                        .toList(),
                slate.degraded());
    }
}
