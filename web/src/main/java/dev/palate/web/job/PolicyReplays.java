package dev.palate.web.job;

import dev.palate.agent.extraction.PolicyReplay;
import dev.palate.agent.extraction.PolicyReplay.Replay;
import dev.palate.memory.Page;
import dev.palate.memory.Threads;
import dev.palate.memory.job.Job;
import dev.palate.memory.job.JobId;
import dev.palate.memory.job.JobStatus;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.User;
import dev.palate.memory.user.UserId;
import dev.palate.memory.user.Users;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Judges again what was refused or held back of every user, in the order of their ids, as a job of kind `replay`:
/// fifty users at a time, then a rest, and its place kept. A user whose replay fails is counted and left. One
/// at a time;
/// a stop of the server leaves it to the next start, which goes on with the next user, a kill with the fifty it was at.
/// Thread-safe.
public final class PolicyReplays implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReplays.class);
    private static final String KIND = "replay";
    private static final int USERS_AT_ONCE = 50;
    private static final int MOST_WORDS = 2_000;
    private static final Duration REST = Duration.ofMillis(20);
    /// So many users in a row fail only where something is broken that the next ones meet, too.
    private static final int MOST_IN_A_ROW = 20;
    private static final String SECOND_FORM = "2";
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
    /// @param cursor of the page of users that comes next or is under way, empty for the first
    /// @param last the user of that page who was looked at last, empty for none
    /// @param done users looked at
    /// @param failed of those, whose replay failed
    private record Place(String cursor, String last, long done, long failed, Replay sum) {
        static final Place BEGIN = new Place("", "", 0, 0, Replay.NONE);

        Place after(UserId user, Replay more) {
            return new Place(cursor, user.value(), done + 1, failed, sum.plus(more));
        }

        Place failedAt(UserId user) {
            return new Place(cursor, user.value(), done + 1, failed + 1, sum);
        }

        Place page(String next) {
            return new Place(next, "", done, failed, sum);
        }

        // The user's id last: it may hold blanks.
        String text() {
            return String.join(
                    " ",
                    SECOND_FORM,
                    Long.toString(done),
                    Integer.toString(sum.written()),
                    Integer.toString(sum.refused()),
                    Integer.toString(sum.skipped()),
                    Integer.toString(sum.released()),
                    Integer.toString(sum.held()),
                    Long.toString(failed),
                    cursor.isEmpty() ? "-" : cursor,
                    last);
        }

        static Place of(String text) {
            // As earlier builds wrote it: without the form, the failed and the last.
            boolean first = text.split(" ", 8).length == 7;
            String[] parts = (first ? SECOND_FORM + " " + text : text).split(" ", 10);
            int[] counts = new int[5];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = Integer.parseInt(parts[i + 2]);
            }
            return new Place(
                    first ? parts[7] : parts[8].equals("-") ? "" : parts[8],
                    first ? "" : parts[9],
                    Long.parseLong(parts[1]),
                    first ? 0 : Long.parseLong(parts[7]),
                    new Replay(counts[0], counts[1], counts[2], counts[3], counts[4]));
        }

        double share(long all) {
            return Math.min(1, done / (double) all);
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
        if (under != null) {
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

    /// Ends the one of the job after the user it is at; what was written stays written.
    ///
    /// @return false when it is not under way
    public synchronized boolean cancel(JobId job) {
        if (!job.equals(current)) {
            return false;
        }
        unwanted = job;
        return true;
    }

    private synchronized boolean unwanted(JobId job) {
        return job.equals(unwanted);
    }

    /// How a run comes to its end.
    private enum End {
        THROUGH,
        UNWANTED,
        CLOSING
    }

    private void run(JobId job, Place from) {
        long all = 1;
        Place[] at = {from};
        try {
            all = Math.max(1, users.count());
            jobs.update(job, JobStatus.RUNNING, from.share(all), words(from));
            End end = through(job, all, at);
            Place place = at[0];
            switch (end) {
                case THROUGH -> {
                    // A cancel that was taken holds, also one of the last moment.
                    boolean cancelled = over(job);
                    jobs.update(job, cancelled ? JobStatus.CANCELLED : JobStatus.SUCCEEDED, 1, words(place));
                }
                case UNWANTED -> ended(job, JobStatus.CANCELLED, place.share(all), words(place));
                case CLOSING -> jobs.keepState(job, place.text());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.warn("replay job {} failed", job, e);
            String why = String.valueOf(e.getMessage());
            ended(
                    job,
                    JobStatus.FAILED,
                    at[0].share(all),
                    why.length() > MOST_WORDS ? why.substring(0, MOST_WORDS) : why);
        } finally {
            over(job);
        }
    }

    /// Records the end. It is over before that is written: who reads that it has ended may start the next.
    private void ended(JobId job, JobStatus status, double share, String detail) {
        over(job);
        jobs.update(job, status, share, detail);
    }

    /// @return true when it was cancelled
    private synchronized boolean over(JobId job) {
        if (job.equals(current)) {
            current = null;
        }
        return job.equals(unwanted);
    }

    private End through(JobId job, long all, Place[] at) throws InterruptedException {
        int inARow = 0;
        while (true) {
            Place begin = at[0];
            Page<User> page = users.page(null, begin.cursor.isEmpty() ? null : begin.cursor, USERS_AT_ONCE);
            for (User user : after(begin.last, page.items())) {
                if (unwanted(job)) {
                    return End.UNWANTED;
                }
                if (closing()) {
                    return End.CLOSING;
                }
                try {
                    at[0] = at[0].after(user.id(), replay.of(new Subject.OfUser(user.id())));
                    inARow = 0;
                } catch (RuntimeException e) {
                    LOG.warn("the replay of a user failed, the others go on", e);
                    at[0] = at[0].failedAt(user.id());
                    if (++inARow == MOST_IN_A_ROW) {
                        throw new IllegalStateException(
                                words(at[0]) + "; the last " + MOST_IN_A_ROW + " in a row, so it was ended: "
                                        + e.getMessage(),
                                e);
                    }
                }
            }
            @Nullable String next = page.nextCursor();
            if (next == null) {
                return End.THROUGH;
            }
            at[0] = at[0].page(next);
            jobs.keepState(job, at[0].text());
            jobs.update(job, JobStatus.RUNNING, at[0].share(all), words(at[0]));
            if (closing.await(REST.toMillis(), TimeUnit.MILLISECONDS)) {
                return End.CLOSING;
            }
        }
    }

    /// Those after one of them; all where that one is gone, since judging again twice does no harm.
    private static List<User> after(String last, List<User> users) {
        int place = users.stream().map(user -> user.id().value()).toList().indexOf(last);
        return users.subList(place + 1, users.size());
    }

    /// True once it was told to close.
    boolean closing() {
        return closing.getCount() == 0;
    }

    private static String words(Place place) {
        Replay sum = place.sum;
        return place.done + " users: " + sum.written() + " written, " + sum.refused() + " still refused, "
                + sum.skipped() + " skipped, " + sum.released() + " released from quarantine, " + sum.held()
                + " still held" + (place.failed == 0 ? "" : ", " + place.failed + " users failed");
    }

    /// Ends after the user it is at; the next start goes on.
    @Override
    public void close() {
        Thread working;
        synchronized (this) {
            working = thread;
        }
        closing.countDown();
        Threads.awaitEnd(working, PATIENCE_AT_CLOSE, LOG, "the replay job");
    }
}
