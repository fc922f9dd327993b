package dev.palate.memory.sql;

import dev.palate.memory.vector.ProductQuantiser;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/// Looks for words, and for vectors of texts, in everything below a directory: the bytes of every file in two
/// encodings, and what Lucene segments hold once decoded, deleted documents too.
final class CanaryHunt {
    private static final List<Charset> CHARSETS =
            List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE);
    private static final double SAME = 0.999;

    private final Map<String, String> canaries;
    private final List<float[]> vectors;
    private final Map<String, Set<String>> found = new TreeMap<>();

    /// @param canaries what they stand for by their words
    /// @param vectors of texts with canaries, of length 1
    CanaryHunt(Map<String, String> canaries, List<float[]> vectors) {
        this.canaries = canaries;
        this.vectors = vectors;
    }

    /// What was found of which canary, by place.
    static Map<String, Set<String>> below(Path root, Map<String, String> canaries, List<float[]> vectors)
            throws IOException {
        CanaryHunt hunt = new CanaryHunt(canaries, vectors);
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try {
                    hunt.bytes(root.relativize(file).toString(), Files.readAllBytes(file));
                } catch (NoSuchFileException e) {
                    // Gone meanwhile, and with it what was in it.
                }
            }
        }
        for (String index : List.of("index/items", "index/memories")) {
            if (Files.isDirectory(root.resolve(index))) {
                hunt.segments(root.resolve(index));
            }
        }
        return hunt.found;
    }

    /// The codes of a cold memory.
    ///
    /// @param quantiser they are by
    /// @param code as it was made
    /// @param vector that it is of
    record Codes(ProductQuantiser quantiser, byte[] code, float[] vector) {
        private static final double SLACK = 1e-6;

        /// True when the code decodes to what is as near to the vector as its own code.
        boolean of(byte[] other) {
            return other.length == code.length
                    && cosine(quantiser.decode(other), vector) > cosine(quantiser.decode(code), vector) - SLACK;
        }
    }

    /// The files below that hold codes of the vector: every stretch of a file that may be codes as they are stored is
    /// decoded.
    static Set<String> codesBelow(Path root, Codes codes) throws IOException {
        Set<String> found = new TreeSet<>();
        int length = (codes.code.length + 2) / 3 * 4;
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes;
                try {
                    bytes = Files.readAllBytes(file);
                } catch (NoSuchFileException e) {
                    continue;
                }
                if (coded(bytes, length, codes)) {
                    found.add(root.relativize(file).toString());
                }
            }
        }
        return found;
    }

    private static boolean coded(byte[] bytes, int length, Codes codes) {
        int run = 0;
        for (int i = 0; i < bytes.length; i++) {
            run = base64(bytes[i]) ? run + 1 : 0;
            if (run >= length) {
                byte[] stretch = Arrays.copyOfRange(bytes, i + 1 - length, i + 1);
                try {
                    if (codes.of(Base64.getDecoder().decode(stretch))) {
                        return true;
                    }
                } catch (IllegalArgumentException e) {
                    // Padding in the middle: no codes.
                }
            }
        }
        return false;
    }

    private static boolean base64(byte b) {
        return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '+' || b == '/' || b == '=';
    }

    private void bytes(String file, byte[] bytes) {
        String place = file.startsWith("index/") ? "index bytes" : file;
        for (Charset charset : CHARSETS) {
            // One byte, one character: the bytes of the canary are found as they are.
            String raw = new String(bytes, StandardCharsets.ISO_8859_1);
            canaries.forEach((canary, what) -> {
                if (raw.contains(new String(canary.getBytes(charset), StandardCharsets.ISO_8859_1))) {
                    add(place, what);
                }
            });
        }
    }

    private void add(String place, String what) {
        found.computeIfAbsent(place, _ -> new TreeSet<>()).add(what);
    }

    private void text(String place, String text) {
        canaries.forEach((canary, what) -> {
            if (text.contains(canary)) {
                add(place, what);
            }
        });
    }

    private void segments(Path path) throws IOException {
        try (Directory directory = FSDirectory.open(path);
                DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext context : reader.leaves()) {
                leaf(context.reader());
            }
        }
    }

    private void leaf(LeafReader leaf) throws IOException {
        for (int document = 0; document < leaf.maxDoc(); document++) {
            leaf.storedFields().document(document).getFields().forEach(field -> text("stored field", field.toString()));
        }
        for (FieldInfo field : leaf.getFieldInfos()) {
            text("field name", field.name);
            terms(leaf.terms(field.name));
            docValues(leaf, field);
            if (field.getVectorDimension() > 0) {
                vectors(leaf.getFloatVectorValues(field.name));
            }
        }
        IndexReader.CacheHelper unused = leaf.getCoreCacheHelper();
        assert unused != null;
    }

    private void terms(@org.jspecify.annotations.Nullable Terms terms) throws IOException {
        if (terms == null) {
            return;
        }
        TermsEnum all = terms.iterator();
        for (BytesRef term = all.next(); term != null; term = all.next()) {
            text("term", new String(term.bytes, term.offset, term.length, StandardCharsets.UTF_8));
        }
    }

    private void docValues(LeafReader leaf, FieldInfo field) throws IOException {
        switch (field.getDocValuesType()) {
            case BINARY -> {
                var values = leaf.getBinaryDocValues(field.name);
                while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    text("doc value", values.binaryValue().utf8ToString());
                }
            }
            case SORTED -> {
                var values = leaf.getSortedDocValues(field.name);
                for (int ord = 0; ord < values.getValueCount(); ord++) {
                    text("doc value", values.lookupOrd(ord).utf8ToString());
                }
            }
            case SORTED_SET -> {
                var values = leaf.getSortedSetDocValues(field.name);
                for (long ord = 0; ord < values.getValueCount(); ord++) {
                    text("doc value", values.lookupOrd(ord).utf8ToString());
                }
            }
            case NONE, NUMERIC, SORTED_NUMERIC -> {
                // No place for words.
            }
        }
    }

    private void vectors(@org.jspecify.annotations.Nullable FloatVectorValues values) throws IOException {
        if (values == null) {
            return;
        }
        KnnVectorValues.DocIndexIterator iterator = values.iterator();
        while (iterator.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            float[] stored = values.vectorValue(iterator.index());
            for (float[] vector : vectors) {
                if (cosine(stored, vector) > SAME) {
                    add("vector", "memory text");
                }
            }
        }
    }

    private static double cosine(float[] left, float[] right) {
        double dot = 0;
        double ofLeft = 0;
        double ofRight = 0;
        for (int i = 0; i < left.length; i++) {
            dot += left[i] * right[i];
            ofLeft += left[i] * left[i];
            ofRight += right[i] * right[i];
        }
        return dot / Math.sqrt(ofLeft * ofRight);
    }
}
