package dev.palate.web.admin;

import dev.palate.agent.domain.Speech;
import dev.palate.memory.MemoryException;
import dev.palate.memory.Page;
import dev.palate.memory.erase.ErasureState;
import dev.palate.memory.gate.RefusedException;
import dev.palate.memory.job.JobId;
import dev.palate.memory.memory.Memories;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.memory.MemoryKind;
import dev.palate.memory.memory.MemoryStatus;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Caller;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/// The memories page. Every form works by itself; with htmx only the piece that changed comes back.
@Controller
final class MemoryPages {
    private static final int PAGE_SIZE = 50;
    private static final String LIST = "fragments/memory :: list";
    private static final String CARD = "fragments/memory :: card(m=${m})";
    private static final String EDITOR = "fragments/memory :: editor(m=${m},form=${form})";
    private static final String RECEIPT = "fragments/receipt :: receipt(r=${receipt})";
    private static final String BACK = "redirect:/memories";

    private final Memories memories;
    private final MemoryCards cards;
    private final MemoryEdits edits;
    private final Speech speech;
    private final RefusedCards refused;
    private final ReceiptCards receipts;

    MemoryPages(
            Memories memories,
            MemoryCards cards,
            MemoryEdits edits,
            RefusedCards refused,
            ReceiptCards receipts,
            Speech speech) {
        this.speech = speech;
        this.refused = refused;
        this.receipts = receipts;
        this.memories = memories;
        this.cards = cards;
        this.edits = edits;
    }

    /// What every piece of the page offers to choose from.
    @ModelAttribute
    void choices(Model model) {
        model.addAttribute("kinds", Words.KINDS);
        model.addAttribute("facets", Words.facets(speech));
        model.addAttribute("statuses", Words.STATUSES);
        model.addAttribute("blank", MemoryForm.blank());
        model.addAttribute("adding", false);
    }

    @GetMapping("/memories")
    String page(
            @AuthenticationPrincipal Caller caller,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            Search search,
            @RequestParam @Nullable String m,
            @RequestParam @Nullable String erased,
            Model model) {
        fill(Eyes.of(caller), search, m, model);
        if (erased != null) {
            receipts.of(Input.parameter("erased", () -> new JobId(erased)), Eyes.of(caller))
                    .ifPresent(receipt -> model.addAttribute("receipt", receipt));
        }
        model.addAttribute("piece", piece);
        return piece ? LIST : "memories";
    }

    @GetMapping("/memories/{id}")
    String card(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        return card(edits.of(Eyes.of(caller), id), model);
    }

    @GetMapping("/memories/{id}/edit")
    String editor(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            Model model) {
        Memory memory = edits.of(Eyes.of(caller), id);
        return editor(Eyes.of(caller), memory, cards.form(memory), null, piece, model);
    }

    @PostMapping("/memories/{id}")
    String save(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam long revision,
            @ModelAttribute("form") MemoryForm form,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            HttpServletResponse response,
            Model model) {
        UserId viewer = Eyes.of(caller);
        Memory before = edits.of(viewer, id);
        try {
            Memory after = edits.edit(before, revision, form, caller.actor());
            return piece ? card(after, model) : BACK;
        } catch (IllegalArgumentException e) {
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            return editor(viewer, before, form, e.getMessage(), piece, model);
        } catch (MemoryException e) {
            requireConflict(e);
            response.setStatus(HttpStatus.PRECONDITION_FAILED.value());
            Memory newer = edits.of(viewer, id);
            String problem =
                    "It was changed in the meantime; this is the newer state. You had written: “" + form.text() + "”.";
            return editor(viewer, newer, cards.form(newer), problem, piece, model);
        }
    }

    @PostMapping("/memories")
    String add(
            @AuthenticationPrincipal Caller caller,
            @ModelAttribute("form") MemoryForm form,
            HttpServletResponse response,
            Model model) {
        try {
            return BACK + "?m="
                    + edits.add(Eyes.of(caller), form, caller.actor()).id();
        } catch (IllegalArgumentException e) {
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            fill(Eyes.of(caller), Search.all(), null, model);
            model.addAttribute("problem", e.getMessage());
            model.addAttribute("blank", form);
            model.addAttribute("adding", true);
            return "memories";
        }
    }

    @PostMapping("/memories/{id}/muted")
    String mute(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam long revision,
            @RequestParam boolean on,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            HttpServletResponse response,
            Model model) {
        Memory before = edits.of(Eyes.of(caller), id);
        return changed(() -> edits.mute(before, revision, on, caller.actor()), before, piece, response, model);
    }

    @PostMapping("/memories/{id}/locked")
    String lock(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam long revision,
            @RequestParam boolean on,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            HttpServletResponse response,
            Model model) {
        Memory before = edits.of(Eyes.of(caller), id);
        return changed(() -> edits.lock(before, revision, on, caller.actor()), before, piece, response, model);
    }

    @PostMapping("/memories/{id}/approve")
    String approve(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam long revision,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            HttpServletResponse response,
            Model model) {
        Memory before = edits.of(Eyes.of(caller), id);
        return changed(() -> edits.approve(before, revision, caller.actor()), before, piece, response, model);
    }

    @PostMapping("/memories/{id}/restore")
    String restore(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam long revision,
            @RequestParam long to,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            HttpServletResponse response,
            Model model) {
        Memory before = edits.of(Eyes.of(caller), id);
        return changed(() -> edits.restore(before, revision, to, caller.actor()), before, piece, response, model);
    }

    @PostMapping("/memories/{id}/delete")
    String delete(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            Model model)
            throws InterruptedException {
        ErasureState state = edits.forget(edits.of(Eyes.of(caller), id));
        model.addAttribute("receipt", receipts.card(state));
        return piece ? RECEIPT : BACK + "?erased=" + state.job();
    }

