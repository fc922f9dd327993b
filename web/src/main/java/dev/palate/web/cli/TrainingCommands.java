package dev.palate.web.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.web.PalateProperties;
import dev.palate.web.job.HeavyWork;
import dev.palate.web.job.ModelDesk;
import dev.palate.web.job.Trainer;
import dev.palate.web.job.TrainingSchedule;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.LocalDoor;
import dev.palate.web.wiring.TruthPlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/// The commands under `palate train`: what was trained, which model is served. They ask the running server where there
/// is one, else they work on the data directory. Stateless.
final class TrainingCommands {
    /// Who is recorded for what they do.
    private static final String ACTOR = "operator:command";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private TrainingCommands() {}

    /// The registry of a directory; a damaged active model is said and left out.
    static ModelRegistry registry(DataDirectory directory, PrintWriter err) {
        try {
            return ModelRegistry.open(directory.models());
        } catch (RetrievalException e) {
            err.println("palate: the active model cannot be used: " + e.getMessage());
            return ModelRegistry.openWithoutModel(directory.models());
        }
    }

    /// What the server answers, or what the desk over the directory does.
    private static JsonNode ask(
            CommandSpec spec, Path data, String method, String path, Function<ModelDesk, Object> here)
            throws IOException {
        Optional<LocalDoor.Address> server = LocalCalls.server(data);
        if (server.isPresent()) {
            return LocalCalls.call(server.get(), method, path);
        }
        PalateProperties settings = Settings.read();
        Clock clock = Clock.systemUTC();
        try (DataDirectory directory = DataDirectory.open(data);
                SqlTruth truth = SqlTruth.open(TruthPlaces.of(settings, directory), directory, clock)) {
            ModelRegistry registry = registry(directory, spec.commandLine().getErr());
            Trainer.Learnt learnt = new Trainer.Learnt(truth.catalog(), truth.interactions(), truth.changes());
            try (Trainer trainer = new Trainer(
                            learnt,
                            Trainer.Ingredients.ofThisMachine()
                                    .with(settings.embedding().chosen()),
                            truth.jobs(),
                            new HeavyWork(),
                            registry,
                            directory.models(),
                            clock);
                    TrainingSchedule schedule = new TrainingSchedule(
                            settings.training().policy(),
                            trainer,
                            registry,
                            new TrainingSchedule.Log(
                                    () -> truth.interactions().count(),
                                    arrival -> truth.interactions().countAfter(arrival)),
                            clock)) {
                return JSON.valueToTree(here.apply(new ModelDesk(registry, trainer, schedule, clock)));
            }
        }
    }

    private static int activated(CommandSpec spec, Callable<JsonNode> work) throws Exception {
        try {
            JsonNode active = work.call();
            spec.commandLine()
                    .getOut()
                    .println("Serving model " + active.get("version").asString() + ": "
                            + active.get("gate").asString());
            return 0;
        } catch (IOException | RetrievalException | ProblemException e) {
            spec.commandLine().getErr().println("palate: " + e.getMessage());
            return 1;
        }
    }

    private static String query(String reason) {
        return reason.isBlank() ? "" : "?reason=" + URLEncoder.encode(reason, StandardCharsets.UTF_8);
    }

    /// `palate train status`.
    @Command(
            name = "status",
            description = "Shows the model in use, those that are kept, the trainings and when the next one comes.",
            mixinStandardHelpOptions = true)
    static final class Status implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Option(names = "--json", description = "As one JSON object, as GET /v1/models gives it.")
        private boolean json;

        @Override
        public Integer call() throws IOException {
            JsonNode listing = ask(spec, data.directory(), "GET", "/local/models", ModelDesk::listing);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(listing);
            } else {
                show(listing, out);
            }
            return 0;
        }

        private static void show(JsonNode listing, PrintWriter out) {
            if (!listing.hasNonNull("active")) {
                row(out, "active", "none; ./palate train makes one");
            }
            for (JsonNode version : listing.get("versions")) {
                row(
                        out,
                        version.get("active").asBoolean() ? "active" : "kept",
                        words(version, "version") + ", trained " + words(version, "trained_at") + " from "
                                + words(version, "events") + " events"
                                + (version.get("accepted").asBoolean() ? "" : ", REFUSED") + ": "
                                + words(version, "gate"));
                if (!words(version, "texts").isEmpty()) {
                    row(out, "", words(version, "texts"));
                }
                version.path("tuned").forEach(line -> row(out, "", "tuned " + line.asString("")));
            }
            for (JsonNode activation : listing.get("activations")) {
                String reason = words(activation, "reason");
                row(
                        out,
                        "served",
                        words(activation, "version") + " since " + words(activation, "at") + " by "
                                + words(activation, "actor") + (reason.isEmpty() ? "" : ": " + reason)
                                + (activation.get("overrode").asBoolean() ? " (against the quality gate)" : ""));
            }
            for (JsonNode training : listing.get("trainings")) {
                row(
                        out,
                        "training",
                        words(training, "status") + " (" + words(training, "cause") + ", "
                                + words(training, "updated_at") + "): " + words(training, "detail"));
            }
            row(out, "next", words(listing.get("schedule"), "words"));
        }

        private static String words(JsonNode node, String field) {
            return node.path(field).asString("");
        }

        private static void row(PrintWriter out, String what, String text) {
            out.printf("%-9s %s%n", what, text);
        }
    }

    /// `palate train cancel`.
    @Command(
            name = "cancel",
            description = "Ends the training under way in the running server; the model in use stays.",
            mixinStandardHelpOptions = true)
    static final class Cancel implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Override
        public Integer call() {
            try {
                JsonNode job = LocalCalls.call(LocalCalls.running(data.directory()), "POST", "/local/training:cancel");
                spec.commandLine()
                        .getOut()
                        .println("Cancelled training job " + job.get("id").asString());
                return 0;
            } catch (IOException e) {
                spec.commandLine().getErr().println("palate: " + e.getMessage());
                return 1;
            }
        }
    }

    /// `palate train activate VERSION`.
    @Command(
            name = "activate",
            description = "Serves another version that is kept; one that the quality gate refused only with a reason.",
            mixinStandardHelpOptions = true)
    static final class Activate implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Parameters(paramLabel = "VERSION", description = "As ./palate train status names it.")
        private String version = "";

        @Option(names = "--reason", paramLabel = "WORDS", description = "Why; recorded with the choice.")
        private String reason = "";

        @Override
        public Integer call() throws Exception {
            String path =
                    "/local/models/" + URLEncoder.encode(version, StandardCharsets.UTF_8) + "/activate" + query(reason);
            return activated(
                    spec,
                    () -> ask(spec, data.directory(), "POST", path, desk -> desk.activate(version, ACTOR, reason)));
        }
    }

    /// `palate train roll-back`.
    @Command(
            name = "roll-back",
            description = "Serves the version before the active one again.",
            mixinStandardHelpOptions = true)
    static final class RollBack implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Option(names = "--reason", paramLabel = "WORDS", description = "Why; recorded with the choice.")
        private String reason = "";

        @Override
        public Integer call() throws Exception {
            return activated(
                    spec,
                    () -> ask(
                            spec,
                            data.directory(),
                            "POST",
                            "/local/models:roll-back" + query(reason),
                            desk -> desk.rollBack(ACTOR, reason)));
        }
    }
}
