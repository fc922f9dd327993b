package dev.palate.memory.sql;

import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/// The memories of a truth for tests that care about memories alone: makes the users they are about before it
/// writes, as a server's doors do.
public final class UsersFirst {
    private UsersFirst() {}

    /// Of a real truth, to which all goes on.
    public static Memories of(SqlTruth truth) {
        Memories memories = truth.memories();
        return (Memories) Proxy.newProxyInstance(
                Memories.class.getClassLoader(), new Class<?>[] {Memories.class}, (proxy, method, arguments) -> {
                    if (method.getName().startsWith("put")) {
                        ensure(truth, (List<?>) Objects.requireNonNull(arguments)[0]);
                    }
                    try {
                        return method.invoke(memories, arguments);
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                });
    }

    /// Makes the user unless there is one.
    public static void ensure(SqlTruth truth, UserId user) {
        truth.users().ensure(new User(user, "", Instant.EPOCH, false));
    }

    private static void ensure(SqlTruth truth, List<?> writes) {
        List<User> users = writes.stream()
                .map(write -> ((Memories.Write) write).memory().subject())
                .filter(Subject.OfUser.class::isInstance)
                .map(subject -> new User(((Subject.OfUser) subject).user(), "", Instant.EPOCH, false))
                .distinct()
                .filter(user -> truth.users().user(user.id()).isEmpty())
                .toList();
        if (!users.isEmpty()) {
            truth.users().ensureAll(users);
        }
    }
}
