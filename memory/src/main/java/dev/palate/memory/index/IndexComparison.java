package dev.palate.memory.index;

import dev.palate.memory.Differences;
import dev.palate.memory.Page;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import dev.palate.memory.change.Change;
import dev.palate.memory.change.ChangeNumber;
import dev.palate.memory.change.Changes;
import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryFilter;
import dev.palate.memory.memory.MemoryId;
import dev.palate.memory.text.TextEncoder;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/// Compares the last commits of the indexes with the truth, document by document, and writes nothing. What changed
/// after a commit is replayed at the next opening and is no difference. For a directory that nobody has open; costs
/// one read of the index, of every memory and of every item, and holds a page of them at a time.
public final class IndexComparison {
    /// What is to be done about every difference of an index.
    public static final String NEXT = "./palate memory reindex builds it anew";

    private static final int PAGE = 500;
    private static final int FEED_PAGE = 1_000;
    private static final MemoryFilter EVERY = new MemoryFilter(null, Set.of(), Set.of(), null);

    private final IndexChanges.Sources sources;
    private final Supplier<TextEncoder> encoder;
    private final LongConsumer progress;
    private final Differences differences;
    private final Set<MemoryId> later = new HashSet<>();
    private long items;
    private long documents;
    private long compared;
    private long changedLater;

    /// What was looked at.
    ///
    /// @param items in the index
    /// @param documents of memories in the index
    /// @param later changes of items and memories after the commit, which the next opening replays
    public record Outcome(long items, long documents, long later) {}

    private IndexComparison(
            IndexChanges.Sources sources,
            Supplier<TextEncoder> encoder,
            LongConsumer progress,
            Differences differences) {
        this.differences = differences;
        this.sources = sources;
        this.encoder = encoder;
        this.progress = progress;
    }

    /// Compares.
    ///
    /// @param index the folder of both indexes
    /// @param encoder asked only where a memory has no vector, to see whether its text has one
    /// @param progress told how many documents and memories were compared so far
    /// @param differences where what is found goes
    public static Outcome of(
            Path index,
            IndexChanges.Sources sources,
            Supplier<TextEncoder> encoder,
            LongConsumer progress,
            Differences differences) {
        IndexComparison comparison = new IndexComparison(sources, encoder, progress, differences);
        comparison.items(index.resolve("items"));
        comparison.memories(index.resolve("memories"));
        return new Outcome(comparison.items, comparison.documents, comparison.changedLater);
    }

    private interface Look {
        void at(DirectoryReader reader, Position position) throws IOException;
    }

