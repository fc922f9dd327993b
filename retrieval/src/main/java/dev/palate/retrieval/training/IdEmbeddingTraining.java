package dev.palate.retrieval.training;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.IdEmbeddings;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.PriceSearch;
import dev.palate.retrieval.embedding.recipe.Recipe;
import dev.palate.retrieval.embedding.recipe.TableChoice;
import dev.palate.retrieval.embedding.table.EmbeddingTable;
import dev.palate.retrieval.embedding.table.EmbeddingTables;
import dev.palate.retrieval.embedding.table.HashedIds;
import dev.palate.retrieval.embedding.table.MaskedTable;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import dev.palate.retrieval.embedding.table.PairwiseTraining;
import dev.palate.retrieval.embedding.table.TableSpec;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.IdHash;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/// Learns the ID embedding model over the tables that were chosen, by the recipes of the lab: what a table is follows
/// from its kind and size alone, and what can only be made of a learnt table is made of a full one. A training costs
/// that of the full table, 1.5 µs for each event and epoch, and for learnt widths up to seven times it. Stateless; the
/// same input gives the same tables.
public final class IdEmbeddingTraining {
    /// One side of the model: its ids by frequency, and what is to come of it.
    private record Side(int[] numbers, int[] counts, long[] hashes, Recipe recipe) {
        static Side of(int[] byRow, long[] hashes, TableChoice choice, int dimension, long seed) {
            int[] numbers = PairwiseModel.byFrequency(byRow);
            int[] counts = new int[byRow.length];
            for (int row = 0; row < byRow.length; row++) {
                counts[numbers[row]] = byRow[row];
            }
            return new Side(
                    numbers,
                    counts,
                    hashes,
                    Recipe.of(choice.kind(), new Recipe.Shape(counts, dimension, seed), choice.ratio()));
        }

        /// Trained at once where that can be, else in full.
        EmbeddingTable first(int dimension, long seed) {
            TableSpec spec = recipe instanceof Recipe.Trained(TableSpec wanted)
                    ? wanted
                    : new TableSpec.Full(counts.length, dimension, seed);
            return EmbeddingTables.create(spec, counts);
        }

        long[] ids(EmbeddingTable table) {
            long[] ids = new long[numbers.length];
            Arrays.setAll(ids, row -> HashedIds.known(table.spec(), numbers[row], hashes[row]));
            return ids;
        }
    }

    private final Histories histories;
    private final ChosenTables chosen;
    private final PairwiseSettings settings;
    private final long seed;
    private final Side items;
    private final Side users;

    private IdEmbeddingTraining(
            Vocabulary vocabulary, Histories histories, ChosenTables chosen, PairwiseSettings settings, long seed) {
        this.histories = histories;
        this.chosen = chosen;
        this.settings = settings;
        this.seed = seed;
        long[] hashes = new long[vocabulary.size()];
        Arrays.setAll(hashes, row -> IdHash.of(vocabulary.id(row)));
        items = Side.of(histories.itemCounts(), hashes, chosen.itemTable().orElseThrow(), settings.dimension(), seed);
        int[] events = new int[histories.userCount()];
        Arrays.setAll(events, user -> histories.of(user).size());
        users = Side.of(
                events,
                histories.owners(),
                chosen.userTable().orElse(TableChoice.of("full")),
                settings.dimension(),
                seed + 1);
    }

    /// Why tables cannot be made for an input; empty when they can, or none is chosen.
    public static Optional<String> refused(Vocabulary vocabulary, Histories histories, ChosenTables chosen) {
        if (chosen.itemTable().isEmpty()) {
            return Optional.empty();
        }
        IdEmbeddingTraining training =
                new IdEmbeddingTraining(vocabulary, histories, chosen, PairwiseSettings.DEFAULT, 0);
        return refused("item-table", chosen.items(), training.items)
                .or(() -> refused("user-table", chosen.users(), training.users));
    }

    private static Optional<String> refused(String setting, String text, Side side) {
        return side.recipe instanceof Recipe.OutOfReach(String why)
                ? Optional.of("palate.embedding." + setting + " " + text + " cannot be made for " + side.counts.length
                        + " ids: " + why + "; choose another size or kind")
                : Optional.empty();
    }

