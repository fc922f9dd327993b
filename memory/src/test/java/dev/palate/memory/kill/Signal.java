package dev.palate.memory.kill;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// SIGKILL to the process itself: it ends in some microseconds, while a halt lets the other threads go on for much
/// longer.
final class Signal {
    private static final int SIGKILL = 9;

    private Signal() {}

    /// Ends the process when it is run; everything slow is done now.
    @SuppressWarnings("restricted") // test code, in a process of its own
    static Runnable kill() {
        Linker linker = Linker.nativeLinker();
        MethodHandle kill = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("kill"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int self = Math.toIntExact(ProcessHandle.current().pid());
        return () -> {
            try {
                int refused = (int) kill.invokeExact(self, SIGKILL);
                throw new IllegalStateException("a signal to itself was refused with " + refused);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        };
    }
}
