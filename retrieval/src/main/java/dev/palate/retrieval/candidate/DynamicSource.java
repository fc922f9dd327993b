package dev.palate.retrieval.candidate;

import java.util.List;
import java.util.Optional;

/// New items by the tastes of the few who had them, see [DynamicItems]. Empty for somebody without history and where no
/// item is new.
final class DynamicSource implements CandidateSource {
    private static final Evidence LIKED = Evidence.of("new, and people whose taste is near yours had it");

    private final DynamicItems.Source dynamic = new DynamicItems.Source();

    @Override
    public String signal() {
        return "dynamic";
    }

    @Override
    public boolean prompt(Wish wish) {
        return wish.profile().length == 0
                || wish.vectors().isEmpty()
                || wish.model().isEmpty()
                || dynamic.ready(
                        wish.catalog(), wish.vectors().get(), wish.model().get().loaded());
    }

    /// Makes a part of what new items are scored by; true when nothing is left to make.
    boolean ready(Freshness.View view, Optional<AlignedModel> model, Optional<CentredVectors> texts) {
        if (model.isEmpty() || texts.isEmpty()) {
            return true;
        }
        CollaborativeModel.Loaded loaded = model.get().loaded();
        dynamic.of(view.catalog(), texts.get(), loaded, view.statistics());
        return dynamic.ready(view.catalog(), texts.get(), loaded);
    }

    private Optional<float[]> scores(Wish wish, DynamicItems found, CentredVectors texts, int[] profile) {
        int items = wish.catalog().size();
        return wish.liked().length > 0
                ? found.score(texts, profile, items)
                : wish.known().kept(signal(), List.of(found, texts), () -> found.score(texts, profile, items));
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        int[] profile = wish.profile();
        if (profile.length == 0 || wish.vectors().isEmpty() || wish.model().isEmpty()) {
            return Optional.empty();
        }
        CentredVectors texts = wish.vectors().get();
        return dynamic.of(wish.catalog(), texts, wish.model().get().loaded(), wish.statistics())
                .flatMap(found -> scores(wish, found, texts, profile))
                .map(scores -> Scored.of(scores, row -> wish.statistics().count(row) > 0 ? LIKED : Evidence.NONE));
    }
}
