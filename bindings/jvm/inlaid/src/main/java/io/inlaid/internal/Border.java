package io.inlaid.internal;

/** Numbers that this side of the border and the native library agree on. */
final class Border {
    /** How many numbers describe one input or block: its kind, rows and columns. */
    static final int DESCRIPTION = 3;

    /** A {@code double[]} with two axes. */
    static final int MATRIX = 0;
    /** A {@code double[]} with one axis. */
    static final int VECTOR = 1;
    /** A {@code byte[]}. */
    static final int BYTES = 2;
    /** Columns, see {@link Columns}. */
    static final int TABLE = 3;
    /** An {@code int[]} with one axis. */
    static final int INTS = 4;
    /** A {@code long[]} with one axis; on the way in only. */
    static final int LONGS = 5;
    /** Texts as a {@code byte[]} of UTF-8 and an {@code int[]} of where each ends; on the way in only. */
    static final int TEXTS = 6;
    /** Lists as an {@code int[]} of all numbers and an {@code int[]} of where each list ends; on the way in only. */
    static final int LISTS = 7;

    /** The place of the report in the answer: JSON in UTF-8, or null for none. */
    static final int REPORT = 0;
    /** The place of the descriptions of the blocks. */
    static final int DESCRIPTIONS = 1;
    /** The place of the blocks. */
    static final int BLOCKS = 2;
    /** The place of the bytes. */
    static final int REPLY_BYTES = 3;
    /** How many places an answer has. */
    static final int PLACES = 4;

    private Border() {}
}
