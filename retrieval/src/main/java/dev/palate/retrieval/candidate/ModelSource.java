package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.Item;
import dev.palate.retrieval.factor.History;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One scorer of the collaborative model over the history and the titles liked in the request. Empty while no model
/// is
/// in force, and for a history of which the model knows nothing.
final class ModelSource implements CandidateSource {
    /// Of the newest so many events one may be named as the reason.
    private static final int NAMEABLE = 10;

    private static final double DECAY = 0.9;
    private static final int[] NONE = {};
    private static final Evidence GUESSED = Evidence.of("new, and by its text what people with your taste like");

    private final String signal;
    private final boolean namesItems;
    private final Optional<NewItems.Source> newItems;

    /// @param signal of the model's scorer and of this source
    /// @param namesItems true when the scorer adds up the history's items, so that one of them can be named
    ModelSource(String signal, boolean namesItems) {
        this(signal, namesItems, Optional.empty());
    }

    /// Of a scorer by collaborative vectors, which items that the model does not know get from their texts.
    ModelSource(String signal, NewItems.Source newItems) {
        this(signal, false, Optional.of(newItems));
    }

    private ModelSource(String signal, boolean namesItems, Optional<NewItems.Source> newItems) {
        this.signal = signal;
        this.namesItems = namesItems;
        this.newItems = newItems;
    }

    @Override
    public String signal() {
        return signal;
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        int[] profile = wish.profile();
        if (wish.model().isEmpty() || profile.length == 0) {
            return Optional.empty();
        }
        AlignedModel model = wish.model().get();
        Scored.Explainer explainer = namesItems
                ? new NearestOfHistory(signal, wish.catalog(), model, profile)
                : row -> Evidence.of("people with your taste liked it");
        return model.score(signal, new History(profile, inOrder(wish.profileTimes())))
                .map(scores -> {
                    int[] guessed = newItems.flatMap(source -> source.of(wish.catalog(), wish.vectors()))
                            .map(items -> items.fill(profile, wish.statistics(), scores))
                            .orElse(NONE);
                    return Scored.of(
                            scores, row -> Arrays.binarySearch(guessed, row) >= 0 ? GUESSED : explainer.of(row));
                });
    }

    /// A request's clock may be behind an interaction that an app sent with a time to come.
    private static long[] inOrder(long[] times) {
        for (int i = 1; i < times.length; i++) {
            times[i] = Math.max(times[i], times[i - 1]);
        }
        return times;
    }

    /// Names the event that added most to an item. The rows of the newest events are scored once, when first asked.
    private static final class NearestOfHistory implements Scored.Explainer {
        private final String signal;
        private final CatalogSnapshot catalog;
        private final AlignedModel model;
        private final int[] newestFirst;
        private static final float[] NOTHING = {};
        private float @Nullable [][] single;

        NearestOfHistory(String signal, CatalogSnapshot catalog, AlignedModel model, int[] profile) {
            this.signal = signal;
            this.catalog = catalog;
            this.model = model;
            newestFirst = new int[Math.min(NAMEABLE, profile.length)];
            for (int age = 0; age < newestFirst.length; age++) {
                newestFirst[age] = profile[profile.length - 1 - age];
            }
        }

        @Override
        public synchronized Evidence of(int row) {
            float[][] rows = single == null ? scoreEach() : single;
            single = rows;
            int best = -1;
            double highest = 0;
            for (int age = 0; age < rows.length; age++) {
                double share = rows[age].length == 0 ? 0 : Math.pow(DECAY, age) * rows[age][row];
                if (share > highest) {
                    highest = share;
                    best = age;
                }
            }
            if (best < 0) {
                return Evidence.of("people with your taste liked it");
            }
            Item near = catalog.item(newestFirst[best]);
            return Evidence.naming(Phrases.title("often liked with ", near, ""), List.of(near.id()));
        }

        @Override
        public boolean remembers() {
            return false;
        }

        private float[][] scoreEach() {
            float[][] rows = new float[newestFirst.length][];
            for (int age = 0; age < rows.length; age++) {
                rows[age] = model.scoreOfOne(signal, newestFirst[age]).orElse(NOTHING);
            }
            return rows;
        }
    }
}
