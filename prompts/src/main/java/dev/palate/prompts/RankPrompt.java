package dev.palate.prompts;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Asks for a score of each candidate, by handle. Ids never enter it.
///
/// @param wish what the person said or was understood to want
/// @param memories at most [#MAX_MEMORIES], in order of weight
/// @param candidates 1 to [#MAX_CANDIDATES], handles distinct, in the order in which the model sees them
public record RankPrompt(Quoted wish, List<Quoted> memories, List<Candidate> candidates) implements Prompt {
    /// Release this record fills.
    public static final PromptVersion VERSION = new PromptVersion("rank", 1);
    /// Names of its slots.
    public static final Set<String> SLOTS = Set.of("wish", "memories", "candidates");
    /// Most candidates.
    public static final int MAX_CANDIDATES = 20;
    /// Most memories.
    public static final int MAX_MEMORIES = 10;
    /// Cap for [#wish], in characters.
    public static final int WISH_CHARACTERS = 600;
    /// Cap for one memory, in characters.
    public static final int MEMORY_CHARACTERS = 160;
    /// Cap for a title, in characters.
    public static final int TITLE_CHARACTERS = 80;
    /// Cap for the words beside a title, in characters: about 25 words.
    public static final int WORDS_CHARACTERS = 160;

    /// A candidate.
    ///
    /// @param handle one letter, `A` to `T`, valid for this prompt only
    /// @param title as a person would write it
    /// @param words a few facts; may be empty
    public record Candidate(char handle, Quoted title, Quoted words) {
        /// @throws IllegalArgumentException for a handle outside A..T or text over its cap
        public Candidate {
            if (handle < 'A' || handle >= 'A' + MAX_CANDIDATES) {
                throw new IllegalArgumentException("handle must be in A..T, was '" + handle + "'");
            }
            title.requireCap("title", TITLE_CHARACTERS);
            words.requireCap("words", WORDS_CHARACTERS);
        }

        /// From raw text, cleaned and cut to the caps.
        public static Candidate of(char handle, String title, String words) {
            return new Candidate(handle, Quoted.of(title, TITLE_CHARACTERS), Quoted.of(words, WORDS_CHARACTERS));
        }

        String line() {
            return title.text() + (words.text().isEmpty() ? "" : " — " + words.text());
        }
    }

    /// @throws IllegalArgumentException for no or too many candidates, too many memories, a handle used twice, or text
    ///     over its cap
    public RankPrompt {
        memories = List.copyOf(memories);
        candidates = List.copyOf(candidates);
        if (candidates.isEmpty() || candidates.size() > MAX_CANDIDATES) {
            throw new IllegalArgumentException(
                    "candidates must be 1 to " + MAX_CANDIDATES + ", were " + candidates.size());
        }
        if (memories.size() > MAX_MEMORIES) {
            throw new IllegalArgumentException(
                    "memories must be at most " + MAX_MEMORIES + ", were " + memories.size());
        }
        var handles = new HashSet<Character>();
        for (Candidate candidate : candidates) {
            if (!handles.add(candidate.handle())) {
                throw new IllegalArgumentException("handle '" + candidate.handle() + "' is used twice");
            }
        }
        wish.requireCap("wish", WISH_CHARACTERS);
        memories.forEach(memory -> memory.requireCap("memory", MEMORY_CHARACTERS));
    }

    /// From raw text, cleaned and cut to the caps; surplus memories are left out.
    public static RankPrompt of(String wish, List<String> memories, List<Candidate> candidates) {
        return new RankPrompt(Quoted.of(wish, WISH_CHARACTERS), quoted(memories), candidates);
    }

    static List<Quoted> quoted(List<String> memories) {
        return memories.stream()
                .limit(MAX_MEMORIES)
                .map(memory -> Quoted.of(memory, MEMORY_CHARACTERS))
                .toList();
    }

    @Override
    public PromptVersion version() {
        return VERSION;
    }

    @Override
    public Map<String, String> slots() {
        return Map.of(
                "wish", wish.text(),
                "memories", joined(memories),
                "candidates",
                        candidates.stream()
                                .map(candidate -> candidate.handle() + ". " + candidate.line())
                                .collect(Collectors.joining("\n")));
    }

    static String joined(List<Quoted> memories) {
        return memories.isEmpty() ? "-" : memories.stream().map(Quoted::text).collect(Collectors.joining("; "));
    }
}
