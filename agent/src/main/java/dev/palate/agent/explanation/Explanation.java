package dev.palate.agent.explanation;

import dev.palate.agent.domain.Gazetteer;
import dev.palate.agent.domain.Unknown;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.retrieval.recommend.RankedItem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Sentences about a list, from templates: one a card, and one or two for the whole. They say only what the code knows.
/// Stateless.
public final class Explanation {
    private static final int MAX_LISTED = 4;
    private static final int MAX_REASON = 300;

    private Explanation() {}

    /// One sentence an item, in the order of the items. Every liked item that shares a category with some card is named
    /// on at least one of them.
    ///
    /// @param habits words for what the user likes by the user's own doings and memories, by theme; one is quoted
    ///     where nothing else is known of an item that has the theme
    public static List<String> reasons(List<RankedItem> items, Account account, Map<String, String> habits) {
        List<String> sentences = new ArrayList<>();
        for (RankedItem ranked : items) {
            sentences.add(
                    ranked.reasons().isEmpty()
                            ? ""
                            : sentence(ranked.reasons().getFirst().text()));
        }
        Set<Integer> taken = new HashSet<>();
        for (Item liked : account.liked().stream().limit(MAX_LISTED).toList()) {
            if (sentences.stream().noneMatch(sentence -> names(sentence, liked))) {
                nearest(items, liked, taken).ifPresent(i -> {
                    taken.add(i);
                    sentences.set(i, because(items.get(i).item(), liked, account.examples()));
                });
            }
        }
        for (int i = 0; i < sentences.size(); i++) {
            String text = sentences.get(i).isEmpty() ? plain(items.get(i).item(), account, habits) : sentences.get(i);
            sentences.set(i, text.substring(0, Math.min(text.length(), MAX_REASON)));
        }
        return sentences;
    }

    /// One or two sentences about the list, and one for each wish that the catalog knows nothing of.
    public static String words(List<RankedItem> items, Account account) {
        List<String> sentences = new ArrayList<>();
        if (account.failed()) {
            sentences.add("I could not make a list just now; please try again.");
        } else if (items.isEmpty() && !account.blocking().isEmpty()) {
            sentences.add("I remember “" + account.blocking().getFirst()
                    + "”, so I left that out; tell me to forget it and I will look again.");
        } else if (items.isEmpty()) {
            sentences.add("Nothing in the catalog fits " + wish(account) + "; tell me which part I may drop.");
        } else {
            sentences.add(lead(items, account));
            if (account.relaxed()) {
                sentences.add("Not everything you asked for could be had at once, so each fits a part of it.");
            }
        }
        String admitted = admissions(account);
        if (!admitted.isEmpty()) {
            sentences.add(admitted);
        }
        return String.join(" ", sentences);
    }

    /// What a model took the message to mean, and what the catalog knows nothing of, said; empty when there is nothing
    /// to admit.
    public static String admissions(Account account) {
        List<String> sentences = new ArrayList<>();
        if (!account.taken().isEmpty()) {
            sentences.add("I took that to mean " + list(account.taken()) + "; tell me if I am wrong.");
        }
        for (Unknown wish : account.unknown().stream().limit(MAX_LISTED).toList()) {
            sentences.add(
                    switch (wish.about()) {
                        case "that" ->
                            "I know nothing in this catalog about “" + wish.words() + "”, so I could not go by it.";
                        case "people" -> "I know nothing about “" + wish.words() + "” in this catalog.";
                        case "years" -> "This catalog knows no years, so I could not go by them.";
                        case "categories" -> "This catalog has no " + wish.words() + ".";
                        default ->
                            "I know nothing about " + wish.about() + " (“" + wish.words()
                                    + "”) in this catalog, so I could not filter by it.";
                    });
        }
        return String.join(" ", sentences);
    }

    private static String lead(List<RankedItem> items, Account account) {
        var text = new StringBuilder();
        if (!account.liked().isEmpty()) {
            text.append(account.examples() ? "Going by " : "Because you liked ")
                    .append(list(account.liked().stream()
                            .limit(MAX_LISTED)
                            .map(Explanation::title)
                            .toList()))
                    .append(", ");
        }
        boolean one = items.size() == 1;
        text.append(text.isEmpty() ? "Here " : "here ").append(one ? "is " : "are ");
        if (account.sought().isEmpty()) {
            text.append(
                            one
                                    ? "one " + account.speech().noun()
                                    : account.speech().count(items.size()))
                    .append(account.liked().isEmpty() ? " for you" : " near to that");
        } else {
            text.append(one ? "one pick from " : items.size() + " picks from ").append(list(account.sought()));
        }
        if (!account.constraints().isEmpty()) {
            text.append(" (").append(String.join(", ", account.constraints())).append(")");
        }
        text.append(one ? ": " : ", with ")
                .append(title(items.getFirst().item()))
                .append(one ? "." : " first.");
        return text.toString();
    }

    private static String wish(Account account) {
        List<String> parts = new ArrayList<>(account.sought());
        parts.addAll(account.constraints());
        return parts.isEmpty() ? "that" : "“" + String.join(", ", parts) + "”";
    }

    private static Optional<Integer> nearest(List<RankedItem> items, Item liked, Set<Integer> taken) {
        return IntStream.range(0, items.size())
                .boxed()
                .filter(i -> !taken.contains(i)
                        && !shared(items.get(i).item(), liked).isEmpty())
                .max(Comparator.<Integer>comparingInt(
                                i -> shared(items.get(i).item(), liked).size())
                        .thenComparing(Comparator.reverseOrder()));
    }

    private static String because(Item item, Item liked, boolean examples) {
        return (examples ? "Close to " : "Because you liked ") + title(liked) + ": this is " + list(shared(item, liked))
                + " too.";
    }

    private static List<String> shared(Item item, Item liked) {
        return item.categories().stream().filter(liked.categories()::contains).toList();
    }

    /// The theme that a reason made of [#reasons] quotes of the user's habits, where it quotes one.
    public static Optional<String> quoted(Item item, String reason, Map<String, String> habits) {
        return habit(item, habits).filter(theme -> reason.startsWith(asYouLike(habits.get(theme))));
    }

    private static Optional<String> habit(Item item, Map<String, String> habits) {
        return ThemeVocabulary.names(item).stream().filter(habits::containsKey).findFirst();
    }

    private static String asYouLike(@Nullable String words) {
        return "As you like " + words + ": ";
    }

    private static String plain(Item item, Account account, Map<String, String> habits) {
        return habit(item, habits).map(theme -> asYouLike(habits.get(theme))).orElse("") + plain(item, account);
    }

    private static String plain(Item item, Account account) {
        Integer year = item.year();
        String categories = list(item.categories().stream().limit(MAX_LISTED).toList());
        String what = categories.isEmpty() ? capital(account.speech().one()) : categories;
        return year == null ? what + "." : what + ", from " + year + ".";
    }

    private static boolean names(String sentence, @Nullable Item liked) {
        return liked != null && (sentence.contains(title(liked)) || sentence.contains(liked.title()));
    }

    private static String title(Item item) {
        return Gazetteer.plainTitle(item.title());
    }

    private static String sentence(String phrase) {
        String text = phrase.strip();
        String capital = capital(text);
        return capital.endsWith(".") || capital.endsWith("!") ? capital : capital + ".";
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    /// The words with commas and a last `and`.
    public static String list(List<String> words) {
        return switch (words.size()) {
            case 0 -> "";
            case 1 -> words.getFirst();
            default -> String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.getLast();
        };
    }
}
