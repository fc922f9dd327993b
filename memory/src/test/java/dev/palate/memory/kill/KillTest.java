package dev.palate.memory.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palate.memory.Milestone;
import dev.palate.memory.index.VectorFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process that uses the whole store, at random moments and at every named point of the write paths, and
/// looks each time at what is left: everything acknowledged is there once, nothing erased is, the index agrees with
/// the database, nothing rests on what is gone.
///
/// What was acknowledged is known outside the victims: it is what came through the pipe in whole lines. The next
/// victim goes on from what the last one left, repaired by nobody, up to [#LIVES] times.
class KillTest {
    private static final long SEED = Long.getLong("test.seed", 20260101L);
    /// Only at these, where `-Dtest.points=SETTLING,SETTLED` names some.
    private static final List<Milestone> POINTS = points(System.getProperty("test.points", ""));

    /// Kills of a directory, then another is begun.
    private static final int LIVES = 50;
    /// At one of so many kills the moment is random.
    private static final int RANDOM_EVERY = 6;
    private static final int SPREAD = 6;
    /// In so many kills each point must come up, and the inside of each stretch.
    private static final int ENOUGH_FOR_ALL = 1_000;
    private static final long START_MILLIS = 60_000;
    private static final long HIT_MILLIS = 12_000;

    /// Of so many microseconds at most, each magnitude as often.
    private static final int MOST_INSIDE_MICROS = 30_000;

    private static final Set<Milestone> OF_ENCODERS = Set.of(
            Milestone.ENCODER_READY,
            Milestone.ENCODER_SWITCHED,
            Milestone.ENCODING_MOVING,
            Milestone.ENCODING_SWITCHED,
            Milestone.ENCODER_COMMITTED,
            Milestone.RETIRED_DROPPED,
            Milestone.CODEBOOK_KEPT,
            Milestone.RECODED);
    /// Where a codebook is learnt first, which takes seconds in a victim.
    private static final Set<Milestone> OF_CODES = EnumSet.of(
            Milestone.CODEBOOK_KEPT,
            Milestone.RECODED,
            Milestone.DEMOTING,
            Milestone.DEMOTED,
            Milestone.PROMOTING,
            Milestone.PROMOTED);
    private static final Set<Milestone> OF_FORMATS = Set.of(Milestone.FORMAT_REWRITING, Milestone.FORMAT_REWRITTEN);
    private static final Set<Milestone> OF_ANEW = Set.of(Milestone.CONSUMER_ANEW);
    private static final Set<Milestone> OF_REBUILDS = Set.of(Milestone.REBUILDING, Milestone.REBUILT);

    /// What a kill left stays there when it is not right.
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<Milestone, Integer> hits = new EnumMap<>(Milestone.class);
    private final Map<Milestone, Integer> insides = new EnumMap<>(Milestone.class);
    private final Map<Milestone, Integer> passed = new EnumMap<>(Milestone.class);
    private final Map<Milestone, Integer> misses = new EnumMap<>(Milestone.class);
    private final List<Long> starts = new ArrayList<>();
    private final List<Long> checks = new ArrayList<>();
    private int randomKills;
    private boolean hit;
    private boolean past;
    private long lines;

    private Acknowledged acknowledged = new Acknowledged();
    private int encoder;
    private VectorFormat format = VectorFormat.INT8;

    @Test
    void killsLoseNothing() throws Exception {
        kills(Integer.getInteger("test.kills", 14), 7);
    }

    @Test
    @Tag("long")
    void aThousandKillsLoseNothing() throws Exception {
        kills(Integer.getInteger("test.kills", 1_000), Milestone.values().length);
    }

    /// @param leastPoints at so many points something must be killed
    private void kills(int count, int leastPoints) throws Exception {
        VictimJvm jvm = VictimJvm.in(folder);
        long begun = System.nanoTime();
        try {
            for (int kill = 0; kill < count; kill++) {
                int number = kill % LIVES;
                Path place = folder.resolve("store-" + kill / LIVES);
                if (number == 0) {
                    acknowledged = new Acknowledged();
                    encoder = 0;
                    Files.createDirectories(place.resolve("backups"));
                }
                Life life = plan(place, number);
                String when = "kill " + kill + " of seed " + SEED + ", " + life;
                run(jvm, life, when);
                long start = System.nanoTime();
                new KillCheck(acknowledged, place.resolve("copy")).look(life, when);
                checks.add((System.nanoTime() - start) / 1_000_000);
                lines += acknowledged.takeLines();
                if (kill % 50 == 49) {
                    System.out.println(kill + 1 + " kills, " + lines + " lines");
                }
                if (number == LIVES - 1) {
                    KillCheck.delete(place);
                }
            }
        } finally {
            report(count, (System.nanoTime() - begun) / 1_000_000_000);
        }
        List<Milestone> never = new ArrayList<>(POINTS);
        never.removeAll(hits.keySet());
        if (POINTS.size() == Milestone.values().length) {
            assertThat(hits.size())
                    .as("points where something was killed; nothing was at %s, seed %d", never, SEED)
                    .isGreaterThanOrEqualTo(Math.min(leastPoints, count / 2));
        }
        if (count >= ENOUGH_FOR_ALL) {
            assertThat(never)
                    .as("points where nothing was killed, seed %d", SEED)
                    .isEmpty();
            assertThat(insides.keySet())
                    .as("what something was killed inside of, by where it begins, seed %d", SEED)
                    .containsAll(
                            POINTS.stream().filter(Life.STRETCHES::containsKey).toList());
        }
    }

