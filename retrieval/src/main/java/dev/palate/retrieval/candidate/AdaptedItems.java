package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.semantic.AdaptedTexts;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/// How items that the model in force was not trained on are scored by their texts, where that model learnt an adapter
/// of texts that beats them. Follows the model, the snapshots and the text vectors asked for. Thread-safe.
final class AdaptedItems {
    /// More new items are looked at in the background; until then their texts serve as they are.
    private static final int MOST_AT_ONCE = 500;

    private static final System.Logger LOG = System.getLogger(AdaptedItems.class.getName());

    private final CollaborativeModel model;
    private final AtomicReference<Optional<Made>> last = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean making = new AtomicBoolean();

    AdaptedItems(CollaborativeModel model) {
        this.model = model;
    }

    /// The last answer and what it is of.
    private record Made(
            CatalogSnapshot catalog,
            CentredVectors texts,
            CollaborativeModel.Adapter adapter,
            Optional<AdaptedTexts> scores) {
        @SuppressWarnings("ReferenceEquality") // one object is one state
        boolean of(CatalogSnapshot other, CentredVectors otherTexts, CollaborativeModel.Adapter otherAdapter) {
            return catalog == other && texts == otherTexts && adapter == otherAdapter;
        }
    }

    /// Empty where texts serve as they are. O(new items · dimension · hidden) after a change of the catalog, the texts
    /// or the model, else O(1).
    Optional<AdaptedTexts> of(CatalogSnapshot catalog, CentredVectors texts) {
        Optional<CollaborativeModel.Adapter> adapter = adapter(texts);
        if (adapter.isEmpty()) {
            return Optional.empty();
        }
        Optional<Made> kept = last.get();
        if (kept.isPresent() && kept.get().of(catalog, texts, adapter.get())) {
            return kept.get().scores;
        }
        int[] known = adapter.get().items().stream()
                .mapToInt(catalog::row)
                .filter(row -> row >= 0 && texts.knows(row))
                .toArray();
        BitSet trained = new BitSet(catalog.size());
        for (ItemId item : adapter.get().items()) {
            if (catalog.row(item) >= 0) {
                trained.set(catalog.row(item));
            }
        }
        int[] fresh = IntStream.range(0, catalog.size())
                .filter(row -> !trained.get(row) && texts.knows(row))
                .toArray();
        if (fresh.length <= MOST_AT_ONCE) {
            return make(catalog, texts, adapter.get(), known, fresh);
        }
        if (making.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("palate-adapt").start(() -> {
                try {
                    make(catalog, texts, adapter.get(), known, fresh);
                } catch (RuntimeException failed) {
                    LOG.log(System.Logger.Level.WARNING, "texts of new items could not be adapted", failed);
                } finally {
                    making.set(false);
                }
            });
        }
        return Optional.empty();
    }

    /// The model's adapter, where it is of these texts.
    private Optional<CollaborativeModel.Adapter> adapter(CentredVectors texts) {
        return model.adapter()
                .filter(adapter -> adapter.encoding().equals(texts.encoding())
                        && adapter.network().dimension() == texts.dimension());
    }

    /// Begins what is to be made; true when nothing is left to make.
    boolean ready(CatalogSnapshot catalog, Optional<CentredVectors> texts) {
        if (texts.isEmpty() || adapter(texts.get()).isEmpty()) {
            return true;
        }
        boolean some = of(catalog, texts.get()).isPresent();
        return some
                || adapter(texts.get())
                        .flatMap(adapter -> last.get().filter(kept -> kept.of(catalog, texts.get(), adapter)))
                        .isPresent();
    }

    private Optional<AdaptedTexts> make(
            CatalogSnapshot catalog,
            CentredVectors texts,
            CollaborativeModel.Adapter adapter,
            int[] known,
            int[] fresh) {
        Optional<AdaptedTexts> scores = AdaptedTexts.of(adapter.network(), known, fresh, texts::copyTo);
        last.set(Optional.of(new Made(catalog, texts, adapter, scores)));
        return scores;
    }

    /// As [#of], where that was asked before; empty where something must be made first.
    Optional<AdaptedTexts> made(CatalogSnapshot catalog, CentredVectors texts) {
        return model.adapter()
                .flatMap(adapter -> last.get().filter(kept -> kept.of(catalog, texts, adapter)))
                .flatMap(Made::scores);
    }
}
