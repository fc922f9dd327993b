package dev.palate.memory.index;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.vector.ParallelRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Encodes what the indexes hold without a vector, memories of users first, those of items last, one bounded batch at
/// a
/// time, and hands it to the thread that writes. What is left to do stands in the indexes themselves, so nothing is
/// lost or queued.
final class EncodingWorker implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(EncodingWorker.class);
    private static final int MEMORY_BATCH = 64;
    private static final int MOST_MEMORIES = 2_048;
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int ITEM_BATCH = 128;
    private static final int LOOKAHEAD = 2_048;
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

    /// Whoever cannot encode this can encode nothing.
    private static final String PROBE = "a film";

    private final Work work;
    private final CountDownLatch closing;
    private final LongAdder notEncoded = new LongAdder();
    private long restingSinceNanos = System.nanoTime();

    /// What the worker reads, computes with and writes to.
    record Work(
            ItemIndex items,
            MemoryIndex memories,
            Catalog catalog,
            Memories truth,
            TextEncoder encoder,
            int threads,
            VectorFile vectors,
            Sink sink) {}

    /// Where encoded things go; both wait until it is written and return false when it is closing.
    interface Sink {
        /// Writes the items anew, now that their vectors are known.
        ///
        /// @param refresh true to make them searchable before returning
        boolean items(List<ItemId> ids, boolean refresh);

        /// Writes the memories anew with the vectors given, and makes them searchable.
        boolean memories(List<MemoryId> ids, Map<VectorKey, float[]> encoded);

        /// Nothing waited for encoding for so long.
        void rested(Duration rest);
    }

    EncodingWorker(Work work, CountDownLatch closing) {
        this.work = work;
        this.closing = closing;
    }

    @Override
    public void run() {
        try {
            Duration pause = Duration.ZERO;
            while (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// One round; returns how long to pause after it.
    private Duration round() {
        try {
            boolean worked = memories(true) || items() || memories(false);
            if (worked) {
                restingSinceNanos = System.nanoTime();
                return Duration.ZERO;
            }
            work.sink().rested(Duration.ofNanos(System.nanoTime() - restingSinceNanos));
            return IDLE;
        } catch (CancellationException e) {
            return IDLE;
        } catch (RuntimeException | Error e) {
            // Reported by type alone: a message might hold the text.
            LOG.warn(
                    "encoding in the background failed, next try in {} s: {}",
                    AFTER_FAILURE.toSeconds(),
                    e.getClass().getName());
            return AFTER_FAILURE;
        }
    }

    /// Encodes for a quarter of a second, so that new memories never wait long behind a backlog.
    private boolean memories(boolean ofUsers) {
        List<MemoryId> ids = work.memories().pending(ofUsers, MOST_MEMORIES);
        long start = System.nanoTime();
        int to = 0;
        Map<VectorKey, float[]> encoded = new HashMap<>();
        while (to < ids.size() && (to == 0 || System.nanoTime() - start < ROUND_NANOS)) {
            int from = to;
            to = Math.min(ids.size(), from + MEMORY_BATCH);
            List<String> texts = work.truth().memories(ids.subList(from, to)).values().stream()
                    .map(Memory::text)
                    .distinct()
                    .filter(text -> !encoded.containsKey(VectorKey.of(text)))
                    .toList();
            if (!ofUsers) {
                texts.forEach(text -> known(encoded, text));
                texts = texts.stream()
                        .filter(text -> !encoded.containsKey(VectorKey.of(text)))
                        .toList();
            }
            List<float[]> vectors = encode(texts);
            for (int i = 0; i < texts.size(); i++) {
                encoded.put(VectorKey.of(texts.get(i)), vectors.get(i));
            }
        }
        return !encoded.isEmpty() && work.sink().memories(ids.subList(0, to), encoded);
    }

    private void known(Map<VectorKey, float[]> encoded, String text) {
        VectorKey key = VectorKey.of(text);
        work.vectors().find(key).ifPresent(vector -> encoded.put(key, vector));
    }

    private boolean items() {
        List<ItemId> ids = work.items().pending(LOOKAHEAD);
        boolean worked = false;
        for (int from = 0; from < ids.size() && closing.getCount() > 0; from += ITEM_BATCH) {
            if (from > 0 && work.memories().pendingOfUsers() > 0) {
                break;
            }
            int to = Math.min(ids.size(), from + ITEM_BATCH);
            worked |= items(ids.subList(from, to), to == ids.size());
        }
        return worked;
    }

    private boolean items(List<ItemId> ids, boolean last) {
        Collection<Item> items = work.catalog().items(ids).values();
        List<String> texts = items.stream()
                .map(ItemText::of)
                .distinct()
                .filter(text -> work.vectors().find(VectorKey.of(text)).isEmpty())
                .toList();
        List<float[]> vectors = encode(texts);
        for (int i = 0; i < texts.size(); i++) {
            work.vectors().keep(VectorKey.of(texts.get(i)), vectors.get(i));
        }
        return work.sink().items(ids, last) && !items.isEmpty();
    }

    private List<float[]> encode(List<String> texts) {
        float[][] vectors = new float[texts.size()][];
        try {
            ParallelRange.run(
                    work.threads(),
                    texts.size(),
                    i -> vectors[i] = work.encoder().encode(texts.get(i)));
            return List.of(vectors);
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            return oneByOne(texts);
        }
    }

    /// A text that cannot be encoded must not hold up all others: it gets an empty vector, as one without words does,
    /// and is found by its words. Where nothing can be encoded, nothing is decided.
    private List<float[]> oneByOne(List<String> texts) {
        int dimension = work.encoder().encode(PROBE).length;
        List<float[]> vectors = new ArrayList<>();
        for (String text : texts) {
            if (closing.getCount() == 0) {
                throw new CancellationException("closing");
            }
            try {
                vectors.add(work.encoder().encode(text));
            } catch (CancellationException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError e) {
                work.encoder().encode(PROBE);
                notEncoded.increment();
                LOG.warn(
                        "a text of {} characters cannot be encoded and is found by its words only: {}",
                        text.length(),
                        e.getClass().getName());
                vectors.add(new float[dimension]);
            }
        }
        return vectors;
    }

    /// How many texts could not be encoded since the start.
    long notEncoded() {
        return notEncoded.sum();
    }
}
