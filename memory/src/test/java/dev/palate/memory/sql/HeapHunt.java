package dev.palate.memory.sql;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Counts words in everything that the heap of this process holds alive: strings, byte and character
/// arrays, buffers.
final class HeapHunt {
    private HeapHunt() {}

    /// A word as it stands in a dump.
    private record Pattern(String word, byte[] bytes) {
        boolean at(MappedByteBuffer dump, int start) {
            if (start + bytes.length > dump.limit()) {
                return false;
            }
            for (int i = 0; i < bytes.length; i++) {
                if (dump.get(start + i) != bytes[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    /// How often each word is there, words that are not left out; writes a dump of at most 2 GiB into the
    /// folder.
    static Map<String, Integer> count(Path folder, Collection<String> words) throws IOException {
        Path file = folder.resolve("heap.hprof");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(file.toString(), true);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return count(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()), words);
        } finally {
            Files.delete(file);
        }
    }

    private static Map<String, Integer> count(MappedByteBuffer dump, Collection<String> words) {
        Map<Integer, List<Pattern>> byStart = new HashMap<>();
        boolean[] pairs = new boolean[1 << 16];
        for (String word : words) {
            for (var charset : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16BE)) {
                Pattern pattern = new Pattern(word, word.getBytes(charset));
                int start = start(pattern.bytes);
                byStart.merge(
                        start,
                        List.of(pattern),
                        (some, more) -> java.util.stream.Stream.concat(some.stream(), more.stream())
                                .toList());
                pairs[start & 0xffff] = true;
            }
        }
        Map<String, Integer> found = new TreeMap<>();
        int window = 0;
        for (int i = 0; i < dump.limit(); i++) {
            window = window << 8 | dump.get(i) & 0xff;
            if (pairs[window & 0xffff]) {
                for (Pattern pattern : byStart.getOrDefault(window, List.of())) {
                    if (pattern.at(dump, i - 3)) {
                        found.merge(pattern.word, 1, Integer::sum);
                    }
                }
            }
        }
        return found;
    }

    private static int start(byte[] bytes) {
        return bytes[0] << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
    }
}
