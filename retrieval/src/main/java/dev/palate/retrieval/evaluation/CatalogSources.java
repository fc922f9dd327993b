package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.semantic.CategoryProfile;
import dev.palate.retrieval.semantic.ContentProfile;
import dev.palate.retrieval.training.ItemContents;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Sources from what a catalog says: text and genres, each compared with the decayed history.
public final class CatalogSources {
    private static final int REPORT_EVERY = 100;

    private CatalogSources() {}

    /// The sources for the items of a task. Items that the catalog lacks have neither text nor genres.
    ///
    /// @param texts as [#texts] gives them
    /// @throws RetrievalException with code BAD_INPUT when the catalog knows none of the items
    public static Map<Signal, Scorer> of(List<CatalogItem> catalog, Vocabulary items, float[][] texts) {
        Map<Integer, CatalogItem> known = known(catalog, items);
        Map<Signal, Scorer> sources = new EnumMap<>(Signal.class);
        sources.put(Signal.TEXT, ContentProfile.centred(texts, ItemContents.DECAY));
        CategoryProfile genres = CategoryProfile.of(
                IntStream.range(0, items.size())
                        .mapToObj(row -> known.containsKey(row) ? known.get(row).genres() : List.<String>of())
                        .toList(),
                ItemContents.DECAY);
        if (!genres.isEmpty()) {
            sources.put(Signal.GENRE, genres);
        }
        return sources;
    }

    /// The raw text vector of each item; all 0 for items that the catalog lacks.
    ///
    /// @param encoder text to raw vector, all of one length; called once per item
    /// @throws RetrievalException with code BAD_INPUT when the catalog knows none of the items
    public static float[][] texts(
            List<CatalogItem> catalog, Vocabulary items, Function<String, float[]> encoder, Progress progress) {
        return textVectors(known(catalog, items), items.size(), encoder, progress);
    }

    private static Map<Integer, CatalogItem> known(List<CatalogItem> catalog, Vocabulary items) {
        Map<Integer, CatalogItem> known = new HashMap<>();
        for (CatalogItem item : catalog) {
            OptionalInt row = items.row(item.id());
            if (row.isPresent()) {
                known.put(row.getAsInt(), item);
            }
        }
        if (known.isEmpty()) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "the catalog has none of the split's " + items.size()
                            + " items: give the catalog of the same data set");
        }
        return known;
    }

    private static float[][] textVectors(
            Map<Integer, CatalogItem> known, int itemCount, Function<String, float[]> encoder, Progress progress) {
        float[][] vectors = new float[itemCount][];
        int done = 0;
        int dimension = 0;
        for (int row = 0; row < itemCount; row++) {
            CatalogItem item = known.get(row);
            if (item == null) {
                continue;
            }
            vectors[row] = encoder.apply(item.text());
            dimension = vectors[row].length;
            if (++done % REPORT_EVERY == 0 || done == known.size()) {
                progress.advanced("encode", done, known.size());
            }
        }
        for (int row = 0; row < itemCount; row++) {
            if (!known.containsKey(row)) {
                vectors[row] = new float[dimension];
            }
        }
        return vectors;
    }
}
