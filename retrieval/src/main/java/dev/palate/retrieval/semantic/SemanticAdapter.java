package dev.palate.retrieval.semantic;

import dev.palate.memory.Require;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.factor.Histories;
import java.util.SplittableRandom;

/// A small network over frozen text vectors that brings what people have together nearer together, so that an item
/// nobody had is ranked by more than its words. Immutable and thread-safe.
///
/// The encoder stays as it is: fine-tuning it wants a graphics card. What is learnt is h(x) = x + W₂ gelu(W₁ x), which
/// begins as the identity, by up to three losses whose weights are options:
///
/// | paper | loss here |
/// |---|---|
/// | EncodeRec (`encoderec`): title → description | `describing`, InfoNCE of unit vectors, τ = 0.05 |
/// | LLM2Rec (`llm2rec`): next item | `following`, sampled softmax of inner products, τ an option |
/// | LLM2Rec: SimCSE | `spreading`, InfoNCE of an item under two dropouts of 0.2, τ = 0.1 |
///
/// `following` leads from the mean text of a person's other items to one they had, and is corrected for how often an
/// item is drawn; `spreading` keeps items apart that nobody had.
///
/// It is in the shape of those papers, no reproduction of them. Text and people are compared by the inner product of
/// their h; the user's is h of the mean of the history's vectors.
public final class SemanticAdapter {
    /// @param hidden rows of W₁, 1 to 1,024
    /// @param steps batches, 0 to 100,000; 0 leaves the vectors as they are
    /// @param batch examples a step, 2 to 4,096
    /// @param rate of Adam, above 0, falling to 0 in a straight line
    /// @param temperature τ of `following`
    /// @param dropout share of the input values that a step of `following` does not see, in [0, 0.9]
    /// @param describing weight of that loss, at least 0
    /// @param following likewise
    /// @param spreading likewise
    public record Options(
            int hidden,
            int steps,
            int batch,
            double rate,
            double temperature,
            double dropout,
            double describing,
            double following,
            double spreading) {
        /// What the inner cold splits of three data sets chose.
        public static final Options DEFAULT = new Options(64, 300, 256, 1e-3, 0.1, 0.3, 0, 1, 0.1);

        public Options {
            Require.range("hidden", hidden, 1, 1_024);
            Require.range("steps", steps, 0, 100_000);
            Require.range("batch", batch, 2, 4_096);
            Require.range("rate", rate, 1e-9, 1);
            Require.range("temperature", temperature, 1e-3, 100);
            Require.range("dropout", dropout, 0, 0.9);
            Require.range("describing", describing, 0, 100);
            Require.range("following", following, 0, 100);
            Require.range("spreading", spreading, 0, 100);
        }

        /// The same with other steps and weights of what is learnt.
        public Options with(int otherSteps, double otherDescribing, double otherFollowing) {
            return new Options(
                    hidden, otherSteps, batch, rate, temperature, dropout, otherDescribing, otherFollowing, spreading);
        }
    }

    private final AdapterNetwork network;

    private SemanticAdapter(AdapterNetwork network) {
        this.network = network;
    }

    /// What it learns from.
    ///
    /// @param texts centred unit vectors by item row, the ones that will be adapted
    /// @param titles centred unit vectors of the titles alone, and `descriptions` of the descriptions alone, of the
    ///     same length; empty tables where `describing` is 0
    /// @param histories over the same item rows
    public record Lessons(VectorTable texts, VectorTable titles, VectorTable descriptions, Histories histories) {
        /// @throws IllegalArgumentException when the numbers of items differ
        public Lessons {
            if (texts.size() != histories.itemCount() || titles.size() != descriptions.size()) {
                throw new IllegalArgumentException("texts, histories, titles and descriptions must be of the same"
                        + " items, had " + texts.size() + ", " + histories.itemCount() + ", " + titles.size() + " and "
                        + descriptions.size());
            }
        }

        /// Without pairs to describe.
        public static Lessons of(VectorTable texts, Histories histories) {
            return new Lessons(texts, VectorTable.EMPTY, VectorTable.EMPTY, histories);
        }
    }

    /// Learns an adapter. The same seed gives the same bytes on machines of one vector width.
    /// O(steps · batch · dimension · (hidden + batch)): 300 steps of 256 over 384 values take some ten seconds of
    /// one core.
    public static SemanticAdapter fit(Lessons lessons, Options options, long seed, Progress progress) {
        SplittableRandom random = new SplittableRandom(seed);
        int dimension = lessons.texts().dimension();
        AdapterNetwork network = new AdapterNetwork(dimension, options.hidden, random.split());
        AdapterBatches batches = new AdapterBatches(lessons, options, random.split());
        for (int step = 0; step < options.steps; step++) {
            network.clearGradients();
            batches.learn(network);
            network.update(options.rate * (1 - (double) step / options.steps), 0);
            progress.advanced("adapter", step + 1, options.steps);
        }
        return new SemanticAdapter(network);
    }

    /// The length of a vector, before and after.
    public int dimension() {
        return network.dimension;
    }

    /// h(x), not scaled to length 1; O(hidden · dimension).
    public float[] adapt(float[] text) {
        Require.range("length of the vector", text.length, network.dimension, network.dimension);
        return network.forward(text).output();
    }

    /// h of every row; a row without text stays zero.
    public VectorTable adapt(VectorTable texts) {
        Require.range("length of the vectors", texts.dimension(), network.dimension, network.dimension);
        return new VectorTable(
                texts.dimension(), network.forward(texts.values()).output());
    }

    /// Both parameter matrices, W₁ and then the transposed W₂, each hidden × dimension; shared: do not modify.
    public float[][] parameters() {
        return new float[][] {network.inward, network.outward};
    }

    /// An adapter from its parameters.
    ///
    /// @throws IllegalArgumentException when they are not whole rows of the dimension
    public static SemanticAdapter of(int dimension, float[] inward, float[] outward) {
        if (inward.length != outward.length || inward.length == 0 || inward.length % dimension != 0) {
            throw new IllegalArgumentException("both matrices must be whole rows of " + dimension + ", were "
                    + inward.length + " and " + outward.length + " values");
        }
        return new SemanticAdapter(new AdapterNetwork(dimension, inward.length / dimension, inward, outward));
    }
}
