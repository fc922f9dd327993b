package dev.palate.memory.sql;

import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.user.UserId;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// The victim of [FaultTest]: writes without end from several threads and prints a line for each write that returned.
///
/// Lines are `i ID` for an interaction, `m ID REVISION` for a memory, `t ID REVISION` for an item and `c ID SEQUENCE`
/// for a message. A line that was begun but not ended does not count. Arguments: data directory, round, seed.
final class FaultWriterMain {
    private static final int THREADS = 6;

    private FaultWriterMain() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        String round = arguments[1];
        long seed = Long.parseLong(arguments[2]);
        DataDirectory directory = DataDirectory.open(folder);
        SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
        acknowledge("ready");
        Thread[] threads = IntStream.range(0, THREADS)
                .mapToObj(t ->
                        Thread.ofPlatform().start(() -> write(truth, round + "-" + t, new SplittableRandom(seed + t))))
                .toArray(Thread[]::new);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void write(SqlTruth truth, String name, SplittableRandom random) {
        UserId user = new UserId("user-" + name);
        ConversationId conversation = truth.conversations().start(user).id();
        Memory memory = TruthContract.likes("memory-" + name, user, "horror");
        for (int i = 0; ; i++) {
            switch (random.nextInt(4)) {
                case 0 -> interactions(truth, user, name + "-" + i, 1 + random.nextInt(30));
                case 1 -> memory = remember(truth, memory);
                case 2 -> {
                    var item = truth.catalog().put(TruthContract.item("item-" + name, "Title " + i));
                    acknowledge("t " + item.id() + " " + item.revision());
                }
                default -> {
                    var message = truth.conversations()
                            .append(conversation, new TurnId("turn"), Role.USER, "message " + i, null, null);
                    acknowledge("c " + conversation + " " + message.sequence());
                }
            }
        }
    }

    private static Memory remember(SqlTruth truth, Memory memory) {
        Memory written = UsersFirst.of(truth)
                .put(List.of(new Memories.Write(memory, Actor.AGENT, "fault test")))
                .getFirst();
        acknowledge("m " + written.id() + " " + written.revision());
        return written;
    }

    private static void interactions(SqlTruth truth, UserId user, String id, int count) {
        truth.interactions()
                .append(IntStream.range(0, count)
                        .mapToObj(k ->
                                TruthContract.rated(id + "-" + k, user, "i" + k, 4, TruthContract.NOW.plusSeconds(k)))
                        .toList());
        StringBuilder lines = new StringBuilder();
        for (int k = 0; k < count; k++) {
            lines.append("i ").append(id).append('-').append(k).append('\n');
        }
        acknowledge(lines.toString().strip());
    }

    private static synchronized void acknowledge(String lines) {
        System.out.println(lines);
        System.out.flush();
    }
}
