package io.inlaid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.inlaid.internal.Json;

/** What the engine says there is to bind, from {@code tests/parity/api.json}. */
final class Catalogue {
    /** The repository; tests run in the folder of their module. */
    static final Path ROOT = Path.of("../../..").toAbsolutePath().normalize();

    private static final Catalogue ALL = new Catalogue();

    final List<String> codes;
    final String version;
    final Map<String, Room> rooms = new LinkedHashMap<>();
    final Map<String, Operation> operations = new LinkedHashMap<>();
    /** The room that a class belongs to, by the room that borrows it and its name. */
    private final Map<String, String> lenders = new LinkedHashMap<>();

    record Room(String name, Map<String, Type> types, List<Operation> functions) {
        String javaPackage() {
            return "io.inlaid." + name;
        }
    }

    record Type(String room, String name, String kind, List<Field> fields, List<String> words, List<String> variants,
            List<Operation> operations) {
        Class<?> javaClass() {
            return find("io.inlaid." + room + "." + name);
        }

        Field field(String wireName) {
            return fields.stream().filter(field -> field.name().equals(wireName)).findFirst().orElse(null);
        }
    }

    record Field(String name, Map<String, Object> type, boolean required, Object defaultValue) {
        String javaName() {
            return camel(name);
        }
    }

    record Operation(String name, String op, Type owner, String room, boolean isStatic, List<Map<String, Object>> arrays,
            List<Field> options, Map<String, Object> gives, boolean quick, Map<String, Object> asks) {
        String javaName() {
            return camel(name);
        }

        List<Field> required() {
            return options.stream().filter(Field::required).toList();
        }

        List<Field> optional() {
            return options.stream().filter(field -> !field.required()).toList();
        }
    }

    private Catalogue() {
        Map<String, Object> api = object(read(ROOT.resolve("tests/parity/api.json")));
        codes = list(api.get("codes")).stream().map(String.class::cast).toList();
        version = (String) api.get("version");
        for (Object entry : list(api.get("rooms"))) {
            Map<String, Object> room = object(entry);
            String name = (String) room.get("name");
            Map<String, Type> types = new LinkedHashMap<>();
            for (Object item : list(room.get("classes"))) {
                Type type = type(name, object(item));
                types.put(type.name(), type);
            }
            List<Operation> functions =
                    list(room.get("functions")).stream().map(item -> operation(name, null, object(item))).toList();
            functions.forEach(function -> operations.put(function.op(), function));
            rooms.put(name, new Room(name, types, functions));
            for (Object item : list(room.get("borrowed"))) {
                lenders.put(name + "." + object(item).get("name"), (String) object(item).get("room"));
            }
        }
    }

    /** A class that a room mentions, its own or another room's; null if there is none. */
    Type type(String room, String name) {
        return rooms.get(lenders.getOrDefault(room + "." + name, room)).types().get(name);
    }

    static Catalogue get() {
        return ALL;
    }

    private Type type(String room, Map<String, Object> json) {
        Type bare = new Type(room, (String) json.get("name"), (String) json.get("kind"), fields(json.get("fields")),
                list(json.get("values")).stream().map(value -> (String) object(value).get("name")).toList(),
                list(json.get("variants")).stream().map(String.class::cast).toList(), List.of());
        List<Operation> methods =
                list(json.get("methods")).stream().map(item -> operation(room, bare, object(item))).toList();
        methods.forEach(method -> operations.put(method.op(), method));
        return new Type(room, bare.name(), bare.kind(), bare.fields(), bare.words(), bare.variants(), methods);
    }

    private static Operation operation(String room, Type owner, Map<String, Object> json) {
        return new Operation((String) json.get("name"), (String) json.get("op"), owner, room,
                (Boolean) json.get("is_static"), list(json.get("arrays")).stream().map(Catalogue::object).toList(),
                fields(json.get("options")), object(json.get("gives")), (Boolean) json.get("quick"),
                object(json.get("asks")));
    }

    private static List<Field> fields(Object json) {
        return list(json).stream().map(Catalogue::object).map(field -> new Field((String) field.get("name"),
                object(field.get("type")), (Boolean) field.get("required"), field.get("default"))).toList();
    }

    /** The class of a room's free functions: the only public one that is neither a type of the room nor inside one. */
    static Class<?> functionsOf(String room) {
        return switch (room) {
            case "anomaly" -> find("io.inlaid.anomaly.Anomalies");
            case "forecast" -> find("io.inlaid.forecast.Forecasting");
            case "matching" -> find("io.inlaid.matching.Matching");
            case "optimize" -> find("io.inlaid.optimize.Optimization");
            case "data" -> find("io.inlaid.data.Tables");
            default -> find("io.inlaid." + room + "." + room.substring(0, 1).toUpperCase(Locale.ROOT) + room.substring(1)
                    + "Functions");
        };
    }

    static Class<?> find(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException missing) {
            throw new AssertionError("there is no class " + name, missing);
        }
    }

    static Object read(Path file) {
        try {
            return Json.parse(Files.readString(file));
        } catch (IOException failure) {
            throw new AssertionError(file + " cannot be read", failure);
        }
    }

    static String camel(String name) {
        StringBuilder text = new StringBuilder();
        for (String word : name.split("_")) {
            text.append(text.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return text.toString();
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object json) {
        return json == null ? List.of() : (List<Object>) json;
    }
}
