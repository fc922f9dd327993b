package dev.palate.retrieval.ranking;

import java.util.Locale;

/// One kind of evidence that a candidate suits a user now; higher values speak for the candidate.
public enum Signal {
    /// Inner product of the user's and the item's collaborative vectors.
    CF,
    /// The same of vectors learnt with little weight on what was not observed, which suits sparse data.
    CF_SPARSE,
    /// EASE over the decayed history.
    EASE,
    /// Item neighbours of the decayed history.
    KNN,
    /// What followed the last events of the history, on a log scale.
    TRANSITIONS,
    /// What came right after the last few events, on a log scale.
    NEXT,
    /// The sequence model's inner product of the state after the last event and the item's vector.
    SEQUENCE,
    /// Inner product of the vectors of user and item from the tables that were chosen, and a number of the item.
    BPR,
    /// Text similarity to the wish, or to the history when there is none.
    TEXT,
    /// Lexical match with the wish.
    BM25,
    /// Agreement with the genres of wish and history.
    GENRE,
    /// Similarity to the titles that the user named as liked.
    LIKED,
    /// Number of users that had the item, on a log scale. Its weight may be negative: beside collaborative signals,
    /// which all favour the popular, it corrects them.
    POP,
    /// Number of events in the weeks before now, on a log scale.
    RECENT,
    /// The same in the days before now: beside the longer window it tells what is rising.
    RECENT_SHORT,
    /// How short ago the item had its first event, −log(1 + days).
    FRESH,
    /// How near the user's taste lies to those of the few who had an item that the model was not trained on.
    DYNAMIC,
    /// Agreement of the user's themes with those of the people who liked an item, of five or more.
    THEME,
    /// Agreement with the user's memories.
    MEMORY;

    private final String key = name().toLowerCase(Locale.ROOT);

    /// The name in requests, answers and files.
    public String key() {
        return key;
    }
}
