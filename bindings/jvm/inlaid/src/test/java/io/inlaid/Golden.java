package io.inlaid;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Values of golden cases: from JSON into Java, back into plain JSON, and compared. */
final class Golden {
    private static final Set<String> NUMBER_WORDS = Set.of("NaN", "Infinity", "-Infinity");

    private Golden() {}

    static boolean isNumberWord(Object json) {
        return json instanceof String word && NUMBER_WORDS.contains(word);
    }

    static double number(Object json) {
        return json instanceof Number number ? number.doubleValue() : Double.parseDouble((String) json);
    }

    /** A matrix, a vector, whole numbers, texts, lists, a table or bytes. */
    static Object array(Object json, Map<String, Object> kept) {
        if (json instanceof Map<?, ?> map) {
            if (map.get("kept") instanceof String name) {
                return kept.get(name);
            }
            if (map.get("base64") instanceof String text) {
                return Base64.getDecoder().decode(text);
            }
            if (map.get("ints") instanceof List<?> numbers) {
                return whole(numbers);
            }
            if (map.get("texts") instanceof List<?> texts) {
                return texts.toArray(new String[0]);
            }
            if (map.get("lists") instanceof List<?> rows) {
                return rows.stream().map(row -> whole((List<?>) row)).toArray(int[][]::new);
            }
            Table.Builder table = Table.builder();
            Catalogue.object(map.get("columns")).forEach((name, cells) -> column(table, name, Catalogue.list(cells)));
            return table.build();
        }
        List<Object> items = Catalogue.list(json);
        if (!items.isEmpty() && items.stream().allMatch(List.class::isInstance)) {
            return Matrix.of(items.stream().map(row -> numbers(Catalogue.list(row))).toArray(double[][]::new));
        }
        return numbers(items);
    }

    private static int[] whole(List<?> items) {
        return items.stream().mapToInt(item -> Math.toIntExact((Long) item)).toArray();
    }

    private static double[] numbers(List<Object> items) {
        return items.stream().mapToDouble(Golden::number).toArray();
    }

    /** Whole numbers, numbers, truths or texts, whichever holds all cells; null is missing. */
    private static void column(Table.Builder table, String name, List<Object> cells) {
        List<Object> present = cells.stream().filter(cell -> cell != null).toList();
        if (present.stream().allMatch(Long.class::isInstance)) {
            table.longs(name, cells.stream().map(Long.class::cast).collect(Collectors.toList()));
        } else if (present.stream().allMatch(cell -> cell instanceof Number || isNumberWord(cell))) {
            table.doubles(name, cells.stream().mapToDouble(cell -> cell == null ? Double.NaN : number(cell)).toArray());
        } else if (present.stream().allMatch(Boolean.class::isInstance)) {
            table.booleans(name, cells.stream().map(Boolean.class::cast).collect(Collectors.toList()));
        } else {
            table.texts(name, cells.stream().map(String.class::cast).collect(Collectors.toList()));
        }
    }

    static String wireName(Object constant) {
        try {
            return (String) constant.getClass().getMethod("wireName").invoke(constant);
        } catch (ReflectiveOperationException missing) {
            throw new AssertionError(missing);
        }
    }

    /** What an operation gave, as plain JSON by wire names. */
    static Object plain(Object value) {
        if (value instanceof Matrix matrix) {
            return Arrays.stream(matrix.toArray()).map(Golden::plain).toList();
        }
        if (value instanceof double[] numbers) {
            return Arrays.stream(numbers).boxed().map(Object.class::cast).toList();
        }
        if (value instanceof int[] numbers) {
            return Arrays.stream(numbers).boxed().map(Object.class::cast).toList();
        }
        if (value instanceof List<?> items) {
            return items.stream().map(Golden::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((name, item) -> copy.put((String) name, plain(item)));
            return copy;
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(Golden::plain).orElse(null);
        }
        if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? optional.getAsLong() : null;
        }
        if (value instanceof OptionalDouble optional) {
            return optional.isPresent() ? optional.getAsDouble() : null;
        }
        if (value instanceof Enum<?> constant) {
            return wireName(constant);
        }
        if (value instanceof Table table) {
            Map<String, Object> columns = new LinkedHashMap<>();
            for (String name : table.names()) {
                List<Object> cells = new ArrayList<>();
                for (int row = 0; row < table.rowCount(); row++) {
                    Object cell = table.get(name, row);
                    cells.add(cell instanceof LocalDate date ? date.toString() : cell);
                }
                columns.put(name, cells);
            }
            return Map.of("columns", columns);
        }
        if (value instanceof Record record) {
            return fields(record);
        }
        return value != null && typeOf(value) != null && typeOf(value).kind().equals("options")
                ? Map.of(typeOf(value).name(), fields(value)) // as a union has it
                : value;
    }

    private static Catalogue.Type typeOf(Object value) {
        String name = value.getClass().getPackageName();
        Catalogue.Room room = Catalogue.get().rooms.get(name.substring(name.lastIndexOf('.') + 1));
        return room == null ? null : room.types().get(value.getClass().getSimpleName());
    }

    private static Map<String, Object> fields(Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Catalogue.Field field : typeOf(value).fields()) {
            try {
                fields.put(field.name(), plain(value.getClass().getMethod(field.javaName()).invoke(value)));
            } catch (ReflectiveOperationException hidden) {
                throw new AssertionError(hidden);
            }
        }
        return fields;
    }

    /** The first difference, or null. */
    static String difference(Object expected, Object got, double within, String place) {
        if (expected instanceof Map<?, ?> fields && got instanceof Map<?, ?> have) {
            for (Map.Entry<?, ?> field : fields.entrySet()) {
                String difference =
                        difference(field.getValue(), have.get(field.getKey()), within, place + "." + field.getKey());
                if (difference != null) {
                    return difference;
                }
            }
            return null;
        }
        if (expected instanceof List<?> items && got instanceof List<?> have && items.size() == have.size()) {
            for (int i = 0; i < items.size(); i++) {
                String difference = difference(items.get(i), have.get(i), within, place + "[" + i + "]");
                if (difference != null) {
                    return difference;
                }
            }
            return null;
        }
        boolean same;
        if (got == null && "NaN".equals(expected)) {
            return null; // a missing number in a row of a table
        }
        if (got instanceof Number number && (expected instanceof Number || isNumberWord(expected))) {
            double a = number(expected);
            double b = number.doubleValue();
            same = Double.compare(a, b) == 0 || a == b || Math.abs(a - b) <= within * Math.max(1, Math.abs(a));
        } else {
            same = expected == null ? got == null || got instanceof Double none && none.isNaN() : expected.equals(got);
        }
        return same ? null : place + ": expected " + expected + ", got " + got;
    }
}
