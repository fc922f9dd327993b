package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.util.List;
import java.util.Optional;

/// Nearness to the titles that the request names as liked.
final class LikedSource implements CandidateSource {
    /// A second title is named when it adds at least so much of what the first adds.
    private static final double WORTH_NAMING = 0.7;

    @Override
    public String signal() {
        return "liked";
    }

    @Override
    public boolean prompt(Wish wish) {
        return wish.liked().length == 0;
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        int[] liked = wish.liked();
        if (liked.length == 0) {
            return Optional.empty();
        }
        Neighbourhood neighbourhood = wish.neighbourhood();
        float[][] near = new float[liked.length][];
        float[] sum = new float[wish.catalog().size()];
        for (int at = 0; at < liked.length; at++) {
            near[at] = neighbourhood.of(liked[at]);
            for (int row = 0; row < sum.length; row++) {
                sum[row] += near[at][row];
            }
        }
        return Optional.of(Scored.of(sum, new NearestLiked(wish.catalog(), liked, near)));
    }

    private record NearestLiked(CatalogSnapshot catalog, int[] liked, float[][] near) implements Scored.Explainer {
        @Override
        public Evidence of(int row) {
            int best = -1;
            int second = -1;
            for (int at = liked.length - 1; at >= 0; at--) {
                if (near[at][row] <= 0) {
                    continue;
                }
                if (best < 0 || near[at][row] > near[best][row]) {
                    second = best;
                    best = at;
                } else if (second < 0 || near[at][row] > near[second][row]) {
                    second = at;
                }
            }
            if (best < 0) {
                return Evidence.NONE;
            }
            Item first = catalog.item(liked[best]);
            if (second < 0 || near[second][row] < WORTH_NAMING * near[best][row]) {
                return because(first);
            }
            Item other = catalog.item(liked[second]);
            return Evidence.naming(Phrases.titles("because you loved ", first, other), List.of(first.id(), other.id()));
        }

        @Override
        public double share(int row, ItemId named) {
            for (int at = 0; at < liked.length; at++) {
                if (catalog.item(liked[at]).id().equals(named)) {
                    return near[at][row];
                }
            }
            return 0;
        }

        @Override
        public Evidence naming(ItemId named) {
            return because(catalog.item(catalog.row(named)));
        }

        private static Evidence because(Item item) {
            return Evidence.naming(Phrases.title("because you loved ", item, ""), List.of(item.id()));
        }
    }
}
