package dev.palate.web.admin;

import dev.palate.agent.turn.Replayed;
import dev.palate.memory.Page;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.conversation.TurnId;
import dev.palate.memory.trace.TraceHead;
import dev.palate.memory.trace.TurnTrace;
import dev.palate.memory.user.UserId;
import dev.palate.web.chat.TraceDesk;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/// The operator's pages of turns: those of a conversation, and one step by step, of the person whose eyes are used.
@Controller
final class TracePages {
    private static final int PAGE_SIZE = 50;

    private final Talks talks;
    private final TraceDesk desk;
    private final TraceCards cards;

    TracePages(Talks talks, TraceDesk desk, TraceCards cards) {
        this.talks = talks;
        this.desk = desk;
        this.cards = cards;
    }

    /// Without a conversation the newest one is meant.
    @GetMapping("/turns")
    String newest(@AuthenticationPrincipal Caller caller, Model model) {
        UserId viewer = Eyes.of(caller);
        List<Talks.TalkLink> all = talks.list(viewer, null);
        if (!all.isEmpty()) {
            return "redirect:/turns/" + all.getFirst().id();
        }
        return list(model, viewer, null, new Page<>(List.of(), null));
    }

    @GetMapping("/turns/{conversation}")
    String turns(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String conversation,
            @RequestParam @Nullable String cursor,
            Model model) {
        UserId viewer = Eyes.of(caller);
        Conversation talk = talk(viewer, conversation);
        return list(model, viewer, talk, Input.page(PAGE_SIZE, size -> desk.page(talk.id(), cursor, size)));
    }

    @GetMapping("/turns/{conversation}/{turn}")
    String turn(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String conversation,
            @PathVariable String turn,
            Model model) {
        return page(model, talk(Eyes.of(caller), conversation), turn, null);
    }

    /// Runs the turn again; nothing is written.
    @PostMapping("/turns/{conversation}/{turn}/replay")
    String replay(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String conversation,
            @PathVariable String turn,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            Model model) {
        Conversation talk = talk(Eyes.of(caller), conversation);
        Replayed replayed = desk.replay(trace(talk, turn));
        if (!piece) {
            return page(model, talk, turn, replayed);
        }
        fill(model, replayed);
        return "fragments/trace :: replayed";
    }

    private String page(Model model, Conversation talk, String turn, @Nullable Replayed replayed) {
        model.addAttribute("conversation", talk.id().value());
        model.addAttribute("talk", Talks.title(talk));
        model.addAttribute("card", cards.card(trace(talk, turn)));
        if (replayed != null) {
            fill(model, replayed);
        }
        return "turn";
    }

    private void fill(Model model, Replayed replayed) {
        model.addAttribute("replayed", cards.replayed(replayed));
        model.addAttribute("same", replayed.same());
        model.addAttribute("changed", replayed.changed());
    }

    private String list(Model model, UserId viewer, @Nullable Conversation talk, Page<TraceHead> page) {
        String current = talk == null ? null : talk.id().value();
        model.addAttribute("conversation", current);
        model.addAttribute("talk", talk == null ? "No conversation yet" : Talks.title(talk));
        model.addAttribute("talks", talks.list(viewer, current));
        model.addAttribute("turns", page.items().stream().map(cards::row).toList());
        model.addAttribute("next", page.nextCursor());
        return "turns";
    }

    private Conversation talk(UserId viewer, String conversation) {
        return talks.of(viewer, Input.parameter("conversation", () -> new ConversationId(conversation)))
                .orElseThrow(() -> ProblemException.notFound("conversation", conversation));
    }

    private TurnTrace trace(Conversation talk, String turn) {
        return desk.trace(talk.id(), Input.parameter("turn", () -> new TurnId(turn)))
                .orElseThrow(() -> ProblemException.notFound("trace of turn", turn));
    }
}
