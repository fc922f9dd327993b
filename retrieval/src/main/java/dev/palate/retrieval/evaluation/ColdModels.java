package dev.palate.retrieval.evaluation;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.dynamic.DynamicMemory;
import dev.palate.retrieval.evaluation.ItemFields.Field;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.semantic.IdAligner;
import dev.palate.retrieval.semantic.SemanticAdapter;
import dev.palate.retrieval.semantic.VectorTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Fits what ranks cold items on the known events of one task. Not thread-safe: keeps what was made.
final class ColdModels {
    private final ColdTask task;
    private final ColdTexts texts;
    private final long seed;
    private final int threads;
    private final Progress progress;

    ColdModels(ColdTask task, ColdTexts texts, long seed, int threads, Progress progress) {
        this.task = task;
        this.texts = texts;
        this.seed = seed;
        this.threads = threads;
        this.progress = progress;
    }

    /// The mean of the history's vectors against each item's.
    TwoTowers profile(VectorTable vectors) {
        return new TwoTowers(profiles(vectors), vectors.select(task.cold()));
    }

    /// Mean vectors of the evaluated users.
    VectorTable profiles(VectorTable vectors) {
        float[] profiles = new float[Math.multiplyExact(task.evaluated().length, vectors.dimension())];
        float[] profile = new float[vectors.dimension()];
        for (int at = 0; at < task.evaluated().length; at++) {
            History history = task.known().of(task.evaluated()[at]);
            java.util.Arrays.fill(profile, 0);
            for (int item : history.items()) {
                vectors.add(1f / history.size(), item, profile);
            }
            System.arraycopy(profile, 0, profiles, at * profile.length, profile.length);
        }
        return new VectorTable(vectors.dimension(), profiles);
    }

    /// A collaborative model of the known events.
    ItemFactors factors(ImplicitAls.Options options) {
        return ImplicitAls.fit(task.known(), options.withThreads(threads), seed, progress);
    }

    /// The collaborative vectors of the users given.
    VectorTable foldIn(ItemFactors factors, int[] users) {
        float[] vectors = new float[Math.multiplyExact(users.length, factors.dimension())];
        for (int at = 0; at < users.length; at++) {
            float[] vector = factors.foldIn(task.known().of(users[at]));
            System.arraycopy(vector, 0, vectors, at * vector.length, vector.length);
        }
        return new VectorTable(factors.dimension(), vectors);
    }

    /// The collaborative vectors that the cold items' texts make likely.
    VectorTable aligned(VectorTable vectors, ItemFactors factors, IdAligner.Options options) {
        return IdAligner.fit(vectors, factors.factors(), task.counts(), options).toIds(vectors.select(task.cold()));
    }

    /// An adapter of the vectors.
    SemanticAdapter adapter(VectorTable vectors, SemanticAdapter.Options options) {
        boolean pairs = options.describing() > 0;
        SemanticAdapter.Lessons lessons = pairs
                ? new SemanticAdapter.Lessons(
                        vectors, texts.of(task, Field.TITLE), texts.of(task, Field.PLOT), task.known())
                : SemanticAdapter.Lessons.of(vectors, task.known());
        return SemanticAdapter.fit(lessons, options, seed, progress);
    }

    /// The unit mean of the history through the adapter, against each cold item through it.
    TwoTowers adapted(VectorTable vectors, SemanticAdapter adapter) {
        return new TwoTowers(adapter.adapt(profiles(vectors).unit()), adapter.adapt(vectors.select(task.cold())));
    }

    /// The memory after all known events in the order of time.
    DynamicMemory memory(VectorTable vectors, DynamicMemory.Options options) {
        DynamicMemory memory = new DynamicMemory(
                options, item -> vectors.row(task.items().row(item).orElseThrow()));
        for (Event event : events()) {
            memory.apply(task.users().id(event.user), task.items().id(event.item));
        }
        return memory;
    }

    /// What the memory says of users and of cold items before their first event.
    TwoTowers remembered(DynamicMemory memory) {
        int dimension = memory.options().dimension();
        float[] users = new float[Math.multiplyExact(task.evaluated().length, dimension)];
        for (int at = 0; at < task.evaluated().length; at++) {
            float[] vector = memory.user(task.users().id(task.evaluated()[at]));
            System.arraycopy(vector, 0, users, at * dimension, dimension);
        }
        float[] items = new float[task.cold().length * dimension];
        for (int place = 0; place < task.cold().length; place++) {
            float[] vector = memory.itemDirection(task.items().id(task.cold()[place]));
            System.arraycopy(vector, 0, items, place * dimension, dimension);
        }
        return new TwoTowers(new VectorTable(dimension, users), new VectorTable(dimension, items));
    }

    private record Event(int user, int item, long time) {}

    private List<Event> events() {
        List<Event> events = new ArrayList<>();
        for (int user = 0; user < task.known().userCount(); user++) {
            History history = task.known().of(user);
            for (int at = 0; at < history.size(); at++) {
                events.add(new Event(user, history.items()[at], history.times()[at]));
            }
        }
        events.sort(Comparator.comparingLong(Event::time));
        return events;
    }
}
