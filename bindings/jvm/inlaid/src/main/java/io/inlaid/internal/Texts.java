package io.inlaid.internal;

import io.inlaid.InvalidDataException;
import io.inlaid.TooLargeException;

/** Texts on their way over the border. */
final class Texts {
    /** The most bytes of a Java array, with room for its header. */
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private Texts() {}

    /**
     * Texts as one block of UTF-8 and the end of each.
     *
     * @param place what messages call them
     * @param texts the texts
     * @param mayBeMissing whether null stands for a missing text, which takes no bytes
     * @return a {@code byte[]} and an {@code int[]}
     * @throws InvalidDataException for null where that is refused and for half of a surrogate pair, with the position
     * @throws TooLargeException above 2^31 - 1 bytes
     */
    static Object[] encode(String place, String[] texts, boolean mayBeMissing) {
        byte[][] encoded = new byte[texts.length][];
        int[] ends = new int[texts.length];
        long end = 0;
        for (int i = 0; i < texts.length; i++) {
            if (texts[i] == null && !mayBeMissing) {
                throw new InvalidDataException(place + "[" + i + "] is null");
            }
            encoded[i] = texts[i] == null ? new byte[0] : utf8(place, i, texts[i]);
            end += encoded[i].length;
            if (end > LARGEST) {
                throw new TooLargeException(place + ": the texts take more than 2^31 - 1 bytes");
            }
            ends[i] = (int) end;
        }
        byte[] block = new byte[(int) end];
        for (int i = 0; i < texts.length; i++) {
            System.arraycopy(encoded[i], 0, block, ends[i] - encoded[i].length, encoded[i].length);
        }
        return new Object[] {block, ends};
    }

    private static byte[] utf8(String place, int position, String text) {
        try {
            return Writer.utf8(text);
        } catch (IllegalArgumentException half) {
            throw new InvalidDataException(place + "[" + position + "]: " + half.getMessage());
        }
    }
}
