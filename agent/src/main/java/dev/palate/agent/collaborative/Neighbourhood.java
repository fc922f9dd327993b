package dev.palate.agent.collaborative;

import dev.palate.memory.Require;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemeWeight;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// The like users and items that are read for a user: of each its handle, its themes and their weights, and nothing
/// else. There is no field that could hold an id, a word of a memory, or a time. Immutable.
///
/// @param rule the version of the rule that chose
/// @param members the best first, at most [Curator#MOST]
public record Neighbourhood(String rule, List<Member> members) {
    /// Nobody.
    public static final Neighbourhood EMPTY = new Neighbourhood("", List.of());

    private static final Pattern HANDLE = Pattern.compile("[UI][1-9][0-9]?");

    /// A theme of one of them.
    ///
    /// @param weight its share of all that it likes, in (0, 1]
    public record Share(ThemeId theme, double weight) {
        public Share {
            Require.range("share of a theme", weight, 0, 1);
        }
    }

    /// One of them.
    ///
    /// @param handle `U` for a user and `I` for an item, with a number; valid for this reading only
    /// @param score by the rule, above 0
    /// @param themes the heaviest first, at most [Curator#MOST_THEMES]; none of a user
    ///     in what [#counted] gives, where nothing of that user's counts
    public record Member(String handle, double score, List<Share> themes) {
        public Member {
            if (!HANDLE.matcher(handle).matches()) {
                throw new IllegalArgumentException("handle must match " + HANDLE.pattern() + ", was " + handle);
            }
            themes = List.copyOf(themes);
            Require.range("themes of a member", themes.size(), 0, Curator.MOST_THEMES);
        }

        /// True of a user, false of an item.
        public boolean user() {
            return handle.charAt(0) == 'U';
        }
    }

    public Neighbourhood {
        members = List.copyOf(members);
        Require.range("members", members.size(), 0, Curator.MOST);
        Set<String> handles = new HashSet<>();
        members.forEach(member -> {
            if (!handles.add(member.handle())) {
                throw new IllegalArgumentException("handle " + member.handle() + " is there twice");
            }
        });
    }

    /// The same, but of users only the themes that enough of them have: what one alone likes is in it no more. It
    /// gives the same counts.
    public Neighbourhood counted() {
        Map<ThemeId, Integer> users = new HashMap<>();
        members.stream()
                .filter(Member::user)
                .flatMap(member -> member.themes.stream())
                .forEach(share -> users.merge(share.theme, 1, Integer::sum));
        return new Neighbourhood(
                rule,
                members.stream()
                        .map(member -> member.user()
                                ? new Member(
                                        member.handle,
                                        member.score,
                                        member.themes.stream()
                                                .filter(share -> users.getOrDefault(share.theme, 0)
                                                        >= ThemeWeight.FEWEST_CONTRIBUTORS)
                                                .toList())
                                : member)
                        .toList());
    }

    /// How many of them are users.
    public int users() {
        return (int) members.stream().filter(Member::user).count();
    }

    /// How many of them are items.
    public int items() {
        return members.size() - users();
    }
}
