package dev.palate.web.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `palate serve`: the server over what the data directory holds.
@Command(name = "serve", description = "Serves what the data directory holds.", mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DirectoryOption data = new DirectoryOption();

    @Option(names = "--port", paramLabel = "PORT", description = "The port; 8080 when not set, 0 for a free one.")
    private int port = -1;

    @Option(names = "--no-llm", description = "Stay without a language model.")
    private boolean withoutModel;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Phases phases = new Phases(out);
        RunningServer server = RunningServer.start(new RunningServer.Options(data.directory(), port, !withoutModel));
        phases.done("server", server.address());
        WarmUp.run(server);
        phases.done("warm-up");
        Welcome.show(server, out);
        new ModelWatch(server, out).begin();
        server.awaitClosed();
        return 0;
    }
}
