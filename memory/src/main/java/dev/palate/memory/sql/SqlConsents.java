package dev.palate.memory.sql;

import dev.palate.memory.gate.Consents;
import dev.palate.memory.gate.SensitiveClass;
import dev.palate.memory.user.UserId;
import java.util.Set;
import java.util.stream.Collectors;

/// The consents in table `consent`.
final class SqlConsents implements Consents {
    private final Database database;

    SqlConsents(Database database) {
        this.database = database;
    }

    @Override
    public Set<SensitiveClass> of(UserId user) {
        return database.read(handle -> handle
                .createQuery("select class from consent where user_id = :user")
                .bind("user", user.value())
                .mapTo(String.class)
                .stream()
                .map(SensitiveClass::ofKey)
                .collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public void set(UserId user, Set<SensitiveClass> classes) {
        database.write(transaction -> {
            if (!SqlUsers.exists(transaction.handle(), user)) {
                throw SqlUsers.missing(user);
            }
            transaction
                    .handle()
                    .createUpdate("delete from consent where user_id = :user")
                    .bind("user", user.value())
                    .execute();
            for (SensitiveClass value : classes) {
                transaction
                        .handle()
                        .createUpdate("insert into consent (user_id, class, granted_at) values (:user, :class, :at)")
                        .bind("user", user.value())
                        .bind("class", value.key())
                        .bind("at", Times.column(transaction.now()))
                        .execute();
            }
            return classes.size();
        });
    }
}
