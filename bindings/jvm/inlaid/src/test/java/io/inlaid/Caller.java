package io.inlaid;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.inlaid.Catalogue.Field;
import io.inlaid.Catalogue.Operation;
import io.inlaid.Catalogue.Type;
import io.inlaid.internal.Request;
import io.inlaid.internal.Writer;

/**
 * Calls operations by name through the public classes; what Java's types cannot say, such as an unknown option, goes through
 * the raw call.
 */
final class Caller {
    /** The public classes cannot express it. */
    private static final class Inexpressible extends RuntimeException {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        Inexpressible(String reason) {
            super(reason);
        }
    }

    /** How many calls went through the public classes. */
    int typed;
    /** How many went through the raw call. */
    int raw;

    /** What a callback of the next call finds. */
    Object answers;
    /** What a callback of the next call is worth instead, if it is worth something. */
    Objective objective;

    Object call(String op, Object receiver, Map<String, Object> options, List<Object> arrays) {
        Operation operation = Catalogue.get().operations.get(op);
        if (operation != null) {
            try {
                Object answer = typed(operation, receiver, options, arrays);
                typed++;
                return answer;
            } catch (Inexpressible untyped) {
                // falls through to the raw call
            }
        }
        raw++;
        return raw(op, receiver, options, arrays);
    }

    private Object typed(Operation operation, Object receiver, Map<String, Object> options, List<Object> arrays) {
        Map<String, Object> left = new LinkedHashMap<>(options);
        Object target = receiver;
        Class<?> owner = operation.owner() == null
                ? Catalogue.functionsOf(operation.room())
                : operation.owner().javaClass();
        if (operation.owner() != null && operation.owner().kind().equals("options") && !operation.isStatic()) {
            Map<String, Object> own = new LinkedHashMap<>();
            for (Field field : operation.owner().fields()) {
                if (left.containsKey(field.name())) {
                    own.put(field.name(), left.remove(field.name()));
                }
            }
            if (operation.options().isEmpty()) {
                own.putAll(left);
                left.clear();
            }
            target = build(operation.owner(), own);
        }
        List<Class<?>> types = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        if (arrays.size() != operation.arrays().size()) {
            throw new Inexpressible("another number of arrays");
        }
        for (int i = 0; i < arrays.size(); i++) {
            Class<?> type = switch ((String) operation.arrays().get(i).get("letter")) {
                case "matrix" -> Matrix.class;
                case "vector" -> double[].class;
                case "ints" -> int[].class;
                case "texts" -> String[].class;
                case "lists" -> int[][].class;
                case "bytes" -> byte[].class;
                default -> Table.class;
            };
            if (!type.isInstance(arrays.get(i))) {
                throw new Inexpressible("another kind of array");
            }
            types.add(type);
            values.add(arrays.get(i));
        }
        if (operation.asks() != null) {
            Class<?> type = callbackType(owner, operation);
            types.add(type);
            values.add(objective == null ? callback(type, answers) : objective.as(type));
        }
        for (Field field : operation.required()) {
            if (!left.containsKey(field.name())) {
                throw new Inexpressible("a required option is missing");
            }
            boolean path = field.name().equals("path");
            Object value = coerce(operation.room(), field.type(), left.remove(field.name()));
            types.add(path ? Path.class : primitive(operation.room(), field.type()));
            values.add(path ? Path.of((String) value) : value);
        }
        List<Field> optional = operation.optional();
        if (!left.isEmpty() && optional.size() == 1) {
            Field only = optional.get(0);
            if (!left.containsKey(only.name())) {
                throw new Inexpressible("unknown option");
            }
            boolean mayBeNothing = only.type().get("is").equals("optional");
            Map<String, Object> type = mayBeNothing ? Catalogue.object(only.type().get("of")) : only.type();
            Object given = left.remove(only.name());
            if (given != null || !mayBeNothing) {
                types.add(primitive(operation.room(), type));
                values.add(coerce(operation.room(), type, given));
            }
        } else if (!left.isEmpty() && optional.size() > 1) {
            Method method = Arrays.stream(owner.getMethods())
                    .filter(candidate -> candidate.getName().equals(operation.javaName())
                            && candidate.getParameterCount() == types.size() + 1
                            && candidate.getParameterTypes()[types.size()].getSimpleName().endsWith("Options"))
                    .findFirst().orElseThrow();
            Class<?> bundle = method.getParameterTypes()[types.size()];
            types.add(bundle);
            values.add(fill(bundle, operation.room(), optional, left));
            left.clear();
        }
        if (!left.isEmpty()) {
            throw new Inexpressible("unknown option");
        }
        try {
            Method method = owner.getMethod(operation.javaName(), types.toArray(Class<?>[]::new));
            return method.invoke(target, values.toArray());
        } catch (InvocationTargetException thrown) {
            throw sneaky(thrown.getCause());
        } catch (ReflectiveOperationException missing) {
            throw new AssertionError(operation.op() + " has no method for " + types, missing);
        }
    }

