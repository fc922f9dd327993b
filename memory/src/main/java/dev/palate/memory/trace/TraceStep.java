package dev.palate.memory.trace;

import dev.palate.memory.Require;

/// One step of a turn: what went in and what came out.
///
/// @param name such as `recall` or `rank`
/// @param startMicros since the turn began
/// @param micros it took
/// @param input a JSON object
/// @param output a JSON object
/// @param cut true when something was left out because it was too long
public record TraceStep(String name, long startMicros, long micros, String input, String output, boolean cut) {
    /// The most characters of input and output together.
    public static final int MOST = 24_576;

    private static final String NOTHING = "{}";
    // Room for what says that something was too long.
    private static final int MARK = 64;

    public TraceStep {
        Require.text("name of a step", name, 1, 40);
        if (input.length() + output.length() > MOST) {
            // The output tells more: it stays as long as it fits by itself, and else the input does.
            boolean keepOutput = output.length() + MARK <= MOST;
            boolean keepInput = !keepOutput && input.length() + MARK <= MOST;
            input = keepInput ? input : tooLong(input);
            output = keepOutput ? output : tooLong(output);
            cut = true;
        }
    }

    /// How many characters it takes.
    public int length() {
        return input.length() + output.length();
    }

    /// The step without what went in and came out.
    TraceStep emptied() {
        return length() == 2 * NOTHING.length()
                ? this
                : new TraceStep(name, startMicros, micros, tooLong(input), tooLong(output), true);
    }

    /// The step without what went in and came out, and without a word of it.
    public TraceStep redacted() {
        return new TraceStep(name, startMicros, micros, NOTHING, NOTHING, true);
    }

    private static String tooLong(String json) {
        return json.equals(NOTHING) ? json : "{\"too_long\":" + json.length() + "}";
    }
}
