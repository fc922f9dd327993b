package dev.palate.web.cli;

import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelState;
import dev.palate.web.wiring.DeferredModel;
import java.io.PrintWriter;
import java.time.Duration;

/// Begins with the local language model and tells on the terminal how it comes along, until it is ready or given up.
final class ModelWatch {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final RunningServer server;
    private final LanguageModel model;
    private final PrintWriter out;
    private final ProgressLine progress;
    private String said = "";

    ModelWatch(RunningServer server, PrintWriter out) {
        this.server = server;
        this.model = server.part(LanguageModel.class);
        this.out = out;
        this.progress = ProgressLine.of(out);
    }

    /// Begins and returns at once.
    void begin() {
        if (model instanceof DeferredModel deferred) {
            Thread.ofVirtual().name("palate-model-watch").start(() -> {
                deferred.begin();
                watch();
            });
        }
    }

    private void watch() {
        try {
            while (server.open() && !settled(model.state())) {
                Thread.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Says what is new; true when nothing more will come.
    private boolean settled(ModelState state) {
        return switch (state) {
            case ModelState.Fetching fetching -> {
                progress.bytes("language model: " + fetching.what(), fetching.bytes(), fetching.totalBytes());
                yield false;
            }
            case ModelState.Starting starting -> {
                say("starting, " + starting.reason());
                yield false;
            }
            case ModelState.Restarting restarting -> {
                say(restarting.reason());
                yield false;
            }
            case ModelState.Ready ready -> {
                say("ready at level " + model.level() + ", " + ready.reason());
                yield true;
            }
            case ModelState.Slow slow -> {
                // Measured again from time to time: it may still rise.
                say("left out for now, " + slow.reason());
                yield false;
            }
            case ModelState.Paused paused -> {
                say(paused.reason());
                yield false;
            }
            case ModelState.Absent absent -> {
                say("none, level T0: " + absent.reason());
                yield true;
            }
            case ModelState.Failed failed -> {
                say("given up, level T0: " + failed.reason());
                yield true;
            }
        };
    }

    private void say(String line) {
        if (!line.equals(said)) {
            said = line;
            progress.end();
            out.println("Language model: " + line);
            out.flush();
        }
    }
}
