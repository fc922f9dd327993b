package dev.palate.memory.index;

import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Up to where an index has followed which database, as it stands in the commit.
///
/// @param databaseId of the feed
/// @param epoch of the feed
/// @param encoder the version of the encoder whose vectors the index holds
/// @param building the version of the encoder whose vectors every document has or waits for, empty when it is `encoder`
/// @param field of the vectors that are searched
/// @param layout which fields every document has, [#LAYOUT] in this build; 0 while they are written anew
/// @param number the last change applied
record Position(
        String databaseId, long epoch, String encoder, String building, String field, int layout, ChangeNumber number) {
    /// The layout of this build; documents of an older one are written anew beside the searches.
    static final int LAYOUT = 3;

    private static final String DATABASE = "palate.database";
    private static final String EPOCH = "palate.epoch";
    private static final String ENCODER = "palate.encoder";
    private static final String BUILDING = "palate.building";
    private static final String FIELD = "palate.field";
    private static final String LAYOUT_KEY = "palate.layout";
    private static final String NUMBER = "palate.change";

    Position at(ChangeNumber newNumber) {
        return new Position(databaseId, epoch, encoder, building, field, layout, newNumber);
    }

    Position of(String newEncoder, String newBuilding, String newField, int newLayout) {
        return new Position(databaseId, epoch, newEncoder, newBuilding, newField, newLayout, number);
    }

    /// True when both follow the same database of the same epoch.
    boolean sameSource(Position other) {
        return databaseId.equals(other.databaseId) && epoch == other.epoch;
    }

    /// The number from which the feed can be followed on; absent when the index must be built anew.
    static Optional<ChangeNumber> usable(Optional<Position> committed, Position origin, Changes feed) {
        return committed
                .filter(origin::sameSource)
                .map(Position::number)
                .filter(number -> number.compareTo(feed.latest()) <= 0)
                .filter(number -> number.compareTo(feed.horizon()) >= 0);
    }

    Map<String, String> toCommit() {
        return Map.of(
                DATABASE,
                databaseId,
                EPOCH,
                Long.toString(epoch),
                ENCODER,
                encoder,
                BUILDING,
                building,
                FIELD,
                field,
                LAYOUT_KEY,
                Integer.toString(layout),
                NUMBER,
                Long.toString(number.value()));
    }

    /// Absent when the commit is not one of ours or not readable.
    static Optional<Position> ofCommit(Iterable<Map.Entry<String, String>> commit) {
        Map<String, String> values = new HashMap<>();
        commit.forEach(entry -> values.put(entry.getKey(), entry.getValue()));
        if (!values.keySet().containsAll(java.util.Set.of(DATABASE, EPOCH, ENCODER, NUMBER))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Position(
                    values.getOrDefault(DATABASE, ""),
                    Long.parseLong(values.getOrDefault(EPOCH, "")),
                    values.getOrDefault(ENCODER, ""),
                    values.getOrDefault(BUILDING, ""),
                    values.getOrDefault(FIELD, VectorFields.FIRST),
                    Integer.parseInt(values.getOrDefault(LAYOUT_KEY, "1")),
                    new ChangeNumber(Long.parseLong(values.getOrDefault(NUMBER, "")))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
