package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.semantic.AudienceProfile;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Agreement of the themes of the history with those of the people who liked an item. Silent, and no source of
/// candidates, unless the model in force was fitted with a weight for it.
final class ThemeSource implements CandidateSource {
    private static final String SIGNAL = "theme";
    private static final Evidence EVIDENCE = Evidence.of("liked by people who prefer what you prefer");

    private final Audiences audiences;
    private final AtomicReference<Optional<Profile>> last = new AtomicReference<>(Optional.empty());

    /// @param catalog and read: what it is of
    private record Profile(CatalogSnapshot catalog, Map<ItemId, Map<String, Long>> read, AudienceProfile scorer) {}

    ThemeSource(Audiences audiences) {
        this.audiences = audiences;
    }

    @Override
    public String signal() {
        return SIGNAL;
    }

    @Override
    public boolean prompt(Wish wish) {
        return !fitted(wish);
    }

    private static boolean fitted(Wish wish) {
        int size = wish.history().length;
        return size > 0
                && wish.model()
                        .map(model -> model.weights(size).getOrDefault(SIGNAL, 0.0) != 0)
                        .orElse(false);
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        if (!fitted(wish)) {
            return Optional.empty();
        }
        AudienceProfile profile = profile(wish.catalog());
        if (profile.isEmpty()) {
            return Optional.empty();
        }
        float[] scores = new float[wish.catalog().size()];
        profile.score(History.of(wish.history()), scores);
        return Optional.of(Scored.of(scores, row -> EVIDENCE));
    }

    /// Made once for what was read; O(items · themes).
    @SuppressWarnings("ReferenceEquality") // one object is one state, of both
    private AudienceProfile profile(CatalogSnapshot catalog) {
        Map<ItemId, Map<String, Long>> read = audiences.current();
        Optional<Profile> kept = last.get();
        if (kept.isPresent() && kept.get().catalog == catalog && kept.get().read == read) {
            return kept.get().scorer;
        }
        AudienceProfile made = profile(catalog, read);
        last.set(Optional.of(new Profile(catalog, read, made)));
        return made;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    private static AudienceProfile profile(CatalogSnapshot catalog, Map<ItemId, Map<String, Long>> read) {
        Map<String, Integer> codes = new HashMap<>();
        read.values()
                .forEach(themes -> themes.keySet().forEach(theme -> codes.computeIfAbsent(theme, _ -> codes.size())));
        int[][] themes = new int[catalog.size()][];
        Map<Integer, Long>[] told = new Map[catalog.size()];
        for (int row = 0; row < themes.length; row++) {
            themes[row] = ThemeVocabulary.names(catalog.item(row)).stream()
                    .filter(codes::containsKey)
                    .mapToInt(name -> codes.getOrDefault(name, -1))
                    .toArray();
            Map<Integer, Long> ofRow = new HashMap<>();
            read.getOrDefault(catalog.item(row).id(), Map.of())
                    .forEach((theme, weight) -> ofRow.put(codes.getOrDefault(theme, -1), weight));
            told[row] = ofRow;
        }
        return new AudienceProfile(themes, told, codes.size(), HistoryDecay.CONTENTS);
    }
}
