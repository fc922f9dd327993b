package dev.palate.memory.kill;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.Message;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.erase.ErasureReceipt;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.InteractionId;
import dev.palate.memory.memory.Actor;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Writes of every kind, without end, to users and items that no other writer touches; only what is derived rests on
/// what the others wrote. Ids and texts are used once.
final class Writer implements Runnable {
    private static final int USERS = 3;
    private static final int MOST_MEMORIES = 14;
    private static final int MOST_DERIVED = 10;
    private static final int MOST_KNOWN = 40;
    /// The longest time that a memory with an end has.
    static final int LONGEST_TIME_MILLIS = 300;

    /// What memories may rest on, of all writers; some of it is gone already.
    private static final Queue<Evidence> SEEN = new ConcurrentLinkedQueue<>();

    private final Store store;
    private final String prefix;
    private final int number;
    private final SplittableRandom random;
    private final Subject about;
    private int made;

    Writer(Store store, Life life, int number) {
        this.store = store;
        this.number = number;
        prefix = life.number() + "-" + number + "-";
        random = new SplittableRandom(life.seed() + number);
        about = new Subject.OfItem(new ItemId("about-" + number));
    }

    private UserId user() {
        return new UserId("user-" + number + "-" + random.nextInt(USERS));
    }

    private String fresh(String kind) {
        return kind + prefix + made++;
    }

    /// Words nobody else uses, which a search of raw bytes can tell. They do not end as they begin: a
    /// dictionary of terms
    /// holds beginnings side by side, which would read as a word that is not there.
    private String words() {
        return "likes zq" + fresh("w").replace('-', 'x') + "k films";
    }

    private static Instant now() {
        return Clock.systemUTC().instant();
    }

    @Override
    public void run() {
        awaitErasures();
        while (true) {
            Victim.breathe();
            step();
        }
    }

    /// What is written about a user while an erasure goes on that a kill interrupted goes with it, as it should.
    private void awaitErasures() {
        for (int user = 0; user < USERS; user++) {
            UserId id = new UserId("user-" + number + "-" + user);
            while (store.erasure()
                    .latest(id)
                    .filter(state -> state.receipt() == null)
                    .isPresent()) {
                LockSupport.parkNanos(5_000_000);
            }
        }
    }

    private void step() {
        int what = random.nextInt(100);
        if (what < 26) {
            addOrEdit(new Subject.OfUser(user()), MOST_MEMORIES);
        } else if (what < 31) {
            addWithEnd(new Subject.OfUser(user()));
        } else if (what < 37) {
            supersede(new Subject.OfUser(user()));
        } else if (what < 40) {
            forgetOne(new Subject.OfUser(user()));
        } else if (what < 58) {
            interact(user());
        } else if (what < 70) {
            talk(user());
        } else if (what < 80) {
            item();
        } else if (what < 90) {
            addOrEdit(about, MOST_DERIVED);
        } else if (what < 99) {
            read(user());
        } else {
            erase(user());
        }
    }

    private List<Memory> active(Subject subject) {
        // What is derived is the consumer's to write.
        return store.truth().memories().page(MemoryFilter.active(subject), null, 100).items().stream()
                .filter(memory -> memory.kind() != MemoryKind.PROFILE
                        && (subject instanceof Subject.OfUser || memory.trust() == Trust.INFERRED))
                .toList();
    }

