package dev.palate.web.admin;

import dev.palate.memory.Ids;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import dev.palate.web.problem.Input;
import dev.palate.web.problem.ProblemException;
import dev.palate.web.security.Caller;
import dev.palate.web.security.PageSessions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.InstantSource;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/// The picker: through whose eyes a session looks.
@Controller
final class PeoplePages {
    private static final int ID_TAIL = 8;

    private final People people;
    private final Users users;
    private final PageSessions sessions;
    private final Ids ids;
    private final InstantSource clock;

    PeoplePages(People people, Users users, PageSessions sessions, Ids ids, InstantSource clock) {
        this.people = people;
        this.users = users;
        this.sessions = sessions;
        this.ids = ids;
        this.clock = clock;
    }

    @GetMapping("/people")
    String page(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(defaultValue = "") String q,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean piece,
            Model model) {
        fill(caller, q, model);
        return piece ? "fragments/people :: picker" : "people";
    }

    @GetMapping("/people/list")
    String list(@AuthenticationPrincipal Caller caller, @RequestParam(defaultValue = "") String q, Model model) {
        fill(caller, q, model);
        return "fragments/people :: list";
    }

    @PostMapping("/people")
    String choose(@RequestParam String user, HttpServletRequest request, HttpServletResponse response) {
        sessions.open(user.isEmpty() ? newcomer() : known(user), request, response);
        return "redirect:/chat";
    }

    private void fill(Caller caller, String prefix, Model model) {
        model.addAttribute("q", prefix);
        model.addAttribute("people", people.startingWith(prefix.strip(), Eyes.of(caller)));
    }

    private UserId known(String id) {
        return users.user(Input.parameter("user", () -> new UserId(id)))
                .map(User::id)
                .orElseThrow(() -> ProblemException.notFound("user", id));
    }

    private UserId newcomer() {
        String id = ids.next();
        UserId user = new UserId("guest-" + id.substring(id.length() - ID_TAIL));
        return users.ensure(new User(user, "a new user", clock.instant(), false))
                .id();
    }
}
