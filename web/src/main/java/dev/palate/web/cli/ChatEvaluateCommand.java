package dev.palate.web.cli;

import dev.palate.agent.evaluation.ChatArm;
import dev.palate.agent.evaluation.ChatCase;
import dev.palate.agent.evaluation.ChatCases;
import dev.palate.agent.evaluation.ChatEvaluation;
import dev.palate.agent.evaluation.PlainArms;
import dev.palate.agent.evaluation.ScoredChats;
import dev.palate.agent.evaluation.SlotArm;
import dev.palate.agent.evaluation.TurnArm;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.hosted.HostedSettings;
import dev.palate.agent.ranking.LlmWeight;
import dev.palate.agent.ranking.LlmWeightFile;
import dev.palate.agent.ranking.LlmWeightFit;
import dev.palate.agent.ranking.Scorer;
import dev.palate.agent.turn.DialogueReplay;
import dev.palate.agent.turn.SlotFilling;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.text.MiniLmEncoder;
import dev.palate.memory.text.TextEncoder;
import dev.palate.prompts.PromptLibrary;
import dev.palate.retrieval.Progress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `palate chat-evaluate`: what the turn would have listed where, in dialogues between people, one suggested films.
/// Exit status 0, 1 when it could not be done, 2 for wrong usage.
@Command(
        name = "chat-evaluate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures the turn on dialogues between people, beside plain arms: full ranking of the catalog.")
