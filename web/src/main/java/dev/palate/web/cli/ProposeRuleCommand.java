package dev.palate.web.cli;

import dev.palate.agent.collaborative.RuleProposer;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.domain.RuleWords;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `palate domain rules propose`: a rule by the language model of the server that runs.
@Command(
        name = "propose",
        description = "Asks the language model of the role memory for a rule. Puts nothing into force; takes up to two"
                + " minutes.",
        mixinStandardHelpOptions = true)
final class ProposeRuleCommand implements Callable<Integer> {
    /// How long the command waits: the server ends before, with an answer that says what was wrong.
    static final Duration TIMEOUT = RuleProposer.LONGEST.plusSeconds(15);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DirectoryOption data = new DirectoryOption();

    @Option(
            names = "--request",
            paramLabel = "TEXT",
            description = "What the rule is to do, at most " + RuleProposer.REQUEST_CHARACTERS + " characters.")
    private String request = "";

    @Option(names = "--preview", description = "Shows what it would choose for 20 users, too.")
    private boolean preview;

    @Option(
            names = "--json",
            description = "As one JSON object, as POST /v1/domain-rules:propose gives it, with the preview in it.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where to write the rule; a file that is there is left alone.")
    private @Nullable Path out;

    @Override
    public Integer call() {
        Path file = out;
        if (file != null && Files.exists(file)) {
            throw new ParameterException(
                    spec.commandLine(), "--out " + file + " is there already; name another file or move it away");
        }
        OutFiles.requireFolder("--out", file);
        PrintWriter printed = spec.commandLine().getOut();
        return DomainRulesCommand.asked(spec, data, server -> {
            String body = JsonMapper.shared()
                    .createObjectNode()
                    .put("request", request)
                    .toString();
            JsonNode proposal = LocalCalls.call(server, "POST", DomainRulesCommand.PATH + ":propose", body, TIMEOUT);
            if (!json) {
                show(proposal, printed);
                printed.flush();
            }
            JsonNode shown;
            try {
                if (file != null) {
                    write(file, proposal.path("rule"));
                }
                shown = preview ? DomainRulesCommand.Preview.preview(server, proposal.path("rule")) : null;
            } catch (IOException | RuntimeException e) {
                // What took so long is not lost.
                if (json) {
                    printed.println(proposal);
                }
                throw e;
            }
            if (json) {
                printed.println(shown == null ? proposal : ((ObjectNode) proposal).set("preview", shown));
            } else if (shown == null) {
                printed.println(next(file));
            } else {
                printed.println();
                DomainRulesCommand.Preview.show(shown, printed);
            }
        });
    }

    private static void write(Path file, JsonNode rule) throws IOException {
        String text = JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(rule);
        Files.writeString(file, text + "\n", StandardOpenOption.CREATE_NEW);
    }

    private static String next(@Nullable Path file) {
        return file == null
                ? "Nothing is in force by this. With --preview it is shown what it would choose; with --out FILE it is"
                        + " kept for ./palate domain rules preview FILE."
                : "Nothing is in force by this. ./palate domain rules preview " + file + " shows what it would choose.";
    }

    private static void show(JsonNode proposal, PrintWriter printed) {
        int attempts = proposal.path("attempts").asInt();
        JsonNode usage = proposal.path("usage");
        printed.printf(
                "%s by %s, asked %s, %d tokens read, %d written%n",
                proposal.path("version").asString(""),
                proposal.path("model").asString(""),
                attempts == 1 ? "once" : attempts + " times",
                usage.path("prompt_tokens").asLong(),
                usage.path("completion_tokens").asLong());
        printed.println(proposal.path("rule"));
        JsonNode inForce = proposal.path("in_force");
        printed.println("beside " + inForce.path("version").asString("") + ", in force (+ new, - gone, = stays):");
        List<DomainRule.Term> after = terms(proposal.path("rule"));
        List<DomainRule.Term> before = terms(inForce.path("rule"));
        after.forEach(term -> printed.println((before.contains(term) ? "  = " : "  + ") + RuleWords.of(term)));
        before.stream()
                .filter(term -> !after.contains(term))
                .forEach(term -> printed.println("  - " + RuleWords.of(term)));
    }

    private static List<DomainRule.Term> terms(JsonNode rule) {
        return DomainRule.read(rule).terms();
    }
}
