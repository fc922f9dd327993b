package dev.palate.web.problem;

import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.Require;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Turns what a caller sent into values of the domain; a value that cannot be becomes a problem that says where.
/// Stateless.
public final class Input {
    /// The page size when none is asked for.
    public static final int DEFAULT_LIMIT = 50;

    private Input() {}

    /// The value made, or a `validation-failed` problem at the JSON pointer.
    public static <T> T at(String pointer, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(pointer, String.valueOf(e.getMessage()));
        }
    }

    /// The value made, or a `validation-failed` problem that names the parameter.
    public static <T> T parameter(String name, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw ProblemException.parameter(name, String.valueOf(e.getMessage()));
        }
    }

    /// The time of a body, when there is one; outside of the years 1 to 9999 it becomes a problem.
    public static @Nullable Instant time(String pointer, @Nullable Instant time) {
        return time == null
                ? null
                : at(pointer, () -> Require.time(pointer.substring(pointer.lastIndexOf('/') + 1), time));
    }

    /// As above, of a query parameter.
    public static @Nullable Instant timeParameter(String name, @Nullable Instant time) {
        return time == null ? null : parameter(name, () -> Require.time(name, time));
    }

    /// The value at the pointer when there is one.
    public static <T> T required(String pointer, @Nullable T value) {
        if (value == null) {
            throw ProblemException.invalid(pointer, pointer.substring(2) + " is required");
        }
        return value;
    }

    /// The value or the default.
    public static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    /// A page read with a limit in [1, 500]; a cursor that is none of ours becomes a problem.
    public static <T> Page<T> page(@Nullable Integer limit, java.util.function.IntFunction<Page<T>> read) {
        int size = parameter("limit", () -> Require.range("limit", or(limit, DEFAULT_LIMIT), 1, Page.MAX_LIMIT));
        try {
            return read.apply(size);
        } catch (MemoryException e) {
            if (e.code() == MemoryException.Code.BAD_INPUT) {
                throw ProblemException.parameter("cursor", String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }
}
