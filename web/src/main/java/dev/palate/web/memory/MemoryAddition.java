package dev.palate.web.memory;

import dev.palate.agent.extraction.MemoryWriter;
import dev.palate.memory.Require;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.Written;
import dev.palate.memory.memory.Memory;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is to be remembered, as sent.
///
/// @param text words of the user, 1 to 4,000 characters (400 with `infer: false`); or
/// @param messages of a talk, 1 to 50; what an assistant said is never remembered
/// @param infer false to keep the words as they are, after the gates
record MemoryAddition(
        @Nullable String userId,
        @Nullable String text,
        @Nullable List<Line> messages,
        @Nullable Boolean infer) {
    private static final int MAX_MESSAGES = 50;
    private static final int MAX_WORDS = 4_000;

    /// One message.
    record Line(@Nullable String role, @Nullable String content) {}

    /// What became of it.
    record Result(List<Entry> results, List<Refused> rejected) {
        static Result of(List<Written> outcomes) {
            List<Entry> results = new ArrayList<>();
            List<Refused> rejected = new ArrayList<>();
            for (Written written : outcomes) {
                Memory memory = written.memory();
                if (memory == null) {
                    rejected.add(new Refused(written.text(), written.reason()));
                } else {
                    results.add(new Entry(written.outcome().name(), written.reason(), MemoryView.of(memory)));
                }
            }
            return new Result(results, rejected);
        }
    }

    /// One memory written.
    ///
    /// @param event `ADD`, `MERGE`, `SUPERSEDE` or `QUARANTINE`
    record Entry(
            String event,
            String reason,
            @com.fasterxml.jackson.annotation.JsonUnwrapped MemoryView memory) {}

    /// One that was not.
    ///
    /// @param reason a code such as `no_span`
    record Refused(String text, String reason) {}

    void check() {
        if ((text == null) == (messages == null)) {
            throw ProblemException.invalid("#", "name either text or messages");
        }
        said();
    }

    boolean inferred() {
        return Input.or(infer, true);
    }

    List<MemoryWriter.Said> said() {
        if (text != null) {
            return List.of(said("#/text", Role.USER, text));
        }
        List<Line> lines = Input.or(messages, List.of());
        Input.at("#/messages", () -> Require.range("number of messages", lines.size(), 1, MAX_MESSAGES));
        List<MemoryWriter.Said> said = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String pointer = "#/messages/" + i;
            String role = Input.required(pointer + "/role", lines.get(i).role());
            said.add(said(
                    pointer + "/content",
                    Input.at(pointer + "/role", () -> Role.ofKey(role)),
                    Input.required(pointer + "/content", lines.get(i).content())));
        }
        return said;
    }

    private MemoryWriter.Said said(String pointer, Role role, String words) {
        int most = inferred() ? MAX_WORDS : Memory.MAX_TEXT;
        return new MemoryWriter.Said(role, "", Input.at(pointer, () -> Require.text("text", words, 1, most)));
    }
}
