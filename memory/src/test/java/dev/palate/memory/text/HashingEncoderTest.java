package dev.palate.memory.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HashingEncoderTest extends TextEncoderContract {
    @Override
    TextEncoder encoder() {
        return new HashingEncoder();
    }

    @Test
    void anotherSeedGivesAnotherVector() {
        assertThat(new HashingEncoder(256, 1).encode("Alien"))
                .isNotEqualTo(encoder().encode("Alien"));
        assertThat(new HashingEncoder(256, 1).version()).isNotEqualTo(encoder().version());
    }

    @Test
    void theDimensionHasBounds() {
        assertThatThrownBy(() -> new HashingEncoder(4, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dimension must be in [8, 4096], was 4");
    }
}
