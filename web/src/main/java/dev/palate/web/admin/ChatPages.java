package dev.palate.web.admin;

import dev.palate.agent.domain.Speech;
import dev.palate.memory.conversation.Conversation;
import dev.palate.memory.conversation.ConversationId;
import dev.palate.memory.slate.SlateId;
import dev.palate.memory.user.UserId;
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
import org.springframework.web.bind.annotation.RequestParam;

/// The chat page and its pieces. Words and items come through `/v1`; here they are only drawn.
@Controller
final class ChatPages {
    private final Talks talks;
    private final HealthLine health;
    private final Speech speech;

    ChatPages(Talks talks, HealthLine health, Speech speech) {
        this.speech = speech;
        this.talks = talks;
        this.health = health;
    }

    @GetMapping("/")
    String home() {
        return "redirect:/chat";
    }

    @GetMapping("/chat")
    String fresh(@AuthenticationPrincipal Caller caller, Model model) {
        return page(model, Eyes.of(caller), null);
    }

    @GetMapping("/chat/{id}")
    String conversation(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        UserId viewer = Eyes.of(caller);
        Conversation talk = talks.of(viewer, Input.parameter("id", () -> new ConversationId(id)))
                .orElseThrow(() -> ProblemException.notFound("conversation", id));
        return page(model, viewer, talk);
    }

    @GetMapping("/chat/talks")
    String list(@AuthenticationPrincipal Caller caller, @RequestParam @Nullable String current, Model model) {
        model.addAttribute("talks", talks.list(Eyes.of(caller), current));
        return "fragments/talks :: list";
    }

    @GetMapping("/chat/slates/{id}")
    String slate(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        model.addAttribute(
                "slate",
                talks.slate(Eyes.of(caller), Input.parameter("id", () -> new SlateId(id)))
                        .orElseThrow(() -> ProblemException.notFound("recommendation", id)));
        return "fragments/films :: slate(slate=${slate})";
    }

    @GetMapping("/health-line")
    String health(Model model) {
        model.addAttribute("health", health.now());
        return "fragments/health :: line";
    }

    private String page(Model model, UserId viewer, @Nullable Conversation talk) {
        String current = talk == null ? null : talk.id().value();
        model.addAttribute("title", talk == null ? "Chat" : Talks.title(talk));
        model.addAttribute("conversation", current);
        model.addAttribute("talks", talks.list(viewer, current));
        model.addAttribute("turns", talk == null ? List.of() : talks.turns(viewer, talk.id()));
        model.addAttribute("prompts", speech.examples());
        model.addAttribute("health", health.now());
        return "chat";
    }
}
