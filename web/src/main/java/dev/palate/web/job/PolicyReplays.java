package dev.palate.web.job;

import dev.palate.agent.extraction.PolicyReplay;
import dev.palate.agent.extraction.PolicyReplay.Replay;
import dev.palate.memory.Page;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.User;
import dev.palate.memory.user.Users;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Judges again what was refused or held back of every user, in the order of their ids, as a job of kind `replay`:
/// fifty users at a time, then a rest, and its place kept. One at a time; a stop or a kill of the server leaves it to
/// the next start, which goes on with the users it was at. Thread-safe.
public final class PolicyReplays implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReplays.class);
    private static final String KIND = "replay";
    private static final int USERS_AT_ONCE = 50;
    private static final Duration REST = Duration.ofMillis(20);
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(10);

    private final Jobs jobs;
    private final Users users;
    private final PolicyReplay replay;
    private final CountDownLatch closing = new CountDownLatch(1);
    private @Nullable Thread thread;
    private @Nullable JobId current;
    private @Nullable JobId unwanted;

    /// Where it is.
    ///
    /// @param cursor of the next page of users, empty for the first
    /// @param done users looked at
    private record Place(String cursor, long done, Replay sum) {
        static final Place BEGIN = new Place("", 0, Replay.NONE);

        String text() {
            return String.join(
                    " ",
                    Long.toString(done),
                    Integer.toString(sum.written()),
                    Integer.toString(sum.refused()),
                    Integer.toString(sum.skipped()),
                    Integer.toString(sum.released()),
                    Integer.toString(sum.held()),
                    cursor);
        }

        static Place of(String text) {
            String[] parts = text.split(" ", 7);
            int[] counts = new int[5];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = Integer.parseInt(parts[i + 1]);
            }
            return new Place(
                    parts[6],
                    Long.parseLong(parts[0]),
                    new Replay(counts[0], counts[1], counts[2], counts[3], counts[4]));
        }
    }

    /// With where jobs are noted.
    public PolicyReplays(Jobs jobs, Users users, PolicyReplay replay) {
        this.jobs = jobs;
        this.users = users;
        this.replay = replay;
    }

    /// Goes on with one that an earlier process left.
    public synchronized void resume() {
        jobs.takeOver(KIND)
                .ifPresent(job -> begin(job.id(), jobs.state(job.id()).map(Place::of)));
    }

    /// Starts one, or gives the one under way.
    public synchronized Job start() {
        JobId under = current;
        if (under != null && thread != null && thread.isAlive()) {
            return jobs.job(under).orElseThrow();
        }
        Job job = jobs.start(KIND, "judging again what was refused or held back");
        begin(job.id(), Optional.empty());
        return job;
    }

    private synchronized void begin(JobId job, Optional<Place> from) {
        current = job;
        thread = Thread.ofVirtual().name("palate-replay").start(() -> run(job, from.orElse(Place.BEGIN)));
    }

    /// Ends the one of the job after the users it is at; what was written stays written.
    ///
    /// @return false when it is not under way
    public synchronized boolean cancel(JobId job) {
        if (!job.equals(current) || thread == null || !thread.isAlive()) {
            return false;
        }
        unwanted = job;
        return true;
    }

    private synchronized boolean unwanted(JobId job) {
        return job.equals(unwanted);
    }

    private void run(JobId job, Place from) {
        try {
            long all = Math.max(1, users.count());
            Place place = from;
            jobs.update(job, JobStatus.RUNNING, Math.min(1, place.done / (double) all), words(place));
            @Nullable String cursor = place.cursor.isEmpty() ? null : place.cursor;
            do {
                Page<User> page = users.page(null, cursor, USERS_AT_ONCE);
                Replay sum = place.sum;
                for (User user : page.items()) {
                    sum = sum.plus(replay.of(new Subject.OfUser(user.id())));
                }
                cursor = page.nextCursor();
                place = new Place(
                        cursor == null ? "" : cursor, place.done + page.items().size(), sum);
                if (cursor != null) {
                    jobs.keepState(job, place.text());
                    jobs.update(job, JobStatus.RUNNING, Math.min(1, place.done / (double) all), words(place));
                    if (unwanted(job)) {
                        jobs.update(job, JobStatus.CANCELLED, Math.min(1, place.done / (double) all), words(place));
                        return;
                    }
                    rest();
                }
            } while (cursor != null);
            jobs.update(job, JobStatus.SUCCEEDED, 1, words(place));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("replay job {} failed", job, e);
            String why = String.valueOf(e.getMessage());
            jobs.update(job, JobStatus.FAILED, 0, why.length() > 2_000 ? why.substring(0, 2_000) : why);
        }
    }

    /// @throws InterruptedException when the server is closing
    private void rest() throws InterruptedException {
        if (closing.await(REST.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closing");
        }
    }

    private static String words(Place place) {
        Replay sum = place.sum;
        return place.done + " users: " + sum.written() + " written, " + sum.refused() + " still refused, "
                + sum.skipped() + " skipped, " + sum.released() + " released from quarantine, " + sum.held()
                + " still held";
    }

    /// Ends after the users it is at; the next start goes on.
    @Override
    public void close() {
        Thread working;
        synchronized (this) {
            working = thread;
        }
        closing.countDown();
        try {
            if (working != null && !working.join(PATIENCE_AT_CLOSE)) {
                LOG.warn("the replay job did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