    /// The point where least was killed yet, or none; and what it takes to come by there.
    private Life plan(Path place, int number) throws IOException, SQLException {
        @Nullable Milestone point = random.nextInt(RANDOM_EVERY) == 0 ? null : next(number);
        int restore = -1;
        if (point != null) {
            if (point.name().startsWith("RESTORE_")) {
                List<Integer> whole = acknowledged.backups();
                restore = whole.get(random.nextInt(whole.size()));
            }
            if (OF_ENCODERS.contains(point) && !misses.containsKey(point)) {
                encoder++;
            }
            if (OF_FORMATS.contains(point)) {
                VectorFormat[] formats = VectorFormat.values();
                format = formats[(format.ordinal() + 1 + random.nextInt(formats.length - 1)) % formats.length];
            }
            if (OF_ANEW.contains(point)) {
                forgetPosition(place.resolve("data/truth.db"));
            }
            if (OF_REBUILDS.contains(point)) {
                KillCheck.delete(place.resolve("data/index").resolve(random.nextBoolean() ? "items" : "memories"));
            }
        }
        boolean backup = point != null && point.name().startsWith("BACKUP_")
                || acknowledged.backups().isEmpty()
                || random.nextInt(8) == 0;
        boolean once = point != null
                && (misses.getOrDefault(point, 0) > 0
                        || point.name().startsWith("RESTORE_")
                        || point.name().startsWith("BACKUP_")
                        || OF_ENCODERS.contains(point)
                        || OF_FORMATS.contains(point)
                        || OF_ANEW.contains(point)
                        || OF_REBUILDS.contains(point));
        return new Life(
                place.resolve("data"),
                place.resolve("backups"),
                number,
                random.nextLong() & Integer.MAX_VALUE,
                encoder,
                format,
                point,
                once ? 1 : 1 + random.nextInt(SPREAD),
                random.nextInt(3) == 0 ? random.nextInt(60) : 0,
                inside(point),
                restore,
                backup,
                restore < 0 ? acknowledged.followedTo() : 0);
    }

    private static List<Milestone> points(String names) {
        return names.isBlank()
                ? List.of(Milestone.values())
                : Stream.of(names.split(",", -1))
                        .map(String::strip)
                        .map(Milestone::valueOf)
                        .toList();
    }

    /// Every other kill at the beginning of a stretch goes inside.
    private int inside(@Nullable Milestone point) {
        if (point == null || !Life.STRETCHES.containsKey(point) || random.nextBoolean()) {
            return -1;
        }
        return (int) Math.pow(MOST_INSIDE_MICROS, random.nextDouble());
    }

