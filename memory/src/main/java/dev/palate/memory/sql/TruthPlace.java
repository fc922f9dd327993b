package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.MemoryException.Code;
import java.nio.file.Path;

/// Where the truth is: a SQLite file, or a database of a PostgreSQL server.
public sealed interface TruthPlace {
    /// A SQLite file, made when it is missing.
    record File(Path path) implements TruthPlace {}

    /// A database of a PostgreSQL server.
    ///
    /// @param url such as `jdbc:postgresql://localhost/palate`
    /// @param user empty for the one in the address or of the operating system
    /// @param password empty for none, or the one in the address
    record Server(String url, String user, String password) implements TruthPlace {
        private static final String SCHEME = "jdbc:postgresql:";

        public Server {
            if (!url.startsWith(SCHEME)) {
                throw new MemoryException(
                        Code.BAD_INPUT,
                        "the address of the truth must begin with " + SCHEME + ", was " + shown(url)
                                + "; leave palate.truth.url out for the SQLite file");
            }
        }

        /// The address without its parameters, which can hold a password.
        String shown() {
            return shown(url);
        }

        private static String shown(String url) {
            int parameters = url.indexOf('?');
            return (parameters < 0 ? url : url.substring(0, parameters)).replaceAll("//[^/]*@", "//");
        }

        /// Never the password.
        @Override
        public String toString() {
            return "Server[" + shown() + "]";
        }
    }
}