public final class ChatEvaluateCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--cases",
            required = true,
            paramLabel = "FILE",
            description = "JSON lines: case_id, source, dialog, turns, mentioned, targets.")
    @SuppressWarnings("NullAway.Init")
    private Path cases;

    @Mixin
    private WorldOptions over = new WorldOptions();

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            defaultValue = "T0",
            description = "Of the model: T0 without one; T3 has a hosted one score the first 20, T2 the local one the"
                    + " first 10, and fits how much that may count. Default: T0.")
    private ModelLevel level = ModelLevel.T0;

    @Mixin
    private AskedModel asked = new AskedModel();

    /// What the model does for a list.
    enum Use {
        /// Scores its first items.
        SCORES,
        /// Names what a message asks for where the rules found nothing in it.
        SLOTS
    }

    @Option(
            names = "--uses",
            split = ",",
            paramLabel = "NAME[,NAME]",
            description =
                    "What the model of --level is used for: scores (of the first of each list, twenty calls a case"
                            + " at T2), slots (what a message asks for where the rules found nothing in it, a call a message)."
                            + " Default: both.")
    private Set<Use> uses = EnumSet.allOf(Use.class);

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "Puts the fitted weight of the model's scores there, as llm-weights.json in the data"
                    + " directory is read by the server. Only with --half first or second.")
    private @Nullable Path weights;

    @Option(
            names = "--half",
            paramLabel = "NAME",
            defaultValue = "first",
            description = "first (for tuning), second (to be scored once, at the end) or all: by the first byte of the"
                    + " SHA-256 of the dialogue's name. Default: first.")
    private ChatCase.Half half = ChatCase.Half.FIRST;

    @Option(
            names = "--id",
            paramLabel = "FIELD",
            defaultValue = "ml1m_id",
            description = "The field of mentioned and targets that holds the catalog's ids. Default: ml1m_id.")
    private String id = "ml1m_id";

    @Option(
            names = "--arms",
            split = ",",
            paramLabel = "NAME[,NAME]",
            description = "Of random, popular, bm25, text, together, fusion; T0 is always there. Default: all.")
    private List<String> arms = List.of();

    @Option(
            names = "--lists",
            paramLabel = "OUT.tsv",
            description = "Writes the turn's lists: case_id item_id rank score.")
    private @Nullable Path lists;

    @Option(
            names = "--readings",
            paramLabel = "OUT.jsonl",
            description = "Writes what the rules found in each case, and where the targets stand.")
    private @Nullable Path readings;

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of everything random. Default: 1.")
    private long seed = 1;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Supplier<TextEncoder> encoders;
    private final @Nullable LanguageModel given;

    /// With the encoder that serves.
    public ChatEvaluateCommand() {
        this(() -> MiniLmEncoder.open(MiniLmEncoder.Options.defaults()));
    }

    /// With another encoder, closed after use.
    ChatEvaluateCommand(Supplier<TextEncoder> encoders) {
        this(encoders, null);
    }

    /// With a model at hand instead of the one that the options name.
    ChatEvaluateCommand(Supplier<TextEncoder> encoders, @Nullable LanguageModel given) {
        this.encoders = encoders;
        this.given = given;
    }

    @Override
    public Integer call() throws InterruptedException {
        return Measurement.status(spec, (out, line) -> run(out, Measurement.shown(line)));
    }

    private void run(PrintWriter out, Progress progress) throws InterruptedException {
        if (level == ModelLevel.T1) {
            throw new IllegalArgumentException("--level T1 scores no lists; use T0, T2 or T3");
        }
        if (weights != null && (level == ModelLevel.T0 || half == ChatCase.Half.ALL)) {
            throw new IllegalArgumentException("--weights wants --level T2 or T3, and --half first or second, so that"
                    + " the other half is left to judge them");
        }
        if (weights != null && !uses.contains(Use.SCORES)) {
            throw new IllegalArgumentException(
                    "--weights are of a model's scores: give --uses scores, or leave out --uses or --weights");
        }
        if (level == ModelLevel.T0 && uses.size() < Use.values().length) {
            throw new IllegalArgumentException("--uses says what a model does, and --level T0 has none; add --level T2"
                    + " or T3, or leave out --uses");
        }
        if (level == ModelLevel.T3 && given == null) {
            HostedSettings ignored = asked.settings();
        }
        OutFiles.requireFolder("--weights", weights);
        for (String name : arms) {
            if (!PlainArms.NAMES.contains(name)) {
                throw new IllegalArgumentException(
                        "--arms has no " + name + "; there are " + String.join(", ", PlainArms.NAMES));
            }
        }
        OutFiles.requireFolder("--lists", lists);
        OutFiles.requireFolder("--readings", readings);
        json.require();
        List<ChatCase> chosen =
                ChatCases.read(cases, id).stream().filter(half::holds).toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("no case of " + cases + " is in the half asked for, "
                    + half.name().toLowerCase(Locale.ROOT) + "; use --half all");
        }
        try (TextEncoder encoder = encoders.get();
                ChatWorld world = ChatWorld.of(over.catalog(), over.split(), encoder, progress)) {
            ChatWorld.Parts parts = world.open(over.work());
            List<ChatArm> plain = plain(parts.plain().all(seed));
            if (level == ModelLevel.T0) {
                List<ChatArm> all = new ArrayList<>(plain);
                all.add(new TurnArm(parts.replay()));
                tell(ChatEvaluation.run(chosen, all, over.resamples(), seed, progress), Optional.empty(), null, out);
                return;
            }
            try (LanguageModel model =
                    given == null ? asked.open(level, over.work().resolve("model.log")) : given) {
                List<ChatArm> all = new ArrayList<>(plain);
                @Nullable SlotArm slots = uses.contains(Use.SLOTS) ? slots(parts.replay(), model) : null;
                Optional<ScoredChats> scored = uses.contains(Use.SCORES)
                        ? Optional.of(scored(chosen, parts.replay(), model, progress))
                        : Optional.empty();
                if (slots != null) {
                    all.add(slots);
                }
                all.addAll(scored.map(ScoredChats::arms).orElseGet(() -> List.of(new TurnArm(parts.replay()))));
                tell(ChatEvaluation.run(chosen, all, over.resamples(), seed, progress), scored, slots, out);
            }
        }
    }

    private static SlotArm slots(DialogueReplay replay, LanguageModel model) {
        return new SlotArm(replay.with(new SlotFilling(model, PromptLibrary.load(), PATIENCE, Clock.systemUTC())));
    }

    private void tell(
            ChatEvaluation evaluation, Optional<ScoredChats> scored, @Nullable SlotArm slots, PrintWriter out) {
        if (lists != null) {
            OutFiles.write(lists, String.join("\n", evaluation.lists()) + "\n");
        }
        if (readings != null) {
            OutFiles.write(readings, readings(evaluation));
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("command", JsonOption.command(spec));
        report.putAll(evaluation.report());
        scored.ifPresent(one -> report.put("scored", one.report()));
        if (slots != null) {
            report.put("slots", slots.report(evaluation, over.resamples(), seed));
        }
        json.write(report);
        print(evaluation, out);
        if (slots != null) {
            print(slots, evaluation, out);
        }
        scored.ifPresent(one -> new ScoredReport(one, evaluation, over.resamples(), seed).print(out));
    }

    private void print(SlotArm slots, ChatEvaluation evaluation, PrintWriter out) {
        int[] counts = slots.counts();
        out.println(format(
                "slots: %d messages asked, %d of them failed, something new in %d cases",
                counts[0], counts[1], counts[2]));
        slots.gains(evaluation, over.resamples(), seed).stream()
                .filter(gain -> gain.interval().users() > 0)
                .forEach(gain -> out.println(format(
                        "%s - T0, %s where %s (%d cases): %+.4f [%+.4f, %+.4f]",
                        SlotArm.NAME,
                        gain.metric(),
                        gain.slice().equals("asked") ? "the model was asked" : "it named something new",
                        gain.interval().users(),
                        gain.interval().difference(),
                        gain.interval().low(),
                        gain.interval().high())));
        out.flush();
    }

    private ScoredChats scored(List<ChatCase> chosen, DialogueReplay replay, LanguageModel model, Progress progress) {
        Clock clock = Clock.systemUTC();
        Scorer scorer = AskedModel.scorer(level, model);
        ScoredChats scored = ScoredChats.score(
                ScoredChats.listed(chosen, replay, progress),
                scorer,
                new ScoredChats.Options(PATIENCE, over.resamples(), seed),
                clock,
                progress);
        if (weights != null) {
            LlmWeightFit.Fit fit = scored.fit();
            LlmWeightFile.put(
                    weights,
                    new LlmWeight(
                            model.id().value(),
                            level,
                            scorer.prompt().toString(),
                            fit.lambda(),
                            fit.low(),
                            fit.high(),
                            fit.lists(),
                            clock.instant()));
        }
        return scored;
    }

    private List<ChatArm> plain(List<ChatArm> known) {
        return known.stream()
                .filter(arm -> arms.isEmpty() || arms.contains(arm.name()))
                .toList();
    }

    private void print(ChatEvaluation evaluation, PrintWriter out) {
        out.println(format(
                "%d cases (half: %s); rules found nothing in %.1f %% of them",
                evaluation.cases().size(), half.name().toLowerCase(Locale.ROOT), 100 * evaluation.nothingFound()));
        out.println(format(
                "%-16s%10s%10s%10s%10s%14s%12s",
                "arm", "R@10", "R@50", "MRR", "mentioned", "R@50 nothing", "ms, median"));
        for (ChatEvaluation.Arm arm : evaluation.arms()) {
            double[] millis = arm.millis().clone();
            Arrays.sort(millis);
            out.println(format(
                    "%-16s%10.4f%10.4f%10.4f%10d%14.4f%12.1f",
                    arm.name(),
                    arm.metrics().mean("Recall@10"),
                    arm.metrics().mean("Recall@50"),
                    arm.metrics().mean("MRR@50"),
                    arm.metrics().mentioned(),
                    evaluation.meanWhereNothingFound(arm, "Recall@50"),
                    millis[millis.length / 2]));
        }
        evaluation.comparisons().stream()
                .filter(comparison -> comparison.interval().users() > 0)
                .forEach(comparison -> out.println(format(
                        "%s - %s, %s%s: %+.4f [%+.4f, %+.4f]",
                        comparison.first(),
                        comparison.second(),
                        comparison.metric(),
                        comparison.slice().equals(ChatEvaluation.ALL)
                                ? ""
                                : " where the rules found nothing ("
                                        + comparison.interval().users() + " cases)",
                        comparison.interval().difference(),
                        comparison.interval().low(),
                        comparison.interval().high())));
        out.flush();
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private static String readings(ChatEvaluation evaluation) {
        StringBuilder lines = new StringBuilder();
        List<ChatArm.Answer> answers = evaluation.arms().getLast().answers();
        for (int at = 0; at < answers.size(); at++) {
            ChatCase chat = evaluation.cases().get(at);
            List<ItemId> items = answers.get(at).items();
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("case_id", chat.id());
            line.put("found", answers.get(at).understood());
            line.put(
                    "targets",
                    chat.targets().stream()
                            .sorted()
                            .map(item -> Map.of("item_id", item.value(), "rank", items.indexOf(item) + 1))
                            .toList());
            line.putAll(answers.get(at).account());
            lines.append(JsonMapper.shared().writeValueAsString(line)).append('\n');
        }
        return lines.toString();
    }
}
