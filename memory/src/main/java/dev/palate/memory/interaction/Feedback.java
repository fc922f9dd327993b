package dev.palate.memory.interaction;

import dev.palate.memory.Require;

/// What an interaction says about the item.
public sealed interface Feedback {
    /// The name used in files, tables and the API.
    String type();

    /// How much it counts as liking, in [-1, 1]; negative is dislike.
    double weight();

    /// Given stars in [0.5, 5]; 3 is neutral.
    record Rated(double stars) implements Feedback {
        public Rated {
            Require.range("stars", stars, 0.5, 5);
        }

        @Override
        public String type() {
            return "rated";
        }

        @Override
        public double weight() {
            return Math.max(-1, (stars - 3) / 2);
        }
    }

    /// Said to be liked.
    record Liked() implements Feedback {
        @Override
        public String type() {
            return "liked";
        }

        @Override
        public double weight() {
            return 1;
        }
    }

    /// Said to be disliked.
    record Disliked() implements Feedback {
        @Override
        public String type() {
            return "disliked";
        }

        @Override
        public double weight() {
            return -1;
        }
    }

    /// Watched, read, played or used.
    record Consumed() implements Feedback {
        @Override
        public String type() {
            return "consumed";
        }

        @Override
        public double weight() {
            return 0.6;
        }
    }

    /// Bought.
    record Purchased() implements Feedback {
        @Override
        public String type() {
            return "purchased";
        }

        @Override
        public double weight() {
            return 0.8;
        }
    }

    /// Opened or clicked.
    record Viewed() implements Feedback {
        @Override
        public String type() {
            return "viewed";
        }

        @Override
        public double weight() {
            return 0.2;
        }
    }

    /// Waved away in a list.
    record Dismissed() implements Feedback {
        @Override
        public String type() {
            return "dismissed";
        }

        @Override
        public double weight() {
            return -0.5;
        }
    }

    /// The feedback of a type name and, for `rated`, its stars.
    ///
    /// @throws IllegalArgumentException naming the types allowed
    static Feedback of(String type, double stars) {
        return switch (type) {
            case "rated" -> new Rated(stars);
            case "liked" -> new Liked();
            case "disliked" -> new Disliked();
            case "consumed" -> new Consumed();
            case "purchased" -> new Purchased();
            case "viewed" -> new Viewed();
            case "dismissed" -> new Dismissed();
            default ->
                throw new IllegalArgumentException("interaction type must be one of rated, liked, disliked, consumed, "
                        + "purchased, viewed, dismissed, was " + type);
        };
    }
}
