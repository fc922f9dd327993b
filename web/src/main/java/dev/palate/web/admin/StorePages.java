package dev.palate.web.admin;

import dev.palate.memory.index.IndexStatus;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.tier.TierStats;
import dev.palate.web.job.Reindexing;
import dev.palate.web.metrics.StoreReports;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;

/// The operator's page of the store: what there is, the tiers, the index, and the button that builds it anew.
@Controller
final class StorePages {
    private final StoreReports reports;
    private final Reindexing reindexing;

    StorePages(StoreReports reports, Reindexing reindexing) {
        this.reports = reports;
        this.reindexing = reindexing;
    }

    /// A number with its name.
    public record Fact(String name, String value) {}

    /// A tier as drawn.
    public record TierRow(String name, String entries, String size, String hits, String slowest) {
        static TierRow of(String name, TierStats stats) {
            return new TierRow(
                    name,
                    number(stats.entries()),
                    amount(stats.bytes()) + (stats.budgetBytes() == 0 ? "" : " of " + amount(stats.budgetBytes())),
                    stats.hits() + stats.misses() == 0 ? "none asked" : Math.round(100 * stats.hitRatio()) + " %",
                    String.format(Locale.ROOT, "%,.0f µs", stats.p99Micros()));
        }
    }

    /// The rebuild as drawn.
    ///
    /// @param percent 0 to 100
    public record Rebuild(String words, int percent, boolean underWay) {
        static @Nullable Rebuild of(@Nullable Job job) {
            if (job == null) {
                return null;
            }
            boolean underWay = job.status() == JobStatus.PENDING || job.status() == JobStatus.RUNNING;
            String how = underWay
                    ? "Building the index anew: "
                    : job.status() == JobStatus.SUCCEEDED
                            ? "Built anew: "
                            : "Building it anew " + job.status().key() + ": ";
            return new Rebuild(how + job.detail(), (int) Math.round(100 * job.progress()), underWay);
        }
    }

    @GetMapping("/store")
    String page(Model model) {
        StoreReports.Counts counts = reports.counts();
        IndexStatus index = reports.index();
        model.addAttribute(
                "facts",
                List.of(
                        new Fact("Items", number(counts.items())),
                        new Fact("Users", number(counts.users())),
                        new Fact("Interactions", number(counts.interactions())),
                        new Fact("Memories in force", number(counts.memories())),
                        new Fact("Memories in the index", number(index.memories())),
                        new Fact("Changes that searches do not see yet", number(index.lag())),
                        new Fact(
                                "Texts that wait for their vector",
                                number(index.itemsPending() + index.memoriesPending())),
                        new Fact("Vectors", index.vectorFormat().name().toLowerCase(Locale.ROOT))));
        model.addAttribute(
                "tiers",
                List.of(
                        TierRow.of("Hot", reports.tiers().hot()),
                        TierRow.of("Warm", reports.tiers().warm()),
                        TierRow.of("Cold", reports.tiers().cold())));
        model.addAttribute("failure", index.failure());
        model.addAttribute("rebuild", Rebuild.of(reindexing.newest().orElse(null)));
        return "store";
    }

    @GetMapping("/store/progress")
    String progress(Model model) {
        model.addAttribute("rebuild", Rebuild.of(reindexing.newest().orElse(null)));
        return "fragments/rebuild :: rebuild";
    }

    @PostMapping("/store/reindex")
    String reindex() {
        reindexing.start();
        return "redirect:/store";
    }

    /// One that ended meanwhile is shown as it ended.
    @PostMapping("/store/reindex/cancel")
    String cancel() {
        reindexing.newest().ifPresent(job -> reindexing.cancel(job.id()));
        return "redirect:/store";
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String amount(long bytes) {
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%,.1f MiB", bytes / 1048576.0);
    }
}
