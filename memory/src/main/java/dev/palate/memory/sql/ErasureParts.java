package dev.palate.memory.sql;

import dev.palate.memory.Ids;
import dev.palate.memory.erase.ErasureLedger;
import dev.palate.memory.erase.ErasurePlace;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;

/// What an erasure works with.
///
/// @param places outside of the database, in their order
/// @param stepped told the name of each step once it is recorded
record ErasureParts(
        Database database,
        SqlMemories memories,
        ErasureLedger ledger,
        List<ErasurePlace> places,
        Ids ids,
        Clock clock,
        Consumer<String> stepped) {
    ErasureParts {
        places = List.copyOf(places);
    }
}
