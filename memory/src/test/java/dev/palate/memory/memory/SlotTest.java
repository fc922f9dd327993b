package dev.palate.memory.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SlotTest {
    @Test
    void aSingleValuedFacetHasOneKeyWhateverItsValue() {
        assertThat(new Slot("era", "-1999").key()).isEqualTo(new Slot("era", "2000-").key());
        assertThat(new Slot("genre", "Horror").key()).isEqualTo("genre:horror");
    }

    @Test
    void aTextWithoutFacetIsRefused() {
        assertThatThrownBy(() -> Slot.parse("horror"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slot must look like facet:value, was horror");
    }
}
