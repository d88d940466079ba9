package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.inlaid.Catalogue.Field;
import io.inlaid.Catalogue.Operation;
import io.inlaid.Catalogue.Room;
import io.inlaid.Catalogue.Type;
import org.junit.jupiter.api.Test;

/** The package holds what the catalogue says, neither less nor more. */
class ParityTest {
    private static final Set<String> OF_OPTIONS =
            Set.of("builder", "defaults", "toBuilder", "equals", "hashCode", "toString");
    private static final Map<String, Set<String>> WHOLLY_BY_HAND =
            Map.of("anomaly", Set.of("WatchProcessor"), "optimize", Set.of("Constraint", "Expression", "LinearProgram", "Variable"));

    @Test
    void everyRoomHasExactlyTheClassesOfTheCatalogue() throws Exception {
        for (Room room : Catalogue.get().rooms.values()) {
            Set<String> expected = new TreeSet<>(room.types().keySet());
            if (!room.functions().isEmpty()) {
                expected.add(Catalogue.functionsOf(room.name()).getSimpleName());
            }
            expected.addAll(WHOLLY_BY_HAND.getOrDefault(room.name(), Set.of()));
            assertEquals(expected, publicClasses(room.javaPackage()), room.name());
        }
    }

    @Test
    void everyClassIsOfItsKind() {
        each(type -> {
            Class<?> found = type.javaClass();
            boolean right = switch (type.kind()) {
                case "report" -> found.isRecord();
                case "model" -> Handle.class.isAssignableFrom(found);
                case "enum" -> found.isEnum();
                case "union" -> found.isSealed();
                default -> Arrays.stream(found.getMethods()).anyMatch(method -> method.getName().equals("builder"));
            };
            assertTrue(right, type.name() + " is no " + type.kind());
        });
    }

    @Test
    void recordsHaveTheFieldsInTheirOrder() {
        each(type -> {
            if (type.kind().equals("report")) {
                List<String> components = Arrays.stream(type.javaClass().getRecordComponents())
                        .map(RecordComponent::getName).toList();
                assertEquals(type.fields().stream().map(Field::javaName).toList(), components, type.name());
            }
        });
    }

    @Test
    void optionsHaveTheFieldsAndTheirDefaults() {
        each(type -> {
            if (type.kind().equals("options")) {
                options(type.javaClass(), type.fields());
            }
        });
    }

    @Test
    void enumsHaveTheWords() {
        each(type -> {
            if (type.kind().equals("enum")) {
                List<String> words =
                        Arrays.stream(type.javaClass().getEnumConstants()).map(Golden::wireName).toList();
                assertEquals(type.words(), words, type.name());
            }
        });
    }

    @Test
    void unionsPermitTheirVariants() {
        each(type -> {
            if (type.kind().equals("union")) {
                List<String> permitted = Arrays.stream(type.javaClass().getPermittedSubclasses())
                        .map(Class::getSimpleName).toList();
                assertEquals(type.variants(), permitted, type.name());
            }
        });
    }

    @Test
    void classesHaveTheMethodsAndNoOthers() {
        each(type -> {
            Set<String> expected = names(type.operations());
            Set<String> ignored = new TreeSet<>();
            switch (type.kind()) {
                case "options" -> ignored.addAll(OF_OPTIONS);
                case "report" -> ignored.addAll(Set.of("equals", "hashCode", "toString"));
                case "enum" -> ignored.addAll(Set.of("values", "valueOf", "wireName", "ofWireName"));
                default -> { }
            }
            type.fields().forEach(field -> ignored.add(field.javaName()));
            Set<String> found = publicMethods(type.javaClass());
            found.removeAll(ignored);
            assertEquals(expected, found, type.name());
            type.operations().forEach(operation -> signatures(type.javaClass(), operation));
        });
    }

    @Test
    void roomsHaveTheFunctionsAndNoOthers() {
        for (Room room : Catalogue.get().rooms.values()) {
            if (!room.functions().isEmpty()) {
                Class<?> functions = Catalogue.functionsOf(room.name());
                assertEquals(names(room.functions()), publicMethods(functions), room.name());
                room.functions().forEach(function -> signatures(functions, function));
            }
        }
    }

    @Test
    void everyErrorCodeHasItsOwnException() throws Exception {
        Set<Class<?>> classes = Catalogue.get().codes.stream().map(code -> {
            InlaidException exception = InlaidException.of(code, "a sentence");
            assertEquals(code, exception.code());
            assertEquals("a sentence", exception.getMessage());
            return exception.getClass();
        }).collect(Collectors.toSet());
        assertEquals(Catalogue.get().codes.size(), classes.size());
        long found = publicClasses("io.inlaid").stream().map(name -> Catalogue.find("io.inlaid." + name))
                .filter(type -> type.getSuperclass() == InlaidException.class).count();
        assertEquals(classes.size(), found, "an exception without a code");
    }

    @Test
    void theVersionIsTheEngines() throws IOException {
        String version = "<version>" + Catalogue.get().version + "</version>";
        assertTrue(Files.readString(Path.of("../pom.xml")).contains(version), "the parent's pom has another version");
        assertTrue(Files.readString(Path.of("pom.xml")).contains(version), "the pom has another version");
    }

