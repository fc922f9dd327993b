package dev.palate.agent.collaborative;

import dev.palate.agent.domain.DomainPackFile;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.UserHistories;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The films of [PropagationWorld] with everything that the curator reads: a real store, index, tiers and encoder.
final class SharedWorld implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

    final SqlTruth truth;
    final IndexChanges index;
    final TieredMemories memories;
    final UserHistories histories;
    final Audiences audiences;
    final ThemeSpaces spaces;
    final Curator curator;
    private final DataDirectory directory;
    private int written;

    SharedWorld(Path folder) throws InterruptedException {
        directory = DataDirectory.open(folder);
        truth = SqlTruth.open(directory, Clock.systemUTC());
        PropagationWorld.films(truth);
        HashingEncoder encoder = new HashingEncoder();
        index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories()),
                encoder,
                IndexOptions.defaults());
        memories = new TieredMemories(truth.memories(), index, encoder, Clock.systemUTC(), TierOptions.defaults());
        histories = new UserHistories(truth.interactions(), 1_000);
        ThemesInForce themes = new ThemesInForce(truth.catalog(), truth.changes(), Set.of());
        audiences = new Audiences(truth.themes(), Duration.ofMillis(1), themes::current);
        spaces = new ThemeSpaces(themes, encoder, index::encoding);
        spaces.refreshed();
        curator = new Curator(new Curator.Ports(
                histories::of, truth.interactions(), truth.themes(), audiences, spaces, memories::pack));
    }

    /// Where the domain rule that was chosen is kept.
    Path rule() {
        return directory.domainRule();
    }

    /// One film after the other, a minute apart, is liked by each of them.
    void like(List<UserId> users, int... films) {
        for (UserId user : users) {
            for (int i = 0; i < films.length; i++) {
                truth.interactions()
                        .append(List.of(new Interaction(
                                new InteractionId(user.value() + "/" + films[i]),
                                user,
                                PropagationWorld.item(films[i]),
                                new Feedback.Liked(),
                                NOW.minus(Duration.ofDays(1)).plusSeconds(60L * i),
                                null)));
            }
            histories.forget(user);
        }
    }

    void follow() throws InterruptedException {
        PropagationWorld.follow(truth);
        Thread.sleep(20);
        audiences.current();
        Thread.sleep(50);
    }

    Memory remember(UserId user, String text, double polarity, @Nullable Slot slot) {
        truth.users().put(new User(user, "", NOW, false));
        MemoryId id = new MemoryId("m" + ++written + "-" + user.value());
        Memory memory = Memory.fresh(
                id,
                new Subject.OfUser(user),
                MemoryKind.PREFERENCE,
                text,
                polarity,
                Trust.STATED,
                slot,
                List.of(),
                NOW.minusSeconds(60));
        return memories.put(List.of(new Memories.Write(memory, Actor.AGENT, "test")))
                .getFirst();
    }

    Curated curated(UserId user) {
        return curator.curate(user, DomainPackFile.films().rule(), NOW);
    }

    @Override
    public void close() {
        audiences.close();
        index.close();
        truth.close();
        directory.close();
    }
}
