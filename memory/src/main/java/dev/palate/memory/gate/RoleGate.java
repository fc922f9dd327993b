package dev.palate.memory.gate;

import dev.palate.memory.conversation.Role;

/// Only what the user said becomes a memory: an assistant that quotes itself would otherwise feed on its own words.
public final class RoleGate implements WriteGate {
    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        return switch (proposal.speaker()) {
            case Role.USER -> new Verdict.Accept();
            case Role.ASSISTANT -> new Verdict.Reject("role");
        };
    }
}
