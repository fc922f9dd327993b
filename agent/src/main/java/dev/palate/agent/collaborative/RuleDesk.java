package dev.palate.agent.collaborative;

import dev.palate.agent.AgentException;
import dev.palate.agent.domain.BadRuleException;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.domain.DomainRule;
import dev.palate.memory.theme.ThemeId;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The rule in force, and how it is changed: an operator looks at what a rule would choose for twenty users, and only
/// then puts it into force. What was chosen is kept in a file of the data directory; without it the domain pack's
/// first rule holds. Thread-safe; one preview at a time.
public final class RuleDesk {
    /// So many users a preview looks at.
    public static final int PREVIEWED = 20;
    /// A preview allows an activation for so long.
    public static final Duration VALID = Duration.ofHours(24);

    private static final int PREVIEWS_KEPT = 32;
    private static final int SAMPLED_OF = 500;
    private static final long SEED = 20_260_101;
    private static final int THEMES_SHOWN = 5;
    private static final long MAX_BYTES = 65_536;

    /// How long a preview takes at most, but for the end of the user it is at. Who asks for one waits longer.
    public static final Duration LONGEST = Bounds.USUAL.waiting.plus(Bounds.USUAL.choosing);

    /// How long a preview takes.
    ///
    /// @param waiting for the themes of the catalog, and for another preview
    /// @param choosing for twenty users
    record Bounds(Duration waiting, Duration choosing) {
        static final Bounds USUAL = new Bounds(Duration.ofSeconds(12), Duration.ofSeconds(10));
    }

    /// What a rule would choose, beside the one in force.
    ///
    /// @param version of the rule
    /// @param inForce the version of the one in force
    /// @param complete false when there was no time for all users
    public record Preview(String version, String inForce, List<OfUser> users, boolean complete) {
        public Preview {
            users = List.copyOf(users);
        }
    }

    /// The choice for one user.
    ///
    /// @param users chosen, out of how many the rule had to choose from is `candidates`
    /// @param items chosen
    /// @param kept how many both rules choose
    /// @param themes what counts of the themes of the chosen, the heaviest first, by name
    /// @param themesBefore the same by the rule in force
    public record OfUser(
            UserId user,
            int candidates,
            int users,
            int items,
            int kept,
            Map<String, Double> themes,
            Map<String, Double> themesBefore) {}

    private record Previewed(DomainRule rule, Instant at) {}

    /// @param users who have somebody to choose from, in the order they were drawn in
    /// @param late true when there was no time for all users
    private record Drawn(Map<UserId, Curated> users, boolean late) {}

    private final Curator curator;
    private final Users users;
    private final List<DomainRule> shipped;
    private final Path file;
    private final InstantSource clock;
    private final Bounds bounds;
    private final ReentrantLock previewing = new ReentrantLock();
    private final Map<String, Previewed> previewed = new LinkedHashMap<>();
    private volatile DomainRule inForce;

    /// @param pack whose rules ship
    /// @param file where the one that was chosen is kept; need not be there
    /// @throws AgentException `BAD_FILE` when it is there and holds no rule
    public RuleDesk(Curator curator, Users users, DomainPack pack, Path file, InstantSource clock) {
        this(curator, users, pack, file, clock, Bounds.USUAL);
    }

    RuleDesk(Curator curator, Users users, DomainPack pack, Path file, InstantSource clock, Bounds bounds) {
        this.curator = curator;
        this.users = users;
        this.shipped = pack.rules();
        this.file = file;
        this.clock = clock;
        this.bounds = bounds;
        inForce = Files.exists(file) ? read(file) : pack.rule();
    }

