package dev.palate.memory.job;

import dev.palate.memory.Require;

/// The id of a job, a UUIDv7.
public record JobId(String value) implements Comparable<JobId> {
    public JobId {
        Require.id("job id", value);
    }

    @Override
    public int compareTo(JobId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
