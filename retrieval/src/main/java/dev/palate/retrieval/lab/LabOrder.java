package dev.palate.retrieval.lab;

import dev.palate.memory.Require;
import dev.palate.retrieval.embedding.recipe.PairwiseSettings;
import dev.palate.retrieval.embedding.recipe.TableKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// A lab as it is asked for in words. Immutable.
///
/// @param tables `all`, or names
/// @param budgets by how much smaller, each as `8x`, 1 to 16 of them
/// @param seeds how many, 1 to 10
public record LabOrder(List<String> tables, List<String> budgets, int seeds) {
    /// Those that take about as long as the full table, at an eighth.
    public static final LabOrder QUICK = new LabOrder(
            List.of("full", "narrow", "log-rule", "int8+5%", "pq", "robe", "qr", "hash", "hot+qr", "mem-com-biased"),
            List.of("8x"),
            1);

    /// @throws IllegalArgumentException naming what is wrong and what is allowed
    public LabOrder {
        tables = words("tables", tables);
        budgets = words("budgets", budgets);
        Require.range("number of tables", tables.size(), 1, TableKind.values().length);
        TableKind.of(tables);
        Require.range("number of budgets", budgets.size(), 1, 16);
        ratios("budgets", budgets);
        Require.range("seeds", seeds, 1, 10);
    }

    private static List<String> words(String name, List<String> given) {
        List<String> words = new ArrayList<>();
        for (String one : given) {
            if (one == null) {
                throw new IllegalArgumentException(name + " must be a list of texts, one of them was null");
            }
            words.add(one);
        }
        return List.copyOf(words);
    }

    /// The numbers of budgets.
    ///
    /// @param name for the message
    /// @throws IllegalArgumentException when one is none
    public static List<Double> ratios(String name, List<String> budgets) {
        List<Double> ratios = new ArrayList<>();
        for (String one : budgets) {
            String text = one.strip();
            if (!text.matches("\\d{1,4}(\\.\\d{1,3})?x")) {
                throw new IllegalArgumentException(name + " must be numbers from 1x to 1000x with commas between, as"
                        + " 2x,4x,8x,16x, one was {" + (text.length() > 40 ? text.substring(0, 40) : text) + "}");
            }
            ratios.add(Require.range(name, Double.parseDouble(text.substring(0, text.length() - 1)), 1, 1000));
        }
        return ratios;
    }

    /// What it comes to.
    ///
    /// @param threads cells worked on at a time
    public Lab.Request request(int threads) {
        return new Lab.Request(
                TableKind.of(tables),
                ratios("budgets", budgets),
                LongStream.rangeClosed(1, seeds).boxed().toList(),
                PairwiseSettings.DEFAULT,
                threads,
                Duration.ofSeconds(30));
    }
}