    private static void options(Class<?> type, List<Field> fields) {
        try {
            Class<?> builder = type.getMethod("builder").getReturnType();
            Set<String> setters = fields.stream().map(Field::javaName).collect(Collectors.toCollection(TreeSet::new));
            Set<String> found = publicMethods(builder);
            found.remove("build");
            found.removeIf(name -> name.startsWith("without"));
            assertEquals(setters, found, builder.getName());
            if (fields.stream().anyMatch(Field::required)) {
                return;
            }
            Object defaults = type.getMethod("defaults").invoke(null);
            for (Field field : fields) {
                if (isOptions(field)) {
                    continue; // an options class inside another; its own defaults are looked at with that class
                }
                Object value = Golden.plain(type.getMethod(field.javaName()).invoke(defaults));
                String difference = Golden.difference(field.defaultValue(), value, 0, field.name());
                assertTrue(difference == null, () -> type.getName() + "." + difference);
            }
        } catch (ReflectiveOperationException missing) {
            throw new AssertionError(type.getName(), missing);
        }
    }

    private static boolean isOptions(Field field) {
        return field.type().get("is").equals("class") && !(field.defaultValue() instanceof String);
    }

    /** The call with everything, by parameter names; and its forms with a context and an executor. */
    private static void signatures(Class<?> owner, Operation operation) {
        List<String> bare = new ArrayList<>();
        operation.arrays().forEach(array -> bare.add(Catalogue.camel((String) array.get("name"))));
        if (operation.asks() != null) {
            bare.add(Catalogue.camel((String) operation.asks().get("name")));
        }
        operation.required().forEach(option -> bare.add(option.javaName()));
        List<String> full = new ArrayList<>(bare);
        List<Field> optional = operation.optional();
        if (optional.size() == 1) {
            full.add(optional.get(0).javaName());
        } else if (optional.size() > 1) {
            full.add("options");
            Class<?> bundle = Arrays.stream(owner.getMethods())
                    .filter(method -> method.getName().equals(operation.javaName()))
                    .flatMap(method -> Arrays.stream(method.getParameterTypes()))
                    .filter(type -> type.getSimpleName().endsWith("Options")).findFirst()
                    .orElseThrow(() -> new AssertionError(operation.op() + " has no options class"));
            options(bundle, optional);
        }
        if (operation.asks() != null) {
            callback(owner, operation);
        }
        for (List<String> parameters : Set.copyOf(List.of(bare, full))) {
            has(owner, operation, operation.javaName(), parameters);
            if (!operation.quick()) {
                has(owner, operation, operation.javaName(), with(parameters, "context"));
                has(owner, operation, operation.javaName() + "Async", with(parameters, "executor"));
                has(owner, operation, operation.javaName() + "Async", with(with(parameters, "context"), "executor"));
            }
        }
    }

    /** The interface of a callback: what one call is given and gives. */
    private static void callback(Class<?> owner, Operation operation) {
        Class<?> type = Caller.callbackType(owner, operation);
        boolean each = Boolean.TRUE.equals(operation.asks().get("each"));
        Map<String, Object> answer = Catalogue.object(operation.asks().get("answer"));
        List<Method> methods = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).toList();
        assertEquals(1, methods.size(), type.getName());
        Method only = methods.get(0);
        assertEquals(Catalogue.camel((String) answer.get("name")), only.getName());
        List<Class<?>> given = Catalogue.list(operation.asks().get("question")).stream()
                .<Class<?>>map(part -> each ? double[].class : letter(Catalogue.object(part))).toList();
        assertEquals(given, Arrays.asList(only.getParameterTypes()), type.getName());
        boolean ofNumbers = answer.get("letter").equals("vector");
        Class<?> ofRow = ofNumbers ? double.class : double[].class;
        assertEquals(each ? ofRow : letter(answer), only.getReturnType(), type.getName());
        assertEquals(each && !ofNumbers, Arrays.stream(type.getMethods()).anyMatch(method -> method.getName().equals("of")));
    }

    private static Class<?> letter(Map<String, Object> part) {
        return switch ((String) part.get("letter")) {
            case "matrix" -> Matrix.class;
            case "vector" -> double[].class;
            default -> int[].class;
        };
    }

    private static List<String> with(List<String> names, String name) {
        return Stream.concat(names.stream(), Stream.of(name)).toList();
    }

    private static void has(Class<?> owner, Operation operation, String name, List<String> parameters) {
        boolean found = Arrays.stream(owner.getMethods()).anyMatch(method -> method.getName().equals(name)
                && Modifier.isStatic(method.getModifiers()) == (operation.isStatic() || operation.owner() == null)
                && Arrays.stream(method.getParameters()).map(Parameter::getName).toList().equals(parameters)
                && (!parameters.contains("executor") || Arrays.asList(method.getParameterTypes()).contains(Executor.class)));
        assertTrue(found, owner.getName() + "." + name + parameters + " is missing");
    }

    private static Set<String> names(List<Operation> operations) {
        Set<String> names = new TreeSet<>();
        for (Operation operation : operations) {
            names.add(operation.javaName());
            if (!operation.quick()) {
                names.add(operation.javaName() + "Async");
            }
        }
        return names;
    }

    private static Set<String> publicMethods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .map(Method::getName).collect(Collectors.toCollection(TreeSet::new));
    }

    private static void each(Consumer<Type> check) {
        Catalogue.get().rooms.values().forEach(room -> room.types().values().forEach(check));
    }

    /** Public top-level classes of a package, from where its classes stand. */
    private static Set<String> publicClasses(String name) throws IOException, URISyntaxException {
        Path classes = Path.of(Matrix.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.list(classes.resolve(name.replace('.', '/')))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".class") && !file.contains("$") && !file.equals("package-info.class"))
                    .map(file -> file.substring(0, file.length() - ".class".length()))
                    .filter(simple -> Modifier.isPublic(Catalogue.find(name + "." + simple).getModifiers()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
