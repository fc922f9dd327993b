package dev.palate.retrieval.evaluation;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.dynamic.DynamicMemory;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.semantic.IdAligner;
import dev.palate.retrieval.semantic.PriorFoldIn;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Cold items come out: their events are replayed in the order of time, and before each the user's list of 20 among all
/// cold items is made from the events before it. A hit counts for the number of events that its item had by then.
///
/// What users did with other items is known whole from the beginning, which favours all ways alike.
public final class LaunchSimulation {
    /// The least number of events of each bucket.
    static final int[] BUCKETS = {0, 1, 3, 10, 30};

    /// Of z-scores beside one signal of weight 1. Not the served weight (0.20, `SignalWeights`): that stands beside
    /// several signals whose weights sum to more, and the table of docs/evaluation.md was made with this one.
    private static final float MEMORY_WEIGHT = 0.5f;

    /// How many ways are parts of the blend: text, aligner and dynamic memory.
    static final int PARTS = 3;

    private static final List<String> NAMES = List.of("0", "1-2", "3-9", "10-29", "30+");

    private LaunchSimulation() {}

    /// One way to rank, by events seen.
    ///
    /// @param hits per bucket
    /// @param events per bucket, the same for all ways
    /// @param found by event in the order of time whether it was hit
    /// @param bucketOf bucket by event, the same for all ways
    public record Row(String name, int[] hits, int[] events, BitSet found, byte[] bucketOf) {
        /// Hits of all events.
        public double rate(int bucket) {
            return events[bucket] == 0 ? Double.NaN : hits[bucket] / (double) events[bucket];
        }

        /// Over all buckets.
        public double rate() {
            return Arrays.stream(hits).sum()
                    / (double) Math.max(1, Arrays.stream(events).sum());
        }

        /// Of a bucket's rate, binomial.
        public double error(int bucket) {
            double rate = rate(bucket);
            return Math.sqrt(rate * (1 - rate) / Math.max(1, events[bucket]));
        }
    }

    /// The names of the buckets.
    public static List<String> buckets() {
        return NAMES;
    }

    /// What the ways rest on.
    ///
    /// @param texts centred unit vectors of all item rows
    /// @param users collaborative vectors of all user rows
    /// @param aligned collaborative vectors of the cold items from their texts
    record Parts(VectorTable texts, ItemFactors factors, VectorTable users, VectorTable aligned) {}

    /// A rule for the order of the cold items.
    private interface Way {
        void score(int user, float[] target);

        default void happened(int user, int place) {}
    }

    /// What is tried beside the parts.
    ///
    /// @param blend by event count
    /// @param holds strengths of the prior of the fold-in, that which serves first
    record Tried(LaunchBlend blend, List<PriorFoldIn.Options> holds) {}

    /// The rows of a run.
    ///
    /// @param parts text, aligner and dynamic memory
    /// @param blend of the parts
    /// @param counting popularity, then the fold-ins in the order tried, then that of the server without and
    ///     with the
    ///     dynamic memory: these count events, so that items of many events push the others down
    record Outcome(List<Row> parts, Row blend, List<Row> counting) {
        LaunchReport report() {
            List<Row> all = new ArrayList<>(parts);
            all.add(blend);
            all.addAll(counting);
            return new LaunchReport(all, parts.size());
        }
    }

    /// Replays the arrivals of the task.
    static Outcome run(ColdTask task, Parts parts, DynamicMemory memory, Tried tried) {
        return run(task, parts, memory, tried, null);
    }

    /// The same.
    ///
    /// @param sample told each arrival; null where none is kept
    static Outcome run(ColdTask task, Parts parts, DynamicMemory memory, Tried tried, @Nullable LaunchSample sample) {
        int[] seen = new int[task.cold().length];
        VectorTable people = new VectorTable(parts.texts.dimension(), profiles(task, parts.texts));
        VectorTable cold = parts.texts.select(task.cold());
        List<Way> ways = new ArrayList<>();
        ways.add((user, target) -> score(people, user, cold, target));
        ways.add((user, target) -> score(parts.users, user, parts.aligned, target));
        ways.add(new Remembering(task, memory));
        ways.add((user, target) -> {
            for (int place = 0; place < target.length; place++) {
                target[place] = seen[place];
            }
        });
        tried.holds.forEach(hold -> ways.add(new Folding(parts, hold)));
        ways.add(new Serving(parts, seen));
        Hits hits = new Hits(ways.size() + 2, task.arrivals().size());
        replay(task, ways, tried.blend, seen, hits, sample);
        List<Row> counting = new ArrayList<>(List.of(hits.row(3, "popularity")));
        for (int at = 0; at < tried.holds.size(); at++) {
            String name =
                    at == 0 ? "fold-in" : "fold-in, hold " + tried.holds.get(at).hold();
            counting.add(hits.row(4 + at, name));
        }
        counting.add(hits.row(ways.size() - 1, "served fold-in"));
        counting.add(hits.row(ways.size() + 1, "served fold-in, memory"));
        return new Outcome(
                List.of(hits.row(0, "text"), hits.row(1, "aligner"), hits.row(2, "dynamic memory")),
                hits.row(ways.size(), "blend"),
                counting);
    }

