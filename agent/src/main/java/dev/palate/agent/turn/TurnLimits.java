package dev.palate.agent.turn;

import dev.palate.memory.Require;
import java.time.Duration;

/// How much a turn may take.
///
/// @param inFlight turns at a time, in all
/// @param turn from start to end
/// @param recall reading memories and state
/// @param items for the recommender
/// @param firstWord until a model's first word
/// @param words until a model's last word
/// @param tokens of a model's answer
/// @param slots until a model has said what a message asks for in which the rules found nothing; zero when none is to
///     be asked
public record TurnLimits(
        int inFlight,
        Duration turn,
        Duration recall,
        Duration items,
        Duration firstWord,
        Duration words,
        int tokens,
        Duration slots) {
    /// How long what a model names is waited for where that is on.
    public static final Duration SLOTS = Duration.ofSeconds(8);

    /// 64 turns, most of which wait for a model or do without it; 24 s in all, 2 s for the items, 4 s to the first
    /// word, 12 s and 60 tokens for the words; no model is asked what a message asks for.
    public static final TurnLimits DEFAULT = new TurnLimits(
            64,
            Duration.ofSeconds(24),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(12),
            60,
            Duration.ZERO);

    public TurnLimits {
        Require.range("turns in flight", inFlight, 1, 10_000);
        Require.range("turn in ms", turn.toMillis(), 1, 600_000);
        Require.range("recall in ms", recall.toMillis(), 1, 60_000);
        Require.range("items in ms", items.toMillis(), 1, 30_000);
        Require.range("first word in ms", firstWord.toMillis(), 1, 120_000);
        Require.range("words in ms", words.toMillis(), 1, 300_000);
        Require.range("tokens", tokens, 1, 2_048);
        Require.range("slots in ms", slots.toMillis(), 0, 120_000);
    }

    /// Without a model that is asked what a message asks for.
    public TurnLimits(
            int inFlight,
            Duration turn,
            Duration recall,
            Duration items,
            Duration firstWord,
            Duration words,
            int tokens) {
        this(inFlight, turn, recall, items, firstWord, words, tokens, Duration.ZERO);
    }
}
