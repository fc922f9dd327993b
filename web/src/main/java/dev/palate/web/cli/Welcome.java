package dev.palate.web.cli;

import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.access.Role;
import dev.palate.web.security.LoginLinks;
import java.io.PrintWriter;

/// What a started server says: where it is, the first key, a link. Stateless.
final class Welcome {
    private Welcome() {}

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
        out.println("The link works once, for 10 minutes; ./palate login prints another.");
        out.flush();
    }
}
