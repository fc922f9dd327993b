package dev.palate.agent.llm.hosted;

import dev.palate.agent.llm.TokenSink;

/// What has come of an answer, handed on as it comes, and no longer than its tokens can be. Used by one thread.
final class Words {
    // No tokenizer has longer tokens on average; an endpoint that does not keep the limit is held to it.
    private static final int CHARACTERS_OF_A_TOKEN = 16;

    private final TokenSink sink;
    private final int most;
    private final StringBuilder text = new StringBuilder();

    Words(TokenSink sink, int maxTokens) {
        this.sink = sink;
        this.most = maxTokens * CHARACTERS_OF_A_TOKEN;
    }

    /// Hands a piece on, cut at the limit.
    ///
    /// @return false when no more is wanted
    boolean accept(String piece) {
        String fits = piece.substring(0, Math.min(piece.length(), most - text.length()));
        text.append(fits);
        return fits.isEmpty() || sink.accept(fits);
    }

    boolean full() {
        return text.length() >= most;
    }

    boolean unwanted() {
        return sink.cancelled();
    }

    int length() {
        return text.length();
    }

    String text() {
        return text.toString();
    }
}
