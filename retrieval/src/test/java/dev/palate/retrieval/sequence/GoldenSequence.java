package dev.palate.retrieval.sequence;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.palate.retrieval.embedding.SequenceSections;
import dev.palate.retrieval.factor.History;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/// A model file with histories and the hidden states that PyTorch computed of them.
///
/// To write the files anew, when the layout of the file changes: run [#main] with the resource folder,
/// PyTorch's jars ([TorchRuntime]) first on the class path.
record GoldenSequence(SequenceModel model, List<History> histories, List<float[]> hidden) {
    private record States(List<int[]> items, List<long[]> times, List<float[]> hidden) {}

    static GoldenSequence read(SequenceLayer layer) throws Exception {
        Path told = resource(layer, ".json");
        States states = JsonMapper.shared().readValue(told.toFile(), States.class);
        List<History> histories = new ArrayList<>();
        for (int i = 0; i < states.items.size(); i++) {
            histories.add(new History(states.items.get(i), states.times.get(i)));
        }
        return new GoldenSequence(SequenceSections.read(resource(layer, ".palate-model")), histories, states.hidden);
    }

    private static Path resource(SequenceLayer layer, String suffix) throws Exception {
        return Path.of(Objects.requireNonNull(GoldenSequence.class.getResource("golden-" + name(layer) + suffix))
                .toURI());
    }

    public static void main(String[] arguments) throws Exception {
        for (SequenceLayer layer : List.of(new SequenceLayer.SelfAttention(48), new SequenceLayer.GatedAttention())) {
            write(layer, Path.of(arguments[0]));
        }
    }

    private static void write(SequenceLayer layer, Path folder) throws Exception {
        SequenceModel model = RandomSequences.model(RandomSequences.shape(layer), 23, 11);
        SequenceSections.write(model, folder.resolve("golden-" + name(layer) + ".palate-model"));
        States states = new States(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        try (NDManager manager = NDManager.newBaseManager()) {
            Map<String, NDArray> weights = new LinkedHashMap<>();
            model.shape()
                    .weights()
                    .forEach((name, weight) -> weights.put(
                            name,
                            manager.create(
                                    model.weight(name),
                                    weight.rows() == 1
                                            ? new Shape(weight.columns())
                                            : new Shape(weight.rows(), weight.columns()))));
            NDArray items = manager.create(model.items(), new Shape(23, 32));
            TorchNetwork network =
                    new TorchNetwork(model.shape(), 0, name -> Objects.requireNonNull(weights.get(name)));
            for (int user = 0; user < 12; user++) {
                History history = RandomSequences.history(1 + user, 23, 100 + user);
                SequenceBatch batch =
                        SequenceBatch.ofWhole(history, model.shape().maximumLength());
                float[] all = network.hidden(
                                manager,
                                items.get(manager.create(batch.items())),
                                1,
                                batch.length(),
                                manager.create(batch.buckets()),
                                false)
                        .toFloatArray();
                states.items.add(history.items());
                states.times.add(history.times());
                states.hidden.add(java.util.Arrays.copyOfRange(all, all.length - 32, all.length));
            }
        }
        Files.writeString(
                folder.resolve("golden-" + name(layer) + ".json"),
                JsonMapper.shared().writeValueAsString(states) + "\n");
    }

    private static String name(SequenceLayer layer) {
        return layer instanceof SequenceLayer.SelfAttention ? "sasrec" : "hstu";
    }
}
