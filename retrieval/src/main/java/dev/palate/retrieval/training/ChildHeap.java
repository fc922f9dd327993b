package dev.palate.retrieval.training;

import com.sun.management.OperatingSystemMXBean;
import dev.palate.retrieval.RetrievalException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The heap that a child process needs, by what it is for. Immutable.
///
/// @param work what it does over how much, as `a training over 100 items`
/// @param parts what it needs besides [#BASE_MEBIBYTES]
public record ChildHeap(String work, List<Part> parts) {
    /// What every child needs, in MiB.
    public static final int BASE_MEBIBYTES = 384;

    private static final int MOST_MEBIBYTES = 1 << 20;

    /// One part of it.
    ///
    /// @param bytes at least 0
    public record Part(String what, long bytes) {}

    /// Copies the list.
    public ChildHeap {
        parts = List.copyOf(parts);
    }

    /// The same with one part more.
    public ChildHeap plus(String what, long bytes) {
        List<Part> more = new ArrayList<>(parts);
        more.add(new Part(what, bytes));
        return new ChildHeap(work, more);
    }

    /// All of it, in MiB.
    public long mebibytes() {
        return BASE_MEBIBYTES
                + Math.ceilDiv(parts.stream().mapToLong(Part::bytes).sum(), 1L << 20);
    }

    /// What a machine gives a child at most, in MiB: three quarters of its memory.
    public static long most(long machine) {
        return Math.min(MOST_MEBIBYTES, machine / 4 * 3);
    }

    /// Memory of this machine, or of the container where there is one, in MiB.
    public static long machineMebibytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize() >> 20;
    }

    /// All of it in MiB, or as much as a machine gives.
    ///
    /// @param machine its memory, in MiB
    public int within(long machine) {
        return Math.toIntExact(Math.min(mebibytes(), most(machine)));
    }

    /// All of it in MiB, when a machine can give it.
    ///
    /// @param machine its memory, in MiB
    /// @param next what to do where it cannot
    /// @throws RetrievalException with code MEMORY when it cannot, saying what the heap is for
    public int require(long machine, String next) {
        long heap = mebibytes();
        long most = most(machine);
        if (heap > most) {
            throw new RetrievalException(
                    RetrievalException.Code.MEMORY,
                    work + " needs a heap of " + heap + " MiB (" + BASE_MEBIBYTES + " and "
                            + parts.stream().map(ChildHeap::words).collect(Collectors.joining(", "))
                            + "), this machine of " + machine + " MiB gives at most " + most + ": " + next);
        }
        return Math.toIntExact(heap);
    }

    private static String words(Part part) {
        return String.format(Locale.ROOT, "%d for %s", Math.ceilDiv(part.bytes, 1L << 20), part.what);
    }
}
