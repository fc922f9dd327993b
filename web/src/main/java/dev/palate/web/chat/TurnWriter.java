package dev.palate.web.chat;

import dev.palate.agent.turn.TurnEvent;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/// Writes the events of a turn as server-sent events, on the calling (virtual) thread, until the turn is over or the
/// reader gone. Thread-safe.
public final class TurnWriter {
    private static final Logger LOG = LoggerFactory.getLogger(TurnWriter.class);
    private static final byte[] KEEPALIVE = ": keepalive\n\n".getBytes(StandardCharsets.UTF_8);

    private final TurnStreams streams;
    private final TurnEventJson events;
    private final JsonMapper json;
    private final Duration keepalive;

    /// With the turns, what events look like, and the time between signs of life on a quiet stream.
    public TurnWriter(TurnStreams streams, TurnEventJson events, JsonMapper json, Duration keepalive) {
        this.streams = streams;
        this.events = events;
        this.json = json;
        this.keepalive = keepalive;
    }

    /// Streams the events after the sequence number.
    void stream(TurnStreams.Entry entry, int after, HttpServletResponse response) {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        entry.log().readerCame();
        try {
            response.flushBuffer();
            copy(entry.log(), after, response.getOutputStream());
        } catch (IOException e) {
            LOG.debug("reader of turn {} is gone", entry.turn());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            streams.readerWent(entry);
        }
    }

    private void copy(TurnLog log, int after, OutputStream out) throws IOException, InterruptedException {
        int sequence = after;
        while (true) {
            TurnLog.Batch batch = log.after(sequence, keepalive);
            if (batch.events().isEmpty()) {
                if (batch.over()) {
                    return;
                }
                out.write(KEEPALIVE);
            }
            for (TurnEvent event : batch.events()) {
                out.write(frame(event, ++sequence));
            }
            out.flush();
        }
    }

    private byte[] frame(TurnEvent event, int sequence) {
        String text = "event: " + event.name() + "\nid: " + sequence + "\ndata: "
                + json.writeValueAsString(events.data(event, sequence)) + "\n\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
