package dev.palate.memory.sql;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// What the contracts of all ports share: a fresh truth per test. A subclass says which database it stands on.
abstract class TruthContract {
    static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123456Z");
    static final UserId ANN = new UserId("ann");
    static final UserId BEN = new UserId("ben");

    @TempDir
    Path folder;

    private @Nullable SqlTruth opened;

    /// Opens the database under test; called again after [#reopen].
    abstract SqlTruth open(Path folder);

    @BeforeEach
    void openTruth() {
        opened = open(folder);
    }

    @AfterEach
    void closeTruth() {
        truth().close();
    }

    SqlTruth truth() {
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        return opened;
    }

    /// The memories, which make the users that they are about.
    Memories memories() {
        return UsersFirst.of(truth());
    }

    void reopen() {
        truth().close();
        opened = open(folder);
    }

    /// What the database keeps of the texts on disk.
    List<String> bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> contents = new ArrayList<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return contents;
        }
    }

    static Item item(String id, String title) {
        return Item.of(new ItemId(id), title, 1979, List.of("Horror", "Sci-Fi"));
    }

    static Interaction rated(String id, UserId user, String item, double stars, Instant at) {
        return new Interaction(new InteractionId(id), user, new ItemId(item), new Feedback.Rated(stars), at, null);
    }

    static Memory likes(String id, UserId user, String genre) {
        return Memory.fresh(
                new MemoryId(id),
                new Subject.OfUser(user),
                MemoryKind.PREFERENCE,
                "Likes " + genre,
                1,
                Trust.STATED,
                new Slot("genre", genre),
                List.of(new Evidence("message", "m-" + id, "I love " + genre)),
                NOW);
    }
}
