package dev.palate.memory.kill;

import dev.palate.memory.Ids;
import dev.palate.memory.derived.Derivations;
import dev.palate.memory.derived.DerivedParts;
import dev.palate.memory.derived.NoteFollower;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.LogFiles;
import dev.palate.memory.erase.ReportFiles;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.IndexOptions;
import dev.palate.memory.index.VectorFormat;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.UsersFirst;
import dev.palate.memory.text.HashingEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.tier.TierOptions;
import dev.palate.memory.tier.TieredMemories;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Everything that one process keeps, over one data directory, with small bounds and short waits. What a new consumer
/// of the feed needs goes here: it is then part of what is killed and of what is looked at.
record Store(
        DataDirectory directory,
        SqlTruth truth,
        IndexChanges index,
        TieredMemories tiered,
        Derivations derivations,
        NoteFollower consumer,
        Erasure erasure)
        implements AutoCloseable {
    private static final int ENCODERS = 1_000;
    private static final NoteFollower.Options CONSUMING =
            new NoteFollower.Options(Duration.ofMillis(10), Duration.ofMillis(60), 60, Duration.ofMillis(20));

    /// The encoders, all different.
    static TextEncoder encoder(int number) {
        return new HashingEncoder(number % 2 == 0 ? 64 : 96, number);
    }

    private static Optional<TextEncoder> encoder(String version) {
        for (int number = 0; number < ENCODERS; number++) {
            TextEncoder encoder = encoder(number);
            if (encoder.version().equals(version)) {
                return Optional.of(encoder);
            }
        }
        return Optional.empty();
    }

    /// Opens all of it but starts nothing that writes: see [Erasure#start], [NoteFollower#start] and the planner of
    /// the tiers.
    static Store open(DataDirectory directory, int encoder, VectorFormat format) {
        SqlTruth truth = SqlTruth.open(directory, Clock.systemUTC());
        IndexOptions options = new IndexOptions(format, 1, Duration.ofMillis(40), 200, 10, Duration.ofMillis(50))
                .settling(Duration.ofMillis(30), 20);
        IndexChanges index = IndexChanges.open(
                directory.root(),
                new IndexChanges.Sources(truth.changes(), truth.catalog(), truth.memories(), truth.coldMemories()),
                encoder(encoder),
                Store::encoder,
                options);
        TierOptions tiers =
                new TierOptions(1 << 20, 1 << 20, Duration.ofSeconds(1), Duration.ofMillis(60), 20, 5, 20_260_101L);
        TieredMemories tiered = new TieredMemories(
                UsersFirst.of(truth), truth.coldMemories(), index, index.encoder(), Clock.systemUTC(), tiers);
        Erasure erasure = truth.erasure(List.of(
                tiered.erasurePlace(),
                tiered.codebooksErasure(),
                index,
                ReportFiles.rejectedRows(directory.logs()),
                ReportFiles.exports(directory.exports()),
                new LogFiles(directory.logs())));
        Derivations derivations = new Derivations(new DerivedParts(
                truth.catalog(),
                truth.memories(),
                tiered,
                truth.grounds(),
                new Ids(Clock.systemUTC()),
                Clock.systemUTC()));
        NoteFollower consumer = new NoteFollower(truth.outbox(), truth.changes(), derivations, CONSUMING);
        return new Store(directory, truth, index, tiered, derivations, consumer, erasure);
    }

    @Override
    public void close() {
        consumer.close();
        erasure.close();
        tiered.planner().close();
        index.close();
        truth.close();
        directory.close();
    }
}
