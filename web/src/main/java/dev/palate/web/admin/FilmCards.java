package dev.palate.web.admin;

import dev.palate.agent.domain.Amount;
import dev.palate.agent.domain.DomainPack;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.memory.Evidence;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.slate.SlateRecord;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.candidate.NumberRange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Turns slates into cards. What a card shows of a film is read from the catalog now; a film that is gone or hidden
/// has no card. Thread-safe.
final class FilmCards {
    /// A slate as drawn.
    ///
    /// @param without the sources that failed or were late, in words; empty when all took part
    public record SlateCard(String id, List<FilmCard> films, String without) {}

    /// A film as drawn.
    ///
    /// @param feedback `liked`, `disliked`, `consumed` or empty: the viewer's last word about it
    public record FilmCard(
            String item,
            int rank,
            String title,
            @Nullable Integer year,
            String genres,
            String reason,
            List<PartBar> parts,
            List<MemoryLink> memories,
            String feedback) {}

    /// A share of the score as a bar that starts at the middle, 50, of a width of 100.
    public record PartBar(String label, String value, String x, String width, boolean against) {}

    /// A memory that moved a film.
    public record MemoryLink(String id, String text, String quote) {}

    private static final int MAX_FEEDBACK = 1_000;
    private static final int MAX_PARTS = 12;
    private static final double NOTHING = 0.005;

    private final Catalog catalog;
    private final Memories memories;
    private final Interactions interactions;
    private final InstantSource clock;
    private final DomainPack pack;

    FilmCards(Catalog catalog, Memories memories, Interactions interactions, InstantSource clock, DomainPack pack) {
        this.pack = pack;
        this.catalog = catalog;
        this.memories = memories;
        this.interactions = interactions;
        this.clock = clock;
    }

    /// The viewer's last word about each film: `liked`, `disliked` or `consumed`.
    Map<ItemId, String> feedback(UserId viewer) {
        Map<ItemId, String> words = new HashMap<>();
        for (Interaction interaction : interactions.ofUser(viewer, MAX_FEEDBACK)) {
            word(interaction.feedback()).ifPresent(word -> words.put(interaction.item(), word));
        }
        return words;
    }

    private static Optional<String> word(Feedback feedback) {
        return switch (feedback) {
            case Feedback.Liked liked -> Optional.of(liked.type());
            case Feedback.Disliked disliked -> Optional.of(disliked.type());
            case Feedback.Consumed consumed -> Optional.of(consumed.type());
            case Feedback.Rated _, Feedback.Purchased _, Feedback.Viewed _, Feedback.Dismissed _ -> Optional.empty();
        };
    }

    /// The slate with the viewer's words about its films.
    SlateCard slate(SlateRecord slate, Map<ItemId, String> feedback) {
        Map<ItemId, Item> items = catalog.items(
                slate.entries().stream().map(SlateRecord.Entry::item).toList());
        Map<MemoryId, Optional<MemoryLink>> links = new HashMap<>();
        List<FilmCard> films = new ArrayList<>();
        for (SlateRecord.Entry entry : slate.entries()) {
            Item item = items.get(entry.item());
            if (item != null && item.visibleAt(clock.instant())) {
                films.add(card(entry, item, links, feedback.getOrDefault(item.id(), "")));
            }
        }
        String without = slate.degraded().stream()
                .map(signal -> Words.signal(signal, pack.speech()))
                .map(signal -> signal.toLowerCase(Locale.ROOT))
                .distinct()
                .collect(Collectors.joining(", "));
        return new SlateCard(slate.id().value(), films, without);
    }

    private FilmCard card(
            SlateRecord.Entry entry, Item item, Map<MemoryId, Optional<MemoryLink>> links, String feedback) {
        List<MemoryLink> moved = entry.memories().stream()
                .distinct()
                .map(id -> links.computeIfAbsent(id, this::link))
                .flatMap(Optional::stream)
                .toList();
        return new FilmCard(
                item.id().value(),
                entry.rank(),
                item.title(),
                item.year(),
                facts(item),
                entry.reason(),
                bars(entry.parts()),
                moved,
                feedback);
    }

    /// Categories and amounts, such as `Tea · €12.90`.
    private String facts(Item item) {
        List<String> facts = new ArrayList<>(item.categories());
        for (Amount amount : pack.amounts()) {
            double value = NumberRange.of(item, amount.attribute());
            if (!Double.isNaN(value)) {
                facts.add(Amount.text(value, amount.unit()));
            }
        }
        return String.join(" · ", facts);
    }

    private Optional<MemoryLink> link(MemoryId id) {
        return memories.memory(id)
                .map(memory -> new MemoryLink(
                        id.value(),
                        memory.text(),
                        memory.evidence().stream()
                                .map(Evidence::quote)
                                .filter(quote -> !quote.isEmpty())
                                .findFirst()
                                .orElse("")));
    }

    /// The parts with the largest, whichever way they go, first.
    static Map<String, Double> largestFirst(Map<String, Double> parts) {
        Map<String, Double> sorted = new LinkedHashMap<>();
        parts.entrySet().stream()
                .sorted(Comparator.comparingDouble(part -> -Math.abs(part.getValue())))
                .forEach(part -> sorted.put(part.getKey(), part.getValue()));
        return sorted;
    }

    List<PartBar> bars(Map<String, Double> parts) {
        double largest = parts.values().stream().mapToDouble(Math::abs).max().orElse(0);
        if (largest < NOTHING) {
            return List.of();
        }
        return parts.entrySet().stream()
                .filter(part -> Math.abs(part.getValue()) >= NOTHING)
                .limit(MAX_PARTS)
                .map(part -> bar(part.getKey(), part.getValue(), largest))
                .toList();
    }

    private PartBar bar(String signal, double share, double largest) {
        double width = 50 * Math.abs(share) / largest;
        return new PartBar(
                Words.signal(signal, pack.speech()),
                String.format(Locale.ROOT, "%+.2f", share).replace('-', '−'),
                String.format(Locale.ROOT, "%.1f", share < 0 ? 50 - width : 50),
                String.format(Locale.ROOT, "%.1f", width),
                share < 0);
    }
}
