package dev.palate.memory.gate;

import dev.palate.memory.Require;
import java.time.Instant;

/// A proposal that a gate refused.
///
/// @param proposal as it was; without its words when it was sensitive
/// @param reason of the gate
/// @param policy key of the policy that refused it last
/// @param at when it was refused first
public record Rejection(String id, Proposal proposal, String reason, String policy, Instant at) {
    /// In place of words that are not to be kept.
    public static final String WITHHELD = "(withheld)";

    public Rejection {
        Require.text("rejection id", id, 1, 128);
        Require.text("reason", reason, 1, 60);
        Require.text("policy", policy, 1, 60);
    }

    /// A refused proposal as it may be kept.
    public static Rejection of(String id, Proposal proposal, String reason, String policy, Instant at) {
        if (!reason.equals(SensitiveGate.REASON)) {
            return new Rejection(id, proposal, reason, policy, at);
        }
        Proposal bare = new Proposal(
                proposal.subject(),
                proposal.kind(),
                WITHHELD,
                0,
                proposal.trust(),
                null,
                "",
                "",
                proposal.sourceId(),
                proposal.speaker());
        return new Rejection(id, bare, reason, policy, at);
    }

    /// False when its words were not kept, so that it cannot be judged again.
    public boolean replayable() {
        return !proposal.text().equals(WITHHELD);
    }
}