    private static DomainRule read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw bad(file, "has more than " + MAX_BYTES + " bytes");
            }
            return DomainRule.read(JsonMapper.shared().readTree(Files.readString(file)));
        } catch (BadRuleException e) {
            throw bad(file, "holds no rule: " + e.getMessage());
        } catch (IOException | JacksonException e) {
            throw bad(file, "cannot be read: " + e.getMessage());
        }
    }

    private static AgentException bad(Path file, String what) {
        return new AgentException(
                AgentException.Code.BAD_FILE,
                file + " " + what + "; remove it to go on with the rule of the domain pack");
    }

    /// The rule in force.
    public DomainRule inForce() {
        return inForce;
    }

    /// The rules of the domain pack.
    public List<DomainRule> shipped() {
        return shipped;
    }

    /// What the rule would choose for twenty users who have somebody to choose from, drawn by a fixed seed from the
    /// first 500. Ends within [#LONGEST] and one user. Only one that is complete and shows somebody allows an
    /// activation.
    ///
    /// @throws AgentException `BUSY` when the catalog's themes are not read in time, or another preview does
    ///     not end
    public Preview preview(DomainRule rule) {
        return alone(end -> preview(rule, end));
    }

    /// All whom the rule in force has to choose from for the same users, or for those of them that there was time
    /// for. As long as a preview, and not beside one.
    ///
    /// @throws AgentException as [#preview]
    RuleSample sample() {
        return alone(end -> {
            Collection<Curated> drawn =
                    drawn(inForce, clock.instant(), end).users().values();
            return new RuleSample(drawn.stream()
                    .map(curated -> curated.candidates().stream()
                            .filter(candidate -> !candidate.themes().isEmpty())
                            .map(Curated.Candidate::likeness)
                            .toList())
                    .toList());
        });
    }

    private <T> T alone(LongFunction<T> work) {
        long end = System.nanoTime() + bounds.waiting.toNanos();
        awaitThemes();
        boolean mine = false;
        try {
            mine = previewing.tryLock(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (!mine) {
                throw busy("another preview or proposal is under way", null);
            }
            return work.apply(System.nanoTime() + bounds.choosing.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy("it was interrupted", e);
        } finally {
            if (mine) {
                previewing.unlock();
            }
        }
    }

    private void awaitThemes() {
        CompletableFuture<?> read = CompletableFuture.runAsync(
                curator::awaitThemes, work -> Thread.ofVirtual().start(work));
        try {
            Object ignored = read.get(bounds.waiting.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw busy("the themes of the catalog are still being read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy("it was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("the themes could not be read", e);
        }
    }

    private AgentException busy(String why, @Nullable Exception cause) {
        String words = why + ", after " + bounds.waiting.toMillis() + " ms: ask again in a minute";
        return cause == null
                ? new AgentException(AgentException.Code.BUSY, words)
                : new AgentException(AgentException.Code.BUSY, words, cause);
    }

    private Preview preview(DomainRule rule, long end) {
        Instant now = clock.instant();
        DomainRule before = inForce;
        Drawn drawn = drawn(before, now, end);
        List<OfUser> found = new ArrayList<>();
        drawn.users.forEach(
                (user, curated) -> found.add(ofUser(user, curated, Curated.choose(rule, curated.candidates()))));
        if (!drawn.late && !found.isEmpty()) {
            remember(rule, now);
        }
        return new Preview(rule.version(), before.version(), found, !drawn.late);
    }

    private Drawn drawn(DomainRule before, Instant now, long end) {
        List<UserId> order = new ArrayList<>(users.page(null, null, SAMPLED_OF).items().stream()
                .map(User::id)
                .toList());
        Collections.shuffle(order, new Random(SEED));
        Map<UserId, Curated> found = new LinkedHashMap<>();
        boolean late = false;
        for (UserId user : order) {
            late = System.nanoTime() - end > 0;
            if (late || found.size() == PREVIEWED) {
                break;
            }
            Curated curated = curator.curate(user, before, now);
            if (!curated.candidates().isEmpty()) {
                found.put(user, curated);
            }
        }
        return new Drawn(found, late);
    }

    private static OfUser ofUser(UserId user, Curated before, Neighbourhood after) {
        List<String> handles = before.neighbourhood().members().stream()
                .map(Neighbourhood.Member::handle)
                .toList();
        return new OfUser(
                user,
                before.candidates().size(),
                after.users(),
                after.items(),
                (int) after.members().stream()
                        .filter(member -> handles.contains(member.handle()))
                        .count(),
                themes(after),
                themes(before.neighbourhood()));
    }

    private static Map<String, Double> themes(Neighbourhood neighbourhood) {
        return CountedThemes.of(neighbourhood).entrySet().stream()
                .limit(THEMES_SHOWN)
                .collect(Collectors.toMap(
                        entry -> value(entry.getKey()),
                        entry -> Math.round(entry.getValue().weight() * 10_000) / 10_000.0,
                        (one, other) -> one,
                        LinkedHashMap::new));
    }

    private static String value(ThemeId theme) {
        return theme.value();
    }

    private synchronized void remember(DomainRule rule, Instant now) {
        // The newest last, also where it was there before.
        previewed.remove(rule.version());
        previewed.put(rule.version(), new Previewed(rule, now));
        if (previewed.size() > PREVIEWS_KEPT) {
            previewed.remove(previewed.keySet().iterator().next());
        }
    }

    /// Puts a rule into force that was previewed within the last day.
    ///
    /// @throws BadRuleException when no such preview is known
    public synchronized DomainRule activate(String version) {
        Previewed seen = previewed.get(version);
        if (seen == null || seen.at.plus(VALID).isBefore(clock.instant())) {
            throw new BadRuleException(
                    "/version",
                    "was not previewed within " + VALID.toHours()
                            + " hours, completely and with at least one user; preview the rule first");
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            JsonNode form = seen.rule.form();
            Files.writeString(
                    next, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(form) + "\n");
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new AgentException(
                    AgentException.Code.BAD_FILE, "the rule cannot be written to " + file + ": " + e.getMessage(), e);
        }
        inForce = seen.rule;
        return inForce;
    }
}
