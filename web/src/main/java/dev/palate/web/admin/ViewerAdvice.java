package dev.palate.web.admin;

import dev.palate.agent.domain.Speech;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import dev.palate.web.security.Caller;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/// Gives every page the viewer, and how items are spoken of.
@ControllerAdvice(basePackageClasses = ViewerAdvice.class)
final class ViewerAdvice {
    private final Users users;
    private final Speech speech;

    ViewerAdvice(Users users, Speech speech) {
        this.users = users;
        this.speech = speech;
    }

    @ModelAttribute("speech")
    Speech speech() {
        return speech;
    }

    @ModelAttribute("viewer")
    @Nullable
    Viewer viewer(@AuthenticationPrincipal @Nullable Caller caller) {
        UserId user = caller == null ? null : caller.user();
        return user == null || caller == null
                ? null
                : new Viewer(user.value(), People.name(user, users.user(user).orElse(null)), caller.session());
    }
}
