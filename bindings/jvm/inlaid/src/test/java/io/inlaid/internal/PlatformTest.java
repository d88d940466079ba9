package io.inlaid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.inlaid.UnsupportedException;
import org.junit.jupiter.api.Test;

/** Names of platforms. */
class PlatformTest {
    private static final String RUNTIME = "OpenJDK Runtime Environment";

    @Test
    void platformsAreNamedAsTheirJars() {
        assertEquals("native/linux-x86_64/libinlaid_jvm.so", Platform.of("Linux", "amd64", RUNTIME, false).resource());
        assertEquals("native/linux-aarch64-musl/libinlaid_jvm.so",
                Platform.of("Linux", "aarch64", RUNTIME, true).resource());
        assertEquals("native/macos-aarch64/libinlaid_jvm.dylib",
                Platform.of("Mac OS X", "aarch64", RUNTIME, false).resource());
        assertEquals("native/windows-x86_64/inlaid_jvm.dll", Platform.of("Windows 11", "amd64", RUNTIME, false).resource());
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        assertTrue(refused("Linux", "riscv64", RUNTIME).contains("riscv64"));
        assertTrue(refused("SunOS", "amd64", RUNTIME).contains("SunOS"));
        assertTrue(refused("Linux", "aarch64", "Android Runtime The Android Project").contains("Android"));
    }

    private static String refused(String system, String processor, String runtime) {
        return assertThrows(UnsupportedException.class, () -> Platform.of(system, processor, runtime, false)).getMessage();
    }
}
