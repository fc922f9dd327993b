package dev.palate.web.wiring;

import dev.palate.memory.access.ApiKeys;
import dev.palate.memory.backup.Backup;
import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.conversation.Conversations;
import dev.palate.memory.erase.Erasure;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.erase.Expiring;
import dev.palate.memory.erase.LogFiles;
import dev.palate.memory.erase.OldFiles;
import dev.palate.memory.erase.ReportFiles;
import dev.palate.memory.erase.RetentionWorker;
import dev.palate.memory.gate.Consents;
import dev.palate.memory.gate.Rejections;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.slate.Slates;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.sql.SqlTruth;
import dev.palate.memory.sql.TruthPlace;
import dev.palate.memory.trace.TraceRecorder;
import dev.palate.memory.trace.Traces;
import dev.palate.memory.user.Users;
import dev.palate.web.PalateProperties;
import dev.palate.web.chat.ModelPrompts;
import dev.palate.web.job.BackupRuns;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The truth and its ports.
@Configuration(proxyBeanMethods = false)
class StoreWiring {
    @Bean(destroyMethod = "close")
    DataDirectory dataDirectory(PalateProperties properties) {
        return DataDirectory.open(properties.data());
    }

    @Bean(destroyMethod = "close")
    SqlTruth truth(DataDirectory directory, PalateProperties properties, Clock clock) {
        TruthPlace place = TruthPlaces.of(properties, directory);
        SqlTruth truth = SqlTruth.open(place, directory, clock);
        truth.jobs().failAbandoned();
        return truth;
    }

    @Bean
    Catalog catalog(SqlTruth truth) {
        return truth.catalog();
    }

    @Bean
    Users users(SqlTruth truth) {
        return truth.users();
    }

    @Bean
    Interactions interactions(SqlTruth truth) {
        return truth.interactions();
    }

    @Bean
    Rejections rejections(SqlTruth truth) {
        return truth.rejections();
    }

    @Bean
    Consents consents(SqlTruth truth) {
        return truth.consents();
    }

    @Bean
    Conversations conversations(SqlTruth truth) {
        return truth.conversations();
    }

    @Bean
    Slates slates(SqlTruth truth) {
        return truth.slates();
    }

    @Bean
    Traces traces(SqlTruth truth) {
        return truth.traces();
    }

    @Bean(destroyMethod = "close")
    TraceRecorder traceRecorder(SqlTruth truth, PalateProperties properties) {
        return new TraceRecorder(truth.traces(), properties.traces().most());
    }

    @Bean
    Changes changes(SqlTruth truth) {
        return truth.changes();
    }

    @Bean
    Jobs jobs(SqlTruth truth) {
        return truth.jobs();
    }

    @Bean
    ApiKeys apiKeys(SqlTruth truth) {
        return truth.apiKeys();
    }

    @Bean
    ErasurePlace rejectedRowsErasure(DataDirectory directory) {
        return ReportFiles.rejectedRows(directory.logs());
    }

    @Bean
    ErasurePlace exportsErasure(DataDirectory directory) {
        return ReportFiles.exports(directory.exports());
    }

    @Bean
    ErasurePlace logsErasure(DataDirectory directory) {
        return new LogFiles(directory.logs());
    }

    /// Goes on with what an earlier process left, from the start on. The model is asked last: it may be in the
    /// middle of
    /// an answer, and turns, which send it prompts, are through by then.
    @Bean(initMethod = "start", destroyMethod = "close")
    Erasure erasure(SqlTruth truth, ObjectProvider<ErasurePlace> places, ModelPrompts prompts) {
        List<ErasurePlace> all = new ArrayList<>(places.orderedStream().toList());
        all.remove(prompts);
        all.add(prompts);
        return truth.erasure(all);
    }

    /// Removes what is too old, from the start on.
    @Bean(initMethod = "start", destroyMethod = "close")
    RetentionWorker retention(SqlTruth truth, DataDirectory directory, PalateProperties properties, Clock clock) {
        List<Expiring> kinds = new ArrayList<>(truth.expiring());
        kinds.add(OldFiles.reports(directory.logs()));
        kinds.add(OldFiles.exports(directory.exports()));
        return new RetentionWorker(kinds, properties.retention().policy(), clock, truth::sweep);
    }

    @Bean(destroyMethod = "close")
    BackupRuns backupRuns(SqlTruth truth, DataDirectory directory, Clock clock) {
        return new BackupRuns(truth.jobs(), file -> Backup.make(truth, file, directory.domainRule(), clock));
    }
}
