package dev.palate.memory;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Named points of the write paths, in the order in which a write comes by them. Whoever wants to know what a crash
/// at
/// one of them leaves behind watches for it and ends the process there; nobody watches otherwise, and then a point
/// costs one read of a field.
public enum Milestone {
    /// The rows of a write are in the transaction, its entries in the feed and its notes in the outbox are not.
    ROWS_WRITTEN,
    /// The entries in the feed and the notes in the outbox are in the transaction too.
    NOTES_WRITTEN,
    /// All writes of a group are in the transaction.
    GROUP_COMMITTING,
    /// The group is on disk and nobody knows.
    GROUP_COMMITTED,
    /// Followers of the feed know, the callers do not.
    FEED_TOLD,
    /// The callers know.
    CALLERS_TOLD,
    /// The write-ahead log is to be moved into the database file.
    LOG_MOVING,
    /// It was moved.
    LOG_MOVED,

    /// Changes were read from the feed and not applied to the index.
    INDEX_APPLYING,
    /// They were applied and may be searched.
    INDEX_APPLIED,
    /// Vectors that were computed in the background are in the index.
    VECTORS_WRITTEN,
    /// The index is to be committed.
    INDEX_COMMITTING,
    /// Its items are committed, its memories are not.
    ITEMS_COMMITTED,
    /// Both are.
    INDEX_COMMITTED,
    /// Segments are to be merged.
    SEGMENTS_MERGING,
    /// They were.
    SEGMENTS_MERGED,
    /// An index that rests is to become one segment.
    SETTLING,
    /// It is one segment, and that is not committed.
    SETTLED,
    /// It is.
    SETTLE_COMMITTED,
    /// A part of an index that is built anew is written.
    REBUILDING,
    /// All of it is written and not committed.
    REBUILT,

    /// An index is to be rewritten in another vector format.
    FORMAT_REWRITING,
    /// It is in that format.
    FORMAT_REWRITTEN,
    /// Everything has its vector of a new encoder.
    ENCODER_READY,
    /// Searches use the new vectors, and nothing on disk says so.
    ENCODER_SWITCHED,
    /// The file of the encoding version is written beside the old one.
    ENCODING_MOVING,
    /// The encoding version says so, the index does not.
    ENCODING_SWITCHED,
    /// The index says so too.
    ENCODER_COMMITTED,
    /// Some vectors of the earlier encoder were dropped.
    RETIRED_DROPPED,

    /// A write of a memory is on disk, and its pack in the heap does not know.
    PACK_STALE,
    /// It does.
    PACK_MARKED,
    /// Memories past their time are to be set to expired.
    EXPIRING,
    /// They are expired in the database, and their packs do not know.
    EXPIRED,
    /// A codebook was learnt and kept.
    CODEBOOK_KEPT,
    /// Memories are to go cold.
    DEMOTING,
    /// They are cold in the database, and their packs do not know.
    DEMOTED,
    /// Memories are to go warm.
    PROMOTING,
    /// They are warm in the database, and their packs do not know.
    PROMOTED,
    /// Cold memories got codes of the newest codebook.
    RECODED,
    /// What was used was written down.
    USES_WRITTEN,

    /// A consumer has read notes and done nothing for them.
    CONSUMER_READ,
    /// It has done a part of it, or nothing yet.
    CONSUMER_APPLYING,
    /// It has done all they ask for, and its position does not say so.
    CONSUMER_APPLIED,
    /// The position says so.
    CONSUMER_POSITIONED,
    /// It has done everything anew, and its position does not say so.
    CONSUMER_ANEW,

    /// The rows are deleted and the job is noted.
    ERASURE_BEGUN,
    /// The ledger has it, the database has not noted that.
    LEDGER_WRITTEN,
    /// A place was emptied, and the job has not noted that.
    PLACE_ERASED,
    /// A step is noted.
    STEP_RECORDED,
    /// Deleted documents are to leave the segments.
    EXPUNGING,
    /// The segments are written anew and not committed.
    EXPUNGE_MERGED,
    /// They are committed, and the old files may still be there.
    EXPUNGE_COMMITTED,
    /// The receipt is there, the write-ahead log is not emptied.
    ERASURE_ANSWERED,
    /// The unused bytes of the database's pages are to be overwritten.
    PAGES_SWEEPING,
    /// They are.
    PAGES_SWEPT,
    /// The erasure has ended.
    ERASURE_ENDED,

    /// The copy of a back-up is written and not synced.
    BACKUP_COPIED,
    /// It is whole, and its manifest is not there.
    BACKUP_SYNCED,
    /// The manifest is there.
    BACKUP_ENDED,
    /// A back-up was copied and checked.
    RESTORE_COPIED,
    /// A truth of this build was made of it.
    RESTORE_READY,
    /// The old truth is without its log.
    RESTORE_LOG_ASIDE,
    /// The new truth is in the place of the old.
    RESTORE_EXCHANGED;

    private static volatile @Nullable Consumer<Milestone> watcher;

    /// Has the watcher told of every point that any thread comes by from now on, on that thread.
    ///
    /// @param newWatcher must not throw; null for none
    public static void watch(@Nullable Consumer<Milestone> newWatcher) {
        watcher = newWatcher;
    }

    /// Says that this thread is here.
    public void reached() {
        Consumer<Milestone> told = watcher;
        if (told != null) {
            told.accept(this);
        }
    }
}
