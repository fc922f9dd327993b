package dev.palate.memory.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/// What the victims of one directory have acknowledged, in the order of their lines, and what must be there because
/// of it. Kept outside of every victim.
final class Acknowledged {
    /// What is known to be there. Things are called as evidence calls them: `memory:m1`.
    private static final class Known {
        /// Memory to the texts of its revisions, as far as they were acknowledged.
        final Map<String, TreeMap<Long, String>> memories = new HashMap<>();
        /// Thing to user, for all that a user's erasure takes.
        final Map<String, String> owners = new HashMap<>();
        /// Memory to what it rests on.
        final Map<String, List<String>> evidence = new HashMap<>();
        /// Conversation to its messages by sequence.
        final Map<String, TreeMap<Long, Found.OneMessage>> messages = new HashMap<>();
        final Map<String, Long> items = new HashMap<>();

        Known copy() {
            Known copy = new Known();
            memories.forEach((id, texts) -> copy.memories.put(id, new TreeMap<>(texts)));
            copy.owners.putAll(owners);
            copy.evidence.putAll(evidence);
            messages.forEach((id, talk) -> copy.messages.put(id, new TreeMap<>(talk)));
            copy.items.putAll(items);
            return copy;
        }

        void remove(String thing) {
            String id = thing.substring(thing.indexOf(':') + 1);
            owners.remove(thing);
            switch (thing.substring(0, thing.indexOf(':'))) {
                case "memory" -> {
                    memories.remove(id);
                    evidence.remove(id);
                }
                case "item" -> items.remove(id);
                case "talk" -> messages.remove(id);
                default -> {
                    // Interactions and messages are nothing but owned.
                }
            }
        }
    }

    private Known known = new Known();
    private long epoch = 1;
    private int restoring = -1;
    private final Map<Integer, Known> making = new HashMap<>();
    private final Map<Integer, Known> backups = new HashMap<>();
    /// Erased and acknowledged: must never be seen again.
    private final Set<String> gone = new HashSet<>();
    /// Text to the memory or message that is gone.
    private final Map<String, String> goneTexts = new HashMap<>();
    /// To be erased, and nobody knows whether they are.
    private final Set<String> leaving = new HashSet<>();
    /// User to what was the user's when an erasure began that was not acknowledged.
    private final Map<String, Set<String>> leavingOfUser = new HashMap<>();
    /// What the followers of the feed saw, in the present epoch.
    private final Map<String, Set<Long>> followed = new HashMap<>();

    private long followedTo;
    private long lines;

    /// Where the next follower begins.
    long followedTo() {
        return followedTo;
    }

    /// How many lines came since this was asked last.
    long takeLines() {
        long taken = lines;
        lines = 0;
        return taken;
    }

    /// Back-ups that are whole.
    List<Integer> backups() {
        return backups.keySet().stream().sorted().toList();
    }

    void note(String line) {
        String[] parts = line.split(" ", -1);
        lines++;
        switch (parts[0]) {
            case "memory" -> memory(parts);
            case "interactions" -> {
                for (int i = 2; i < parts.length; i++) {
                    known.owners.put("interaction:" + parts[i], parts[1]);
                }
            }
            case "message" -> {
                known.messages
                        .computeIfAbsent(parts[1], talk -> new TreeMap<>())
                        .put(Long.parseLong(parts[3]), new Found.OneMessage(parts[4], parts[5].replace('_', ' ')));
                known.owners.put("talk:" + parts[1], parts[2]);
                known.owners.put("message:" + parts[4], parts[2]);
            }
            case "item" -> known.items.merge(parts[1], Long.parseLong(parts[2]), Math::max);
            case "delete?" -> {
                leaving.add("item:" + parts[1]);
                making.values().forEach(copy -> copy.items.remove(parts[1]));
            }
            case "delete" -> {
                // An item that was deleted may come back with an older back-up.
                known.remove("item:" + parts[1]);
                leaving.remove("item:" + parts[1]);
            }
            case "forget?" -> leaving.add("memory:" + parts[1]);
            case "forget" -> goes("memory:" + parts[1]);
            case "erase?" -> {
                Set<String> things = ofUser(parts[1]);
                leaving.addAll(things);
                leavingOfUser.put(parts[1], things);
            }
            case "erase" ->
                Objects.requireNonNull(leavingOfUser.remove(parts[1])).forEach(this::goes);
            case "backup?" -> making.put(Integer.parseInt(parts[1]), known.copy());
            case "backup" -> {
                int number = Integer.parseInt(parts[1]);
                backups.put(number, Objects.requireNonNull(making.remove(number)));
            }
            case "restore?" -> restoring = Integer.parseInt(parts[1]);
            case "restore" -> restored(Long.parseLong(parts[2]));
            case "change" -> change(parts);
            default -> throw new AssertionError("a line that nobody understands: " + line);
        }
    }

