package dev.palate.memory;

import static tools.jackson.core.StreamWriteCapability.CAN_WRITE_FORMATTED_NUMBERS;

import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;

/// Scores and their parts as JSON: rounded to seven decimals, so by at most 5e-8, and written without a text for each.
/// A list of ten has about a hundred such numbers, whose texts were an eighth of what a request allocated.
/// Stateless, thread-safe.
public final class ShortDecimals {
    private static final int DECIMALS = 7;
    private static final double SCALE = 1e7;
    /// Below it every rounded number is exact.
    private static final double MOST = 1L << 53;

    private static final int LONGEST = 24;

    private ShortDecimals() {}

    /// Of one number.
    public static final class One extends ValueSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator to, SerializationContext context) {
            write(value, to, new char[LONGEST]);
        }
    }

    /// Of numbers by name.
    public static final class ByName extends ValueSerializer<Map<String, Double>> {
        @Override
        public void serialize(Map<String, Double> values, JsonGenerator to, SerializationContext context) {
            char[] buffer = new char[LONGEST];
            to.writeStartObject(values, values.size());
            values.forEach((name, value) -> {
                to.writeName(name);
                write(value, to, buffer);
            });
            to.writeEndObject();
        }
    }

    private static void write(double value, JsonGenerator to, char[] buffer) {
        double scaled = Math.abs(value) * SCALE;
        if (!(scaled < MOST)) {
            to.writeNumber(value);
            return;
        }
        if (!to.streamWriteCapabilities().isEnabled(CAN_WRITE_FORMATTED_NUMBERS)) {
            to.writeNumber(Math.round(value * SCALE) / SCALE);
            return;
        }
        long digits = Math.round(scaled);
        boolean negative = value < 0 && digits > 0;
        int decimals = DECIMALS;
        while (decimals > 1 && digits % 10 == 0) {
            digits /= 10;
            decimals--;
        }
        int at = buffer.length;
        for (int place = 0; place <= decimals || digits > 0; place++) {
            if (place == decimals) {
                buffer[--at] = '.';
            }
            buffer[--at] = (char) ('0' + digits % 10);
            digits /= 10;
        }
        if (negative) {
            buffer[--at] = '-';
        }
        to.writeNumber(buffer, at, buffer.length - at);
    }
}
