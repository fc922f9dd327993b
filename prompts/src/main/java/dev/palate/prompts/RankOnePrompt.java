package dev.palate.prompts;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// Asks whether one candidate fits, to be answered by [#ANSWERS] whose likelihoods are compared. The candidate comes
/// last, so that the prompts of one list share all that comes before.
///
/// @param wish at most [RankPrompt#WISH_CHARACTERS] characters
/// @param memories at most [RankPrompt#MAX_MEMORIES]
/// @param candidate its handle is not shown
public record RankOnePrompt(Quoted wish, List<Quoted> memories, RankPrompt.Candidate candidate) implements Prompt {
    /// Release this record fills.
    public static final PromptVersion VERSION = new PromptVersion("rank-one", 1);
    /// Names of its slots.
    public static final Set<String> SLOTS = Set.of("wish", "memories", "candidate");
    /// The answers, the wanted one first.
    public static final List<String> ANSWERS = List.of("yes", "no");

    /// @throws IllegalArgumentException as [RankPrompt] does
    public RankOnePrompt {
        memories = new RankPrompt(wish, memories, List.of(candidate)).memories();
    }

    /// From raw text, cleaned and cut to the caps; surplus memories are left out.
    public static RankOnePrompt of(String wish, List<String> memories, RankPrompt.Candidate candidate) {
        return new RankOnePrompt(Quoted.of(wish, RankPrompt.WISH_CHARACTERS), RankPrompt.quoted(memories), candidate);
    }

    @Override
    public PromptVersion version() {
        return VERSION;
    }

    @Override
    public Map<String, String> slots() {
        return Map.of("wish", wish.text(), "memories", RankPrompt.joined(memories), "candidate", candidate.line());
    }
}
