package dev.palate.retrieval.candidate;

import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.HistoryDecay;
import dev.palate.retrieval.semantic.CategoryProfile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Agreement with the categories and tags that the request names, and with the categories of the titles liked in it;
/// with those of the history when the request says neither.
///
/// A category weighs by how much commoner it is among the liked titles than in the whole catalog. Of equally fitting
/// items the better liked comes first, because a category alone fits thousands. By the history alone the score is that
/// of a [CategoryProfile], as its weight was fitted on.
final class FacetSource implements CandidateSource {
    private static final double OF_LIKED = 0.5;
    private static final double OF_NAMED = 2;
    private static final int MAX_EVENTS = 50;
    private static final double QUALITY_SHARE = 0.6;

    private final AtomicReference<Optional<Profile>> last = new AtomicReference<>(Optional.empty());

    /// @param catalog that it is of
    private record Profile(CatalogSnapshot catalog, CategoryProfile scorer) {}

    @Override
    public String signal() {
        return "genre";
    }

    @Override
    public boolean prompt(Wish wish) {
        return true;
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        return wish.facets() || wish.liked().length > 0 ? spoken(wish) : ofHistory(wish);
    }

    private static Optional<Scored> spoken(Wish wish) {
        Map<Integer, Double> categories = new HashMap<>();
        Map<Integer, Double> tags = new HashMap<>();
        addNamed(wish.catalog().categories(), wish.categories(), categories);
        addNamed(wish.catalog().tags(), wish.tags(), tags);
        addProfile(wish, categories);
        if (categories.isEmpty() && tags.isEmpty() && wish.named().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Scored.of(add(wish, categories, tags), row -> explain(wish, true, categories, tags, row)));
    }

    private Optional<Scored> ofHistory(Wish wish) {
        if (wish.history().length == 0) {
            return Optional.empty();
        }
        OfHistory known = wish.known().kept(signal(), List.of(wish.catalog()), () -> byHistory(wish));
        return known.categories.isEmpty()
                ? Optional.empty()
                : Optional.of(Scored.of(known.scores, row -> explain(wish, false, known.categories, Map.of(), row)));
    }

    /// @param categories code → weight
    private record OfHistory(float[] scores, Map<Integer, Double> categories) {}

    private OfHistory byHistory(Wish wish) {
        int[] history = wish.history();
        int[] newest = Arrays.copyOfRange(history, Math.max(0, history.length - MAX_EVENTS), history.length);
        Map<Integer, Double> categories = new HashMap<>();
        addProfile(wish.catalog().categories(), newest, 1, categories);
        if (categories.isEmpty()) {
            return new OfHistory(new float[0], Map.of());
        }
        float[] scores = new float[wish.catalog().size()];
        profile(wish.catalog()).score(History.of(history), scores);
        return new OfHistory(scores, Map.copyOf(categories));
    }

    @SuppressWarnings("ReferenceEquality") // one snapshot object is one numbering of rows
    private CategoryProfile profile(CatalogSnapshot catalog) {
        Optional<Profile> kept = last.get();
        if (kept.isPresent() && kept.get().catalog == catalog) {
            return kept.get().scorer;
        }
        int[][] codes = new int[catalog.size()][];
        Arrays.setAll(codes, catalog.categories()::codesOf);
        CategoryProfile made =
                CategoryProfile.of(codes, catalog.categories().words().size(), HistoryDecay.CONTENTS);
        last.set(Optional.of(new Profile(catalog, made)));
        return made;
    }

    private static void addNamed(Postings postings, Map<String, Double> named, Map<Integer, Double> target) {
        named.forEach((word, weight) -> {
            int code = postings.code(word);
            if (code >= 0) {
                target.merge(code, weight, Double::sum);
            }
        });
    }