    /// The receipt of one of the viewer's erasures, as it is now.
    @GetMapping("/memories/receipts/{job}")
    String receipt(@AuthenticationPrincipal Caller caller, @PathVariable String job, Model model) {
        JobId id = Input.parameter("job", () -> new JobId(job));
        model.addAttribute(
                "receipt",
                receipts.of(id, Eyes.of(caller)).orElseThrow(() -> ProblemException.notFound("erasure", job)));
        return RECEIPT;
    }

    @GetMapping("/memories/{id}/history")
    String history(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            Model model) {
        Memory memory = edits.of(Eyes.of(caller), id);
        List<MemoryCards.RevisionCard> revisions = cards.revisions(memories.history(memory.id()));
        model.addAttribute("memory", cards.card(memory));
        model.addAttribute("revisions", revisions);
        model.addAttribute("revisionCount", Words.count(revisions.size(), "state", "states, newest first"));
        return piece ? "fragments/memory :: history" : "history";
    }

    private String changed(
            Supplier<Memory> change, Memory before, boolean piece, HttpServletResponse response, Model model) {
        try {
            Memory after = change.get();
            return piece ? card(after, model) : BACK;
        } catch (MemoryException e) {
            requireConflict(e);
            response.setStatus(HttpStatus.PRECONDITION_FAILED.value());
            return noticed("It was changed in the meantime; this is the newer state.", before, model);
        } catch (RefusedException e) {
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            return noticed(Words.capitalised(String.valueOf(e.getMessage())) + ".", before, model);
        }
    }

    private String noticed(String notice, Memory before, Model model) {
        model.addAttribute("notice", notice);
        return card(memories.memory(before.id()).orElse(before), model);
    }

    private static void requireConflict(MemoryException e) {
        if (e.code() != MemoryException.Code.REVISION_CONFLICT) {
            throw e;
        }
    }

    private String card(Memory memory, Model model) {
        model.addAttribute("m", cards.card(memory));
        return CARD;
    }

    private String editor(
            UserId viewer, Memory memory, MemoryForm form, @Nullable String problem, boolean piece, Model model) {
        model.addAttribute("m", cards.card(memory));
        model.addAttribute("form", form);
        if (problem != null) {
            model.addAttribute("problem", problem);
        }
        if (piece) {
            return EDITOR;
        }
        fill(viewer, Search.all(), memory.id().value(), model);
        model.addAttribute("editing", memory.id().value());
        return "memories";
    }

    private void fill(UserId viewer, Search search, @Nullable String wanted, Model model) {
        Page<Memory> page = memories.page(search.filter(viewer), search.cursor(), PAGE_SIZE);
        List<Memory> shown = new ArrayList<>(page.items());
        if (wanted != null
                && shown.stream().noneMatch(memory -> memory.id().value().equals(wanted))) {
            memories.memory(Input.parameter("m", () -> new MemoryId(wanted)))
                    .filter(memory -> memory.subject().equals(new Subject.OfUser(viewer)))
                    .ifPresent(shown::addFirst);
        }
        model.addAttribute("memories", shown.stream().map(cards::card).toList());
        model.addAttribute("refused", search.narrowed() || search.cursor() != null ? List.of() : refused.of(viewer));
        model.addAttribute("profile", search.narrowed() || search.cursor() != null ? null : profile(viewer));
        model.addAttribute("wanted", wanted);
        model.addAttribute("next", page.nextCursor());
        model.addAttribute("q", search.q());
        model.addAttribute("kind", search.kind());
        model.addAttribute("status", search.status());
        model.addAttribute("filtered", search.narrowed());
        model.addAttribute(
                "tally",
                page.nextCursor() == null
                        ? Words.count(shown.size(), "memory", "memories")
                        : shown.size() + " memories and more");
    }

    private MemoryCards.@Nullable MemoryCard profile(UserId viewer) {
        MemoryFilter profiles = new MemoryFilter(
                new Subject.OfUser(viewer), Set.of(MemoryKind.PROFILE), Set.of(MemoryStatus.ACTIVE), null);
        return memories.page(profiles, null, 1).items().stream()
                .findFirst()
                .map(cards::card)
                .orElse(null);
    }

    /// What a listing is narrowed to; unknown kinds and statuses do not narrow.
    record Search(
            String q, String kind, String status, @Nullable String cursor) {
        Search(@Nullable String q, @Nullable String kind, @Nullable String status, @Nullable String cursor) {
            this.q = q == null ? "" : q.strip();
            this.kind = kind == null ? "" : kind;
            this.status = status == null ? "active" : status;
            this.cursor = cursor == null || cursor.isEmpty() ? null : cursor;
        }

        // Which stand above the list.
        private static final Set<MemoryKind> BUT_PROFILES =
                Set.copyOf(EnumSet.complementOf(EnumSet.of(MemoryKind.PROFILE)));

        static Search all() {
            return new Search(null, null, null, null);
        }

        boolean narrowed() {
            return !q.isEmpty() || !kind.isEmpty() || !status.equals("active");
        }

        MemoryFilter filter(UserId viewer) {
            return new MemoryFilter(
                    new Subject.OfUser(viewer),
                    kind.isEmpty() ? BUT_PROFILES : Set.of(Input.parameter("kind", () -> MemoryKind.ofKey(kind))),
                    status.equals("all")
                            ? Set.of()
                            : Set.of(Input.parameter("status", () -> MemoryStatus.ofKey(status))),
                    q.isEmpty() ? null : q);
        }
    }
}
