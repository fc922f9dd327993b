package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.semantic.AdaptedTexts;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Nearness of the items' texts to the words of the wish and the titles liked in it, or to the history when the wish
/// says neither; by the history alone, items that the model was not trained on are scored by its adapter of texts where
/// it has one. Empty while no item has a vector.
final class TextSource implements CandidateSource {
    private static final double DECAY = HistoryDecay.CONTENTS.factor();

    /// Before them the decay leaves less than 1e-4, which the weights were fitted without.
    private static final int MAX_EVENTS = 88;

    private static final double NAMED_FROM = 0.2;

    private static final float[] NOTHING = {};

    private final CentredVectors.Source vectors;
    private final AdaptedItems adapted;

    TextSource(CentredVectors.Source vectors, AdaptedItems adapted) {
        this.vectors = vectors;
        this.adapted = adapted;
    }

    @Override
    public String signal() {
        return "text";
    }

    /// {@inheritDoc} Its vectors are the longest.
    @Override
    public int cost() {
        return 3;
    }

    @Override
    public boolean prompt(Wish wish) {
        return wish.vectors().isEmpty()
                || (!spoken(wish) && wish.history().length == 0)
                || (!spoken(wish)
                        && wish.known()
                                .has(
                                        signal(),
                                        basis(
                                                wish.vectors().get(),
                                                adapted.made(
                                                        wish.catalog(),
                                                        wish.vectors().get()))));
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        if (wish.vectors().isEmpty()) {
            return Optional.empty();
        }
        CentredVectors space = wish.vectors().get();
        boolean spoken = spoken(wish);
        int[] shown = spoken ? wish.liked() : newest(wish.history());
        if (shown.length == 0 && wish.words().isBlank()) {
            return Optional.empty();
        }
        Optional<AdaptedTexts> fresh = spoken ? Optional.empty() : adapted.of(wish.catalog(), space);
        Optional<ProductScores.Query> query = spoken
                ? query(wish, space, shown, fresh)
                : wish.known().kept(signal(), basis(space, fresh), () -> query(wish, space, shown, fresh));
        return query.map(found -> Scored.of(
                new ProductScores(space.products(found.vector()), found), row -> explain(wish, space, shown, row)));
    }

    /// What the scores of a history follow from besides it.
    private static List<Object> basis(CentredVectors space, Optional<AdaptedTexts> fresh) {
        return fresh.isEmpty() ? List.of(space) : List.of(space, fresh.get());
    }

    private static boolean spoken(Wish wish) {
        return !wish.words().isBlank() || wish.liked().length > 0;
    }

    /// Empty when no item is near.
    private Optional<ProductScores.Query> query(
            Wish wish, CentredVectors space, int[] shown, Optional<AdaptedTexts> fresh) {
        float[] vector = new float[space.dimension()];
        if (!wish.words().isBlank()) {
            float[] words = vectors.encode(wish.words(), space);
            System.arraycopy(words, 0, vector, 0, vector.length);
        }
        addUnitProfile(space, shown, spoken(wish) ? 1 : DECAY, vector);
        float[] replaced = fresh.map(texts -> texts.scores(vector, row -> space.dot(row, vector)))
                .orElse(NOTHING);
        int[] rows = replaced.length == 0 ? new int[0] : fresh.orElseThrow().rows();
        var query = new ProductScores.Query(vector, 0).with(rows, replaced);
        return new ProductScores(space.products(vector), query).any() ? Optional.of(query) : Optional.empty();
    }

    private static int[] newest(int[] history) {
        return Arrays.copyOfRange(history, Math.max(0, history.length - MAX_EVENTS), history.length);
    }

    private static void addUnitProfile(CentredVectors space, int[] rows, double decay, float[] query) {
        float[] profile = new float[query.length];
        double weight = 1;
        for (int at = rows.length - 1; at >= 0; at--) {
            space.add((float) weight, rows[at], profile);
            weight *= decay;
        }
        double squares = 0;
        for (float value : profile) {
            squares += value * value;
        }
        if (squares > 1e-12) {
            Kernels.axpy((float) (1 / Math.sqrt(squares)), profile, 0, query, 0, query.length);
        }
    }

    private static Evidence explain(Wish wish, CentredVectors space, int[] shown, int row) {
        int nearest = -1;
        float highest = (float) NAMED_FROM;
        for (int other : shown) {
            float cosine = space.cosine(row, other);
            if (cosine > highest) {
                highest = cosine;
                nearest = other;
            }
        }
        if (nearest >= 0) {
            Item near = wish.catalog().item(nearest);
            return Evidence.naming(Phrases.title("similar in content to ", near, ""), List.of(near.id()));
        }
        return wish.words().isBlank() ? Evidence.NONE : Evidence.of("close to what you asked for");
    }
}
