package dev.palate.memory.kill;

import dev.palate.memory.Milestone;
import dev.palate.memory.index.VectorFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One life of a [Victim], as its arguments say it.
///
/// @param data its data directory
/// @param backups a folder beside it for back-ups, `NUMBER.db`
/// @param number counts the lives of the directory
/// @param seed of what it does
/// @param encoder which of the encoders of [Store] it uses
/// @param point where it ends itself, absent when somebody else kills it
/// @param nth at which time it comes by there
/// @param stallMillis how long the others go on after that
/// @param insideMicros how long it goes on past the point itself before it ends, to end inside of what
///     begins there; -1 where it stands still at the point
/// @param restore the back-up that it restores before it opens anything, -1 for none
/// @param backup whether it makes a back-up, named by its number
/// @param followed the change up to which its feed was followed before
record Life(
        Path data,
        Path backups,
        int number,
        long seed,
        int encoder,
        VectorFormat format,
        @Nullable Milestone point,
        int nth,
        int stallMillis,
        int insideMicros,
        int restore,
        boolean backup,
        long followed) {
    /// What begins at a point, by where it ends on the same thread: it is killed inside, too.
    static final Map<Milestone, Milestone> STRETCHES = new EnumMap<>(Map.ofEntries(
            Map.entry(Milestone.INDEX_APPLYING, Milestone.INDEX_APPLIED),
            Map.entry(Milestone.INDEX_COMMITTING, Milestone.INDEX_COMMITTED),
            Map.entry(Milestone.SETTLING, Milestone.SETTLED),
            Map.entry(Milestone.SETTLED, Milestone.SETTLE_COMMITTED),
            Map.entry(Milestone.EXPIRING, Milestone.EXPIRED),
            Map.entry(Milestone.DEMOTING, Milestone.DEMOTED),
            Map.entry(Milestone.PROMOTING, Milestone.PROMOTED),
            Map.entry(Milestone.CONSUMER_APPLYING, Milestone.CONSUMER_APPLIED),
            Map.entry(Milestone.EXPUNGING, Milestone.EXPUNGE_MERGED),
            Map.entry(Milestone.LOG_MOVING, Milestone.LOG_MOVED),
            Map.entry(Milestone.PAGES_SWEEPING, Milestone.PAGES_SWEPT)));

    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        for (Object value : new Object[] {
            data,
            backups,
            number,
            seed,
            encoder,
            format,
            point == null ? "-" : point,
            nth,
            stallMillis,
            insideMicros,
            restore,
            backup,
            followed
        }) {
            arguments.add(value.toString());
        }
        return arguments;
    }

    static Life of(String[] arguments) {
        return new Life(
                Path.of(arguments[0]),
                Path.of(arguments[1]),
                Integer.parseInt(arguments[2]),
                Long.parseLong(arguments[3]),
                Integer.parseInt(arguments[4]),
                VectorFormat.valueOf(arguments[5]),
                arguments[6].equals("-") ? null : Milestone.valueOf(arguments[6]),
                Integer.parseInt(arguments[7]),
                Integer.parseInt(arguments[8]),
                Integer.parseInt(arguments[9]),
                Integer.parseInt(arguments[10]),
                Boolean.parseBoolean(arguments[11]),
                Long.parseLong(arguments[12]));
    }

    Path backupFile(int number) {
        return backups.resolve(number + ".db");
    }

    @Override
    public String toString() {
        return "life " + number + " (seed " + seed + ", encoder " + encoder + ", " + format + ", "
                + (point == null
                        ? "killed"
                        : "ends at " + point + " no. " + nth
                                + (insideMicros < 0
                                        ? " after " + stallMillis + " ms"
                                        : " or " + insideMicros + " µs past it"))
                + (restore < 0 ? "" : ", restores " + restore) + (backup ? ", makes a back-up" : "") + ")";
    }
}
