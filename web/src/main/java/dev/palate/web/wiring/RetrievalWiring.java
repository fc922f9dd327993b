package dev.palate.web.wiring;

import dev.palate.memory.catalog.Catalog;
import dev.palate.memory.change.Changes;
import dev.palate.memory.erase.ErasurePlace;
import dev.palate.memory.index.IndexChanges;
import dev.palate.memory.interaction.Interactions;
import dev.palate.memory.job.Jobs;
import dev.palate.memory.memory.Subject;
import dev.palate.memory.sql.DataDirectory;
import dev.palate.memory.text.TextEncoder;
import dev.palate.memory.tier.TieredMemories;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.candidate.Audiences;
import dev.palate.retrieval.candidate.CollaborativeModel;
import dev.palate.retrieval.candidate.Freshness;
import dev.palate.retrieval.candidate.IndexedItems;
import dev.palate.retrieval.candidate.LiveModel;
import dev.palate.retrieval.candidate.Sources;
import dev.palate.retrieval.candidate.Themes;
import dev.palate.retrieval.candidate.UserHistories;
import dev.palate.retrieval.candidate.UserMemories;
import dev.palate.retrieval.embedding.ModelRegistry;
import dev.palate.retrieval.recommend.ActiveModel;
import dev.palate.retrieval.recommend.FusedRecommender;
import dev.palate.retrieval.recommend.PastModels;
import dev.palate.retrieval.recommend.SimilarItems;
import dev.palate.retrieval.sequence.TorchRuntime;
import dev.palate.web.PalateProperties;
import dev.palate.web.job.HeavyWork;
import dev.palate.web.job.LabDesk;
import dev.palate.web.job.LabRuns;
import dev.palate.web.job.ModelDesk;
import dev.palate.web.job.Trainer;
import dev.palate.web.job.TrainingChild;
import dev.palate.web.job.TrainingFiles;
import dev.palate.web.job.TrainingSchedule;
import dev.palate.web.job.UserVectorsErasure;
import dev.palate.web.metrics.StoreReports;
import java.time.Clock;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/// Candidates, ranking and the collaborative model.
@Configuration(proxyBeanMethods = false)
class RetrievalWiring {
    private static final int HISTORIES_KEPT = 10_000;

    /// A damaged active model costs its signals, not the server: the next training replaces it.
    @Bean
    ModelRegistry modelRegistry(DataDirectory directory) {
        try {
            return ModelRegistry.open(directory.models());
        } catch (RetrievalException e) {
            LoggerFactory.getLogger(RetrievalWiring.class)
                    .warn("serving without a collaborative model: {}; ./palate train makes a new one", e.getMessage());
            return ModelRegistry.openWithoutModel(directory.models());
        }
    }

    @Bean
    LiveModel collaborativeModel(ModelRegistry registry, Interactions interactions, Changes changes) {
        ActiveModel trained = new ActiveModel(registry);
        return new LiveModel(trained, trained::learnt, interactions, changes);
    }

    @Bean
    UserHistories userHistories(Interactions interactions) {
        return new UserHistories(interactions, HISTORIES_KEPT);
    }

    @Bean(destroyMethod = "close")
    Freshness freshness(
            Catalog catalog, Interactions interactions, Changes changes, UserHistories histories, Clock clock) {
        return new Freshness(catalog, interactions, changes, histories, clock, Freshness.Options.DEFAULT);
    }

    @Bean
    Sources sources(
            CollaborativeModel model, IndexChanges index, TextEncoder encoder, Themes themes, Audiences audiences) {
        IndexedItems items = new IndexedItems(index.items());
        return new Sources(model, items, encoder, index::encoding, items, themes, audiences);
    }

    /// For replays of turns.
    @Bean
    PastModels pastModels(
            ModelRegistry registry,
            Interactions interactions,
            Changes changes,
            IndexChanges index,
            TextEncoder encoder,
            Themes themes,
            Audiences audiences) {
        IndexedItems items = new IndexedItems(index.items());
        return new PastModels(
                registry,
                interactions,
                changes,
                model -> new Sources(model, items, encoder, index::encoding, items, themes, audiences));
    }

    @Bean(destroyMethod = "close")
    FusedRecommender recommender(
            Catalog catalog, Freshness freshness, TieredMemories memories, Sources sources, Clock clock) {
        return new FusedRecommender(
                catalog,
                freshness,
                UserMemories.of(
                        user -> memories.active(new Subject.OfUser(user)),
                        user -> memories.standing(new Subject.OfUser(user))),
                sources,
                clock,
                FusedRecommender.Options.DEFAULT);
    }

