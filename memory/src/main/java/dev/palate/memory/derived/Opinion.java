package dev.palate.memory.derived;

/// How many users have said what they think of an item, each counted once: by a memory of theirs in force that speaks
/// of the item, else by their latest rating, liking or disliking. Who neither likes nor dislikes it is not counted.
public record Opinion(int liked, int disliked) {
    static final Opinion NONE = new Opinion(0, 0);

    int people() {
        return liked + disliked;
    }
}
