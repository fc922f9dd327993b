package dev.palate.memory.derived;

import java.util.Optional;

/// How an item is received, in few bands: the texts are few, say nothing of anybody, and change only with the band.
///
/// @param size how many people
/// @param share how they are divided
record Reception(Size size, Share share) {
    /// With fewer distinct users than this nothing is said.
    static final int LEAST_PEOPLE = 5;

    /// How many people gave an opinion.
    enum Size {
        HANDFUL("handful", 0.3),
        DOZENS("dozens", 0.5),
        HUNDREDS("hundreds", 0.7),
        THOUSANDS("thousands", 0.9);

        private final String words;
        private final double strength;

        Size(String words, double strength) {
            this.words = words;
            this.strength = strength;
        }

        static Size of(int people) {
            return people < 20 ? HANDFUL : people < 200 ? DOZENS : people < 2_000 ? HUNDREDS : THOUSANDS;
        }
    }

    /// How many of them like it.
    enum Share {
        NEARLY_ALL("Liked by nearly all of the", 0.9),
        MOST("Liked by most of the", 0.5),
        DIVIDED("Divides the", 0),
        FEW("Disliked by most of the", -0.5),
        HARDLY_ANY("Disliked by nearly all of the", -0.9);

        private final String words;
        private final double polarity;

        Share(String words, double polarity) {
            this.words = words;
            this.polarity = polarity;
        }

        static Share of(double liking) {
            if (liking >= 0.9) {
                return NEARLY_ALL;
            }
            if (liking >= 0.65) {
                return MOST;
            }
            return liking > 0.35 ? DIVIDED : liking > 0.1 ? FEW : HARDLY_ANY;
        }
    }

    /// Absent when too few people said anything.
    static Optional<Reception> of(Opinion opinion) {
        int people = opinion.people();
        return people < LEAST_PEOPLE
                ? Optional.empty()
                : Optional.of(new Reception(Size.of(people), Share.of((double) opinion.liked() / people)));
    }

    String text() {
        return share.words + " " + size.words + " of people who gave an opinion";
    }

    double polarity() {
        return share.polarity;
    }

    double strength() {
        return size.strength;
    }
}
