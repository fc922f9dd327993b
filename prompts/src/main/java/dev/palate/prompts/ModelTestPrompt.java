package dev.palate.prompts;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// Asks what a message wants, of messages whose answer is known: it measures whether a model understands and keeps to
/// a shape.
///
/// @param message one of [#CASES]
public record ModelTestPrompt(String message) implements Prompt {
    /// Release this record fills.
    public static final PromptVersion VERSION = new PromptVersion("model-test", 1);
    /// Names of its slots.
    public static final Set<String> SLOTS = Set.of("message");
    /// What a message may want.
    public static final List<String> INTENTS = List.of("recommend", "forget", "explain", "chat");
    /// The genres to choose from.
    public static final List<String> GENRES =
            List.of("none", "horror", "comedy", "western", "romance", "thriller", "animation", "war", "musical");

    /// A message and what it wants.
    public record Case(String message, String intent, String genre) {}

    /// Thirty of them.
    public static final List<Case> CASES = List.of(
            new Case("Something really scary for tonight, please.", "recommend", "horror"),
            new Case("I want to laugh. Any ideas?", "recommend", "comedy"),
            new Case("Cowboys, dust and a showdown at noon.", "recommend", "western"),
            new Case("A love story that ends well.", "recommend", "romance"),
            new Case("Cartoons for my little niece?", "recommend", "animation"),
            new Case("Soldiers in the trenches of 1916.", "recommend", "war"),
            new Case("Films in which everybody sings and dances.", "recommend", "musical"),
            new Case("Keep me on the edge of my seat, no ghosts though.", "recommend", "thriller"),
            new Case("Please forget that I like westerns.", "forget", "none"),
            new Case("Forget everything you know about me.", "forget", "none"),
            new Case("Do not remember what I said about my job.", "forget", "none"),
            new Case("Delete my old preferences.", "forget", "none"),
            new Case("Why did you list the second one?", "explain", "none"),
            new Case("How come Alien is on my list?", "explain", "none"),
            new Case("What made you pick that film?", "explain", "none"),
            new Case("Explain the first suggestion to me.", "explain", "none"),
            new Case("Good morning!", "chat", "none"),
            new Case("Thanks, that was kind of you.", "chat", "none"),
            new Case("How are you today?", "chat", "none"),
            new Case("You are funny.", "chat", "none"),
            new Case("Anything but horror, surprise me.", "recommend", "none"),
            new Case("Recommend me three films.", "recommend", "none"),
            new Case("Something from the eighties, I do not mind what.", "recommend", "none"),
            new Case("No comedies tonight; a haunted house would be right.", "recommend", "horror"),
            new Case("My date loves weepy romances, what do we watch?", "recommend", "romance"),
            new Case("Zeig mir etwas Gruseliges.", "recommend", "horror"),
            new Case("Une comédie, s'il vous plaît.", "recommend", "comedy"),
            new Case("I am in the mood for gunslingers rather than laughs.", "recommend", "western"),
            new Case("Hello there, nice to meet you.", "chat", "none"),
            new Case("Suspense with a cold-blooded detective, please.", "recommend", "thriller"));

    /// @throws IllegalArgumentException for a message that is no case
    public ModelTestPrompt {
        String asked = message;
        if (CASES.stream().noneMatch(one -> one.message().equals(asked))) {
            throw new IllegalArgumentException("message must be one of the " + CASES.size() + " cases");
        }
    }

    @Override
    public PromptVersion version() {
        return VERSION;
    }

    @Override
    public Map<String, String> slots() {
        return Map.of("message", message);
    }
}
