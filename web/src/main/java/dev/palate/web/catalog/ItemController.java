package dev.palate.web.catalog;

import dev.palate.memory.Require;
import dev.palate.memory.access.Role;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.recommend.SimilarItems;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Caller;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/items`: the catalog.
@RestController
final class ItemController {
    private static final int MAX_BATCH = 1_000;

    private final Catalog catalog;
    private final SimilarItems similar;
    private final InstantSource clock;

    ItemController(Catalog catalog, SimilarItems similar, InstantSource clock) {
        this.catalog = catalog;
        this.similar = similar;
        this.clock = clock;
    }

    @PutMapping("/v1/items/{id}")
    ResponseEntity<ItemView> put(@PathVariable String id, @RequestBody ItemBody body) {
        boolean fresh =
                catalog.item(Input.parameter("id", () -> new ItemId(id))).isEmpty();
        Item written = catalog.put(body.item("#", id));
        return ResponseEntity.status(fresh ? HttpStatus.CREATED : HttpStatus.OK)
                .eTag(String.valueOf(written.revision()))
                .body(ItemView.of(written));
    }

    @GetMapping("/v1/items/{id}")
    ResponseEntity<ItemView> get(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        Item item = visible(caller, id);
        return ResponseEntity.ok().eTag(String.valueOf(item.revision())).body(ItemView.of(item));
    }

    @DeleteMapping("/v1/items/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable String id) {
        if (!catalog.delete(Input.parameter("id", () -> new ItemId(id)))) {
            throw ProblemException.notFound("item", id);
        }
    }

    @GetMapping("/v1/items")
    ItemView.Listing list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam @Nullable String cursor,
            @RequestParam @Nullable Integer limit) {
        return ItemView.Listing.of(
                Input.page(limit, size -> catalog.page(cursor, size)),
                item -> caller.role() != Role.USER || item.visibleAt(clock.instant()));
    }

    @PostMapping("/v1/items:batch")
    Written batch(@RequestBody Batch body) {
        List<ItemBody> items = Input.required("#/items", body.items());
        Input.at("#/items", () -> Require.range("number of items", items.size(), 1, MAX_BATCH));
        List<Item> values = IntStream.range(0, items.size())
                .mapToObj(i -> items.get(i).item("#/items/" + i, null))
                .toList();
        return new Written(values.size(), catalog.putAll(values));
    }

    @GetMapping("/v1/items/{id}/similar")
    ItemView.Alike similar(
            @AuthenticationPrincipal Caller caller, @PathVariable String id, @RequestParam @Nullable Integer n) {
        Item item = visible(caller, id);
        int size = Input.parameter("n", () -> Require.range("n", Input.or(n, 10), 1, 100));
        return ItemView.Alike.of(item.id(), similar.to(item.id(), size));
    }

    private Item visible(Caller caller, String id) {
        return catalog.item(Input.parameter("id", () -> new ItemId(id)))
                .filter(item -> caller.role() != Role.USER || item.visibleAt(clock.instant()))
                .orElseThrow(() -> ProblemException.notFound("item", id));
    }

    /// Many items at once.
    ///
    /// @param items 1 to 1,000
    record Batch(@Nullable List<ItemBody> items) {}

    /// What a batch did.
    ///
    /// @param received items in the batch
    /// @param changed items that were not so already
    record Written(int received, int changed) {}
}
