package dev.palate.agent.collaborative;

import dev.palate.agent.AgentException;
import dev.palate.agent.AgentException.Code;
import dev.palate.agent.domain.BadRuleException;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.FillLimits;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.LanguageModel;
import dev.palate.agent.llm.ModelId;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.Usage;
import dev.palate.memory.Require;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.theme.ThemesInForce;
import dev.palate.memory.user.Users;
import dev.palate.prompts.PromptLibrary;
import dev.palate.prompts.RulePrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Semaphore;

/// A domain rule by a language model, on an operator's request. The model of the role `memory`, T2 or more, is told
/// how the features are spread over all whom twenty users have to choose from, never of one of them, and fills a form
/// in which nearly every answer is a rule. What cannot be used is said to it once. Nothing is put into force: what
/// comes back is for a preview. Thread-safe; one proposal at a time, the next is refused.
public final class RuleProposer {
    /// How long a proposal takes at most, looking at users included.
    public static final Duration LONGEST = Duration.ofSeconds(120);
    /// How often the model is asked at most.
    public static final int MOST_ATTEMPTS = 2;
    /// The longest request, in characters.
    public static final int REQUEST_CHARACTERS = RulePrompt.REQUEST_CHARACTERS;

    private static final String BY_HAND =
            "; ask again in other words, or write a rule yourself and preview it (./palate domain rules preview FILE)";

    /// What it works with.
    ///
    /// @param model of the role `memory`
    public record Parts(
            RuleDesk desk,
            Catalog catalog,
            Users users,
            Interactions interactions,
            ThemesInForce themes,
            LanguageModel model,
            PromptLibrary prompts,
            InstantSource clock) {}

    /// A rule to preview.
    ///
    /// @param inForce what it is another than
    /// @param usage of the attempts that were answered
    /// @param attempts how often the model was asked
    public record Proposal(DomainRule rule, DomainRule inForce, ModelId model, Usage usage, int attempts) {}

    private final Parts parts;
    private final Duration longest;
    private final Semaphore room = new Semaphore(1);

    /// With what it works with.
    public RuleProposer(Parts parts) {
        this(parts, LONGEST);
    }

    RuleProposer(Parts parts, Duration longest) {
        this.parts = parts;
        this.longest = longest;
    }

    /// A rule that does what is asked for, or, of an empty request, whatever the model finds better.
    ///
    /// @param request at most [#REQUEST_CHARACTERS]
    /// @throws IllegalArgumentException for a longer one
    /// @throws AgentException `MODEL_UNAVAILABLE` below T2; `BUSY` beside another one, and where
    ///     [RuleDesk#preview] says so; `MODEL_DEADLINE` after [#LONGEST]; `MODEL_OUTPUT` when no attempt gave a
    ///     usable rule; and what the model throws otherwise
    public Proposal propose(String request) {
        Require.range("number of characters of request", request.length(), 0, REQUEST_CHARACTERS);
        requireModel();
        if (!room.tryAcquire()) {
            throw new AgentException(
                    Code.BUSY,
                    "another proposal is under way, which takes " + longest.toSeconds()
                            + " s at most: ask again when it has ended");
        }
        try {
            return proposed(request, Deadline.after(longest, parts.clock()));
        } finally {
            room.release();
        }
    }

    private void requireModel() {
        LanguageModel model = parts.model();
        if (!model.level().atLeast(ModelLevel.T2)) {
            throw new AgentException(
                    Code.MODEL_UNAVAILABLE,
                    "a rule is proposed by a model of the role memory at T2 or T3, and " + model.id() + " is at "
                            + model.level() + " (" + model.state().reason()
                            + "): start the server with the embedded model or with palate.llm.memory.url"
                            + ", see ./palate model list, or write a rule yourself"
                            + " and preview it (./palate domain rules preview FILE)");
        }
    }

    private Proposal proposed(String request, Deadline deadline) {
        RuleSample sample = parts.desk().sample();
        DomainRule inForce = parts.desk().inForce();
        Usage usage = Usage.NONE;
        JsonShape.Obj shape = RuleForm.SHAPE;
        String mistake = "";
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            try {
                Filled filled = fill(prompt(sample, inForce, mistake, request), shape, deadline);
                usage = usage.plus(filled.usage());
                DomainRule rule = RuleForm.rule(shape.parse(filled.json()));
                if (!alike(rule, inForce)) {
                    return new Proposal(rule, inForce, parts.model().id(), usage, attempt);
                }
                mistake = "it is the rule in force, " + inForce.version() + "; another one is wanted";
            } catch (BadRuleException e) {
                // The embedded model gives no term rather than a doubtful one, however it is told.
                shape = RuleForm.FULL;
                mistake = String.valueOf(e.getMessage());
            } catch (AgentException e) {
                if (e.code() != Code.MODEL_OUTPUT) {
                    throw e;
                }
                mistake = String.valueOf(e.getMessage());
            }
        }
        throw new AgentException(
                Code.MODEL_OUTPUT,
                parts.model().id() + " gave no usable rule in " + MOST_ATTEMPTS + " attempts, of the last: " + mistake
                        + BY_HAND);
    }

    private Filled fill(RulePrompt prompt, JsonShape.Obj shape, Deadline deadline) {
        try {
            return parts.model().fill(parts.prompts().render(prompt), shape, new FillLimits(RuleForm.TOKENS), deadline);
        } catch (AgentException e) {
            if (e.code() != Code.MODEL_DEADLINE) {
                throw e;
            }
            throw new AgentException(
                    Code.MODEL_DEADLINE,
                    parts.model().id() + " gave no rule within " + longest.toSeconds()
                            + " s: ask again when it has less to do, or give the role memory a faster model",
                    e);
        }
    }

    private RulePrompt prompt(RuleSample sample, DomainRule inForce, String mistake, String request) {
        List<String> themes = parts.themes().known().vocabulary().commonest(RulePrompt.MAX_THEMES).stream()
                .map(theme -> ThemeSpace.word(theme.value()))
                .toList();
        return RulePrompt.of(
                new RulePrompt.Size(
                        parts.users().count(),
                        parts.catalog().count(),
                        parts.interactions().count()),
                themes,
                sample.spreads(),
                inForce.form().toString(),
                mistake,
                request);
    }

    /// Whether both score alike: the order of terms makes no difference, nor does the name.
    private static boolean alike(DomainRule one, DomainRule other) {
        return one.terms().size() == other.terms().size()
                && new HashSet<>(one.terms()).equals(new HashSet<>(other.terms()));
    }
}
