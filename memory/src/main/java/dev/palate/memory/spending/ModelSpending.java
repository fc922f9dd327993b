package dev.palate.memory.spending;

import java.time.LocalDate;
import java.util.List;

/// Keeps what hosted models took. Thread-safe.
public interface ModelSpending {
    /// All of one day, in the order of role, model and purpose; at most a few dozen.
    List<Spending> of(LocalDate day);

    /// Adds to what is kept of the day, role, model and purpose.
    void add(Spending more);
}
