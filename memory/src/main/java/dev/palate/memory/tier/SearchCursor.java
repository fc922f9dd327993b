package dev.palate.memory.tier;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.memory.MemoryId;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Where a search goes on: after the score and id last shown, as scored at the time of the first page, so that fading
/// does not reorder pages.
///
/// @param request which search it is of, a hash
record SearchCursor(int request, Instant at, double score, MemoryId last) {
    String encode() {
        String text = request + "|" + at + "|" + Double.toString(score) + "|" + last.value();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// True for what comes after this in the order of a search.
    boolean before(RecalledMemory memory) {
        int order = Double.compare(memory.score(), score);
        return order < 0 || order == 0 && memory.memory().id().compareTo(last) > 0;
    }

    /// @return null without a cursor
    /// @throws MemoryException `BAD_INPUT` when it is no cursor of this search
    static @Nullable SearchCursor parse(@Nullable String cursor, int request) {
        if (cursor == null) {
            return null;
        }
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\\|", 4);
            if (parts.length == 4 && Integer.parseInt(parts[0]) == request) {
                return new SearchCursor(
                        request, Instant.parse(parts[1]), Double.parseDouble(parts[2]), new MemoryId(parts[3]));
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            throw bad(cursor, e);
        }
        throw bad(cursor, null);
    }

    private static MemoryException bad(String cursor, @Nullable Throwable cause) {
        String seen = cursor.length() > 60 ? cursor.substring(0, 60) + "..." : cursor;
        return new MemoryException(
                Code.BAD_INPUT,
                "cursor must be one that a page of this search returned, was " + seen
                        + "; leave it out to start at the first page",
                cause);
    }
}
