package dev.palate.web.recommendation;

import dev.palate.memory.ShortDecimals;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.recommend.RankedItem;
import dev.palate.retrieval.recommend.Slate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonSerialize;

/// A list as answered.
///
/// @param modelLevel the model level that served it
/// @param modelVersion of the collaborative model, empty when none was used
/// @param catalogVersion the newest change the list can have seen
/// @param degraded the sources that failed or were late
/// @param variety how the list departs from the plain order of scores, as far as it was asked to
record SlateView(
        String id,
        String modelLevel,
        String modelVersion,
        long catalogVersion,
        List<Entry> items,
        List<String> degraded,
        @Nullable Asked variety,
        Usage usage) {
    /// One place of the list; reason, memories and signals are left out without `explain`, the last two without
    /// exploration.
    record Entry(
            String itemId,
            String title,
            @Nullable Integer year,
            List<String> categories,
            int rank,
            @JsonSerialize(using = ShortDecimals.One.class) double score,
            @Nullable String reason,
            @Nullable List<String> memoryIds,

            @JsonSerialize(using = ShortDecimals.ByName.class) @Nullable
            Map<String, Double> signals,

            @Nullable Boolean explored,
            @Nullable Double propensity) {}

    /// What of variety was asked for, and what quotas did.
    ///
    /// @param passedOver category → how many items its quota kept off the list
    /// @param seed of what exploration drew
    record Asked(
            double diversity,
            double novelty,
            List<Limit> quotas,
            Map<String, Integer> passedOver,
            double exploration,
            @Nullable Long seed) {
        static @Nullable Asked of(Variety variety, Slate slate) {
            boolean explores = variety.exploration() > 0;
            if (variety.diversity() == 0
                    && variety.novelty() == 0
                    && variety.quotas().isEmpty()
                    && !explores) {
                return null;
            }
            return new Asked(
                    variety.diversity(),
                    variety.novelty(),
                    variety.quotas().stream()
                            .map(quota -> new Limit(quota.category(), quota.atMost()))
                            .toList(),
                    slate.passedOver(),
                    variety.exploration(),
                    explores ? variety.seed() : null);
        }
    }

    /// A quota; without a category for each by itself.
    record Limit(@Nullable String category, int atMost) {}

    /// What the list cost.
    record Usage(int promptTokens, int completionTokens, double costUsd) {}

    static SlateView of(SlateRecord made, Slate slate, Variety variety, ChangeNumber latest, boolean explained) {
        boolean explores = variety.exploration() > 0;
        List<Entry> entries = IntStream.range(0, slate.items().size())
                .mapToObj(i -> entry(slate.items().get(i), made.entries().get(i), explained, explores))
                .toList();
        return new SlateView(
                made.id().value(),
                made.level(),
                made.modelVersion(),
                latest.value(),
                entries,
                slate.degraded(),
                Asked.of(variety, slate),
                new Usage(0, 0, 0));
    }

    private static Entry entry(RankedItem ranked, SlateRecord.Entry made, boolean explained, boolean explores) {
        return new Entry(
                ranked.item().id().value(),
                ranked.item().title(),
                ranked.item().year(),
                ranked.item().categories(),
                ranked.rank(),
                ranked.score(),
                explained ? made.reason() : null,
                explained ? ids(ranked.memories()) : null,
                explained ? ranked.parts() : null,
                explores ? ranked.explored() : null,
                explores ? ranked.propensity() : null);
    }

    private static List<String> ids(List<MemoryId> memories) {
        return memories.stream().map(MemoryId::value).toList();
    }

    /// A list as it was kept.
    record Stored(
            String id,
            @Nullable String userId,
            @Nullable String conversationId,
            Instant at,
            String modelLevel,
            String modelVersion,
            List<StoredEntry> items,
            List<String> degraded) {
        static Stored of(SlateRecord slate) {
            return new Stored(
                    slate.id().value(),
                    slate.user() == null ? null : slate.user().value(),
                    slate.conversation() == null ? null : slate.conversation().value(),
                    slate.at(),
                    slate.level(),
                    slate.modelVersion(),
                    slate.entries().stream()
                            .map(entry -> new StoredEntry(
                                    entry.item().value(),
                                    entry.rank(),
                                    entry.score(),
                                    entry.reason(),
                                    ids(entry.memories()),
                                    entry.parts(),
                                    entry.explored(),
                                    entry.propensity()))
                            .toList(),
                    slate.degraded());
        }
    }

    /// One place of a kept list.
    record StoredEntry(
            String itemId,
            int rank,
            @JsonSerialize(using = ShortDecimals.One.class) double score,
            String reason,
            List<String> memoryIds,

            @JsonSerialize(using = ShortDecimals.ByName.class)
            Map<String, Double> signals,

            boolean explored,
            double propensity) {}
}
