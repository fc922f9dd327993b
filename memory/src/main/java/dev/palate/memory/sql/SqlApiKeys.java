package dev.palate.memory.sql;

import dev.palate.memory.Ids;
import dev.palate.memory.Require;
import dev.palate.memory.access.ApiKey;
import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.access.KeyId;
import dev.palate.memory.access.Role;
import dev.palate.memory.user.UserId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The API keys in table `api_key`; of a secret only its SHA-256 is kept, which is enough for 256 random bits.
final class SqlApiKeys implements ApiKeys {
    private static final String PREFIX = "pk_";
    private static final int SECRET_BYTES = 32;
    private static final int MAX_LISTED = 500;
    private static final int MAX_SECRET = 200;
    private static final String ISSUE = """
            insert into api_key (id, role, user_id, name, secret_hash, created_at, expires_at, revoked_at)
            values (:id, :role, :user, :name, :hash, :created, :expires, null)
            """;

    private final Database database;
    private final Ids ids;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final KeptRows<String, ApiKey> byHash;

    SqlApiKeys(Database database, Ids ids, Clock clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        byHash = database.keptRows();
    }

    @Override
    public Issued issue(Role role, @Nullable UserId user, String name, @Nullable Instant expiresAt) {
        Require.text("key name", name, 0, 200);
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        ApiKey key = new ApiKey(
                new KeyId(ids.next()), role, user, name, Times.cut(clock.instant()), Times.cutOrNull(expiresAt), null);
        database.write(transaction -> {
            if (user != null) {
                SqlUsers.ensure(transaction, user);
            }
            return transaction
                    .handle()
                    .createUpdate(ISSUE)
                    .bind("id", key.id().value())
                    .bind("role", role.key())
                    .bind("user", user == null ? null : user.value())
                    .bind("name", name)
                    .bind("hash", hash(secret))
                    .bind("created", Times.column(key.createdAt()))
                    .bind("expires", Times.columnOrNull(key.expiresAt()))
                    .execute();
        });
        return new Issued(key, secret);
    }

    @Override
    public Optional<ApiKey> authenticate(String secret) {
        if (!secret.startsWith(PREFIX) || secret.length() > MAX_SECRET) {
            return Optional.empty();
        }
        return byHash.get(hash(secret), this::ofHash).filter(key -> key.inForceAt(clock.instant()));
    }

    private Optional<ApiKey> ofHash(String hash) {
        return database.read(handle -> handle.createQuery("select * from api_key where secret_hash = :hash")
                .bind("hash", hash)
                .map(SqlApiKeys::row)
                .findOne());
    }

    @Override
    public List<ApiKey> all() {
        return database.read(handle -> handle.createQuery("select * from api_key order by id desc limit :limit")
                .bind("limit", MAX_LISTED)
                .map(SqlApiKeys::row)
                .list());
    }

    @Override
    public List<ApiKey> of(UserId user) {
        return database.read(handle -> handle.createQuery(
                        "select * from api_key where user_id = :user order by id desc limit :limit")
                .bind("user", user.value())
                .bind("limit", MAX_LISTED)
                .map(SqlApiKeys::row)
                .list());
    }

    @Override
    public boolean revoke(KeyId id) {
        long now = Times.column(clock.instant());
        try {
            return database.write(transaction -> transaction
                            .handle()
                            .createUpdate("update api_key set revoked_at = :now where id = :id and revoked_at is null"
                                    + " and (expires_at is null or expires_at > :now)")
                            .bind("id", id.value())
                            .bind("now", now)
                            .execute()
                    > 0);
        } finally {
            // Also after a failure: a write that timed out may still get there.
            byHash.written();
        }
    }

    private static String hash(String secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static ApiKey row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        @Nullable String user = row.textOrNull("user_id");
        return new ApiKey(
                new KeyId(row.text("id")),
                Role.ofKey(row.text("role")),
                user == null ? null : new UserId(user),
                row.text("name"),
                row.time("created_at"),
                row.timeOrNull("expires_at"),
                row.timeOrNull("revoked_at"));
    }
}
