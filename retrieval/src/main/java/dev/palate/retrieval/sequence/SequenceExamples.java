package dev.palate.retrieval.sequence;

import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// What is trained on and what is held out. Immutable.
///
/// Of a held-out user the last event is kept back. A long history is cut from its end into windows that overlap
/// by one event, so that every step from one event to the next is seen once an epoch.
final class SequenceExamples {
    private static final int POOLED_BATCHES = 40;

    /// A stretch of a history: each event but the last is followed by one to predict.
    record Window(int[] items, long[] times) {
        int positions() {
            return items.length - 1;
        }
    }

    /// Events to find, at least one.
    record HeldOut(History known, int[] items) {}

    private final List<Window> windows;
    private final List<HeldOut> heldOut;
    private final int batchPositions;

    private SequenceExamples(List<Window> windows, List<HeldOut> heldOut, int batchPositions) {
        this.windows = windows;
        this.heldOut = heldOut;
        this.batchPositions = batchPositions;
    }

    /// @param targets held out already: nothing more is; empty when the settings say what is held out
    static SequenceExamples of(Histories histories, Optional<SequenceTargets> targets, SequenceSettings settings) {
        boolean[] held = targets.isPresent() ? new boolean[histories.userCount()] : heldOutUsers(histories, settings);
        List<Window> windows = new ArrayList<>();
        boolean[] trained = new boolean[histories.itemCount()];
        List<HeldOut> candidates = new ArrayList<>();
        for (int user = 0; user < histories.userCount(); user++) {
            History history = histories.of(user);
            int end = history.size();
            if (held[user]) {
                end--;
                History known = new History(Arrays.copyOf(history.items(), end), Arrays.copyOf(history.times(), end));
                candidates.add(new HeldOut(known, new int[] {history.items()[end]}));
            }
            for (int i = 0; i < end; i++) {
                trained[history.items()[i]] = true;
            }
            cut(history, end, settings.shape().maximumLength(), windows);
        }
        targets.ifPresent(given -> candidates.addAll(given.of(histories)));
        // An item of which nothing was seen cannot be found: it would only blur the comparison of epochs.
        List<HeldOut> findable = candidates.stream()
                .map(candidate -> new HeldOut(
                        candidate.known,
                        Arrays.stream(candidate.items)
                                .filter(item -> trained[item])
                                .toArray()))
                .filter(candidate -> candidate.items.length > 0)
                .limit(SequenceSettings.EVALUATED_USERS)
                .toList();
        return new SequenceExamples(List.copyOf(windows), findable, settings.batchPositions());
    }

    private static boolean[] heldOutUsers(Histories histories, SequenceSettings settings) {
        int[] able = IntStream.range(0, histories.userCount())
                .filter(user -> histories.of(user).size() >= 2)
                .toArray();
        shuffle(able, new SplittableRandom(settings.seed()));
        boolean[] held = new boolean[histories.userCount()];
        for (int i = 0; i < Math.min(able.length, settings.heldOutUsers()); i++) {
            held[able[i]] = true;
        }
        return held;
    }

    private static void cut(History history, int size, int length, List<Window> windows) {
        int end = size;
        while (end > 1) {
            int start = Math.max(0, end - length - 1);
            windows.add(new Window(
                    Arrays.copyOfRange(history.items(), start, end), Arrays.copyOfRange(history.times(), start, end)));
            if (start == 0) {
                return;
            }
            end = start + 1;
        }
    }

    /// All windows, in the order of users.
    List<Window> windows() {
        return windows;
    }

    /// The events to find, at most [SequenceSettings#EVALUATED_USERS].
    List<HeldOut> heldOut() {
        return heldOut;
    }

    /// The batches of an epoch, each of windows of about one length and at most so many positions, in random
    /// order.
    List<List<Window>> batches(SplittableRandom random) {
        int[] order = IntStream.range(0, windows.size()).toArray();
        shuffle(order, random);
        List<List<Window>> batches = new ArrayList<>();
        int from = 0;
        while (from < order.length) {
            int to = from;
            long positions = 0;
            while (to < order.length && positions < (long) POOLED_BATCHES * batchPositions) {
                positions += windows.get(order[to++]).positions();
            }
            List<Window> pool = IntStream.range(from, to)
                    .mapToObj(i -> windows.get(order[i]))
                    .sorted(Comparator.comparingInt(Window::positions))
                    .toList();
            split(pool, batches);
            from = to;
        }
        int[] batchOrder = IntStream.range(0, batches.size()).toArray();
        shuffle(batchOrder, random);
        return Arrays.stream(batchOrder).mapToObj(batches::get).toList();
    }

    private void split(List<Window> pool, List<List<Window>> batches) {
        int from = 0;
        for (int to = 1; to <= pool.size(); to++) {
            boolean full =
                    to < pool.size() && (long) (to + 1 - from) * pool.get(to).positions() > batchPositions;
            if (to == pool.size() || full) {
                batches.add(pool.subList(from, to));
                from = to;
            }
        }
    }

    private static void shuffle(int[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }
}