    /// Of the titles liked and of what was liked elsewhere, each counting the same.
    private static void addProfile(Wish wish, Map<Integer, Double> target) {
        Postings postings = wish.catalog().categories();
        int size = wish.liked().length + wish.elsewhere().size();
        if (size == 0) {
            return;
        }
        Map<Integer, Integer> counts = new HashMap<>();
        for (int row : wish.liked()) {
            for (int code : postings.codesOf(row)) {
                counts.merge(code, 1, Integer::sum);
            }
        }
        for (Set<String> categories : wish.elsewhere()) {
            for (String category : categories) {
                int code = postings.code(category);
                if (code >= 0) {
                    counts.merge(code, 1, Integer::sum);
                }
            }
        }
        addShares(postings, counts, size, OF_LIKED, target);
    }

    private static void addProfile(Postings postings, int[] rows, double factor, Map<Integer, Double> target) {
        if (rows.length == 0) {
            return;
        }
        Map<Integer, Integer> counts = new HashMap<>();
        for (int row : rows) {
            for (int code : postings.codesOf(row)) {
                counts.merge(code, 1, Integer::sum);
            }
        }
        addShares(postings, counts, rows.length, factor, target);
    }

    private static void addShares(
            Postings postings, Map<Integer, Integer> counts, int size, double factor, Map<Integer, Double> target) {
        counts.forEach((code, count) -> {
            double here = (double) count / size;
            double everywhere = Math.exp(-postings.rarity(code));
            target.merge(code, factor * (here - everywhere), Double::sum);
        });
    }

    private static float[] add(Wish wish, Map<Integer, Double> categories, Map<Integer, Double> tags) {
        CatalogSnapshot catalog = wish.catalog();
        double[] sums = new double[catalog.size()];
        categories.forEach((code, weight) -> {
            for (int row : catalog.categories().rowsOf((int) code)) {
                int others = catalog.categories().codesOf(row).length;
                sums[row] += weight / Math.sqrt(others);
            }
        });
        tags.forEach((code, weight) -> {
            for (int row : catalog.tags().rowsOf((int) code)) {
                sums[row] += weight;
            }
        });
        for (Wish.NamedRows named : wish.named()) {
            for (int row : named.rows()) {
                sums[row] += OF_NAMED;
            }
        }
        float[] scores = new float[sums.length];
        for (int row = 0; row < scores.length; row++) {
            double liked = 1 - QUALITY_SHARE + QUALITY_SHARE * wish.statistics().quality(row);
            scores[row] = (float) (sums[row] > 0 ? sums[row] * liked : sums[row]);
        }
        return scores;
    }

    private static Evidence explain(
            Wish wish, boolean spoken, Map<Integer, Double> categories, Map<Integer, Double> tags, int row) {
        CatalogSnapshot catalog = wish.catalog();
        for (Wish.NamedRows named : wish.named()) {
            if (Arrays.stream(named.rows()).anyMatch(other -> other == row)) {
                return Evidence.of(named.reason());
            }
        }
        String tag = strongest(catalog.tags(), tags, row);
        if (tag != null) {
            return Evidence.of("tagged " + Phrases.spelling(catalog.item(row).tags(), tag) + ", as you asked");
        }
        String category = strongest(catalog.categories(), categories, row);
        if (category == null) {
            return Evidence.NONE;
        }
        String spelling = Phrases.spelling(catalog.item(row).categories(), category);
        if (wish.categories().getOrDefault(category, 0.0) > 0) {
            return Evidence.of(spelling + ", as you asked");
        }
        if (spoken) {
            for (int at = wish.liked().length - 1; at >= 0; at--) {
                int liked = wish.liked()[at];
                if (catalog.categories().has(liked, catalog.categories().code(category))) {
                    return Evidence.naming(
                            Phrases.title(spelling + " like ", catalog.item(liked), ""),
                            List.of(catalog.item(liked).id()));
                }
            }
        }
        return Evidence.of("more " + spelling + ", which you like");
    }

    private static @Nullable String strongest(Postings postings, Map<Integer, Double> weights, int row) {
        double highest = 0;
        String strongest = null;
        for (int code : postings.codesOf(row)) {
            double weight = weights.getOrDefault(code, 0.0);
            if (weight > highest) {
                highest = weight;
                strongest = postings.words().get(code);
            }
        }
        return strongest;
    }
}