    private void memory(String[] parts) {
        String thing = "memory:" + parts[1];
        known.memories
                .computeIfAbsent(parts[1], id -> new TreeMap<>())
                .put(Long.parseLong(parts[3]), parts[4].replace('_', ' '));
        if (parts[2].startsWith("user:")) {
            known.owners.put(thing, parts[2].substring(5));
        }
        known.evidence.put(parts[1], List.of(parts).subList(5, parts.length));
    }

    private Set<String> ofUser(String user) {
        Set<String> things = new HashSet<>();
        known.owners.forEach((thing, owner) -> {
            if (owner.equals(user)) {
                things.add(thing);
            }
        });
        return things;
    }

    private void goes(String thing) {
        gone.add(thing);
        leaving.remove(thing);
        String id = thing.substring(thing.indexOf(':') + 1);
        if (thing.startsWith("memory:")) {
            known.memories.getOrDefault(id, new TreeMap<>()).values().forEach(text -> goneTexts.put(text, thing));
        } else if (thing.startsWith("talk:")) {
            known.messages
                    .getOrDefault(id, new TreeMap<>())
                    .values()
                    .forEach(said -> goneTexts.put(said.text(), thing));
        }
        known.remove(thing);
    }

    /// Everything after the back-up is lost, but for what was erased since.
    private void restored(long newEpoch) {
        assertThat(newEpoch).as("epoch after a restore").isGreaterThan(epoch);
        epoch = newEpoch;
        known = Objects.requireNonNull(backups.get(restoring)).copy();
        gone.forEach(known::remove);
        leaving.clear();
        leavingOfUser.clear();
        followed.clear();
        followedTo = 0;
    }

    private void change(String[] parts) {
        long number = Long.parseLong(parts[1]);
        assertThat(number).as("the feed goes on, at change %s", parts[3]).isGreaterThan(followedTo);
        followedTo = number;
        followed.computeIfAbsent(parts[2] + ":" + parts[3], thing -> new HashSet<>())
                .add(Long.parseLong(parts[4]));
    }

    /// Compares with what was found, and from then on takes that as known.
    ///
    /// @param reached the newest change that the kill left; those after it belong to the copy that came to rest
    void check(Found found, long reached, String when) {
        if (found.epoch != epoch) {
            assertThat(restoring).as("a restore was under way, %s", when).isNotNegative();
            restored(found.epoch);
        }
        Set<String> things = found.things();
        assertThat(found.openErasures).as("erasures under way, %s", when).isZero();
        lookForMemories(found, things, when);
        lookForTheRest(found, things, when);
        lookForGone(found, things, when);
        lookAtEvidence(found, things, when);
        lookAtFeed(found, reached, when);
        adopt(found, things);
    }

    private boolean mayBeGone(String thing) {
        return gone.contains(thing) || leaving.contains(thing);
    }