    /// As where the notes are gone that a consumer needs: it does everything anew.
    private static void forgetPosition(Path database) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("delete from consumer");
        }
    }

    private Milestone next(int number) {
        List<Milestone> least = new ArrayList<>();
        int fewest = Integer.MAX_VALUE;
        for (Milestone point : POINTS) {
            boolean possible = number > 1 || !needsMore(point);
            int tried = hits.getOrDefault(point, 0) + misses.getOrDefault(point, 0);
            if (possible && tried <= fewest) {
                if (tried < fewest) {
                    least.clear();
                }
                fewest = tried;
                least.add(point);
            }
        }
        return least.isEmpty() ? Milestone.GROUP_COMMITTING : least.get(random.nextInt(least.size()));
    }

    /// Some points are met only where something is there.
    private boolean needsMore(Milestone point) {
        return OF_ENCODERS.contains(point)
                || OF_FORMATS.contains(point)
                || OF_ANEW.contains(point)
                || OF_REBUILDS.contains(point)
                || point.name().startsWith("RESTORE_") && acknowledged.backups().isEmpty();
    }

    private void run(VictimJvm jvm, Life life, String when) throws Exception {
        Path log = life.data().resolveSibling("victim.log");
        say(life, when);
        Process victim = jvm.start(life, log);
        LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
        Thread reader = Thread.ofPlatform().start(() -> read(victim, said));
        try {
            hit = false;
            past = false;
            boolean killed = follow(victim, life, said, when);
            reader.join(TimeUnit.SECONDS.toMillis(30));
            for (String line = said.poll(); line != null; line = said.poll()) {
                take(life, line, when);
            }
            assertThat(killed || hit).as("ended by itself, %s", when).isTrue();
            count(life, hit);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + Files.readString(log), e);
        } finally {
            victim.toHandle().destroyForcibly();
        }
        assertThat(victim.waitFor(30, TimeUnit.SECONDS)).as(when).isTrue();
        assertThat(victim.exitValue())
                .as("killed, not ended by itself, %s", when)
                .isEqualTo(128 + 9);
    }

    /// Whole lines until the pipe ends; what is not ended by a line break does not count.
    private static void read(Process victim, LinkedBlockingQueue<String> said) {
        try (BufferedReader pipe =
                new BufferedReader(new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8))) {
            StringBuilder line = new StringBuilder();
            for (int c = pipe.read(); c >= 0; c = pipe.read()) {
                if (c == '\n') {
                    said.add(line.toString());
                    line.setLength(0);
                } else {
                    line.append((char) c);
                }
            }
        } catch (IOException e) {
            // A pipe that breaks off has ended.
            return;
        }
    }

    /// Takes what it says until it has ended by itself or it is time to kill it; true when it was killed from
    /// here. What
    /// it said last may still be in the pipe.
    private boolean follow(Process victim, Life life, LinkedBlockingQueue<String> said, String when)
            throws InterruptedException, IOException {
        long kill = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
        boolean ready = false;
        while (true) {
            String line = said.poll(2, TimeUnit.MILLISECONDS);
            if (line != null) {
                if (line.startsWith("ready ")) {
                    ready = true;
                    long start = Long.parseLong(line.substring(6));
                    starts.add(start);
                    // A machine on which the start takes long is slow with all else, too.
                    @Nullable Milestone point = life.point();
                    long patience =
                            Math.max(HIT_MILLIS, 4 * start) * (point != null && OF_CODES.contains(point) ? 2 : 1);
                    long more = point == null ? 30 + random.nextInt(700) : patience;
                    kill = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(more);
                }
                take(life, line, when);
            }
            if (line == null && !victim.isAlive()) {
                return false;
            }
            if (System.nanoTime() > kill) {
                assertThat(ready).as("ready in time, %s", when).isTrue();
                // By its handle: Process.destroyForcibly would close the pipe with acknowledgements still in it.
                victim.toHandle().destroyForcibly();
                return true;
            }
        }
    }

    private void take(Life life, String line, String when) throws IOException {
        say(life, line);
        if (line.startsWith("hit ")) {
            hit = true;
            return;
        }
        if (line.startsWith("past ")) {
            past = true;
            return;
        }
        assertThat(line).as(when).doesNotStartWith("fail ");
        if (!line.startsWith("ready ")) {
            try {
                acknowledged.note(line);
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + " in \"" + line + "\", " + when, e);
            }
        }
    }

    /// Keeps what was said, for people.
    private static void say(Life life, String line) throws IOException {
        Files.writeString(
                life.data().resolveSibling("said.log"),
                line + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private void count(Life life, boolean hit) {
        @Nullable Milestone point = life.point();
        if (point == null || !hit) {
            randomKills++;
        }
        if (point != null) {
            (hit ? hits : misses).merge(point, 1, Integer::sum);
            if (hit && life.insideMicros() >= 0) {
                (past ? passed : insides).merge(point, 1, Integer::sum);
            }
        }
    }

    private void report(int count, long seconds) {
        StringBuilder report = new StringBuilder("kills " + count + ", seed " + SEED + ", " + seconds + " s, start of a"
                + " victim " + middle(starts) + " ms (median), check " + middle(checks) + " ms (median), lines " + lines
                + "\nat random: " + randomKills + "\n");
        for (Milestone point : Milestone.values()) {
            report.append(point)
                    .append(": ")
                    .append(hits.getOrDefault(point, 0))
                    .append(Life.STRETCHES.containsKey(point) ? insideOf(point) : "")
                    .append(misses.containsKey(point) ? " (not met in time: " + misses.get(point) + ")" : "")
                    .append('\n');
        }
        System.out.print(report);
    }

    private String insideOf(Milestone point) {
        return " (inside, before " + Life.STRETCHES.get(point) + ": " + insides.getOrDefault(point, 0) + ", after it: "
                + passed.getOrDefault(point, 0) + ")";
    }

    private static long middle(List<Long> values) {
        return values.isEmpty() ? -1 : values.stream().sorted().toList().get(values.size() / 2);
    }
}
