package dev.palate.retrieval.embedding;

import dev.palate.retrieval.embedding.IdEmbeddings.FoldIn;
import dev.palate.retrieval.embedding.IdEmbeddings.Parts;
import dev.palate.retrieval.embedding.IdEmbeddings.UserVectors;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.retrieval.embedding.table.EmbeddingTables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// How an ID embedding model is laid out in the sections of a model file: `bpr` (JSON with its version),
/// `bpr.numbers`, `bpr.biases`, the table `bpr.items.*`, and where users have a table `bpr.users.*` with
/// `bpr.owners` (64-bit, little-endian) and `bpr.owner-numbers`.
final class IdEmbeddingSections {
    /// The version of the layout that this build writes, and the newest it reads.
    static final int VERSION = 1;

    static final String HEAD = "bpr";
    private static final String ITEMS = "bpr.items.";
    private static final String USERS = "bpr.users.";
    private static final String OWNERS = "bpr.owners";

    private record Head(
            int version,
            @Nullable ChosenTables chosen,
            @Nullable FoldIn foldIn,
            boolean users) {}

    private IdEmbeddingSections() {}

    static void put(Map<String, Section> sections, IdEmbeddings model) {
        Parts parts = model.parts();
        Head head =
                new Head(VERSION, parts.chosen(), parts.foldIn(), parts.users().isPresent());
        sections.put(HEAD, new Section.Bytes(JsonMapper.shared().writeValueAsBytes(head)));
        sections.put("bpr.numbers", new Section.Ints(parts.numbers()));
        sections.put("bpr.biases", new Section.Floats(parts.biases()));
        EmbeddingTables.put(parts.items(), ITEMS, sections);
        parts.users().ifPresent(users -> {
            ByteBuffer owners =
                    ByteBuffer.allocate(Long.BYTES * users.owners().length).order(ByteOrder.LITTLE_ENDIAN);
            owners.asLongBuffer().put(users.owners());
            sections.put(OWNERS, new Section.Bytes(owners.array()));
            sections.put("bpr.owner-numbers", new Section.Ints(users.numbers()));
            EmbeddingTables.put(users.table(), USERS, sections);
        });
    }

    /// What the tables are, in words; empty where there are none.
    static String described(ModelFile file) {
        if (!file.has(HEAD)) {
            return "";
        }
        Head head = JsonMapper.shared().readValue(file.bytes(HEAD), Head.class);
        return head.chosen == null ? "" : head.chosen.words();
    }

    static Optional<IdEmbeddings> get(ModelFile file, Path place, Vocabulary items) {
        if (!file.has(HEAD)) {
            return Optional.empty();
        }
        try {
            Head head = JsonMapper.shared().readValue(file.bytes(HEAD), Head.class);
            if (head.version != VERSION || head.chosen == null || head.foldIn == null) {
                throw ModelFile.damaged(
                        place, "its ID embedding model has version " + head.version + ", this build reads " + VERSION);
            }
            Optional<UserVectors> users = head.users
                    ? Optional.of(new UserVectors(
                            EmbeddingTables.read(file, place, USERS),
                            owners(file.bytes(OWNERS)),
                            file.ints("bpr.owner-numbers")))
                    : Optional.empty();
            return Optional.of(new IdEmbeddings(
                    items,
                    new Parts(
                            head.chosen,
                            EmbeddingTables.read(file, place, ITEMS),
                            file.ints("bpr.numbers"),
                            file.floats("bpr.biases"),
                            head.foldIn,
                            users)));
        } catch (JacksonException | IllegalArgumentException e) {
            throw ModelFile.damaged(place, "the parts of its ID embedding model do not fit (" + e.getMessage() + ")");
        }
    }

    private static long[] owners(byte[] bytes) {
        long[] owners = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(owners);
        return owners;
    }
}
