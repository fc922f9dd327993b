package dev.palate.memory.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class VectorModuleTest {
    @Test
    void theTestJvmHasTheModule() {
        VectorModule.require();
        assertThat(VectorModule.loaded()).isTrue();
    }

    @Test
    void withoutTheModuleTheErrorNamesTheFlag() {
        assertThatThrownBy(() -> VectorModule.require(ModuleLayer.empty()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the JDK module jdk.incubator.vector is not loaded, and vector search and scoring need it:"
                        + " start Java with --add-modules jdk.incubator.vector (the ./palate launcher does)");
    }
}
