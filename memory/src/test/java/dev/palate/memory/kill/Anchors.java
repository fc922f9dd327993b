package dev.palate.memory.kill;

import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Memories that never change and must be found at every moment, whatever is moved, rewritten or exchanged beneath.
final class Anchors implements Runnable {
    static final Subject SUBJECT = new Subject.OfUser(new UserId("anchor"));
    private static final int COUNT = 8;
    private static final int K = 5;
    private static final long PAUSE_NANOS = 4_000_000;
    private static final MemoryFilter FILTER = MemoryFilter.active(SUBJECT);

    private final Store store;
    private boolean inIndex;

    Anchors(Store store) {
        this.store = store;
    }

    private static MemoryId id(int number) {
        return new MemoryId("anchor-" + number);
    }

    private static String text(int number) {
        return "anchors matter" + number * 7919 % 100 + " and place" + number;
    }

    /// Writes them where they are not there yet.
    void write() {
        if (store.truth().memories().memory(id(0)).isPresent()) {
            inIndex = store.index().memories().count(SUBJECT) >= COUNT;
            return;
        }
        List<Memories.Write> writes = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            Memory memory = Memory.fresh(
                    id(i),
                    SUBJECT,
                    MemoryKind.TRAIT,
                    text(i),
                    1,
                    Trust.STATED,
                    null,
                    List.of(),
                    Clock.systemUTC().instant());
            writes.add(new Memories.Write(memory, Actor.AGENT, "kill test"));
        }
        store.tiered().put(writes).forEach(memory -> Victim.say(Victim.acknowledged(memory)));
    }

    @Override
    public void run() {
        try {
            inIndex = inIndex
                    || store.index().awaitApplied(store.truth().changes().latest(), Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        for (int i = 0; ; i = (i + 1) % COUNT) {
            Victim.breathe();
            look(i);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void look(int number) {
        MemoryId id = id(number);
        String text = text(number);
        boolean recalled = store.tiered().recall(SUBJECT, text, K, Duration.ofSeconds(5)).memories().stream()
                .anyMatch(hit -> hit.memory().id().equals(id));
        if (!recalled) {
            Victim.fail("not recalled: " + id);
        }
        // All of them, and the profile: one whose vector is not there yet ranks behind those that have theirs.
        if (inIndex
                && store.index().memories().search(text, FILTER, COUNT + 1).stream()
                        .noneMatch(hit -> hit.memory().equals(id))
                && !beginning()) {
            Victim.fail("not found: " + id + ", " + store.index().status());
        }
        byMeaning(id, text);
    }

    /// An index that a kill met while it was made of nothing has some of it, and is made of nothing once more. One that
    /// is written anew for another encoder has all of it at every moment, unless it is made of nothing, too.
    private boolean beginning() {
        IndexStatus status = store.index().status();
        return status.rebuilding()
                && status.applied().equals(ChangeNumber.NONE)
                && (!status.changingEncoder() || status.memories() < COUNT);
    }

    /// By its vector alone, unless it has none or the encoder changes in this moment.
    private void byMeaning(MemoryId id, String text) {
        TextEncoder encoder = store.index().encoder();
        String version = encoder.version();
        float[] raw = encoder.encode(text);
        if (store.index()
                .memories()
                .vector(id, text)
                .filter(stored -> stored.length == raw.length)
                .isEmpty()) {
            return;
        }
        boolean found;
        try {
            found = store.index().memories().nearest(raw, FILTER, K).stream()
                    .anyMatch(hit -> hit.memory().equals(id));
        } catch (IllegalArgumentException e) {
            found = false;
        }
        if (!found
                && store.index().memories().vector(id, text).isPresent()
                && encoder.version().equals(version)) {
            Victim.fail("not found by its vector: " + id + ", " + store.index().status());
        }
    }
}
