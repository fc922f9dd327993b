package dev.palate.agent.domain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Which users and items are read for a user, as data: the score of one is its edge, times what each term makes of
/// its [Likeness]. After the domain rules of MemRec, which a language model writes as code; here a rule
/// is a closed set of terms with bounds, so that it can be checked, shown and compared. Immutable.
///
/// @param name such as `steady`
/// @param terms at most [#MOST_TERMS]; without any the edge alone counts
public record DomainRule(String name, List<Term> terms) {
    /// The most terms.
    public static final int MOST_TERMS = 8;
    /// The most conditions of a term.
    public static final int MOST_CONDITIONS = 3;

    private static final double MOST_FACTOR = 5;
    private static final double LEAST_FACTOR = 0.1;
    private static final double MOST_RATE = 0.05;
    private static final double MOST_DAYS = 3_650;
    private static final double MOST_COUNT = 10_000;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final ObjectMapper JSON = new ObjectMapper();

    /// The edge alone: the rule of a domain that has none.
    public static final DomainRule EVEN = new DomainRule("even", List.of());

    /// A user or an item.
    public enum Kind {
        /// Another user.
        USER,
        /// An item.
        ITEM;

        /// As it is written in a rule.
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A number that is looked at.
    public enum Feature {
        /// See [Likeness#edge].
        EDGE(1),
        /// See [Likeness#meta].
        META(1),
        /// See [Likeness#mem].
        MEM(1),
        /// See [Likeness#co]. A bound above what it can be is allowed, and never passed.
        CO(MOST_COUNT),
        /// See [Likeness#days].
        DAYS(MOST_DAYS);

        private final double most;

        Feature(double most) {
            this.most = most;
        }

        /// As it is written in a rule.
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A condition: the feature is above a value, or it is not.
    ///
    /// @param above true where it must be above, false where it must be at most the value
    public record Condition(Feature feature, boolean above, double value) {
        boolean holds(Likeness likeness) {
            return above == likeness.of(feature) > value;
        }
    }

    /// One factor of the score, where its conditions hold.
    public sealed interface Term {
        /// Of which it is; absent for both.
        @Nullable
        Kind of();

        /// All must hold.
        List<Condition> when();

        /// What the score is multiplied by where they do.
        double factor(Likeness likeness);
    }

    /// Times a number.
    ///
    /// @param by 0.1 to 5
    public record Multiply(@Nullable Kind of, List<Condition> when, double by) implements Term {
        public Multiply {
            when = List.copyOf(when);
        }

        @Override
        public double factor(Likeness likeness) {
            return by;
        }
    }

    /// Times `1 + by · feature`.
    ///
    /// @param feature one in [0, 1]
    /// @param by 0.1 to 5
    public record Grow(@Nullable Kind of, List<Condition> when, Feature feature, double by) implements Term {
        public Grow {
            when = List.copyOf(when);
        }

        @Override
        public double factor(Likeness likeness) {
            return 1 + by * likeness.of(feature);
        }
    }

    /// Times `exp(−rate · (days − after))` from then on.
    ///
    /// @param rate a day, 0 to 0.05
    /// @param after in days
    public record Decay(@Nullable Kind of, List<Condition> when, double rate, double after) implements Term {
        public Decay {
            when = List.copyOf(when);
        }

        @Override
        public double factor(Likeness likeness) {
            return Math.exp(-rate * Math.max(0, likeness.days() - after));
        }
    }

    /// @throws BadRuleException with the place and what is allowed there
    public DomainRule {
        terms = List.copyOf(terms);
        if (!NAME.matcher(name).matches()) {
            throw new BadRuleException("/name", "must match " + NAME.pattern() + ", was '" + shown(name) + "'");
        }
        if (terms.size() > MOST_TERMS) {
            throw new BadRuleException("/terms", "must hold at most " + MOST_TERMS + " terms, had " + terms.size());
        }
        for (int i = 0; i < terms.size(); i++) {
            check(terms.get(i), "/terms/" + i);
        }
    }

    private static void check(Term term, String at) {
        if (term.when().size() > MOST_CONDITIONS) {
            throw new BadRuleException(
                    at + "/when",
                    "must hold at most " + MOST_CONDITIONS + " conditions, had "
                            + term.when().size());
        }
        for (int i = 0; i < term.when().size(); i++) {
            Condition condition = term.when().get(i);
            within(at + "/when/" + i, condition.value(), 0, condition.feature().most);
        }
        switch (term) {
            case Multiply multiply -> within(at + "/multiply", multiply.by(), LEAST_FACTOR, MOST_FACTOR);
            case Grow grow -> {
                if (grow.feature().most != 1) {
                    throw new BadRuleException(
                            at + "/grow",
                            "must be edge, meta or mem, was '" + grow.feature().key() + "'");
                }
                within(at + "/by", grow.by(), LEAST_FACTOR, MOST_FACTOR);
            }
            case Decay decay -> {
                within(at + "/decay", decay.rate(), 0, MOST_RATE);
                within(at + "/after", decay.after(), 0, MOST_DAYS);
            }
        }
    }

    private static void within(String at, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new BadRuleException(at, "must be " + least + " to " + most + ", was " + value);
        }
    }

    /// How much one counts, 0 or more. O(terms).
    public double score(Likeness likeness) {
        double score = likeness.edge();
        for (Term term : terms) {
            boolean counts = (term.of() == null || term.of() == likeness.kind())
                    && term.when().stream().allMatch(condition -> condition.holds(likeness));
            score *= counts ? term.factor(likeness) : 1;
        }
        return score;
    }

