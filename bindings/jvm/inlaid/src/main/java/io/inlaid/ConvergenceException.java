package io.inlaid;

import java.io.Serial;

/** No answer within the limits. Its code is {@code did_not_converge}. */
public class ConvergenceException extends InlaidException {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was wrong, the value seen and what is allowed
     */
    public ConvergenceException(String message) {
        super("did_not_converge", message);
    }
}
