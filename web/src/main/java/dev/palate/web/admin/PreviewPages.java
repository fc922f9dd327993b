package dev.palate.web.admin;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.RecommendationRequest;
import dev.palate.web.memory.MemoryOverride;
import dev.palate.web.memory.Overrides;
import dev.palate.web.recommendation.PreviewView;
import dev.palate.web.security.Caller;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/// The panel beside a memory: the list as it is, and as it would be without the memory or with other words in it.
/// Nothing is written.
@Controller
final class PreviewPages {
    private static final int SIZE = 10;

    private final MemoryEdits edits;
    private final MemoryCards cards;
    private final FilmCards films;
    private final Overrides overrides;
    private final FusedRecommender recommender;

    PreviewPages(
            MemoryEdits edits, MemoryCards cards, FilmCards films, Overrides overrides, FusedRecommender recommender) {
        this.films = films;
        this.edits = edits;
        this.cards = cards;
        this.overrides = overrides;
        this.recommender = recommender;
    }

    /// A place of one of the lists.
    ///
    /// @param move `▲ 2`, `▼ 1`, `new`, `gone`, or empty
    /// @param way `up`, `down`, `new`, `gone` or empty
    /// @param change of the score, empty when it stays
    public record Place(
            int rank,
            String title,
            @Nullable Integer year,
            String move,
            String way,
            String change,
            List<FilmCards.PartBar> parts) {}

    @GetMapping("/memories/{id}/preview")
    String preview(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam @Nullable String text,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            HttpServletResponse response,
            Model model) {
        UserId viewer = Eyes.of(caller);
        Memory memory = edits.of(viewer, id);
        boolean other = text != null && !text.isBlank() && !text.equals(memory.text());
        model.addAttribute("memory", cards.card(memory));
        model.addAttribute("wording", other && text != null ? text : memory.text());
        model.addAttribute("other", other);
        try {
            MemoryOverride override = other && text != null
                    ? MemoryOverride.saying(id, text.strip())
                    : memory.muted() ? unmuted(id) : MemoryOverride.without(id);
            model.addAttribute("what", other ? "As if it said that" : memory.muted() ? "With it" : "Without it");
            PreviewView view = PreviewView.of(recommender.compare(
                    RecommendationRequest.of(viewer, SIZE), overrides.of(viewer, List.of(override), caller.actor())));
            model.addAttribute("same", view.same());
            model.addAttribute("before", before(view));
            model.addAttribute("after", after(view));
        } catch (dev.palate.web.problem.ProblemException e) {
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            model.addAttribute("problem", e.getMessage());
        }
        return piece ? "fragments/preview :: preview" : "preview";
    }

    private static MemoryOverride unmuted(String id) {
        return new MemoryOverride(id, null, null, null, false, null);
    }

    private List<Place> before(PreviewView view) {
        Map<String, PreviewView.Move> moves = moves(view);
        List<Place> places = new ArrayList<>();
        for (PreviewView.Place place : view.before()) {
            PreviewView.Move move = moves.get(place.itemId());
            boolean gone = move != null && move.to() == null;
            places.add(new Place(
                    place.rank(),
                    place.title(),
                    place.year(),
                    gone ? "gone" : "",
                    gone ? "gone" : "",
                    "",
                    films.bars(place.signals())));
        }
        return places;
    }

    private List<Place> after(PreviewView view) {
        Map<String, PreviewView.Move> moves = moves(view);
        List<Place> places = new ArrayList<>();
        for (PreviewView.Place place : view.after()) {
            PreviewView.Move move = moves.get(place.itemId());
            Integer from = move == null ? null : move.from();
            int up = from == null ? 0 : from - place.rank();
            String way = from == null ? "new" : up > 0 ? "up" : up < 0 ? "down" : "";
            Double change = move == null ? null : move.scoreChange();
            places.add(new Place(
                    place.rank(),
                    place.title(),
                    place.year(),
                    switch (way) {
                        case "new" -> "new";
                        case "up" -> "▲ " + up;
                        case "down" -> "▼ " + -up;
                        default -> "";
                    },
                    way,
                    change == null || Math.abs(change) < 0.005
                            ? ""
                            : String.format(Locale.ROOT, "%+.2f", change).replace('-', '−'),
                    films.bars(place.signals())));
        }
        return places;
    }

    private static Map<String, PreviewView.Move> moves(PreviewView view) {
        Map<String, PreviewView.Move> moves = new HashMap<>();
        view.moves().forEach(move -> moves.put(move.itemId(), move));
        return moves;
    }
}
