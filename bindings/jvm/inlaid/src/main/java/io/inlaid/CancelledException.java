package io.inlaid;

import java.io.Serial;

/** The caller asked the call to stop. Its code is {@code cancelled}. */
public class CancelledException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public CancelledException(String message) {
        super("cancelled", message);
    }
}
