package dev.palate.memory.sql;

import dev.palate.memory.Differences;
import dev.palate.memory.Ids;
import dev.palate.memory.MemoryException;
import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.change.Outbox;
import dev.palate.memory.change.WriterReport;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.dataset.ImportPositions;
import dev.palate.memory.derived.Grounds;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasureLedger;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.Expiring;
import dev.palate.memory.gate.Consents;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.memory.ColdMemories;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryCounts;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.spending.ModelSpending;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.trace.SecretDigests;
import dev.palate.memory.trace.Traces;
import dev.palate.memory.user.Users;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Everything Palate keeps, in one SQLite file or one PostgreSQL database: the way in to every port of this
/// module that has to do with storing.
///
/// A write returns once it is on disk (many writes to a commit) and fails with a `MemoryException`
/// when it is not within 30 seconds. Lists longer than a few rows are written in chunks behind the single
/// writes, so that those wait a few milliseconds at most. Times are kept to the microsecond. Thread-safe.
public final class SqlTruth implements AutoCloseable {
    private static final String DIGEST = "digest";

    private final Database database;
    private final Ids ids;
    private final Clock clock;
    private final Catalog catalog;
    private final Users users;
    private final Interactions interactions;
    private final SqlMemories memories;
    private final Rejections rejections;
    private final Consents consents;
    private final SqlColdMemories cold;
    private final Conversations conversations;
    private final Slates slates;
    private final Traces traces;
    private final Changes changes;
    private final Outbox outbox;
    private final Grounds grounds;
    private final ThemeWeights themes;
    private final Jobs jobs;
    private final ImportPositions importPositions;
    private final ApiKeys apiKeys;
    private final ModelSpending modelSpending;
    private volatile ErasureLedger ledger = ErasureLedger.none();

    private SqlTruth(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
        ids = new Ids(clock);
        SqlChanges.identify(database, ids.next());
        catalog = new SqlCatalog(database);
        users = new SqlUsers(database);
        interactions = new SqlInteractions(database);
        memories = new SqlMemories(database, ids);
        rejections = new SqlRejections(database);
        consents = new SqlConsents(database);
        cold = new SqlColdMemories(database);
        conversations = new SqlConversations(database, ids);
        slates = new SqlSlates(database);
        traces = new SqlTraces(database);
        changes = new SqlChanges(database);
        outbox = new SqlOutbox(database);
        grounds = new SqlGrounds(database);
        themes = new SqlThemes(database);
        jobs = new SqlJobs(database, ids);
        importPositions = new SqlImportPositions(database);
        apiKeys = new SqlApiKeys(database, ids, clock);
        modelSpending = new SqlModelSpending(database);
    }

    /// Opens the database of a directory, making it when missing; the directory stays the caller's to close, after
    /// this.
    ///
    /// @throws MemoryException `BAD_FILE` when the file is damaged or newer than this build, `STORAGE` when
    ///     the disk refuses
    public static SqlTruth open(DataDirectory directory, Clock clock) {
        return open(new TruthPlace.File(directory.truth()), clock);
    }

    /// Opens the database at a place, making its tables when they are missing.
    ///
    /// @throws MemoryException `BAD_FILE` when it is damaged or newer than this build, `BAD_INPUT` when it
    ///     cannot be used as it is, `DIRECTORY_HELD` when another process owns it, `STORAGE` when it refuses
    public static SqlTruth open(TruthPlace place, Clock clock) {
        SqlTruth truth = of(Database.open(place, clock), clock);
        switch (place) {
            case TruthPlace.File file -> truth.guard(file.path());
            // The ledger stands in the data directory: see the opening with one.
            case TruthPlace.Server _ -> {}
        }
        return truth;
    }

    /// As [#open(TruthPlace, Clock)], with the ledger of erasures of the data directory applied wherever the database
    /// is: what was restored from before an erasure forgets it again before anybody reads it.
    public static SqlTruth open(TruthPlace place, DataDirectory directory, Clock clock) {
        SqlTruth truth = open(place, clock);
        if (place instanceof TruthPlace.Server) {
            boolean guarded = false;
            try {
                truth.apply(ErasureLedger.open(directory.erased()));
                guarded = true;
            } finally {
                if (!guarded) {
                    truth.close();
                }
            }
        }
        return truth;
    }

    /// As [#beginEpoch(TruthPlace, long, Clock)], with the ledger of erasures of the data directory applied.
    public static long beginEpoch(TruthPlace place, DataDirectory directory, Clock clock) {
        try (SqlTruth truth = open(place, directory, clock)) {
            return SqlChanges.beginEpoch(truth.database, clock.instant().getEpochSecond());
        }
    }

    /// Connects to a server without owning its database, and says what is there.
    ///
    /// @throws MemoryException saying why it will not do
    public static String look(TruthPlace.Server server) {
        return new PostgresDialect(server).look();
    }

    private void guard(Path file) {
        boolean guarded = false;
        try {
            apply(ErasureLedger.open(file.resolveSibling(DataDirectory.ERASED)));
            guarded = true;
        } finally {
            if (!guarded) {
                close();
            }
        }
    }

    /// Over a database that is open.
    static SqlTruth of(Database database, Clock clock) {
        boolean opened = false;
        try {
            SqlTruth truth = new SqlTruth(database, clock);
            opened = true;
            return truth;
        } finally {
            if (!opened) {
                database.close();
            }
        }
    }

