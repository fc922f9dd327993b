package dev.palate.web.cli;

import dev.palate.memory.text.TextEncoder;
import dev.palate.retrieval.Progress;
import dev.palate.retrieval.evaluation.ColdEvaluation;
import dev.palate.retrieval.evaluation.ColdTask;
import dev.palate.retrieval.evaluation.ColdTexts;
import dev.palate.retrieval.evaluation.ItemFields;
import dev.palate.retrieval.semantic.ImportedVectors;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `palate evaluate --part cold` without a model: items that nobody had yet, in every way there is.
final class ColdOptions {
    @Option(
            names = "--vectors",
            paramLabel = "FILE.npy",
            description = "Vectors of the items' texts made elsewhere, f4 or f2, one row an item, for --part cold"
                    + " without --model.")
    private @Nullable Path vectors;

    @Option(names = "--ids", paramLabel = "FILE", description = "The item id of each row of --vectors, one a line.")
    private @Nullable Path ids;

    /// Runs and prints.
    ///
    /// @return all numbers, for JSON
    Map<String, Object> run(
            Path split,
            @Nullable Path catalog,
            long seed,
            int threads,
            Supplier<TextEncoder> encoders,
            PrintWriter out,
            Progress progress) {
        ColdTask task = ColdTask.read(split);
        ColdTexts texts = texts(task, catalog, encoders, progress);
        ColdEvaluation evaluation = ColdEvaluation.of(task, texts, seed, threads, progress, line -> {
            out.println(line);
            out.flush();
        });
        evaluation.print(out::println);
        out.flush();
        return evaluation.report();
    }

    private ColdTexts texts(ColdTask task, @Nullable Path catalog, Supplier<TextEncoder> encoders, Progress progress) {
        Path matrix = vectors;
        Path rows = ids;
        if (matrix != null && rows != null) {
            return ColdTexts.imported(ImportedVectors.read(matrix, rows), task.items());
        }
        if (matrix != null || rows != null) {
            throw new IllegalArgumentException("--vectors and --ids go together: give both or neither");
        }
        if (catalog == null) {
            throw new IllegalArgumentException(
                    "--part cold without --model needs the items' texts: give --catalog, or --vectors and --ids");
        }
        try (TextEncoder encoder = encoders.get()) {
            return ColdTexts.encode(ItemFields.read(catalog), task.items(), encoder::encode, progress);
        }
    }
}
