package dev.palate.agent.collaborative;

import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.Likeness;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.theme.ThemeCounts;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.theme.ThemeWeights;
import dev.palate.memory.tier.MemoryPack;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.UserHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// Chooses for a user which others are read. Without a language model, and the same for the same state of the store:
/// those who lately liked what the user lately liked, and these items themselves, are compared in five numbers and
/// weighed by a [DomainRule]. After MemRec's curation, with real vectors where its code has constants: of another user
/// nothing is read but the themes and their weights, and `meta` and `mem` are cosines of these with the user's own
/// themes and memories.
///
/// Costs one read of at most 40 · 48 rows of an index and one of the themes of at most 32 users, whatever the
/// catalog; thread-safe.
public final class Curator {
    /// The most that are read.
    public static final int MOST = 16;
    /// So many users at least, where there are.
    public static final int FEWEST_USERS = 4;
    /// So many items at least, where there are.
    public static final int FEWEST_ITEMS = 6;
    /// The most themes of one of them.
    public static final int MOST_THEMES = 4;
    /// The most users and the most items that are compared.
    public static final int MOST_CANDIDATES = 32;

    static final int ITEMS_SHARED = 24;
    private static final int OLDER_SHARED = 8;
    /// The newest that others did with an item, of which its likers are counted.
    static final int SHARERS = 48;
    private static final int OWN_THEMES = 16;
    // A memory that neither likes nor dislikes says less of what is wanted.
    private static final double NEUTRAL = 0.25;

    /// What it reads.
    ///
    /// @param histories of users
    /// @param packs of memories with their vectors; asked for the user's own only
    /// @param space of themes in force
    public record Ports(
            Function<UserId, UserHistory> histories,
            Interactions interactions,
            ThemeWeights weights,
            Audiences audiences,
            ThemeSpaces space,
            Function<Subject, MemoryPack> packs) {}

    private final Ports ports;

    /// With what it reads.
    public Curator(Ports ports) {
        this.ports = ports;
    }

    /// Who is read for the user.
    ///
    /// @param now from which days are counted
    public Curated curate(UserId user, DomainRule rule, Instant now) {
        ThemeSpace space = ports.space().current();
        Map<ThemeId, Double> own = ThemeCounts.profile(
                ports.weights().own(user, space.themes().vocabulary()).weights(), OWN_THEMES);
        float[] said = said(user, space, now);
        List<UserHistory.Event> liked = ports.histories().apply(user).events().stream()
                .filter(event -> event.weight() > 0)
                .toList();
        List<ItemId> looked = looked(liked);
        Set<ItemId> counted = new LinkedHashSet<>(looked);
        liked.reversed().stream().limit(MOST_CANDIDATES).forEach(event -> counted.add(event.item()));
        List<Interactions.Shared> shared = ports.interactions().shared(user, counted, SHARERS).stream()
                .filter(one -> one.feedback().weight() > 0)
                .toList();
        Set<ItemId> sought = Set.copyOf(looked);
        List<Interactions.Shared> ofLooked =
                shared.stream().filter(one -> sought.contains(one.item())).toList();
        List<Curated.Candidate> candidates = new ArrayList<>(users(looked, ofLooked, own, said, space, now));
        candidates.addAll(items(liked, shared, own, said, space, now));
        return Curated.by(rule, own, candidates);
    }

    /// The items whose likers are looked at: the newest, and of a longer history also some of the older ones, evenly
    /// from the oldest on, so that who shares only these can be found too.
    ///
    /// @param liked oldest first
    private static List<ItemId> looked(List<UserHistory.Event> liked) {
        List<ItemId> looked = new ArrayList<>();
        int newest = liked.size() <= ITEMS_SHARED ? liked.size() : ITEMS_SHARED - OLDER_SHARED;
        for (int back = 1; back <= newest; back++) {
            looked.add(liked.get(liked.size() - back).item());
        }
        int older = liked.size() - newest;
        for (int at = Math.min(older, OLDER_SHARED) - 1; at >= 0; at--) {
            looked.add(liked.get(at * older / OLDER_SHARED).item());
        }
        return looked;
    }

    /// Waits until the themes of the catalog as it is can be read; a turn does not.
    void awaitThemes() {
        ports.space().refreshed();
    }

    private static final class Sharer {
        private final Set<ItemId> items = new HashSet<>();
        private Instant newest = Instant.MIN;
    }

