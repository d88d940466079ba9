package io.inlaid.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.inlaid.InvalidConfigException;

/** Options as they were given: not null, and not changed later by whoever gave them. */
public final class Given {
    private Given() {}

    /**
     * A value.
     *
     * @param <T> its type
     * @param name its name on the wire
     * @param value the value
     * @return the same
     * @throws InvalidConfigException if null
     */
    public static <T> T value(String name, T value) {
        if (value == null) {
            throw new InvalidConfigException("option `" + name + "` is missing or null");
        }
        return value;
    }

    /**
     * A copy of a list.
     *
     * @param <T> what it holds
     * @param name its name on the wire
     * @param items the items
     * @return a list that never changes
     * @throws InvalidConfigException if it or an item is null
     */
    public static <T> List<T> list(String name, List<? extends T> items) {
        List<T> copy = new ArrayList<>(value(name, items));
        for (int i = 0; i < copy.size(); i++) {
            value(name + "[" + i + "]", copy.get(i));
        }
        return Collections.unmodifiableList(copy);
    }

    /**
     * A copy of a map in its order.
     *
     * @param <T> what it holds
     * @param name its name on the wire
     * @param items the items
     * @return a map that never changes
     * @throws InvalidConfigException if it or an item is null
     */
    public static <T> Map<String, T> map(String name, Map<String, ? extends T> items) {
        Map<String, T> copy = new LinkedHashMap<>(value(name, items));
        copy.forEach((key, item) -> value(name + "." + key, item));
        return Collections.unmodifiableMap(copy);
    }

    /**
     * Numbers as a list.
     *
     * @param name their name on the wire
     * @param items the numbers
     * @return the list
     */
    public static List<Double> items(String name, double... items) {
        return Arrays.stream(value(name, items)).boxed().toList();
    }

    /**
     * Whole numbers as a list.
     *
     * @param name their name on the wire
     * @param items the numbers
     * @return the list
     */
    public static List<Long> items(String name, long... items) {
        return Arrays.stream(value(name, items)).boxed().toList();
    }

    /**
     * Objects as a list.
     *
     * @param <T> what they are
     * @param name their name on the wire
     * @param items the objects
     * @return the list
     */
    @SafeVarargs
    public static <T> List<T> items(String name, T... items) {
        List<T> copy = new ArrayList<>();
        for (T item : value(name, items)) {
            copy.add(item);
        }
        return list(name, copy);
    }
}
