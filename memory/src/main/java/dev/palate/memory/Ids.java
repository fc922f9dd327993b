package dev.palate.memory;

import com.github.f4b6a3.uuid.factory.standard.TimeOrderedEpochFactory;
import java.time.Clock;
import java.util.UUID;

/// Makes UUIDv7 ids: their order is the order of making. Thread-safe.
public final class Ids {
    private final TimeOrderedEpochFactory factory;

    /// With the clock that gives the time part.
    public Ids(Clock clock) {
        factory = TimeOrderedEpochFactory.builder().withClock(clock).build();
    }

    /// A new id, later than every earlier one of this maker.
    public String next() {
        UUID id = factory.create();
        return id.toString();
    }
}
