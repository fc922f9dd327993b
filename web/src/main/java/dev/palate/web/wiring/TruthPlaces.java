package dev.palate.web.wiring;

import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.TruthPlace;
import dev.palate.web.PalateProperties;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the truth is, as set. Stateless.
public final class TruthPlaces {
    private TruthPlaces() {}

    /// The server that is set, else the file of the data directory.
    public static TruthPlace of(PalateProperties properties, DataDirectory directory) {
        return of(properties, directory.truth());
    }

    /// The server that is set, else the file.
    public static TruthPlace of(PalateProperties properties, Path file) {
        PalateProperties.Truth truth = properties.truth();
        @Nullable String url = truth.url();
        return url == null || url.isBlank()
                ? new TruthPlace.File(file)
                : new TruthPlace.Server(url, truth.user(), truth.password());
    }
}