    /// Opens the last commit, reads every file of it, and looks; or notes why not.
    private void open(Path folder, String of, Look look) {
        if (!Files.isDirectory(folder)) {
            whole("index of " + of + " that is not there");
            return;
        }
        try (Directory directory = FSDirectory.open(folder)) {
            if (!DirectoryReader.indexExists(directory)) {
                whole("index of " + of + " that is not there");
                return;
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    leaf.reader().checkIntegrity();
                }
                Optional<Position> position =
                        Position.ofCommit(reader.getIndexCommit().getUserData().entrySet());
                if (follows(position)) {
                    look.at(reader, position.orElseThrow());
                } else {
                    whole("index of " + of + " that follows another database, epoch or time");
                }
            }
        } catch (CorruptIndexException
                | IndexFormatTooOldException
                | IndexFormatTooNewException
                | EOFException
                | FileNotFoundException
                | NoSuchFileException
                | IllegalArgumentException e) {
            whole("index of " + of + " that is damaged");
        } catch (IOException e) {
            throw new UncheckedIOException("the index " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void whole(String what) {
        differences.add(what, 1, "the next start builds it anew, or now: ./palate memory reindex");
    }

    private boolean follows(Optional<Position> position) {
        Changes feed = sources.changes();
        Position origin = new Position(feed.databaseId(), feed.epoch(), "", "", "", 0, ChangeNumber.NONE);
        return Position.usable(position, origin, feed).isPresent();
    }

    private void items(Path folder) {
        open(folder, "items", (reader, position) -> {
            Set<ItemId> changed = new HashSet<>();
            eachAfter(position.number(), change -> {
                if (change.type() == Change.Type.ITEM) {
                    changed.add(new ItemId(change.id()));
                    changedLater++;
                }
            });
            List<Entries.OfItem> entries = new ArrayList<>(PAGE);
            for (LeafReaderContext leaf : reader.leaves()) {
                Entries.eachItem(leaf.reader(), entry -> {
                    entries.add(entry);
                    if (entries.size() == PAGE) {
                        compareItems(entries, changed);
                        entries.clear();
                    }
                });
            }
            compareItems(entries, changed);
            IndexSearcher searcher = new IndexSearcher(reader);
            Optional<String> cursor = Optional.empty();
            do {
                Page<Item> page = sources.catalog().page(cursor.orElse(null), PAGE);
                missing(
                        searcher,
                        "items",
                        page.items().stream()
                                .map(Item::id)
                                .filter(id -> !changed.contains(id))
                                .map(ItemId::value)
                                .toList());
                told(page.items().size());
                cursor = Optional.ofNullable(page.nextCursor());
            } while (cursor.isPresent());
        });
    }

    private void compareItems(List<Entries.OfItem> entries, Set<ItemId> changed) {
        Map<ItemId, Item> present = sources.catalog()
                .items(entries.stream().map(Entries.OfItem::item).toList());
        for (Entries.OfItem entry : entries) {
            items++;
            if (!changed.contains(entry.item())) {
                compare(entry, present.get(entry.item()));
            }
        }
        told(entries.size());
    }

    private void compare(Entries.OfItem entry, @Nullable Item item) {
        String id = entry.item().value();
        if (item == null) {
            differences.add("items in the index that are not in the catalog", id, NEXT);
        } else if (entry.revision() != 0 && entry.revision() != item.revision()) {
            differences.add("items in the index at another revision", id, NEXT);
        } else if (!entry.key().equals(VectorKey.of(ItemText.of(item)).toString())) {
            differences.add("items in the index with other words", id, NEXT);
        }
    }

    private void memories(Path folder) {
        open(folder, "memories", (reader, position) -> {
            if (position.layout() != Position.LAYOUT) {
                whole("index of memories that was being built anew");
                return;
            }
            eachAfter(position.number(), change -> {
                if (change.type() == Change.Type.MEMORY) {
                    later.add(new MemoryId(change.id()));
                    changedLater++;
                }
            });
            List<MemoryIndex.Entry> entries = new ArrayList<>(PAGE);
            for (LeafReaderContext leaf : reader.leaves()) {
                Entries.each(leaf.reader(), position.field(), entry -> {
                    entries.add(entry);
                    if (entries.size() == PAGE) {
                        compare(entries);
                        entries.clear();
                    }
                });
            }
            compare(entries);
            missing(new IndexSearcher(reader));
        });
    }

    private void eachAfter(ChangeNumber number, Consumer<Change> consumer) {
        ChangeNumber at = number;
        List<Change> page;
        do {
            page = sources.changes().after(at, FEED_PAGE);
            page.forEach(consumer);
            at = page.isEmpty() ? at : page.getLast().number();
        } while (!page.isEmpty());
    }

    private void compare(List<MemoryIndex.Entry> entries) {
        List<MemoryId> ids = entries.stream().map(MemoryIndex.Entry::memory).toList();
        Map<MemoryId, Memory> present = sources.memories().memories(ids);
        Set<MemoryId> cold = sources.cold().among(ids);
        for (MemoryIndex.Entry entry : entries) {
            documents++;
            if (!later.contains(entry.memory())) {
                compare(entry, present.get(entry.memory()), cold.contains(entry.memory()));
            }
        }
        told(entries.size());
    }

    private void compare(MemoryIndex.Entry entry, @Nullable Memory memory, boolean cold) {
        String id = entry.memory().value();
        if (memory == null) {
            differences.add("memories in the index that are not in the truth", id, NEXT);
        } else if (entry.revision() != memory.revision()) {
            differences.add("memories in the index at another revision", id, NEXT);
        } else if (!entry.key().equals(VectorKey.of(memory.text()).toString())) {
            differences.add("memories in the index with other words", id, NEXT);
        } else if (entry.cold() != cold) {
            differences.add("memories cold in one of index and truth only", id, NEXT);
        } else if (!entry.vector() && !entry.pending() && !cold && hasVector(memory)) {
            differences.add("memories in the index without a vector", id, NEXT);
        }
    }

    private boolean hasVector(Memory memory) {
        if (!MemoryIndex.keepsVector(memory.status())) {
            return false;
        }
        try {
            return !VectorSearch.zero(encoder.get().encode(memory.text()));
        } catch (RuntimeException e) {
            // A text that cannot be encoded is kept without one.
            return false;
        }
    }

    private void missing(IndexSearcher searcher) throws IOException {
        Optional<String> cursor = Optional.empty();
        do {
            Page<Memory> page = sources.memories().page(EVERY, cursor.orElse(null), PAGE);
            missing(
                    searcher,
                    "memories",
                    page.items().stream()
                            .map(Memory::id)
                            .filter(id -> !later.contains(id))
                            .map(MemoryId::value)
                            .toList());
            told(page.items().size());
            cursor = Optional.ofNullable(page.nextCursor());
        } while (cursor.isPresent());
    }

    private void missing(IndexSearcher searcher, String of, List<String> ids) throws IOException {
        if (count(searcher, ids) == ids.size()) {
            return;
        }
        for (String id : ids) {
            int there = count(searcher, List.of(id));
            if (there != 1) {
                differences.add(of + (there == 0 ? " missing in the index" : " twice in the index"), id, NEXT);
            }
        }
    }

    private static int count(IndexSearcher searcher, List<String> ids) throws IOException {
        return searcher.count(new TermInSetQuery(
                VectorSearch.ID, ids.stream().map(BytesRef::new).toList()));
    }

    private void told(int more) {
        compared += more;
        progress.accept(compared);
    }
}
