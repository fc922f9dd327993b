package dev.palate.web.cli;

import dev.palate.agent.llm.local.ModelStore;
import dev.palate.memory.vector.VectorModule;
import dev.palate.web.wiring.TruthPlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `palate doctor`: what this machine has and what is missing for what.
@Command(
        name = "doctor",
        description =
                "Checks this machine: JDK, vector module, data directory, truth, index, disk, tools, model files.",
        mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
    private static final int JDK = 25;
    private static final long LEAST_DISK = 3L << 30;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DirectoryOption data = new DirectoryOption();

    private boolean good = true;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        int feature = Runtime.version().feature();
        check(out, "JDK", feature == JDK, Runtime.version().toString(), "run with a JDK 25: ./palate finds one");
        check(out, "vector module", VectorModule.loaded(), "loaded", "start through ./palate, which adds the module");
        directory(out);
        note(out, "pip", tool("pip3") || tool("pip"), "fetches the language model", "no language model by packages");
        note(out, "npm", tool("npm"), "fetches the native library", "no native library by packages");
        note(out, "chromium", tool("chromium"), "runs the browser tests", "the browser tests of ./palate test fail");
        models(out);
        return good ? 0 : 1;
    }

    private void directory(PrintWriter out) throws IOException {
        Path directory = data.directory();
        Path there = existing(directory);
        long free = Files.getFileStore(there).getUsableSpace();
        check(
                out,
                "disk",
                free >= LEAST_DISK,
                (free >> 30) + " GiB free at " + there,
                "the language model and its parts want 3 GiB");
        if (!Files.isDirectory(directory)) {
            note(out, "data directory", false, "", directory + " is not there yet: ./palate demo makes it");
            return;
        }
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
        check(out, "data directory", mode.equals("rwx------"), directory + " " + mode, "chmod 700 " + directory);
        note(
                out,
                "server",
                RunningServer.isRunning(directory),
                "one runs over this directory",
                "none runs over this directory");
        for (StoreCheck.Finding finding : storeCheck(directory).run()) {
            check(out, finding.what(), finding.fine(), finding.text(), "");
        }
    }

    private static StoreCheck storeCheck(Path directory) {
        return new StoreCheck(
                directory,
                TruthPlaces.of(Settings.read(), directory.resolve("truth.db")),
                Path.of(System.getProperty("palate.project.root", "."), "palate.yml"));
    }

    private static void models(PrintWriter out) {
        ModelStore store = ModelStore.of(System.getenv());
        for (var weights : store.catalogue().models()) {
            note(
                    out,
                    "model",
                    store.weights(weights).isPresent(),
                    weights.id() + " is here",
                    weights.id() + " is not here: ./palate model pull " + weights.id());
        }
        note(out, "library", store.library().isPresent(), "is here", "not here: ./palate model pull");
    }

    private void check(PrintWriter out, String what, boolean fine, String seen, String next) {
        good &= fine;
        out.printf("%-4s %-15s %s%n", fine ? "ok" : "BAD", what, fine || next.isEmpty() ? seen : seen + "; " + next);
    }

    private static void note(PrintWriter out, String what, boolean there, String yes, String no) {
        out.printf("%-4s %-15s %s%n", there ? "ok" : "-", what, there ? yes : no);
    }

    private static Path existing(Path path) {
        @Nullable Path at = path.toAbsolutePath();
        while (at != null && !Files.exists(at)) {
            at = at.getParent();
        }
        return at == null ? Path.of("/") : at;
    }

    private static boolean tool(String name) {
        Map<String, String> environment = System.getenv();
        for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }
}
