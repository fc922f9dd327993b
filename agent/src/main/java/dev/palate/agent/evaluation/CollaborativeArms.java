package dev.palate.agent.evaluation;

import dev.palate.agent.collaborative.CountingSynthesis;
import dev.palate.agent.collaborative.Curated;
import dev.palate.agent.collaborative.Curator;
import dev.palate.agent.collaborative.Facet;
import dev.palate.agent.collaborative.Neighbourhood;
import dev.palate.agent.collaborative.SynthesisInput;
import dev.palate.agent.domain.DomainRule;
import dev.palate.agent.evaluation.ChatSimulation.Opening;
import dev.palate.agent.turn.DialogueReplay;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.user.UserId;
import dev.palate.retrieval.Progress;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;

/// Collaborative memory in conversations, with and without its parts, all without a language model. Stateless.
///
/// | arm | what others gave to items ranks | others are read for a user | by the rule |
/// |---|---|---|---|
/// | no LLM | no | no | |
/// | no collaborative read | no | no: facets of the user's own themes alone | |
/// | no collaborative write | no | like users' own themes, items as the catalog has them | of the pack |
/// | generic rule | yes | yes | the edge alone |
/// | full | yes | yes | of the pack |
public final class CollaborativeArms {
    private CollaborativeArms() {}

    /// What they are made of.
    ///
    /// @param plain without anything of others
    /// @param themed with a weight for the themes of those who liked an item, and these themes
    /// @param written reads what was given to items
    /// @param unwritten does not
    /// @param rule of the domain pack
    /// @param now from which days are counted: the end of what is known
    public record Parts(
            DialogueReplay plain,
            DialogueReplay themed,
            Curator written,
            Curator unwritten,
            KnownThemes themes,
            DomainRule rule,
            Instant now) {}

    /// The five, the full one last.
    ///
    /// @param openings that the weights of facets are fitted on
    public static List<ConversationArm> of(
            Parts parts, List<Opening> openings, int resamples, long seed, Progress progress) {
        return List.of(
                ChatSimulation.Arm.BOTH.over("no LLM", parts.plain),
                arm("no collaborative read", parts.plain, parts, own(parts), openings, resamples, seed, progress),
                arm(
                        "no collaborative write",
                        parts.plain,
                        parts,
                        user -> facets(parts.unwritten.curate(user, parts.rule, parts.now)),
                        openings,
                        resamples,
                        seed,
                        progress),
                arm(
                        "generic rule",
                        parts.themed,
                        parts,
                        user -> facets(parts.written.curate(user, DomainRule.EVEN, parts.now)),
                        openings,
                        resamples,
                        seed,
                        progress),
                arm(
                        "full",
                        parts.themed,
                        parts,
                        user -> facets(parts.written.curate(user, parts.rule, parts.now)),
                        openings,
                        resamples,
                        seed,
                        progress));
    }

    private static ConversationArm arm(
            String label,
            DialogueReplay replay,
            Parts parts,
            Function<UserId, List<Facet>> facets,
            List<Opening> openings,
            int resamples,
            long seed,
            Progress progress) {
        return FacetArm.fitted(
                label,
                replay,
                new FacetArm.Reading(facets, item -> parts.themes.of(item)),
                openings,
                resamples,
                seed,
                progress);
    }

    private static Function<UserId, List<Facet>> own(Parts parts) {
        return user -> CountingSynthesis.facets(new SynthesisInput(
                List.of(), parts.unwritten.curate(user, parts.rule, parts.now).own(), Neighbourhood.EMPTY));
    }

    private static List<Facet> facets(Curated curated) {
        return CountingSynthesis.facets(new SynthesisInput(List.of(), curated.own(), curated.neighbourhood()));
    }
}
