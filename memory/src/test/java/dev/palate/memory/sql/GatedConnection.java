package dev.palate.memory.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// A connection whose commits stop at two gates, before and after the real one, while [#hold] is on.
final class GatedConnection {
    private static final long DEADLINE_SECONDS = 60;

    final AtomicInteger commits = new AtomicInteger();
    final AtomicBoolean failNext = new AtomicBoolean();
    final Semaphore arrivedBefore = new Semaphore(0);
    final Semaphore arrivedAfter = new Semaphore(0);
    final Semaphore openBefore = new Semaphore(0);
    final Semaphore openAfter = new Semaphore(0);
    private final AtomicBoolean hold = new AtomicBoolean();

    void hold(boolean on) {
        hold.set(on);
    }

    Connection around(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    try {
                        if (!method.getName().equals("commit")) {
                            return method.invoke(real, arguments);
                        }
                        commit(real);
                        return null;
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    private void commit(Connection real) throws Exception {
        if (failNext.getAndSet(false)) {
            throw new SQLException("the disk said no");
        }
        boolean held = hold.get();
        if (held) {
            arrivedBefore.release();
            await(openBefore);
        }
        real.commit();
        commits.incrementAndGet();
        if (held) {
            arrivedAfter.release();
            await(openAfter);
        }
    }

    static void await(Semaphore gate) throws InterruptedException {
        if (!gate.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a gate stayed shut for " + DEADLINE_SECONDS + " s");
        }
    }
}
