package dev.palate.retrieval.training;

import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.sequence.ItemTexts;
import dev.palate.retrieval.sequence.SequenceTargets;
import dev.palate.retrieval.sequence.SequenceTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Events taken out of the training data, to see how well sources that have not learnt them find them. Immutable.
///
/// @param known what is left to learn from, over the same rows
/// @param users rows of the users with something to find, ascending
/// @param truth per such user the item rows to find: not in the known history, and known of another user
/// @param now the time of the cut, when all that is to be found lies behind one time; else the newest known event
/// @param latest whether it does
public record HeldOut(Histories known, int[] users, int[][] truth, long now, boolean latest) {
    /// What is held out.
    public enum Protocol {
        /// The latest tenth of all events: what a model is asked that was trained yesterday. Where fewer than
        /// 40 users have events on both sides, as in a young log, the last event of each user.
        LATEST,
        /// The last event of each user with at least two, whenever it was: for logs without real times.
        LAST_EVENTS
    }

    private static final double LATEST_SHARE = 0.1;
    private static final int FEWEST_USERS = 40;

    /// Takes events out.
    public static HeldOut of(Histories histories, Protocol protocol) {
        if (protocol == Protocol.LATEST) {
            HeldOut latest = latest(histories);
            if (latest.users.length >= FEWEST_USERS) {
                return latest;
            }
        }
        int[] kept = IntStream.range(0, histories.userCount())
                .map(user -> Math.max(1, histories.of(user).size() - 1))
                .toArray();
        return cut(histories, kept, 0, false);
    }

    /// What a sequence model is learnt from: the known events; those held out say when to stop, so that the
    /// ranker's weights are fitted on events that none of the sources has learnt.
    ///
    /// @param texts a vector per item row
    public SequenceTraining.Source sequences(Optional<ItemTexts> texts) {
        Optional<SequenceTargets> targets =
                users.length == 0 ? Optional.empty() : Optional.of(new SequenceTargets(users, truth));
        return new SequenceTraining.Source(known, targets, texts);
    }

    private static HeldOut latest(Histories histories) {
        long[] times = IntStream.range(0, histories.userCount())
                .boxed()
                .flatMapToLong(user -> Arrays.stream(histories.of(user).times()))
                .sorted()
                .toArray();
        if (times.length == 0) {
            return cut(histories, new int[histories.userCount()], 0, true);
        }
        long now = times[(int) (times.length * (1 - LATEST_SHARE))];
        int[] kept = new int[histories.userCount()];
        for (int user = 0; user < kept.length; user++) {
            long[] ofUser = histories.of(user).times();
            while (kept[user] < ofUser.length && ofUser[kept[user]] < now) {
                kept[user]++;
            }
        }
        return cut(histories, kept, now, true);
    }

    private static HeldOut cut(Histories histories, int[] kept, long now, boolean latest) {
        Histories.Builder known = new Histories.Builder(histories.itemCount())
                .withUserCount(histories.userCount())
                .withOwners(histories.owners());
        long newest = 0;
        for (int user = 0; user < kept.length; user++) {
            History history = histories.of(user);
            for (int i = 0; i < Math.min(kept[user], history.size()); i++) {
                known.add(user, history.items()[i], history.times()[i]);
                newest = Math.max(newest, history.times()[i]);
            }
        }
        Histories left = known.build();
        int[] counts = left.itemCounts();
        List<Integer> users = new ArrayList<>();
        List<int[]> truth = new ArrayList<>();
        for (int user = 0; user < kept.length; user++) {
            int[] items = histories.of(user).items();
            int[] wanted = kept[user] == 0 || kept[user] >= items.length
                    ? new int[0]
                    : IntStream.range(kept[user], items.length)
                            .map(i -> items[i])
                            .filter(item -> counts[item] > 0)
                            .toArray();
            if (wanted.length > 0) {
                users.add(user);
                truth.add(wanted);
            }
        }
        return new HeldOut(
                left,
                users.stream().mapToInt(user -> user).toArray(),
                truth.toArray(new int[0][]),
                latest ? now : newest,
                latest);
    }
}
