package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.vector.TopK;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.semantic.IdAligner;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Collaborative vectors of items that the model in force does not know, from their texts, so that an item nobody had
/// yet is ranked among the others for each person. Immutable and thread-safe.
///
/// The map from texts to vectors is learnt from the items that the model and the text vectors have in common. It
/// follows from the two alone, so it is made when they meet, in the background, and kept until either changes.
final class NewItems {
    /// As it is chosen on cold splits cut from the known items; see docs/evaluation.md.
    private static final IdAligner.Options ALIGNER = IdAligner.Options.DEFAULT;

    /// Fewer items teach nothing.
    private static final int LEAST_TAUGHT = 50;

    /// More would cost memory, not teach more.
    private static final int MOST_TAUGHT = 50_000;

    private static final System.Logger LOG = System.getLogger(NewItems.class.getName());

    private final ItemFactors factors;
    private final int[] modelRow;
    private final int[] rows;
    private final VectorTable vectors;

    private NewItems(ItemFactors factors, int[] modelRow, int[] rows, VectorTable vectors) {
        this.factors = factors;
        this.modelRow = modelRow;
        this.rows = rows;
        this.vectors = vectors;
    }

    /// Follows the model, the snapshots and the text vectors asked for. Thread-safe.
    static final class Source {
        private final CollaborativeModel model;
        private final String signal;
        private final AtomicReference<Optional<Lesson>> last = new AtomicReference<>(Optional.empty());
        private final AtomicReference<Optional<Made>> made = new AtomicReference<>(Optional.empty());
        private final AtomicReference<String> making = new AtomicReference<>("");

        /// @param signal of the model's vectors
        Source(CollaborativeModel model, String signal) {
            this.model = model;
            this.signal = signal;
        }

        /// An aligner and what it was learnt from.
        private record Lesson(String key, CollaborativeModel.Vectors known, IdAligner aligner) {}

        /// The last answer and what it is of.
        private record Made(CatalogSnapshot catalog, CentredVectors texts, Lesson lesson, NewItems items) {}

        /// Empty while there is no model with vectors, no text vector, or no map between them yet.
        /// O(new items × dimensions) after a change of the catalog or the texts, else O(1).
        @SuppressWarnings("ReferenceEquality") // one object is one state, of the catalog and of the texts
        Optional<NewItems> of(CatalogSnapshot catalog, Optional<CentredVectors> texts) {
            Optional<CollaborativeModel.Vectors> known = model.vectors(signal);
            if (known.isEmpty() || texts.isEmpty()) {
                return Optional.empty();
            }
            String key = known.get().version() + '\n' + texts.get().encoding();
            Optional<Lesson> lesson = last.get();
            if (lesson.isEmpty() || !lesson.get().key.equals(key)) {
                learn(key, known.get(), catalog, texts.get());
                return Optional.empty();
            }
            Optional<Made> kept = made.get();
            if (kept.isPresent()
                    && kept.get().catalog == catalog
                    && kept.get().texts == texts.get()
                    && kept.get().lesson == lesson.get()) {
                return Optional.of(kept.get().items);
            }
            NewItems next = NewItems.of(lesson.get(), catalog, texts.get());
            made.set(Optional.of(new Made(catalog, texts.get(), lesson.get(), next)));
            return Optional.of(next);
        }

        /// As [#of], where that was asked before; empty where something must be made first.
        @SuppressWarnings("ReferenceEquality") // as above
        Optional<NewItems> made(CatalogSnapshot catalog, Optional<CentredVectors> texts) {
            return made.get()
                    .filter(kept -> kept.catalog == catalog
                            && texts.isPresent()
                            && kept.texts == texts.get()
                            && last.get()
                                    .filter(lesson -> lesson == kept.lesson)
                                    .isPresent())
                    .map(Made::items);
        }

        /// True when the model has vectors to learn from.
        boolean learns() {
            return model.vectors(signal).isPresent();
        }

        private void learn(
                String key, CollaborativeModel.Vectors known, CatalogSnapshot catalog, CentredVectors texts) {
            if (making.getAndSet(key).equals(key)) {
                return;
            }
            Thread.ofPlatform().daemon().name("palate-align").start(() -> {
                try {
                    last.set(align(key, known, catalog, texts));
                } catch (RuntimeException failed) {
                    LOG.log(System.Logger.Level.WARNING, "texts could not be aligned with model " + key, failed);
                } finally {
                    if (last.get().filter(lesson -> lesson.key.equals(key)).isEmpty()) {
                        // Texts may still be on their way: the next request tries again.
                        making.compareAndSet(key, "");
                    }
                }
            });
        }