    private void lookForMemories(Found found, Set<String> things, String when) {
        known.memories.forEach((id, texts) -> {
            Found.OneMemory memory = found.memories.get(id);
            if (memory == null) {
                boolean may = mayBeGone("memory:" + id)
                        || known.evidence.getOrDefault(id, List.of()).stream().anyMatch(this::mayBeGone);
                assertThat(may).as("memory %s is lost, %s", id, when).isTrue();
                return;
            }
            assertThat(memory.revision())
                    .as("revision of memory %s, %s", id, when)
                    .isGreaterThanOrEqualTo(texts.lastKey());
            texts.forEach((revision, text) -> assertThat(memory.texts().get(revision))
                    .as("revision %d of memory %s, %s", revision, id, when)
                    .isEqualTo(text));
        });
        Set<String> texts = new HashSet<>();
        found.memories.forEach((id, memory) -> {
            assertThat(memory.texts().keySet())
                    .as("revisions of memory %s, %s", id, when)
                    .containsExactlyElementsOf(upTo(memory.revision()));
            assertThat(memory.derived()
                            || texts.add(Objects.requireNonNull(memory.texts().get(1L))))
                    .as("memory %s is there once, %s", id, when)
                    .isTrue();
            if (memory.supersededBy() != null) {
                String successor = "memory:" + memory.supersededBy();
                assertThat(things.contains(successor) || mayBeGone(successor))
                        .as("what superseded memory %s, %s", id, when)
                        .isTrue();
            }
        });
        found.cold.forEach((id, revision) -> {
            Found.OneMemory memory = found.memories.get(id);
            assertThat(memory).as("the cold memory %s, %s", id, when).isNotNull();
            assertThat(Objects.requireNonNull(memory).revision())
                    .as("codes of memory %s, %s", id, when)
                    .isEqualTo(revision);
        });
    }

    private void lookForTheRest(Found found, Set<String> things, String when) {
        known.owners
                .keySet()
                .forEach(thing -> assertThat(things.contains(thing)
                                || thing.startsWith("talk:") && found.conversations.containsKey(thing.substring(5))
                                || thing.startsWith("memory:")
                                || mayBeGone(thing))
                        .as("%s is there, %s", thing, when)
                        .isTrue());
        known.messages.forEach((talk, said) -> {
            if (!mayBeGone("talk:" + talk)) {
                said.forEach((sequence, message) -> assertThat(found.messages
                                .getOrDefault(talk, new TreeMap<>())
                                .get(sequence))
                        .as("message %d of %s, %s", sequence, talk, when)
                        .isEqualTo(message));
            }
        });
        found.messages.forEach((talk, said) -> {
            assertThat(said.keySet())
                    .as("messages of %s, %s", talk, when)
                    .containsExactlyElementsOf(upTo(said.lastKey()));
            assertThat(said.values().stream().map(Found.OneMessage::text).distinct())
                    .as("each message of %s once, %s", talk, when)
                    .hasSize(said.size());
        });
        known.items.forEach((id, revision) -> {
            if (!mayBeGone("item:" + id)) {
                assertThat(found.items.getOrDefault(id, 0L))
                        .as("revision of item %s, %s", id, when)
                        .isGreaterThanOrEqualTo(revision);
            }
        });
    }

    private static List<Long> upTo(long last) {
        List<Long> numbers = new ArrayList<>();
        for (long number = 1; number <= last; number++) {
            numbers.add(number);
        }
        return numbers;
    }

    private void lookForGone(Found found, Set<String> things, String when) {
        Set<String> back = new HashSet<>(things);
        found.conversations.keySet().forEach(talk -> back.add("talk:" + talk));
        back.retainAll(gone);
        assertThat(back).as("erased and there again, %s", when).isEmpty();
        leavingOfUser.forEach((user, was) -> {
            // What is derived of the user's things goes before, by itself; the user's own goes at once.
            long left = was.stream()
                    .filter(thing -> things.contains(thing)
                            || thing.startsWith("talk:") && found.conversations.containsKey(thing.substring(5)))
                    .count();
            assertThat(left).as("of %s, %s", user, when).isIn(0L, (long) was.size());
        });
    }

