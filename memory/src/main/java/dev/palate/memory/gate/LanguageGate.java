package dev.palate.memory.gate;

import dev.palate.memory.text.Languages;

/// A memory keeps the language of the words it rests on: a translated one can no longer be held against them.
final class LanguageGate implements WriteGate {
    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        // A text that a template made of a slot has no language of its own.
        if (proposal.slot() != null) {
            return new Verdict.Accept();
        }
        String quoted = Languages.of(proposal.quote());
        String text = Languages.of(proposal.text());
        boolean known = !quoted.equals(Languages.UNKNOWN) && !text.equals(Languages.UNKNOWN);
        return known && !quoted.equals(text) ? new Verdict.Reject("translated") : new Verdict.Accept();
    }
}
