package dev.palate.web.memory;

import dev.palate.web.problem.ProblemException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The revision that an edit was made on. Stateless.
final class IfMatch {
    private IfMatch() {}

    /// The revision in an `If-Match` header such as `"3"`; absent when there is none or it is `*`.
    static OptionalLong revision(@Nullable String header) {
        if (header == null || header.strip().equals("*")) {
            return OptionalLong.empty();
        }
        String digits = header.strip().replaceAll("^(W/)?\"|\"$", "");
        if (!digits.matches("\\d{1,18}")) {
            throw ProblemException.parameter(
                    "If-Match", "If-Match must be the ETag of the memory, such as \"3\", was " + header);
        }
        return OptionalLong.of(Long.parseLong(digits));
    }
}
