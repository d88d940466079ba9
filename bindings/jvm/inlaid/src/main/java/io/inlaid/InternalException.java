package io.inlaid;

import java.io.Serial;

/** A defect of inlaid; the message asks for a report. Its code is {@code internal}. */
public class InternalException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public InternalException(String message) {
        super("internal", message);
    }
}