        private static Optional<Lesson> align(
                String key, CollaborativeModel.Vectors known, CatalogSnapshot catalog, CentredVectors texts) {
            int[] teachers = teachers(known, catalog, texts);
            if (teachers.length < LEAST_TAUGHT) {
                return Optional.empty();
            }
            int dimension = texts.dimension();
            int width = known.factors().dimension();
            float[] ofTexts = new float[teachers.length * dimension];
            float[] ofModel = new float[teachers.length * width];
            int[] counts = new int[teachers.length];
            for (int at = 0; at < teachers.length; at++) {
                texts.copyTo(catalog.row(known.items().get(teachers[at])), ofTexts, at * dimension);
                System.arraycopy(known.factors().factors(), teachers[at] * width, ofModel, at * width, width);
                counts[at] = known.counts()[teachers[at]];
            }
            IdAligner aligner = IdAligner.fit(new VectorTable(dimension, ofTexts), ofModel, counts, ALIGNER);
            return Optional.of(new Lesson(key, known, aligner));
        }

        /// Rows of the items with text that most people had, at most [#MOST_TAUGHT], ascending.
        private static int[] teachers(CollaborativeModel.Vectors known, CatalogSnapshot catalog, CentredVectors texts) {
            float[] counts = new float[known.items().size()];
            for (int row = 0; row < counts.length; row++) {
                int at = catalog.row(known.items().get(row));
                counts[row] = at >= 0 && texts.knows(at) ? known.counts()[row] : Float.NEGATIVE_INFINITY;
            }
            int[] best = TopK.select(counts, MOST_TAUGHT);
            Arrays.sort(best);
            return best;
        }
    }

    private static NewItems of(Source.Lesson lesson, CatalogSnapshot catalog, CentredVectors texts) {
        int[] modelRow = new int[catalog.size()];
        Arrays.fill(modelRow, -1);
        for (int row = 0; row < lesson.known.items().size(); row++) {
            ItemId id = lesson.known.items().get(row);
            if (catalog.row(id) >= 0) {
                modelRow[catalog.row(id)] = row;
            }
        }
        int[] rows = java.util.stream.IntStream.range(0, catalog.size())
                .filter(row -> modelRow[row] < 0 && texts.knows(row))
                .toArray();
        int width = lesson.aligner.idDimension();
        float[] vectors = new float[Math.multiplyExact(rows.length, width)];
        float[] text = new float[texts.dimension()];
        for (int at = 0; at < rows.length; at++) {
            texts.copyTo(rows[at], text, 0);
            System.arraycopy(lesson.aligner.toId(text), 0, vectors, at * width, width);
        }
        return new NewItems(lesson.known.factors(), modelRow, rows, new VectorTable(width, vectors));
    }

    /// Scores the rows that the model was not trained on and that have a text, on the scale of the others.
    /// Where the model has folded an item in from its first events, the text's score is added to that, the less
    /// the more events there are: so few events move an item away from its text, and do not replace it.
    ///
    /// @param history catalog rows, oldest first
    /// @param scores by catalog row, NaN where the model knows nothing; written to
    /// @return the rows that had no score, ascending
    int[] fill(int[] history, ItemStatistics statistics, float[] scores) {
        Own own = own(history, statistics, new RowScores.Written(scores));
        for (int at = 0; at < own.rows.length; at++) {
            scores[own.rows[at]] = own.scores[at];
        }
        return own.guessed;
    }

    /// Scores of new items.
    ///
    /// @param rows ascending; shared: do not modify
    /// @param scores one for each
    /// @param guessed those of the rows that had no score, ascending
    record Own(int[] rows, float[] scores, int[] guessed) {}

    /// As [#fill], without writing to the scores.
    Own own(int[] history, ItemStatistics statistics, RowScores before) {
        int[] had = Arrays.stream(history)
                .map(row -> modelRow[row])
                .filter(row -> row >= 0)
                .toArray();
        if (had.length == 0) {
            return new Own(new int[0], new float[0], new int[0]);
        }
        float[] user = factors.foldIn(History.of(had));
        float[] scores = new float[rows.length];
        int[] guessed = new int[rows.length];
        int count = 0;
        for (int at = 0; at < rows.length; at++) {
            int row = rows[at];
            float guess = vectors.dot(at, user);
            float known = before.of(row);
            if (Float.isNaN(known)) {
                scores[at] = guess;
                guessed[count++] = row;
            } else {
                double share = 1 - IdAligner.confidence(statistics.count(row), IdAligner.HALF_WAY);
                scores[at] = known + (float) (guess * share);
            }
        }
        return new Own(rows, scores, Arrays.copyOf(guessed, count));
    }
}
