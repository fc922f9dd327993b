package dev.palate.retrieval.evaluation;

import static dev.palate.retrieval.evaluation.Plots.escaped;

import java.util.List;

/// Evaluations as one HTML page that needs nothing else: tables, and plots drawn in it. Stateless.
public final class ReportPage {
    private ReportPage() {}

    /// The page, in the order given.
    ///
    /// @param results at least one
    /// @throws dev.palate.retrieval.RetrievalException with code BAD_INPUT when a result lacks what its kind has
    /// @throws IllegalArgumentException when there is none
    public static String of(List<EvaluationResult> results) {
        if (results.isEmpty()) {
            throw new IllegalArgumentException("a report needs at least 1 result, had 0");
        }
        StringBuilder page = HtmlPage.begin("Evaluation of "
                + String.join("; ", results.stream().map(EvaluationResult::name).toList()));
        if (results.size() > 1) {
            page.append("<nav><ul>\n");
            for (int at = 0; at < results.size(); at++) {
                page.append("<li><a href=\"#part")
                        .append(at + 1)
                        .append("\">")
                        .append(escaped(results.get(at).name()))
                        .append("</a></li>\n");
            }
            page.append("</ul></nav>\n");
        }
        for (int at = 0; at < results.size(); at++) {
            EvaluationResult result = results.get(at);
            page.append("<section id=\"part").append(at + 1).append("\">\n<h1>");
            page.append(escaped(result.name())).append("</h1>\n");
            switch (result.kind()) {
                case RANKING -> RankingSection.append(page, result);
                case COLD -> ColdSection.append(page, result);
                case CHAT -> ChatSection.append(page, result);
                case COLLABORATIVE -> CollaborativeSection.append(page, result);
                case SIMULATION -> SimulationSection.append(page, result);
            }
            page.append("</section>\n");
        }
        return HtmlPage.end(page);
    }

    /// What was run, under the heading.
    static void command(StringBuilder page, EvaluationResult result) {
        if (!result.command().isEmpty()) {
            page.append("<p><code>").append(escaped(result.command())).append("</code></p>\n");
        }
    }

    /// What a forest plot shows.
    static String paired(String reference, String over) {
        return "<p>Paired over " + over + "; the line is the interval in which 95 of 100 resamples lie. Right of zero "
                + escaped(reference) + " is better.</p>\n";
    }
}
