package dev.palate.agent.evaluation;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.candidate.TextVectors;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.ranking.FusedRanker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// The arms that any understanding has to beat: chance, the crowd, words, texts, what was had together with the films
/// mentioned, and the plain sum of the last four. They rank the whole catalog but what was mentioned. Thread-safe.
///
/// They may look at the annotated mentions, which a turn never sees.
public final class PlainArms {
    private static final double SATURATION = 1.2;
    private static final double BY_LENGTH = 0.75;
    private static final float LAST_RESORT = 1e-6f;
    // Chosen on the first half of the shared cases: popular, bm25, text, together.
    private static final float[] FUSION = {1, 0.3f, 0.5f, 1};
    /// Their names, in order.
    public static final List<String> NAMES = List.of("random", "popular", "bm25", "text", "together", "fusion");

    private static final int MAX_QUERY = 2_000;
    private static final double SHRINKAGE = 20;

    private final Vocabulary items;
    private final BitSet[] users;
    private final int[] counts;
    private final TextEncoder encoder;
    private final EncodingVersion encoding;
    private final float[][] vectors;
    private final Map<String, Map<Integer, Float>> postings;

    /// Over a catalog and the events to learn from.
    ///
    /// @param events of which items that the catalog lacks are left out
    public PlainArms(
            List<Item> catalog,
            List<Split.Row> events,
            TextVectors texts,
            TextEncoder encoder,
            EncodingVersion encoding) {
        items = Vocabulary.sorted(
                catalog.stream().map(item -> item.id().value()).toList());
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
        postings = postings(catalog);
    }

    /// Word → row and weight of that word in that item, by BM25.
    private Map<String, Map<Integer, Float>> postings(List<Item> catalog) {
        Map<String, Map<Integer, Integer>> counted = new HashMap<>();
        int[] lengths = new int[items.size()];
        for (Item item : catalog) {
            int row = items.row(item.id().value()).orElseThrow();
            String text = item.title() + " " + String.join(" ", item.categories()) + " "
                    + String.join(" ", item.tags()) + " " + item.description() + " "
                    + String.join(" ", item.attributes().values());
            for (String word : words(text)) {
                counted.computeIfAbsent(word, unseen -> new HashMap<>()).merge(row, 1, Integer::sum);
                lengths[row]++;
            }
        }
        double mean = Arrays.stream(lengths).average().orElse(1);
        Map<String, Map<Integer, Float>> weighted = new HashMap<>();
        counted.forEach((word, rows) -> {
            double rarity = Math.log(1 + (items.size() - rows.size() + 0.5) / (rows.size() + 0.5));
            Map<Integer, Float> weights = new HashMap<>();
            rows.forEach((row, count) -> weights.put(row, (float) (rarity
                    * count
                    * (SATURATION + 1)
                    / (count + SATURATION * (1 - BY_LENGTH + BY_LENGTH * lengths[row] / mean)))));
            weighted.put(word, weights);
        });
        return weighted;
    }

    private static List<String> words(String text) {
        return Pattern.compile("[^\\p{L}\\p{N}]+")
                .splitAsStream(text.toLowerCase(Locale.ROOT))
                .filter(word -> !word.isEmpty())
                .toList();
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
        return new ChatArm.Answer(best, values, true, Map.of());
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
        Set.copyOf(words(query(chat))).stream()
                .sorted()
                .forEach(word -> postings.getOrDefault(word, Map.of()).forEach((row, weight) -> scores[row] += weight));
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

    /// How many had both, over the root of those who had either, summed over the films mentioned; of none, what is
    /// popular.
    private float[] together(ChatCase chat) {
        float[] scores = popular();
        for (int row = 0; row < scores.length; row++) {
            scores[row] *= LAST_RESORT;
        }
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
        List<float[]> parts = List.of(popular(), words(chat), texts(chat), together(chat));
        for (int at = 0; at < parts.size(); at++) {
            float[] standard = FusedRanker.standardised(parts.get(at));
            for (int row = 0; row < sum.length; row++) {
                sum[row] += FUSION[at] * standard[row];
            }
        }
        return sum;
    }
}
