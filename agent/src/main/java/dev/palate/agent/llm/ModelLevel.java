package dev.palate.agent.llm;

/// How much a model is trusted to do, lowest first.
public enum ModelLevel {
    /// No model: rules, embeddings and templates.
    T0,
    /// A tiny local model: chooses among names.
    T1,
    /// A local model of 1 to 4 billion parameters: also fills slots and finds words.
    T2,
    /// A strong, usually hosted model: also plans and critiques.
    T3;

    /// Whether this level may do what `needed` may do.
    public boolean atLeast(ModelLevel needed) {
        return compareTo(needed) >= 0;
    }
}
