package dev.palate.retrieval.embedding;

import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import dev.palate.retrieval.embedding.table.HashedIds;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.IdHash;
import dev.palate.retrieval.factor.Scorer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/// The ID embedding model that serves: item vectors in the table that was chosen, a number for each item, and users
/// either in a table too or folded in from their history. Learnt by Bayesian personalised ranking (`rendle2009bpr`).
/// A score is user · item + number; nothing is decompressed for longer than a request. Immutable and thread-safe.
///
/// No vector of it is ever compared by its angle or put into an index for that: those of several kinds, MEmCom's
/// above all, whose rows differ by a factor only, have no meaning there.
public final class IdEmbeddings implements Scorer {
    /// Of a history so many of the newest events say what a user is like when folded in.
    private static final int MOST_EVENTS = 200;

    private static final float TINY = 1e-8f;

    /// What a learnt model is made of.
    ///
    /// @param chosen what was asked for
    /// @param items the table
    /// @param numbers of the item rows, by falling frequency
    /// @param biases by item row
    /// @param foldIn how users are folded in
    /// @param users a table of users; empty when all are folded in
    public record Parts(
            ChosenTables chosen,
            EmbeddingTable items,
            int[] numbers,
            float[] biases,
            FoldIn foldIn,
            Optional<UserVectors> users) {}

    /// How a user is folded in: by the steps of the training, with the items held fixed.
    ///
    /// @param epochs steps, in units of the number of events
    /// @param rate of Adagrad
    public record FoldIn(int epochs, double rate, double regularization, long seed) {}

    /// Vectors of users.
    ///
    /// @param table by number, or by hash where it has a vector for any id
    /// @param owners [History#owner] of those who have a number, ascending
    /// @param numbers of each of them
    public record UserVectors(EmbeddingTable table, long[] owners, int[] numbers) {
        /// @throws IllegalArgumentException when there is not one number for each owner
        public UserVectors {
            if (owners.length != numbers.length) {
                throw new IllegalArgumentException(
                        "each of " + owners.length + " users needs a number, there were " + numbers.length);
            }
        }

        /// True when the table has a vector for the user: of any, where it hashes.
        public boolean knows(long owner) {
            return id(owner).isPresent();
        }

        private OptionalLong id(long owner) {
            if (owner == History.NOBODY) {
                return OptionalLong.empty();
            }
            int at = Arrays.binarySearch(owners, owner);
            return at >= 0
                    ? OptionalLong.of(HashedIds.known(table.spec(), numbers[at], owner))
                    : HashedIds.unknown(table.spec(), owner);
        }
    }

    private final Parts parts;
    private final long[] itemIds;
    private final float meanBias;

    /// @param items ids of the item rows
    /// @throws IllegalArgumentException when the parts do not fit
    public IdEmbeddings(Vocabulary items, Parts parts) {
        if (items.size() != parts.numbers.length || items.size() != parts.biases.length) {
            throw new IllegalArgumentException(
                    "each of " + items.size() + " items needs a number and a bias, there were " + parts.numbers.length
                            + " and " + parts.biases.length);
        }
        this.parts = parts;
        itemIds = ids(items, parts.items, parts.numbers);
        double sum = 0;
        for (float bias : parts.biases) {
            sum += bias;
        }
        meanBias = (float) (sum / Math.max(1, parts.biases.length));
        parts.users
                .filter(users -> users.table.dimension() != parts.items.dimension())
                .ifPresent(users -> {
                    throw new IllegalArgumentException("users of dimension " + users.table.dimension()
                            + " do not go with items" + " of dimension " + parts.items.dimension());
                });
    }

    /// By which id a table knows each row of a vocabulary.
    public static long[] ids(Vocabulary items, EmbeddingTable table, int[] numbers) {
        long[] ids = new long[items.size()];
        Arrays.setAll(ids, row -> HashedIds.known(table.spec(), numbers[row], IdHash.of(items.id(row))));
        return ids;
    }

    /// What it is made of.
    public Parts parts() {
        return parts;
    }

