package dev.palate.web.cli;

import dev.palate.agent.evaluation.ChatSimulation;
import dev.palate.agent.evaluation.ChatSimulation.Sought;
import dev.palate.agent.evaluation.CollaborativeArms;
import dev.palate.agent.evaluation.ConversationArm;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.evaluation.EvaluationResult;
import dev.palate.retrieval.evaluation.ReportPage;
import dev.palate.retrieval.evaluation.Split;
import dev.palate.retrieval.training.PairedBootstrap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `palate chat-simulate`: simulated users look for what they really had next. Exit status 0, 1 when it could not be
/// done, 2 for wrong usage.
@Command(
        name = "chat-simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lets simulated users look for what they really had next, in conversations of a few turns with"
                + " the turn without a model: by their words, by their history, by both; with collaborative memory and"
                + " without its parts.")
public final class ChatSimulateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private WorldOptions over = new WorldOptions();

    @Option(
            names = "--part",
            paramLabel = "NAME",
            defaultValue = "valid",
            description = "What is looked for: valid (for tuning) or test. Default: ${DEFAULT-VALUE}.")
    private Part part = Part.VALID;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "200",
            description = "So many of them, drawn by the first seed; 1 to 100,000. Default: ${DEFAULT-VALUE}.")
    private int users = 200;

    @Option(
            names = "--turns",
            paramLabel = "N",
            defaultValue = "5",
            description = "Of a conversation, 1 to 20. Default: ${DEFAULT-VALUE}.")
    private int turns = 5;

    @Option(
            names = "--size",
            paramLabel = "N",
            defaultValue = "10",
            description = "Of a list, 1 to 50. Default: ${DEFAULT-VALUE}.")
    private int size = 10;

    @Option(
            names = "--crowd",
            paramLabel = "N",
            defaultValue = "20",
            description = "All that a user says is true of at least so many items, so that it cannot tell which one it"
                    + " means; 2 to 10,000. Default: ${DEFAULT-VALUE}.")
    private int crowd = 20;

    @Option(
            names = "--seed",
            split = ",",
            paramLabel = "N[,N]",
            defaultValue = "1",
            description = "Of what users say; each makes a conversation of its own. Default: ${DEFAULT-VALUE}.")
    private List<Long> seeds = List.of(1L);

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--html", paramLabel = "OUT.html", description = "Writes a page with tables and plots.")
    private @Nullable Path html;

    @Option(
            names = "--arms",
            paramLabel = "WHICH",
            defaultValue = "words",
            description = "words: by words, history, both and neither. collaborative: without a language model, with"
                    + " collaborative memory and without its parts, as it is written from the events. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Arms arms = Arms.WORDS;

    /// What is compared.
    enum Arms {
        WORDS,
        COLLABORATIVE
    }

    /// What is looked for.
    enum Part {
        VALID,
        TEST
    }

    private final Supplier<TextEncoder> encoders;

    /// With the encoder that serves.
    public ChatSimulateCommand() {
        this(() -> MiniLmEncoder.open(MiniLmEncoder.Options.defaults()));
    }

    /// With another encoder, closed after use.
    ChatSimulateCommand(Supplier<TextEncoder> encoders) {
        this.encoders = encoders;
    }

    @Override
    public Integer call() throws InterruptedException {
        return Measurement.status(spec, (out, line) -> run(out, Measurement.shown(line)));
    }

    private void run(PrintWriter out, Progress progress) throws InterruptedException {
        if (users < 1 || users > 100_000) {
            throw new IllegalArgumentException("--users takes 1 to 100000, had " + users);
        }
        var options = new ChatSimulation.Options(turns, size, crowd, seeds, over.resamples());
        json.require();
        OutFiles.requireFolder("--html", html);
        try (TextEncoder encoder = encoders.get();
                ChatWorld world = arms == Arms.WORDS
                        ? ChatWorld.fitted(over.catalog(), known(), encoder, progress)
                        : ChatWorld.shared(over.catalog(), known(), encoder, progress)) {
            List<Sought> sought = sought(world);
            ChatWorld.Parts parts = world.open(over.work());
            ChatSimulation simulation = ChatSimulation.run(
                    sought,
                    world.items(),
                    parts.labels(),
                    arms(sought, world, parts, options, progress),
                    options,
                    progress);
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("command", JsonOption.command(spec));
            report.put("task", part.name().toLowerCase(Locale.ROOT));
            report.putAll(simulation.report(seeds.getFirst()));
            json.write(report);
            if (html != null) {
                OutFiles.write(html, ReportPage.of(List.of(EvaluationResult.of(report))));
            }
            print(simulation, out);
        }
    }

    private List<ConversationArm> arms(
            List<Sought> sought,
            ChatWorld world,
            ChatWorld.Parts parts,
            ChatSimulation.Options options,
            Progress progress) {
        return parts.shared()
                .map(shared -> CollaborativeArms.of(
                        shared,
                        ChatSimulation.openings(sought, world.items(), parts.labels(), options),
                        over.resamples(),
                        seeds.getFirst(),
                        progress))
                .orElseGet(() -> Stream.of(ChatSimulation.Arm.values())
                        .map(arm -> arm.over(parts.replay()))
                        .toList());
    }

    /// What is known: all that came before what is looked for.
    private List<Split.Row> known() {
        Split rows = Split.readForTuning(over.split());
        return part == Part.VALID
                ? rows.train()
                : Stream.concat(rows.train().stream(), rows.valid().stream()).toList();
    }

    /// Users with what they had next: the earliest of several; not what they had before, nor what the catalog lacks.
    private List<Sought> sought(ChatWorld world) {
        Map<String, Item> items = world.items().stream()
                .collect(Collectors.toMap(item -> item.id().value(), Function.identity(), (first, again) -> first));
        Map<String, Set<String>> had = new LinkedHashMap<>();
        world.events()
                .forEach(row ->
                        had.computeIfAbsent(row.user(), user -> new HashSet<>()).add(row.item()));
        List<Split.Row> rows = new ArrayList<>(
                part == Part.VALID
                        ? Split.readForTuning(over.split()).valid()
                        : Split.read(over.split()).test());
        rows.sort(Comparator.comparingLong(Split.Row::time));
        Map<String, Sought> next = new LinkedHashMap<>();
        for (Split.Row row : rows) {
            Item item = items.get(row.item());
            Set<String> before = had.getOrDefault(row.user(), Set.of());
            if (item != null && !before.isEmpty() && !before.contains(row.item())) {
                next.putIfAbsent(
                        row.user(),
                        new Sought(
                                new UserId(row.user()),
                                item,
                                before.stream().map(ItemId::new).collect(Collectors.toSet())));
            }
        }
        if (next.isEmpty()) {
            throw new IllegalArgumentException("no row of the " + part.name().toLowerCase(Locale.ROOT) + " part of "
                    + over.split() + " has a user with events before and an item of " + over.catalog()
                    + " that is new to the user; give the catalog of this split");
        }
        List<Sought> all = new ArrayList<>(next.values());
        Collections.shuffle(all, new SplittableRandom(seeds.getFirst()));
        return all.subList(0, Math.min(users, all.size()));
    }

    private void print(ChatSimulation simulation, PrintWriter out) {
        out.println(String.format(
                Locale.ROOT,
                "%d users, %d turns of %d items, %d conversations each; what they say fits at least %d items",
                simulation.sought().size(),
                turns,
                size,
                seeds.size(),
                simulation.outcomes().stream()
                        .mapToInt(ChatSimulation.Outcome::least)
                        .min()
                        .orElse(0)));
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-24s", "found within"));
        for (int turn = 1; turn <= turns; turn++) {
            head.append(String.format(Locale.ROOT, "%8d", turn));
        }
        out.println(head.append(String.format(Locale.ROOT, "%12s", "mean turn")));
        for (ChatSimulation.Outcome outcome : simulation.outcomes()) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-24s", outcome.arm()));
            for (int turn = 1; turn <= turns; turn++) {
                line.append(String.format(Locale.ROOT, "%8.4f", outcome.within(turn)));
            }
            out.println(line.append(String.format(Locale.ROOT, "%12.2f", outcome.meanTurn())));
        }
        simulation.outcomes().stream()
                .filter(outcome -> outcome.degraded() > 0)
                .forEach(outcome -> out.println(String.format(
                        Locale.ROOT,
                        "%s: %d lists lack a source that was late or failed, so it is not measured whole",
                        outcome.arm(),
                        outcome.degraded())));
        simulation.outcomes().forEach(outcome -> weights(outcome, out));
        ChatSimulation.Outcome last = simulation.outcomes().getLast();
        for (ChatSimulation.Outcome other :
                simulation.outcomes().subList(0, simulation.outcomes().size() - 1)) {
            PairedBootstrap.Interval interval = simulation.minus(other, turns, seeds.getFirst());
            out.println(String.format(
                    Locale.ROOT,
                    "%s - %s, found within %d: %+.4f [%+.4f, %+.4f]",
                    last.arm(),
                    other.arm(),
                    turns,
                    interval.difference(),
                    interval.low(),
                    interval.high()));
        }
        out.flush();
    }

    /// λ of the facets, of either half of the users.
    private static void weights(ChatSimulation.Outcome outcome, PrintWriter out) {
        if (outcome.account().get("facets") instanceof List<?> folds) {
            for (Object fold : folds) {
                if (fold instanceof Map<?, ?> fit) {
                    out.println(String.format(
                            Locale.ROOT,
                            "%s: weight of facets %+.3f [%+.3f, %+.3f] over %.0f lists, in force %.3f",
                            outcome.arm(),
                            number(fit.get("lambda")),
                            number(fit.get("low")),
                            number(fit.get("high")),
                            number(fit.get("lists")),
                            number(fit.get("in_force"))));
                }
            }
        }
    }

    private static double number(@Nullable Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}
