package dev.palate.memory.job;

import java.util.Locale;

/// Where a job is.
public enum JobStatus {
    /// Not yet begun.
    PENDING,
    /// At work.
    RUNNING,
    /// Done.
    SUCCEEDED,
    /// Ended with an error.
    FAILED,
    /// Ended on request.
    CANCELLED;

    /// The name in lower case, as in files, tables and the API.
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The value of a key.
    ///
    /// @throws IllegalArgumentException naming the keys allowed
    public static JobStatus ofKey(String key) {
        for (JobStatus value : values()) {
            if (value.key().equals(key)) {
                return value;
            }
        }
        throw new IllegalArgumentException("JobStatus must be one of "
                + String.join(
                        ", ",
                        java.util.Arrays.stream(values()).map(JobStatus::key).toList()) + ", was " + key);
    }
}
