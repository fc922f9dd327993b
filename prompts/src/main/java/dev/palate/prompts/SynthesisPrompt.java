package dev.palate.prompts;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Asks what one person likely wants, from the person's own memories and themes, and from the themes of others. Of the
/// others there is no field that could hold more than a handle, a theme and its weight.
///
/// @param memories the person's own, at most [#MAX_MEMORIES], handles distinct
/// @param own the person's own themes, the heaviest first, at most [#MAX_OWN]
/// @param others at most [#MAX_OTHERS], handles distinct
public record SynthesisPrompt(List<Told> memories, List<Share> own, List<Other> others) implements Prompt {
    /// Release this record fills.
    public static final PromptVersion VERSION = new PromptVersion("synthesis", 1);
    /// Names of its slots.
    public static final Set<String> SLOTS = Set.of("memories", "own", "others", "count");
    /// Most memories.
    public static final int MAX_MEMORIES = 30;
    /// Cap for one memory, in characters.
    public static final int MEMORY_CHARACTERS = 160;
    /// Most themes of the person.
    public static final int MAX_OWN = 12;
    /// Most others.
    public static final int MAX_OTHERS = 16;
    /// Most themes of one of them.
    public static final int MAX_THEMES = 4;
    /// Cap for a theme, in characters.
    public static final int THEME_CHARACTERS = 60;
    /// Most facets of the answer.
    public static final int FACETS = 7;

    private static final Pattern MEMORY = Pattern.compile("M[1-9][0-9]{0,3}");
    private static final Pattern OTHER = Pattern.compile("[UI][1-9][0-9]?");

    /// A memory.
    ///
    /// @param handle such as `M3`, valid for this prompt only
    public record Told(String handle, Quoted text) {
        /// @throws IllegalArgumentException for another handle or text over its cap
        public Told {
            require(MEMORY, handle);
            text.requireCap("memory", MEMORY_CHARACTERS);
        }

        /// From raw text, cleaned and cut to the cap.
        public static Told of(String handle, String text) {
            return new Told(handle, Quoted.of(text, MEMORY_CHARACTERS));
        }

        /// The line of it.
        public String line() {
            return handle + " " + text.text();
        }
    }

    /// A theme and its weight.
    ///
    /// @param percent 0 to 100
    public record Share(Quoted theme, int percent) {
        /// @throws IllegalArgumentException for a weight outside its range or a theme over its cap
        public Share {
            theme.requireCap("theme", THEME_CHARACTERS);
            if (percent < 0 || percent > 100) {
                throw new IllegalArgumentException("percent must be 0 to 100, was " + percent);
            }
        }

        /// Of a word of the vocabulary.
        public static Share of(String theme, double weight) {
            return new Share(Quoted.of(theme, THEME_CHARACTERS), (int) Math.round(100 * Math.clamp(weight, 0.0, 1.0)));
        }

        private String text() {
            return theme.text() + " " + percent;
        }
    }

    /// Somebody else, or an item.
    ///
    /// @param handle such as `U1` or `I2`, valid for this prompt only
    /// @param themes 1 to [#MAX_THEMES]
    public record Other(String handle, List<Share> themes) {
        /// @throws IllegalArgumentException for another handle, or no or too many themes
        public Other {
            require(OTHER, handle);
            themes = List.copyOf(themes);
            if (themes.isEmpty() || themes.size() > MAX_THEMES) {
                throw new IllegalArgumentException("themes must be 1 to " + MAX_THEMES + ", were " + themes.size());
            }
        }

        /// The line of it.
        public String line() {
            return handle + " " + shares(themes);
        }
    }

    /// @throws IllegalArgumentException for too many of anything, or a handle used twice
    public SynthesisPrompt {
        memories = bounded("memories", memories, MAX_MEMORIES);
        own = bounded("own themes", own, MAX_OWN);
        others = bounded("others", others, MAX_OTHERS);
        Set<String> handles = new HashSet<>();
        memories.forEach(memory -> unique(handles, memory.handle()));
        others.forEach(other -> unique(handles, other.handle()));
    }

    @Override
    public PromptVersion version() {
        return VERSION;
    }

    @Override
    public Map<String, String> slots() {
        return Map.of(
                "memories",
                        memories.isEmpty()
                                ? "-"
                                : memories.stream().map(Told::line).collect(Collectors.joining("\n")),
                "own", own.isEmpty() ? "-" : shares(own),
                "others",
                        others.isEmpty()
                                ? "-"
                                : others.stream().map(Other::line).collect(Collectors.joining("\n")),
                "count", Integer.toString(FACETS));
    }

    private static String shares(List<Share> shares) {
        return shares.stream().map(Share::text).collect(Collectors.joining(", "));
    }

    private static <T> List<T> bounded(String what, List<T> list, int most) {
        if (list.size() > most) {
            throw new IllegalArgumentException(what + " must be at most " + most + ", were " + list.size());
        }
        return List.copyOf(list);
    }

    private static void unique(Set<String> handles, String handle) {
        if (!handles.add(handle)) {
            throw new IllegalArgumentException("handle '" + handle + "' is used twice");
        }
    }

    private static void require(Pattern pattern, String handle) {
        if (!pattern.matcher(handle).matches()) {
            throw new IllegalArgumentException("handle must match " + pattern.pattern() + ", was '" + handle + "'");
        }
    }
}
