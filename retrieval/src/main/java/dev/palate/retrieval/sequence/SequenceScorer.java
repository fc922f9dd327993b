package dev.palate.retrieval.sequence;

import dev.palate.memory.vector.ByteRows;
import dev.palate.memory.vector.Kernels;
import dev.palate.retrieval.factor.History;
import dev.palate.retrieval.factor.Products;
import dev.palate.retrieval.factor.Scorer;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;

/// Scores items as the next of a history: the inner product of each item's vector with the hidden state after
/// the last event. Plain Java; agrees with PyTorch to 1e-4. Immutable and thread-safe.
///
/// Costs O(layers · n · d · (d + n)) for the n newest events and O(items · d) for the scores. The last layer is
/// computed for the last event only.
public final class SequenceScorer implements Scorer {
    private static final int KEPT_WORKSPACES = 64;

    private final SequenceModel model;
    private final SequencePass pass;
    private final float[] meanItem;
    private final Supplier<ByteRows> bytes;
    private final BlockingQueue<SequencePass.Workspace> workspaces = new ArrayBlockingQueue<>(KEPT_WORKSPACES);

    /// Of a model, whose arrays are shared.
    public SequenceScorer(SequenceModel model) {
        this.model = model;
        this.pass = SequencePass.of(model);
        meanItem = mean(model);
        bytes = ByteRows.later(model.items(), meanItem.length);
    }

    private static float[] mean(SequenceModel model) {
        int dimension = model.shape().dimension();
        double[] sums = new double[dimension];
        float[] items = model.items();
        for (int at = 0; at < items.length; at++) {
            sums[at % dimension] += items[at];
        }
        float[] mean = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            mean[i] = (float) (sums[i] / Math.max(1, model.itemCount()));
        }
        return mean;
    }

    /// The model scored with.
    public SequenceModel model() {
        return model;
    }

    @Override
    public int itemCount() {
        return model.itemCount();
    }

    /// {@inheritDoc} Their mean is 0; all scores of an empty history are 0.
    @Override
    public void score(History history, float[] target) {
        score(last(history), target);
    }

    @Override
    public Optional<ByteRows> vectors() {
        return Optional.of(bytes.get());
    }

    @Override
    public Optional<Products> products(History history) {
        float[] hidden = last(history);
        return Optional.of(new Products(bytes.get(), hidden, constant(hidden)));
    }

    /// The state after the last event.
    private float[] last(History history) {
        SequencePass.Workspace workspace = take();
        try {
            workspace.own.restart(history);
            if (workspace.own.size > 0) {
                pass.forward(workspace.own, workspace, 0);
            }
            return workspace.own.hidden.clone();
        } finally {
            release(workspace);
        }
    }

    /// The softmax that was trained does not see a constant; sources propose what is above 0, so the mean is taken.
    private float constant(float[] hidden) {
        return Kernels.dot(meanItem, 0, hidden, 0, hidden.length);
    }

    /// The state after the last event, of length `dimension`; zero for an empty history.
    public float[] hidden(History history) {
        return open(history).hidden();
    }

    /// A history that can be gone on with. Takes about 8 · layers · maximumLength · dimension bytes.
    public Session open(History history) {
        Session session = new Session(new SequencePass.State(model.shape()));
        session.state.restart(history);
        session.run(0);
        return session;
    }

    /// One history and what was computed of it. Not thread-safe.
    public final class Session {
        private final SequencePass.State state;

        private Session(SequencePass.State state) {
            this.state = state;
        }

        /// Adds an event. O(layers · d · (d + n)) as long as no more than `maximumLength` events are there;
        /// then the oldest falls out and all is computed anew. The result is that of [#open] over the longer
        /// history.
        ///
        /// @param item row of the item
        /// @param time in the unit of the others; one before the last event's counts as that
        /// @throws IllegalArgumentException when there is no such item
        public void append(int item, long time) {
            if (item < 0 || item >= itemCount()) {
                throw new IllegalArgumentException("item row must be in [0, " + itemCount() + "), was " + item);
            }
            run(state.append(item, time));
        }

        /// The number of events looked at.
        public int size() {
            return state.size;
        }

        /// A copy of the state after the last event.
        public float[] hidden() {
            return state.hidden.clone();
        }

        /// Writes one score per item row.
        ///
        /// @param target of length [SequenceScorer#itemCount], overwritten
        public void score(float[] target) {
            SequenceScorer.this.score(state.hidden, target);
        }

        private void run(int from) {
            if (state.size == 0) {
                return;
            }
            SequencePass.Workspace workspace = take();
            try {
                pass.forward(state, workspace, from);
            } finally {
                release(workspace);
            }
        }
    }

    private void score(float[] hidden, float[] target) {
        int dimension = hidden.length;
        float[] items = model.items();
        float constant = constant(hidden);
        for (int item = 0; item < target.length; item++) {
            target[item] = Kernels.dot(items, item * dimension, hidden, 0, dimension) - constant;
        }
    }

    private SequencePass.Workspace take() {
        SequencePass.Workspace kept = workspaces.poll();
        return kept == null ? new SequencePass.Workspace(model.shape()) : kept;
    }

    private void release(SequencePass.Workspace workspace) {
        // More than are kept were in use at once: this one is left to the collector.
        boolean kept = workspaces.offer(workspace);
        if (!kept) {
            workspace.own.size = 0;
        }
    }
}
