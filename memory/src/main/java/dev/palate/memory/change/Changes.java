package dev.palate.memory.change;

import java.time.Duration;
import java.util.List;

/// The feed of committed changes. Thread-safe.
public interface Changes {
    /// Which database this is; a copy that was restored has the same id and a higher epoch.
    String databaseId();

    /// Counted up by every restore.
    long epoch();

    /// The newest committed change.
    ChangeNumber latest();

    /// The oldest change still kept is the one after this; a consumer behind it must rebuild.
    ChangeNumber horizon();

    /// Changes after the number given, in order, at most `limit`.
    List<Change> after(ChangeNumber number, int limit);

    /// Waits until there is a change after the number given or the time is over.
    ///
    /// @return true when there is one
    boolean await(ChangeNumber number, Duration atMost) throws InterruptedException;
}
