package dev.palate.retrieval.embedding.recipe;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A way to store the item table, by the name that the lab knows it by. What it is at a size is its [Recipe];
/// which paper it is from is said by the table's own class.
public enum TableKind {
    /// The reference, always measured.
    FULL("full", Family.OWN_ROWS, 1, "32-bit floats, a row for each item"),
    /// The honest comparison.
    NARROW("narrow", Family.OWN_ROWS, 1, "shorter rows of floats, as long as fit"),
    /// Widths by the logarithm of the frequency.
    LOG_RULE("log-rule", Family.OWN_ROWS, 1, "widths by the logarithm of an item's frequency"),
    /// Widths learnt by twin masks.
    AMTL(
            "amtl",
            Family.OWN_ROWS,
            15,
            "widths learnt by AMTL's twin masks, at a price found by the bytes that come out"),
    /// What AMTL has to beat.
    AMTL_LOG_RULE("amtl-log-rule", Family.OWN_ROWS, 1.5, "the log rule in as many values as amtl kept"),
    /// Eight bits and a cache, in training.
    INT8_CACHED("int8+5%", Family.QUANTISED, 1.5, "8 bits and a cache of 5 % of the rows in full, trained so"),
    /// Eight bits after training.
    INT8_AFTER("int8-after", Family.QUANTISED, 0.1, "8 bits after training in full"),
    /// Four bits and a cache, in training.
    INT4_CACHED("int4+1%", Family.QUANTISED, 1.5, "4 bits and a cache of 1 % of the rows in full, trained so"),
    /// Four bits after training.
    INT4_AFTER("int4-after", Family.QUANTISED, 0.1, "4 bits after training in full"),
    /// MEC's recipe.
    PQ("pq", Family.QUANTISED, 0.5, "product-quantised after training in full, then the codebooks learn on (MEC)"),
    /// The same without its last step.
    PQ_FROZEN("pq-frozen", Family.QUANTISED, 0.2, "product-quantised after training in full"),
    /// One row for several items.
    HASH("hash", Family.SHARED, 1, "rows shared by hash"),
    /// Quotient and remainder, multiplied.
    QR("qr", Family.SHARED, 1.2, "quotient and remainder, multiplied"),
    /// Quotient and remainder, added.
    QR_ADDED("qr-added", Family.SHARED, 1.2, "quotient and remainder, added"),
    /// Chinese remainders.
    CRT("crt", Family.SHARED, 1.2, "remainders by two neighbouring numbers, multiplied"),
    /// ROBE, whole rows.
    ROBE("robe", Family.SHARED, 1.2, "ROBE, blocks as long as a row, with signs"),
    /// ROBE, blocks of eight.
    ROBE_8("robe-8", Family.SHARED, 1.5, "ROBE, blocks of 8, with signs"),
    /// Token and weight Bloom encodings.
    MEM_REC("mem-rec", Family.SHARED, 2, "Mem-Rec: sums of four token rows times sums of two weights"),
    /// Scaled shared rows.
    MEM_COM("mem-com", Family.SHARED, 1.2, "MEmCom: shared rows times a number of each item"),
    /// Scaled and shifted shared rows.
    MEM_COM_BIASED("mem-com-biased", Family.SHARED, 1.2, "MEmCom with bias"),
    /// A tensor train.
    TT("tt", Family.COMPUTED, 15, "tensor train of three cores, the highest rank that fits, ids by frequency"),
    /// A tensor train behind a cache.
    TT_CACHED("tt+cache", Family.COMPUTED, 15, "the same with 1 % of the rows kept as they come out"),
    /// Deep hash embedding.
    DHE("dhe", Family.COMPUTED, 40, "deep hash embedding: 64 hashes, two layers of at most 256 units"),
    /// Hot rows and a hash table.
    HOT_HASH("hot+hash", Family.HOT_COLD, 1.2, "half of the bytes for rows of the frequent, hash for the rest"),
    /// Hot rows and quotient-remainder.
    HOT_QR(
            "hot+qr",
            Family.HOT_COLD,
            1.2,
            "half of the bytes for rows of the frequent, quotient and remainder for the rest"),
    /// Hot rows and Mem-Rec.
    HOT_MEM_REC(
            "hot+mem-rec", Family.HOT_COLD, 1.5, "half of the bytes for rows of the frequent, Mem-Rec for the rest");

    /// What kinds of saving there are, for the colours of a plot.
    public enum Family {
        /// A row for each item, of floats.
        OWN_ROWS("rows of their own"),
        /// Fewer bits.
        QUANTISED("fewer bits"),
        /// Several items share parameters.
        SHARED("shared rows"),
        /// Rows come out of a computation.
        COMPUTED("computed"),
        /// Frequent items apart from the others.
        HOT_COLD("hot and cold");

        private final String words;

        Family(String words) {
            this.words = words;
        }

        /// In words.
        public String words() {
            return words;
        }
    }

    private static final Set<TableKind> OF_ONE_SIZE =
            EnumSet.of(FULL, INT8_CACHED, INT8_AFTER, INT4_CACHED, INT4_AFTER);

    private final String key;
    private final Family family;
    private final double cost;
    private final String about;

    TableKind(String key, Family family, double cost, String about) {
        this.key = key;
        this.family = family;
        this.cost = cost;
        this.about = about;
    }

    /// The name on the command line and in files.
    public String key() {
        return key;
    }

    /// How it saves.
    public Family family() {
        return family;
    }

    /// What it is, in words.
    public String about() {
        return about;
    }

    /// About how long its training takes, in units of the full table's, until there is a measurement.
    public double cost() {
        return cost;
    }

    /// True when it has one size only, whatever the budget.
    public boolean ofOneSize() {
        return OF_ONE_SIZE.contains(this);
    }

    /// All names.
    public static String keys() {
        return String.join(", ", Arrays.stream(values()).map(TableKind::key).toList());
    }

    /// The tables of these names, in the lab's order, with the full one.
    ///
    /// @param names `all`, or names
    /// @throws IllegalArgumentException when there is no table of a name, or one is missing that another needs
    public static List<TableKind> of(List<String> names) {
        if (names.equals(List.of("all"))) {
            return List.of(values());
        }
        Set<TableKind> tables = EnumSet.of(FULL);
        for (String name : names) {
            String wanted = name.strip().toLowerCase(Locale.ROOT);
            tables.add(Arrays.stream(values())
                    .filter(table -> table.key.equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "no table {" + wanted.substring(0, Math.min(40, wanted.length()))
                                    + "}; give all, or some of " + keys())));
        }
        if (tables.contains(AMTL_LOG_RULE) && !tables.contains(AMTL)) {
            throw new IllegalArgumentException(
                    "table {amtl-log-rule} has as many values as {amtl} keeps: give both, or {log-rule}");
        }
        return List.copyOf(tables);
    }
}
