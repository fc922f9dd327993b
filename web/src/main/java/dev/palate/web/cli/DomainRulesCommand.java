package dev.palate.web.cli;

import dev.palate.web.security.LocalDoor;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `palate domain rules`: the rule by which like users and items are chosen, in the server that runs.
@Command(
        name = "rules",
        description = "Shows, proposes, previews and changes the rule by which like users and items are read for a"
                + " user, in the running server.",
        subcommands = {
            DomainRulesCommand.ListThem.class,
            ProposeRuleCommand.class,
            DomainRulesCommand.Preview.class,
            DomainRulesCommand.Activate.class
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class DomainRulesCommand implements Runnable {
    static final String PATH = "/local/domain-rules";
    private static final long MAX_BYTES = 65_536;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// Something that the server answers.
    interface Answered {
        void show(LocalDoor.Address server) throws IOException;
    }

    static int asked(CommandSpec spec, DirectoryOption data, Answered answered) {
        try {
            answered.show(LocalCalls.running(data.directory()));
            return 0;
        } catch (LocalCalls.RefusedException e) {
            String off = e.status() == 404
                    ? "it knows no domain rules; they are there with palate.propagation.enabled and"
                            + " palate.synthesis.enabled"
                    : String.valueOf(e.getMessage());
            spec.commandLine().getErr().println("palate: " + off);
            return 1;
        } catch (IOException e) {
            spec.commandLine().getErr().println("palate: " + e.getMessage());
            return 1;
        }
    }

    /// `palate domain rules list`.
    @Command(
            name = "list",
            description = "The rule in force and those that the domain pack ships.",
            mixinStandardHelpOptions = true)
    static final class ListThem implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Option(names = "--json", description = "As one JSON object, as GET /v1/domain-rules gives it.")
        private boolean json;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            return asked(spec, data, server -> {
                JsonNode rules = LocalCalls.call(server, "GET", PATH);
                if (json) {
                    out.println(rules);
                    return;
                }
                line(out, "in force", rules.path("in_force"));
                rules.path("shipped").forEach(rule -> line(out, "shipped", rule));
            });
        }

        private static void line(PrintWriter out, String what, JsonNode rule) {
            out.printf("%-9s %s %s%n", what, rule.path("version").asString(""), rule.path("rule"));
        }
    }

    /// `palate domain rules preview RULE`.
    @Command(
            name = "preview",
            description = "What a rule would choose for 20 users, beside the one in force. Changes nothing; allows its"
                    + " activation for a day.",
            mixinStandardHelpOptions = true)
    static final class Preview implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Parameters(paramLabel = "RULE", description = "The name of one that the domain pack ships, or a JSON file.")
        private String rule = "";

        @Option(names = "--json", description = "As one JSON object, as POST /v1/domain-rules:preview gives it.")
        private boolean json;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            return asked(spec, data, server -> {
                JsonNode preview = preview(server, rule(server));
                if (json) {
                    out.println(preview);
                } else {
                    show(preview, out);
                }
            });
        }

        static JsonNode preview(LocalDoor.Address server, JsonNode rule) throws IOException {
            String body = JsonMapper.shared()
                    .writeValueAsString(JsonMapper.shared().createObjectNode().set("rule", rule));
            return LocalCalls.call(server, "POST", PATH + ":preview", body);
        }

        private JsonNode rule(LocalDoor.Address server) throws IOException {
            List<String> names = new ArrayList<>();
            for (JsonNode shipped : LocalCalls.call(server, "GET", PATH).path("shipped")) {
                String name = shipped.path("rule").path("name").asString("");
                if (name.equals(rule)) {
                    return shipped.path("rule");
                }
                names.add(name);
            }
            Path file = Path.of(rule);
            if (!Files.isRegularFile(file)) {
                throw new IOException("no rule " + rule + ": give a JSON file, or one of " + String.join(", ", names));
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + " has " + Files.size(file) + " bytes, a rule has at most " + MAX_BYTES);
            }
            try {
                return JsonMapper.shared().readTree(Files.readString(file));
            } catch (JacksonException e) {
                throw new IOException(file + " is no JSON: " + e.getOriginalMessage(), e);
            }
        }

        static void show(JsonNode preview, PrintWriter out) {
            String version = preview.path("version").asString("");
            out.printf(
                    "%s beside %s, in force%n",
                    version, preview.path("in_force").asString(""));
            out.printf(
                    Locale.ROOT, "%-24s%11s%7s%7s%7s  %s%n", "user", "candidates", "users", "items", "kept", "themes");
            for (JsonNode one : preview.path("users")) {
                out.printf(
                        Locale.ROOT,
                        "%-24s%11d%7d%7d%7d  %s%n",
                        one.path("user_id").asString(""),
                        one.path("candidates").asInt(),
                        one.path("users").asInt(),
                        one.path("items").asInt(),
                        one.path("kept").asInt(),
                        String.join(", ", one.path("themes").propertyNames()));
            }
            if (!preview.path("complete").asBoolean()) {
                out.println("There was no time for all of them: preview it again before you put it into force.");
            } else if (preview.path("users").isEmpty()) {
                out.println("There is nobody to choose for yet, so it cannot be put into force.");
            } else {
                out.println("./palate domain rules activate " + version + " puts it into force.");
            }
        }
    }

    /// `palate domain rules activate VERSION`.
    @Command(
            name = "activate",
            description = "Puts a rule into force that was previewed within a day.",
            mixinStandardHelpOptions = true)
    static final class Activate implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Parameters(paramLabel = "VERSION", description = "As the preview named it.")
        private String version = "";

        @Override
        public Integer call() {
            return asked(spec, data, server -> {
                JsonNode active = LocalCalls.call(
                        server,
                        "POST",
                        PATH + ":activate?version=" + URLEncoder.encode(version, StandardCharsets.UTF_8));
                spec.commandLine().getOut().println(active.path("version").asString("") + " is in force");
            });
        }
    }
}
