package dev.palate.memory.tier;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryId;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// Where a listing of states goes on: after the change and id last shown, whether that memory is still there or not.
record StateCursor(Instant changed, MemoryId last) {
    /// Newest change first, equal ones by id.
    static final Comparator<Memory> ORDER =
            Comparator.comparing(Memory::updatedAt).reversed().thenComparing(Memory::id);

    static StateCursor after(Memory memory) {
        return new StateCursor(memory.updatedAt(), memory.id());
    }

    /// True for what comes after this.
    boolean before(Memory memory) {
        int order = memory.updatedAt().compareTo(changed);
        return order < 0 || order == 0 && memory.id().compareTo(last) > 0;
    }

    String encode() {
        String text = changed + "|" + last.value();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// @return null without a cursor
    /// @throws MemoryException `BAD_INPUT` when it is no cursor of such a listing
    static @Nullable StateCursor parse(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            int bar = text.indexOf('|');
            return new StateCursor(Instant.parse(text.substring(0, bar)), new MemoryId(text.substring(bar + 1)));
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            throw new MemoryException(
                    Code.BAD_INPUT,
                    "cursor must be one that a page of this listing returned, was "
                            + cursor.substring(0, Math.min(60, cursor.length()))
                            + "; leave it out to start at the first page",
                    e);
        }
    }
}
