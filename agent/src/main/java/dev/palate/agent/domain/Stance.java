package dev.palate.agent.domain;

/// How a message stands to what it mentions.
public enum Stance {
    /// Said to be liked.
    LIKED(1),
    /// Said not to be disliked.
    TOLERATED(0),
    /// Said not to be liked.
    DISLIKED(-1),
    /// Said to be hated.
    HATED(-1),
    /// Had already.
    SEEN(0),
    /// Asked for, now.
    WANTED(0),
    /// Not wanted.
    EXCLUDED(-1),
    /// Named as an example of what is asked for.
    REFERENCE(0);

    private final int sign;

    Stance(int sign) {
        this.sign = sign;
    }

    /// 1 for liking, -1 for disliking, 0 for neither.
    public int sign() {
        return sign;
    }
}
