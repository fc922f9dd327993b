package dev.palate.agent.extraction;

import dev.palate.agent.domain.CatalogSnapshot;
import dev.palate.agent.domain.CatalogSnapshots;
import dev.palate.agent.domain.MessageReader;
import dev.palate.memory.conversation.Role;
import dev.palate.memory.dataset.MemoryMeaning;
import dev.palate.memory.gate.Proposal;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.user.UserId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads imported texts by the rules that read what people say, over the catalog as it was at the first text. A text
/// that says one thing of something known has its meaning, like one that an app writes as it is. Thread-safe.
public final class TextMeaning implements MemoryMeaning {
    private static final Subject ANYBODY = new Subject.OfUser(new UserId("anybody"));

    private final MessageReader reader;
    private final CatalogSnapshots snapshots;
    private final MemoryExtractor extractor = new MemoryExtractor();
    private volatile @Nullable CatalogSnapshot snapshot;

    /// With what reads messages.
    public TextMeaning(MessageReader reader, CatalogSnapshots snapshots) {
        this.reader = reader;
        this.snapshots = snapshots;
    }

    @Override
    public Optional<Meaning> of(String text) {
        CatalogSnapshot now = snapshot;
        if (now == null) {
            now = snapshots.refreshed();
            snapshot = now;
        }
        List<Proposal> read = extractor.extract(ANYBODY, reader.read(text, now), Role.USER, "");
        return read.size() == 1
                ? Optional.of(new Meaning(
                        read.getFirst().kind(),
                        read.getFirst().polarity(),
                        read.getFirst().slot()))
                : Optional.empty();
    }
}
