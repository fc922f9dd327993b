package dev.palate.retrieval.embedding.recipe;

import dev.palate.retrieval.embedding.table.PairwiseModel;

/// Finds the price at which a table with learnt widths fits: by the bytes that come out, never by quality, so that
/// nothing that is to be found has a say. The dearer a value, the fewer are kept. Stateless.
public final class PriceSearch {
    /// Prices tried until the bytes that come out fit.
    public static final int PRICES = 6;

    /// As near as this below what it may take is near enough.
    private static final double NEAR = 1.15;

    /// One training at a price.
    ///
    /// @param model with the table packed
    /// @param bytes of that table
    /// @param seconds of the training
    public record Tried(PairwiseModel model, long bytes, double seconds) {}

    /// Trains from the beginning at a price.
    @FunctionalInterface
    public interface Training {
        /// @param number from 1 on
        Tried at(double price, int number);
    }

    /// The best of the tries.
    ///
    /// @param seconds of all of them
    public record Found(PairwiseModel model, long bytes, double price, double seconds) {}

    private PriceSearch() {}

    /// Tries at most [#PRICES] prices.
    ///
    /// @param ratio to be smaller by, for the first price
    /// @param bytes the table may take
    public static Found run(double ratio, long bytes, Training training) {
        double cheap = 0;
        double dear = 0;
        double price = 0.03 * ratio;
        double seconds = 0;
        Found best = null;
        for (int number = 1; number <= PRICES; number++) {
            Tried tried = training.at(price, number);
            seconds += tried.seconds;
            if (best == null || better(tried.bytes, best.bytes, bytes)) {
                best = new Found(tried.model, tried.bytes, price, seconds);
            }
            if (tried.bytes <= bytes && tried.bytes * NEAR >= bytes) {
                break;
            }
            if (tried.bytes > bytes) {
                cheap = price;
            } else {
                dear = price;
            }
            price = dear == 0 ? price * 2 : cheap == 0 ? price / 2 : Math.sqrt(cheap * dear);
        }
        if (best == null) {
            throw new IllegalStateException("no price was tried");
        }
        return new Found(best.model, best.bytes, best.price, seconds);
    }

    /// What fits before what does not, then what comes nearest.
    private static boolean better(long taken, long before, long bytes) {
        return taken <= bytes == before <= bytes ? Math.abs(taken - bytes) < Math.abs(before - bytes) : taken <= bytes;
    }
}
