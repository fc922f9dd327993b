package dev.palate.agent.llm.local;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;

/// Asks Linux to kill this process when the thread that started it ends. Other systems do without: there the end of
/// standard input is the only sign.
final class ParentDeath {
    private static final int PR_SET_PDEATHSIG = 1;
    private static final long SIGKILL = 9;

    private ParentDeath() {}

    /// @return whether the kernel agreed
    @SuppressWarnings("restricted")
    static boolean killsThisProcess() {
        if (!System.getProperty("os.name", "").startsWith("Linux")) {
            return false;
        }
        try {
            var linker = Linker.nativeLinker();
            var descriptor = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
            var prctl = linker.downcallHandle(
                    linker.defaultLookup().find("prctl").orElseThrow(), descriptor, Linker.Option.firstVariadicArg(1));
            return (int) prctl.invokeExact(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L) == 0;
        } catch (Throwable t) {
            return false;
        }
    }
}
