package dev.palate.agent.llm.hosted;

import dev.palate.agent.AgentException;
import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.Filled;
import dev.palate.agent.llm.JsonShape;
import dev.palate.agent.llm.ModelLevel;
import dev.palate.agent.llm.ModelState;
import dev.palate.agent.llm.TokenLedger;
import dev.palate.prompts.RenderedPrompt;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The level that the self-test gave a model, and the thread that tests it, again after a while when it could not be
/// done. Thread-safe.
final class HostedLevel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostedLevel.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    /// Asks the model without regard to its level.
    @FunctionalInterface
    interface Asking {
        /// See [dev.palate.agent.llm.LanguageModel#fill].
        Filled ask(
                TokenLedger.Purpose purpose,
                RenderedPrompt prompt,
                JsonShape.Obj shape,
                int maxTokens,
                Deadline deadline);
    }

    private final HostedSettings settings;
    private final HostedSelfTest test;
    private final @Nullable Thread tester;
    private volatile ModelLevel tested = ModelLevel.T0;
    private volatile ModelState state = new ModelState.Starting("the self-test has not begun");

    HostedLevel(HostedSettings settings, Asking asking, InstantSource clock) {
        this.settings = settings;
        this.test = new HostedSelfTest(asking, clock);
        if (settings.forcedLevel().isPresent()) {
            tested = settings.forcedLevel().get();
            state = new ModelState.Ready(described("without a self-test"), Optional.empty());
            tester = null;
        } else {
            tester = Thread.ofVirtual().name("hosted-self-test").unstarted(this::run);
        }
    }

    void start() {
        if (tester != null) {
            tester.start();
        }
    }

    ModelLevel tested() {
        return tested;
    }

    ModelState state() {
        return state;
    }

    private String described(String how) {
        return settings.model() + " at " + settings.host() + ", " + how;
    }

    private void run() {
        var random = new SplittableRandom(settings.seed() + 1);
        try {
            // Tries in a row that got no further.
            for (int tries = 1; ; tries++) {
                int before = test.answered();
                try {
                    state = new ModelState.Starting("testing " + described("30 short cases"));
                    HostedSelfTest.Outcome outcome = test.run();
                    settle(outcome);
                    return;
                } catch (AgentException e) {
                    LOG.info(
                            "the self-test of {} was broken off after {} cases: {}",
                            settings.model(),
                            test.answered(),
                            e.getMessage());
                    tries = test.answered() > before ? 1 : tries;
                    state = new ModelState.Restarting(
                            "the self-test was broken off after " + test.answered() + " of 30 cases and goes on there: "
                                    + e.getMessage(),
                            tries);
                } catch (RuntimeException e) {
                    LOG.warn("the self-test of {} failed and is tried again", settings.model(), e);
                    state = new ModelState.Restarting(
                            "the self-test failed with " + e.getClass().getSimpleName() + " and is tried again", tries);
                }
                long full = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(tries - 1, 10));
                Thread.sleep(Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void settle(HostedSelfTest.Outcome outcome) {
        tested = outcome.level();
        String words = described("self-test: " + outcome);
        state = tested == ModelLevel.T0
                ? new ModelState.Failed(words + "; it is not used, name another model")
                : new ModelState.Ready(words, Optional.empty());
        LOG.info("{}", words);
    }

    @Override
    public void close() {
        if (tester != null) {
            tester.interrupt();
        }
        tested = ModelLevel.T0;
        state = new ModelState.Absent("closed");
    }
}
