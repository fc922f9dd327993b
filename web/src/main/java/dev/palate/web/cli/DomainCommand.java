package dev.palate.web.cli;

import dev.palate.agent.domain.DomainDraft;
import dev.palate.agent.domain.DomainFit;
import dev.palate.agent.domain.DomainPack;
import dev.palate.agent.domain.DomainPackFile;
import dev.palate.agent.domain.Speech;
import dev.palate.memory.catalog.Item;
import dev.palate.memory.dataset.DatasetReader;
import dev.palate.memory.dataset.DatasetRow;
import dev.palate.memory.dataset.JsonLinesReader;
import dev.palate.memory.dataset.RejectedRow;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.web.PalateProperties;
import dev.palate.web.wiring.TruthPlaces;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `palate domain`: the words by which Palate understands what people say of a catalog.
@Command(
        name = "domain",
        description =
                "Drafts the words of a catalog's domain, compares such a file with a catalog, and changes the rule"
                        + " by which like users and items are chosen.",
        subcommands = {DomainCommand.Draft.class, DomainCommand.Check.class, DomainRulesCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
public final class DomainCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// Which catalog.
    static final class CatalogOption {
        @Mixin
        private DirectoryOption data = new DirectoryOption();

        @Option(
                names = "--items",
                paramLabel = "PATH",
                description = "The items of a JSON Lines file or folder instead of those that were imported.")
        private @Nullable Path file;

        List<Item> items() throws IOException {
            Path given = file;
            List<Item> items = given == null ? imported() : read(new JsonLinesReader(given));
            if (items.isEmpty()) {
                throw new IOException((given == null ? data.directory() : given)
                        + " holds no items; import some, or name a file of them with --items");
            }
            return items;
        }

        private List<Item> imported() throws IOException {
            Path directory = data.directory();
            PalateProperties properties = Settings.read();
            if (!properties.truth().onServer() && !Files.exists(directory.resolve("truth.db"))) {
                throw new IOException(
                        directory + " holds no truth; name another with --data, or a file of items with --items");
            }
            List<Item> items = new ArrayList<>();
            try (DataDirectory opened = DataDirectory.open(directory);
                    SqlTruth truth = SqlTruth.open(TruthPlaces.of(properties, opened), opened, Clock.systemUTC())) {
                truth.catalog().scan(items::add);
            }
            return items;
        }

        private static List<Item> read(DatasetReader reader) {
            List<Item> items = new ArrayList<>();
            reader.items(new DatasetReader.Sink() {
                @Override
                public void row(DatasetRow row) {
                    if (row instanceof DatasetRow.ItemRow(DatasetRow.Place _, Item item)) {
                        items.add(item);
                    }
                }

                @Override
                public void rejected(RejectedRow row) {}
            });
            return items;
        }
    }

    /// `palate domain draft`.
    @Command(
            name = "draft",
            description =
                    "Drafts a domain pack from a catalog: words for its categories, themes of its tags, short names of"
                            + " its titles. Go over it, then name it in palate.domain.",
            mixinStandardHelpOptions = true)
    static final class Draft implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private CatalogOption catalog = new CatalogOption();

        @Option(
                names = "--name",
                paramLabel = "NAME",
                defaultValue = "mine",
                description = "What the pack is called (${DEFAULT-VALUE}).")
        private String name = "mine";

        @Option(
                names = "--noun",
                paramLabel = "WORD",
                defaultValue = "product",
                description = "One item, as people say it (${DEFAULT-VALUE}).")
        private String noun = "product";

        @Option(names = "--plural", paramLabel = "WORD", description = "Several of them; with an s when not given.")
        private @Nullable String plural;

        @Option(
                names = "--out",
                paramLabel = "FILE",
                required = true,
                description = "Where to write it; a file that is there is left alone.")
        private Path out = Path.of("");

        @Override
        public Integer call() throws IOException {
            if (Files.exists(out)) {
                throw new ParameterException(
                        spec.commandLine(), "--out " + out + " is there already; name another file or move it away");
            }
            OutFiles.requireFolder("--out", out);
            DomainPack pack;
            try {
                String several = plural;
                var speech = new Speech(
                        noun,
                        several == null ? noun + "s" : several,
                        "category",
                        "Have it",
                        Set.of("bought", "own"),
                        List.of());
                var draft = new DomainDraft(name, speech);
                catalog.items().forEach(draft::add);
                pack = draft.pack();
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
            OutFiles.write(out, DomainPackFile.text(pack));
            PrintWriter printed = spec.commandLine().getOut();
            printed.printf(
                    "%s: %,d categories, %,d themes, %,d short names, %,d ordinary words%n",
                    out,
                    pack.categories().size(),
                    pack.themes().size(),
                    pack.aliases().size(),
                    pack.commonWords().size());
            printed.println("Go over it: labels, further words, examples for a new user. Then ./palate domain check "
                    + out + " and palate.domain: " + out + " in palate.yml.");
            return 0;
        }
    }

    /// `palate domain check`.
    @Command(
            name = "check",
            description = "Reads a domain pack and says how it goes with a catalog; ends with 1 when it seems to be of"
                    + " another domain.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private CatalogOption catalog = new CatalogOption();

        @Parameters(paramLabel = "PACK", description = "films, shop, or a file.")
        private String pack = "";

        @Override
        public Integer call() throws IOException {
            DomainPack read = DomainPackFile.of(pack);
            DomainFit fit = DomainFit.of(read, catalog.items());
            PrintWriter out = spec.commandLine().getOut();
            out.printf("%s describes %,d of %,d items%n", read.name(), fit.described(), fit.items());
            list(out, "categories without words", fit.unnamed());
            list(out, "categories that no item has", fit.absent());
            list(out, "themes without items", fit.empty());
            list(out, "names of titles that the catalog lacks", fit.unheld());
            return fit.foreign() ? 1 : 0;
        }

        private static void list(PrintWriter out, String what, List<String> names) {
            if (!names.isEmpty()) {
                String more = names.size() == DomainFit.MAX_LISTED ? ", ..." : "";
                out.println(what + ": " + String.join(", ", names) + more);
            }
        }
    }
}