    /// Learns the model.
    ///
    /// @param chosen with an item table that is not [#refused]
    /// @param seed of everything random
    public static IdEmbeddings fit(
            Vocabulary vocabulary,
            Histories histories,
            ChosenTables chosen,
            PairwiseSettings settings,
            long seed,
            Progress progress) {
        IdEmbeddingTraining training = new IdEmbeddingTraining(vocabulary, histories, chosen, settings, seed);
        return training.served(vocabulary, training.learnt(progress));
    }

    private PairwiseModel learnt(Progress progress) {
        EmbeddingTable userTable = users.first(settings.dimension(), seed + 1);
        EmbeddingTable itemTable = items.first(settings.dimension(), seed);
        PairwiseModel model = new PairwiseModel(
                userTable, users.ids(userTable), itemTable, items.ids(itemTable), new float[items.numbers.length]);
        PairwiseTraining.run(model, histories, settings.whole(), seed, progress);
        model = adapted(model, items, true, progress);
        model = adapted(model, users, false, progress);
        boolean learnsOn = false;
        if (items.recipe instanceof Recipe.Compressed(TableSpec spec, boolean on)) {
            model = with(model, true, EmbeddingTables.compress(spec, model.items(), items.counts));
            learnsOn = on;
        }
        if (users.recipe instanceof Recipe.Compressed(TableSpec spec, boolean on)) {
            model = with(model, false, EmbeddingTables.compress(spec, model.users(), users.counts));
            learnsOn |= on;
        }
        if (learnsOn) {
            PairwiseTraining.run(model, histories, settings.after(), seed + 1, progress);
        }
        return model;
    }

    /// Ids are the same for tables that are made of one another.
    private static PairwiseModel with(PairwiseModel model, boolean ofItems, EmbeddingTable table) {
        return new PairwiseModel(
                ofItems ? model.users() : table,
                model.userIds(),
                ofItems ? table : model.items(),
                model.itemIds(),
                model.biases());
    }

    /// With widths learnt where that was chosen.
    private PairwiseModel adapted(PairwiseModel full, Side side, boolean ofItems, Progress progress) {
        if (!(side.recipe instanceof Recipe.Adaptive(long bytes))) {
            return full;
        }
        TableChoice choice = (ofItems ? chosen.itemTable() : chosen.userTable()).orElseThrow();
        return PriceSearch.run(choice.ratio(), bytes, (price, _) -> {
                    PairwiseModel masked = new PairwiseModel(
                            EmbeddingTables.copy(full.users()),
                            full.userIds(),
                            EmbeddingTables.copy(full.items()),
                            full.itemIds(),
                            full.biases().clone());
                    TableSpec.Masked spec = new TableSpec.Masked(
                            side.counts.length, settings.dimension(), Recipe.MASK_UNITS, 1, price, seed);
                    EmbeddingTable from = ofItems ? masked.items() : masked.users();
                    masked = with(masked, ofItems, EmbeddingTables.compress(spec, from, side.counts));
                    PairwiseTraining.run(masked, histories, settings.half(), seed + 2, progress);
                    EmbeddingTable packed = ((MaskedTable) (ofItems ? masked.items() : masked.users())).packed();
                    return new PriceSearch.Tried(with(masked, ofItems, packed), packed.residentBytes(), 0);
                })
                .model();
    }

    private IdEmbeddings served(Vocabulary vocabulary, PairwiseModel model) {
        IdEmbeddings.FoldIn foldIn =
                new IdEmbeddings.FoldIn(settings.epochs(), settings.rate(), settings.regularization(), seed);
        return new IdEmbeddings(
                vocabulary,
                new IdEmbeddings.Parts(
                        chosen,
                        model.items(),
                        items.numbers,
                        model.biases(),
                        foldIn,
                        chosen.userTable().map(_ -> users(model.users()))));
    }

    /// A number is needed only by those that the table does not know by their hash.
    private IdEmbeddings.UserVectors users(EmbeddingTable table) {
        int[] rows = IntStream.range(0, users.numbers.length)
                .filter(row -> users.hashes[row] >= 0
                        && HashedIds.unknown(table.spec(), users.hashes[row]).orElse(-1)
                                != HashedIds.known(table.spec(), users.numbers[row], users.hashes[row]))
                .boxed()
                .sorted(Comparator.comparingLong(row -> users.hashes[row]))
                .mapToInt(row -> row)
                .toArray();
        return new IdEmbeddings.UserVectors(
                table,
                IntStream.of(rows).mapToLong(row -> users.hashes[row]).toArray(),
                IntStream.of(rows).map(row -> users.numbers[row]).toArray());
    }
}
