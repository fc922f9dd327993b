package dev.palate.memory.kill;

import dev.palate.memory.Milestone;
import dev.palate.memory.backup.Backup;
import dev.palate.memory.backup.Restore;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.sql.DataDirectory;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The process that [KillTest] kills: uses the whole store from several threads without end and prints a line for
/// each write that returned, and one before each that takes something away. [Acknowledged] reads them.
final class Victim {
    static final int WRITERS = 4;
    private static final long BREATH_EVERY_MILLIS = 250;
    private static final long BREATH_MILLIS = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final PrintStream PIPE = System.out;

    private Victim() {}

    /// @param arguments of [Life]
    public static void main(String[] arguments) throws Exception {
        // What is logged must not stand between the lines.
        System.setOut(System.err);
        Life life = Life.of(arguments);
        arm(life);
        try {
            live(life);
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            fail("did not start: " + e);
        }
    }

    private static void live(Life life) throws InterruptedException {
        DataDirectory directory = DataDirectory.open(life.data());
        if (life.restore() >= 0) {
            say("restore? " + life.restore());
            Restore.Restored restored = Restore.into(directory, life.backupFile(life.restore()), Clock.systemUTC());
            say("restore " + life.restore() + " " + restored.epoch());
        }
        Store store = Store.open(directory, life.encoder(), life.format());
        store.erasure().start();
        store.tiered().planner().start();
        store.consumer().start();
        Anchors anchors = new Anchors(store);
        anchors.write();
        items(store);
        say("ready "
                + (System.currentTimeMillis()
                        - ManagementFactory.getRuntimeMXBean().getStartTime()));
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < WRITERS; t++) {
            threads.add(start("writer " + t, new Writer(store, life, t)));
        }
        threads.add(start("searcher", anchors));
        threads.add(start("follower", () -> follow(store, life.restore() < 0 ? life.followed() : 0)));
        if (life.backup()) {
            threads.add(start("back-up", () -> backup(store, life)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /// What users judge: how it is received is derived of their interactions.
    private static void items(Store store) {
        for (int t = 0; t < WRITERS; t++) {
            ItemId id = new ItemId("about-" + t);
            if (store.truth().catalog().item(id).isEmpty()) {
                Item item = store.truth().catalog().put(Item.of(id, "About " + t, 1979, List.of("Drama")));
                say("item " + id + " " + item.revision());
            }
        }
    }

    private static Thread start(String name, Runnable work) {
        return Thread.ofPlatform().name(name).start(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                e.printStackTrace();
                fail(name + ": " + e);
            }
        });
    }

    /// Ends the process at the point, without its knowing.
    private static void arm(Life life) {
        @Nullable Milestone point = life.point();
        if (point == null) {
            return;
        }
        AtomicInteger left = new AtomicInteger(life.nth());
        if (life.insideMicros() >= 0) {
            armInside(life, point, left);
            return;
        }
        Milestone.watch(reached -> {
            if (reached == point && left.decrementAndGet() == 0) {
                say("hit " + point);
                LockSupport.parkNanos(Duration.ofMillis(life.stallMillis()).toNanos());
                Runtime.getRuntime().halt(128 + 9);
            }
        });
    }

    /// The thread that comes by goes on, and another ends the process a little later. Where it has come
    /// to the end of what begins at the point by then, it says so.
    private static void armInside(Life life, Milestone point, AtomicInteger left) {
        Milestone last = Life.STRETCHES.get(point);
        CountDownLatch there = new CountDownLatch(1);
        CountDownLatch awake = new CountDownLatch(1);
        AtomicReference<Thread> inside = new AtomicReference<>();
        Runnable end = Signal.kill();
        Thread ender = new Thread(
                () -> {
                    await(there);
                    awake.countDown();
                    long at = System.nanoTime() + life.insideMicros() * 1_000L;
                    while (System.nanoTime() < at) {
                        Thread.onSpinWait();
                    }
                    end.run();
                },
                "ender");
        ender.setDaemon(true);
        ender.start();
        Milestone.watch(reached -> {
            if (reached == point && left.decrementAndGet() == 0) {
                inside.set(Thread.currentThread());
                say("hit " + point);
                there.countDown();
                // Some stretches are shorter than it takes the other to wake.
                await(awake);
            } else if (reached == last && Thread.currentThread() == inside.get()) {
                say("past " + point);
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void backup(Store store, Life life) {
        LockSupport.parkNanos(Duration.ofMillis(life.seed() & 127).toNanos());
        say("backup? " + life.number());
        Backup.make(
                store.truth(), life.backupFile(life.number()), store.directory().domainRule(), Clock.systemUTC());
        say("backup " + life.number());
    }

    /// Says every change once, from where the life before ended.
    private static void follow(Store store, long followed) {
        ChangeNumber last = new ChangeNumber(followed);
        try {
            while (true) {
                for (Change change : store.truth().changes().after(last, 100)) {
                    say("change " + change.number().value() + " " + change.type() + " " + change.id() + " "
                            + change.revision());
                    last = change.number();
                }
                store.truth().changes().await(last, PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Now and then all are quiet for a moment, so that what waits for quiet has its turn.
    static void breathe() {
        long place = System.nanoTime() / 1_000_000 % BREATH_EVERY_MILLIS;
        if (place < BREATH_MILLIS) {
            LockSupport.parkNanos((BREATH_MILLIS - place) * 1_000_000);
        }
    }

    static String acknowledged(Memory memory) {
        StringBuilder line = new StringBuilder("memory ")
                .append(memory.id())
                .append(' ')
                .append(memory.subject().type())
                .append(':')
                .append(memory.subject().id())
                .append(' ')
                .append(memory.revision())
                .append(' ')
                .append(memory.text().replace(' ', '_'));
        memory.evidence()
                .forEach(evidence ->
                        line.append(' ').append(evidence.type()).append(':').append(evidence.id()));
        return line.toString();
    }

    static void fail(String why) {
        say("fail " + why.replace('\n', ' '));
    }

    /// One line, whole or not at all where the pipe has room.
    static synchronized void say(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        PIPE.write(bytes, 0, bytes.length);
        PIPE.flush();
    }
}
