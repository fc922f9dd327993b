package dev.palate.retrieval.recommend;

import dev.palate.memory.catalog.ItemId;
import dev.palate.retrieval.candidate.AlignedModel;
import dev.palate.retrieval.candidate.Gathered;
import dev.palate.retrieval.candidate.Scored;
import dev.palate.retrieval.candidate.UserHistory;
import dev.palate.retrieval.candidate.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Tells how a list came about, before its arrays are let go. O(candidates × sources), some tens of microseconds.
///
/// @param best rows of each source's answer, in the order of the answers
record WorkingsOf(Wish wish, Gathered gathered, List<int[]> best, Fusion fusion) {
    Workings told(Workings.Standing standing, boolean historyKept, int allowed, long gatherMicros, long rankMicros) {
        List<UserHistory.Event> events = wish.known().history().events();
        return new Workings(
                standing,
                historyKept,
                events.size(),
                history(events),
                wish.catalog().size(),
                allowed,
                sources(),
                gathered.degraded(),
                fusion.rows().length,
                order(),
                places(),
                wish.model().map(AlignedModel::version).orElse(""),
                gatherMicros,
                rankMicros);
    }

    private static long history(List<UserHistory.Event> events) {
        Digest digest = new Digest();
        for (UserHistory.Event event : events) {
            digest.add(event.item().value()).add(event.at()).add(event.weight()).add(event.had() ? 1L : 0L);
        }
        return digest.value();
    }

    private List<Workings.OfSource> sources() {
        List<Workings.OfSource> sources = new ArrayList<>();
        int at = 0;
        for (Map.Entry<String, Scored> answer : gathered.answers().entrySet()) {
            int[] rows = best.get(at++);
            Digest digest = new Digest();
            for (float score : answer.getValue().scores().of(fusion.rows())) {
                digest.add(score);
            }
            List<ItemId> first = new ArrayList<>();
            for (int i = 0; i < Math.min(rows.length, Workings.MOST_NAMED); i++) {
                first.add(item(rows[i]));
            }
            sources.add(new Workings.OfSource(
                    answer.getKey(),
                    rows.length,
                    digest.value(),
                    answer.getValue().emphasis(),
                    first));
        }
        return sources;
    }

    private ItemId item(int row) {
        return wish.catalog().item(row).id();
    }

    private long order() {
        Digest digest = new Digest();
        for (int candidate : fusion.order()) {
            digest.add(item(fusion.rows()[candidate]).value()).add(fusion.scores()[candidate]);
        }
        return digest.value();
    }

    private List<Workings.Place> places() {
        List<Workings.Place> places = new ArrayList<>();
        int[] order = fusion.order();
        for (int i = 0; i < Math.min(order.length, Workings.MOST_PLACES); i++) {
            places.add(new Workings.Place(
                    item(fusion.rows()[order[i]]), fusion.scores()[order[i]], fusion.partsOf(order[i])));
        }
        return places;
    }
}
