package dev.palate.retrieval.evaluation;

import static dev.palate.retrieval.evaluation.Plots.escaped;

import java.util.List;

/// Evaluations as one HTML page that needs nothing else: tables, and plots drawn in it. Stateless.
public final class ReportPage {
    private static final String STYLE = """
            :root{--ink:#1d2129;--soft:#5d6675;--line:#d9dee6;--paper:#fff;--ours:#3058c9;--peer:#8a93a3;--good:#1c7c4a;\
            --bad:#b3362c}
            @media(prefers-color-scheme:dark){:root{--ink:#e7eaf0;--soft:#a3acba;--line:#363d49;--paper:#15181d;\
            --ours:#86a5ff;--peer:#78818f;--good:#5cc98d;--bad:#ef8177}}
            *{box-sizing:border-box}
            body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 4rem;font:16px/1.5 system-ui,sans-serif;\
            color:var(--ink);background:var(--paper)}
            h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2.25rem 0 .5rem}
            p{margin:.25rem 0 .75rem;color:var(--soft);max-width:46rem}
            .wide{overflow-x:auto}
            table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.875rem}
            th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
            th{font-weight:600;color:var(--soft)}
            th:first-child,td:first-child{text-align:left}
            .good{color:var(--good)}.bad{color:var(--bad)}.peer{color:var(--soft)}
            svg{display:block;width:100%;height:auto;max-width:58rem}
            svg text{fill:var(--ink);font:13px system-ui,sans-serif}svg .soft{fill:var(--soft)}
            .ours{fill:var(--ours)}.other{fill:var(--peer)}.axis{stroke:var(--line)}.whisker{stroke:var(--ink)}
            .mark{stroke:var(--ink);fill:var(--ours)}
            code{font-size:.875rem}
            """;

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
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>Evaluation of ");
        page.append(escaped(String.join(
                        "; ", results.stream().map(EvaluationResult::name).toList())))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n");
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
            }
            page.append("</section>\n");
        }
        return page.append("</body></html>\n").toString();
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
