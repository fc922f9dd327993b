package dev.palate.retrieval.embedding.table;

import dev.palate.retrieval.embedding.ModelFile;

/// The stored arrays of one table, which may be a part of another's.
///
/// @param prefix of the names in the file
record TableSections(ModelFile file, String prefix) {
    float[] floats(String name) {
        return file.floats(prefix + name);
    }

    float[] floats(String name, long count) {
        float[] values = floats(name);
        check(name, values.length, count);
        return values;
    }

    int[] ints(String name, long count) {
        int[] values = file.ints(prefix + name);
        check(name, values.length, count);
        return values;
    }

    byte[] bytes(String name) {
        return file.bytes(prefix + name);
    }

    byte[] bytes(String name, long count) {
        byte[] values = bytes(name);
        check(name, values.length, count);
        return values;
    }

    TableSections of(String part) {
        return new TableSections(file, prefix + part);
    }

    private void check(String name, int length, long wanted) {
        if (length != wanted) {
            throw new IllegalArgumentException(
                    "section {" + prefix + name + "} must have " + wanted + " values, had " + length);
        }
    }
}
