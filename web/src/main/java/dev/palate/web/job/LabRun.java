package dev.palate.web.job;

import dev.palate.memory.job.Job;
import dev.palate.memory.job.Jobs;
import dev.palate.retrieval.RetrievalException;
import dev.palate.retrieval.lab.LabOrder;
import dev.palate.retrieval.lab.LabProcess;
import dev.palate.retrieval.training.TrainingEvent;
import dev.palate.retrieval.training.TrainingInput;
import dev.palate.retrieval.training.TrainingProcess;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// One lab of [LabRuns]. Thread-safe.
final class LabRun extends ChildRun {
    private final Trainer.Learnt learnt;
    private final Jobs jobs;
    private final LabPlaces folder;
    private final Duration deadline;
    private volatile State state;
    /// The newest change when it read the database, -1 before.
    private volatile long read;

    /// What is kept of a run beside its job.
    ///
    /// @param change the newest change in its input, -1 before that is written
    /// @param epoch of the database
    /// @param interactions in the input
    /// @param kept true when it ran out of time and its work waits for the same order
    record State(LabOrder order, long change, long epoch, long interactions, int resumed, boolean kept) {
        static State fresh(LabOrder order, long epoch) {
            return new State(order, -1, epoch, 0, 0, false);
        }

        State outOfTime() {
            return new State(order, change, epoch, interactions, resumed, true);
        }

        State takenUp(int times) {
            return new State(order, change, epoch, interactions, times, false);
        }

        static Optional<State> of(String json) {
            try {
                return Optional.of(JsonMapper.shared().readValue(json, State.class));
            } catch (JacksonException | NullPointerException e) {
                return Optional.empty();
            }
        }

        String toJson() {
            return JsonMapper.shared().writeValueAsString(this);
        }
    }

    LabRun(Trainer.Learnt learnt, Jobs jobs, Job job, LabPlaces folder, Duration deadline, State state) {
        super(learnt, jobs, job);
        this.learnt = learnt;
        this.jobs = jobs;
        this.folder = folder;
        this.deadline = deadline;
        this.state = state;
        this.read = state.change;
    }

    /// The feed tells of an erasure until that has been to every place.
    @Override
    boolean clean() {
        return working() && !cancelled() && ofThisDatabase(state.epoch, read);
    }

    @Override
    void work() {
        long items = learnt.catalog().count();
        if (!reusable()) {
            note(0, "reading interactions");
            folder.clear();
            LabProcess.requireHeap(items, learnt.interactions().count());
            write();
        }
        try (TrainingProcess process = LabProcess.start(
                folder.input(),
                folder.work(),
                folder.results(),
                state.order,
                items,
                state.interactions,
                deadline,
                this::heard)) {
            TrainingEvent.Finished done = process.await();
            ending();
            discard();
            succeeded(done.events() + " events of " + done.users() + " users, " + done.millis() / 1000 + " s"
                    + (state.resumed == 0 ? "" : ", taken up again"));
        }
    }

    @Override
    void discard() {
        folder.tidy();
    }

    @Override
    String failed(Throwable e) {
        if (e instanceof RetrievalException late && late.code() == RetrievalException.Code.DEADLINE) {
            jobs.keepState(job(), state.outOfTime().toJson());
            return "took longer than " + deadline.toSeconds() + " s and was stopped: the cells that are finished are"
                    + " kept for a lab with the same tables, budgets and seeds, if it is the next";
        }
        return super.failed(e);
    }

    private boolean reusable() {
        return ofThisDatabase(state.epoch, state.change)
                && TrainingInput.changeNumber(folder.input()).orElse(-1) == state.change;
    }

    private void write() {
        long change = learnt.changes().latest().value();
        long epoch = learnt.changes().epoch();
        read = change;
        long count = writeLog(folder.input(), change);
        state = new State(state.order, change, epoch, count, state.resumed, false);
        jobs.keepState(job(), state.toJson());
    }

    @Override
    void hear(TrainingEvent event) {
        if (event instanceof TrainingEvent.Advanced(String phase, int done, int total)) {
            note(Math.clamp((double) done / total, 0, 1), phase);
        }
    }
}
