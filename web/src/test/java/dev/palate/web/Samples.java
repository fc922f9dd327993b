package dev.palate.web;

import dev.palate.memory.Ids;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.MessageId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TraceStep;
import dev.palate.memory.trace.Traces;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/// Things written straight into the truth.
final class Samples {
    private Samples() {}

    /// The id of a new memory of the user, who is made when there is none.
    static String memory(TestServer server, String user, String text) {
        Memory fresh = Memory.fresh(
                new MemoryId(new Ids(Clock.systemUTC()).next()),
                new Subject.OfUser(new UserId(user)),
                MemoryKind.PREFERENCE,
                text,
                1,
                Trust.STATED,
                null,
                List.of(new Evidence("operator", "", text)),
                Clock.systemUTC().instant());
        server.bean(Users.class)
                .ensure(new User(new UserId(user), "", Clock.systemUTC().instant(), false));
        return server.bean(Memories.class)
                .put(List.of(new Memories.Write(fresh, Actor.SYSTEM, "test")))
                .getFirst()
                .id()
                .value();
    }

    /// The turn of a trace that holds the words.
    static String trace(TestServer server, String user, String conversation, String words) {
        String turn = new Ids(Clock.systemUTC()).next();
        TraceHead head = new TraceHead(
                new TurnId(turn),
                new ConversationId(conversation),
                new UserId(user),
                new MessageId("message-of-" + turn),
                Clock.systemUTC().instant(),
                "recommend",
                "T0",
                "stop",
                1_000,
                "",
                "",
                1,
                new SlateId("slate-of-" + turn),
                TraceHead.Tokens.NONE);
        TraceStep step = new TraceStep("understand", 0, 10, "{\"words\":\"" + words + "\"}", "{}", false);
        server.bean(Traces.class).put(List.of(new TurnTrace(head, List.of(step), Set.of(), Set.of(), 0)));
        return turn;
    }
}
