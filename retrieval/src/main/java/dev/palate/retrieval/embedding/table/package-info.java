/// Tables that give every id a vector, full and compressed, behind one interface: what each costs in
/// bytes is in its [dev.palate.retrieval.embedding.table.TableSpec], what it is made of in its own class.
@NullMarked
package dev.palate.retrieval.embedding.table;

import org.jspecify.annotations.NullMarked;
