package dev.palate.agent.domain;

import dev.palate.memory.catalog.ItemId;
import java.util.List;
import java.util.Set;

/// What a message says, as far as rules can tell. Every claim is the user's own view; what others like, and what is
/// only asked, is left out.
///
/// @param text the message
/// @param claims in the order of the message, one for each thing spoken of
/// @param eras spans of years
/// @param amounts what is asked of numbers, such as the price
/// @param moods asked for, such as lighter
/// @param unknown wishes that the catalog knows nothing of
/// @param rest the words that carry a meaning the rules do not know, such as `rainy paris`, for search
/// @param about the items whose facts are asked for
/// @param acts what the message does beside that
public record Reading(
        String text,
        List<Claim> claims,
        List<Era> eras,
        List<AmountWish> amounts,
        List<DomainPack.Facet> moods,
        List<Unknown> unknown,
        String rest,
        List<ItemId> about,
        Set<Act> acts) {
    /// What a message may do.
    public enum Act {
        /// Asks for items.
        WISH,
        /// Asks for others than those shown.
        ELSE,
        /// Asks for newer ones.
        NEWER,
        /// Asks for older ones.
        OLDER,
        /// Greets.
        GREETING,
        /// Thanks or takes leave.
        THANKS,
        /// Asks something that is no wish.
        QUESTION,
        /// Asks for facts of an item: of one that is named, else of the one shown first.
        ABOUT,
        /// Asks why something was shown.
        WHY,
        /// Asks what is remembered.
        MEMORY,
        /// Orders to forget.
        FORGET,
        /// Orders to forget everything.
        FORGET_ALL,
        /// Asks what Palate can do.
        HELP,
        /// Speaks to the machine rather than of the person.
        INJECTION
    }

    public Reading {
        claims = List.copyOf(claims);
        eras = List.copyOf(eras);
        amounts = List.copyOf(amounts);
        moods = List.copyOf(moods);
        unknown = List.copyOf(unknown);
        about = List.copyOf(about);
        acts = Set.copyOf(acts);
    }

    /// True when the message says something that moves a list.
    public boolean tells() {
        return !claims.isEmpty() || !eras.isEmpty() || !amounts.isEmpty() || !moods.isEmpty();
    }

    /// True when the message does this.
    public boolean does(Act act) {
        return acts.contains(act);
    }
}
