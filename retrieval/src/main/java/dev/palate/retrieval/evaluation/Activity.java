package dev.palate.retrieval.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// A third of the evaluated users by the length of their history: models differ most on the quiet ones.
///
/// @param name `quiet`, `middle` or `active`
/// @param shortest history in it
/// @param longest history in it
/// @param users indices into the task's evaluated users, ascending
public record Activity(String name, int shortest, int longest, int[] users) {
    private static final List<String> NAMES = List.of("quiet", "middle", "active");

    /// The terciles; users of equal history length by row. Fewer than three when there are fewer users.
    public static List<Activity> of(RankingTask task) {
        int[] sizes = IntStream.of(task.evaluated())
                .map(user -> task.known().of(user).size())
                .toArray();
        int[] order = IntStream.range(0, sizes.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer i) -> sizes[i]).thenComparing(i -> i))
                .mapToInt(i -> i)
                .toArray();
        List<Activity> thirds = new ArrayList<>();
        for (int third = 0; third < NAMES.size(); third++) {
            int from = (int) ((long) third * order.length / NAMES.size());
            int to = (int) ((long) (third + 1) * order.length / NAMES.size());
            if (from < to) {
                int[] users = Arrays.copyOfRange(order, from, to);
                int shortest = sizes[users[0]];
                int longest = sizes[users[users.length - 1]];
                Arrays.sort(users);
                thirds.add(new Activity(NAMES.get(third), shortest, longest, users));
            }
        }
        return thirds;
    }

    /// The mean of one metric over these users, those without a value left out.
    ///
    /// @param perUser one value per evaluated user of the task
    public double mean(double[] perUser) {
        return IntStream.of(users)
                .mapToDouble(user -> perUser[user])
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(0);
    }
}