    /// Nothing rests on what is not there, and no note speaks of it.
    private void lookAtEvidence(Found found, Set<String> things, String when) {
        Map<String, Long> profiles = new HashMap<>();
        found.memories.forEach((id, memory) -> {
            if (memory.derived()) {
                profiles.merge(memory.kind() + " of " + memory.subject(), 1L, Long::sum);
            }
        });
        assertThat(profiles.values()).as("derived once, %s, %s", when, profiles).allMatch(count -> count == 1);
        found.memories.forEach((id, memory) -> assertThat(memory.evidence())
                .as("what memory %s rests on, %s", id, when)
                .allMatch(things::contains));
        // Other topics, and notes without an id, say that something is to be counted again.
        for (String topic : List.of("memory", "interaction")) {
            assertThat(found.notes.getOrDefault(topic, Set.of()))
                    .as("notes in the outbox, %s", when)
                    .allMatch(id -> id.isEmpty() || things.contains(topic + ":" + id));
        }
    }

    /// The feed has each number once, up to the newest, and each revision of everything that is there; and so had
    /// those who followed it.
    private void lookAtFeed(Found found, long reached, String when) {
        Map<String, Set<Long>> inFeed = new HashMap<>();
        long last = 0;
        for (Found.OneChange change : found.changes) {
            assertThat(change.number()).as("numbers in the feed, %s", when).isGreaterThan(last);
            last = change.number();
            inFeed.computeIfAbsent(change.type() + ":" + change.id(), thing -> new HashSet<>())
                    .add(change.revision());
            if (change.number() > followedTo && change.number() <= reached) {
                followed.computeIfAbsent(change.type() + ":" + change.id(), thing -> new HashSet<>())
                        .add(change.revision());
            }
        }
        followedTo = Math.max(followedTo, reached);
        assertThat(found.latest).as("the newest change, %s", when).isGreaterThanOrEqualTo(last);
        // The consumer of the copy went on deriving after the followers had ended.
        stands(found, inFeed, true, when);
        stands(found, followed, false, when);
    }

    private static void stands(Found found, Map<String, Set<Long>> feed, boolean derivedToo, String when) {
        found.memories.forEach((id, memory) -> {
            if (derivedToo || !memory.derived()) {
                assertThat(feed.getOrDefault("MEMORY:" + id, Set.of()))
                        .as("memory %s in the feed, %s", id, when)
                        .containsAll(upTo(memory.revision()));
            }
        });
        found.items.forEach((id, revision) -> assertThat(feed.getOrDefault("ITEM:" + id, Set.of()))
                .as("item %s in the feed, %s", id, when)
                .containsAll(upTo(revision)));
    }

    /// What was on disk and not acknowledged stays; what was to be erased is, or never will be by that.
    private void adopt(Found found, Set<String> things) {
        Set<String> was = new HashSet<>(leaving);
        for (String thing : was) {
            boolean there = things.contains(thing)
                    || thing.startsWith("talk:") && found.conversations.containsKey(thing.substring(5));
            if (!there && !thing.startsWith("item:")) {
                goes(thing);
            }
        }
        known.memories.keySet().stream()
                .filter(id -> !found.memories.containsKey(id))
                .toList()
                .forEach(id -> goes("memory:" + id));
        leaving.clear();
        leavingOfUser.clear();
        known.items.keySet().retainAll(found.items.keySet());
        known.items.putAll(found.items);
        found.memories.forEach((id, memory) -> {
            if (memory.derived()) {
                // Made anew at any moment, of words that are others'.
                return;
            }
            known.memories.put(id, new TreeMap<>(memory.texts()));
            known.evidence.put(id, memory.evidence());
            if (memory.subject().startsWith("user:")) {
                known.owners.put("memory:" + id, memory.subject().substring(5));
            }
        });
        found.interactions.forEach((id, user) -> known.owners.put("interaction:" + id, user));
        found.conversations.forEach((talk, user) -> {
            known.owners.put("talk:" + talk, user);
            found.messages.getOrDefault(talk, new TreeMap<>()).forEach((sequence, message) -> {
                known.owners.put("message:" + message.id(), user);
                known.messages.computeIfAbsent(talk, id -> new TreeMap<>()).put(sequence, message);
            });
        });
    }

    /// Texts that must stand in no file.
    Map<String, String> goneTexts() {
        return goneTexts;
    }
}
