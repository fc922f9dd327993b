package dev.palate.memory;

import java.time.Instant;

/// Argument checks with one shape of message: what, seen, allowed. Stateless.
public final class Require {
    /// The earliest time that anything stored may have.
    public static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    /// The latest.
    public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private Require() {}

    /// The value when its length is in [min, max] characters and it holds no control character but line feed and tab.
    ///
    /// @throws IllegalArgumentException naming the length seen and the lengths allowed
    public static String text(String what, String value, int min, int max) {
        if (value.length() < min || value.length() > max) {
            throw new IllegalArgumentException(
                    what + " must have " + min + " to " + max + " characters, had " + value.length());
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c) && c != '\n' && c != '\t') {
                throw new IllegalArgumentException(
                        what + " must hold no control character, had U+" + String.format("%04X", (int) c) + " at " + i);
            }
        }
        return value;
    }

    /// The value when it is a legal id: 1 to 128 characters, none of them a control character or white space at an end.
    public static String id(String what, String value) {
        text(what, value, 1, 128);
        if (!value.equals(value.strip()) || value.indexOf('\n') >= 0 || value.indexOf('\t') >= 0) {
            throw new IllegalArgumentException(what + " must not start or end with white space or hold a line break");
        }
        return value;
    }

    /// The time when it lies in the years 1 to 9999.
    public static Instant time(String what, Instant value) {
        if (value.isBefore(EARLIEST) || value.isAfter(LATEST)) {
            throw new IllegalArgumentException(what + " must be in [" + EARLIEST + ", " + LATEST + "], was " + value);
        }
        return value;
    }

    /// The value when it lies in [min, max]; NaN never does.
    public static double range(String what, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(what + " must be in [" + min + ", " + max + "], was " + value);
        }
        return value;
    }

    /// The value when it lies in [min, max].
    public static int range(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " must be in [" + min + ", " + max + "], was " + value);
        }
        return value;
    }

    /// The value when it lies in [min, max].
    public static long range(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " must be in [" + min + ", " + max + "], was " + value);
        }
        return value;
    }
}
