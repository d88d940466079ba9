package io.inlaid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What needs a JVM of its own: checked JNI, memory, and how the library is found and unpacked. */
class ProcessTest {
    private static final String FINE = "forecast 3.0";

    @TempDir
    Path folder;

    private List<String> unpackHere() {
        return List.of("-Dinlaid.tmpdir=" + folder);
    }

    @Test
    void theJvmFindsNoFaultWithTheBorder() throws Exception {
        Child child = Child.run(true, List.of("-Xcheck:jni"), "border");
        assertEquals("border 100 true 0.025", child.output().strip());
        assertEquals(0, child.status());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void memoryStaysFlatOverAHundredThousandFits() throws Exception {
        Child child = Child.run(true, List.of("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"), "memory");
        assertTrue(child.output().contains("models 0\n"), child.output());
        Matcher grew = Pattern.compile("grew (-?\\d+)").matcher(child.output());
        assertTrue(grew.find(), child.output());
        assertTrue(Integer.parseInt(grew.group(1)) < 10, child.output());
    }

    @Test
    void aMissingLibrarySaysWhatWasTriedAndWhatToDo() throws Exception {
        Child child = Child.run(false, List.of(), "forecast");
        assertNotEquals(0, child.status());
        for (String word : List.of("UnsupportedException", "-Dinlaid.library: not set", "on the class path: not found",
                "<classifier>", "io.inlaid:inlaid:" + Catalogue.get().version)) {
            assertTrue(child.output().contains(word), child.output());
        }
    }

    @Test
    void aLibraryMayBeNamed() throws Exception {
        Child child = Child.run(false, List.of("-Dinlaid.library=" + library()), "forecast");
        assertEquals(FINE, child.output().strip());
        Child wrong = Child.run(true, List.of("-Dinlaid.library=" + folder.resolve("nowhere.so")), "forecast");
        assertTrue(wrong.output().contains("cannot load the library that -Dinlaid.library="), wrong.output());
    }

    @Test
    void processesThatStartTogetherShareOneCopy() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            processes.add(Child.start(true, unpackHere(), "forecast"));
        }
        for (Process process : processes) {
            assertEquals(FINE, Child.finish(process).output().strip());
        }
        assertEquals(1, unpacked().size(), unpacked().toString());
    }

    @Test
    void aChangedCopyIsReplaced() throws Exception {
        Child.run(true, unpackHere(), "forecast");
        Path copy = unpacked().get(0);
        byte[] right = Files.readAllBytes(copy);
        byte[] wrong = right.clone();
        wrong[wrong.length / 2] ^= 1;
        Files.delete(copy);
        Files.write(copy, wrong);
        assertEquals(FINE, Child.run(true, unpackHere(), "forecast").output().strip());
        assertTrue(Arrays.equals(right, Files.readAllBytes(copy)));
        Files.write(copy, new byte[0]);
        assertEquals(FINE, Child.run(true, unpackHere(), "forecast").output().strip());
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aFolderThatOthersMayWriteToIsNotUsed() throws Exception {
        Child.run(true, unpackHere(), "forecast");
        Path copy = unpacked().get(0);
        Files.setPosixFilePermissions(copy.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.write(copy, new byte[] {1});
        assertEquals(FINE, Child.run(true, unpackHere(), "forecast").output().strip());
        assertEquals(1, Files.size(copy), "the folder that cannot be trusted was written to");
        assertEquals(1, unpacked().size(), "the copy of the process was not deleted");
    }

    @Test
    void twoClassLoadersOfOneJvmBothForecast() throws Exception {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            path.add(Path.of(entry).toUri().toURL());
        }
        for (int i = 0; i < 2; i++) {
            try (URLClassLoader loader = new URLClassLoader(path.toArray(URL[]::new), null)) {
                var method = loader.loadClass(Exercise.class.getName()).getDeclaredMethod("forecast");
                method.setAccessible(true);
                method.invoke(null);
            }
        }
    }

    private static Path library() throws Exception {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path natives = Path.of(entry, "native");
            if (Files.isDirectory(natives)) {
                try (Stream<Path> files = Files.walk(natives)) {
                    return files.filter(file -> file.getFileName().toString().contains("inlaid_jvm")
                            && !file.toString().endsWith(".sha256")).findFirst().orElseThrow();
                }
            }
        }
        throw new AssertionError("no native library on the class path");
    }

    private List<Path> unpacked() throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
