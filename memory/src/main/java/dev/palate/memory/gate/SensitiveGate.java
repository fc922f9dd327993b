package dev.palate.memory.gate;

/// What a person says of their health, faith and the like is not remembered without their consent, nor kept among the
/// rejections.
final class SensitiveGate implements WriteGate {
    /// The reason, by which a rejection is known to be kept without its words.
    static final String REASON = "sensitive";

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        boolean agreed = context.consents().containsAll(SensitiveClass.of(proposal.quote()))
                && proposal.words().stream()
                        .allMatch(words -> context.consents().containsAll(SensitiveClass.of(words)));
        return agreed ? new Verdict.Accept() : new Verdict.Reject(REASON);
    }
}
