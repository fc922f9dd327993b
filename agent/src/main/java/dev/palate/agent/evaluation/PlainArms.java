package dev.palate.agent.evaluation;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.candidate.ItemSearch;
import dev.palate.retrieval.candidate.TextVectors;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.ranking.FusedRanker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.zip.CRC32C;

/// The arms that any understanding has to beat: chance, the crowd, words, texts, what was had together with the films
/// mentioned, and the plain sum of the last four. They rank the whole catalog but what was mentioned. Thread-safe.
///
/// They may look at the annotated mentions, which a turn never sees.
public final class PlainArms {
    private static final int MAX_HITS = 1_000;
    private static final int MAX_QUERY = 2_000;
    private static final double SHRINKAGE = 20;

    private final Vocabulary items;
    private final BitSet[] users;
    private final int[] counts;
    private final ItemSearch search;
    private final TextEncoder encoder;
    private final EncodingVersion encoding;
    private final float[][] vectors;

    /// Over a catalog and the events to learn from.
    ///
    /// @param events of which items that the catalog lacks are left out
    public PlainArms(
            List<Item> catalog,
            List<Split.Row> events,
            ItemSearch search,
            TextVectors texts,
            TextEncoder encoder,
            EncodingVersion encoding) {
        items = Vocabulary.sorted(
                catalog.stream().map(item -> item.id().value()).toList());
        this.search = search;
        this.encoder = encoder;
        this.encoding = encoding;
        users = new BitSet[items.size()];
        for (int row = 0; row < users.length; row++) {
            users[row] = new BitSet();
        }
        Map<String, Integer> userRows = new HashMap<>();
        for (Split.Row event : events) {
            OptionalInt row = items.row(event.item());
            if (row.isPresent()) {
                users[row.getAsInt()].set(userRows.computeIfAbsent(event.user(), user -> userRows.size()));
            }
        }
        counts = new int[items.size()];
        for (int row = 0; row < counts.length; row++) {
            counts[row] = users[row].cardinality();
        }
        vectors = centred(texts.current());
    }

    private float[][] centred(TextVectors.Matrix matrix) {
        float[][] centred = new float[items.size()][];
        for (int at = 0; at < matrix.ids().size(); at++) {
            OptionalInt row = items.row(matrix.ids().get(at).value());
            if (row.isPresent()) {
                float[] raw = new float[matrix.dimension()];
                System.arraycopy(matrix.raw(), at * matrix.dimension(), raw, 0, raw.length);
                centred[row.getAsInt()] = encoding.center(raw);
            }
        }
        return centred;
    }

    /// All of them.
    ///
    /// @param seed of the random one
    public List<ChatArm> all(long seed) {
        return List.of(
                arm("random", chat -> random(chat, seed)),
                arm("popular", chat -> popular()),
                arm("bm25", this::words),
                arm("text", this::texts),
                arm("together", this::together),
                arm("fusion", this::fusion));
    }

    private ChatArm arm(String name, Function<ChatCase, float[]> scores) {
        return new ChatArm() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Answer answer(ChatCase chat, int size) {
                return best(chat, scores.apply(chat), size);
            }
        };
    }

    private ChatArm.Answer best(ChatCase chat, float[] scores, int size) {
        float[] open = scores.clone();
        chat.mentioned().forEach(item -> items.row(item.value()).ifPresent(row -> open[row] = Float.NEGATIVE_INFINITY));
        List<ItemId> best = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (int row : TopK.select(open, size)) {
            best.add(new ItemId(items.id(row)));
            values.add((double) open[row]);
        }
        return new ChatArm.Answer(best, values, true);
    }

    private float[] random(ChatCase chat, long seed) {
        CRC32C name = new CRC32C();
        name.update(chat.id().getBytes(StandardCharsets.UTF_8));
        SplittableRandom random = new SplittableRandom(seed ^ (name.getValue() << 16));
        float[] scores = new float[items.size()];
        for (int row = 0; row < scores.length; row++) {
            scores[row] = (float) random.nextDouble();
        }
        return scores;
    }

    private float[] popular() {
        float[] scores = new float[items.size()];
        for (int row = 0; row < scores.length; row++) {
            scores[row] = (float) Math.log1p(counts[row]);
        }
        return scores;
    }

    private float[] words(ChatCase chat) {
        float[] scores = new float[items.size()];
        for (ItemSearch.Hit hit : search.search(query(chat), ItemFilter.ALL, MAX_HITS)) {
            items.row(hit.item().value()).ifPresent(row -> scores[row] = hit.score());
        }
        return scores;
    }

    // The end of the dialogue is what is spoken of now.
    private static String query(ChatCase chat) {
        String text = chat.text();
        return text.substring(Math.max(0, text.length() - MAX_QUERY));
    }

    private float[] texts(ChatCase chat) {
        float[] wanted = encoding.center(encoder.encode(query(chat)));
        float[] scores = new float[items.size()];
        for (int row = 0; row < scores.length; row++) {
            if (vectors[row] != null) {
                for (int i = 0; i < wanted.length; i++) {
                    scores[row] += wanted[i] * vectors[row][i];
                }
            }
        }
        return scores;
    }

    /// How many had both, over the root of those who had either, summed over the films mentioned; 0 of none.
    private float[] together(ChatCase chat) {
        float[] scores = new float[items.size()];
        for (ItemId item : chat.mentioned()) {
            OptionalInt mentioned = items.row(item.value());
            if (mentioned.isPresent() && counts[mentioned.getAsInt()] > 0) {
                BitSet had = users[mentioned.getAsInt()];
                for (int row = 0; row < scores.length; row++) {
                    if (row != mentioned.getAsInt() && counts[row] > 0) {
                        BitSet both = (BitSet) had.clone();
                        both.and(users[row]);
                        scores[row] += (float) (both.cardinality()
                                / Math.sqrt((counts[row] + SHRINKAGE) * (had.cardinality() + SHRINKAGE)));
                    }
                }
            }
        }
        return scores;
    }

    private float[] fusion(ChatCase chat) {
        float[] sum = new float[items.size()];
        for (float[] part : List.of(popular(), words(chat), texts(chat), together(chat))) {
            float[] standard = FusedRanker.standardised(part);
            for (int row = 0; row < sum.length; row++) {
                sum[row] += standard[row];
            }
        }
        return sum;
    }
}
