package dev.palate.retrieval.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palate.retrieval.Progress;
import dev.palate.retrieval.embedding.IdEmbeddings;
import dev.palate.retrieval.embedding.ModelHead;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.embedding.ModelSnapshot;
import dev.palate.retrieval.embedding.ModelVersion;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.TableChoice;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.IdHash;
import dev.palate.retrieval.ranking.Signal;
import dev.palate.retrieval.recommend.ActiveModelVectors;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IdEmbeddingTrainingTest {
    private static final int USERS = 120;
    private static final int ITEMS = 180;
    private static final PairwiseSettings FEW = new PairwiseSettings(16, 40, 0.05, 0.003, 16);
    private static final Vocabulary VOCABULARY = Vocabulary.sorted(
            IntStream.range(0, ITEMS).mapToObj(item -> "i" + item).toList());
    private static final Histories HISTORIES = histories();

    @TempDir
    Path folder;

    private static String user(int row) {
        return "u" + row;
    }

    private static int taste(int itemRow) {
        return Integer.parseInt(VOCABULARY.id(itemRow).substring(1)) % 3;
    }

    /// Users of three tastes with some noise; some items are far more frequent than others.
    private static Histories histories() {
        SplittableRandom random = new SplittableRandom(3);
        Histories.Builder builder = new Histories.Builder(ITEMS)
                .withOwners(IntStream.range(0, USERS)
                        .mapToLong(row -> IdHash.of(user(row)))
                        .toArray());
        for (int user = 0; user < USERS; user++) {
            for (int step = 0; step < 20; step++) {
                int taste = random.nextInt(6) == 0 ? random.nextInt(3) : user % 3;
                int item = 3 * Math.min(random.nextInt(60), random.nextInt(60)) + taste;
                builder.add(user, VOCABULARY.row("i" + item).orElseThrow(), step);
            }
        }
        return builder.withUserCount(USERS).build();
    }

    private static TrainingInput input() {
        return new TrainingInput(7, VOCABULARY, HISTORIES);
    }

    private static ModelSnapshot trained(ChosenTables tables) {
        return Training.run(
                input(),
                TrainingOptions.defaults(1, 1).with(tables),
                new ModelVersion("v1"),
                InstantSource.system(),
                Progress.NONE);
    }

    private static IdEmbeddings fit(String items, String users) {
        return IdEmbeddingTraining.fit(VOCABULARY, HISTORIES, new ChosenTables(items, users), FEW, 5, Progress.NONE);
    }

    /// The share of pairs of an item of the user's taste, not had, and one of another, that are in order.
    private static double ordered(IdEmbeddings model, boolean named) {
        float[] scores = new float[ITEMS];
        int pairs = 0;
        int right = 0;
        for (int user = 0; user < USERS; user += 5) {
            int own = user % 3;
            History history = HISTORIES.of(user);
            model.score(named ? history : new History(history.items(), history.times()), scores);
            int[] had = history.items();
            int[] left = IntStream.range(0, ITEMS)
                    .filter(row -> Arrays.stream(had).noneMatch(one -> one == row))
                    .toArray();
            for (int liked : left) {
                for (int other : left) {
                    if (taste(liked) == own && taste(other) != own) {
                        pairs++;
                        right += scores[liked] > scores[other] ? 1 : 0;
                    }
                }
            }
        }
        return right / (double) pairs;
    }

    private static Stream<TableKind> kinds() {
        return Arrays.stream(TableKind.values()).filter(kind -> kind != TableKind.AMTL_LOG_RULE);
    }

    /// Through the training that the server runs, into a model file, out of it again and into what the sources ask.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AMTL_LOG_RULE")
    void everyKindOfItemTableIsTrainedKeptAndServed(TableKind kind) {
        String text = new TableChoice(kind, 2).text();
        ChosenTables tables = new ChosenTables(text, ChosenTables.FOLD_IN);
        assertThat(IdEmbeddingTraining.refused(VOCABULARY, HISTORIES, tables)).isEmpty();
        IdEmbeddings learnt = fit(text, ChosenTables.FOLD_IN);
        // What the scores tell of the tastes of users who are folded in; chance is .5.
        assertThat(ordered(learnt, true)).as(text).isGreaterThan(kind == TableKind.HASH ? 0.55 : 0.6);
        ModelSnapshot snapshot = Training.run(
                new TrainingInput(7, VOCABULARY, HISTORIES),
                TrainingOptions.defaults(1, 1)
                        .withRanker(TrainingOptions.defaults(1, 1).ranker().without())
                        .with(tables),
                new ModelVersion("v1"),
                InstantSource.system(),
                Progress.NONE);
        ModelRegistry registry = ModelRegistry.open(folder);
        snapshot.write(registry.file(new ModelVersion("v1")));
        ModelSnapshot read = registry.activate(new ModelVersion("v1"));
        float[] scores = scores(snapshot, HISTORIES.of(0));
        assertThat(scores(read, HISTORIES.of(0))).containsExactly(scores);
        assertThat(registry.heads())
                .extracting(ModelHead::tables)
                .containsExactly("items " + text + ", users folded in");
        assertThat(ActiveModelVectors.scores(registry, Signal.BPR.key(), HISTORIES.of(0)))
                .containsExactly(scores);
        // No vector of any table is handed on to be compared by its angle, least of all MEmCom's.
        assertThat(ActiveModelVectors.handedOn(registry, Signal.BPR.key())).isFalse();
        assertThat(ActiveModelVectors.handedOn(registry, Signal.CF.key())).isTrue();
    }

    private static float[] scores(ModelSnapshot snapshot, History history) {
        float[] scores = new float[ITEMS];
        snapshot.embeddings().orElseThrow().score(history, scores);
        return scores;
    }

    @Test
    void tablesThatHashHaveVectorsForItemsThatCameLaterAndOthersHaveNot() {
        kinds().forEach(kind -> {
            String text = new TableChoice(kind, 2).text();
            IdEmbeddings model = IdEmbeddingTraining.fit(
                    VOCABULARY,
                    HISTORIES,
                    new ChosenTables(text, ChosenTables.FOLD_IN),
                    new PairwiseSettings(16, 1, 0.05, 0.003, 16),
                    5,
                    Progress.NONE);
            float[] rows = new float[ITEMS];
            model.score(HISTORIES.of(0), rows);
            float[] all = new float[ITEMS + 2];
            model.score(HISTORIES.of(0), List.of("new", "newer"), all);
            assertThat(Arrays.copyOf(all, ITEMS)).as(text).containsExactly(rows);
            float[] scores = Arrays.copyOfRange(all, ITEMS, ITEMS + 2);
            boolean hashes = switch (kind) {
                case HASH, ROBE, ROBE_8, MEM_REC, DHE, HOT_HASH, HOT_MEM_REC -> true;
                default -> false;
            };
            assertThat(Float.isFinite(scores[0]) && Float.isFinite(scores[1]) && scores[0] != scores[1])
                    .as(text)
                    .isEqualTo(hashes);
            assertThat(Float.isNaN(scores[0]) && Float.isNaN(scores[1]))
                    .as(text)
                    .isNotEqualTo(hashes);
        });
    }

    @Test
    void usersAreLookedUpWhereTheyHaveATableAndFoldedInWhereNot() {
        IdEmbeddings folded = fit("full", ChosenTables.FOLD_IN);
        History owned = HISTORIES.of(4);
        History nameless = new History(owned.items(), owned.times());
        assertThat(folded.user(owned)).containsExactly(folded.user(nameless));
        assertThat(ordered(folded, true)).isGreaterThan(0.75);
        for (String table : List.of("full", "narrow@2x", "int8+5%", "pq@4x", "hash@2x", "mem-rec@2x", "hot+robe")) {
            if (table.equals("hot+robe")) {
                assertThatThrownBy(() -> fit("full", table))
                        .hasMessageStartingWith("palate.embedding.user-table must be fold-in or a table: no table"
                                + " {hot+robe}; give one of full, narrow, ");
                continue;
            }
            IdEmbeddings model = fit("full", table);
            assertThat(model.user(owned)).as(table).isNotEqualTo(model.user(nameless));
            assertThat(ordered(model, true))
                    .as(table)
                    .isGreaterThan(table.equals("hash@2x") || table.equals("mem-rec@2x") ? 0.53 : 0.65);
            // Of the history only the owner counts.
            assertThat(model.user(new History(new int[] {1}, new long[] {1}, owned.owner())))
                    .containsExactly(model.user(owned));
            History stranger = new History(owned.items(), owned.times(), IdHash.of("stranger"));
            boolean hashes = table.startsWith("hash") || table.startsWith("mem-rec");
            assertThat(model.parts().users().orElseThrow().knows(stranger.owner()))
                    .isEqualTo(hashes);
            assertThat(Arrays.equals(model.user(stranger), model.user(nameless)))
                    .as("a stranger is folded in with %s", table)
                    .isEqualTo(!hashes);
            IdEmbeddings without = model.withoutUsers(VOCABULARY);
            assertThat(without.user(owned)).containsExactly(model.user(nameless));
            assertThat(without.residentBytes()).isLessThan(model.residentBytes());
        }
    }

    @Test
    void theRankersWeightIsFittedAndTheSameInputGivesTheSameModel() {
        ModelSnapshot first = trained(new ChosenTables("narrow@2x", "full"));
        assertThat(first.ranker().fitted()).isTrue();
        assertThat(first.ranker().fittedFor(15)).containsKey(Signal.BPR);
        assertThat(trained(ChosenTables.NOTHING).ranker().fittedFor(15)).doesNotContainKey(Signal.BPR);
        ModelSnapshot again = trained(new ChosenTables("narrow@2x", "full"));
        assertThat(scores(again, HISTORIES.of(3))).containsExactly(scores(first, HISTORIES.of(3)));
    }

    @Test
    void whatCannotBeMadeIsSaidBeforeTraining() {
        assertThat(IdEmbeddingTraining.refused(
                        VOCABULARY, HISTORIES, new ChosenTables("mem-com@64x", ChosenTables.FOLD_IN)))
                .hasValueSatisfying(why -> assertThat(why)
                        .matches("palate\\.embedding\\.item-table mem-com@64x cannot be made for 180 ids: .* needs \\d+"
                                + " bytes, there are \\d+; choose another size or kind"));
        assertThat(IdEmbeddingTraining.refused(VOCABULARY, HISTORIES, new ChosenTables("full", "qr@900x")))
                .hasValueSatisfying(why -> assertThat(why).startsWith("palate.embedding.user-table qr@900x"));
        assertThat(IdEmbeddingTraining.refused(VOCABULARY, HISTORIES, ChosenTables.NOTHING))
                .isEmpty();
    }
}
