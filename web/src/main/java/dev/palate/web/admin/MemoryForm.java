package dev.palate.web.admin;

import org.jspecify.annotations.Nullable;

/// A memory as written by hand. Nothing is checked here.
///
/// @param liking `like`, `dislike` or `neither`
/// @param kind a key of [dev.palate.memory.memory.MemoryKind]
/// @param facet what it speaks of, empty for nothing in particular
/// @param about which one, as people say it: a genre, a title, `1980-1989` or `before 2000`
public record MemoryForm(String text, String liking, String kind, String facet, String about) {
    /// With every missing part empty.
    public MemoryForm(
            @Nullable String text,
            @Nullable String liking,
            @Nullable String kind,
            @Nullable String facet,
            @Nullable String about) {
        this.text = text == null ? "" : text.strip().replace("\r\n", "\n");
        this.liking = liking == null ? "neither" : liking;
        this.kind = kind == null ? "preference" : kind;
        this.facet = facet == null ? "" : facet;
        this.about = about == null ? "" : about.strip();
    }

    /// What an empty form starts with.
    static MemoryForm blank() {
        return new MemoryForm("", "like", "preference", "", "");
    }
}
