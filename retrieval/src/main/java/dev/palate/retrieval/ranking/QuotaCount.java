package dev.palate.retrieval.ranking;

import dev.palate.retrieval.ranking.Variety.Quota;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Counts the categories of a list as it grows against its quotas. Not thread-safe; one per list.
public final class QuotaCount {
    private final Map<String, Integer> most = new HashMap<>();
    private final int mostOfOthers;
    private final Map<String, Integer> taken = new HashMap<>();

    /// Nothing taken yet.
    public QuotaCount(List<Quota> quotas) {
        int others = Integer.MAX_VALUE;
        for (Quota quota : quotas) {
            if (quota.category() == null) {
                others = quota.atMost();
            } else {
                most.put(quota.category(), quota.atMost());
            }
        }
        mostOfOthers = others;
    }

    /// True when there is no quota at all.
    public boolean none() {
        return most.isEmpty() && mostOfOthers == Integer.MAX_VALUE;
    }

    /// The first of an item's categories whose quota is used up, in lower case; empty when it may be taken.
    public String full(Collection<String> categories) {
        if (none()) {
            return "";
        }
        for (String category : categories) {
            String lower = category.toLowerCase(Locale.ROOT);
            if (taken.getOrDefault(lower, 0) >= most.getOrDefault(lower, mostOfOthers)) {
                return lower;
            }
        }
        return "";
    }

    /// Counts an item's categories, repeated ones once.
    public void take(Collection<String> categories) {
        if (!none()) {
            categories.stream()
                    .map(category -> category.toLowerCase(Locale.ROOT))
                    .distinct()
                    .forEach(category -> taken.merge(category, 1, Integer::sum));
        }
    }
}
