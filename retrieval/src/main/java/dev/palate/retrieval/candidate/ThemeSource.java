package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.semantic.AudienceProfile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/// Agreement of the themes of the history with those of the people who liked an item. Silent, and no source of
/// candidates, unless the model in force was fitted with a weight for it.
final class ThemeSource implements CandidateSource {
    private static final String SIGNAL = "theme";
    private static final Evidence EVIDENCE = Evidence.of("liked by people who prefer what you prefer");

    private final Audiences audiences;
    private final AtomicReference<Optional<Profile>> last = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean making = new AtomicBoolean();

    /// @param catalog and the rest: what it is of
    private record Profile(
            CatalogSnapshot catalog,
            Map<ItemId, Map<String, Long>> read,
            KnownThemes themes,
            long erasures,
            AudienceProfile scorer) {
        @SuppressWarnings("ReferenceEquality") // one object is one state, of each
        boolean of(CatalogSnapshot wanted, Map<ItemId, Map<String, Long>> now, KnownThemes known) {
            return catalog == wanted && read == now && themes == known;
        }

        @SuppressWarnings("ReferenceEquality") // one object is one state
        boolean serves(CatalogSnapshot wanted, long since) {
            return catalog == wanted && erasures == since;
        }
    }

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

    /// Made once for what was read; O(items · themes). Where only the weights have moved on, the one before
    /// serves while
    /// another is made behind the request.
    private AudienceProfile profile(CatalogSnapshot catalog) {
        Map<ItemId, Map<String, Long>> read = audiences.current();
        KnownThemes themes = audiences.themes();
        long erasures = audiences.erasures();
        Optional<Profile> kept = last.get();
        if (kept.isPresent() && kept.get().serves(catalog, erasures)) {
            if (!kept.get().of(catalog, read, themes) && making.compareAndSet(false, true)) {
                Thread.ofVirtual().name("palate-theme-profile").start(() -> {
                    try {
                        make(catalog, read, themes, erasures);
                    } finally {
                        making.set(false);
                    }
                });
            }
            return kept.get().scorer;
        }
        return make(catalog, read, themes, erasures);
    }

    private AudienceProfile make(
            CatalogSnapshot catalog, Map<ItemId, Map<String, Long>> read, KnownThemes themes, long erasures) {
        List<ItemId> rows = IntStream.range(0, catalog.size())
                .mapToObj(row -> catalog.item(row).id())
                .toList();
        AudienceProfile made = AudienceProfile.of(rows, themes, read, HistoryDecay.CONTENTS);
        last.set(Optional.of(new Profile(catalog, read, themes, erasures, made)));
        return made;
    }
}
