package dev.palate.web;

import java.lang.reflect.RecordComponent;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/// Refuses settings that nobody reads, with the nearest that exists. Stateless.
final class KnownSettings {
    private static final String PREFIX = "palate";

    private KnownSettings() {}

    /// Checks every setting that begins with `palate.` against the components of the record. Environment variables are
    /// left alone: some of those that begin with `PALATE_` are the launcher's, the model store's or the user's own.
    static void check(ConfigurableEnvironment environment, Class<? extends Record> root) {
        Map<String, String> known = new TreeMap<>();
        collect(PREFIX, root, known);
        // Set by the launcher for every command.
        known.put(plain("palate.project.root"), "palate.project.root");
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> listed) {
                for (String name : listed.getPropertyNames()) {
                    check(name, known);
                }
            }
        }
    }

    private static void check(String name, Map<String, String> known) {
        String plain = plain(name.replaceAll("\\[\\d+]$", ""));
        boolean ours = name.startsWith("palate.");
        if (!ours || known.containsKey(plain) || known.containsKey(plain.replaceAll("\\d+$", ""))) {
            return;
        }
        Optional<String> nearest = known.keySet().stream()
                .min(Comparator.comparingInt(candidate -> distance(plain, candidate)))
                .map(known::get);
        throw new IllegalArgumentException("unknown setting " + name
                + nearest.map(candidate -> "; did you mean " + candidate + "?").orElse(""));
    }

    private static void collect(String prefix, Class<?> type, Map<String, String> known) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + kebab(component.getName());
            if (component.getType().isRecord()) {
                collect(name, component.getType(), known);
            } else {
                known.put(plain(name), name);
            }
        }
    }

    private static String kebab(String camel) {
        return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /// Levenshtein's distance.
    private static int distance(String left, String right) {
        int[] row = new int[right.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int above = row[j];
                int change = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), diagonal + change);
                diagonal = above;
            }
        }
        return row[right.length()];
    }
}
