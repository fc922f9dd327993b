package dev.palate.web.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Gives errors that were met outside controllers the shape of a problem.
@RestController
final class ErrorPath implements ErrorController {
    private final ProblemResponse problems;

    ErrorPath(ProblemResponse problems) {
        this.problems = problems;
    }

    @RequestMapping("/error")
    ResponseEntity<Object> error(HttpServletRequest request) {
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        ProblemType type = ProblemType.ofStatus(status instanceof Integer code ? code : 404);
        return problems.entity(new ProblemException(type, type.title()), request);
    }
}
