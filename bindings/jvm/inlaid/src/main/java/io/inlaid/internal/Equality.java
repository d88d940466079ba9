package io.inlaid.internal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Equality, hashes, texts and copies that look into arrays, also where lists, maps and optionals hold them. */
public final class Equality {
    private Equality() {}

    /**
     * Whether two values are equal; NaN equals NaN.
     *
     * @param a one
     * @param b the other
     * @return true if they are
     */
    public static boolean equal(Object a, Object b) {
        return Objects.equals(plain(a), plain(b));
    }

    /**
     * A hash that agrees with {@link #equal}.
     *
     * @param values the values
     * @return the hash
     */
    public static int hash(Object... values) {
        return Arrays.stream(values).map(Equality::plain).toList().hashCode();
    }

    /**
     * A text that shows what arrays hold.
     *
     * @param value the value
     * @return the text
     */
    public static String text(Object value) {
        return String.valueOf(plain(value));
    }

    /** A copy of a primitive array. */
    static Object copy(Object array) {
        if (array instanceof double[] numbers) {
            return numbers.clone();
        }
        if (array instanceof int[] numbers) {
            return numbers.clone();
        }
        return array instanceof long[] numbers ? numbers.clone() : ((byte[]) array).clone();
    }

    /** The same with lists in the place of arrays. */
    private static Object plain(Object value) {
        if (value instanceof double[] numbers) {
            return Arrays.stream(numbers).boxed().toList();
        }
        if (value instanceof int[] numbers) {
            return Arrays.stream(numbers).boxed().toList();
        }
        if (value instanceof byte[] bytes) {
            return ByteBuffer.wrap(bytes);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Equality::plain).toList();
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(Equality::plain);
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> copy.put(key, plain(item)));
            return copy;
        }
        return value;
    }
}
