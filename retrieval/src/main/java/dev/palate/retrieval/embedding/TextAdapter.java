package dev.palate.retrieval.embedding;

import dev.palate.retrieval.semantic.SemanticAdapter;
import java.util.Locale;
import java.util.Optional;

/// What a training run learnt of texts, for items that come later. Immutable.
///
/// @param encoding names the encodings that it is of, as [dev.palate.memory.text.EncodingVersion#id] does
/// @param trial what was found without items that were kept back
/// @param network the adapter; absent where the trial's interval is not above 0, so that texts stay as they are
public record TextAdapter(String encoding, Trial trial, Optional<SemanticAdapter> network) {
    /// Recall@20 among items that were kept back, means over users.
    ///
    /// @param items how many were kept back
    /// @param users who had one of them
    /// @param text of the centred texts
    /// @param adapted of the adapter
    /// @param low end of the 95 % interval of adapted minus text
    /// @param high end of it
    public record Trial(int items, int users, double text, double adapted, double low, double high) {
        /// True when the adapter is better beyond chance.
        public boolean gains() {
            return low > 0;
        }

        /// In one line.
        public String described() {
            return String.format(
                    Locale.ROOT,
                    "%s: Recall@20 %.3f, of the texts alone %.3f, difference %+.3f [%+.3f, %+.3f], %d items kept back,"
                            + " %d users",
                    gains() ? "new items are scored by adapted texts" : "new items are scored by their texts",
                    adapted,
                    text,
                    adapted - text,
                    low,
                    high,
                    items,
                    users);
        }
    }
}
