package dev.palate.memory.tier;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import dev.palate.memory.index.WordStatistics;
import dev.palate.memory.memory.MemoryId;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where a search goes on: after the score and id last shown, as scored at the time of the first page, so that fading
/// does not reorder pages.
///
/// @param request which search it is of, a hash
/// @param round in which the last was found, 0 where all is looked at in one
/// @param words how common the words were at the first page, absent where the memories themselves tell
record SearchCursor(
        int request,
        Instant at,
        double score,
        MemoryId last,
        int round,
        @Nullable WordStatistics words) {
    private static final int PARTS = 6;

    SearchCursor(int request, Instant at, double score, MemoryId last) {
        this(request, at, score, last, 0, null);
    }

    String encode() {
        String text = request + "|" + at + "|" + Double.toString(score) + "|" + round + "|" + text(words) + "|"
                + last.value();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    // Terms hold letters, digits and a few signs such as apostrophes, none of those that part here.
    private static String text(@Nullable WordStatistics words) {
        if (words == null) {
            return "";
        }
        StringBuilder text =
                new StringBuilder().append(words.memories()).append(' ').append(words.meanLength());
        new TreeMap<>(words.holders())
                .forEach((term, holders) ->
                        text.append(' ').append(term).append(' ').append(holders));
        return text.toString();
    }

    private static @Nullable WordStatistics words(String text) {
        if (text.isEmpty()) {
            return null;
        }
        List<String> parts = List.of(text.split(" ", -1));
        Map<String, Long> holders = new HashMap<>();
        for (int i = 2; i + 1 < parts.size(); i += 2) {
            holders.put(parts.get(i), Long.parseLong(parts.get(i + 1)));
        }
        return new WordStatistics(Long.parseLong(parts.get(0)), Double.parseDouble(parts.get(1)), holders);
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
            String[] parts =
                    new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\\|", PARTS);
            if (parts.length == PARTS && Integer.parseInt(parts[0]) == request) {
                return new SearchCursor(
                        request,
                        Instant.parse(parts[1]),
                        Double.parseDouble(parts[2]),
                        new MemoryId(parts[5]),
                        Integer.parseInt(parts[3]),
                        words(parts[4]));
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
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
