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
