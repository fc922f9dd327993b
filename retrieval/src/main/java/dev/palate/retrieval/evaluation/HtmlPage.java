package dev.palate.retrieval.evaluation;

import java.util.Locale;

/// What all reports as HTML have in common: one page that needs nothing else, in light and dark. Stateless.
public final class HtmlPage {
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

    private HtmlPage() {}

    /// A page up to the beginning of its body.
    public static StringBuilder begin(String title) {
        return begin(title, "");
    }

    /// The same with rules of its own.
    ///
    /// @param style CSS
    public static StringBuilder begin(String title, String style) {
        return new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                        + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>")
                .append(escaped(title))
                .append("</title><style>")
                .append(STYLE)
                .append(style)
                .append("</style></head><body>\n");
    }

    /// The whole page.
    public static String end(StringBuilder page) {
        return page.append("</body></html>\n").toString();
    }

    /// Formats without the machine's locale.
    public static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /// As text or the value of an attribute.
    public static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
