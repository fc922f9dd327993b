package dev.palate.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IllegalFormatException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// The command line as a whole; each command has its own test where it does more.
class PalateTest {
    @TempDir
    Path directory;

    /// What a command did.
    private record Ran(int status, String out, String err) {}

    @Test
    void helpListsTheCommands() {
        Ran help = run("help");

        assertThat(help.status()).isZero();
        assertThat(help.out())
                .contains(
                        "demo",
                        "serve",
                        "login",
                        "import",
                        "train",
                        "evaluate",
                        "lab",
                        "model",
                        "memory",
                        "doctor",
                        "help");
    }

    @Test
    void anUnknownCommandIsAskedWrongly() {
        assertThat(run("sevre").status()).isEqualTo(2);
        assertThat(run("sevre").err()).contains("Did you mean").contains("serve");
    }

    @Test
    void loginNeedsAServer() {
        Ran login = run("login", "--data", directory.toString());

        assertThat(login.status()).isEqualTo(1);
        assertThat(login.err())
                .contains("palate: no server runs over " + directory + "; start one with ./palate serve");
    }

    @Test
    void trainingOnNothingSaysSo() {
        Ran train = run("train", "--data", directory.resolve("data").toString());

        assertThat(train.status()).isEqualTo(1);
        assertThat(train.err()).contains("palate: training failed: ").contains("interactions");
    }

    @Test
    void doctorNamesWhatIsThere() {
        Ran doctor = run("doctor", "--data", directory.resolve("none").toString());

        assertThat(doctor.out())
                .contains("ok   JDK")
                .contains("ok   vector module")
                .contains("is not there yet: ./palate demo makes it");
    }

    @Test
    void everyDescriptionIsAFormat() {
        List<String> broken = new ArrayList<>();
        int seen = look(new CommandLine(new Palate()), broken);

        assertThat(broken).as("a lone %% in a description is written %%%%").isEmpty();
        assertThat(seen).isGreaterThan(100);
    }

    /// How many lines of descriptions the command and those below it have; those that are no formats are collected.
    private static int look(CommandLine command, List<String> broken) {
        int seen = 0;
        List<String> lines = new ArrayList<>();
        // As they are written: what a spec answers has its percent signs halved.
        for (CommandLine.Model.ArgSpec argument : command.getCommandSpec().args()) {
            if (argument.userObject() instanceof Field field
                    && field.getAnnotation(Option.class) instanceof Option option) {
                lines.addAll(List.of(option.description()));
            }
        }
        for (String line : lines) {
            seen++;
            try {
                String formatted = String.format(line);
                assertThat(formatted).isNotNull();
            } catch (IllegalFormatException e) {
                broken.add(command.getCommandName() + ": " + line);
            }
        }
        for (CommandLine below : command.getSubcommands().values()) {
            seen += look(below, broken);
        }
        return seen;
    }

    private static Ran run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Palate.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Ran(status, out.toString(), err.toString());
    }
}
