package dev.palate.memory.change;

/// The place of a committed change in the one order all consumers follow; 0 is before the first.
public record ChangeNumber(long value) implements Comparable<ChangeNumber> {
    /// Before the first change.
    public static final ChangeNumber NONE = new ChangeNumber(0);

    public ChangeNumber {
        if (value < 0) {
            throw new IllegalArgumentException("change number must be at least 0, was " + value);
        }
    }

    @Override
    public int compareTo(ChangeNumber other) {
        return Long.compare(value, other.value);
    }
}
