package dev.palate.web.admin;

import dev.palate.memory.MemoryException;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.index.ScoredItem;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Subject;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.problem.ProblemType;
import dev.palate.web.security.Caller;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/// The operator's page of what is remembered of items: traits, receptions and what else there is, each with its
/// history, to be muted or locked.
@Controller
final class ItemMemoryPages {
    private static final int FOUND = 20;
    private static final int MAX_QUERY = 200;

    private final Catalog catalog;
    private final IndexChanges index;
    private final Memories memories;
    private final MemoryEdits edits;
    private final MemoryCards cards;

    ItemMemoryPages(Catalog catalog, IndexChanges index, Memories memories, MemoryEdits edits, MemoryCards cards) {
        this.catalog = catalog;
        this.index = index;
        this.memories = memories;
        this.edits = edits;
        this.cards = cards;
    }

    /// An item in a listing.
    public record Found(String id, String title, @Nullable Integer year) {
        static Found of(Item item) {
            return new Found(item.id().value(), item.title(), item.year());
        }
    }

    /// A memory with its states, newest first.
    public record Told(MemoryCards.MemoryCard card, List<MemoryCards.RevisionCard> revisions) {}

    @GetMapping("/items")
    String page(@RequestParam(defaultValue = "") String q, @RequestParam @Nullable String item, Model model) {
        String words = q.strip();
        if (words.length() > MAX_QUERY) {
            throw ProblemException.parameter(
                    "q", "q must have at most " + MAX_QUERY + " characters, had " + words.length());
        }
        model.addAttribute("q", words);
        model.addAttribute("found", item == null ? found(words) : List.of());
        if (item != null) {
            ItemId id = Input.parameter("item", () -> new ItemId(item));
            Subject subject = new Subject.OfItem(id);
            List<Told> told = memories.states(subject, null).stream()
                    .sorted(Comparator.comparing(Memory::status).thenComparing(Memory::kind))
                    .map(memory -> new Told(cards.card(memory), cards.revisions(memories.history(memory.id()))))
                    .toList();
            Item there = catalog.item(id).orElse(null);
            if (there == null && told.isEmpty()) {
                throw ProblemException.notFound("item", item);
            }
            model.addAttribute("item", there == null ? new Found(item, item, null) : Found.of(there));
            model.addAttribute("gone", there == null);
            model.addAttribute("told", told);
        }
        return "items";
    }

    private List<Found> found(String words) {
        if (words.isEmpty()) {
            return catalog.page(null, FOUND).items().stream().map(Found::of).toList();
        }
        List<ItemId> ids = index.items().search(words, ItemFilter.ALL, FOUND).stream()
                .map(ScoredItem::item)
                .toList();
        Map<ItemId, Item> items = catalog.items(ids);
        return ids.stream()
                .map(items::get)
                .filter(Objects::nonNull)
                .map(Found::of)
                .toList();
    }

    @PostMapping("/items/muted")
    String mute(
            @AuthenticationPrincipal Caller caller,
            @RequestParam String memory,
            @RequestParam long revision,
            @RequestParam boolean on) {
        return changed(memory, before -> edits.mute(before, revision, on, caller.actor()));
    }

    @PostMapping("/items/locked")
    String lock(
            @AuthenticationPrincipal Caller caller,
            @RequestParam String memory,
            @RequestParam long revision,
            @RequestParam boolean on) {
        return changed(memory, before -> edits.lock(before, revision, on, caller.actor()));
    }

    private String changed(String memory, Consumer<Memory> change) {
        MemoryId id = Input.parameter("memory", () -> new MemoryId(memory));
        Memory before = memories.memory(id)
                .filter(stored -> stored.subject() instanceof Subject.OfItem)
                .orElseThrow(() -> ProblemException.notFound("memory", memory));
        try {
            change.accept(before);
        } catch (MemoryException e) {
            if (e.code() == MemoryException.Code.REVISION_CONFLICT) {
                throw new ProblemException(
                        ProblemType.REVISION_CONFLICT,
                        "the memory was changed in the meantime; open the page again to see its newer state");
            }
            throw e;
        }
        return "redirect:/items?item=" + URLEncoder.encode(before.subject().id(), StandardCharsets.UTF_8);
    }
}
