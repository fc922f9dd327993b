package dev.palate.memory.index;

import dev.palate.memory.change.Changes;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the index thread does, until it is closed: follows the feed, does what it is asked to, ends a change of
/// encoders, commits; after a failure opens the indexes again.
final class IndexWork implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexWork.class);
    private static final Duration IDLE = Duration.ofMillis(100);
    private static final Duration IDLE_WHILE_ENCODING = Duration.ofMillis(10);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration MOST_AFTER_FAILURE = Duration.ofMinutes(1);

    private final Changes changes;
    private final Stores stores;
    private final FeedFollower follower;
    private final Orders orders;
    private final EncoderSwitch encoderSwitch;
    private final EncodingOrders encoding;
    private final CountDownLatch closing;
    private volatile @Nullable String failure;

    IndexWork(
            Changes changes,
            Stores stores,
            FeedFollower follower,
            Orders orders,
            EncoderSwitch encoderSwitch,
            EncodingOrders encoding,
            CountDownLatch closing) {
        this.changes = changes;
        this.stores = stores;
        this.follower = follower;
        this.orders = orders;
        this.encoderSwitch = encoderSwitch;
        this.encoding = encoding;
        this.closing = closing;
    }

    /// What keeps it from going on, absent when all is well.
    @Nullable
    String failure() {
        return failure;
    }

    @Override
    public void run() {
        Duration pause = AFTER_FAILURE;
        while (closing.getCount() > 0) {
            try {
                step();
                failure = null;
                pause = AFTER_FAILURE;
            } catch (CancellationException e) {
                LOG.debug("index work ended by closing");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (RuntimeException | Error e) {
                // An error, too: a thread that ends in silence leaves the index behind for good.
                failure = e instanceof RuntimeException ? String.valueOf(e.getMessage()) : e.toString();
                LOG.warn("the index cannot go on, next try in {} s", pause.toSeconds(), e);
                recover(pause);
                pause = longer(pause);
            }
        }
        orders.close();
        if (!follower.rebuilding() && failure == null) {
            follower.commit();
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(MOST_AFTER_FAILURE) < 0 ? twice : MOST_AFTER_FAILURE;
    }

    private void step() throws InterruptedException {
        stores.requireOpen();
        boolean worked = follower.goOn();
        worked |= orders.run();
        worked |= !worked && encoderSwitch.goOn();
        follower.commitWhenDue();
        if (!worked) {
            changes.await(follower.applied().number(), encoding.busy() ? IDLE_WHILE_ENCODING : IDLE);
        }
    }

    private void recover(Duration pause) {
        try {
            if (!closing.await(pause.toMillis(), TimeUnit.MILLISECONDS) && stores.reopen()) {
                follower.startOver();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.warn("the index could not be opened again", e);
        }
    }
}
