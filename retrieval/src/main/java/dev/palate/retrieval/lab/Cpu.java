package dev.palate.retrieval.lab;

import java.lang.management.ManagementFactory;

/// What threads have computed. Stateless.
final class Cpu {
    private Cpu() {}

    /// Nanoseconds of the calling thread.
    static long ofThread() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
