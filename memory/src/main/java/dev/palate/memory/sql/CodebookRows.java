package dev.palate.memory.sql;

import dev.palate.memory.MemoryException;
import dev.palate.memory.memory.ColdMemories.Codebook;
import dev.palate.memory.vector.ProductQuantiser;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// Reads and writes the rows of `codebook`: centroids as base64 of little-endian float32. Stateless.
final class CodebookRows {
    /// As it stands in the receipt.
    static final String NAME = "codebooks of few vectors";

    private static final String INSERT = """
            insert into codebook (version, encoder, dimension, centroids, sample, centroid_values, checksum)
            values (:version, :encoder, :dimension, :centroids, :sample, :values, :checksum)
            """;

    private CodebookRows() {}

    static Codebook insert(Handle handle, String encoder, int sample, ProductQuantiser quantiser) {
        long version = handle.createQuery("select coalesce(max(version), 0) + 1 from codebook")
                .mapTo(Long.class)
                .one();
        byte[] bytes = bytes(quantiser.values());
        handle.createUpdate(INSERT)
                .bind("version", version)
                .bind("encoder", encoder)
                .bind("dimension", quantiser.dimension())
                .bind("centroids", quantiser.centroids())
                .bind("sample", sample)
                .bind("values", Base64.getEncoder().encodeToString(bytes))
                .bind("checksum", checksum(bytes))
                .execute();
        return new Codebook(version, encoder, sample, quantiser);
    }

    static Codebook row(ResultSet result, StatementContext context) throws SQLException {
        Row row = new Row(result);
        long version = row.number("version");
        byte[] bytes = Base64.getDecoder().decode(row.text("centroid_values"));
        if (checksum(bytes) != row.number("checksum")) {
            throw new MemoryException(
                    MemoryException.Code.BAD_FILE,
                    "codebook " + version
                            + " is damaged: its checksum does not fit; restore the database from a backup");
        }
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return new Codebook(
                version,
                row.text("encoder"),
                (int) row.number("sample"),
                new ProductQuantiser((int) row.number("dimension"), (int) row.number("centroids"), values));
    }

    /// Blanks the codebooks learnt from so few vectors that their centroids are nearly these. What is coded by
    /// one is
    /// coded anew by the planner, with the next; until then it is found by its words. The rows stay, so that no
    /// number
    /// is given out twice.
    ///
    /// @return their versions
    static List<String> blankFew(Handle handle) {
        List<Map.Entry<Long, String>> few = handle.createQuery(
                        "select version, centroid_values from codebook where sample > 0 and sample < :few")
                .bind("few", Codebook.FEW)
                .map((result, context) -> Map.entry(result.getLong(1), result.getString(2)))
                .list();
        for (Map.Entry<Long, String> codebook : few) {
            byte[] blank = new byte[Base64.getDecoder().decode(codebook.getValue()).length];
            handle.createUpdate("update codebook set sample = 0, centroid_values = :values, checksum = :checksum"
                            + " where version = :version")
                    .bind("values", Base64.getEncoder().encodeToString(blank))
                    .bind("checksum", checksum(blank))
                    .bind("version", codebook.getKey())
                    .execute();
        }
        return few.stream().map(codebook -> Long.toString(codebook.getKey())).toList();
    }

    /// What a receipt says of the others.
    static List<String> remarks(Handle handle) {
        return handle.createQuery("select version, sample from codebook where sample > 0 order by version")
                .map((result, context) -> "codebook " + result.getLong(1) + " of cold memories was learnt from "
                        + result.getLong(2) + " vectors, perhaps one of these among them; its numbers are means of"
                        + " many")
                .list();
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static long checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return crc.getValue();
    }
}
