package dev.palate.retrieval.evaluation;

import dev.palate.memory.MemoryException;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.dataset.DatasetRow;
import dev.palate.memory.dataset.MovieLensReader;
import dev.palate.memory.dataset.RejectedRow;
import dev.palate.memory.interaction.Feedback;
import dev.palate.memory.interaction.Interaction;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.RetrievalException.Code;
import dev.palate.retrieval.embedding.network.ClickExamples;
import dev.palate.retrieval.embedding.network.FeatureRows;
import dev.palate.retrieval.embedding.network.Field;
import dev.palate.retrieval.embedding.table.PairwiseModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Ratings as clicks: 4 stars and more are one, 2 and fewer are none, those between are left out. Of each
/// user's rows the last two in time are the test and the two before them are for choosing; a user with
/// fewer than five rows is learnt from only. Users and items are numbered by how often they come in what is
/// learnt from. Immutable but for the arrays.
///
/// Fields: [#USER], [#ITEM], [#GENRE] (all of the item's), [#YEAR] (of the item, in fives, 0 unknown),
/// [#TIME] (three hours of a day of the week, UTC).
///
/// @param train to learn from
/// @param valid to choose by
/// @param test to measure on
public record RatingClicks(ClickExamples train, ClickExamples valid, ClickExamples test) {
    public static final String USER = "user";
    public static final String ITEM = "item";
    public static final String GENRE = "genre";
    public static final String YEAR = "year";
    public static final String TIME = "time";

    private static final double LIKED = 4;
    private static final double NOT_LIKED = 2;
    private static final int HELD_OUT = 2;
    private static final int FEWEST = 2 * HELD_OUT + 1;
    private static final int MOST_ROWS = 30_000_000;
    private static final int FIRST_YEAR = 1900;
    private static final int YEARS = 5;
    static final int SPANS = 26;
    private static final int HOURS = 3;
    private static final int TIMES = 7 * 24 / HOURS;

    private record Event(String user, String item, boolean clicked, Instant at) {}

