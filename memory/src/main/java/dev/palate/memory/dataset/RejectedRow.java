package dev.palate.memory.dataset;

/// A row that is left out.
///
/// @param reason what was seen and what is allowed, one line
public record RejectedRow(DatasetRow.Place place, String reason) {
    private static final int MAX_REASON = 300;

    public RejectedRow {
        String line = reason.replaceAll("\\s+", " ").strip();
        reason = line.length() > MAX_REASON ? line.substring(0, MAX_REASON) + "..." : line;
    }
}
