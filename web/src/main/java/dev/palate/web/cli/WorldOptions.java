package dev.palate.web.cli;

import dev.palate.retrieval.training.PairedBootstrap;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// What the commands that measure conversations work over: a [ChatWorld] and the intervals of differences.
final class WorldOptions {
    @Option(
            names = "--catalog",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines with item_id, title, year, genres, plot, director, stars.")
    @SuppressWarnings("NullAway.Init")
    private Path catalog;

    @Option(
            names = "--split",
            required = true,
            paramLabel = "DIR",
            description = "Folder of a split. Its train part is learnt from, and nothing else but what comes before"
                    + " that which is looked for.")
    @SuppressWarnings("NullAway.Init")
    private Path split;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            defaultValue = ".palate/chat-evaluate",
            description = "Keeps the store and the model, by content; may be removed at any time. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Path work = Path.of("");

    @Option(
            names = "--resamples",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Of the cases or users, for the intervals of differences. Default: ${DEFAULT-VALUE}.")
    private int resamples = PairedBootstrap.RESAMPLES;

    Path catalog() {
        return catalog;
    }

    Path split() {
        return split;
    }

    Path work() {
        return work;
    }

    int resamples() {
        return resamples;
    }
}