    /// Reads a folder of MovieLens in its CSV form, or its `ratings.csv` with `movies.csv` beside it.
    ///
    /// @throws RetrievalException with code NOT_FOUND when a file is missing, BAD_INPUT when one is malformed
    ///     or nothing is left to measure on
    public static RatingClicks read(Path folderOrRatings) {
        Path given = folderOrRatings.toAbsolutePath().normalize();
        Path parent = given.getParent();
        Path folder = Files.isDirectory(given) || parent == null ? given : parent;
        for (String name : List.of("ratings.csv", "movies.csv")) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new RetrievalException(
                        Code.NOT_FOUND,
                        "no " + name + " in " + folder
                                + ": give a folder of MovieLens with ratings.csv and movies.csv");
            }
        }
        Reading reading = new Reading();
        try {
            MovieLensReader reader = new MovieLensReader(folder);
            reader.items(reading);
            reader.interactions(reading);
        } catch (MemoryException e) {
            throw new RetrievalException(Code.BAD_INPUT, String.valueOf(e.getMessage()), e);
        }
        return of(reading.events, reading.items);
    }

    /// What a data set says, as far as it is needed.
    private static final class Reading implements MovieLensReader.Sink {
        final List<Event> events = new ArrayList<>();
        final Map<String, Item> items = new HashMap<>();

        @Override
        public void row(DatasetRow row) {
            switch (row) {
                case DatasetRow.ItemRow item -> items.put(item.item().id().value(), item.item());
                case DatasetRow.InteractionRow event -> interaction(event.interaction());
                case DatasetRow.TagRow _, DatasetRow.UserRow _, DatasetRow.MemoryRow _ -> {}
            }
        }

        private void interaction(Interaction interaction) {
            if (!(interaction.feedback() instanceof Feedback.Rated rated)
                    || rated.stars() < LIKED && rated.stars() > NOT_LIKED) {
                return;
            }
            if (events.size() == MOST_ROWS) {
                throw new RetrievalException(
                        Code.BAD_INPUT, "there are more than " + MOST_ROWS + " ratings of use: give fewer");
            }
            events.add(new Event(
                    interaction.user().value(), interaction.item().value(), rated.stars() >= LIKED, interaction.at()));
        }

        @Override
        public void rejected(RejectedRow row) {
            throw new RetrievalException(
                    Code.BAD_INPUT, row.place().file() + " line " + row.place().line() + ": " + row.reason());
        }
    }

    private static RatingClicks of(List<Event> events, Map<String, Item> items) {
        Map<String, List<Event>> byUser = new LinkedHashMap<>();
        events.forEach(event ->
                byUser.computeIfAbsent(event.user, user -> new ArrayList<>()).add(event));
        List<List<Event>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (List<Event> own : byUser.values()) {
            own.sort(Comparator.comparing(Event::at));
            for (int i = 0; i < own.size(); i++) {
                int fromEnd = own.size() - i;
                boolean learnt = own.size() < FEWEST || fromEnd > 2 * HELD_OUT;
                parts.get(learnt ? 0 : fromEnd > HELD_OUT ? 1 : 2).add(own.get(i));
            }
        }
        if (parts.stream().anyMatch(List::isEmpty)) {
            throw new RetrievalException(
                    Code.BAD_INPUT,
                    "no user has " + FEWEST + " ratings of at least " + LIKED + " or at most " + NOT_LIKED
                            + " stars, so nothing can be held out: give more ratings");
        }
        Numbers users = Numbers.of(events, parts.getFirst(), Event::user);
        Numbers rated = Numbers.of(events, parts.getFirst(), Event::item);
        Numbers genres = Numbers.ofGenres(rated.byName.keySet(), items);
        List<Field> fields = List.of(
                new Field(USER, users.byName.size()),
                new Field(ITEM, rated.byName.size()),
                new Field(GENRE, Math.max(1, genres.byName.size())),
                new Field(YEAR, SPANS + 1),
                new Field(TIME, TIMES));
        List<ClickExamples> examples = parts.stream()
                .map(part -> {
                    FeatureRows.Builder rows = new FeatureRows.Builder(fields);
                    boolean[] clicked = new boolean[part.size()];
                    for (int i = 0; i < clicked.length; i++) {
                        Event event = part.get(i);
                        @Nullable Item item = items.get(event.item);
                        clicked[i] = event.clicked;
                        rows.add(
                                new int[] {users.of(event.user)},
                                new int[] {rated.of(event.item)},
                                item == null
                                        ? new int[0]
                                        : item.categories().stream()
                                                .mapToInt(genres::of)
                                                .toArray(),
                                new int[] {span(item == null ? null : item.year())},
                                new int[] {time(event.at)});
                    }
                    return new ClickExamples(rows.build(), clicked);
                })
                .toList();
        return new RatingClicks(examples.get(0), examples.get(1), examples.get(2));
    }

    static int span(@Nullable Integer year) {
        return year == null ? 0 : 1 + Math.clamp((year - FIRST_YEAR) / YEARS, 0, SPANS - 1);
    }

    static int time(Instant at) {
        ZonedDateTime there = at.atZone(ZoneOffset.UTC);
        return (there.getDayOfWeek().getValue() - 1) * 24 / HOURS + there.getHour() / HOURS;
    }

    /// Names as numbers, the frequent first.
    private record Numbers(Map<String, Integer> byName) {
        interface Name {
            String of(Event event);
        }

        /// Of all events, by how often they come in those that are learnt from, equal ones by name.
        static Numbers of(List<Event> all, List<Event> learnt, Name name) {
            Map<String, Integer> counts = new TreeMap<>();
            all.forEach(event -> counts.put(name.of(event), 0));
            learnt.forEach(event -> counts.merge(name.of(event), 1, Integer::sum));
            return byCount(counts);
        }

        static Numbers ofGenres(Iterable<String> rated, Map<String, Item> items) {
            Map<String, Integer> counts = new TreeMap<>();
            for (String id : rated) {
                @Nullable Item item = items.get(id);
                if (item != null) {
                    item.categories().forEach(genre -> counts.merge(genre, 1, Integer::sum));
                }
            }
            return byCount(counts);
        }

        private static Numbers byCount(Map<String, Integer> counts) {
            int[] inOrder = counts.values().stream().mapToInt(count -> count).toArray();
            int[] numbers = PairwiseModel.byFrequency(inOrder);
            Map<String, Integer> byName = new HashMap<>();
            int next = 0;
            for (String name : counts.keySet()) {
                byName.put(name, numbers[next++]);
            }
            return new Numbers(byName);
        }

        int of(String name) {
            Integer number = byName.get(name);
            if (number == null) {
                throw new IllegalStateException("nobody counted " + name);
            }
            return number;
        }
    }
}
