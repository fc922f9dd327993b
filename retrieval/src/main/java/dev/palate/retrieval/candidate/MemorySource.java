package dev.palate.retrieval.candidate;

import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.Slot;
import dev.palate.memory.tier.Fading;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Agreement with the user's effective memories: each adds its polarity × strength × decay to the items its slot
/// speaks of. A title speaks of the items near it; a memory without a slot, or of a facet the catalog has no field
/// for, adds nothing.
final class MemorySource implements CandidateSource {
    private static final int MAX_TITLES = 64;
    private static final Set<String> READY = Set.of("genre", "tag", "era");
    private static final int MAX_NAMED = 8;
    private static final double USUAL_STRENGTH = 0.5;
    private static final double NEGLIGIBLE = 1e-3;

    @Override
    public String signal() {
        return "memory";
    }

    @Override
    public boolean prompt(Wish wish) {
        return wish.memories().isEmpty();
    }

    /// Unless it needs what is near a title, or all items that a theme covers: those may first have to be made.
    @Override
    public boolean computes(Wish wish) {
        return wish.memories().stream()
                .map(Memory::slot)
                .allMatch(slot -> slot == null || READY.contains(slot.facet()));
    }

    private static boolean ofTitle(Slot slot) {
        return slot.facet().equals("title");
    }

    @Override
    public Optional<Scored> score(Wish wish) {
        List<Effect> effects = effects(wish);
        if (effects.isEmpty()) {
            return Optional.empty();
        }
        double[] sums = new double[wish.catalog().size()];
        double strongest = 0;
        for (Effect effect : effects) {
            effect.addTo(sums);
            strongest = Math.max(strongest, Math.abs(effect.weight));
        }
        float[] scores = new float[sums.length];
        for (int row = 0; row < scores.length; row++) {
            double liked = 0.9 + 0.1 * wish.statistics().quality(row);
            scores[row] = (float) (sums[row] > 0 ? sums[row] * liked : sums[row]);
        }
        // Z-scores do not know how strong a memory is, so the answer as a whole weighs by its strongest.
        double emphasis = Math.min(2, strongest / USUAL_STRENGTH);
        return Optional.of(new Scored(scores, emphasis, row -> explain(effects, row)));
    }

    private static List<Effect> effects(Wish wish) {
        Neighbourhood neighbourhood = wish.neighbourhood();
        List<Memory> strongestFirst = wish.memories().stream()
                .sorted(Comparator.comparingDouble((Memory memory) -> -Math.abs(effect(memory, wish.now())))
                        .thenComparing(Memory::id, Comparator.comparing(MemoryId::value)))
                .toList();
        List<Effect> effects = new ArrayList<>();
        int titles = 0;
        for (Memory memory : strongestFirst) {
            Slot slot = memory.slot();
            if (slot == null || memory.polarity() == 0) {
                continue;
            }
            boolean title = ofTitle(slot);
            if (title && titles++ >= MAX_TITLES) {
                continue;
            }
            Effect effect = effect(wish, neighbourhood, memory, slot, wish.now());
            if (effect != null) {
                effects.add(effect);
            }
        }
        return effects;
    }

    /// How much a memory moves a list, in [-1.5, 1.5]: decay weighs, it does not delete.
    private static double effect(Memory memory, Instant now) {
        return memory.polarity() * memory.strength() * Fading.decay(memory, now);
    }

    private static @Nullable Effect effect(
            Wish wish, Neighbourhood neighbourhood, Memory memory, Slot slot, Instant now) {
        CatalogSnapshot catalog = wish.catalog();
        double weight = effect(memory, now);
        return switch (slot.facet()) {
            case "genre" -> ofRows(memory, weight, catalog.categories().rowsOf(slot.value()), catalog);
            case "tag" -> ofRows(memory, weight, catalog.tags().rowsOf(slot.value()), catalog);
            case "theme" ->
                wish.themes()
                        .theme(slot.value())
                        .map(theme -> new Effect(memory, weight, catalog.rowsOf(theme), null))
                        .orElse(null);
            case "person" ->
                wish.themes()
                        .person(slot.value())
                        .map(person -> new Effect(memory, weight, catalog.rowsOf(person), null))
                        .orElseGet(() -> ofRows(memory, weight, catalog.tags().rowsOf(slot.value()), catalog));
            case "era" ->
                Era.parse(slot.value())
                        .map(era -> new Effect(memory, weight, inside(catalog, era), null))
                        .orElse(null);
            case "title" -> {
                int row = catalog.rowOfSlot(slot.value());
                yield row < 0 ? null : new Effect(memory, weight, null, neighbourhood.of(row));
            }
            default -> null;
        };
    }

    private static @Nullable Effect ofRows(Memory memory, double weight, int[] rows, CatalogSnapshot catalog) {
        if (rows.length == 0) {
            return null;
        }
        BitSet set = new BitSet(catalog.size());
        for (int row : rows) {
            set.set(row);
        }
        return new Effect(memory, weight, set, null);
    }

    private static BitSet inside(CatalogSnapshot catalog, Era era) {
        BitSet inside = new BitSet(catalog.size());
        for (int row = 0; row < catalog.size(); row++) {
            inside.set(row, era.holds(catalog.year(row)));
        }
        return inside;
    }

    private static Evidence explain(List<Effect> effects, int row) {
        List<Effect> moved = effects.stream()
                .filter(effect -> Math.abs(effect.at(row)) > NEGLIGIBLE)
                .sorted(Comparator.comparingDouble(effect -> -effect.at(row)))
                .toList();
        if (moved.isEmpty()) {
            return Evidence.NONE;
        }
        List<MemoryId> ids = moved.stream()
                .limit(MAX_NAMED)
                .map(effect -> effect.memory.id())
                .toList();
        Effect strongest = moved.getFirst();
        if (strongest.at(row) <= 0) {
            return new Evidence("", List.of(), ids);
        }
        Slot slot = strongest.memory.slot();
        List<ItemId> items = slot != null && ofTitle(slot) ? List.of(new ItemId(slot.value())) : List.of();
        return new Evidence("remembered: “" + Phrases.cut(strongest.memory.text()) + "”", items, ids);
    }

    /// What one memory adds: its weight on a set of rows, or its weight times a nearness of every row.
    private record Effect(
            Memory memory, double weight, @Nullable BitSet rows, float @Nullable [] near) {
        double at(int row) {
            if (near != null) {
                return weight * near[row];
            }
            return rows != null && rows.get(row) ? weight : 0;
        }

        void addTo(double[] sums) {
            for (int row = 0; row < sums.length; row++) {
                sums[row] += at(row);
            }
        }
    }
}
