package dev.palate.prompts;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Asks for one or two sentences that say why the shown titles fit what a person said. The model speaks of a title
/// by its handle, `[[A]]`; it sees neither id nor name, so it can leak neither, and names cost time. Sized for a small
/// local model: everything here is evaluated before the first word. Three titles fit into 60 tokens of answer.
///
/// @param message the wish, as it was understood or as it was said
/// @param titles 1 to [#MAX_TITLES] titles as they are shown, handles distinct
/// @param memories at most [#MAX_MEMORIES], in order of weight
/// @param language of the answer
public record SpeakPrompt(Quoted message, List<Title> titles, List<Quoted> memories, Locale language)
        implements Prompt {
    /// Release this record fills.
    public static final PromptVersion VERSION = new PromptVersion("speak", 2);
    /// Names of its slots.
    public static final Set<String> SLOTS = Set.of("message", "titles", "memories", "language");
    /// Most titles in one prompt.
    public static final int MAX_TITLES = 5;
    /// Most memories in one prompt.
    public static final int MAX_MEMORIES = 2;
    /// Cap for [#message], in characters.
    public static final int MESSAGE_CHARACTERS = 120;
    /// Cap for the words beside a title, in characters.
    public static final int WORDS_CHARACTERS = 60;
    /// Cap for one memory, in characters.
    public static final int MEMORY_CHARACTERS = 60;

    /// A shown title.
    ///
    /// @param handle one letter, `A` to `E`, valid for this prompt only
    /// @param words a few words: genres, tags; may be empty
    public record Title(char handle, Quoted words) {
        /// @throws IllegalArgumentException for a handle outside A..E or text over its cap
        public Title {
            if (handle < 'A' || handle >= 'A' + MAX_TITLES) {
                throw new IllegalArgumentException("handle must be in A..E, was '" + handle + "'");
            }
            words.requireCap("title words", WORDS_CHARACTERS);
        }

        /// A title from raw text, cleaned and cut to the cap.
        public static Title of(char handle, String words) {
            return new Title(handle, Quoted.of(words, WORDS_CHARACTERS));
        }
    }

    /// @throws IllegalArgumentException for too many or no titles, too many memories, a handle used twice, or
    ///     text over
    ///     its cap
    public SpeakPrompt {
        titles = List.copyOf(titles);
        memories = List.copyOf(memories);
        if (titles.isEmpty() || titles.size() > MAX_TITLES) {
            throw new IllegalArgumentException("titles must be 1 to " + MAX_TITLES + ", were " + titles.size());
        }
        if (memories.size() > MAX_MEMORIES) {
            throw new IllegalArgumentException(
                    "memories must be at most " + MAX_MEMORIES + ", were " + memories.size());
        }
        var handles = new HashSet<Character>();
        for (Title title : titles) {
            if (!handles.add(title.handle())) {
                throw new IllegalArgumentException("handle '" + title.handle() + "' is used twice");
            }
        }
        message.requireCap("message", MESSAGE_CHARACTERS);
        memories.forEach(memory -> memory.requireCap("memory", MEMORY_CHARACTERS));
    }

    /// A prompt from raw text, cleaned and cut to the caps; surplus memories are left out.
    public static SpeakPrompt of(String message, List<Title> titles, List<String> memories, Locale language) {
        return new SpeakPrompt(
                Quoted.of(message, MESSAGE_CHARACTERS),
                titles,
                memories.stream()
                        .limit(MAX_MEMORIES)
                        .map(memory -> Quoted.of(memory, MEMORY_CHARACTERS))
                        .toList(),
                language);
    }

    @Override
    public PromptVersion version() {
        return VERSION;
    }

    @Override
    public Map<String, String> slots() {
        return Map.of(
                "message", message.text(),
                "titles", titles.stream().map(SpeakPrompt::line).collect(Collectors.joining("\n")),
                "memories",
                        memories.isEmpty()
                                ? "-"
                                : memories.stream().map(Quoted::text).collect(Collectors.joining("; ")),
                "language", languageName(language));
    }

    private static String line(Title title) {
        return ("[[" + title.handle() + "]] " + title.words().text()).strip();
    }

    // The locale may come from a request header: only languages that the JDK can name get into the prompt.
    private static String languageName(Locale locale) {
        String name = locale.getDisplayLanguage(Locale.ENGLISH);
        boolean known = !name.isEmpty() && !name.equals(locale.getLanguage());
        return known ? name : Locale.ENGLISH.getDisplayLanguage(Locale.ENGLISH);
    }
}
