package dev.palate.memory.index;

import dev.palate.memory.memory.Memory;
import dev.palate.memory.memory.MemoryCondition;
import dev.palate.memory.memory.MemoryCondition.And;
import dev.palate.memory.memory.MemoryCondition.Comparison;
import dev.palate.memory.memory.MemoryCondition.Is;
import dev.palate.memory.memory.MemoryCondition.Not;
import dev.palate.memory.memory.MemoryCondition.Or;
import dev.palate.memory.memory.MemoryField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/// Conditions as queries over keyword fields, one field of the index for each of [Prefilter#FIELDS]. A query
/// lets
/// everything through that the condition lets through, and more where the index cannot tell. Stateless.
final class ConditionQueries {
    private static final String PREFIX = "is-";
    private static final String PRESENT = "has";

    /// Fields whose values every document has as terms of its own.
    private static final Set<MemoryField> STANDING = Set.of(MemoryField.ID, MemoryField.USER_ID, MemoryField.ITEM_ID);

    private ConditionQueries() {}

    /// A query, and whether it lets nothing else through; only such a one can be turned round.
    private record Part(Query query, boolean exact) {}

    /// Adds the fields of the memory to its document.
    static void index(Memory memory, Document document) {
        for (MemoryField field : Prefilter.FIELDS) {
            if (STANDING.contains(field)) {
                continue;
            }
            for (Comparable<?> value : field.of(memory)) {
                document.add(new StringField(name(field), value.toString(), Field.Store.NO));
                document.add(new StringField(PREFIX + PRESENT, field.key(), Field.Store.NO));
            }
        }
    }

    private static String name(MemoryField field) {
        return PREFIX + field.key();
    }

    /// The query of the condition by the fields given; absent when it leaves nothing out.
    static Optional<Query> of(MemoryCondition condition, Set<MemoryField> fields) {
        return part(condition, fields).map(Part::query);
    }

    private static Optional<Part> part(MemoryCondition condition, Set<MemoryField> fields) {
        return switch (condition) {
            case Is is -> fields.contains(is.field()) ? is(is) : Optional.empty();
            case And(List<MemoryCondition> all) -> and(all, fields);
            case Or(List<MemoryCondition> any) -> or(any, fields);
            case Not(MemoryCondition inner) ->
                part(inner, fields)
                        .filter(Part::exact)
                        .map(part -> new Part(
                                new BooleanQuery.Builder()
                                        .add(MatchAllDocsQuery.INSTANCE, Occur.FILTER)
                                        .add(part.query(), Occur.MUST_NOT)
                                        .build(),
                                true));
        };
    }

    private static Optional<Part> is(Is is) {
        if (STANDING.contains(is.field())) {
            return is.comparison() == Comparison.IN ? Optional.of(standing(is)) : Optional.empty();
        }
        if (is.comparison() == Comparison.EXISTS) {
            Query present = new TermQuery(new Term(PREFIX + PRESENT, is.field().key()));
            boolean wanted = is.values().getFirst().equals(true);
            return Optional.of(new Part(
                    wanted
                            ? present
                            : new BooleanQuery.Builder()
                                    .add(MatchAllDocsQuery.INSTANCE, Occur.FILTER)
                                    .add(present, Occur.MUST_NOT)
                                    .build(),
                    true));
        }
        if (is.comparison() != Comparison.IN) {
            return Optional.empty();
        }
        List<BytesRef> values = is.values().stream()
                .map(value -> new BytesRef(value.toString()))
                .toList();
        return Optional.of(new Part(new TermInSetQuery(name(is.field()), values), true));
    }

    private static Part standing(Is is) {
        String field = is.field() == MemoryField.ID ? VectorSearch.ID : MemoryIndex.SUBJECT;
        List<BytesRef> terms = is.values().stream()
                .map(value -> switch (is.field()) {
                    case USER_ID -> MemoryIndex.subject("user", value.toString());
                    case ITEM_ID -> MemoryIndex.subject("item", value.toString());
                    default -> value.toString();
                })
                .map(BytesRef::new)
                .toList();
        return new Part(new TermInSetQuery(field, terms), true);
    }

    private static Optional<Part> and(List<MemoryCondition> all, Set<MemoryField> fields) {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        boolean exact = true;
        boolean some = false;
        for (MemoryCondition condition : all) {
            Optional<Part> part = part(condition, fields);
            part.ifPresent(known -> query.add(known.query(), Occur.FILTER));
            exact &= part.isPresent() && part.get().exact();
            some |= part.isPresent();
        }
        // Without any part everything fits, which is as good as no query.
        return some ? Optional.of(new Part(query.build(), exact)) : Optional.empty();
    }

    private static Optional<Part> or(List<MemoryCondition> any, Set<MemoryField> fields) {
        List<Part> parts = new ArrayList<>();
        for (MemoryCondition condition : any) {
            Optional<Part> part = part(condition, fields);
            if (part.isEmpty()) {
                return Optional.empty();
            }
            parts.add(part.get());
        }
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        parts.forEach(part -> query.add(part.query(), Occur.SHOULD));
        return Optional.of(new Part(query.build(), parts.stream().allMatch(Part::exact)));
    }
}
