package io.inlaid.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** How rooms write options of other rooms, whose own ways to write are not public: each such class says it here when it is loaded. */
public final class Lent {
    private static final Map<Class<?>, BiConsumer<Object, Writer>> WAYS = new ConcurrentHashMap<>();

    private Lent() {}

    /**
     * Lets other rooms write a class.
     *
     * @param <T> the class
     * @param type the class
     * @param fields writes its fields
     */
    public static <T> void lend(Class<T> type, BiConsumer<T, Writer> fields) {
        WAYS.put(type, (value, to) -> fields.accept(type.cast(value), to));
    }

    /**
     * Writes an instance of a class that was lent.
     *
     * @param to where
     * @param value the instance
     */
    public static void write(Writer to, Object value) {
        to.object(value, WAYS.get(value.getClass()));
    }

    /**
     * Writes an instance under the name of its class, as one of several classes is written.
     *
     * @param to where
     * @param value the instance
     */
    public static void writeVariant(Writer to, Object value) {
        to.variant(value.getClass().getSimpleName(), value, WAYS.get(value.getClass()));
    }
}
