package dev.palate.agent.evaluation;

import dev.palate.agent.domain.Era;
import dev.palate.agent.domain.Reading;
import dev.palate.agent.domain.Unknown;
import dev.palate.agent.turn.DialogueReplay;
import java.util.Map;

/// The turn itself, without a language model. Thread-safe.
public final class TurnArm implements ChatArm {
    private final DialogueReplay replay;

    /// Over the replay.
    public TurnArm(DialogueReplay replay) {
        this.replay = replay;
    }

    @Override
    public String name() {
        return "T0";
    }

    @Override
    public Answer answer(ChatCase chat, int size) {
        return answer(heard(replay, chat, size));
    }

    static DialogueReplay.Heard heard(DialogueReplay replay, ChatCase chat, int size) {
        return replay.replay(
                chat.turns().stream()
                        .map(turn -> new DialogueReplay.Said(turn.speaker() == ChatCase.Speaker.SEEKER, turn.text()))
                        .toList(),
                size);
    }

    static Answer answer(DialogueReplay.Heard heard) {
        return new Answer(
                heard.items().stream().map(ranked -> ranked.item().id()).toList(),
                heard.items().stream().map(ranked -> ranked.score()).toList(),
                heard.found(),
                Map.of(
                        "wish",
                        heard.wish(),
                        "degraded",
                        heard.degraded(),
                        "turns",
                        heard.readings().stream().map(TurnArm::account).toList()));
    }

    private static Map<String, Object> account(Reading reading) {
        return Map.of(
                "text",
                reading.text(),
                "claims",
                reading.claims().stream()
                        .map(claim -> Map.of(
                                "stance", claim.stance().name(),
                                "slot", claim.mention().slot().toString(),
                                "label", claim.mention().label(),
                                "firm", claim.firm(),
                                "either", claim.either()))
                        .toList(),
                "eras",
                reading.eras().stream().map(Era::phrase).toList(),
                "unknown",
                reading.unknown().stream().map(Unknown::words).toList(),
                "rest",
                reading.rest());
    }
}
