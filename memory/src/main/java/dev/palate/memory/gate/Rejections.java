package dev.palate.memory.gate;

import dev.palate.memory.Page;
import dev.palate.memory.memory.Subject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Proposals that gates refused, so that an operator sees them and a later policy can judge them again. The newest 200
/// of a subject are kept, for as long as retention says. Thread-safe; a write returns once it is on disk.
public interface Rejections {
    /// Most of one subject that are kept.
    int MOST = 200;

    /// Keeps the rejections, but for ids that are there and for users who are not, such as those erased
    /// meanwhile; older ones of the subjects may go.
    void add(List<Rejection> rejections);

    /// A page, newest first, of one subject or of all.
    Page<Rejection> page(@Nullable Subject subject, @Nullable String cursor, int limit);

    /// Notes that another policy refused it, too.
    void judged(String id, String reason, String policy);

    /// Drops one.
    ///
    /// @return false when there was none
    boolean remove(String id);
}
