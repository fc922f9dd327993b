package dev.palate.retrieval.training;

import dev.palate.retrieval.factor.FirstSeen;
import dev.palate.retrieval.factor.Histories;
import dev.palate.retrieval.factor.RecentPopularity;
import dev.palate.retrieval.factor.Scorer;
import dev.palate.retrieval.ranking.Signal;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/// The sources that depend on the present, from the histories known at a moment, as serving counts them from
/// the log. Stateless.
public final class PresentSources {
    private PresentSources() {}

    /// @param now in seconds; each user's own last event when empty
    /// @param options for the windows
    public static Map<Signal, Scorer> of(Histories known, OptionalLong now, WeightFit.Options options) {
        Map<Signal, Scorer> sources = new EnumMap<>(Signal.class);
        RecentPopularity recent = RecentPopularity.of(known, options.recentWindow());
        RecentPopularity recentShort = RecentPopularity.of(known, options.recentShortWindow());
        FirstSeen first = FirstSeen.of(known);
        if (now.isPresent()) {
            long at = now.getAsLong();
            sources.put(Signal.RECENT, recent.at(at).logarithmic());
            sources.put(Signal.RECENT_SHORT, recentShort.at(at).logarithmic());
            sources.put(Signal.FRESH, first.at(at));
        } else {
            sources.put(Signal.RECENT, recent.atLastEvent().logarithmic());
            sources.put(Signal.RECENT_SHORT, recentShort.atLastEvent().logarithmic());
            sources.put(Signal.FRESH, first.atLastEvent());
        }
        return sources;
    }
}
