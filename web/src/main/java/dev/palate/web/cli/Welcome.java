package dev.palate.web.cli;

import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.access.Role;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.web.security.LoginLinks;
import java.io.PrintWriter;
import java.nio.file.Path;

/// What a started server says: where it is, the first key, a link. Stateless.
final class Welcome {
    private Welcome() {}

    private static String login(RunningServer server) {
        Path directory = server.part(DataDirectory.class).root();
        return directory.endsWith(".palate/data") ? "./palate login" : "./palate login --data " + directory;
    }

    static void show(RunningServer server, PrintWriter out) {
        ApiKeys keys = server.part(ApiKeys.class);
        if (keys.all().isEmpty()) {
            String secret = keys.issue(Role.ADMIN, null, "first", null).secret();
            out.println();
            out.println("Admin key, shown only this once: " + secret);
        }
        out.println();
        out.println("Ready at " + server.address() + " (API description at /v3/api-docs; Ctrl-C ends it)");
        out.println("Open " + server.address() + "/login?token="
                + server.part(LoginLinks.class).issue());
        out.println("The link works once, for 10 minutes; " + login(server) + " prints another.");
        out.flush();
    }
}