    /// The name and a digest of all of it: rules of one version score alike.
    public String version() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(form().toString().getBytes(StandardCharsets.UTF_8));
            return name + "@" + HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// As [#read] reads it.
    public ObjectNode form() {
        ObjectNode rule = JSON.createObjectNode();
        rule.put("name", name);
        ArrayNode all = rule.putArray("terms");
        for (Term term : terms) {
            ObjectNode one = all.addObject();
            if (term.of() != null) {
                one.put("of", term.of().key());
            }
            if (!term.when().isEmpty()) {
                ArrayNode when = one.putArray("when");
                for (Condition condition : term.when()) {
                    when.addObject()
                            .put("feature", condition.feature().key())
                            .put(condition.above() ? "above" : "at_most", condition.value());
                }
            }
            switch (term) {
                case Multiply multiply -> one.put("multiply", multiply.by());
                case Grow grow -> one.put("grow", grow.feature().key()).put("by", grow.by());
                case Decay decay -> one.put("decay", decay.rate()).put("after", decay.after());
            }
        }
        return rule;
    }

    /// The rule of a text.
    ///
    /// @throws BadRuleException with the place and what is allowed there
    public static DomainRule read(JsonNode rule) {
        only(rule, "", Set.of("name", "terms"));
        JsonNode terms = rule.path("terms");
        if (!terms.isArray()) {
            throw new BadRuleException("/terms", "must be a list of at most " + MOST_TERMS + " terms");
        }
        if (terms.size() > MOST_TERMS) {
            throw new BadRuleException("/terms", "must hold at most " + MOST_TERMS + " terms, had " + terms.size());
        }
        List<Term> read = new ArrayList<>();
        for (int i = 0; i < terms.size(); i++) {
            read.add(term(terms.get(i), "/terms/" + i));
        }
        return new DomainRule(text(rule, "", "name"), read);
    }

    private static Term term(JsonNode term, String at) {
        only(term, at, Set.of("of", "when", "multiply", "grow", "by", "decay", "after"));
        Kind of = term.has("of") ? one(Kind.values(), Kind::key, text(term, at, "of"), at + "/of") : null;
        List<Condition> when = new ArrayList<>();
        JsonNode conditions = term.path("when");
        if (!conditions.isMissingNode() && !conditions.isArray() || conditions.size() > MOST_CONDITIONS) {
            throw new BadRuleException(at + "/when", "must be a list of at most " + MOST_CONDITIONS + " conditions");
        }
        for (int i = 0; i < conditions.size(); i++) {
            when.add(condition(conditions.get(i), at + "/when/" + i));
        }
        List<String> kinds =
                Stream.of("multiply", "grow", "decay").filter(term::has).toList();
        if (kinds.size() != 1) {
            throw new BadRuleException(at, "must have one of multiply, grow and decay, had " + kinds);
        }
        return switch (kinds.getFirst()) {
            case "multiply" -> {
                only(term, at, Set.of("of", "when", "multiply"));
                yield new Multiply(of, when, number(term, at, "multiply"));
            }
            case "grow" -> {
                only(term, at, Set.of("of", "when", "grow", "by"));
                yield new Grow(of, when, feature(text(term, at, "grow"), at + "/grow"), number(term, at, "by"));
            }
            default -> {
                only(term, at, Set.of("of", "when", "decay", "after"));
                yield new Decay(of, when, number(term, at, "decay"), number(term, at, "after"));
            }
        };
    }

    private static Condition condition(JsonNode condition, String at) {
        only(condition, at, Set.of("feature", "above", "at_most"));
        if (condition.has("above") == condition.has("at_most")) {
            throw new BadRuleException(at, "must have one of above and at_most");
        }
        boolean above = condition.has("above");
        return new Condition(
                feature(text(condition, at, "feature"), at + "/feature"),
                above,
                number(condition, at, above ? "above" : "at_most"));
    }

    private static Feature feature(String name, String at) {
        return one(Feature.values(), Feature::key, name, at);
    }

    private static <T> T one(T[] values, java.util.function.Function<T, String> key, String name, String at) {
        Optional<T> found =
                Stream.of(values).filter(value -> key.apply(value).equals(name)).findFirst();
        return found.orElseThrow(() -> new BadRuleException(
                at, "must be one of " + Stream.of(values).map(key).toList() + ", was '" + shown(name) + "'"));
    }

    private static String text(JsonNode node, String at, String field) {
        JsonNode value = node.path(field);
        if (!value.isString()) {
            throw new BadRuleException(at + "/" + field, "must be a text");
        }
        return value.stringValue();
    }

    private static double number(JsonNode node, String at, String field) {
        JsonNode value = node.path(field);
        if (!value.isNumber()) {
            throw new BadRuleException(at + "/" + field, "must be a number");
        }
        return value.doubleValue();
    }

    private static void only(JsonNode node, String at, Set<String> allowed) {
        if (!node.isObject()) {
            throw new BadRuleException(at, "must be an object with the fields " + new TreeSet<>(allowed));
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!allowed.contains(field.getKey())) {
                throw new BadRuleException(
                        at + "/" + shown(field.getKey()), "is unknown; allowed are " + new TreeSet<>(allowed));
            }
        }
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
