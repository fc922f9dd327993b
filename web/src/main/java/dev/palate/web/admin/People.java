package dev.palate.web.admin;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Users as the picker shows them. Thread-safe; a listing reads the newest interactions of at most 8 users.
final class People {
    /// A user in the picker.
    ///
    /// @param ratings how many interactions, in words
    /// @param tastes the genres met most often among what was liked
    public record Person(String id, String name, String ratings, String tastes, boolean current) {}

    private static final int MAX_PEOPLE = 8;
    private static final int MAX_INTERACTIONS = 500;
    private static final int TOP_GENRES = 3;
    private static final double LIKED = 0.25;

    private final Users users;
    private final Interactions interactions;
    private final Catalog catalog;

    People(Users users, Interactions interactions, Catalog catalog) {
        this.users = users;
        this.interactions = interactions;
        this.catalog = catalog;
    }

    /// The first users whose id starts with the prefix.
    List<Person> startingWith(String prefix, UserId current) {
        return users.page(prefix.isEmpty() ? null : prefix, null, MAX_PEOPLE).items().stream()
                .map(user -> person(user, current))
                .toList();
    }

    /// What a user is called after "You are".
    static String name(UserId id, @Nullable User user) {
        if (user == null || user.name().isEmpty()) {
            return "user " + id;
        }
        return user.name().equals("You") ? "yourself" : user.name();
    }

    private Person person(User user, UserId current) {
        List<Interaction> all = interactions.ofUser(user.id(), MAX_INTERACTIONS);
        String count = all.size() == MAX_INTERACTIONS
                ? MAX_INTERACTIONS + " ratings or more"
                : Words.count(all.size(), "rating", "ratings");
        return new Person(
                user.id().value(),
                Words.capitalised(name(user.id(), user)),
                count,
                tastes(all),
                user.id().equals(current));
    }

    private String tastes(List<Interaction> all) {
        List<ItemId> liked = all.stream()
                .filter(interaction -> interaction.feedback().weight() >= LIKED)
                .map(Interaction::item)
                .toList();
        Map<String, Long> counts = catalog.items(liked).values().stream()
                .map(Item::categories)
                .flatMap(List::stream)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(TOP_GENRES)
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
    }
}
