package dev.palate.memory.index;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/// Words to terms: English stems, folded to ASCII, stop words kept in the index because titles are made of them.
/// Thread-safe.
public final class TextAnalysis {
    private static final int MAX_TERMS = 32;
    private static final float OTHER_FIELDS = 0.1f;

    private static final NormalizeCharMap COLONS = colons();

    private final Analyzer analyzer = new Analyzer() {
        @Override
        protected Reader initReader(String field, Reader reader) {
            return new MappingCharFilter(COLONS, reader);
        }

        @Override
        protected TokenStreamComponents createComponents(String field) {
            StandardTokenizer source = new StandardTokenizer();
            TokenStream words = new LowerCaseFilter(new EnglishPossessiveFilter(source));
            return new TokenStreamComponents(source, new PorterStemFilter(new ASCIIFoldingFilter(words)));
        }
    };

    /// To the tokenizer a colon is a letter, to people it ends a word.
    private static NormalizeCharMap colons() {
        NormalizeCharMap.Builder map = new NormalizeCharMap.Builder();
        map.add(":", " ");
        return map.build();
    }

    /// A field to look in and how much a hit there weighs.
    record Weighted(String field, float weight) {}

    /// The analyser for writing.
    Analyzer analyzer() {
        return analyzer;
    }

    /// The different terms of the words, stop words only when there is nothing else, at most 32.
    public Set<String> queryTerms(String words) {
        Set<String> all = new LinkedHashSet<>(terms(words, 4 * MAX_TERMS));
        Set<String> telling = new LinkedHashSet<>(all);
        telling.removeIf(EnglishAnalyzer.getDefaultStopSet()::contains);
        Set<String> chosen = telling.isEmpty() ? all : telling;
        return new LinkedHashSet<>(chosen.stream().limit(MAX_TERMS).toList());
    }

    /// The words as one folded term, for whole-field matches.
    static String folded(String words) {
        String lower = words.strip().toLowerCase(Locale.ROOT);
        char[] folded = new char[4 * lower.length()];
        int length = ASCIIFoldingFilter.foldToASCII(lower.toCharArray(), 0, folded, 0, lower.length());
        return new String(folded, 0, length);
    }

    /// Any of the words in any of the fields; of one word the best field counts. Matches nothing without words.
    Query anyWord(String words, List<Weighted> fields, BooleanClause.Occur occur) {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        for (String term : queryTerms(words)) {
            List<Query> places = new ArrayList<>();
            for (Weighted field : fields) {
                places.add(new BoostQuery(new TermQuery(new Term(field.field(), term)), field.weight()));
            }
            query.add(new DisjunctionMaxQuery(places, OTHER_FIELDS), occur);
        }
        return query.build();
    }

    /// The terms of the text in order, at most `limit`.
    public List<String> terms(String text, int limit) {
        List<String> terms = new ArrayList<>();
        try (TokenStream tokens = analyzer.tokenStream("", text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            tokens.reset();
            while (terms.size() < limit && tokens.incrementToken()) {
                terms.add(term.toString());
            }
            return terms;
        } catch (IOException e) {
            throw new IllegalStateException("reading a string cannot fail", e);
        }
    }
}
