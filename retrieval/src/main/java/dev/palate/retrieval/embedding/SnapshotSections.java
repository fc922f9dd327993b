package dev.palate.retrieval.embedding;

import dev.palate.retrieval.embedding.ModelFile.Section;
import dev.palate.retrieval.factor.ImplicitAls;
import dev.palate.retrieval.factor.ItemFactors;
import dev.palate.retrieval.factor.ItemNeighbours;
import dev.palate.retrieval.factor.Popularity;
import dev.palate.retrieval.factor.Transitions;
import dev.palate.retrieval.ranking.RankerWeights;
import dev.palate.retrieval.ranking.SignalWeights;
import dev.palate.retrieval.semantic.SemanticAdapter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// How a snapshot is laid out in the sections of a model file:
/// `manifest` (JSON), `items.ends` and `items.utf8` (the ids one after the other, with the end of each),
/// `als.factors`, `als.users.*` and `als-sparse.users.*` (what is kept of the users: `gram`, `count`; not in
/// older files), `als-sparse.factors` with `als-sparse.options` (JSON), `ease.*`, `knn.*`, `transitions.*` and
/// `next.*` (each `offsets`, `items`, `weights`), `popularity.counts`, and, where weights of
/// the ranker were fitted, `ranker` (JSON; a signal that this build does not know is left out), and, where the
/// gate judged, `verdict` (JSON). A sequence model, where there is one, has those of [SequenceSections].
/// An ID embedding model has those of [IdEmbeddingSections]. What was
/// learnt of texts is `adapter` (JSON) and, where it serves, `adapter.inward` and `adapter.outward`.
final class SnapshotSections {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// The manifest; plain values only, in this order.
    record Manifest(
            String version,
            String trainedAt,
            long seed,
            long changeNumber,
            int users,
            long events,
            double easeDecay,
            double knnDecay,
            ImplicitAls.Options als,
            @Nullable Double transitionsDecay,
            @Nullable Map<String, Map<String, String>> tuned) {}

    /// What was learnt of texts, without the matrices.
    record Texts(String encoding, TextAdapter.Trial trial, int dimension) {}

    /// The fitted weights by name.
    record Ranker(int examples, List<Bucket> buckets) {
        record Bucket(int from, Map<String, Double> weights) {}

        static Ranker of(RankerWeights weights) {
            return new Ranker(
                    weights.examples(),
                    weights.buckets().stream()
                            .map(bucket -> new Bucket(bucket.from(), new SignalWeights(bucket.weights()).byKey()))
                            .toList());
        }

        RankerWeights weights() {
            return new RankerWeights(
                    buckets.stream()
                            .map(bucket -> new RankerWeights.Bucket(
                                    bucket.from,
                                    SignalWeights.byKey(bucket.weights).weights()))
                            .toList(),
                    examples);
        }
    }

    private SnapshotSections() {}

