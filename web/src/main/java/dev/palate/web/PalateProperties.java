package dev.palate.web;

import dev.palate.agent.llm.ModelRole;
import dev.palate.agent.llm.hosted.HostedSettings;
import dev.palate.memory.Require;
import dev.palate.memory.erase.Kept;
import dev.palate.memory.erase.RetentionPolicy;
import dev.palate.memory.gate.GatePolicy;
import dev.palate.memory.index.VectorFormat;
import dev.palate.memory.theme.ThemeVocabulary;
import dev.palate.retrieval.embedding.recipe.ChosenTables;
import dev.palate.web.job.TrainingSchedule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.ConfigurableEnvironment;

/// The settings under `palate.`, from `palate.yml` beside the launcher, `PALATE_…` variables or the command line.
///
/// @param dataDirectory where the truth, the index, the models and the logs are
/// @param truth where the truth is
/// @param allowedHosts host names answered beside the loopback ones
/// @param encoder how texts become vectors
/// @param domain the pack of words: `films`, `shop` or a file
/// @param limits of requests
/// @param streams of turn events
/// @param llm the language models
/// @param training of the collaborative model
/// @param embedding what the next training stores vectors of ids in
/// @param gates that a proposed memory passes
/// @param index how it keeps vectors
/// @param tiers how much each may hold
/// @param retention how old each kind may become
/// @param propagation of themes between like items
/// @param synthesis of what users and their like seem to want
/// @param slots that a model names where the rules find nothing
public record PalateProperties(
        @Nullable Path dataDirectory,
        @DefaultValue Truth truth,
        @DefaultValue List<String> allowedHosts,
        @DefaultValue("minilm") Encoder encoder,
        @DefaultValue("films") String domain,
        @DefaultValue Limits limits,
        @DefaultValue Streams streams,
        @DefaultValue Llm llm,
        @DefaultValue Training training,
        @DefaultValue Embedding embedding,
        @DefaultValue Gates gates,
        @DefaultValue Index index,
        @DefaultValue Tiers tiers,
        @DefaultValue Retention retention,
        @DefaultValue Propagation propagation,
        @DefaultValue Synthesis synthesis,
        @DefaultValue Slots slots,
        @DefaultValue Traces traces) {
    /// How turns came to their answers.
    ///
    /// @param enabled false to keep nothing of it
    /// @param most how many are kept in all, 1 to 100,000,000; the oldest go first, and each by its age
    public record Traces(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("100000") long most) {
        public Traces {
            if (most < 1 || most > 100_000_000) {
                throw new IllegalArgumentException("palate.traces.most must be 1 to 100,000,000, was " + most);
            }
        }
    }

    /// What interactions tell, spread as weights of themes.
    ///
    /// @param enabled off by default: the signal it feeds has no weight until one is fitted, and an
    ///     interaction writes some forty rows
    /// @param neighbours true where items near the one that somebody liked are given something too: that it
    ///     helps is
    ///     not shown, and it doubles what an interaction costs
    /// @param approvedTags that are themes however few items have them
    public record Propagation(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("false") boolean neighbours,
            @DefaultValue List<String> approvedTags) {
        public Propagation {
            approvedTags = List.copyOf(approvedTags);
            Require.range("number of palate.propagation.approved-tags", approvedTags.size(), 0, ThemeVocabulary.MOST);
        }
    }

    /// What like users and items tell of a user, read and put together in a turn.
    ///
    /// @param enabled off by default: that it helps is not shown
    public record Synthesis(@DefaultValue("false") boolean enabled) {}

    /// What a message asks for, named by a model of T2 and up where the rules find nothing in it.
    ///
    /// @param enabled off by default: that it helps is not shown
    public record Slots(@DefaultValue("false") boolean enabled) {}

    /// How texts become vectors.
    public enum Encoder {
        /// MiniLM, in process.
        MINILM,
        /// Hashed words, without a model: for tests and very small machines.
        HASHING
    }

    /// The search index.
    ///
    /// @param vectors how the graph keeps them; another value rewrites the index in the background
    public record Index(@DefaultValue("int8") VectorFormat vectors) {}

    /// The tiers of memories.
    ///
    /// @param hotBytes heap for packs, 1 MiB or more; absent for a sixteenth of the heap
    /// @param warmBytes that vectors in the index may take, 1 MiB or more
    /// @param coldAfter so long without change or use a memory goes cold, 1 hour to 100 years
    public record Tiers(
            @Nullable Long hotBytes,
            @DefaultValue("4294967296") long warmBytes,
            @DefaultValue("90d") Duration coldAfter) {
        public Tiers {
            if (hotBytes != null) {
                Require.range("palate.tiers.hot-bytes", hotBytes, 1L << 20, 1L << 40);
            }
            Require.range("palate.tiers.warm-bytes", warmBytes, 1L << 20, 1L << 50);
            Require.range("palate.tiers.cold-after in hours", coldAfter.toHours(), 1, 876_600);
        }
    }

    /// Where the truth is.
    ///
    /// @param url such as `jdbc:postgresql://localhost/palate`, absent for the SQLite file in the data directory
    /// @param user of the PostgreSQL server
    /// @param password of the user
    public record Truth(
            @Nullable String url,
            @DefaultValue("") String user,
            @DefaultValue("") String password) {
        /// True when a PostgreSQL server holds the truth.
        public boolean onServer() {
            return url != null && !url.isBlank();
        }

        /// Never the password, nor the address, which can hold one.
        @Override
        public String toString() {
            return onServer() ? "Truth[PostgreSQL]" : "Truth[file]";
        }
    }

    /// Limits of requests.
    ///
    /// @param requestsInFlight at a time, 1 to 10,000; more are answered with 429
    /// @param streamsInFlight at a time, 1 to 10,000
    /// @param bodyBytes of one request, 1 KiB to 64 MiB
    /// @param turnsInFlight chat turns at a time, 1 to 1,000
    public record Limits(
            @DefaultValue("64") int requestsInFlight,
            @DefaultValue("512") int streamsInFlight,
            @DefaultValue("1048576") long bodyBytes,
            @DefaultValue("64") int turnsInFlight) {
        public Limits {
            Require.range("palate.limits.requests-in-flight", requestsInFlight, 1, 10_000);
            Require.range("palate.limits.streams-in-flight", streamsInFlight, 1, 10_000);
            Require.range("palate.limits.body-bytes", bodyBytes, 1_024, 64L << 20);
            Require.range("palate.limits.turns-in-flight", turnsInFlight, 1, 1_000);
        }
    }

    /// Streams of turn events.
    ///
    /// @param keepalive between comments on a quiet stream, 100 ms to 5 minutes
    /// @param orphan how long a turn goes on when its last reader is gone, 100 ms to 10 minutes
    /// @param resumable how long the events of an ended turn can be read again, 1 s to 1 day
    public record Streams(
            @DefaultValue("15s") Duration keepalive,
            @DefaultValue("10s") Duration orphan,
            @DefaultValue("10m") Duration resumable) {
        public Streams {
            Require.range("palate.streams.keepalive in ms", keepalive.toMillis(), 100, 300_000);
            Require.range("palate.streams.orphan in ms", orphan.toMillis(), 100, 600_000);
            Require.range("palate.streams.resumable in ms", resumable.toMillis(), 1_000, 86_400_000);
        }
    }

    /// The language models.
    ///
    /// @param enabled false to stay at T0
    /// @param model id of the local one in the list of models, absent for the default
    /// @param local whether the local model runs; absent: unless the role `ranking` has a hosted one. It serves
    ///     below that one when it runs all the same
    /// @param localScores whether the local model may score the first ten items of a list, where a weight is proved
    /// @param ranking hosted model of that role
    /// @param memory hosted model of that role; absent: the model of the role `ranking`
    public record Llm(
            @DefaultValue("true") boolean enabled,
            @Nullable String model,
            @Nullable Boolean local,
            @DefaultValue("false") boolean localScores,
            @DefaultValue HostedProperties ranking,
            @DefaultValue HostedProperties memory) {
        /// Whether the local model runs.
        public boolean runsLocal() {
            return local == null ? !ranking.configured() : local;
        }

        /// The settings of the roles that have a hosted model.
        ///
        /// @throws IllegalArgumentException naming what is wrong
        public List<HostedSettings> hosted(Map<String, String> environment) {
            List<HostedSettings> all = new ArrayList<>();
            if (memory.configured()) {
                all.add(memory.settings(ModelRole.MEMORY, environment));
            }
            if (ranking.configured()) {
                all.add(ranking.settings(ModelRole.RANKING, environment));
            }
            return all;
        }
    }

    /// Training of the collaborative model.
    ///
    /// @param automatic true to train by itself: at the start when there are interactions and no active model, and
    ///     again as the others say; false to train only when somebody asks
    /// @param interval the least time between two trainings, 1 minute to 1 year
    /// @param leastNew the least number of interactions that the model has not learnt, 1 to 10⁹
    /// @param leastShare the least share of them of those that it has learnt, 0 to 10
    public record Training(
            @DefaultValue("true") boolean automatic,
            @DefaultValue("24h") Duration interval,
            @DefaultValue("100") long leastNew,
            @DefaultValue("0.02") double leastShare) {
        public Training {
            var checked = new TrainingSchedule.Policy(automatic, interval, leastNew, leastShare);
            interval = checked.interval();
        }

        /// The policy they make.
        public TrainingSchedule.Policy policy() {
            return new TrainingSchedule.Policy(automatic, interval, leastNew, leastShare);
        }
    }

    /// What the next training stores vectors of ids in, unless the page “Embedding lab” says otherwise.
    ///
    /// @param itemTable `none`, or a kind of table with a size, such as `pq@8x`
    /// @param userTable `fold-in`, or likewise
    public record Embedding(
            @DefaultValue("none") String itemTable,
            @DefaultValue("fold-in") String userTable) {
        public Embedding {
            var checked = new ChosenTables(itemTable, userTable);
            itemTable = checked.items();
            userTable = checked.users();
        }

        /// The tables they name.
        public ChosenTables chosen() {
            return new ChosenTables(itemTable, userTable);
        }
    }

    /// The gates that a proposed memory passes; see [GatePolicy].
    ///
    /// @param order names of gates; one that is left out is off; all when empty
    public record Gates(
            @DefaultValue List<String> order,
            @DefaultValue("0.85") double overlap,
            @DefaultValue("0.95") double similarity,
            @DefaultValue("3") int perTurn,
            @DefaultValue("60") int perHour,
            @DefaultValue("4000") int perSubject) {
        public Gates {
            order = order.isEmpty() ? GatePolicy.GATES : List.copyOf(order);
            var checked = new GatePolicy(order, overlap, similarity, perTurn, perHour, perSubject);
            order = checked.order();
        }

        /// The policy they make.
        public GatePolicy policy() {
            return new GatePolicy(order, overlap, similarity, perTurn, perHour, perSubject);
        }
    }

    /// How old each kind may become, as in `90d`; `0` and `forever` keep it. See [Kept].
    ///
    /// @param conversations by their last message
    public record Retention(
            @Nullable String conversations,
            @Nullable String slates,
            @Nullable String traces,
            @Nullable String spending,
            @Nullable String rejections,
            @Nullable String quarantined,
            @Nullable String superseded,
            @Nullable String revisions,
            @Nullable String preferences,
            @Nullable String constraints,
            @Nullable String episodes,
            @Nullable String traits,
            @Nullable String themes,
            @Nullable String jobs,
            @Nullable String receipts,
            @Nullable String reports,
            @Nullable String exports) {
        public Retention {
            var checked = policy(new @Nullable String[] {
                conversations,
                slates,
                traces,
                spending,
                rejections,
                quarantined,
                superseded,
                revisions,
                preferences,
                constraints,
                episodes,
                traits,
                themes,
                jobs,
                receipts,
                reports,
                exports
            });
            Objects.requireNonNull(checked);
        }

        /// The policy they make.
        public RetentionPolicy policy() {
            return policy(new @Nullable String[] {
                conversations,
                slates,
                traces,
                spending,
                rejections,
                quarantined,
                superseded,
                revisions,
                preferences,
                constraints,
                episodes,
                traits,
                themes,
                jobs,
                receipts,
                reports,
                exports
            });
        }

        /// @param ages in the order of [Kept], null for the usual one
        private static RetentionPolicy policy(@Nullable String[] ages) {
            Map<Kept, Duration> set = new EnumMap<>(Kept.class);
            for (Kept kept : Kept.values()) {
                String age = ages[kept.ordinal()];
                if (age != null) {
                    set.put(kept, age(kept, age.strip()));
                }
            }
            return new RetentionPolicy(set);
        }

        private static Duration age(Kept kept, String text) {
            if (text.equals("0") || text.equals("forever")) {
                return Duration.ZERO;
            }
            try {
                return DurationStyle.detectAndParse(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "palate.retention." + kept.key() + " must be forever, 0 or a time such as 90d, was " + text, e);
            }
        }
    }

    public PalateProperties {
        allowedHosts = List.copyOf(allowedHosts);
        Require.range("number of palate.allowed-hosts", allowedHosts.size(), 0, 100);
        if (synthesis.enabled() && !propagation.enabled()) {
            throw new IllegalArgumentException("palate.synthesis.enabled=true reads what palate.propagation.enabled"
                    + " writes, which was false; set both or neither");
        }
    }

    /// The settings of the environment.
    ///
    /// @throws IllegalArgumentException naming an unknown or impossible setting
    public static PalateProperties of(ConfigurableEnvironment environment) {
        KnownSettings.check(environment, PalateProperties.class);
        return Binder.get(environment).bindOrCreate("palate", PalateProperties.class);
    }

    /// Where the data is: as set, else `.palate/data` beside the launcher.
    public Path data() {
        return dataDirectory != null
                ? dataDirectory
                : Path.of(System.getProperty("palate.project.root", "."), ".palate", "data");
    }
}
