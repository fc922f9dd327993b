package dev.palate.web.admin;

import dev.palate.memory.job.JobId;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.embedding.Activation;
import dev.palate.web.job.ModelDesk;
import dev.palate.web.job.ModelViews;
import dev.palate.web.job.Trainer;
import dev.palate.web.problem.Input;
import dev.palate.web.security.Caller;
import jakarta.servlet.http.HttpServletResponse;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/// The operator's page of the collaborative model: what is served, what can be served instead, the trainings with
/// their curves, and when the next one comes.
@Controller
final class ModelPages {
    private final ModelDesk desk;
    private final Trainer trainer;
    private final HostedCards hosted;
    private final Dates dates = new Dates(ZoneId.systemDefault());

    ModelPages(ModelDesk desk, Trainer trainer, HostedCards hosted) {
        this.desk = desk;
        this.trainer = trainer;
        this.hosted = hosted;
    }

    /// A training as drawn.
    ///
    /// @param percent 0 to 100
    public record TrainingCard(
            String job,
            String title,
            String when,
            String at,
            String detail,
            boolean underWay,
            boolean succeeded,
            int percent,
            List<TrainingCurve> curves) {}

    /// A kept model as drawn.
    public record VersionCard(
            String version,
            String trained,
            String learnt,
            String gate,
            boolean accepted,
            boolean active,
            boolean rollBackTo) {}

    /// A choice of the model as drawn.
    public record ChoiceRow(String version, String when, String who, String why, boolean overrode) {}

    @GetMapping("/models")
    String page(Model model) {
        return show(model, null);
    }

    /// The training under way; the whole page anew once it has ended.
    @GetMapping("/models/progress")
    String progress(Model model, HttpServletResponse response) {
        Optional<ModelViews.TrainingView> underWay = desk.listing().trainings().stream()
                .filter(training -> underWay(training.status()))
                .findFirst();
        if (underWay.isEmpty()) {
            response.setHeader("HX-Refresh", "true");
        }
        model.addAttribute("running", underWay.map(this::card).orElse(null));
        return "fragments/training :: running";
    }

    @PostMapping("/models/train")
    String train(Model model, HttpServletResponse response) {
        return chosen(() -> trainer.start(), model, response);
    }

    @PostMapping("/models/cancel")
    String cancel(@RequestParam String job) {
        boolean ignored = trainer.cancel(Input.parameter("job", () -> new JobId(job)));
        return "redirect:/models";
    }

    @PostMapping("/models/activate")
    String activate(
            @AuthenticationPrincipal Caller caller,
            @RequestParam String version,
            @RequestParam(required = false) @Nullable String reason,
            Model model,
            HttpServletResponse response) {
        return chosen(() -> desk.activate(version, caller.actor().value(), reason), model, response);
    }

    @PostMapping("/models/roll-back")
    String rollBack(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String reason,
            Model model,
            HttpServletResponse response) {
        return chosen(() -> desk.rollBack(caller.actor().value(), reason), model, response);
    }

    private String chosen(Runnable choice, Model model, HttpServletResponse response) {
        try {
            choice.run();
            return "redirect:/models";
        } catch (RetrievalException e) {
            response.setStatus(HttpServletResponse.SC_CONFLICT);
            return show(model, e.getMessage());
        }
    }

    private String show(Model model, @Nullable String problem) {
        ModelViews.Listing listing = desk.listing();
        List<TrainingCard> cards = listing.trainings().stream().map(this::card).toList();
        model.addAttribute("problem", problem);
        model.addAttribute("active", listing.active());
        model.addAttribute("next", listing.schedule().words());
        model.addAttribute(
                "notBefore",
                listing.schedule().notBefore() == null
                        ? null
                        : dates.minute(listing.schedule().notBefore()));
        model.addAttribute(
                "running",
                cards.stream().filter(TrainingCard::underWay).findFirst().orElse(null));
        model.addAttribute(
                "ended", cards.stream().filter(card -> !card.underWay).toList());
        model.addAttribute(
                "versions",
                listing.versions().stream()
                        .map(version -> card(version, listing.rollBackTo()))
                        .toList());
        model.addAttribute("rollBackTo", listing.rollBackTo());
        model.addAttribute(
                "choices", listing.activations().stream().map(this::row).toList());
        model.addAttribute("hosted", hosted.now());
        return "models";
    }

    private VersionCard card(ModelViews.VersionView version, @Nullable String rollBackTo) {
        return new VersionCard(
                version.version(),
                dates.minute(version.trainedAt()),
                String.format(Locale.ROOT, "%,d events of %,d users", version.events(), version.users())
                        + (version.sequence() ? ", with a sequence model" : "")
                        + (version.tables().isEmpty() ? "" : "; vectors of ids: " + version.tables()),
                version.gate(),
                version.accepted(),
                version.active(),
                version.version().equals(rollBackTo));
    }

    private ChoiceRow row(Activation activation) {
        return new ChoiceRow(
                activation.version(),
                dates.minute(activation.at()),
                activation.actor(),
                activation.reason(),
                activation.overrode());
    }

    private TrainingCard card(ModelViews.TrainingView training) {
        String why = switch (training.cause()) {
            case "first" -> "The first training";
            case "scheduled" -> "By itself";
            default -> "Asked for";
        };
        String again = training.resumed() == 0 ? "" : ", taken up again";
        return new TrainingCard(
                training.job(),
                why + again + ": " + training.status(),
                dates.minute(training.createdAt()),
                training.createdAt().toString(),
                training.detail(),
                underWay(training.status()),
                training.status().equals("succeeded"),
                (int) Math.round(100 * training.progress()),
                TrainingCurve.of(training.curve()));
    }

    private static boolean underWay(String status) {
        return status.equals("pending") || status.equals("running");
    }
}
