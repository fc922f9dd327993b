package dev.palate.memory.vector;

/// The start-up check for the JDK module `jdk.incubator.vector`. Stateless.
public final class VectorModule {
    private static final String NAME = "jdk.incubator.vector";

    private VectorModule() {}

    /// Whether the module is part of the running JVM's module graph.
    public static boolean loaded() {
        return isLoaded(ModuleLayer.boot());
    }

    /// Fails unless the module is loaded: without it Lucene falls back, silently, to code that is far slower, and the
    /// kernels of this package do not link.
    ///
    /// @throws IllegalStateException with the flag to add
    public static void require() {
        require(ModuleLayer.boot());
    }

    static boolean isLoaded(ModuleLayer layer) {
        return layer.findModule(NAME).isPresent();
    }

    static void require(ModuleLayer layer) {
        if (!isLoaded(layer)) {
            throw new IllegalStateException("the JDK module " + NAME
                    + " is not loaded, and vector search and scoring need it: start Java with --add-modules " + NAME
                    + " (the ./palate launcher does)");
        }
    }
}
