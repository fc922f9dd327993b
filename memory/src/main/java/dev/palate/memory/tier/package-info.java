/// Memories by how soon they are needed: packs in the heap over the search index over the database.
@NullMarked
package dev.palate.memory.tier;

import org.jspecify.annotations.NullMarked;
