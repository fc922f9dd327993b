package dev.palate.agent.llm.hosted;

import java.util.Map;

/// How requests to an endpoint went, since the start.
///
/// @param requests sent, tries included
/// @param retries of those, the ones after a failure
/// @param failed by kind: `connect`, `status`, `late`, `cut`, `malformed`, `too_large`
/// @param misfits answers that were not of the shape asked for
/// @param held calls that were not made because the breaker was open
public record HostedCounts(long requests, long retries, Map<String, Long> failed, long misfits, long held) {
    public HostedCounts {
        failed = Map.copyOf(failed);
    }
}
