package dev.palate.retrieval.factor;

import dev.palate.memory.vector.Kernels;

/// Item vectors of a factorisation, with what is needed to fold a user in from a history. Immutable and thread-safe.
public final class ItemFactors implements Scorer {
    private static final int FOLD_IN_STEPS = 8;

    private final float[] factors;
    private final ImplicitAls.Options options;
    private final float[] gram;

    /// @param factors row-major itemCount × dimension; shared, not copied
    /// @param options those the factors were learnt with
    public ItemFactors(float[] factors, ImplicitAls.Options options) {
        if (factors.length % options.dimension() != 0) {
            throw new IllegalArgumentException("factors must be a multiple of the dimension " + options.dimension()
                    + " long, were " + factors.length);
        }
        this.factors = factors;
        this.options = options;
        this.gram = new float[options.dimension() * options.dimension()];
        Kernels.gram(factors, itemCount(), options.dimension(), (float) options.unobservedWeight(), gram);
    }

    @Override
    public int itemCount() {
        return factors.length / options.dimension();
    }

    /// The length of a vector.
    public int dimension() {
        return options.dimension();
    }

    /// The options the factors were learnt with.
    public ImplicitAls.Options options() {
        return options;
    }

    /// Row-major itemCount × dimension; shared: do not modify.
    public float[] factors() {
        return factors;
    }

    /// The vector of a user with this history; zero for an empty one. O(history · dimension + dimension²).
    public float[] foldIn(History history) {
        float[] user = new float[dimension()];
        float[] scratch = new float[3 * dimension()];
        ImplicitAls.solve(user, 0, history.items(), factors, gram, options, FOLD_IN_STEPS, scratch);
        return user;
    }

    /// Writes the inner product of the user vector with every item's to `target`.
    public void score(float[] user, float[] target) {
        int dimension = dimension();
        for (int item = 0; item < target.length; item++) {
            target[item] = Kernels.dot(factors, item * dimension, user, 0, dimension);
        }
    }

    @Override
    public void score(History history, float[] target) {
        score(foldIn(history), target);
    }
}
