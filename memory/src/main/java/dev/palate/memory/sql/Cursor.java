package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The place in a listing where its next page starts: the sort key of the last row shown, behind the listing's name.
record Cursor(String listing, List<String> parts) {
    private static final String SEPARATOR = "\u001f";

    Cursor {
        parts = List.copyOf(parts);
    }

    String encode() {
        String text = listing + SEPARATOR + String.join(SEPARATOR, parts);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// The parts of a cursor of this listing, null without a cursor.
    ///
    /// @throws MemoryException `BAD_INPUT` when it is no cursor of this listing
    static @Nullable List<String> parts(String listing, int count, @Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            List<String> parts = List.of(text.split(SEPARATOR, -1));
            if (parts.size() == count + 1 && parts.getFirst().equals(listing)) {
                return parts.subList(1, parts.size());
            }
        } catch (IllegalArgumentException e) {
            throw bad(listing, cursor, e);
        }
        throw bad(listing, cursor, null);
    }

    /// The number in a part.
    static long number(String listing, String part, String cursor) {
        try {
            return Long.parseLong(part);
        } catch (NumberFormatException e) {
            throw bad(listing, cursor, e);
        }
    }

    private static MemoryException bad(String listing, String cursor, @Nullable Throwable cause) {
        String seen = cursor.length() > 60 ? cursor.substring(0, 60) + "..." : cursor;
        return new MemoryException(
                Code.BAD_INPUT,
                "cursor must be one that a page of " + listing + " returned, was " + seen
                        + "; leave it out to start at the first page",
                cause);
    }
}
