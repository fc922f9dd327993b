package dev.palate.web.problem;

import dev.palate.agent.AgentException;
import dev.palate.memory.MemoryException;
import dev.palate.memory.gate.RefusedException;
import dev.palate.retrieval.RetrievalException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/// Maps every exception that leaves a controller to one problem.
@RestControllerAdvice
public final class ProblemAdvice extends ResponseEntityExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    private final ProblemResponse problems;

    /// With the one that sends problems.
    public ProblemAdvice(ProblemResponse problems) {
        this.problems = problems;
    }

    /// What controllers refuse themselves.
    @ExceptionHandler
    ResponseEntity<Object> problem(ProblemException e, HttpServletRequest request) {
        return problems.entity(e, request);
    }

    /// What the store refuses.
    @ExceptionHandler
    ResponseEntity<Object> memory(MemoryException e, HttpServletRequest request) {
        ProblemType type = typeOf(e.code());
        if (type == ProblemType.INTERNAL) {
            return fault(e, request);
        }
        if (e.code() == MemoryException.Code.STORAGE) {
            LOG.error("refused by the disk or the database: {} {}", request.getMethod(), e.getMessage(), e);
        }
        return problems.entity(new ProblemException(type, String.valueOf(e.getMessage())), request);
    }

    /// What the rules for writing memories refuse.
    @ExceptionHandler
    ResponseEntity<Object> refused(RefusedException e, HttpServletRequest request) {
        return problems.entity(new ProblemException(typeOf(e), String.valueOf(e.getMessage())), request);
    }

    private static ProblemType typeOf(RefusedException e) {
        if (e.ofWords()) {
            return ProblemType.VALIDATION_FAILED;
        }
        return e.reason().equals(RefusedException.LOCKED) ? ProblemType.MEMORY_LOCKED : ProblemType.CONFLICT;
    }

    /// What finding, ranking or training refuses.
    @ExceptionHandler
    ResponseEntity<Object> retrieval(RetrievalException e, HttpServletRequest request) {
        ProblemType type = typeOf(e.code());
        if (type == ProblemType.INTERNAL) {
            return fault(e, request);
        }
        return problems.entity(new ProblemException(type, String.valueOf(e.getMessage())), request);
    }

    /// What the agent refuses.
    @ExceptionHandler
    ResponseEntity<Object> agent(AgentException e, HttpServletRequest request) {
        return problems.entity(new ProblemException(typeOf(e.codeName()), String.valueOf(e.getMessage())), request);
    }

    /// What nobody expected: the caller learns nothing but the trace id.
    @ExceptionHandler
    ResponseEntity<Object> fault(Exception e, HttpServletRequest request) {
        LOG.error("request failed: {} {}", request.getMethod(), e.getClass().getName(), e);
        return problems.entity(
                new ProblemException(
                        ProblemType.INTERNAL, "the server failed; its log has more under the trace_id given here"),
                request);
    }

    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return problems.entity(Faults.unreadable(e), servlet(request));
    }

    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ProblemException problem = translate(e, status);
        if (problem.type() == ProblemType.INTERNAL) {
            return java.util.Objects.requireNonNull(fault(e, servlet(request)));
        }
        ResponseEntity<Object> answer = problems.entity(problem, servlet(request));
        HttpHeaders all = new HttpHeaders();
        all.putAll(headers);
        all.putAll(answer.getHeaders());
        return new ResponseEntity<>(answer.getBody(), all, answer.getStatusCode());
    }

    private static ProblemException translate(Exception e, HttpStatusCode status) {
        return switch (e) {
            case HttpRequestMethodNotSupportedException method ->
                new ProblemException(
                        ProblemType.METHOD_NOT_ALLOWED,
                        "the method " + method.getMethod() + " is not served here; allowed: "
                                + String.join(
                                        ", ",
                                        method.getSupportedMethods() == null
                                                ? new String[] {"none"}
                                                : method.getSupportedMethods()));
            case HttpMediaTypeNotSupportedException media ->
                new ProblemException(
                        ProblemType.UNSUPPORTED_MEDIA_TYPE,
                        "the media type " + media.getContentType() + " is not read here; send application/json");
            case MissingServletRequestParameterException missing ->
                ProblemException.parameter(missing.getParameterName(), missing.getParameterName() + " is required");
            case MethodArgumentTypeMismatchException mismatch ->
                ProblemException.parameter(
                        String.valueOf(mismatch.getPropertyName()),
                        mismatch.getPropertyName() + " must be "
                                + (mismatch.getRequiredType() == null
                                        ? "of another type"
                                        : "of type "
                                                + mismatch.getRequiredType()
                                                        .getSimpleName()
                                                        .toLowerCase(java.util.Locale.ROOT))
                                + ", was " + mismatch.getValue());
            case ErrorResponse answer ->
                new ProblemException(
                        ProblemType.ofStatus(status.value()),
                        answer.getBody().getDetail() == null
                                ? ProblemType.ofStatus(status.value()).title()
                                : answer.getBody().getDetail());
            default -> new ProblemException(ProblemType.ofStatus(status.value()), "the request failed", List.of(), e);
        };
    }

    private static ProblemType typeOf(MemoryException.Code code) {
        return switch (code) {
            case NOT_FOUND -> ProblemType.NOT_FOUND;
            case REVISION_CONFLICT -> ProblemType.REVISION_CONFLICT;
            case LOCKED -> ProblemType.MEMORY_LOCKED;
            case LIMIT, BAD_INPUT -> ProblemType.VALIDATION_FAILED;
            case BUSY -> ProblemType.RATE_LIMITED;
            case DEADLINE -> ProblemType.DEADLINE_EXCEEDED;
            case DIRECTORY_HELD, STORAGE -> ProblemType.UNAVAILABLE;
            case BAD_FILE -> ProblemType.INTERNAL;
        };
    }

    private static ProblemType typeOf(RetrievalException.Code code) {
        return switch (code) {
            case NOT_FOUND -> ProblemType.NOT_FOUND;
            case BAD_INPUT -> ProblemType.VALIDATION_FAILED;
            case DEADLINE -> ProblemType.DEADLINE_EXCEEDED;
            case REFUSED -> ProblemType.CONFLICT;
            case CANCELLED, MEMORY -> ProblemType.UNAVAILABLE;
            case BAD_FILE, TRAINING, STORAGE -> ProblemType.INTERNAL;
        };
    }

    private static ProblemType typeOf(String agentCode) {
        return switch (agentCode) {
            case "busy", "model_busy" -> ProblemType.RATE_LIMITED;
            case "not_found" -> ProblemType.NOT_FOUND;
            case "model_deadline" -> ProblemType.DEADLINE_EXCEEDED;
            default -> ProblemType.UNAVAILABLE;
        };
    }

    private static HttpServletRequest servlet(WebRequest request) {
        return ((ServletWebRequest) request).getRequest();
    }
}
