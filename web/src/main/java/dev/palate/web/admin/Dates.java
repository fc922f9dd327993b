package dev.palate.web.admin;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Times as people read them, in one zone. Thread-safe.
final class Dates {
    private final DateTimeFormatter day;
    private final DateTimeFormatter minute;

    /// With the zone of the reader.
    Dates(ZoneId zone) {
        day = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH).withZone(zone);
        minute =
                DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm", Locale.ENGLISH).withZone(zone);
    }

    /// `3 Oct 2026`.
    String day(Instant at) {
        return day.format(at);
    }

    /// `3 Oct 2026, 14:05`.
    String minute(Instant at) {
        return minute.format(at);
    }
}