    private static final class Hits {
        private final int[] events = new int[BUCKETS.length];
        private final int[][] hits;
        private final BitSet[] found;
        private final byte[] bucketOf;
        private int at = -1;

        Hits(int ways, int arrivals) {
            hits = new int[ways][BUCKETS.length];
            found = new BitSet[ways];
            Arrays.setAll(found, way -> new BitSet(arrivals));
            bucketOf = new byte[arrivals];
        }

        void next(int bucket) {
            at++;
            events[bucket]++;
            bucketOf[at] = (byte) bucket;
        }

        void add(int way, boolean hit) {
            if (hit) {
                hits[way][bucketOf[at]]++;
                found[way].set(at);
            }
        }

        /// Which parts found the item of this arrival.
        boolean[] parts() {
            boolean[] parts = new boolean[PARTS];
            for (int part = 0; part < PARTS; part++) {
                parts[part] = found[part].get(at);
            }
            return parts;
        }

        Row row(int way, String name) {
            return new Row(name, hits[way], events, found[way], bucketOf);
        }
    }

    private static void replay(
            ColdTask task, List<Way> ways, LaunchBlend blend, int[] seen, Hits hits, @Nullable LaunchSample sample) {
        Map<Integer, BitSet> had = new HashMap<>();
        float[][] scores = new float[ways.size()][seen.length];
        float[] words = new float[seen.length];
        float[] blended = new float[seen.length];
        for (ColdTask.Arrival arrival : task.arrivals()) {
            hits.next(bucket(seen[arrival.place()]));
            BitSet before = had.computeIfAbsent(arrival.user(), user -> new BitSet());
            for (int way = 0; way < scores.length; way++) {
                ways.get(way).score(arrival.user(), scores[way]);
                hits.add(way, found(scores[way], before, arrival.place()));
            }
            for (int part = 0; part < 3; part++) {
                TwoTowers.standardise(scores[part]);
            }
            for (int place = 0; place < words.length; place++) {
                words[place] = (scores[0][place] + scores[1][place]) / 2;
            }
            TwoTowers.standardise(words);
            float[] memory = scores[2];
            if (sample != null) {
                sample.add(bucket(seen[arrival.place()]), arrival.place(), words, memory, seen, before, hits.parts());
            }
            blend.score(words, memory, seen, blended);
            hits.add(ways.size(), found(blended, before, arrival.place()));
            float[] served = scores[ways.size() - 1];
            TwoTowers.standardise(served);
            addFew(scores[2], seen, served);
            hits.add(ways.size() + 1, found(served, before, arrival.place()));
            ways.forEach(way -> way.happened(arrival.user(), arrival.place()));
            before.set(arrival.place());
            seen[arrival.place()]++;
        }
    }

    /// Adds half the dynamic memory, z-scored over the items of few events, to those items: what the signal `dynamic`
    /// does beside the others.
    private static void addFew(float[] memory, int[] seen, float[] target) {
        int[] few = java.util.stream.IntStream.range(0, seen.length)
                .filter(place -> seen[place] < DynamicMemory.FEW)
                .toArray();
        float[] values = new float[few.length];
        for (int at = 0; at < few.length; at++) {
            values[at] = memory[few[at]];
        }
        TwoTowers.standardise(values);
        for (int at = 0; at < few.length; at++) {
            target[few[at]] += MEMORY_WEIGHT * values[at];
        }
    }

    /// True when fewer than 20 items the user has not had stand before the place.
    static boolean found(float[] scores, BitSet had, int place) {
        int before = 0;
        for (int other = 0; other < scores.length && before < ColdMetrics.CUTOFF; other++) {
            boolean ahead = scores[other] > scores[place] || (scores[other] == scores[place] && other < place);
            before += ahead && !had.get(other) ? 1 : 0;
        }
        return before < ColdMetrics.CUTOFF;
    }

