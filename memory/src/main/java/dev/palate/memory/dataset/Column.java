package dev.palate.memory.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a column of a delimited file may hold, and the headers by which it is known. Headers are compared in lower case
/// without anything but letters and digits: `movieId`, `Movie ID` and `movie_id` are one.
public enum Column {
    /// The id of an item; `id` only where there is no column for a user.
    ITEM_ID(
            "itemid",
            "sku",
            "productid",
            "movieid",
            "asin",
            "articleid",
            "bookid",
            "trackid",
            "songid",
            "gameid",
            "showid",
            "videoid",
            "contentid",
            "isbn",
            "gtin",
            "ean"),
    /// The id of a user.
    USER_ID("userid", "user", "customerid", "memberid", "visitorid", "accountid", "reviewerid", "subscriberid"),
    /// The title of an item.
    TITLE("title", "name", "itemname", "productname", "producttitle", "itemtitle", "movietitle"),
    /// The year of release, or a date of it.
    YEAR("year", "releaseyear", "releasedate", "released", "publicationyear", "yearofpublication"),
    /// A list of categories.
    CATEGORIES("categories", "category", "genres", "genre", "department", "departments", "productcategory"),
    /// A list of tags.
    TAGS("tags", "keywords"),
    /// A text about an item.
    DESCRIPTION("description", "plot", "overview", "summary", "synopsis", "about"),
    /// Whether an item is never to be shown.
    HIDDEN("hidden"),
    /// When an item begins to be shown.
    AVAILABLE_FROM("availablefrom"),
    /// When it ends.
    AVAILABLE_TO("availableto"),
    /// What to call a user.
    NAME("name", "username", "displayname"),
    /// What a user did.
    TYPE("type", "event", "eventtype", "action", "interaction", "interactiontype", "behavior", "behaviour"),
    /// A rating.
    RATING("rating", "stars", "score", "overall"),
    /// When it was done.
    TIMESTAMP(
            "timestamp",
            "time",
            "date",
            "datetime",
            "eventtime",
            "eventdate",
            "createdat",
            "ratedat",
            "purchasedat",
            "unixreviewtime",
            "ts"),
    /// The id of an interaction.
    INTERACTION_ID("interactionid", "eventid"),
    /// A word that somebody gave an item.
    TAG("tag");

    private final List<String> aliases;

    Column(String... aliases) {
        this.aliases = List.of(aliases);
    }

    /// The headers that mean it, in the form of [#normal], the surest first.
    List<String> aliases() {
        return aliases;
    }

    /// The name in lower case, as in `--column item_id=sku`.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The column of a key.
    ///
    /// @throws IllegalArgumentException naming the keys allowed
    public static Column ofKey(String key) {
        return Arrays.stream(values())
                .filter(column -> column.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a column must be one of "
                        + Arrays.stream(values()).map(Column::key).collect(Collectors.joining(", ")) + ", was "
                        + key));
    }

    /// A header in lower case, letters and digits only.
    static String normal(String header) {
        var normal = new StringBuilder();
        header.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .forEach(normal::appendCodePoint);
        return normal.toString();
    }
}
