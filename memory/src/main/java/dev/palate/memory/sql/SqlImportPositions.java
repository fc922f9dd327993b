package dev.palate.memory.sql;

import dev.palate.memory.dataset.DatasetImport.Phase;
import dev.palate.memory.dataset.ImportPosition;
import dev.palate.memory.dataset.ImportPositions;
import dev.palate.memory.job.JobId;
import java.util.Locale;
import java.util.Optional;

/// The positions in table `import_position`.
final class SqlImportPositions implements ImportPositions {
    private static final String PUT = """
            insert into import_position (source, fingerprint, job_id, phase, rows_done, updated_at)
            values (:source, :fingerprint, :job, :phase, :rows, :at)
            on conflict (source) do update set fingerprint = :fingerprint, job_id = :job, phase = :phase,
                rows_done = :rows, updated_at = :at
            """;

    private final Database database;

    SqlImportPositions(Database database) {
        this.database = database;
    }

    @Override
    public Optional<ImportPosition> of(String source) {
        return database.read(handle -> handle.createQuery("select * from import_position where source = :source")
                .bind("source", source)
                .map((result, context) -> {
                    Row row = new Row(result);
                    return new ImportPosition(
                            source,
                            row.text("fingerprint"),
                            new JobId(row.text("job_id")),
                            Phase.valueOf(row.text("phase").toUpperCase(Locale.ROOT)),
                            result.getLong("rows_done"));
                })
                .findOne());
    }

    @Override
    public void put(ImportPosition position) {
        database.write(transaction -> transaction
                .handle()
                .createUpdate(PUT)
                .bind("source", position.source())
                .bind("fingerprint", position.fingerprint())
                .bind("job", position.job().value())
                .bind("phase", position.phase().name().toLowerCase(Locale.ROOT))
                .bind("rows", position.rows())
                .bind("at", Times.column(transaction.now()))
                .execute());
    }

    @Override
    public void remove(String source) {
        database.write(transaction -> transaction
                .handle()
                .createUpdate("delete from import_position where source = :source")
                .bind("source", source)
                .execute());
    }
}