    private List<Curated.Candidate> users(
            List<ItemId> looked,
            List<Interactions.Shared> shared,
            Map<ThemeId, Double> own,
            float[] said,
            ThemeSpace space,
            Instant now) {
        // By id, so that equal ones come in one order.
        Map<String, Sharer> sharers = new TreeMap<>();
        for (Interactions.Shared one : shared) {
            Sharer sharer = sharers.computeIfAbsent(one.user().value(), _ -> new Sharer());
            sharer.items.add(one.item());
            sharer.newest = one.at().isAfter(sharer.newest) ? one.at() : sharer.newest;
        }
        List<Map.Entry<String, Sharer>> nearest = sharers.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Sharer>>comparingInt(
                                entry -> -entry.getValue().items.size())
                        .thenComparing(entry -> entry.getValue().newest, Comparator.reverseOrder()))
                .limit(MOST_CANDIDATES)
                .toList();
        Map<UserId, Map<ThemeId, Long>> likes = ports.weights()
                .liked(
                        nearest.stream()
                                .map(entry -> new UserId(entry.getKey()))
                                .toList(),
                        space.themes().vocabulary());
        List<Curated.Candidate> candidates = new ArrayList<>();
        for (Map.Entry<String, Sharer> entry : nearest) {
            Sharer sharer = entry.getValue();
            Map<ThemeId, Double> themes =
                    ThemeCounts.profile(likes.getOrDefault(new UserId(entry.getKey()), Map.of()), OWN_THEMES);
            List<Neighbourhood.Share> shares = shares(themes);
            Likeness likeness = new Likeness(
                    DomainRule.Kind.USER,
                    rounded((double) sharer.items.size() / looked.size()),
                    rounded(cosine(own, themes)),
                    rounded(space.near(said, shares)),
                    sharer.items.size(),
                    days(sharer.newest, now));
            candidates.add(new Curated.Candidate("U" + (candidates.size() + 1), likeness, shares));
        }
        return candidates;
    }

    private List<Curated.Candidate> items(
            List<UserHistory.Event> liked,
            List<Interactions.Shared> shared,
            Map<ThemeId, Double> own,
            float[] said,
            ThemeSpace space,
            Instant now) {
        Map<ItemId, Set<UserId>> likers = new HashMap<>();
        shared.forEach(
                one -> likers.computeIfAbsent(one.item(), _ -> new HashSet<>()).add(one.user()));
        Map<ItemId, Map<String, Long>> audiences = ports.audiences().current();
        List<Curated.Candidate> candidates = new ArrayList<>();
        for (int at = liked.size() - 1; at >= 0 && candidates.size() < MOST_CANDIDATES; at--) {
            UserHistory.Event event = liked.get(at);
            List<ThemeId> ofItem = space.themes().of(event.item());
            List<Neighbourhood.Share> shares = audience(audiences.getOrDefault(event.item(), Map.of()), ofItem, space);
            Map<ThemeId, Double> even = new LinkedHashMap<>();
            ofItem.forEach(theme -> even.put(theme, 1.0 / ofItem.size()));
            Likeness likeness = new Likeness(
                    DomainRule.Kind.ITEM,
                    rounded((at + 1.0) / liked.size()),
                    rounded(cosine(own, even)),
                    rounded(space.near(said, shares)),
                    likers.getOrDefault(event.item(), Set.of()).size(),
                    days(Instant.ofEpochSecond(event.at()), now));
            candidates.add(new Curated.Candidate("I" + (candidates.size() + 1), likeness, shares));
        }
        return candidates;
    }

    /// What enough people who liked the item prefer; of an item without such an audience what the catalog says of it.
    private static List<Neighbourhood.Share> audience(
            Map<String, Long> audience, List<ThemeId> ofItem, ThemeSpace space) {
        Map<ThemeId, Long> weights = new HashMap<>();
        audience.forEach((name, weight) ->
                space.themes().vocabulary().theme(name).ifPresent(theme -> weights.put(theme, weight)));
        if (weights.isEmpty()) {
            ofItem.forEach(theme -> weights.put(theme, 1L));
        }
        return shares(ThemeCounts.profile(weights, OWN_THEMES));
    }

    private static List<Neighbourhood.Share> shares(Map<ThemeId, Double> profile) {
        return profile.entrySet().stream()
                .limit(MOST_THEMES)
                .map(entry -> new Neighbourhood.Share(entry.getKey(), rounded(entry.getValue())))
                .filter(share -> share.weight() > 0)
                .toList();
    }

    /// The mean of what the user's own memories in force say, liked more, disliked less.
    private float[] said(UserId user, ThemeSpace space, Instant now) {
        MemoryPack pack = ports.packs().apply(new Subject.OfUser(user));
        float[] sum = new float[space.encoding().dimension()];
        if (space.vectors().isEmpty() || pack.dimension() != sum.length) {
            return sum;
        }
        List<Memory> memories = pack.memories();
        for (int place = 0; place < memories.size(); place++) {
            Memory memory = memories.get(place);
            if (memory.effectiveAt(now)) {
                double weight = memory.polarity() == 0 ? NEUTRAL : memory.polarity();
                float[] vector = space.encoding().center(pack.vector(place));
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += (float) (weight * vector[i]);
                }
            }
        }
        return sum;
    }

    private static double cosine(Map<ThemeId, Double> one, Map<ThemeId, Double> other) {
        double product = 0;
        for (Map.Entry<ThemeId, Double> entry : one.entrySet()) {
            product += entry.getValue() * other.getOrDefault(entry.getKey(), 0.0);
        }
        double both = length(one) * length(other);
        return both <= 0 ? 0 : Math.clamp(product / both, 0, 1);
    }

    private static double length(Map<ThemeId, Double> vector) {
        double squared = 0;
        // In an order of its own: sums of fractions depend on it.
        for (double value : vector.values().stream().sorted().toList()) {
            squared += value * value;
        }
        return Math.sqrt(squared);
    }

    /// To four digits: a trace is short, and reads back to the same.
    private static double rounded(double value) {
        return Math.round(value * 10_000) / 10_000.0;
    }

    private static int days(Instant then, Instant now) {
        return Math.clamp(Duration.between(then, now).toDays(), 0, Likeness.MOST);
    }
}
