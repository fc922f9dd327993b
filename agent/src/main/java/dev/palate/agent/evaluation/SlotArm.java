package dev.palate.agent.evaluation;

import dev.palate.agent.turn.DialogueReplay;
import dev.palate.retrieval.training.PairedBootstrap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// The turn with a model that names what a message asks for where the rules found nothing in it. Keeps what the model
/// was asked, by case. Not thread-safe.
public final class SlotArm implements ChatArm {
    /// Its name.
    public static final String NAME = "T0 and slots";

    private final DialogueReplay replay;
    private final Map<String, DialogueReplay.Filled> filled = new LinkedHashMap<>();

    /// @param replay with a model
    public SlotArm(DialogueReplay replay) {
        this.replay = replay;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Answer answer(ChatCase chat, int size) {
        DialogueReplay.Heard heard = TurnArm.heard(replay, chat, size);
        filled.put(chat.id(), heard.filled());
        return TurnArm.answer(heard);
    }

    /// A slice of the cases, and the difference to the turn without a model on it.
    ///
    /// @param slice `asked` or `taken`: those in which the model was asked, or what it named was new
    public record Gain(String slice, String metric, PairedBootstrap.Interval interval) {}

    /// What the model brought beside the turn without one.
    ///
    /// @param evaluation that had this arm and T0
    public List<Gain> gains(ChatEvaluation evaluation, int resamples, long seed) {
        List<Gain> gains = new ArrayList<>();
        for (String metric : ChatMetrics.MAIN) {
            gains.add(gain("asked", one -> one.asked() > 0, evaluation, metric, resamples, seed));
            gains.add(gain("taken", one -> !one.taken().isEmpty(), evaluation, metric, resamples, seed));
        }
        return gains;
    }

    private Gain gain(
            String slice,
            Predicate<DialogueReplay.Filled> in,
            ChatEvaluation evaluation,
            String metric,
            int resamples,
            long seed) {
        double[] with = values(evaluation, NAME, metric);
        List<ChatCase> cases = evaluation.cases();
        for (int at = 0; at < with.length; at++) {
            if (!in.test(filled.getOrDefault(cases.get(at).id(), DialogueReplay.Filled.NONE))) {
                with[at] = Double.NaN;
            }
        }
        return new Gain(slice, metric, PairedBootstrap.of(with, values(evaluation, "T0", metric), resamples, seed, 1));
    }

    private static double[] values(ChatEvaluation evaluation, String arm, String metric) {
        return evaluation.arms().stream()
                .filter(one -> one.name().equals(arm))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no arm " + arm))
                .metrics()
                .of(metric)
                .clone();
    }

    /// Messages asked, answers that failed, cases in which what was named was new.
    public int[] counts() {
        return new int[] {
            filled.values().stream().mapToInt(DialogueReplay.Filled::asked).sum(),
            filled.values().stream().mapToInt(DialogueReplay.Filled::failed).sum(),
            (int) filled.values().stream().filter(one -> !one.taken().isEmpty()).count()
        };
    }

    /// All numbers, for JSON.
    public Map<String, Object> report(ChatEvaluation evaluation, int resamples, long seed) {
        Map<String, Object> report = new LinkedHashMap<>();
        int[] counts = counts();
        report.put("messages_asked", counts[0]);
        report.put("failed", counts[1]);
        report.put("cases_with_something_new", counts[2]);
        report.put(
                "taken",
                filled.entrySet().stream()
                        .filter(one -> !one.getValue().taken().isEmpty())
                        .map(one -> Map.of(
                                "case_id", one.getKey(), "kinds", one.getValue().taken()))
                        .toList());
        report.put(
                "minus_T0",
                gains(evaluation, resamples, seed).stream()
                        .map(gain -> Map.of(
                                "slice", gain.slice(),
                                "metric", gain.metric(),
                                "difference", gain.interval().difference(),
                                "low", gain.interval().low(),
                                "high", gain.interval().high(),
                                "cases", gain.interval().users()))
                        .toList());
        return report;
    }
}