    /// The bytes of its tables: items, their numbers, and users where they have a table.
    public long residentBytes() {
        return parts.items.residentBytes()
                + (long) Float.BYTES * parts.biases.length
                + parts.users
                        .map(users ->
                                users.table.residentBytes() + (long) (Long.BYTES + Integer.BYTES) * users.owners.length)
                        .orElse(0L);
    }

    /// True when there is a table of users that has a vector of this one.
    ///
    /// @param owner as in [History]
    public boolean hasUser(long owner) {
        return parts().users().filter(users -> users.knows(owner)).isPresent();
    }

    /// The same without anything of a user: all are folded in.
    public IdEmbeddings withoutUsers(Vocabulary items) {
        return new IdEmbeddings(
                items,
                new Parts(parts.chosen, parts.items, parts.numbers, parts.biases, parts.foldIn, Optional.empty()));
    }

    @Override
    public int itemCount() {
        return itemIds.length;
    }

    /// O(items · cost of a lookup), and where the user is folded in two lookups for each step.
    @Override
    public void score(History history, float[] target) {
        PairwiseModel.score(user(history), parts.items, itemIds, parts.biases, target);
    }

    /// The user is made once for the items of the training and those that came after it, of which there
    /// are vectors where the table has one for any id.
    @Override
    public void score(History history, List<String> further, float[] target) {
        float[] user = user(history);
        float[] rows = new float[itemIds.length];
        PairwiseModel.score(user, parts.items, itemIds, parts.biases, rows);
        System.arraycopy(rows, 0, target, 0, rows.length);
        float[] item = new float[user.length];
        for (int at = 0; at < further.size(); at++) {
            OptionalLong id = HashedIds.unknown(parts.items.spec(), IdHash.of(further.get(at)));
            float score = Float.NaN;
            if (id.isPresent()) {
                parts.items.lookup(id.getAsLong(), item, 0);
                score = Kernels.dot(user, 0, item, 0, item.length) + meanBias;
            }
            target[rows.length + at] = score;
        }
    }

    /// The vector of a user: from the table where that has one, else folded in; zero for an empty history.
    public float[] user(History history) {
        OptionalLong id = parts.users.map(users -> users.id(history.owner())).orElse(OptionalLong.empty());
        if (id.isEmpty()) {
            return foldIn(history);
        }
        float[] vector = new float[parts.items.dimension()];
        parts.users.orElseThrow().table.lookup(id.getAsLong(), vector, 0);
        return vector;
    }

    private float[] foldIn(History history) {
        int dimension = parts.items.dimension();
        float[] user = new float[dimension];
        int[] all = history.items();
        if (all.length == 0 || all.length >= itemIds.length) {
            return user;
        }
        int[] sorted = all.clone();
        Arrays.sort(sorted);
        int[] had = Arrays.copyOfRange(all, Math.max(0, all.length - MOST_EVENTS), all.length);
        SplittableRandom random = new SplittableRandom(parts.foldIn.seed);
        float[] squares = new float[dimension];
        float[] better = new float[dimension];
        float[] worse = new float[dimension];
        float shrink = (float) parts.foldIn.regularization;
        for (int step = 0; step < parts.foldIn.epochs * had.length; step++) {
            int liked = had[random.nextInt(had.length)];
            int other = random.nextInt(itemIds.length);
            if (Arrays.binarySearch(sorted, other) >= 0) {
                continue;
            }
            parts.items.lookup(itemIds[liked], better, 0);
            parts.items.lookup(itemIds[other], worse, 0);
            double margin = Kernels.dot(user, 0, better, 0, dimension)
                    - Kernels.dot(user, 0, worse, 0, dimension)
                    + parts.biases[liked]
                    - parts.biases[other];
            float slope = (float) (1 / (1 + Math.exp(margin)));
            for (int k = 0; k < dimension; k++) {
                float gradient = slope * (worse[k] - better[k]) + shrink * user[k];
                squares[k] += gradient * gradient;
                user[k] -= (float) (parts.foldIn.rate * gradient / (Math.sqrt(squares[k]) + TINY));
            }
        }
        return user;
    }
}