    /// The items.
    public Catalog catalog() {
        return catalog;
    }

    /// The users.
    public Users users() {
        return users;
    }

    /// The interactions.
    public Interactions interactions() {
        return interactions;
    }

    /// The memories.
    public Memories memories() {
        return memories;
    }

    /// What gates refused.
    public Rejections rejections() {
        return rejections;
    }

    /// What users agreed to have remembered.
    public Consents consents() {
        return consents;
    }

    /// What hosted models took.
    public ModelSpending modelSpending() {
        return modelSpending;
    }

    /// Which of the memories are cold.
    public ColdMemories coldMemories() {
        return cold;
    }

    /// The conversations.
    public Conversations conversations() {
        return conversations;
    }

    /// The slates.
    public Slates slates() {
        return slates;
    }

    /// How turns came to their answers.
    public Traces traces() {
        return traces;
    }

    /// Digests under the key of the erasure ledger, which lies beside the database and in no back-up.
    public SecretDigests digests() {
        return text -> {
            ErasureLedger keyed = ledger;
            return keyed.hash(DIGEST, "").substring(0, 8) + ":"
                    + keyed.hash(DIGEST, text).substring(0, 16);
        };
    }

    /// The feed of changes.
    public Changes changes() {
        return changes;
    }

    /// The notes for what follows a write.
    public Outbox outbox() {
        return outbox;
    }

    /// What derived memories are made from.
    public Grounds grounds() {
        return grounds;
    }

    /// The weights of themes.
    public ThemeWeights themes() {
        return themes;
    }

    /// The jobs.
    public Jobs jobs() {
        return jobs;
    }

    /// Where interrupted imports stopped.
    public ImportPositions importPositions() {
        return importPositions;
    }

    /// The API keys.
    public ApiKeys apiKeys() {
        return apiKeys;
    }

    /// Erasure here and in the other places given, in their order; the caller's to start and close, before this.
    public Erasure erasure(List<ErasurePlace> others) {
        return erasure(others, step -> {});
    }

    /// As above.
    ///
    /// @param stepped told the name of each step once it is recorded
    Erasure erasure(List<ErasurePlace> others, Consumer<String> stepped) {
        return new SqlErasure(new ErasureParts(database, memories, ledger, others, ids, clock, stepped));
    }

    /// What the writer did since the opening.
    public WriterReport writer() {
        return database.commits().report();
    }

    /// How many memories there are, by what they are. Costs scans of the tables.
    public MemoryCounts memoryCounts() {
        return database.readAtOnce(MemoryCountRows::read);
    }

    /// Compares what is said of memories in more than one place, and changes nothing: rows and revisions, evidence and
    /// ledger, cold codes and codebooks, derived memories and what they rest on. Reads every revision once.
    ///
    /// @param progress told how many memories were compared so far
    /// @return how many memories there are
    public long compareMemories(Differences differences, LongConsumer progress) {
        return new TruthComparison(database, differences, progress).compare();
    }

    /// Mends what can be made again from the truth itself: enters into the evidence ledger what it lacks, and makes
    /// warm what is cold without codes of its text.
    ///
    /// @param progress told how many memories were looked at so far
    /// @return how many entries and memories were mended
    public long mendMemories(LongConsumer progress) {
        return new TruthComparison(database, new Differences(), progress).mend(cold);
    }

    /// What is kept here and may be too old.
    public List<Expiring> expiring() {
        return new SqlExpiry(database, memories).all();
    }

    /// Takes what was deleted off the disk, unused bytes of pages included; what readers keep in use stays until the
    /// next time.
    ///
    /// @return false when something stays
    public boolean sweep() {
        return database.clear(SqlErasure.tables()).done();
    }

    /// Has erasures written into the ledger from now on, and forgets again whatever of it this database holds: one that
    /// was restored from before an erasure. Done by itself for a database in a file, with the ledger in the folder
    /// beside it.
    ///
    /// @return how many users and memories were erased again
    public int apply(ErasureLedger newLedger) {
        ledger = newLedger;
        return LedgerMark.apply(new ErasureParts(database, memories, newLedger, List.of(), ids, clock, step -> {}));
    }

    /// Writes a copy of one moment into an empty file, while writes go on.
    ///
    /// @throws MemoryException `BAD_INPUT` on PostgreSQL, which has tools of its own, `STORAGE` when the disk
    ///     refuses
    public void copy(Path file) {
        database.copy(file);
    }

    /// Begins a new epoch in a database that has gone back in time, so that whoever followed it starts over. Nobody
    /// uses it yet, and whoever opens it next sees the epoch.
    ///
    /// @param known an epoch that was there, 0 when none is known
    /// @return the epoch, above the database's own, the known one and the time in seconds: a copy knows nothing of
    ///     the epochs that began after it was made
    public static long beginEpoch(TruthPlace place, long known, Clock clock) {
        try (SqlTruth truth = open(place, clock)) {
            return SqlChanges.beginEpoch(
                    truth.database, Math.max(known, clock.instant().getEpochSecond()));
        }
    }

    Database database() {
        return database;
    }

    /// Commits what waits and closes the database.
    @Override
    public void close() {
        database.close();
    }
}
