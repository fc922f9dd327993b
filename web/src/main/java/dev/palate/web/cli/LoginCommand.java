package dev.palate.web.cli;

import dev.palate.web.security.LocalDoor;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `palate login`: a link that opens the pages once.
@Command(name = "login", description = "Prints a link that opens the pages once.", mixinStandardHelpOptions = true)
public final class LoginCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DirectoryOption data = new DirectoryOption();

    @Override
    public Integer call() throws IOException {
        Optional<LocalDoor.Address> address = LocalCalls.server(data.directory());
        if (address.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .println("palate: no server runs over " + data.directory() + "; start one with ./palate serve");
            return 1;
        }
        JsonNode link = LocalCalls.call(address.get(), "POST", "/local/login-links");
        spec.commandLine()
                .getOut()
                .println("http://127.0.0.1:" + address.get().port()
                        + link.get("path").asString());
        return 0;
    }
}
