package dev.palate.memory.index;

/// How the index keeps vectors for its graph search. Raw vectors are kept beside all but the first.
public enum VectorFormat {
    /// 4 bytes a number.
    FLOAT32,
    /// 1 byte a number, the default.
    INT8,
    /// Half a byte a number.
    INT4,
    /// One bit a number.
    BIT
}
