package io.inlaid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.inlaid.InvalidConfigException;
import io.inlaid.InvalidDataException;
import io.inlaid.Matrix;
import org.junit.jupiter.api.Test;

/** The reader and writer of JSON. */
class JsonTest {
    @Test
    void valuesAreRead() {
        assertEquals(Map.of("a", List.of(1L, -2.5, true, "x"), "b", Map.of()),
                Json.parse(" {\"a\" : [1, -2.5, true, \"x\"],\n\t\"b\":{} } "));
        assertNull(Json.parse("null"));
        assertEquals(1e300, Json.parse("1E+300"));
        assertEquals(-0.0, Json.parse("-0"));
        assertEquals(9223372036854775807L, Json.parse("9223372036854775807"));
        assertEquals(9223372036854775808.0, Json.parse("9223372036854775808"));
        assertEquals("\"\\/\b\f\n\r\tä𝄞", Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud834\\udd1e\""));
        assertEquals(List.of(), Json.parse("[]"));
    }

    @Test
    void everythingElseIsRefused() {
        for (String text : List.of("", " ", "{", "[1", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "01", "1.", ".5", "+1",
                "1e", "nul", "tru", "NaN", "Infinity", "'a'", "\"a", "\"\n\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u12\"", "[1] 2",
                "{\"a\":1,\"a\":2}", "-", "--1", "[1 2]", "\"\\u00\uFF11\uFF11\"", "[".repeat(300) + "]".repeat(300))) {
            assertThrows(IllegalArgumentException.class, () -> Json.parse(text), text);
        }
    }

    @Test
    void whatIsWrittenIsReadBack() {
        List<Object> blocks = new ArrayList<>();
        Writer writer = new Writer(blocks, new ArrayList<>());
        writer.field("text", "a\"\\\u0001\u2028ä𝄞", Writer::text).field("number", 0.1, Writer::number)
                .field("list", List.of(1L, 2L), (out, items) -> out.list(items, Writer::integer))
                .field("nothing", Optional.<Long>empty(), (out, item) -> out.optional(item, Writer::integer))
                .field("matrix", new Matrix(new double[] {1}, 1, 1), Writer::matrix)
                .field("map", Map.of("k", true), (out, items) -> out.map(items, Writer::bool))
                .field("tiny", Double.MIN_VALUE, Writer::number);
        Map<?, ?> back = (Map<?, ?>) Json.parse(new String(writer.finish(), StandardCharsets.UTF_8));
        assertEquals("a\"\\\u0001\u2028ä𝄞", back.get("text"));
        assertEquals(0.1, back.get("number"));
        assertEquals(List.of(1L, 2L), back.get("list"));
        assertTrue(back.containsKey("nothing"));
        assertEquals(Map.of("$array", 0L), back.get("matrix"));
        assertEquals(Map.of("k", true), back.get("map"));
        assertEquals(Double.MIN_VALUE, back.get("tiny"));
        assertEquals(1, blocks.size());
    }

    @Test
    void whatIsNoJsonIsRefusedByName() {
        Writer writer = new Writer(new ArrayList<>(), new ArrayList<>());
        String message = assertThrows(InvalidConfigException.class, () -> writer.field("methods",
                List.of(List.of(1.0, Double.NaN)),
                (out, lists) -> out.list(lists, (inner, list) -> inner.list(list, Writer::number)))).getMessage();
        assertTrue(message.contains("`methods[0][1]`"), message);
        Writer half = new Writer(new ArrayList<>(), new ArrayList<>());
        message = assertThrows(InvalidDataException.class, () -> half.field("path", "\ud834", Writer::text)).getMessage();
        assertTrue(message.contains("`path` is not Unicode"), message);
    }
}
