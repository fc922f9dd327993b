package dev.palate.web.cli;

import dev.palate.agent.AgentException;
import dev.palate.memory.MemoryException;
import dev.palate.memory.vector.VectorModule;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.RetrievalException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/// What a command measures.
@FunctionalInterface
interface Measurement {
    /// Measures, prints what it found and says how far it is.
    void run(PrintWriter out, ProgressLine line) throws InterruptedException;

    /// Measures and says in one line why it could not.
    ///
    /// @return the exit status: 0, 1 when it could not be done, 2 for wrong usage
    static int status(CommandSpec spec, Measurement work) throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        try {
            VectorModule.require();
            ProgressLine line = ProgressLine.of(err);
            work.run(spec.commandLine().getOut(), line);
            line.end();
            return 0;
        } catch (RetrievalException | MemoryException | AgentException e) {
            err.println("palate " + spec.name() + ": " + e.getMessage());
            return 1;
        } catch (IllegalArgumentException e) {
            err.println("palate " + spec.name() + ": " + e.getMessage());
            return 2;
        }
    }

    /// Progress by its share.
    static Progress shown(ProgressLine line) {
        return new Progress() {
            @Override
            public void advanced(String phase, int done, int total) {
                line.share(phase, (double) done / total);
            }

            @Override
            public void leftOut(String part, String why) {
                line.say(part + " is left out: " + why + "; give it a larger heap (PALATE_HEAP=6g ./palate …)");
            }
        };
    }
}
