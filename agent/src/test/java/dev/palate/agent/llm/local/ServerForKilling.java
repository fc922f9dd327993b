package dev.palate.agent.llm.local;

import dev.palate.agent.llm.Deadline;
import dev.palate.agent.llm.SayLimits;
import dev.palate.prompts.PromptVersion;
import dev.palate.prompts.RenderedPrompt;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// A server that a test kills while its model reads a long prompt, the case where the process is inside a native
/// call.
final class ServerForKilling {
    private ServerForKilling() {}

    public static void main(String[] args) {
        var model = SmokeModel.ready(SmokeModel.options(Path.of(args[0])));
        System.out.println("answering " + model.processId().orElseThrow());
        var prompt = new RenderedPrompt("s", "word ".repeat(1_900), new PromptVersion("life", 1));
        while (true) {
            model.say(
                    prompt,
                    new SayLimits(512),
                    Deadline.after(Duration.ofMinutes(5), InstantSource.system()),
                    _ -> true);
        }
    }
}
