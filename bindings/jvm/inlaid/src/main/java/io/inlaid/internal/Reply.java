package io.inlaid.internal;

import java.nio.charset.StandardCharsets;

import io.inlaid.InternalException;

/** What a call gave. */
public final class Reply {
    private final Object[] answer;
    private long model;
    /** Whether the value stands under a name beside what a session says of itself. */
    private boolean ofSession;

    Reply(Object[] answer, long model) {
        this.answer = answer;
        this.model = model;
    }

    /**
     * The value that the operation gives.
     *
     * @return the value
     */
    public Value value() {
        byte[] report = (byte[]) answer[Border.REPORT];
        Object json = report == null ? null : Json.parse(new String(report, StandardCharsets.UTF_8));
        Object[] blocks = (Object[]) answer[Border.BLOCKS];
        Value value = new Value(json, blocks == null ? new Object[0] : blocks, (int[]) answer[Border.DESCRIPTIONS]);
        return ofSession ? value.field("done", done -> done) : value;
    }

    /** The same reply, known to be the last step of a session. */
    Reply ofSession() {
        ofSession = true;
        return this;
    }

    /**
     * The bytes that the operation gives.
     *
     * @return the bytes
     */
    public byte[] bytes() {
        return (byte[]) answer[Border.REPLY_BYTES];
    }

    /** The address of the model that the operation gives; the caller now owns it. */
    long takeModel() {
        if (model == 0) {
            throw new InternalException("a call gave no model where one was expected; please report this");
        }
        long address = model;
        model = 0;
        return address;
    }

    /** Frees the model of a reply that nobody wants. */
    void discard() {
        if (model != 0) {
            Native.freeModel(takeModel());
        }
    }
}
