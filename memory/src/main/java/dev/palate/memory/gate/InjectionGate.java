package dev.palate.memory.gate;

import java.util.regex.Pattern;

/// Texts that speak to the machine rather than of the person are not remembered: orders to ignore instructions, talk
/// of the system prompt, role markers, links. The whole source counts: who slips an order in beside a taste is not
/// believed about the taste.
public final class InjectionGate implements WriteGate {
    private static final Pattern ORDER = Pattern.compile("\\b(ignore|disregard|override|bypass|forget)\\b.{0,40}"
            + "\\b(instructions?|rules?|prompts?|guidelines?|filters?)\\b"
            + "|\\b(system|developer|hidden) prompt\\b"
            + "|\\bremember that (the|your) (system|instructions?|rules?|prompt|assistant)\\b"
            + "|\\byou are now\\b|\\bact as (an?|the) \\b.{0,20}\\b(system|admin|administrator|developer|root)\\b"
            + "|\\b(always|only) recommend\\b|\\bjailbreak\\b");
    private static final Pattern MARKER = Pattern.compile(
            "<\\|[^|]{0,40}\\|>|\\[/?INST\\]|<</?SYS>>|(?m)^\\s*#{0,4}\\s*(system|assistant)\\s*:",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern LINK =
            Pattern.compile("\\b[a-z][a-z0-9+.-]{1,15}://|\\bwww\\.[a-z0-9]", Pattern.CASE_INSENSITIVE);

    /// True when the text speaks to the machine.
    public static boolean found(String text) {
        return ORDER.matcher(Words.normal(text)).find() || MARKER.matcher(text).find();
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        if (found(proposal.source()) || found(proposal.text())) {
            return new Verdict.Reject("injection");
        }
        if (LINK.matcher(proposal.quote()).find()
                || LINK.matcher(proposal.text()).find()) {
            return new Verdict.Reject("link");
        }
        return new Verdict.Accept();
    }
}