    static ModelFile file(ModelSnapshot snapshot, Path place) {
        ModelSnapshot.About about = snapshot.about();
        Manifest manifest = new Manifest(
                about.version().value(),
                about.trainedAt().toString(),
                about.seed(),
                about.changeNumber(),
                about.users(),
                about.events(),
                about.easeDecay(),
                about.knnDecay(),
                snapshot.factors().options(),
                about.transitionsDecay(),
                new TreeMap<>(about.tuned()));
        Map<String, Section> sections = new LinkedHashMap<>();
        sections.put("manifest", new Section.Bytes(JSON.writeValueAsBytes(manifest)));
        putIds(sections, snapshot.items());
        sections.put("als.factors", new Section.Floats(snapshot.factors().factors()));
        putUsers(sections, "als", snapshot.factors());
        snapshot.sparseFactors().ifPresent(sparse -> {
            sections.put("als-sparse.factors", new Section.Floats(sparse.factors()));
            putUsers(sections, "als-sparse", sparse);
            sections.put("als-sparse.options", new Section.Bytes(JSON.writeValueAsBytes(sparse.options())));
        });
        putNeighbours(sections, "ease", snapshot.ease());
        putNeighbours(sections, "knn", snapshot.knn());
        putNeighbours(sections, "transitions", snapshot.transitions());
        putNeighbours(sections, "next", snapshot.next());
        sections.put("popularity.counts", new Section.Ints(snapshot.popularity().counts()));
        if (snapshot.ranker().fitted()) {
            sections.put("ranker", new Section.Bytes(JSON.writeValueAsBytes(Ranker.of(snapshot.ranker()))));
        }
        if (!snapshot.verdict().equals(Verdict.UNJUDGED)) {
            sections.put("verdict", new Section.Bytes(JSON.writeValueAsBytes(snapshot.verdict())));
        }
        snapshot.sequence().ifPresent(model -> SequenceSections.put(sections, model));
        snapshot.adapter().ifPresent(adapter -> putAdapter(sections, adapter));
        snapshot.embeddings().ifPresent(ids -> IdEmbeddingSections.put(sections, ids));
        return new ModelFile(place, sections);
    }

    private static void putAdapter(Map<String, Section> sections, TextAdapter adapter) {
        int dimension = adapter.network().map(SemanticAdapter::dimension).orElse(0);
        Texts texts = new Texts(adapter.encoding(), adapter.trial(), dimension);
        sections.put("adapter", new Section.Bytes(JSON.writeValueAsBytes(texts)));
        adapter.network().ifPresent(network -> {
            sections.put("adapter.inward", new Section.Floats(network.parameters()[0]));
            sections.put("adapter.outward", new Section.Floats(network.parameters()[1]));
        });
    }

    private static Optional<TextAdapter> adapter(ModelFile file) {
        if (!file.has("adapter")) {
            return Optional.empty();
        }
        Texts texts = JSON.readValue(file.bytes("adapter"), Texts.class);
        return Optional.of(new TextAdapter(
                texts.encoding,
                texts.trial,
                texts.dimension == 0
                        ? Optional.empty()
                        : Optional.of(SemanticAdapter.of(
                                texts.dimension, file.floats("adapter.inward"), file.floats("adapter.outward")))));
    }

    /// What the file says of the model.
    static ModelHead head(Path place) {
        ModelFile file = ModelFile.read(
                place,
                Set.of("manifest", "ranker", "verdict", "adapter", SequenceSections.SHAPE, IdEmbeddingSections.HEAD));
        try {
            return new ModelHead(
                    about(JSON.readValue(file.bytes("manifest"), Manifest.class)),
                    ranker(file),
                    verdict(file),
                    file.has(SequenceSections.SHAPE),
                    file.has("adapter")
                            ? Optional.of(JSON.readValue(file.bytes("adapter"), Texts.class)
                                    .trial())
                            : Optional.empty(),
                    IdEmbeddingSections.described(file));
        } catch (JacksonException | IllegalArgumentException | java.time.DateTimeException e) {
            throw ModelFile.damaged(place, "its parts do not fit (" + e.getMessage() + ")");
        }
    }

    private static ModelSnapshot.About about(Manifest manifest) {
        return new ModelSnapshot.About(
                new ModelVersion(manifest.version),
                Instant.parse(manifest.trainedAt),
                manifest.seed,
                manifest.changeNumber,
                manifest.users,
                manifest.events,
                manifest.easeDecay,
                manifest.knnDecay,
                manifest.transitionsDecay == null ? Transitions.DECAY.factor() : manifest.transitionsDecay,
                manifest.tuned == null ? Map.of() : manifest.tuned);
    }

    private static RankerWeights ranker(ModelFile file) {
        return file.has("ranker")
                ? JSON.readValue(file.bytes("ranker"), Ranker.class).weights()
                : RankerWeights.FIXED;
    }

    private static Verdict verdict(ModelFile file) {
        return file.has("verdict") ? JSON.readValue(file.bytes("verdict"), Verdict.class) : Verdict.UNJUDGED;
    }

