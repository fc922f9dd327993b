package dev.palate.web.user;

import dev.palate.memory.gate.Consents;
import dev.palate.memory.gate.SensitiveClass;
import dev.palate.memory.user.UserId;
import dev.palate.web.problem.Input;
import dev.palate.web.security.Access;
import dev.palate.web.security.Caller;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/users/{id}/consent`: which sensitive things a user agreed to have remembered. Taking consent back stops what
/// would be remembered from then on; what was remembered under it is the user's to delete.
@RestController
final class ConsentController {
    private static final int MOST = 20;

    private final Consents consents;
    private final Access access;

    ConsentController(Consents consents, Access access) {
        this.consents = consents;
        this.access = access;
    }

    @GetMapping("/v1/users/{id}/consent")
    Consent get(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
        return Consent.of(consents.of(access.known(caller, "#/user_id", id)));
    }

    @PutMapping("/v1/users/{id}/consent")
    Consent put(@AuthenticationPrincipal Caller caller, @PathVariable String id, @RequestBody Consent body) {
        UserId user = access.known(caller, "#/user_id", id);
        List<String> keys = Input.required("#/sensitive", body.sensitive());
        Set<SensitiveClass> classes = Input.at(
                "#/sensitive",
                () -> keys.stream().limit(MOST).map(SensitiveClass::ofKey).collect(Collectors.toUnmodifiableSet()));
        consents.set(user, classes);
        return Consent.of(classes);
    }

    /// Classes by their keys, such as `health`.
    record Consent(@Nullable List<String> sensitive) {
        static Consent of(Set<SensitiveClass> classes) {
            return new Consent(
                    classes.stream().map(SensitiveClass::key).sorted().toList());
        }
    }
}
