package dev.palate.web.cli;

import dev.palate.retrieval.ranking.Variety;
import dev.palate.retrieval.ranking.Variety.Quota;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How the lists of `palate evaluate` depart from the plain order of scores: what a request can ask for.
final class VarietyOptions {
    @Option(
            names = "--diversity",
            paramLabel = "X",
            description = "Unlikeness among the items of a list, 0 to 1; needs --catalog. Default: 0.")
    private double diversity;

    @Option(
            names = "--novelty",
            paramLabel = "X",
            description = "How much little known items are preferred, 0 to 1. Default: 0.")
    private double novelty;

    @Option(
            names = "--at-most",
            paramLabel = "N",
            description = "At most so many items of each genre in a list of 20; needs --catalog.")
    private @Nullable Integer atMost;

    @Option(
            names = "--at-most-of",
            split = ",",
            paramLabel = "GENRE=N[,GENRE=N]",
            description = "The same for one genre.")
    private Map<String, Integer> atMostOf = new TreeMap<>();

    @Option(
            names = "--exploration",
            paramLabel = "X",
            description = "The chance of each place to go to an item of little exposure, 0 to 0.5; by --seed."
                    + " Default: 0.")
    private double exploration;

    Variety variety() {
        List<Quota> quotas = new ArrayList<>();
        if (atMost != null) {
            quotas.add(new Quota(null, atMost));
        }
        atMostOf.forEach((genre, most) -> quotas.add(new Quota(genre, most)));
        return new Variety(diversity, novelty, quotas, exploration, 0);
    }
}
