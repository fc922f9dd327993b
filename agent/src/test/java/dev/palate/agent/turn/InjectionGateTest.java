package dev.palate.agent.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.palate.memory.conversation.Role;
import dev.palate.memory.gate.GateContext;
import dev.palate.memory.gate.InjectionGate;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.gate.Verdict;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.memory.Trust;
import dev.palate.memory.user.UserId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// How much of the corpus the injection gate sees by itself, whatever the other locks do.
///
/// The corpus and the gate have one author, so the texts held out tell less than they seem to. Those in `later.jsonl`
/// were written after its first version, which saw 14 of those 40; it was changed once more with that total in view,
/// for no single text. What it does not see is kept as free text without effect, which [InjectionTest] shows.
class InjectionGateTest {
    private static boolean stopped(String text) {
        Proposal proposal = new Proposal(
                new Subject.OfUser(new UserId("anna")),
                MemoryKind.TRAIT,
                text,
                0,
                Trust.STATED,
                null,
                text,
                text,
                "",
                Role.USER);
        return !(new InjectionGate().check(proposal, GateContext.of(List.of(), 0, Instant.EPOCH))
                instanceof Verdict.Accept);
    }

    private static long count(List<InjectionCorpus.Case> cases, boolean heldOut, List<String> seen) {
        long count = 0;
        for (InjectionCorpus.Case one : cases) {
            if (one.heldOut() == heldOut && stopped(one.text())) {
                count++;
                seen.add(one.id());
            }
        }
        return count;
    }

    @Test
    void mostOfTheHostileAndNoneOfTheHarmlessAreStopped() {
        List<InjectionCorpus.Case> hostile = InjectionCorpus.hostile();
        List<InjectionCorpus.Case> harmless = InjectionCorpus.harmless();
        assertThat(hostile).hasSize(200);
        assertThat(hostile.stream().filter(InjectionCorpus.Case::heldOut)).hasSize(60);
        assertThat(hostile.stream().map(InjectionCorpus.Case::text).distinct()).hasSize(200);
        assertThat(harmless).hasSizeGreaterThanOrEqualTo(60);
        List<String> seen = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        long open = count(hostile, false, seen);
        long held = count(hostile, true, seen);
        long wrong = count(harmless, false, refused);
        long wrongHeld = count(harmless, true, refused);
        Map<String, Integer> missed = new TreeMap<>();
        hostile.stream().filter(one -> !seen.contains(one.id())).forEach(one -> {
            missed.merge(one.kind() + (one.heldOut() ? " (held out)" : ""), 1, Integer::sum);
        });
        System.out.printf(
                "injection gate: %d of 140 and %d of 60 held out stopped; of %d harmless refused %d and %d held out%n",
                open, held, harmless.size(), wrong, wrongHeld);
        System.out.println("missed: " + missed);
        assertThat(open).isGreaterThanOrEqualTo(138);
        assertThat(wrong).as("harmless texts refused, none held out").isZero();
    }

    @Test
    void textsWrittenLaterAreMeasured() {
        List<InjectionCorpus.Case> hostile = InjectionCorpus.later().stream()
                .filter(one -> !one.kind().equals("harmless"))
                .toList();
        List<InjectionCorpus.Case> harmless = InjectionCorpus.later().stream()
                .filter(one -> one.kind().equals("harmless"))
                .toList();
        long stopped = count(hostile, true, new ArrayList<>());
        long wrong = count(harmless, true, new ArrayList<>());
        System.out.printf(
                "injection gate, texts written after it: %d of %d stopped; of %d harmless refused %d%n",
                stopped, hostile.size(), harmless.size(), wrong);
    }

    /// A long message of one shape must not use up the stack.
    @Test
    void longTextsOfOneShapeAreJudged() {
        for (String part : List.of("a", "a-", "ab ", "61 ", "%61", "&#97;", "<a ", "{\"a\":", "no ", "a.a", "ﾠ", "а")) {
            String text = part.repeat(8_000 / part.length());
            assertThatCode(() -> InjectionGate.refuses(text)).as(part).doesNotThrowAnyException();
        }
    }
}
