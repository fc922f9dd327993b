package dev.palate.memory.dataset;

import dev.palate.memory.Require;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.dataset.DatasetRow.InteractionRow;
import dev.palate.memory.dataset.DatasetRow.ItemRow;
import dev.palate.memory.dataset.DatasetRow.MemoryRow;
import dev.palate.memory.dataset.DatasetRow.TagRow;
import dev.palate.memory.dataset.DatasetRow.UserRow;
import dev.palate.memory.memory.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a row must keep beyond its own form: items once, references to items that exist, times in range.
///
/// Two checks that see the same rows in the same order give the same answers. Holds the ids of the items. Not
/// thread-safe.
final class RowCheck {
    private static final int MAX_REMEMBERED_MISSING = 100_000;
    private static final Duration AHEAD = Duration.ofDays(1);

    private final Catalog catalog;
    private final Instant latest;
    private final Set<ItemId> items = new HashSet<>();
    private final Set<ItemId> existing = new HashSet<>();
    private final Set<ItemId> missing = new HashSet<>();

    RowCheck(Catalog catalog, Instant now) {
        this.catalog = catalog;
        this.latest = now.plus(AHEAD);
    }

    /// Why the row is left out, or null when it is good.
    @Nullable
    String reason(DatasetRow row) {
        return switch (row) {
            case ItemRow item -> {
                @Nullable Instant from = item.item().availableFrom();
                @Nullable Instant to = item.item().availableTo();
                @Nullable String bad = from == null ? null : beyond("available_from", from);
                bad = bad == null && to != null ? beyond("available_to", to) : bad;
                yield bad != null || items.add(item.item().id())
                        ? bad
                        : "item " + item.item().id() + " stands in an earlier line";
            }
            case TagRow tag -> unknown(tag.item());
            case UserRow user -> null;
            case InteractionRow interaction -> {
                @Nullable
                String late = outside("timestamp", interaction.interaction().at());
                yield late != null ? late : unknown(interaction.interaction().item());
            }
            case MemoryRow kept -> {
                @Nullable Instant from = kept.memory().validFrom();
                @Nullable String late = from == null ? null : outside("valid_from", from);
                @Nullable Instant to = kept.memory().validTo();
                late = late == null && to != null ? beyond("valid_to", to) : late;
                yield late != null
                        ? late
                        : switch (kept.memory().subject()) {
                            case Subject.OfUser user -> null;
                            case Subject.OfItem item -> unknown(item.item());
                        };
            }
        };
    }

    private static @Nullable String beyond(String what, Instant time) {
        try {
            Require.time(what, time);
            return null;
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private @Nullable String outside(String what, Instant at) {
        return at.isBefore(Instant.EPOCH) || at.isAfter(latest)
                ? what + " must be in [" + Instant.EPOCH + ", " + latest + "], was " + at
                : null;
    }

    private @Nullable String unknown(ItemId item) {
        return items.contains(item) || inCatalog(item)
                ? null
                : "item " + item + " is neither in the data set nor in the catalog";
    }

    private boolean inCatalog(ItemId item) {
        if (existing.contains(item)) {
            return true;
        }
        if (missing.contains(item)) {
            return false;
        }
        boolean found = catalog.item(item).isPresent();
        if (found) {
            existing.add(item);
        } else if (missing.size() < MAX_REMEMBERED_MISSING) {
            missing.add(item);
        }
        return found;
    }
}
