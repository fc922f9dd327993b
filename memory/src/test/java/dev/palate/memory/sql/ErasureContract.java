package dev.palate.memory.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.access.Role;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.user.UserId;
import dev.palate.memory.vector.ProductQuantiser;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

abstract class ErasureContract extends TruthContract {
    private static final String WORDS = "I adore zwiebelkuchen";

    /// How many notes of its own the database adds.
    int notesOfTheDatabase() {
        return 0;
    }

    private void live(UserId user) {
        truth().interactions().append(List.of(rated("x-" + user, user, "i", 4, NOW)));
        Memory memory = truth().memories()
                .put(List.of(new Memories.Write(
                        likes("m-" + user, user, "horror").draft().text(WORDS).build(), Actor.AGENT, "")))
                .getFirst();
        truth().memories()
                .put(List.of(new Memories.Write(memory.draft().strength(1).build(), Actor.AGENT, "")));
        Conversation talk = truth().conversations().start(user);
        truth().conversations()
                .append(talk.id(), new TurnId("t"), dev.palate.memory.conversation.Role.USER, WORDS, null, null);
        truth().slates()
                .put(new SlateRecord(new SlateId("s-" + user), null, talk.id(), NOW, "", "T0", List.of(), List.of()));
        truth().apiKeys().issue(Role.USER, user, "phone", null);
    }

    private void makeCold(UserId user) {
        Memory memory = truth().memories().memory(new MemoryId("m-" + user)).orElseThrow();
        ProductQuantiser quantiser = ProductQuantiser.train(new float[][] {new float[16]}, 16, 1);
        long codebook = truth().coldMemories().keep("test", 1, quantiser).version();
        truth().coldMemories()
                .demote(List.of(new ColdMemories.Cold(
                        memory.id(), memory.subject(), memory.revision(), codebook, new byte[] {0, 0})));
        truth().coldMemories().add(List.of(new ColdMemories.Access(memory.subject(), memory.id(), NOW, 1)), 1);
    }

    @Test
    void aUserIsGoneFromEveryTableAndFromTheBytesOnDisk() throws IOException {
        live(ANN);
        makeCold(ANN);
        ErasureReceipt receipt = truth().erasure(List.of()).user(ANN);
        assertThat(receipt.complete()).isTrue();
        assertThat(receipt.subjectType()).isEqualTo("user");
        assertThat(receipt.places())
                .containsExactly(
                        new ErasureReceipt.Place("table outbox", 3, 0),
                        new ErasureReceipt.Place("table memory_revision", 2, 0),
                        new ErasureReceipt.Place("table cold_memory", 1, 0),
                        new ErasureReceipt.Place("table tier_access", 1, 0),
                        new ErasureReceipt.Place("table memory", 1, 0),
                        new ErasureReceipt.Place("table rejection", 0, 0),
                        new ErasureReceipt.Place("table consent", 0, 0),
                        new ErasureReceipt.Place("table interaction", 1, 0),
                        new ErasureReceipt.Place("table slate", 1, 0),
                        new ErasureReceipt.Place("table message", 1, 0),
                        new ErasureReceipt.Place("table conversation", 1, 0),
                        new ErasureReceipt.Place("table api_key", 1, 0),
                        new ErasureReceipt.Place("table change_log", 1, 0),
                        new ErasureReceipt.Place("table users", 1, 0));
        assertThat(truth().users().user(ANN)).isEmpty();
        assertThat(bytesOnDisk())
                .noneMatch(bytes -> bytes.contains("zwiebelkuchen"))
                .isNotEmpty();
        assertThat(receipt.notes())
                .startsWith(
                        "the change feed keeps the bare user id, so that every consumer hears of the erasure",
                        "back-ups made before this time still hold the user")
                .hasSize(2 + notesOfTheDatabase());
    }

    @Test
    void othersKeepWhatIsTheirs() {
        live(ANN);
        live(BEN);
        truth().erasure(List.of()).user(ANN);
        assertThat(truth().interactions().ofUser(BEN, 10)).hasSize(1);
        assertThat(truth().memories().count()).isEqualTo(1);
        assertThat(truth().conversations().page(BEN, null, 10).items()).hasSize(1);
        assertThat(truth().apiKeys().all()).hasSize(1);
        assertThat(truth().outbox().count()).isEqualTo(3);
    }

    @Test
    void theFeedTellsConsumersWhatToForget() {
        live(ANN);
        ChangeNumber before = truth().changes().latest();
        truth().erasure(List.of()).user(ANN);
        assertThat(truth().changes().after(before, 10))
                .containsExactly(
                        new Change(new ChangeNumber(before.value() + 1), Change.Type.MEMORY, "m-ann", 0),
                        new Change(new ChangeNumber(before.value() + 2), Change.Type.USER, "ann", 0));
    }

    @Test
    void otherPlacesAreAskedAgainAndStandOnTheReceipt() {
        ErasurePlace leaky = new ErasurePlace() {
            @Override
            public String name() {
                return "leaky cache";
            }

            @Override
            public long erase(UserId user) {
                return 3;
            }

            @Override
            public long remaining(UserId user) {
                return 1;
            }
        };
        ErasureReceipt receipt = truth().erasure(List.of(leaky)).user(ANN);
        assertThat(receipt.places()).contains(new ErasureReceipt.Place("leaky cache", 3, 1));
        assertThat(receipt.complete()).isFalse();
        assertThat(truth().changes().latest()).as("nobody was there").isEqualTo(ChangeNumber.NONE);
    }
}
