package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.index.ItemFilter;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// All sources of a recommender, and the wishes they understand. Thread-safe.
public final class Sources {
    private static final long LOOK_MILLIS = 100;

    private final AlignedModel.Source model;
    private final CentredVectors.Source vectors;
    private final Themes themes;
    private final List<CandidateSource> all;
    private final List<NewItems.Source> aligned;
    private final AdaptedItems adapted;
    private final DynamicSource dynamic = new DynamicSource();

    /// @param encoding the version in force; absent parts of the machine are given by their `NONE`
    public Sources(
            CollaborativeModel model,
            TextVectors vectors,
            TextEncoder encoder,
            Supplier<EncodingVersion> encoding,
            ItemSearch search,
            Themes themes) {
        this(model, vectors, encoder, encoding, search, themes, Audiences.NONE);
    }

    /// As above.
    ///
    /// @param audiences the themes of those who liked an item
    public Sources(
            CollaborativeModel model,
            TextVectors vectors,
            TextEncoder encoder,
            Supplier<EncodingVersion> encoding,
            ItemSearch search,
            Themes themes,
            Audiences audiences) {
        this.model = new AlignedModel.Source(model);
        this.vectors = new CentredVectors.Source(vectors, encoder, encoding);
        this.themes = themes;
        adapted = new AdaptedItems(model);
        aligned = List.of(new NewItems.Source(model, "cf"), new NewItems.Source(model, "cf_sparse"));
        all = List.of(
                ModelSource.ofFactors("cf", aligned.getFirst()),
                ModelSource.ofFactors("cf_sparse", aligned.getLast()),
                ModelSource.ofNeighbours("ease"),
                ModelSource.ofNeighbours("knn"),
                ModelSource.ofNeighbours("transitions"),
                ModelSource.ofNeighbours("next"),
                ModelSource.ofVectors("sequence", 2),
                ModelSource.ofVectors("bpr", 1),
                dynamic,
                new TextSource(this.vectors, adapted),
                new LexicalSource(search),
                new FacetSource(),
                new LikedSource(),
                new CrowdSource(CrowdSource.Crowd.ALWAYS),
                new CrowdSource(CrowdSource.Crowd.LATELY),
                new CrowdSource(CrowdSource.Crowd.THESE_DAYS),
                new CrowdSource(CrowdSource.Crowd.FRESH),
                new ThemeSource(audiences),
                new MemorySource());
    }

    /// Every source, each giving another signal.
    public List<CandidateSource> all() {
        return all;
    }

    /// What a request says, by item id.
    ///
    /// @param words may be empty
    /// @param liked newest last
    /// @param categories in lower case → weight in [-1, 1]
    /// @param tags likewise
    /// @param elsewhere the categories, in lower case, of each thing liked that the catalog does not have
    public record Said(
            String words,
            List<ItemId> liked,
            Map<String, Double> categories,
            Map<String, Double> tags,
            List<Named> named,
            List<Set<String>> elsewhere) {}

    /// Items asked for by what they have in common.
    ///
    /// @param reason why one of them is on a list
    public record Named(String reason, Set<ItemId> items) {}

    /// The wish of a request over the view given. Items that the catalog does not have are left out.
    ///
    /// @param history by the rows of the view's catalog
    /// @param memories the effective ones
    /// @param filter what searches of the index may return
    public Wish wish(
            Freshness.View view,
            Said said,
            HistoryRows history,
            List<Memory> memories,
            ItemFilter filter,
            Instant now) {
        CatalogSnapshot catalog = view.catalog();
        return new Wish(
                catalog,
                view.statistics(),
                model.of(catalog),
                vectors.of(catalog),
                said.words,
                catalog.rowsOf(said.liked),
                said.categories,
                said.tags,
                said.named.stream()
                        .map(named -> new Wish.NamedRows(named.reason, catalog.rowsOf(List.copyOf(named.items))))
                        .toList(),
                said.elsewhere,
                history,
                memories,
                themes,
                filter,
                now);
    }

    /// Waits until what is learnt or made bit by bit for a new model is there: vectors of new items by their texts,
    /// their adapted texts, and new items by those who had them.
    ///
    /// @return false when the time was over first
    public boolean awaitLearnt(Freshness.View view, Duration atMost) throws InterruptedException {
        CatalogSnapshot catalog = view.catalog();
        long end = System.nanoTime() + atMost.toNanos();
        if (vectors.of(catalog).isEmpty()) {
            return true;
        }
        List<BooleanSupplier> made = new ArrayList<>();
        for (NewItems.Source source : aligned) {
            made.add(() ->
                    !source.learns() || source.of(catalog, vectors.of(catalog)).isPresent());
        }
        made.add(() -> adapted.ready(catalog, vectors.of(catalog)));
        made.add(() -> dynamic.ready(view, model.of(catalog), vectors.of(catalog)));
        for (BooleanSupplier one : made) {
            while (!one.getAsBoolean()) {
                if (System.nanoTime() >= end) {
                    return false;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
        return true;
    }

    /// The themes that memories may name.
    public Themes themes() {
        return themes;
    }

    /// How near the items of a snapshot are to each other now.
    public Neighbourhood neighbourhood(CatalogSnapshot catalog) {
        return new Neighbourhood(catalog, model.of(catalog), vectors.of(catalog));
    }
}
