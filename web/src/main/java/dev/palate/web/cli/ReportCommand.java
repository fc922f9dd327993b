package dev.palate.web.cli;

import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.evaluation.EvaluationResult;
import dev.palate.retrieval.evaluation.ReportPage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `palate report`: evaluations that were written as JSON, on one page. Exit status 0, 1 when it could not be done, 2
/// for wrong usage.
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Puts what evaluate, chat-evaluate and chat-simulate wrote with --json on one page.")
public final class ReportCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--html", required = true, paramLabel = "OUT.html", description = "The page.")
    @SuppressWarnings("NullAway.Init")
    private Path html;

    @Parameters(
            arity = "1..*",
            paramLabel = "RESULT.json",
            description = "In the order of the page: splits, cold items, chat cases, simulated users.")
    private List<Path> results = List.of();

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            OutFiles.requireFolder("--html", html);
            OutFiles.write(
                    html,
                    ReportPage.of(results.stream().map(EvaluationResult::read).toList()));
            return 0;
        } catch (RetrievalException e) {
            err.println("palate report: " + e.getMessage());
            return 1;
        }
    }
}