    @Bean
    SimilarItems similarItems(Catalog catalog, Freshness freshness, Sources sources, Clock clock) {
        return new SimilarItems(catalog, freshness, sources, clock);
    }

    @Bean
    HeavyWork heavyWork() {
        return new HeavyWork();
    }

    @Bean(destroyMethod = "close")
    Trainer trainer(
            Catalog catalog,
            Interactions interactions,
            Changes changes,
            Jobs jobs,
            HeavyWork heavy,
            ModelRegistry registry,
            DataDirectory directory,
            IndexChanges index,
            PalateProperties properties,
            Clock clock) {
        Trainer.Learnt learnt = new Trainer.Learnt(catalog, interactions, changes);
        Trainer.Ingredients ingredients = new Trainer.Ingredients(
                TorchRuntime.of(System.getenv()),
                new IndexedItems(index.items()),
                index::encoding,
                properties.embedding().chosen());
        return new Trainer(learnt, ingredients, jobs, heavy, registry, directory.models(), clock);
    }

    @Bean(destroyMethod = "close")
    TrainingSchedule trainingSchedule(
            PalateProperties properties,
            Trainer trainer,
            ModelRegistry registry,
            StoreReports reports,
            Interactions interactions,
            Clock clock) {
        return new TrainingSchedule(
                properties.training().policy(),
                trainer,
                registry,
                new TrainingSchedule.Log(() -> reports.counts().interactions(), interactions::countAfter),
                clock);
    }

    @Bean
    ModelDesk modelDesk(ModelRegistry registry, Trainer trainer, TrainingSchedule schedule, Clock clock) {
        return new ModelDesk(registry, trainer, schedule, clock);
    }

    /// Before the files that such a process would still write.
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ErasurePlace trainingChildErasure(Trainer trainer) {
        return new TrainingChild(trainer);
    }

    @Bean(destroyMethod = "close")
    LabRuns labRuns(
            Catalog catalog,
            Interactions interactions,
            Changes changes,
            Jobs jobs,
            HeavyWork heavy,
            DataDirectory directory) {
        return new LabRuns(
                new Trainer.Learnt(catalog, interactions, changes),
                jobs,
                heavy,
                directory.models().resolve("lab"));
    }

    @Bean
    LabDesk labDesk(LabRuns runs, Trainer trainer, StoreReports reports) {
        return new LabDesk(runs, trainer, reports);
    }

    @Bean
    ErasurePlace userVectorsErasure(ModelRegistry registry, Trainer trainer) {
        return new UserVectorsErasure(registry, trainer);
    }

    /// Says at the start where the tables that are chosen hurt.
    @Bean
    ApplicationListener<ApplicationReadyEvent> tableWarnings(Trainer trainer, Catalog catalog, StoreReports reports) {
        return _ -> {
            try {
                trainer.tables()
                        .chosen()
                        .warnings(catalog.count(), reports.counts().users())
                        .forEach(LoggerFactory.getLogger(RetrievalWiring.class)::warn);
            } catch (RetrievalException e) {
                LoggerFactory.getLogger(RetrievalWiring.class).warn("{}", e.getMessage());
            }
        };
    }

    @Bean
    ErasurePlace trainingFilesErasure(ModelRegistry registry, Trainer trainer, DataDirectory directory) {
        return new TrainingFiles(registry, trainer, directory.models());
    }

    /// Goes on with the training or lab that the end of an earlier process cut short; else the first
    /// training of a server that was given interactions but never trained, such as one filled by an import.
    /// After one that failed or was given up it is for the schedule to try again.
    @Bean
    ApplicationListener<ApplicationReadyEvent> heavyWorkTakenUp(
            PalateProperties properties,
            Trainer trainer,
            LabRuns labs,
            TrainingSchedule schedule,
            ModelRegistry registry,
            Interactions interactions) {
        return _ -> {
            boolean training = trainer.takeUp().isPresent();
            boolean lab = labs.takeUp().isPresent();
            if (!training
                    && !lab
                    && properties.training().automatic()
                    && registry.active().isEmpty()
                    && trainer.newest(1).isEmpty()
                    && interactions.count() > 0) {
                try {
                    trainer.start(Trainer.Extent.WHOLE, Trainer.Cause.FIRST);
                } catch (RetrievalException e) {
                    if (e.code() != RetrievalException.Code.REFUSED) {
                        throw e;
                    }
                    // A lab was asked for meanwhile: the schedule tries again.
                    LoggerFactory.getLogger(RetrievalWiring.class).info("{}", e.getMessage());
                }
            }
            schedule.start();
        };
    }
}
