package dev.palate.agent.llm.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class FrameStreamTest {
    private static final Frame.Work WORK = new Frame.Work(5, 3, 2, 1_000_000_007L, 9);
    private static final List<Frame> ALL = List.of(
            new Frame.Weigh(1, 2, "system", "größer 😀", List.of("a", "")),
            new Frame.Write(Long.MAX_VALUE, 2, "", "u", "root ::= \"x\"", 60),
            new Frame.Cancel(3),
            new Frame.Loaded(4),
            new Frame.Beat(),
            new Frame.Piece(5, "\n\u0000"),
            new Frame.Weighed(6, List.of(-0.5, Double.NEGATIVE_INFINITY), WORK),
            new Frame.Written(7, Frame.Ending.TIME, WORK),
            new Frame.Refused(8, Frame.Reason.TOO_LONG, "too long"),
            new Frame.Forget(9),
            new Frame.Forgotten(10, 321, 2, 0));

    private static FrameStream reading(byte[] bytes) {
        return new FrameStream(new ByteArrayInputStream(bytes), OutputStream.nullOutputStream());
    }

    @Test
    void everyFrameComesBackAsItWent() throws IOException {
        var out = new ByteArrayOutputStream();
        var writing = new FrameStream(InputStream.nullInputStream(), out);
        for (Frame frame : ALL) {
            writing.write(frame);
        }
        var reading = reading(out.toByteArray());
        for (Frame frame : ALL) {
            assertThat(reading.read()).isEqualTo(frame);
        }
        assertThatThrownBy(reading::read).isInstanceOf(EOFException.class);
        assertThat(ALL.stream().map(Frame::getClass).distinct())
                .as("one of every kind")
                .hasSize(11);
    }

    @Test
    void statesWhyAStreamIsBroken() {
        assertThatThrownBy(() -> reading(new byte[] {0x7f, 0, 0, 0}).read())
                .hasMessage("broken stream: a frame of 2130706432 bytes; allowed are 1 to 1048576");
        assertThatThrownBy(() -> reading(framed(new byte[] {77})).read())
                .hasMessage("broken stream: a frame of kind 77; known are 1 to 11");
        assertThatThrownBy(() -> reading(new byte[] {0, 0, 0, 1, 5, 1, 2, 3, 4}).read())
                .hasMessage("broken stream: a frame of 1 bytes whose checksum is another");
        assertThatThrownBy(() -> reading(new byte[] {0, 0, 0, 9, 5}).read()).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new FrameStream(InputStream.nullInputStream(), OutputStream.nullOutputStream())
                        .write(new Frame.Piece(1, "x".repeat(FrameStream.MAX_BYTES))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a frame must have at most 1048576 bytes, had ");
    }

    /// Whichever bit of a frame is another on the way, nothing of that frame is read.
    @Test
    void aGarbledFrameIsNeverRead() throws IOException {
        var out = new ByteArrayOutputStream();
        new FrameStream(InputStream.nullInputStream(), out).write(new Frame.Piece(5, "[[A]] fits."));
        byte[] whole = out.toByteArray();
        for (int bit = 0; bit < 8 * whole.length; bit++) {
            byte[] garbled = whole.clone();
            garbled[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> reading(garbled).read()).as("bit %d", bit).isInstanceOf(IOException.class);
        }
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> reading(cut).read())
                    .as("cut at %d", length)
                    .isInstanceOf(EOFException.class);
        }
    }

    private static byte[] framed(byte[] body) {
        ByteBuffer whole = ByteBuffer.allocate(body.length + 2 * Integer.BYTES);
        return whole.putInt(body.length)
                .put(body)
                .putInt(FrameStream.checksum(body, 0, body.length))
                .array();
    }

    @Test
    void garbageIsRefusedAndNothingElse() {
        long seed = Long.getLong("test.seed", 99L);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 3_000; round++) {
            byte[] body = new byte[random.nextInt(1, 60)];
            random.nextBytes(body);
            body[0] = (byte) random.nextInt(14);
            try {
                assertThat(reading(framed(body)).read()).isNotNull();
            } catch (IOException e) {
                assertThat(e).as("seed %d round %d", seed, round).isNotNull();
            }
        }
    }
}
