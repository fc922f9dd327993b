package dev.palate.retrieval.factor;

import dev.palate.memory.vector.ByteRows;
import dev.palate.memory.vector.DenseProduct;
import dev.palate.memory.vector.Kernels;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Item vectors of a factorisation, with what is needed to fold in a user from a history, and an item from its
/// users. Immutable and thread-safe.
public final class ItemFactors implements Scorer {
    private static final int FOLD_IN_STEPS = 8;

    /// What is kept of the users: enough to solve for an item.
    ///
    /// @param gram Σ over all users of u uᵀ, row-major dimension × dimension; shared, not copied
    /// @param count how many users, at least 0
    public record UserSide(float[] gram, int count) {
        /// @throws IllegalArgumentException when the count is negative
        public UserSide {
            if (count < 0) {
                throw new IllegalArgumentException("count of users must be at least 0, was " + count);
            }
        }
    }

    private final float[] factors;
    private final ImplicitAls.Options options;
    private final Optional<UserSide> userSide;
    private final int stride;
    private final RowSolver users;
    private final float[] itemGram;
    private final float @Nullable [] userGram;
    private final Supplier<ByteRows> bytes;

    /// Without the users: no item can be folded in.
    ///
    /// @param factors row-major itemCount × dimension; shared, not copied
    /// @param options those the factors were learnt with
    public ItemFactors(float[] factors, ImplicitAls.Options options) {
        this(factors, options, Optional.empty());
    }

    /// With the users that they were learnt beside.
    ///
    /// @param factors row-major itemCount × dimension; shared, not copied
    /// @param options those the factors were learnt with
    public ItemFactors(float[] factors, ImplicitAls.Options options, UserSide users) {
        this(factors, options, Optional.of(users));
    }

    private ItemFactors(float[] factors, ImplicitAls.Options options, Optional<UserSide> userSide) {
        int d = options.dimension();
        if (factors.length % d != 0) {
            throw new IllegalArgumentException(
                    "factors must be a multiple of the dimension " + d + " long, were " + factors.length);
        }
        if (userSide.isPresent() && userSide.get().gram.length != d * d) {
            throw new IllegalArgumentException(
                    "the users' Gram matrix must have " + d * d + " values, had " + userSide.get().gram.length);
        }
        this.factors = factors;
        this.options = options;
        this.userSide = userSide;
        stride = DenseProduct.stride(d);
        float[] padded = padded(factors, d, stride);
        itemGram = new float[stride * stride];
        DenseProduct.gram(padded, itemCount(), stride, 1, itemGram);
        Kernels.scale((float) options.unobservedWeight(), itemGram, 0, itemGram.length);
        users = RowSolver.dense(padded, itemCount(), stride, options, itemGram);
        userGram = userSide.map(side -> weighted(side.gram)).orElse(null);
        bytes = ByteRows.later(factors, d);
    }

    private float[] weighted(float[] gram) {
        float[] square = Arrays.copyOf(padded(gram, options.dimension(), stride), stride * stride);
        Kernels.scale((float) options.unobservedWeight(), square, 0, square.length);
        return square;
    }

    private static float[] padded(float[] rows, int dimension, int stride) {
        if (stride == dimension) {
            return rows;
        }
        int count = rows.length / dimension;
        float[] wide = new float[count * stride];
        for (int row = 0; row < count; row++) {
            System.arraycopy(rows, row * dimension, wide, row * stride, dimension);
        }
        return wide;
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

    /// What is kept of the users; empty for factors of a model that was written without it.
    public Optional<UserSide> userSide() {
        return userSide;
    }

    /// The vector of a user with this history; zero for an empty one. O(history · dimension + dimension²).
    public float[] foldIn(History history) {
        float[] user = new float[stride];
        users.improve(user, 0, history.items(), FOLD_IN_STEPS, new RowSolver.Scratch(stride));
        return narrowed(user);
    }

    /// The vector of a user that also had items folded in since.
    ///
    /// @param folded vectors of those items, each from [#foldInItem]
    public float[] foldIn(History history, float[][] folded) {
        if (folded.length == 0) {
            return foldIn(history);
        }
        int[] known = history.items();
        float[] rows = new float[(known.length + folded.length) * stride];
        int[] all = new int[known.length + folded.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
            if (i < known.length) {
                System.arraycopy(factors, known[i] * dimension(), rows, i * stride, dimension());
            } else {
                System.arraycopy(folded[i - known.length], 0, rows, i * stride, dimension());
            }
        }
        float[] user = new float[stride];
        RowSolver.dense(rows, itemCount(), stride, options, itemGram)
                .improve(user, 0, all, FOLD_IN_STEPS, new RowSolver.Scratch(stride));
        return narrowed(user);
    }

    /// The vector of an item that these users had: what training would give it if nothing else changed. Zero
    /// for no users. O(users · dimension + dimension²).
    ///
    /// @param vectors one per user, each from [#foldIn]
    /// @throws IllegalStateException when nothing is kept of the users
    public float[] foldInItem(float[][] vectors) {
        if (userGram == null) {
            throw new IllegalStateException("nothing is kept of the users, so no item can be folded in: train again");
        }
        float[] rows = new float[vectors.length * stride];
        int[] all = new int[vectors.length];
        for (int user = 0; user < vectors.length; user++) {
            all[user] = user;
            System.arraycopy(vectors[user], 0, rows, user * stride, dimension());
        }
        float[] item = new float[stride];
        RowSolver.dense(rows, userSide.orElseThrow().count, stride, options, userGram)
                .improve(item, 0, all, FOLD_IN_STEPS, new RowSolver.Scratch(stride));
        return narrowed(item);
    }

    private float[] narrowed(float[] vector) {
        return Arrays.copyOf(vector, dimension());
    }

    @Override
    public Optional<ByteRows> vectors() {
        return Optional.of(bytes.get());
    }

    @Override
    public Optional<Products> products(History history) {
        return Optional.of(products(foldIn(history)));
    }

    /// The scores of a user's vector.
    public Products products(float[] user) {
        return new Products(bytes.get(), user, 0);
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
