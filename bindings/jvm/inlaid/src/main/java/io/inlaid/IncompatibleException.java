package io.inlaid;

import java.io.Serial;

/** A newer save format, damaged bytes or the weights of another model. Its code is {@code incompatible}. */
public class IncompatibleException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public IncompatibleException(String message) {
        super("incompatible", message);
    }
}
