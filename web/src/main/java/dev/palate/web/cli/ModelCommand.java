package dev.palate.web.cli;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.local.ModelCatalogue;
import dev.palate.agent.llm.local.ModelStore;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.sequence.TorchRuntime;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `palate model`: the weights of language models on this machine.
@Command(
        name = "model",
        description = "Lists, fetches and verifies the weights of the local language models.",
        subcommands = {ModelCommand.ListModels.class, ModelCommand.Pull.class, ModelCommand.Verify.class},
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
public final class ModelCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Map<String, String> environment;

    /// The command on this process's environment.
    public ModelCommand() {
        this(System.getenv());
    }

    ModelCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private ModelStore store() {
        return ModelStore.of(environment);
    }

    private TorchRuntime torch() {
        return TorchRuntime.of(environment);
    }

    private static List<ModelCatalogue.Weights> chosen(ModelStore store, Optional<String> id) {
        return id.map(name -> List.of(store.catalogue().weights(new ModelId(name))))
                .orElse(store.catalogue().models());
    }

    /// `palate model list`.
    @Command(
            name = "list",
            description = "Lists the models this build knows and whether they are here.",
            mixinStandardHelpOptions = true)
    static final class ListModels implements Callable<Integer> {
        @picocli.CommandLine.ParentCommand
        private ModelCommand parent = new ModelCommand(Map.of());

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            ModelStore store = parent.store();
            PrintWriter out = spec.commandLine().getOut();
            for (var model : store.catalogue().models()) {
                String there = store.weights(model).map(Path::toString).orElse("not here");
                out.printf(
                        "%-36s %5d MB  %s  %-24s %s%n",
                        model.id(), model.bytes() / 1_000_000, model.level(), model.role(), there);
            }
            out.println("native library: " + store.library().map(Path::toString).orElse("not here"));
            out.println("pytorch, to train sequence models: "
                    + parent.torch()
                            .jars()
                            .map(jars -> String.valueOf(jars.getFirst().getParent()))
                            .orElse("not here"));
            return 0;
        }
    }

    /// `palate model pull [ID]`.
    @Command(
            name = "pull",
            description = "Fetches a model and the native library; goes on where it stopped.",
            mixinStandardHelpOptions = true)
    static final class Pull implements Callable<Integer> {
        @picocli.CommandLine.ParentCommand
        private ModelCommand parent = new ModelCommand(Map.of());

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(
                arity = "0..1",
                paramLabel = "ID",
                description = "Which model; the embedded default without it. pytorch: what trains sequence models.")
        private Optional<String> id = Optional.empty();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            var progress = ProgressLine.of(out);
            try {
                if (id.filter("pytorch"::equals).isPresent()) {
                    List<Path> jars =
                            parent.torch().pull((phase, done, total) -> progress.share(phase, (double) done / total));
                    progress.end();
                    out.println("pytorch (BSD-3-Clause): " + jars.getFirst().getParent());
                    return 0;
                }
                ModelStore store = parent.store();
                var model = id.isEmpty()
                        ? store.catalogue().standard()
                        : chosen(store, id).getFirst();
                Path library = store.pullLibrary(progress::bytes);
                Path weights = store.pullWeights(model, progress::bytes);
                progress.end();
                out.println("native library: " + library);
                out.println(model.id() + " (" + model.licence() + "): " + weights);
                return 0;
            } catch (AgentException | RetrievalException | IllegalArgumentException e) {
                progress.end();
                spec.commandLine().getErr().println("palate: " + e.getMessage());
                return 1;
            }
        }
    }

    /// `palate model verify [ID]`.
    @Command(
            name = "verify",
            description = "Reads stored weights again and compares their SHA-256.",
            mixinStandardHelpOptions = true)
    static final class Verify implements Callable<Integer> {
        @picocli.CommandLine.ParentCommand
        private ModelCommand parent = new ModelCommand(Map.of());

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(arity = "0..1", paramLabel = "ID", description = "Which model; all that are here without it.")
        private Optional<String> id = Optional.empty();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try {
                ModelStore store = parent.store();
                boolean good = true;
                for (var model : chosen(store, id)) {
                    Optional<Boolean> whole = store.verify(model);
                    String result = whole.map(yes -> yes
                                    ? "whole"
                                    : "DAMAGED: delete " + store.stored(model) + " and run ./palate model pull "
                                            + model.id())
                            .orElse("not here");
                    out.println(model.id() + ": " + result);
                    good &= whole.orElse(id.isEmpty());
                }
                return good ? 0 : 1;
            } catch (AgentException | IllegalArgumentException e) {
                spec.commandLine().getErr().println("palate: " + e.getMessage());
                return 1;
            }
        }
    }
}