    /** The interface that the generated classes have for what the operation asks. */
    static Class<?> callbackType(Class<?> owner, Operation operation) {
        String name = Catalogue.camel((String) operation.asks().get("name"));
        return Arrays.stream(owner.getMethods()).filter(method -> method.getName().equals(operation.javaName()))
                .flatMap(method -> Arrays.stream(method.getParameterTypes()))
                .filter(type -> type.isInterface() && type.getSimpleName().equalsIgnoreCase(name))
                .findFirst().orElseThrow(() -> new AssertionError(operation.op() + " has no interface for " + name));
    }

    /** Finds what is asked, positions, in a list or in lists of lists. */
    private static Object callback(Class<?> type, Object answers) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, question) -> {
            List<Object> found = new ArrayList<>();
            for (int i = 0; i < ((int[]) question[0]).length; i++) {
                Object inside = answers;
                for (Object part : question) {
                    inside = Catalogue.list(inside).get(((int[]) part)[i]);
                }
                found.add(inside);
            }
            return Golden.array(found, Map.of());
        });
    }

    private static RuntimeException sneaky(Throwable thrown) {
        if (thrown instanceof RuntimeException exception) {
            return exception;
        }
        throw new AssertionError(thrown);
    }

    private static Object build(Type type, Map<String, Object> options) {
        return fill(type.javaClass(), type.room(), type.fields(), options);
    }

    /** Goes through the constructor of a record. */
    private static Object record(Type type, Map<String, Object> fields) {
        Object[] values = type.fields().stream().map(field -> coerce(type.room(), field.type(),
                fields.getOrDefault(field.name(), field.defaultValue()))).toArray();
        try {
            return type.javaClass().getDeclaredConstructors()[0].newInstance(values);
        } catch (ReflectiveOperationException failure) {
            throw new AssertionError("no constructor for " + type.name(), failure);
        }
    }

    /** Goes through the builder of an options class. */
    private static Object fill(Class<?> type, String room, List<Field> fields, Map<String, Object> options) {
        try {
            Object builder = type.getMethod("builder").invoke(null);
            for (Map.Entry<String, Object> option : options.entrySet()) {
                Field field = fields.stream().filter(known -> known.name().equals(option.getKey())).findFirst()
                        .orElseThrow(() -> new Inexpressible("unknown option " + option.getKey()));
                boolean optional = field.type().get("is").equals("optional");
                if (optional && option.getValue() == null) {
                    if (field.defaultValue() == null) {
                        continue;
                    }
                    String name = field.javaName();
                    String without = "without" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
                    builder.getClass().getMethod(without).invoke(builder);
                    continue;
                }
                Map<String, Object> given = optional ? Catalogue.object(field.type().get("of")) : field.type();
                Object value = coerce(room, given, option.getValue());
                builder.getClass().getMethod(field.javaName(), primitive(room, given)).invoke(builder, value);
            }
            return builder.getClass().getMethod("build").invoke(builder);
        } catch (InvocationTargetException thrown) {
            throw sneaky(thrown.getCause());
        } catch (ReflectiveOperationException missing) {
            throw new AssertionError("no builder for " + type, missing);
        }
    }

    private static Class<?> primitive(String room, Map<String, Object> type) {
        return switch ((String) type.get("is")) {
            case "bool" -> boolean.class;
            case "int" -> long.class;
            case "float" -> double.class;
            case "text" -> String.class;
            case "matrix" -> Matrix.class;
            case "vector" -> double[].class;
            case "ints" -> int[].class;
            case "table" -> Table.class;
            case "list" -> List.class;
            case "map" -> Map.class;
            case "class" -> Catalogue.get().type(room, (String) type.get("name")).javaClass();
            default -> Object.class;
        };
    }

    /** JSON as the Java type of an option. */
    private static Object coerce(String room, Map<String, Object> type, Object json) {
        String kind = (String) type.get("is");
        if (kind.equals("int") && json instanceof Long || kind.equals("text") && json instanceof String
                || kind.equals("bool") && json instanceof Boolean) {
            return json;
        }
        if (kind.equals("float") && (json instanceof Number || Golden.isNumberWord(json))) {
            return Golden.number(json);
        }
        if (kind.equals("list") && json instanceof List<?> items) {
            return items.stream().map(item -> coerce(room, Catalogue.object(type.get("of")), item)).toList();
        }
        if (kind.equals("map") && json instanceof Map<?, ?> entries) {
            Map<String, Object> map = new LinkedHashMap<>();
            entries.forEach((key, value) -> map.put((String) key, coerce(room, Catalogue.object(type.get("of")), value)));
            return map;
        }
        if (kind.equals("matrix") || kind.equals("vector") || kind.equals("ints")
                || kind.equals("table")) {
            return Golden.array(json, Map.of());
        }
        if (kind.equals("class")) {
            Type known = Catalogue.get().type(room, (String) type.get("name"));
            if (known.kind().equals("enum") && json instanceof String word && known.words().contains(word)) {
                return Arrays.stream(known.javaClass().getEnumConstants())
                        .filter(constant -> Golden.wireName(constant).equals(word)).findFirst().orElseThrow();
            }
            if (known.kind().equals("options") && json instanceof Map<?, ?>) {
                return build(known, Catalogue.object(json));
            }
            if (known.kind().equals("report") && json instanceof Map<?, ?>) {
                return record(known, Catalogue.object(json));
            }
            if (known.kind().equals("union") && json instanceof Map<?, ?> map && map.size() == 1) {
                Map.Entry<?, ?> only = map.entrySet().iterator().next();
                Type variant = Catalogue.get().type(room, (String) only.getKey());
                if (variant != null && only.getValue() instanceof Map<?, ?>) {
                    return build(variant, Catalogue.object(only.getValue()));
                }
            }
        }
        throw new Inexpressible(json + " as " + kind);
    }

    private static Object raw(String op, Object receiver, Map<String, Object> options, List<Object> arrays) {
        Request request = new Request(op);
        if (receiver instanceof Handle handle) {
            request.on(handle);
        }
        for (Object array : arrays) {
            if (array instanceof Matrix matrix) {
                request.matrix("array", matrix);
            } else if (array instanceof double[] vector) {
                request.vector("array", vector);
            } else if (array instanceof int[] numbers) {
                request.ints("array", numbers);
            } else if (array instanceof String[] texts) {
                request.texts("array", texts);
            } else if (array instanceof int[][] rows) {
                request.lists("array", rows);
            } else if (array instanceof byte[] bytes) {
                request.bytes("array", bytes);
            } else {
                request.table("array", (Table) array);
            }
        }
        options.forEach((name, value) -> request.option(name, Optional.ofNullable(value),
                (out, item) -> out.optional(item, Caller::write)));
        return request.run().value();
    }

    private static void write(Writer out, Object json) {
        if (json instanceof String text) {
            out.text(text);
        } else if (json instanceof Boolean truth) {
            out.bool(truth);
        } else if (json instanceof Long whole) {
            out.integer(whole);
        } else if (json instanceof Double number) {
            out.number(number);
        } else if (json instanceof List<?> items) {
            out.list(items.stream().map(Optional::ofNullable).toList(), (to, item) -> to.optional(item, Caller::write));
        } else {
            out.object(Catalogue.object(json), (map, to) -> map.forEach((name, value) -> to.field(name,
                    Optional.ofNullable(value), (inner, item) -> inner.optional(item, Caller::write))));
        }
    }
}