    private void addOrEdit(Subject subject, int most) {
        List<Memory> active = active(subject);
        if (active.isEmpty() || active.size() < most && random.nextInt(3) > 0) {
            List<Memories.Write> writes = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                writes.add(write(memory(subject)));
            }
            put(writes);
        } else {
            Memory memory = active.get(random.nextInt(active.size()));
            put(List.of(write(memory.draft().text(words()).updatedAt(now()).build())));
        }
    }

    /// One that is past its time while this victim lives, mostly.
    private void addWithEnd(Subject subject) {
        if (active(subject).size() < MOST_MEMORIES) {
            Instant end = now().plusMillis(30 + random.nextInt(LONGEST_TIME_MILLIS));
            put(List.of(write(memory(subject).draft().validTo(end).build())));
        }
    }

    private void supersede(Subject subject) {
        List<Memory> active = active(subject);
        if (active.size() >= MOST_MEMORIES) {
            forget(active.getLast());
            return;
        }
        if (active.isEmpty()) {
            return;
        }
        Memory old = active.get(random.nextInt(active.size()));
        Memory next = memory(subject);
        put(List.of(
                write(next),
                write(old.draft()
                        .status(MemoryStatus.SUPERSEDED)
                        .supersededBy(next.id())
                        .updatedAt(now())
                        .build())));
    }

    private Memory memory(Subject subject) {
        return Memory.fresh(
                new MemoryId(fresh("m")),
                subject,
                subject.equals(about) ? MemoryKind.THEME : MemoryKind.PREFERENCE,
                words(),
                1,
                subject.equals(about) ? Trust.INFERRED : Trust.STATED,
                null,
                subject.equals(about) ? seen() : List.of(),
                now());
    }

    /// Some of what was written lately by anybody.
    private List<Evidence> seen() {
        List<Evidence> all = new ArrayList<>(SEEN);
        List<Evidence> some = new ArrayList<>();
        for (int i = 0; i < 2 && !all.isEmpty(); i++) {
            some.add(all.remove(random.nextInt(all.size())));
        }
        return some;
    }

    private static Memories.Write write(Memory memory) {
        return new Memories.Write(memory, Actor.AGENT, "kill test");
    }

    /// A read after the write sees it.
    private void put(List<Memories.Write> writes) {
        List<Memory> written = tried(() -> store.tiered().put(writes));
        if (written == null) {
            return;
        }
        written.forEach(memory -> Victim.say(Victim.acknowledged(memory)));
        Memory first = written.getFirst();
        // What is derived goes with what it rests on, at any moment.
        if (first.subject() instanceof Subject.OfUser
                && !store.tiered().active(first.subject()).contains(first)
                && !first.endedAt(now())) {
            Victim.fail("written and not in the pack: " + first.id());
        }
        written.stream()
                .filter(memory -> memory.subject() instanceof Subject.OfUser)
                .forEach(memory -> offer(new Evidence("memory", memory.id().value(), "")));
    }

    private static void offer(Evidence evidence) {
        SEEN.add(evidence);
        if (SEEN.size() > MOST_KNOWN) {
            SEEN.poll();
        }
    }

    private interface Work {
        List<Memory> run();
    }

    /// What a memory rests on may be forgotten at any moment, and then the store refuses it; and so may the memory.
    private @Nullable List<Memory> tried(Work work) {
        try {
            return work.run();
        } catch (dev.palate.memory.MemoryException e) {
            switch (e.code()) {
                case NOT_FOUND, REVISION_CONFLICT -> {
                    return null;
                }
                default -> throw e;
            }
        }
    }

    private void forgetOne(Subject subject) {
        List<Memory> active = active(subject);
        if (!active.isEmpty()) {
            forget(active.get(random.nextInt(active.size())));
        }
    }

    private void forget(Memory memory) {
        Victim.say("forget? " + memory.id());
        store.tiered().forget(memory.id());
        Victim.say("forget " + memory.id());
        if (store.tiered().active(memory.subject()).stream()
                .anyMatch(left -> left.id().equals(memory.id()))) {
            Victim.fail("forgotten and in the pack: " + memory.id());
        }
    }

    private void interact(UserId user) {
        List<Interaction> all = new ArrayList<>();
        for (int i = random.nextInt(12); i >= 0; i--) {
            all.add(new Interaction(
                    new InteractionId(fresh("i")),
                    user,
                    new ItemId("about-" + random.nextInt(Victim.WRITERS)),
                    new Feedback.Rated(4),
                    now(),
                    null));
        }
        store.truth().interactions().append(all);
        StringBuilder line = new StringBuilder("interactions " + user);
        all.forEach(interaction -> line.append(' ').append(interaction.id()));
        Victim.say(line.toString());
        offer(new Evidence("interaction", all.getFirst().id().value(), ""));
    }

    private void talk(UserId user) {
        var talks = store.truth().conversations().page(user, null, 2).items();
        ConversationId talk = talks.isEmpty()
                ? store.truth().conversations().start(user).id()
                : talks.getFirst().id();
        Message said =
                store.truth().conversations().append(talk, new TurnId(fresh("t")), Role.USER, words(), null, null);
        Victim.say("message " + talk + " " + user + " " + said.sequence() + " " + said.id() + " "
                + said.text().replace(' ', '_'));
        offer(new Evidence("message", said.id().value(), ""));
    }

    private void item() {
        ItemId id = new ItemId("item-" + number + "-" + random.nextInt(12));
        Item item = Item.of(id, "Film " + fresh("f"), 1990 + random.nextInt(30), List.of("Drama"));
        Victim.say("item " + id + " " + store.truth().catalog().put(item).revision());
        if (random.nextInt(12) == 0) {
            ItemId once = new ItemId(fresh("once"));
            Victim.say("item " + once + " "
                    + store.truth()
                            .catalog()
                            .put(Item.of(once, "Film " + once, 1990, List.of("War")))
                            .revision());
            Victim.say("delete? " + once);
            store.truth().catalog().delete(once);
            Victim.say("delete " + once);
        }
    }

    private void read(UserId user) {
        Subject subject = new Subject.OfUser(user);
        List<Memory> active = active(subject);
        if (!active.isEmpty()) {
            String text = active.get(random.nextInt(active.size())).text();
            store.tiered().recall(subject, text, 5, Duration.ofSeconds(5));
        }
    }

    private void erase(UserId user) {
        Victim.say("erase? " + user);
        ErasureReceipt receipt = store.erasure().user(user);
        Victim.say("erase " + user);
        for (ErasureReceipt.Place place : receipt.places()) {
            // The log stays in use for as long as a reader of another thread; it is emptied later.
            if (place.remaining() > 0 && !place.name().equals("write-ahead log")) {
                Victim.fail("erased and still there: " + receipt);
            }
        }
        if (!store.tiered().active(new Subject.OfUser(user)).isEmpty()) {
            Victim.fail("erased and in the pack: " + user);
        }
    }
}
