package dev.palate.web.job;

import dev.palate.memory.job.Job;
import dev.palate.retrieval.lab.LabOrder;
import dev.palate.web.problem.Input;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/lab`: the embedding lab over the server's own log, and the tables that the next training takes.
@RestController
final class LabController {
    private final LabDesk desk;

    LabController(LabDesk desk) {
        this.desk = desk;
    }

    /// What is to be measured; absent parts are those of [LabOrder#QUICK].
    ///
    /// @param tables names, or `all`
    /// @param budgets such as `8x`
    /// @param seeds how many
    record Wanted(
            @Nullable List<String> tables,
            @Nullable List<String> budgets,
            @Nullable Integer seeds) {}

    /// Tables for the next training; one that is absent stays as it is.
    ///
    /// @param items `none`, or a table such as `pq@8x`
    /// @param users `fold-in`, or likewise
    record Choice(@Nullable String items, @Nullable String users) {}

    @GetMapping("/v1/lab")
    LabDesk.LabView view() {
        return desk.view();
    }

    @PostMapping("/v1/lab:run")
    ResponseEntity<JobController.JobView> run(@RequestBody(required = false) @Nullable Wanted wanted) {
        Wanted asked = wanted == null ? new Wanted(null, null, null) : wanted;
        LabOrder order = Input.at(
                "#",
                () -> new LabOrder(
                        Input.or(asked.tables, LabOrder.QUICK.tables()),
                        Input.or(asked.budgets, LabOrder.QUICK.budgets()),
                        Input.or(asked.seeds, LabOrder.QUICK.seeds())));
        Job job = desk.start(order);
        return ResponseEntity.accepted()
                .location(URI.create("/v1/jobs/" + job.id()))
                .body(JobController.JobView.of(job));
    }

    @PutMapping("/v1/lab/tables")
    LabDesk.TablesView choose(@RequestBody Choice choice) {
        Input.at("#", () -> {
            desk.choose(choice.items, choice.users);
            return choice;
        });
        return desk.tables();
    }

    /// Goes by the settings again.
    @DeleteMapping("/v1/lab/tables")
    LabDesk.TablesView forget() {
        desk.forget();
        return desk.tables();
    }
}
