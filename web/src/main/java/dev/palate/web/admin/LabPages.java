package dev.palate.web.admin;

import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.recipe.TableKind;
import dev.palate.retrieval.lab.LabOrder;
import dev.palate.web.job.LabDesk;
import dev.palate.web.job.LabRuns;
import dev.palate.web.problem.Input;
import jakarta.servlet.http.HttpServletResponse;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/// The operator's page of the embedding lab: what tables keep of the quality in how many bytes on this log, and which
/// one the next training takes.
@Controller
final class LabPages {
    private final LabDesk desk;
    private final LabRuns runs;
    private final Dates dates = new Dates(ZoneId.systemDefault());

    LabPages(LabDesk desk, LabRuns runs) {
        this.desk = desk;
        this.runs = runs;
    }

    /// A run under way.
    ///
    /// @param percent 0 to 100
    public record Running(String job, String detail, int percent) {}

    /// A table that may be measured.
    ///
    /// @param quick true when it takes about as long as the full one
    public record KindChoice(String key, String about, boolean quick) {}

    /// A measured table as drawn.
    ///
    /// @param text to choose it by; null for one that is there for comparison only
    public record TableRow(
            String name,
            String about,
            @Nullable String text,
            String bytes,
            String smaller,
            boolean fits,
            String recall,
            String ofFull,
            String seconds,
            String nanos,
            boolean forItems,
            boolean forUsers) {}

    /// Tables of one size.
    public record Group(String title, List<TableRow> rows) {}

    @GetMapping("/lab")
    String page(Model model) {
        return show(model, null);
    }

    /// The run under way; the whole page anew once it has ended.
    @GetMapping("/lab/progress")
    String progress(Model model, HttpServletResponse response) {
        Optional<Running> underWay = running();
        if (underWay.isEmpty()) {
            response.setHeader("HX-Refresh", "true");
        }
        model.addAttribute("running", underWay.orElse(null));
        return "fragments/lab :: running";
    }

    @PostMapping("/lab/run")
    String run(
            @RequestParam(required = false) @Nullable List<String> table,
            @RequestParam String budgets,
            @RequestParam int seeds,
            Model model,
            HttpServletResponse response) {
        return done(
                () -> desk.start(new LabOrder(
                        table == null ? List.of() : table,
                        Arrays.stream(budgets.split(",", 17)).map(String::strip).toList(),
                        seeds)),
                model,
                response);
    }

    @PostMapping("/lab/cancel")
    String cancel(@RequestParam String job) {
        boolean ignored = runs.cancel(Input.parameter("job", () -> new JobId(job)));
        return "redirect:/lab";
    }

    @PostMapping("/lab/choose")
    String choose(
            @RequestParam(required = false) @Nullable String items,
            @RequestParam(required = false) @Nullable String users,
            Model model,
            HttpServletResponse response) {
        return done(() -> desk.choose(items, users), model, response);
    }

    @PostMapping("/lab/forget")
    String forget() {
        desk.forget();
        return "redirect:/lab";
    }

    private String done(Runnable work, Model model, HttpServletResponse response) {
        try {
            work.run();
            return "redirect:/lab";
        } catch (IllegalArgumentException | RetrievalException e) {
            response.setStatus(HttpServletResponse.SC_CONFLICT);
            return show(model, e.getMessage());
        }
    }

    private Optional<Running> running() {
        return runs.running()
                .map(job -> new Running(job.id().value(), job.detail(), (int) Math.round(100 * job.progress())));
    }

    private String show(Model model, @Nullable String problem) {
        LabDesk.LabView view = desk.view();
        Optional<Job> newest = runs.newest();
        model.addAttribute("problem", problem);
        model.addAttribute("running", running().orElse(null));
        model.addAttribute("tables", view.tables());
        model.addAttribute("kinds", kinds());
        model.addAttribute("results", view.results());
        model.addAttribute("plot", view.results() == null ? null : runs.plot().orElse(null));
        model.addAttribute("groups", view.results() == null ? List.of() : groups(view.results(), view.tables()));
        model.addAttribute(
                "ended",
                newest.filter(job -> job.status() != JobStatus.RUNNING && job.status() != JobStatus.PENDING)
                        .map(job -> dates.minute(job.updatedAt()) + ": "
                                + job.status().key() + ", " + job.detail())
                        .orElse(null));
        return "lab";
    }

    private static List<KindChoice> kinds() {
        return Arrays.stream(TableKind.values())
                .filter(kind -> kind != TableKind.FULL && kind != TableKind.AMTL_LOG_RULE)
                .map(kind ->
                        new KindChoice(kind.key(), kind.about(), LabRuns.usual().contains(kind.key())))
                .toList();
    }

    private static List<Group> groups(LabDesk.Results results, LabDesk.TablesView chosen) {
        List<Double> sizes = results.rows().stream()
                .map(LabDesk.RowView::budget)
                .distinct()
                .sorted()
                .toList();
        List<Group> groups = new ArrayList<>();
        for (double size : sizes) {
            groups.add(new Group(
                    size == 0
                            ? "Of one size"
                            : "At most 1/" + String.valueOf(size).replaceFirst("\\.0$", "") + " of the bytes",
                    results.rows().stream()
                            .filter(row -> row.budget() == size)
                            .sorted((a, b) -> Double.compare(b.recall(), a.recall()))
                            .map(row -> row(row, results, chosen))
                            .toList()));
        }
        return groups;
    }

    private static TableRow row(LabDesk.RowView row, LabDesk.Results results, LabDesk.TablesView chosen) {
        String deviation = results.seeds() < 2 ? "" : format(" ± %.4f", row.deviation());
        String text = row.text();
        return new TableRow(
                row.table(),
                row.about(),
                text,
                row.bytes() < 1e6 ? format("%,.1f kB", row.bytes() / 1e3) : format("%,.2f MB", row.bytes() / 1e6),
                format("%.1f×", row.reached()),
                row.fits(),
                format("%.4f", row.recall()) + deviation,
                format("%.3f", row.ofFull()),
                format(row.cpuSeconds() < 9.95 ? "%.2f s" : "%,.0f s", row.cpuSeconds()),
                format("%.0f ns", row.nanos()),
                chosen.items().equals(text),
                chosen.users().equals(text));
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
