package dev.palate.agent.evaluation;

import dev.palate.agent.turn.DialogueReplay;

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
        DialogueReplay.Heard heard = replay.replay(
                chat.turns().stream()
                        .map(turn -> new DialogueReplay.Said(turn.speaker() == ChatCase.Speaker.SEEKER, turn.text()))
                        .toList(),
                size);
        return new Answer(
                heard.items().stream().map(ranked -> ranked.item().id()).toList(),
                heard.items().stream().map(ranked -> ranked.score()).toList(),
                heard.found());
    }
}
