package dev.palate.memory.gate;

import dev.palate.memory.gate.MachineSpeech.Sureness;
import java.util.regex.Pattern;

/// Texts that speak to the machine rather than of the person are not remembered: orders to ignore instructions, to hand
/// out what is kept, to remember for all users, to rank for all; role markers and other marks of machines; links. What
/// only talks of the machine's inner things is quarantined for an operator to look at. The whole source counts: who
/// slips an order in beside a taste is not believed about the taste.
public final class InjectionGate implements WriteGate {
    /// The reason of a quarantine.
    static final String UNCLEAR = "suspect";

    private static final int MOST_HELD = 100;
    private static final Pattern MARKER = Pattern.compile(
            // Chat templates, role lines and headings
            "<\\|[^|]{0,40}\\|>|\\[/?INST\\]|<</?SYS>>|```\\s*system|\\[/?(system|assistant|developer)\\b[^\\]]{0,40}\\]"
                    + "|#{1,4}\\s*(system|assistant|instructions?|response)\\b"
                    + "|(^|[.!?\\n]\\s*)(system|assistant|developer|human)\\s*:"
                    // Tags, comments and templates
                    + "|</?[a-z][a-z0-9_:-]*(\\s[^<>]{0,200}|/[^<>]{0,200})?/?>|<!--|]]>|<%|\\{%|\\{\\{|[$#]\\{"
                    + "|\\bon\\w{3,12}\\s*=|javascript:|data:\\w+/\\w+"
                    // JSON and YAML, and handles of a list
                    + "|[{,]\\s*\"\\w{1,40}\"\\s*:|(^|\\n)(trust|role|kind|locked|status|polarity)\\s*:\\s*\\w|\\[\\[\\s*[A-Z]\\s*\\]\\]",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern LINK = Pattern.compile(
            "\\b[a-z][a-z0-9+.-]{1,15}://|\\bwww\\.[a-z0-9]|\\bhxxps?\\b|\\w\\[\\.\\]\\w"
                    + "|\\b[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63}){0,6}\\.[a-z]{2,12}/\\w|[\\w.+-]+@[\\w-]+\\.[a-z]{2,}",
            Pattern.CASE_INSENSITIVE);

    /// True when the text speaks to the machine, also in disguise; see [Disguises].
    public static boolean found(String text) {
        return sureness(text) == Sureness.ORDER;
    }

    /// True when no memory may be made to say the text: it speaks to the machine, may do so, or holds a link.
    public static boolean refuses(String text) {
        return LINK.matcher(text).find() || sureness(text) != Sureness.NO;
    }

    private static Sureness sureness(String text) {
        if (MARKER.matcher(text).find()) {
            return Sureness.ORDER;
        }
        Sureness most = Sureness.NO;
        for (String reading : Disguises.readings(text)) {
            Sureness sureness = MachineSpeech.of(reading);
            if (sureness == Sureness.ORDER) {
                return sureness;
            }
            most = sureness.compareTo(most) > 0 ? sureness : most;
        }
        return most;
    }

    @Override
    public Verdict check(Proposal proposal, GateContext context) {
        Sureness most = sureness(proposal.source());
        boolean link = LINK.matcher(proposal.quote()).find();
        for (String words : proposal.words()) {
            Sureness sureness = words.equals(proposal.source()) ? most : sureness(words);
            most = sureness.compareTo(most) > 0 ? sureness : most;
            link = link || LINK.matcher(words).find();
        }
        if (most == Sureness.ORDER) {
            return new Verdict.Reject("injection");
        }
        if (link) {
            return new Verdict.Reject("link");
        }
        if (most == Sureness.NO) {
            return new Verdict.Accept();
        }
        return context.quarantined().getAsLong() >= MOST_HELD
                ? new Verdict.Reject(UNCLEAR)
                : new Verdict.Quarantine(UNCLEAR);
    }
}
