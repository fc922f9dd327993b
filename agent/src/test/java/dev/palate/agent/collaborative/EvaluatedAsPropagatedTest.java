package dev.palate.agent.collaborative;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.embedding.Vocabulary;
import dev.palate.retrieval.evaluation.CatalogItem;
import dev.palate.retrieval.evaluation.ThemeAudiences;
import dev.palate.retrieval.factor.FactorNeighbours;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.semantic.AudienceProfile;
import dev.palate.retrieval.training.ItemContents;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `palate evaluate --themes propagated` measures is what the propagation over a real store makes of the same
/// events: the same scores.
class EvaluatedAsPropagatedTest {
    private static final int USERS = 20;

    @TempDir
    Path folder;

    @Test
    void bothScoreTheSame() throws Exception {
        Vocabulary items = Vocabulary.sorted(java.util.stream.IntStream.range(0, PropagationWorld.ITEMS)
                .mapToObj(film -> PropagationWorld.item(film).value())
                .toList());
        Histories.Builder builder = new Histories.Builder(items.size());
        List<Interaction> liked = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(3);
        for (int user = 0; user < USERS; user++) {
            int[] films =
                    random.ints(0, PropagationWorld.ITEMS).distinct().limit(12).toArray();
            for (int i = 0; i < films.length; i++) {
                builder.add(
                        user, items.row(PropagationWorld.item(films[i]).value()).orElseThrow(), i);
                liked.add(PropagationWorld.interaction(
                        user + "-" + i, new UserId("user" + user), films[i], new Feedback.Liked(), i));
            }
        }
        Histories known = builder.build();
        FactorNeighbours near = new FactorNeighbours(
                ImplicitAls.fit(known, new ImplicitAls.Options(8, 1, 0.01, 1, 5, 3, 1), 1, Progress.NONE));
        try (SqlTruth truth = SqlTruth.open(new TruthPlace.File(folder.resolve("t.db")), Clock.systemUTC())) {
            PropagationWorld.films(truth);
            PropagationWorld.begin(truth);
            truth.interactions().append(liked);
            propagate(truth, items, near);

            List<Item> catalog = new ArrayList<>();
            truth.catalog().scan(catalog::add);
            List<CatalogItem> lines = catalog.stream()
                    .map(item ->
                            new CatalogItem(item.id().value(), item.title(), 1979, item.categories(), item.title()))
                    .toList();
            Scorer evaluated =
                    ThemeAudiences.of(lines, items, known, Optional.of(near)).orElseThrow();
            Scorer served = served(truth, items);
            for (int user = 0; user < USERS; user++) {
                History history = known.of(user);
                float[] one = new float[items.size()];
                float[] other = new float[items.size()];
                evaluated.score(history, one);
                served.score(history, other);
                assertThat(one).as("user %s", user).containsExactly(other);
                assertThat(one).contains(one[0]).doesNotContain(Float.POSITIVE_INFINITY);
            }
        }
    }

    private static void propagate(SqlTruth truth, Vocabulary items, FactorNeighbours near) throws InterruptedException {
        Neighbours neighbours = (item, most) -> near.of(items.row(item.value()).orElseThrow(), most).stream()
                .map(one -> new Neighbours.Neighbour(new ItemId(items.ids().get(one.row())), one.cosine()))
                .toList();
        Propagation.Parts parts = PropagationWorld.parts(truth, new CountingPlanner());
        Propagation propagation = new Propagation(new Propagation.Parts(
                parts.catalog(),
                parts.users(),
                parts.outbox(),
                parts.weights(),
                parts.planner(),
                neighbours,
                Set.of()));
        NoteFollower.Options quick = new NoteFollower.Options(Duration.ZERO, Duration.ZERO, 64, Duration.ofMillis(20));
        try (NoteFollower follower = new NoteFollower(truth.outbox(), truth.changes(), propagation, quick)) {
            follower.start();
            assertThat(follower.await(Duration.ofSeconds(60))).isTrue();
        }
    }

    /// As `ThemeSource` makes it.
    private static Scorer served(SqlTruth truth, Vocabulary items) throws InterruptedException {
        KnownThemes themes = KnownThemes.of(truth.catalog(), Set.of());
        try (Audiences audiences = new Audiences(truth.themes(), Duration.ofMillis(1), () -> themes)) {
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (audiences.current().isEmpty() && System.nanoTime() < end) {
                Thread.sleep(5);
            }
            List<ItemId> rows = items.ids().stream().map(ItemId::new).toList();
            return AudienceProfile.of(rows, themes, audiences.current(), ItemContents.DECAY);
        }
    }
}
