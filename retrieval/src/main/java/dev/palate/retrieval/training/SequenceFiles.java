package dev.palate.retrieval.training;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.ModelFile;
import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.sequence.ItemTexts;
import dev.palate.retrieval.sequence.SequenceCheckpoint;
import dev.palate.retrieval.sequence.SequenceCheckpoints;
import dev.palate.retrieval.sequence.SequenceEpoch;
import dev.palate.retrieval.sequence.SequenceTargets;
import dev.palate.retrieval.sequence.SequenceTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The files of sequence training, all laid out as a [ModelFile].
final class SequenceFiles {
    private static final List<String> STATES = List.of("values", "first", "second", "average", "best");

    private static final String WHOLE = "-whole";

    private record Position(long fingerprint, int epoch, long steps, List<SequenceEpoch> curve) {}

    private SequenceFiles() {}

    static void write(SequenceTraining.Source source, Path file) {
        Histories histories = source.histories();
        int count = Math.toIntExact(histories.eventCount());
        int[] ends = new int[histories.userCount()];
        int[] items = new int[count];
        int[] times = new int[Math.multiplyExact(2, count)];
        int next = 0;
        for (int user = 0; user < ends.length; user++) {
            History history = histories.of(user);
            for (int i = 0; i < history.size(); i++) {
                items[next] = history.items()[i];
                times[2 * next] = (int) (history.times()[i] >>> Integer.SIZE);
                times[2 * next + 1] = (int) history.times()[i];
                next++;
            }
            ends[user] = next;
        }
        Map<String, Section> sections = new LinkedHashMap<>();
        sections.put("itemCount", new Section.Ints(new int[] {histories.itemCount()}));
        sections.put("ends", new Section.Ints(ends));
        sections.put("items", new Section.Ints(items));
        sections.put("times", new Section.Ints(times));
        source.texts().ifPresent(texts -> {
            sections.put("textDimension", new Section.Ints(new int[] {texts.dimension()}));
            sections.put("texts", new Section.Floats(texts.values()));
        });
        source.targets().ifPresent(targets -> putTargets(sections, targets));
        new ModelFile(file, sections).write();
    }

    static SequenceTraining.Source read(Path file) {
        ModelFile read = ModelFile.read(file);
        int[] ends = read.ints("ends");
        int[] items = read.ints("items");
        int[] times = read.ints("times");
        Histories.Builder histories = new Histories.Builder(read.ints("itemCount")[0]).withUserCount(ends.length);
        int next = 0;
        for (int user = 0; user < ends.length; user++) {
            for (; next < ends[user]; next++) {
                long time = (long) times[2 * next] << Integer.SIZE | times[2 * next + 1] & 0xFFFFFFFFL;
                histories.add(user, items[next], time);
            }
        }
        return new SequenceTraining.Source(histories.build(), targets(read), texts(read));
    }

    private static Optional<ItemTexts> texts(ModelFile file) {
        return file.has("texts")
                ? Optional.of(new ItemTexts(file.ints("textDimension")[0], file.floats("texts")))
                : Optional.empty();
    }

    private static void putTargets(Map<String, Section> sections, SequenceTargets targets) {
        int[] ends = new int[targets.users().length];
        int size = 0;
        for (int i = 0; i < ends.length; i++) {
            size += targets.items()[i].length;
            ends[i] = size;
        }
        int[] items =
                Arrays.stream(targets.items()).flatMapToInt(Arrays::stream).toArray();
        sections.put("targetUsers", new Section.Ints(targets.users()));
        sections.put("targetEnds", new Section.Ints(ends));
        sections.put("targetItems", new Section.Ints(items));
    }

    private static Optional<SequenceTargets> targets(ModelFile file) {
        if (!file.has("targetUsers")) {
            return Optional.empty();
        }
        int[] ends = file.ints("targetEnds");
        int[][] items = new int[ends.length][];
        for (int i = 0; i < ends.length; i++) {
            items[i] = Arrays.copyOfRange(file.ints("targetItems"), i == 0 ? 0 : ends[i - 1], ends[i]);
        }
        return Optional.of(new SequenceTargets(file.ints("targetUsers"), items));
    }

    /// Removes a file, if it is there.
    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new RetrievalException(
                    RetrievalException.Code.STORAGE, "cannot remove " + file + ": " + e.getMessage(), e);
        }
    }

    /// Where the run on all events keeps its checkpoint, beside that of the run without those held out.
    static Path ofWhole(Path checkpoint) {
        String name = String.valueOf(checkpoint.getFileName());
        int dot = name.lastIndexOf('.');
        int end = dot < 0 ? name.length() : dot;
        return checkpoint.resolveSibling(name.substring(0, end) + WHOLE + name.substring(end));
    }

    /// A checkpoint in a file. One that cannot be read counts as none: then training begins anew.
    static SequenceCheckpoints checkpoints(Path file) {
        return new SequenceCheckpoints() {
            @Override
            public Optional<SequenceCheckpoint> load() {
                try {
                    return Files.exists(file) ? Optional.of(readCheckpoint(file)) : Optional.empty();
                } catch (RetrievalException | JacksonException | IllegalArgumentException e) {
                    return Optional.empty();
                }
            }

            @Override
            public void save(SequenceCheckpoint checkpoint) {
                writeCheckpoint(checkpoint, file);
            }
        };
    }

    private static void writeCheckpoint(SequenceCheckpoint checkpoint, Path file) {
        Map<String, Section> sections = new LinkedHashMap<>();
        Position position =
                new Position(checkpoint.fingerprint(), checkpoint.epoch(), checkpoint.steps(), checkpoint.curve());
        sections.put("position", new Section.Bytes(JsonMapper.shared().writeValueAsBytes(position)));
        List<Map<String, float[]>> states = List.of(
                checkpoint.values(), checkpoint.first(), checkpoint.second(), checkpoint.average(), checkpoint.best());
        for (int i = 0; i < STATES.size(); i++) {
            String prefix = STATES.get(i) + ".";
            states.get(i).forEach((name, values) -> sections.put(prefix + name, new Section.Floats(values)));
        }
        new ModelFile(file, sections).write();
    }

    private static SequenceCheckpoint readCheckpoint(Path file) {
        ModelFile read = ModelFile.read(file);
        Position position = JsonMapper.shared().readValue(read.bytes("position"), Position.class);
        List<Map<String, float[]>> states = STATES.stream()
                .map(state -> {
                    Map<String, float[]> arrays = new LinkedHashMap<>();
                    for (String name : read.names()) {
                        if (name.startsWith(state + ".")) {
                            arrays.put(name.substring(state.length() + 1), read.floats(name));
                        }
                    }
                    return arrays;
                })
                .toList();
        return new SequenceCheckpoint(
                position.fingerprint,
                position.epoch,
                position.steps,
                position.curve,
                states.get(0),
                states.get(1),
                states.get(2),
                states.get(3),
                states.get(4));
    }
}
