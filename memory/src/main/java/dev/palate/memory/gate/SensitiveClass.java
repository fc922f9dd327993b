package dev.palate.memory.gate;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// What a person may say of themselves that is remembered only with their consent. Found by words that follow a word
/// for the speaker: `I have diabetes` is sensitive, `a film about diabetes` is not. English only.
public enum SensitiveClass {
    /// Illness, disability, pregnancy, therapy.
    HEALTH("depress(ed|ion)|anxiety|cancer|diabet(es|ic)|hiv|aids|adhd|autis(m|tic)|dyslexi[ac]|bipolar|epilep(sy|tic)"
            + "|pregnan(t|cy)|miscarriage|therap(y|ist)|medication|antidepressants?|surgery|disab(led|ility)"
            + "|wheelchair|addict(ed|ion)|alcoholic|sober|rehab|illness|disease|ptsd|dementia"),
    /// Faith and its absence.
    RELIGION("christian|catholic|protestant|orthodox|muslim|islam|jewish|jew|hindu|buddhist|sikh|atheist|agnostic"
            + "|church|mosque|synagogue|religious|god|pray(ing)?|faith"),
    /// Parties and votes.
    POLITICS("republican|democrat|conservative|liberal|socialist|communist|libertarian|left[- ]wing|right[- ]wing"
            + "|vot(e|ed|ing) (for|against)|party member|trade union|union member"),
    /// Orientation and gender identity.
    SEXUALITY("gay|lesbian|bisexual|bi|queer|asexual|transgender|trans|non[- ]?binary|homosexual|heterosexual"),
    /// Descent.
    ETHNICITY("ethnicity|ethnic background|mixed race|my race|immigrant|refugee|asylum"),
    /// Debts, income and the law.
    MONEY("debts?|bankrupt(cy)?|salary|unemployed|in prison|convicted|criminal record");

    private static final String SELF = "\\b(i|im|i'm|i’m|i am|me|my|we|we're|our)\\b.{0,30}\\b(";

    private final Pattern pattern;

    SensitiveClass(String words) {
        pattern = Pattern.compile(SELF + words + ")\\b", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /// The classes that the words belong to.
    public static Set<SensitiveClass> of(String words) {
        Set<SensitiveClass> found = EnumSet.noneOf(SensitiveClass.class);
        for (SensitiveClass value : values()) {
            if (value.pattern.matcher(words).find()) {
                found.add(value);
            }
        }
        return found;
    }

    /// The name in lower case, as in tables and the API.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The value of a key.
    ///
    /// @throws IllegalArgumentException naming the keys allowed
    public static SensitiveClass ofKey(String key) {
        for (SensitiveClass value : values()) {
            if (value.key().equals(key)) {
                return value;
            }
        }
        throw new IllegalArgumentException("a sensitive class must be one of "
                + String.join(
                        ", ",
                        List.of(values()).stream().map(SensitiveClass::key).toList()) + ", was " + key);
    }
}
