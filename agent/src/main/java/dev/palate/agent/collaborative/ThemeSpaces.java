package dev.palate.agent.collaborative;

import dev.palate.memory.text.EncodingVersion;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.theme.KnownThemes;
import dev.palate.memory.theme.ThemesInForce;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The space of themes in force. Nobody waits for it: where the catalog or the encoding is another, it is made behind
/// the call, some 2 ms a theme that is new; until then themes have no place. Thread-safe.
public final class ThemeSpaces {
    private static final Logger LOG = LoggerFactory.getLogger(ThemeSpaces.class);

    private final ThemesInForce themes;
    private final TextEncoder encoder;
    private final Supplier<EncodingVersion> encoding;
    private final ReentrantLock making = new ReentrantLock();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicReference<ThemeSpace> made;

    /// @param encoding in force
    public ThemeSpaces(ThemesInForce themes, TextEncoder encoder, Supplier<EncodingVersion> encoding) {
        this.themes = themes;
        this.encoder = encoder;
        this.encoding = encoding;
        made = new AtomicReference<>(ThemeSpace.without(KnownThemes.NONE, EncodingVersion.uncentred(encoder)));
    }

    /// The one in force; the same object until it changes.
    public ThemeSpace current() {
        ThemeSpace now = made.get();
        KnownThemes known = themes.current();
        if (!of(now, known) && begun.compareAndSet(false, true)) {
            Thread.ofVirtual().name("palate-theme-space").start(() -> {
                try {
                    make(known);
                } catch (RuntimeException e) {
                    LOG.warn("themes could not be encoded; the last ones stay", e);
                } finally {
                    begun.set(false);
                }
            });
        }
        return now;
    }

    /// The one of now; waits until it is made.
    public ThemeSpace refreshed() {
        return make(themes.refreshed());
    }

    private ThemeSpace make(KnownThemes known) {
        making.lock();
        try {
            ThemeSpace now = made.get();
            if (!of(now, known)) {
                now = ThemeSpace.of(known, encoder, encoding.get(), now);
                made.set(now);
            }
            return now;
        } finally {
            making.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // one object is one state of the catalog
    private boolean of(ThemeSpace space, KnownThemes known) {
        return space.themes() == known
                && space.encoding().id().equals(encoding.get().id());
    }
}