    /// Turns sections into a snapshot; what does not fit together is reported as damage.
    static ModelSnapshot snapshot(ModelFile file, Path place) {
        try {
            Manifest manifest = JSON.readValue(file.bytes("manifest"), Manifest.class);
            ModelSnapshot.About about = about(manifest);
            Vocabulary items = ids(file);
            return new ModelSnapshot(
                    about,
                    items,
                    factors(file, "als", manifest.als),
                    file.has("als-sparse.factors")
                            ? Optional.of(factors(
                                    file,
                                    "als-sparse",
                                    JSON.readValue(file.bytes("als-sparse.options"), ImplicitAls.Options.class)))
                            : Optional.empty(),
                    neighbours(file, "ease"),
                    neighbours(file, "knn"),
                    neighbours(file, "transitions"),
                    file.has("next.offsets")
                            ? neighbours(file, "next")
                            : ItemNeighbours.empty(file.ints("items.ends").length),
                    new Popularity(file.ints("popularity.counts")),
                    ranker(file),
                    verdict(file),
                    SequenceSections.get(file, place),
                    adapter(file),
                    IdEmbeddingSections.get(file, place, items));
        } catch (JacksonException
                | IllegalArgumentException
                | java.time.DateTimeException
                | IndexOutOfBoundsException e) {
            throw ModelFile.damaged(place, "its parts do not fit (" + e.getMessage() + ")");
        }
    }

    private static void putUsers(Map<String, Section> sections, String name, ItemFactors factors) {
        factors.userSide().ifPresent(users -> {
            sections.put(name + ".users.gram", new Section.Floats(users.gram()));
            sections.put(name + ".users.count", new Section.Ints(new int[] {users.count()}));
        });
    }

    private static ItemFactors factors(ModelFile file, String name, ImplicitAls.Options als) {
        float[] factors = file.floats(name + ".factors");
        if (!file.has(name + ".users.gram")) {
            return new ItemFactors(factors, als);
        }
        float[] gram = file.floats(name + ".users.gram");
        return new ItemFactors(factors, als, new ItemFactors.UserSide(gram, file.ints(name + ".users.count")[0]));
    }

    private static void putIds(Map<String, Section> sections, Vocabulary items) {
        List<byte[]> encoded = new ArrayList<>();
        int[] ends = new int[items.size()];
        int size = 0;
        for (int row = 0; row < items.size(); row++) {
            byte[] id = items.id(row).getBytes(StandardCharsets.UTF_8);
            encoded.add(id);
            size = Math.addExact(size, id.length);
            ends[row] = size;
        }
        byte[] text = new byte[size];
        int at = 0;
        for (byte[] id : encoded) {
            System.arraycopy(id, 0, text, at, id.length);
            at += id.length;
        }
        sections.put("items.ends", new Section.Ints(ends));
        sections.put("items.utf8", new Section.Bytes(text));
    }

    private static Vocabulary ids(ModelFile file) {
        int[] ends = file.ints("items.ends");
        byte[] text = file.bytes("items.utf8");
        List<String> ids = new ArrayList<>(ends.length);
        int start = 0;
        for (int end : ends) {
            ids.add(new String(text, start, end - start, StandardCharsets.UTF_8));
            start = end;
        }
        return Vocabulary.inOrder(ids);
    }

    private static void putNeighbours(Map<String, Section> sections, String name, ItemNeighbours neighbours) {
        sections.put(name + ".offsets", new Section.Ints(neighbours.offsets()));
        sections.put(name + ".items", new Section.Ints(neighbours.items()));
        sections.put(name + ".weights", new Section.Floats(neighbours.weights()));
    }

    private static ItemNeighbours neighbours(ModelFile file, String name) {
        return new ItemNeighbours(
                file.ints(name + ".offsets"), file.ints(name + ".items"), file.floats(name + ".weights"));
    }
}
