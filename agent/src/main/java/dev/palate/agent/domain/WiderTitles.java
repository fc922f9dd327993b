package dev.palate.agent.domain;

import dev.palate.agent.AgentException;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.catalog.ItemId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Titles that people talk of whether or not the catalog has them, with their categories: for understanding only,
/// never shown. Immutable and thread-safe.
public final class WiderTitles {
    /// None.
    public static final WiderTitles NONE = new WiderTitles(List.of(), null);

    private static final String FOLDER = "/domains/titles/";
    private static final int MAX_TITLES = 200_000;
    private static final Pattern LINE = Pattern.compile("^(\\d+),(?:\"((?:[^\"]|\"\")*)\"|([^,]*)),(.*)$");
    private static final Pattern DATED = Pattern.compile("^(.*?)\\s*\\((\\d{4})\\)\\s*$");

    private final Map<ItemId, Item> items = new HashMap<>();
    private final @org.jspecify.annotations.Nullable Gazetteer gazetteer;

    private WiderTitles(List<Item> items, @org.jspecify.annotations.Nullable Lexicon lexicon) {
        items.forEach(item -> this.items.put(item.id(), item));
        gazetteer = lexicon == null ? null : Gazetteer.of(items, Map.of(), lexicon);
    }

    /// The list that the pack names: `movies` has the films of the shipped sample (GroupLens, ml-latest-small).
    ///
    /// @throws AgentException `BAD_FILE` for a list that does not ship
    public static WiderTitles of(DomainPack pack) {
        String named = pack.widerTitles();
        if (named == null) {
            return NONE;
        }
        String file = FOLDER + named + ".csv";
        List<Item> items = new ArrayList<>();
        try (InputStream in = WiderTitles.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new AgentException(
                        AgentException.Code.BAD_FILE,
                        "domain pack " + pack.name() + " names the wider titles '" + named
                                + "'; the only list that ships is 'movies'");
            }
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            lines.lines().skip(1).limit(MAX_TITLES).forEach(line -> items.add(item(line, file)));
        } catch (IOException e) {
            throw new AgentException(AgentException.Code.BAD_FILE, file + " cannot be read: " + e.getMessage(), e);
        }
        return new WiderTitles(items, new Lexicon(pack));
    }

    private static Item item(String line, String file) {
        Matcher fields = LINE.matcher(line);
        if (!fields.matches()) {
            throw new AgentException(
                    AgentException.Code.BAD_FILE, file + " has a line that is not movieId,title,genres");
        }
        String title =
                fields.group(2) == null ? fields.group(3) : fields.group(2).replace("\"\"", "\"");
        Matcher dated = DATED.matcher(title);
        boolean found = dated.matches();
        String genres = fields.group(4);
        return Item.of(
                new ItemId(fields.group(1)),
                found ? dated.group(1) : title,
                found ? Integer.valueOf(dated.group(2)) : null,
                genres.startsWith("(") ? List.of() : List.of(genres.split("\\|", -1)));
    }

    /// What the words name with that year.
    Optional<Mention> dated(List<Token> tokens, int from, int to, int year, int slack, CatalogSnapshot catalog) {
        return gazetteer == null
                ? Optional.empty()
                : gazetteer.dated(tokens, from, to, year, slack).map(match -> mention(match, catalog));
    }

    /// Titles of several words, all with capital letters; others would be found in ordinary talk.
    List<Spots.Spot> find(List<Token> tokens, CatalogSnapshot catalog) {
        if (gazetteer == null) {
            return List.of();
        }
        List<Spots.Spot> spots = new ArrayList<>();
        for (TitleMatch match : gazetteer.find(tokens)) {
            List<Token> words = tokens.subList(match.from(), match.to());
            boolean written =
                    words.stream().allMatch(word -> word.capital() || Cues.SMALL_TITLE_WORDS.contains(word.word()));
            if (written && words.stream().filter(Token::capital).count() > 1) {
                spots.add(new Spots.Spot(match.from(), match.to(), List.of(mention(match, catalog)), null));
            }
        }
        return spots;
    }

    /// The categories of what goes by this name alone.
    Set<String> categories(String title, CatalogSnapshot catalog) {
        return gazetteer == null
                ? Set.of()
                : gazetteer.item(title).map(item -> categories(item, catalog)).orElse(Set.of());
    }

    private Mention mention(TitleMatch match, CatalogSnapshot catalog) {
        return new Mention.Elsewhere(match.title(), match.year(), categories(match.item(), catalog));
    }

    private Set<String> categories(ItemId id, CatalogSnapshot catalog) {
        Item item = items.get(id);
        Set<String> categories = new HashSet<>();
        if (item != null) {
            item.categories().forEach(name -> catalog.category(name).ifPresent(categories::add));
        }
        return categories;
    }
}