    static int bucket(int seen) {
        int bucket = BUCKETS.length - 1;
        while (seen < BUCKETS[bucket]) {
            bucket--;
        }
        return bucket;
    }

    private static void score(VectorTable users, int user, VectorTable items, float[] target) {
        for (int place = 0; place < target.length; place++) {
            target[place] = Kernels.dot(
                    users.values(),
                    user * users.dimension(),
                    items.values(),
                    place * items.dimension(),
                    items.dimension());
        }
    }

    private static float[] profiles(ColdTask task, VectorTable texts) {
        int dimension = texts.dimension();
        float[] profiles = new float[Math.multiplyExact(task.users().size(), dimension)];
        for (int user = 0; user < task.users().size(); user++) {
            int[] items = task.known().of(user).items();
            for (int item : items) {
                Kernels.axpy(
                        1f / items.length, texts.values(), item * dimension, profiles, user * dimension, dimension);
            }
        }
        return profiles;
    }

    private static final class Remembering implements Way {
        private final ColdTask task;
        private final DynamicMemory memory;
        private final float[][] directions;

        Remembering(ColdTask task, DynamicMemory memory) {
            this.task = task;
            this.memory = memory;
            directions = new float[task.cold().length][];
            for (int place = 0; place < directions.length; place++) {
                directions[place] = memory.itemDirection(id(place));
            }
        }

        private String id(int place) {
            return task.items().id(task.cold()[place]);
        }

        @Override
        public void score(int user, float[] target) {
            float[] vector = memory.user(task.users().id(user));
            for (int place = 0; place < target.length; place++) {
                target[place] = Kernels.dot(directions[place], 0, vector, 0, vector.length);
            }
        }

        @Override
        public void happened(int user, int place) {
            memory.apply(task.users().id(user), id(place));
            directions[place] = memory.itemDirection(id(place));
        }
    }

    private static final class Folding implements Way {
        private final Parts parts;
        private final PriorFoldIn foldIn;
        private final Map<Integer, float[]> buyers = new HashMap<>();
        private final VectorTable items;

        Folding(Parts parts, PriorFoldIn.Options options) {
            this.parts = parts;
            int dimension = parts.factors.dimension();
            float[] gram = new float[dimension * dimension];
            Kernels.gram(parts.users.values(), parts.users.size(), dimension, 1, gram);
            foldIn = new PriorFoldIn(gram, parts.users.size(), parts.factors.options(), options);
            items = new VectorTable(dimension, parts.aligned.values().clone());
        }

        @Override
        public void score(int user, float[] target) {
            LaunchSimulation.score(parts.users, user, items, target);
        }

        @Override
        public void happened(int user, int place) {
            int dimension = items.dimension();
            float[] before = buyers.getOrDefault(place, new float[0]);
            float[] now = Arrays.copyOf(before, before.length + dimension);
            parts.users.copyTo(user, now, before.length);
            buyers.put(place, now);
            float[] item = foldIn.of(parts.aligned.row(place), now);
            System.arraycopy(item, 0, items.values(), place * dimension, dimension);
        }
    }

    /// As the server folds an item in from its users: the half-step of iALS, and the aligner's vector as far as there
    /// are few events.
    private static final class Serving implements Way {
        private final Parts parts;
        private final int[] seen;
        private final Map<Integer, List<float[]>> users = new HashMap<>();
        private final VectorTable items;

        Serving(Parts parts, int[] seen) {
            this.parts = parts;
            this.seen = seen;
            items = new VectorTable(parts.users.dimension(), new float[seen.length * parts.users.dimension()]);
        }

        @Override
        public void score(int user, float[] target) {
            float[] guesses = new float[target.length];
            LaunchSimulation.score(parts.users, user, items, target);
            LaunchSimulation.score(parts.users, user, parts.aligned, guesses);
            for (int place = 0; place < target.length; place++) {
                target[place] += (float) (guesses[place] * (1 - IdAligner.confidence(seen[place], IdAligner.HALF_WAY)));
            }
        }

        @Override
        public void happened(int user, int place) {
            List<float[]> of = users.computeIfAbsent(place, one -> new ArrayList<>());
            of.add(parts.users.row(user));
            if (of.size() > CollaborativeModel.MOST_USERS_FOLDED_IN) {
                of.removeFirst();
            }
            float[] item = parts.factors.foldInItem(of.toArray(float[][]::new));
            System.arraycopy(item, 0, items.values(), place * items.dimension(), items.dimension());
        }
    }
}
