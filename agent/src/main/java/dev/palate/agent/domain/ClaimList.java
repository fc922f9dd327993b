package dev.palate.agent.domain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Collects claims: of two views of one thing the later counts, and a view and a wish stand side by side. Not
/// thread-safe.
final class ClaimList {
    private static final int MAX_CLAIMS = 64;

    private final Map<String, Claim> views = new LinkedHashMap<>();
    private final Map<String, Claim> wishes = new LinkedHashMap<>();

    void add(Claim claim) {
        if (views.size() + wishes.size() >= MAX_CLAIMS) {
            return;
        }
        String key = claim.mention().slot().toString();
        switch (claim.stance()) {
            case WANTED, REFERENCE -> {
                Claim view = views.get(key);
                if (view != null && view.stance() == Stance.EXCLUDED) {
                    views.remove(key);
                }
                wishes.put(key, claim);
            }
            case SEEN -> views.putIfAbsent(key, claim);
            case EXCLUDED -> {
                wishes.remove(key);
                Claim view = views.remove(key);
                boolean keep = view != null
                        && view.lasting()
                        && !claim.lasting()
                        && view.stance().sign() < 0;
                views.put(key, keep ? view : claim);
            }
            case LIKED, TOLERATED, DISLIKED, HATED -> {
                views.remove(key);
                views.put(key, claim);
            }
        }
    }

    List<Claim> toList() {
        List<Claim> all = new ArrayList<>(views.values());
        all.addAll(wishes.values());
        return all;
    }
}
