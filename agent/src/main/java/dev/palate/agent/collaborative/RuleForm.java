package dev.palate.agent.collaborative;

import dev.palate.agent.domain.BadRuleException;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.llm.JsonShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The form in which a model is asked for a rule: a list for each sort of term, since a shape knows no alternatives,
/// in which every field is a name of few or a number within its bounds. At most six terms with one condition each, a
/// part of what a rule can be. Stateless.
final class RuleForm {
    /// How a proposed rule is called.
    static final String NAME = "proposed";

    /// Tokens that six terms take at most.
    static final int TOKENS = 400;

    private static final String BOTH = "both";
    private static final int MOST_SHARES = 2;
    private static final int MOST_COUNTS = 2;
    private static final int MOST_DAYS = 3_650;
    private static final double LEAST_FACTOR = 0.1;
    private static final double MOST_FACTOR = 5;
    private static final double MOST_RATE = 0.05;

    private static final JsonShape OF = new JsonShape.Enumeration(List.of("user", "item", BOTH));
    private static final JsonShape IS = new JsonShape.Enumeration(List.of("above", "at_most"));
    private static final JsonShape BY = new JsonShape.Real(LEAST_FACTOR, MOST_FACTOR);
    private static final JsonShape SHARE = new JsonShape.Enumeration(List.of("edge", "meta", "mem"));
    private static final JsonShape COUNT = new JsonShape.Enumeration(List.of("co", "days"));

    static final JsonShape.Obj SHAPE = shape(false);

    /// For who gave no term: the same with one of each sort but `grow`, as an object, which cannot be left empty.
    static final JsonShape.Obj FULL = shape(true);

    private RuleForm() {}

    private static JsonShape.Obj shape(boolean full) {
        LinkedHashMap<String, JsonShape> share = new LinkedHashMap<>();
        share.put("of", OF);
        share.put("feature", SHARE);
        share.put("is", IS);
        share.put("value", new JsonShape.Real(0, 1));
        share.put("by", BY);
        LinkedHashMap<String, JsonShape> count = new LinkedHashMap<>(share);
        count.put("feature", COUNT);
        count.put("value", new JsonShape.Whole(0, MOST_DAYS));
        LinkedHashMap<String, JsonShape> grow = new LinkedHashMap<>();
        grow.put("of", OF);
        grow.put("feature", SHARE);
        grow.put("by", BY);
        LinkedHashMap<String, JsonShape> decay = new LinkedHashMap<>();
        decay.put("of", OF);
        decay.put("rate", new JsonShape.Real(0, MOST_RATE));
        decay.put("after", new JsonShape.Whole(0, MOST_DAYS));
        LinkedHashMap<String, JsonShape> rule = new LinkedHashMap<>();
        rule.put("shares", full ? new JsonShape.Obj(share) : new JsonShape.Arr(new JsonShape.Obj(share), MOST_SHARES));
        rule.put("counts", full ? new JsonShape.Obj(count) : new JsonShape.Arr(new JsonShape.Obj(count), MOST_COUNTS));
        rule.put("grow", new JsonShape.Arr(new JsonShape.Obj(grow), 1));
        rule.put("decay", full ? new JsonShape.Obj(decay) : new JsonShape.Arr(new JsonShape.Obj(decay), 1));
        return new JsonShape.Obj(rule);
    }

    /// The rule of an answer that fits [#SHAPE] or [#FULL]. Factors are rounded to a tenth; what then changes no
    /// score, by a factor of 1, a rate of 0 or a bound that is never passed, is left out; a term that stands there
    /// twice counts once.
    ///
    /// @throws BadRuleException for an answer that changes no score at all
    static DomainRule rule(JsonNode answer) {
        ObjectNode rule = JsonMapper.shared().createObjectNode().put("name", NAME);
        ArrayNode terms = rule.putArray("terms");
        for (String list : List.of("shares", "counts")) {
            each(answer.path(list), terms, (term, one) -> {
                term.putArray("when")
                        .addObject()
                        .put("feature", one.path("feature").stringValue())
                        .put(one.path("is").stringValue(), one.path("value").doubleValue());
                term.put("multiply", tenth(one.path("by").doubleValue()));
            });
        }
        each(
                answer.path("grow"),
                terms,
                (term, one) -> term.put("grow", one.path("feature").stringValue())
                        .put("by", tenth(one.path("by").doubleValue())));
        each(
                answer.path("decay"),
                terms,
                (term, one) -> term.put("decay", one.path("rate").doubleValue())
                        .put("after", one.path("after").intValue()));
        DomainRule read = DomainRule.read(rule);
        List<DomainRule.Term> telling =
                read.terms().stream().filter(RuleForm::changes).distinct().toList();
        if (telling.isEmpty()) {
            throw new BadRuleException(
                    "/terms",
                    "must hold a term that changes a score, had " + read.terms().size() + " that change none");
        }
        return new DomainRule(NAME, telling);
    }

    private static void each(JsonNode list, ArrayNode terms, BiConsumer<ObjectNode, JsonNode> what) {
        Iterable<JsonNode> all = list.isObject() ? List.of(list) : list;
        for (JsonNode one : all) {
            ObjectNode term = terms.addObject();
            String of = one.path("of").stringValue();
            if (!of.equals(BOTH)) {
                term.put("of", of);
            }
            what.accept(term, one);
        }
    }

    private static boolean changes(DomainRule.Term term) {
        boolean holds = term.when().stream()
                .allMatch(condition -> !condition.above() || condition.value() < most(condition.feature(), term.of()));
        return holds && factor(term);
    }

    // What a feature can be at most; days have no end.
    private static double most(DomainRule.Feature feature, DomainRule.@Nullable Kind of) {
        return switch (feature) {
            case EDGE, META, MEM -> 1;
            case CO -> of == DomainRule.Kind.USER ? Curator.ITEMS_SHARED : Curator.SHARERS;
            case DAYS -> Double.POSITIVE_INFINITY;
        };
    }

    private static boolean factor(DomainRule.Term term) {
        return switch (term) {
            case DomainRule.Multiply multiply -> multiply.by() != 1;
            case DomainRule.Grow _ -> true;
            case DomainRule.Decay decay -> decay.rate() > 0;
        };
    }

    /// A local model can only choose among a hundred numbers between the bounds, none of them round.
    private static double tenth(double value) {
        return Math.round(10 * value) / 10.0;
    }
}
