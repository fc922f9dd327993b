package dev.palate.web;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The arrows between modules and the rules of rooms, over all modules.
class ArchitectureTest {
    private static final int FEWEST_CLASSES = 250;

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.palate");

    @Test
    void sawTheWholeProject() {
        assertThat(CLASSES).hasSizeGreaterThan(FEWEST_CLASSES);
        for (String module : List.of("prompts", "memory", "retrieval", "agent", "web")) {
            assertThat(CLASSES.containPackage("dev.palate." + module))
                    .as(module)
                    .isTrue();
        }
    }

    @Test
    void modulesPointOneWay() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("dev.palate..")
                .layer("prompts")
                .definedBy("dev.palate.prompts..")
                .layer("memory")
                .definedBy("dev.palate.memory..")
                .layer("retrieval")
                .definedBy("dev.palate.retrieval..")
                .layer("agent")
                .definedBy("dev.palate.agent..")
                .layer("web")
                .definedBy("dev.palate.web..")
                .whereLayer("web")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("agent")
                .mayOnlyBeAccessedByLayers("web")
                .whereLayer("retrieval")
                .mayOnlyBeAccessedByLayers("agent", "web")
                .whereLayer("prompts")
                .mayOnlyBeAccessedByLayers("agent", "web")
                .whereLayer("memory")
                .mayOnlyBeAccessedByLayers("retrieval", "agent", "web")
                .check(CLASSES);
    }

    /// An id names a thing without knowing it, so a reference to an id alone makes no cycle.
    @Test
    void roomsHaveNoCycles() {
        for (String module : List.of("prompts", "memory", "retrieval", "agent", "web")) {
            slices().matching("dev.palate." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .ignoreDependency(DescribedPredicate.alwaysTrue(), simpleNameEndingWith("Id"))
                    .allowEmptyShould(true)
                    .check(CLASSES);
        }
    }

    @Test
    void springStaysInWeb() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.palate.web..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "jakarta.servlet..")
                .check(CLASSES);
    }

    @Test
    void luceneStaysInItsRooms() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.palate.memory.index..", "dev.palate.memory.tier..", "dev.palate.retrieval.embedding..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.lucene..")
                .check(CLASSES);
    }

    @Test
    void langChainStaysInTheAgent() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.palate.agent..", "dev.palate.memory.text..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.langchain4j..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.palate.web.cli..")
                .and()
                .haveSimpleNameNotEndingWith("Main")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    @Test
    void storesAreReachedThroughTheirPorts() {
        classes()
                .that()
                .resideInAPackage("dev.palate.memory.sql..")
                .should()
                .onlyBeAccessed()
                .byAnyPackage(
                        "dev.palate.memory.sql..",
                        "dev.palate.memory.backup..",
                        "dev.palate.web.wiring..",
                        "dev.palate.web.cli..")
                .check(CLASSES);
    }

    @Test
    void namesSayWhatThingsAre() {
        noClasses()
                .should()
                .haveNameMatching(".*(Impl|Manager|Utils?|Helper|Service|Base|Processor|Data|Info)")
                .orShould()
                .haveNameMatching(".*\\.Abstract[A-Z].*")
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        List<String> bare = CLASSES.stream()
                .map(type -> type.getPackage())
                .distinct()
                .filter(room -> !room.tryGetPackageInfo()
                        .map(marker -> marker.isAnnotatedWith(NullMarked.class))
                        .orElse(false))
                .map(JavaPackage::getName)
                .sorted()
                .toList();
        assertThat(bare).isEmpty();
    }
}
